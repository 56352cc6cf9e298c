// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What the LEDs must show in each phase, and whether a trace shows it.
//!
//! The table is the one in the design document, written here a second time on
//! purpose: the tests compare the board with the document, not with itself.

use std::fmt;
use std::time::Duration;

use crate::panel::{Change, Lamps};
use crate::phase::Phase;

/// How one LED behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lamp {
    On,
    Off,
    /// Changes each time this long has passed.
    Blink(Duration),
    /// May be on or off, as the daemon asks for identification.
    Either,
}

const FAST: Duration = Duration::from_millis(100);
const MEDIUM: Duration = Duration::from_millis(300);
const SLOW: Duration = Duration::from_millis(1_000);

/// The shortest and longest time between two changes of a blink. The board's time
/// goes on with the host's while the board is idle, and a busy host wakes it late: a
/// change comes late then, or early after a late one. The paces stay apart all the same.
fn pace(period: Duration) -> std::ops::RangeInclusive<Duration> {
    period * 65 / 100..=period * 190 / 100
}

/// Changes closer together than this belong together.
const MOMENT: Duration = Duration::from_millis(1);

/// Left and right LED in a phase; `None` when they belong to the tenant.
fn expected(phase: Phase) -> Option<(Lamp, Lamp)> {
    match phase {
        Phase::BootWindow => Some((Lamp::On, Lamp::Off)),
        Phase::Button => Some((Lamp::On, Lamp::Blink(MEDIUM))),
        Phase::Wiping | Phase::ComputingKeys => Some((Lamp::On, Lamp::Blink(FAST))),
        Phase::Looking | Phase::Connecting => Some((Lamp::Blink(SLOW), Lamp::Off)),
        Phase::Connected => Some((Lamp::Blink(MEDIUM), Lamp::Either)),
        Phase::Agreeing | Phase::Storing | Phase::Stored => Some((Lamp::On, Lamp::Blink(FAST))),
        Phase::Failed | Phase::Restarting => Some((Lamp::On, Lamp::On)),
        Phase::Tenant => None,
    }
}

/// Why a trace does not agree with the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// Number of the first change that fits no phase, counting those of one
    /// moment as one.
    pub index: usize,
    pub change: Change,
    /// The phases that were possible before it.
    pub phases: Vec<Phase>,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "LED change {} at {:.3} s to left {}, right {} fits none of the phases {:?}",
            self.index,
            self.change.at.as_secs_f64(),
            self.change.lamps.left,
            self.change.lamps.right,
            self.phases,
        )
    }
}

/// One way to read the trace so far: the phase that it is in, and when each LED
/// changed last.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Reading {
    phase: usize,
    left: Duration,
    right: Duration,
}

/// Checks a trace from power-on to its end against the phases that the console
/// announced in that time, in order. A phase too short to be seen may be
/// passed over; a change that no remaining phase explains is a mismatch.
pub fn check(phases: &[Phase], changes: &[Change]) -> Result<(), Mismatch> {
    let changes = settled(changes);
    let mut readings: Vec<Reading> = Vec::new();
    let mut previous: Option<Change> = None;
    for (index, &change) in changes.iter().enumerate() {
        let mut next: Vec<Reading> = Vec::new();
        match previous {
            None => next.extend(entries(phases, 0, Change::default(), change)),
            Some(before) => {
                for reading in &readings {
                    next.extend(stays(phases, *reading, before, change));
                    next.extend(entries(phases, reading.phase + 1, before, change));
                }
            }
        }
        next.dedup();
        if next.is_empty() {
            let mut possible: Vec<usize> = readings.iter().map(|reading| reading.phase).collect();
            possible.dedup();
            return Err(Mismatch {
                index,
                change,
                phases: possible.into_iter().map(|phase| phases[phase]).collect(),
            });
        }
        readings = next;
        previous = Some(change);
    }
    Ok(())
}

/// The changes as an eye sees them: the kernel switches one LED after the other,
/// so that of changes at one moment only the last is a state.
fn settled(changes: &[Change]) -> Vec<Change> {
    let mut states: Vec<Change> = Vec::new();
    for change in changes {
        match states.last_mut() {
            Some(last) if change.at.saturating_sub(last.at) < MOMENT => last.lamps = change.lamps,
            _ => states.push(*change),
        }
    }
    states
}

