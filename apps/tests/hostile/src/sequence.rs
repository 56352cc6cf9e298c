// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Calls in any order, from a seed, that end with a death.

use crate::call::{
    self, ALARM, DRIVERS, Function, PROVISIONING, SUCCESS_U32, memop, pause, say, subscribe,
};
use crate::conversation::{self, Next, Status};
use crate::dice::Dice;
use crate::memory::{self, FRAME, LEN, Lent, PAYLOAD};
use provisioning_wire::FrameType;

/// The last command of any driver, and some more.
const COMMANDS: usize = 12;

/// Arguments at the edges of what any command takes, and pointers.
const ARGUMENTS: [usize; 24] = [
    0,
    1,
    2,
    3,
    0x21,
    0x22,
    0x24,
    0x28,
    0x2f,
    32,
    65,
    128,
    255,
    256,
    1_023,
    1_024,
    1_025,
    1_027,
    0x7fff_ffff,
    0x8000_0000,
    0x8020_0000,
    0x8030_0000,
    usize::MAX - 1,
    usize::MAX,
];
const LENGTHS: [usize; 11] = [0, 1, 3, 15, 16, 64, 97, 1_023, 1_024, 1_027, 1_500];

/// Longest pause, in ticks: about the time of three slices of the kernel's.
const PAUSE: usize = 10_000;
/// Longest pause while the kernel computes, in ticks: half a key agreement.
const LONG_PAUSE: usize = 200_000;

/// How deep a life went.
#[derive(Default)]
struct Counts {
    calls: u32,
    opened: u32,
    shares: u32,
    /// Confirmations, which are all false.
    guesses: u32,
    spoiled: u32,
}

struct Sequence {
    dice: Dice,
    next: Option<Next>,
    counts: Counts,
}

/// Plays one life.
pub fn play(seed: u64, most: usize) -> ! {
    let mut sequence = Sequence {
        dice: Dice::new(seed),
        next: None,
        counts: Counts::default(),
    };
    let steps = most / 2 + sequence.dice.below(most / 2 + 1);
    for _ in 0..steps {
        sequence.step();
    }
    let Counts {
        calls,
        opened,
        shares,
        guesses,
        spoiled,
    } = sequence.counts;
    say(format_args!(
        "life {seed:#x} spoiled {spoiled} steps {steps} calls {calls}"
    ));
    say(format_args!(
        "end {seed:#x} opened {opened} shares {shares} guesses {guesses}"
    ));
    sequence.die()
}

impl Sequence {
    fn step(&mut self) {
        // What a step makes of its dice depends on when the kernel had random
        // numbers; those of the next step must not.
        let next = Dice::new(self.dice.next());
        self.act();
        self.dice = next;
    }

    fn act(&mut self) {
        match self.dice.below(24) {
            0..=3 => self.any_call(),
            4 | 5 => self.lend(),
            6 => self.subscribe(),
            7 => memory::scribble(&mut self.dice),
            8 => self.memop(),
            9 => {
                self.counts.opened += u32::from(conversation::open());
                self.next = None;
            }
            10 if self.dice.one_in(4) => conversation::close(),
            11 => pause(1 + self.dice.below(PAUSE) as u32),
            // Whatever is subscribed by now is run.
            12 => {
                call::tame();
                // A yield that finds nothing but upcalls without functions
                // sleeps until there is one with a function.
                if call::command(ALARM, 5, 1, 0)[0] == SUCCESS_U32 {
                    call::yield_no_wait();
                }
            }
            _ => self.carry_on(),
        }
    }

    fn argument(&mut self) -> usize {
        match self.dice.below(10) {
            0 => self.dice.next() as usize,
            1 => memory::start() + self.dice.below(LEN),
            _ => self.dice.of(&ARGUMENTS),
        }
    }

    fn driver(&mut self) -> usize {
        match self.dice.one_in(2) {
            true => PROVISIONING,
            false => self.dice.of(&DRIVERS),
        }
    }

