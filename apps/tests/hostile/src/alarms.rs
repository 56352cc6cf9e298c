// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! An alarm every millisecond, while the kernel computes and without.

use crate::call::{ALARM, SUCCESS_U32, command, say, subscribe, ticks, wait_for};
use crate::conversation::{self, Next, Status};

/// Ticks from one alarm to the next, a millisecond.
const PERIOD: u32 = 10_000;

/// Alarms of one part of the conversation. All times are in ticks.
#[derive(Default)]
struct Alarms {
    served: u32,
    /// The kernel came later than [`LATE`](self) to what was due.
    missed: u32,
    /// From the moment that was asked for to the kernel's notice of it.
    longest_noticed: u32,
    /// From the moment that was asked for to the process's next instruction.
    longest: u32,
    /// From the first to the last.
    duration: u32,
}

/// An alarm that comes every [`PERIOD`], whenever it is served.
struct Periodic {
    due: u32,
}

impl Periodic {
    fn begin() -> Self {
        subscribe(ALARM, 0, 0, 0);
        Self { due: ticks() }
    }

    /// Waits for the next one. Those that were slept over are counted.
    fn wait(&mut self, alarms: &mut Alarms) {
        let before = self.due;
        self.due = self.due.wrapping_add(PERIOD);
        if command(ALARM, 6, before as usize, PERIOD as usize)[0] != SUCCESS_U32 {
            return;
        }
        let [noticed, ..] = wait_for(ALARM, 0);
        let now = ticks();
        let late = now.wrapping_sub(self.due);
        alarms.served += 1;
        alarms.longest = alarms.longest.max(late);
        alarms.longest_noticed = alarms
            .longest_noticed
            .max((noticed as u32).wrapping_sub(self.due));
        alarms.duration = alarms.duration.wrapping_add(now.wrapping_sub(before));
        let slept_over = late / PERIOD;
        alarms.missed += slept_over;
        self.due = self.due.wrapping_add(slept_over * PERIOD);
    }
}

/// One conversation up to the kernel's share, with alarms counted for each of
/// its parts.
pub fn measure() {
    let mut idle = Alarms::default();
    let mut key = Alarms::default();
    let mut agreement = Alarms::default();
    let mut periodic = Periodic::begin();
    for _ in 0..20 {
        periodic.wait(&mut idle);
    }
    conversation::lend_properly();
    let mut next = None;
    let mut agreeing = false;
    conversation::open();
    loop {
        periodic.wait(if agreeing { &mut agreement } else { &mut key });
        let status = Status::read();
        if status.frame_waits() {
            next = conversation::take().and_then(Next::after);
            if agreeing {
                break;
            }
        } else if let (true, Some(say)) = (status.takes_frame(), next) {
            let (kind, length) = say.write();
            conversation::hand_over(kind, length);
            agreeing = say == Next::Share;
            next = (say == Next::Reply).then_some(Next::Share);
        }
    }
    for (name, alarms) in [("idle", idle), ("key", key), ("agreement", agreement)] {
        let Alarms {
            served,
            missed,
            longest_noticed,
            longest,
            duration,
        } = alarms;
        say(format_args!(
            "alarms {name} served {served} missed {missed} noticed-late {longest_noticed} \
             served-late {longest} of {duration} ticks"
        ));
    }
}
