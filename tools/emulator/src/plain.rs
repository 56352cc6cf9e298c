// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The run as plain lines, for logs and where there is no terminal.

use std::io::{self, Write};
use std::sync::mpsc::Receiver;
use std::time::Instant;

use crate::report::Report;

/// Prints what comes until the scenario ends; tells whether it succeeded.
pub fn show(reports: &Receiver<Report>, out: &mut impl Write) -> io::Result<bool> {
    let start = Instant::now();
    for report in reports {
        let time = start.elapsed().as_secs_f64();
        match report {
            Report::Step(number, count, name) => {
                writeln!(out, "{time:7.2} == step {number} of {count}: {name}")?;
            }
            Report::Note(text) => writeln!(out, "{time:7.2} -- {text}")?,
            Report::Code(text) => writeln!(out, "{text}")?,
            Report::Console(line) => writeln!(out, "{time:7.2} board  | {line}")?,
            Report::Daemon(line) => writeln!(out, "{time:7.2} daemon | {line}")?,
            Report::Power(on) => {
                writeln!(out, "{time:7.2} -- power {}", if on { "on" } else { "off" })?;
            }
            // The console shows phases, and LEDs would fill the log.
            Report::Phase(_) | Report::Lamps(_) => {}
            Report::End(Ok(summary)) => {
                writeln!(out, "\n{summary}\n\nDone in {time:.1} s.")?;
                return Ok(true);
            }
            Report::End(Err(failure)) => {
                writeln!(out, "\nFAILED {failure}")?;
                return Ok(false);
            }
        }
        out.flush()?;
    }
    writeln!(out, "\nFAILED the scenario ended without a result")?;
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    fn printed(reports: Vec<Report>) -> (bool, String) {
        let (sender, receiver) = mpsc::channel();
        for report in reports {
            sender.send(report).expect("the receiver is there");
        }
        drop(sender);
        let mut out = Vec::new();
        let good = show(&receiver, &mut out).expect("memory takes everything");
        (good, String::from_utf8(out).expect("text"))
    }

    #[test]
    fn the_end_decides_whether_the_run_was_good() {
        let (good, text) = printed(vec![
            Report::Console("hello".into()),
            Report::End(Ok("all well".into())),
            Report::Console("too late".into()),
        ]);
        assert!(good && text.contains("board  | hello") && text.contains("all well"));
        assert!(!text.contains("too late"));
        let (good, text) = printed(vec![Report::End(Err("it broke".into()))]);
        assert!(!good && text.contains("FAILED it broke"));
    }

    #[test]
    fn a_scenario_that_vanishes_is_a_failure() {
        assert!(!printed(vec![]).0);
    }
}
