// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Does what the parameters say.

use crate::call::{fault, pause, say, ticks};
use crate::conversation::{self, Next, Status};
use crate::parameters::{Mode, Parameters};
use crate::{alarms, sequence};

/// Ticks of a second.
const SECOND: u32 = 10_000_000;

pub fn run(name: &str) -> ! {
    let Parameters { seed, steps, mode } = Parameters::read();
    // Each life of a process is another one, and in counted time the same one
    // in each run.
    let moment = ticks();
    // Before anything else has taken the memory for grants.
    pause(1);
    let seed = u64::from(seed) << 32 | u64::from(moment);
    say(format_args!("{name} begins, {mode:?} {seed:#018x}"));
    match mode {
        Mode::Sequence => sequence::play(seed, steps as usize),
        Mode::Alarms => alarms::measure(),
        Mode::DieAgreeing => die_agreeing(),
        Mode::Idle => {}
    }
    loop {
        pause(SECOND);
    }
}

/// Hands the kernel a share and dies.
fn die_agreeing() -> ! {
    const PAUSE: u32 = 1_000;
    conversation::lend_properly();
    conversation::open();
    let mut next = None;
    loop {
        let status = Status::read();
        if status.frame_waits() {
            next = conversation::take().and_then(Next::after);
        } else if let (true, Some(what)) = (status.takes_frame(), next) {
            let (kind, length) = what.write();
            if what == Next::Share {
                say(format_args!("dies"));
                conversation::hand_over(kind, length);
                fault();
            }
            conversation::hand_over(kind, length);
            next = Some(Next::Share);
        } else {
            pause(PAUSE);
        }
    }
}