    fn any_call(&mut self) {
        let driver = self.driver();
        let number = match self.dice.one_in(10) {
            true => self.argument(),
            false => self.dice.below(COMMANDS + 1),
        };
        let (r2, r3) = (self.argument(), self.argument());
        call::command(driver, number, r2, r3);
        self.counts.calls += 1;
    }

    /// Lends a driver some memory, once more, none, or another's.
    fn lend(&mut self) {
        let driver = self.driver();
        let number = self.dice.of(&[0, 0, 0, 1, 2, 3, usize::MAX]);
        let at = self.dice.below(LEN);
        let length = self.dice.of(&LENGTHS);
        let lent = match self.dice.below(8) {
            0 => Lent::none(0),
            1 => Lent::none(length),
            2 => Lent::foreign(&mut self.dice, length),
            3 => Lent::around(at, self.dice.below(8)),
            _ => Lent::part(at, length),
        };
        let lend = self
            .dice
            .of(&[call::allow_rw, call::allow_ro, call::allow_readable]);
        lend(driver, number, lent);
        self.counts.calls += 1;
    }

    fn subscribe(&mut self) {
        let driver = self.driver();
        let number = self.dice.of(&[0, 0, 0, 1, 2, usize::MAX]);
        let function = match self.dice.below(4) {
            0 => Function::NONE,
            1 => Function::elsewhere(self.argument()),
            _ => Function::harmless(),
        };
        subscribe(driver, number, function, self.argument());
        self.counts.calls += 1;
    }

    /// Operations on memory, and some that there are not.
    fn memop(&mut self) {
        memop(2 + self.dice.below(14), self.argument());
        memop(self.dice.below(2), self.argument());
        self.counts.calls += 2;
    }

    /// Does the next thing of a conversation, or something near it.
    fn carry_on(&mut self) {
        let status = Status::read();
        if !status.is_open() {
            return;
        }
        conversation::lend_properly();
        if status.frame_waits() {
            if let Some(kind) = conversation::take() {
                self.next = Next::after(kind);
                self.counts.shares += u32::from(kind == FrameType::ShareV.to_wire());
            }
            return;
        }
        let (true, Some(next)) = (status.takes_frame(), self.next) else {
            // It computes, or it is at the end of its conversation.
            match self.dice.below(4) {
                0 => {}
                1 if self.next.is_none() && self.dice.one_in(4) => conversation::close(),
                _ => pause(self.dice.below(LONG_PAUSE) as u32),
            }
            return;
        };
        let (mut kind, mut length) = next.write();
        let spoiled = self.dice.one_in(8);
        if spoiled {
            self.counts.spoiled += 1;
            match self.dice.below(3) {
                0 => kind = self.dice.next() as u8,
                1 => length = self.dice.of(&LENGTHS),
                _ => {
                    let at = PAYLOAD + self.dice.below(length);
                    memory::write(at, &[memory::byte(at) ^ 1 << self.dice.below(8)]);
                }
            }
        }
        let taken = conversation::hand_over(kind, length);
        if self.dice.one_in(3) {
            // What was copied is copied; and what comes goes elsewhere.
            memory::write(PAYLOAD, &[0xa5; 512]);
            let length = self.dice.of(&LENGTHS);
            call::allow_rw(PROVISIONING, 0, Lent::part(FRAME, length));
            call::allow_ro(PROVISIONING, 0, Lent::none(0));
        }
        if taken {
            self.counts.guesses += u32::from(next == Next::Confirm && !spoiled);
            self.next = next.then();
        }
    }

    fn die(&mut self) -> ! {
        if self.dice.one_in(3) {
            subscribe(ALARM, 0, Function::no_code(), 0);
            call::command(ALARM, 5, 1, 0);
            for _ in 0..1_000 {
                call::yield_no_wait();
            }
        }
        call::fault()
    }
}