/// The readings in which `change` is the first to be seen of one of the phases
/// from `first` on. A blink begins with on, which is no change where the LED was
/// on `before`; then what is seen first is its end, a period later.
fn entries(phases: &[Phase], first: usize, before: Change, change: Change) -> Vec<Reading> {
    let since = change.at.saturating_sub(before.at);
    let may_begin = |lamp: Lamp, was: bool, is: bool| match lamp {
        Lamp::On => is,
        Lamp::Off => !is,
        Lamp::Either => true,
        Lamp::Blink(period) => is || was && since >= *pace(period).start(),
    };
    let fits = |phase: Phase| match expected(phase) {
        None => change.lamps.released,
        Some((left, right)) => {
            !change.lamps.released
                && may_begin(left, before.lamps.left, change.lamps.left)
                && may_begin(right, before.lamps.right, change.lamps.right)
        }
    };
    (first..phases.len())
        .filter(|&phase| fits(phases[phase]))
        .map(|phase| Reading {
            phase,
            left: change.at,
            right: change.at,
        })
        .collect()
}

/// The reading in which `change` happens within its phase, if it can.
fn stays(phases: &[Phase], reading: Reading, before: Change, change: Change) -> Option<Reading> {
    let Some((left, right)) = expected(phases[reading.phase]) else {
        // The tenant does as it likes.
        return change.lamps.released.then_some(reading);
    };
    let Lamps {
        left: left_on,
        right: right_on,
        released,
    } = change.lamps;
    if released {
        return None;
    }
    let mut after = reading;
    if !step(left, before.lamps.left, left_on, &mut after.left, change.at) {
        return None;
    }
    if !step(
        right,
        before.lamps.right,
        right_on,
        &mut after.right,
        change.at,
    ) {
        return None;
    }
    Some(after)
}

/// Whether one LED may go from `was` to `is` at `at`; notes the change.
fn step(lamp: Lamp, was: bool, is: bool, changed: &mut Duration, at: Duration) -> bool {
    let since = at.saturating_sub(*changed);
    let fits = match lamp {
        Lamp::On => is,
        Lamp::Off => !is,
        Lamp::Either => true,
        Lamp::Blink(period) if was == is => since <= *pace(period).end(),
        Lamp::Blink(period) => pace(period).contains(&since),
    };
    if was != is {
        *changed = at;
    }
    fits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(ms: u64, left: bool, right: bool) -> Change {
        Change {
            at: Duration::from_millis(ms),
            lamps: Lamps {
                left,
                right,
                released: false,
            },
        }
    }

    fn released(ms: u64) -> Change {
        Change {
            at: Duration::from_millis(ms),
            lamps: Lamps {
                released: true,
                ..Lamps::default()
            },
        }
    }

    const WHOLE: [Phase; 6] = [
        Phase::ComputingKeys,
        Phase::Looking,
        Phase::Connected,
        Phase::Agreeing,
        Phase::Stored,
        Phase::Tenant,
    ];

    fn good() -> Vec<Change> {
        vec![
            change(10, true, true),
            change(110, true, false),
            change(210, true, true),
            change(250, true, false),
            change(1_250, false, false),
            change(2_250, true, false),
            change(2_500, true, false),
            change(2_800, false, false),
            change(3_100, true, true),
            change(3_200, true, false),
            change(3_300, true, true),
            released(3_350),
        ]
    }

    #[test]
    fn the_table_s_own_trace_is_taken() {
        assert_eq!(check(&WHOLE, &good()), Ok(()));
    }

    #[test]
    fn leds_that_are_switched_one_after_the_other_change_together() {
        let mut changes = good();
        // Left off, then right on, within one moment, entering the keys.
        changes.insert(0, change(10, true, false));
        changes.insert(0, change(10, false, false));
        assert_eq!(check(&WHOLE, &changes), Ok(()));
    }

    #[test]
    fn a_blink_at_another_pace_is_refused() {
        for (phase, period) in [
            (Phase::Looking, SLOW),
            (Phase::Connected, MEDIUM),
            (Phase::ComputingKeys, FAST),
        ] {
            for other in [SLOW, MEDIUM, FAST] {
                let left = phase != Phase::ComputingKeys;
                let first = change(0, true, !left);
                let mut second = change(0, !left, false);
                second.at = other;
                assert_eq!(
                    check(&[phase], &[first, second]).is_ok(),
                    other == period,
                    "{phase} at {other:?}"
                );
            }
        }
    }

    #[test]
    fn a_lamp_that_the_phase_does_not_show_is_refused() {
        let mut changes = good();
        changes[5].lamps = Lamps {
            left: false,
            right: true,
            released: false,
        };
        assert!(check(&WHOLE[..2], &changes[..6]).is_err());
    }

    #[test]
    fn phases_out_of_order_are_refused() {
        let turned = [Phase::Looking, Phase::ComputingKeys];
        assert!(check(&turned, &good()[..6]).is_err());
    }

    #[test]
    fn lamps_are_released_only_with_the_tenant() {
        assert!(check(&[Phase::BootWindow], &[change(0, true, false), released(5)]).is_err());
        assert_eq!(
            check(
                &[Phase::BootWindow, Phase::Tenant],
                &[change(0, true, false), released(5)]
            ),
            Ok(())
        );
    }
}
