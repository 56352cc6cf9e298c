// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What the front panel knows, from the reports that came.

use std::collections::VecDeque;

use crate::panel::Lamps;
use crate::phase::Phase;
use crate::report::Report;

/// Lines kept of each console: more than any terminal shows.
const KEPT: usize = 500;

#[derive(Debug, Default)]
pub struct Model {
    pub step: Option<(usize, usize, String)>,
    pub powered: bool,
    pub lamps: Lamps,
    pub phase: Option<Phase>,
    pub kernel: VecDeque<String>,
    pub applications: VecDeque<String>,
    pub daemon: VecDeque<String>,
    pub code: String,
    pub code_shown: bool,
    pub pressed: bool,
    /// The summary, or what failed.
    pub end: Option<Result<String, String>>,
}

impl Model {
    pub fn take(&mut self, report: Report) {
        match report {
            Report::Step(number, count, name) => self.step = Some((number, count, name)),
            Report::Note(text) => keep(&mut self.daemon, format!("-- {text}")),
            Report::Code(text) => {
                self.code = text;
                self.code_shown = true;
            }
            Report::Console(line) => {
                if is_application(&line) {
                    keep(&mut self.applications, line);
                } else {
                    keep(&mut self.kernel, line);
                }
            }
            Report::Daemon(line) => keep(&mut self.daemon, line),
            Report::Phase(phase) => {
                self.phase = Some(phase);
                // Nobody needs the code once the agreement has begun.
                if phase == Phase::Agreeing {
                    self.code_shown = false;
                }
            }
            Report::Lamps(lamps) => self.lamps = lamps,
            Report::Power(on) => {
                self.powered = on;
                self.lamps = Lamps::default();
                self.phase = None;
            }
            Report::End(result) => self.end = Some(result),
        }
    }

    /// Progress of the whole job, in percent: steps done, and within the
    /// present one what the board's phase says.
    pub fn progress(&self) -> u16 {
        if matches!(self.end, Some(Ok(_))) {
            return 100;
        }
        let Some((number, count, _)) = &self.step else {
            return 0;
        };
        let phase = self.phase.map_or(0, Phase::progress);
        let done = (*number as u16 - 1) * 100 + phase.min(99);
        done / (*count as u16).max(1)
    }
}

fn keep(lines: &mut VecDeque<String>, line: String) {
    if lines.len() == KEPT {
        lines.pop_front();
    }
    lines.push_back(line);
}

/// Applications begin their lines with their name and a colon; the kernel's
/// begin with `provisioning:` or have no name at all.
fn is_application(line: &str) -> bool {
    match line.split_once(": ") {
        Some((name, _)) => {
            name != "provisioning"
                && !name.is_empty()
                && name.bytes().all(|byte| {
                    byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte)
                })
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_go_to_the_console_of_who_said_them() {
        let mut model = Model::default();
        for line in [
            "provisioning: phase looking",
            "hello: node-1",
            "panicked at 'x'",
            "Kernel: y",
        ] {
            model.take(Report::Console(line.into()));
        }
        assert_eq!(model.applications, ["hello: node-1"]);
        assert_eq!(model.kernel.len(), 3);
    }

    #[test]
    fn progress_rises_with_steps_and_phases_and_ends_at_the_end() {
        let mut model = Model::default();
        let mut last = model.progress();
        for report in [
            Report::Step(1, 4, "a".into()),
            Report::Phase(Phase::Looking),
            Report::Phase(Phase::Agreeing),
            Report::Step(2, 4, "b".into()),
        ] {
            model.take(report);
            assert!(model.progress() >= last);
            last = model.progress();
        }
        assert!(last < 100);
        model.take(Report::End(Ok("done".into())));
        assert_eq!(model.progress(), 100);
    }
}
