// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Does what the parameters say.

use crate::call::{fault, pause, say, ticks};
use crate::conversation::{Conversation, Heard, Next, Status};
use crate::dice::Dice;
use crate::parameters::{Mode, Parameters};
use crate::{alarms, sequence};

/// Ticks of a second.
const SECOND: u32 = 10_000_000;

pub fn run(name: &str) -> ! {
    let Parameters {
        seed,
        moment,
        steps,
        mode,
    } = Parameters::read();
    let moment = match moment {
        // Each life is another one.
        0 => ticks(),
        moment => moment,
    };
    let seed = u64::from(seed) << 32 | u64::from(moment);
    // Before anything else has taken the memory for grants.
    pause(1);
    say(format_args!("{name} begins, {mode:?} {seed:#x}"));
    match mode {
        Mode::Sequence => sequence::play(seed, steps as usize),
        Mode::Alarms => alarms::measure(),
        Mode::DieAgreeing => die_agreeing(seed),
    }
    loop {
        pause(SECOND);
    }
}

/// Hands the kernel a share and dies while it computes.
fn die_agreeing(seed: u64) -> ! {
    const PAUSE: u32 = 1_000;
    /// A key agreement takes about 300,000 ticks.
    const LATEST: usize = 250_000;
    // What the life before has left.
    say(format_args!("finds open {}", Status::read().is_open()));
    let mut conversation = Conversation::begin();
    loop {
        match conversation.listen() {
            Heard::Nothing => pause(PAUSE),
            Heard::Frame => {}
            Heard::Waiting(Next::Share) => {
                let delay = Dice::new(seed).below(LATEST);
                say(format_args!("dies {delay} ticks after its share"));
                conversation.say(Next::Share);
                pause(delay as u32);
                fault();
            }
            Heard::Waiting(what) => conversation.say(what),
        }
    }
}
