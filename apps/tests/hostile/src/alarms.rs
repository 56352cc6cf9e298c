// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! An alarm every millisecond, while the kernel computes and without.

use crate::call::{ALARM, Function, command, say, subscribe, ticks, wait_for};
use crate::conversation::{Conversation, Heard, Next};

/// Ticks from one alarm to the next, a millisecond.
const PERIOD: u32 = 10_000;

/// What a slice of the kernel's work may take, in ticks (`qemu_rv32_bench` checks
/// it), and something for the process's own calls.
const LATE: u32 = 4_100;

/// Alarms of one part of the conversation. All times are in ticks.
#[derive(Default)]
struct Alarms {
    served: u32,
    /// Of them, to which the process came later than [`LATE`].
    late: u32,
    /// Moments that had passed when the process came to ask for them.
    missed: u32,
    /// Most from a moment that was asked for to the kernel's notice of it.
    noticed_late: u32,
    /// Most from there to the process.
    served_late: u32,
    /// All of them together.
    duration: u32,
}

/// An alarm that comes every [`PERIOD`], however late the one before was.
struct Periodic {
    due: u32,
}

impl Periodic {
    fn begin() -> Self {
        subscribe(ALARM, 0, Function::NONE, 0);
        Self { due: ticks() }
    }

    /// Asks for the next one.
    fn arm(&mut self) {
        let before = self.due;
        self.due = before.wrapping_add(PERIOD);
        command(ALARM, 6, before as usize, PERIOD as usize);
    }

    /// Waits for it.
    fn wait(&mut self, alarms: &mut Alarms) {
        let [noticed, ..] = wait_for(ALARM, 0);
        let late = ticks().wrapping_sub(self.due);
        let noticed_late = (noticed as u32).wrapping_sub(self.due);
        alarms.served += 1;
        alarms.late += u32::from(late > LATE);
        alarms.noticed_late = alarms.noticed_late.max(noticed_late);
        alarms.served_late = alarms.served_late.max(late);
        let missed = late / PERIOD;
        alarms.missed += missed;
        alarms.duration += (1 + missed) * PERIOD;
        self.due = self.due.wrapping_add(missed * PERIOD);
    }
}

/// One conversation up to the kernel's share, with the alarms of each part.
pub fn measure() {
    /// Alarms while the kernel has nothing to compute.
    const IDLE: usize = 20;
    let mut idle = Alarms::default();
    let mut key = Alarms::default();
    let mut agreement = Alarms::default();
    let mut periodic = Periodic::begin();
    for _ in 0..IDLE {
        periodic.arm();
        periodic.wait(&mut idle);
    }
    let mut agreeing = false;
    periodic.arm();
    let mut conversation = Conversation::begin();
    loop {
        periodic.wait(if agreeing { &mut agreement } else { &mut key });
        // What keeps the kernel busy comes after the alarm is set.
        periodic.arm();
        match conversation.listen() {
            Heard::Frame if agreeing => break,
            Heard::Frame | Heard::Nothing => {}
            Heard::Waiting(what) => {
                conversation.say(what);
                agreeing = what == Next::Share;
            }
        }
    }
    for (name, alarms) in [("idle", idle), ("key", key), ("agreement", agreement)] {
        let Alarms {
            served,
            late,
            missed,
            noticed_late,
            served_late,
            duration,
        } = alarms;
        say(format_args!(
            "alarms {name} served {served} late {late} missed {missed} in {duration}"
        ));
        say(format_args!(
            "delays {name} noticed {noticed_late} served {served_late}"
        ));
    }
}
