// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What system calls, upcalls and switches of processes cost, in instructions.
//!
//! Two processes (`costs` and `costs_peer` of tock/conformance) count on a
//! kernel with the board's feature `measure`. What they print are raw counts; here
//! the cost of their loops is subtracted.

use std::path::{Path, PathBuf};

use crate::counted;
use crate::failure::{Failure, Result};
use crate::image;

/// Switches in the first stretch; the second has twice as many.
const SWITCHES: usize = 6;

/// Instructions that a process executes between two looks at the counter: around a
/// switch, some of one process and some of the other, one round on the whole.
const ROUND: u32 = 5;

const DOING: &str = "counting what system calls cost";

/// What is counted: the name in a report, and what it is.
pub const COSTS: [(&str, &str); 5] = [
    (
        "command-present",
        "null system call: command 0 of the LED driver",
    ),
    ("command-absent", "null system call: command 0 of no driver"),
    (
        "upcall",
        "upcall round trip: queued in the kernel to behind yield-wait",
    ),
    (
        "switch",
        "context switch: the time slice of a process is used up",
    ),
    (
        "hand-over",
        "context switch: a process wakes another and waits",
    ),
];

/// Something repeated, and the instructions that it took without its loop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cost {
    pub name: String,
    pub repetitions: u32,
    pub instructions: u32,
}

impl Cost {
    /// Instructions of one repetition, rounded.
    pub fn each(&self) -> u32 {
        (self.instructions + self.repetitions / 2) / self.repetitions.max(1)
    }
}

/// Packs the kernel and the processes into `directory`, runs them, and returns
/// each cost twice: the second time with twice the repetitions.
///
/// # Errors
/// An image cannot be packed or run, or does not print what it should.
pub fn measure(
    kernel: &Path,
    tabs: &[PathBuf],
    tockloader: &Path,
    directory: &Path,
) -> Result<Vec<Cost>> {
    let program = directory.join("costs.bin");
    image::program(kernel, tabs, tockloader, &program)?;
    let mut ends = 0;
    let lines = counted::console(&program, |line| {
        ends += usize::from(line.starts_with("gap ") && line.ends_with(" end"));
        ends == 2
    })?;
    parse(&lines)
}

fn parse(lines: &[String]) -> Result<Vec<Cost>> {
    let mut costs = Vec::new();
    let mut gaps = Vec::new();
    for line in lines {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["cost", name, repetitions, instructions, bare] => costs.push(Cost {
                name: name.to_owned(),
                repetitions: number(repetitions)?,
                instructions: number(instructions)?.wrapping_sub(number(bare)?),
            }),
            ["gap", _, "end"] => {}
            ["gap", process, before, after] => {
                gaps.push((process, number(before)?, number(after)?));
            }
            _ => {}
        }
    }
    costs.extend(switches(&gaps)?);
    for (name, _) in COSTS {
        let found: Vec<u32> = costs
            .iter()
            .filter(|cost| cost.name == name)
            .map(|cost| cost.repetitions)
            .collect();
        if !matches!(found[..], [once, twice] if once > 0 && twice == 2 * once) {
            return Err(Failure::new(
                DOING,
                format!("{name}: repetitions {found:?}"),
            ));
        }
    }
    Ok(costs)
}

fn number(word: &str) -> Result<u32> {
    word.parse()
        .map_err(|_| Failure::new(DOING, format!("not a count: {word:?}")))
}

/// Finds the switches in what both processes saw: one was stopped, and the next
/// thing was that the other went on.
fn switches(gaps: &[(&str, u32, u32)]) -> Result<Vec<Cost>> {
    // The counter may have passed 2^32 in between, so all is relative to the first.
    let Some(&(_, origin, _)) = gaps.first() else {
        return Err(Failure::new(
            DOING,
            "the processes never shared the processor",
        ));
    };
    let mut events: Vec<(u32, &str, bool)> = gaps
        .iter()
        .flat_map(|&(process, before, after)| [(before, process, true), (after, process, false)])
        .map(|(count, process, stops)| (count.wrapping_sub(origin), process, stops))
        .collect();
    events.sort_unstable();
    let all: Vec<Option<u32>> = events
        .windows(2)
        .filter(|pair| pair[0].2)
        .skip(1)
        .map(|pair| {
            let [(stopped, one, _), (resumed, other, stops)] = pair else {
                return None;
            };
            (!stops && one != other).then(|| (resumed - stopped).saturating_sub(ROUND))
        })
        .take(3 * SWITCHES)
        .collect();
    let all: Option<Vec<u32>> = all.into_iter().collect();
    let Some((first, second)) = all
        .as_ref()
        .filter(|all| all.len() == 3 * SWITCHES)
        .map(|all| all.split_at(SWITCHES))
    else {
        return Err(Failure::new(
            DOING,
            format!("something else came between the processes: {events:?}"),
        ));
    };
    let cost = |switches: &[u32]| Cost {
        name: "switch".to_owned(),
        repetitions: switches.len() as u32,
        instructions: switches.iter().sum(),
    };
    Ok(vec![cost(first), cost(second)])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two processes in turn, `slice` each, `switch` between them.
    fn shared(slice: u32, switch: u32) -> Vec<(&'static str, u32, u32)> {
        let mut now = u32::MAX - 40 * slice;
        let mut gaps = Vec::new();
        let mut stopped = [None, None];
        for turn in 0..32 {
            if let Some(before) = stopped[turn % 2].take() {
                gaps.push((["a", "b"][turn % 2], before, now));
            }
            now = now.wrapping_add(slice);
            stopped[turn % 2] = Some(now);
            now = now.wrapping_add(switch + ROUND);
        }
        gaps.sort_by_key(|&(process, ..)| process);
        gaps
    }

    #[test]
    fn switches_are_found_over_an_overflow_of_the_counter() {
        let found: Vec<(u32, u32)> = switches(&shared(u32::MAX / 60, 1_000))
            .expect("switches")
            .iter()
            .map(|cost| (cost.repetitions, cost.instructions))
            .collect();
        assert_eq!(found, [(6, 6_000), (12, 12_000)]);
    }

    #[test]
    fn an_interruption_that_switches_nothing_is_refused() {
        let mut gaps = shared(10_000, 1_000);
        let (_, before, _) = gaps[5];
        gaps.push(("a", before - 5_000, before - 4_000));
        assert!(switches(&gaps).is_err());
        assert!(switches(&[]).is_err());
    }

    #[test]
    fn a_missing_figure_is_refused() {
        let lines = ["cost upcall 10 200 10".to_owned()];
        assert!(parse(&lines).is_err());
    }
}
