// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Two processes that use a device which takes its time.
//!
//! The one that leads starts until a second start finds the first under way, and
//! says so. The one that follows then starts too. Should the device be done before
//! both have seen what there is to see, the next round tries again: nothing here
//! depends on how fast the host is.

use crate::*;

/// Starts before the device must have been slow once.
const ROUNDS: usize = 20_000;

/// Counters of the test driver.
mod counter {
    /// Rounds in which the leading one is under way.
    pub const LED: usize = 0;
    /// Rounds in which the other one has started.
    pub const FOLLOWED: usize = 1;
    /// Rounds in which its second start was refused.
    pub const REFUSED: usize = 2;
    /// The leading one is through.
    pub const THROUGH: usize = 3;
}

/// A device and what both do with it.
pub struct Work {
    /// Starts; the first two registers.
    pub start: fn() -> [usize; 2],
    /// Driver and number of the upcall at the end.
    pub upcall: (usize, usize),
    /// What the upcall says.
    pub done: [usize; 3],
    /// The first of four counters.
    pub counters: usize,
}

/// What a process saw.
#[derive(Default)]
pub struct Seen {
    /// A second start was refused with BUSY, while the first was under way.
    pub busy: bool,
    /// The other one started while this one was under way, and was refused a
    /// second start.
    pub together: bool,
    /// A first start was refused.
    pub refused: bool,
    /// An upcall said something else.
    pub wrong: usize,
}

fn pending() -> usize {
    ask(test::TASKS, 0, 0)
}

impl Work {
    fn counter(&self, number: usize) -> usize {
        ask(test::SHARED, self.counters + number, 0)
    }

    fn count(&self, number: usize, more: usize) {
        command(TEST, test::SHARED, self.counters + number, more);
    }

    /// Starts twice. Whether the second start was refused, and how many upcalls
    /// come.
    fn start_twice(&self, seen: &mut Seen) -> (bool, usize) {
        let first = (self.start)();
        seen.refused |= first[0] != variant::SUCCESS;
        let second = (self.start)();
        let busy = second == [variant::FAILURE, error::BUSY];
        seen.refused |= !busy && second[0] != variant::SUCCESS;
        seen.busy |= busy;
        (busy, 2 - usize::from(busy))
    }

    fn wait(&self, upcalls: usize, seen: &mut Seen) {
        for _ in 0..upcalls {
            let (driver, number) = self.upcall;
            seen.wrong += usize::from(three(yield_wait_for(driver, number)) != self.done);
        }
    }

    /// What the first process does.
    pub fn lead(&self) -> Seen {
        let mut seen = Seen::default();
        for _ in 0..ROUNDS {
            let (busy, upcalls) = self.start_twice(&mut seen);
            if busy {
                let refused = self.counter(counter::REFUSED);
                self.count(counter::LED, 1);
                let round = self.counter(counter::LED);
                while pending() == 0 && self.counter(counter::FOLLOWED) < round {
                    sleep(MILLISECOND);
                }
                seen.together |= self.counter(counter::FOLLOWED) == round
                    && self.counter(counter::REFUSED) == refused + 1
                    && pending() == 0;
            }
            self.wait(upcalls, &mut seen);
            if seen.together {
                break;
            }
        }
        self.count(counter::THROUGH, 1);
        seen
    }

    /// What the second process does.
    pub fn follow(&self) -> Seen {
        let mut seen = Seen::default();
        let mut round = 0;
        loop {
            let led = self.counter(counter::LED);
            if led > round {
                let (busy, upcalls) = self.start_twice(&mut seen);
                if busy {
                    self.count(counter::REFUSED, 1);
                }
                // Rounds that were missed are over: whoever made up for them would
                // be behind in each that follows.
                self.count(counter::FOLLOWED, led - round);
                round = led;
                self.wait(upcalls, &mut seen);
            } else if self.counter(counter::THROUGH) != 0 {
                return seen;
            } else {
                sleep(MILLISECOND);
            }
        }
    }
}

/// The room that a stalled console has must not be of whole rounds: with two lines in
/// each, the second start could be what finds it full, round after round.
const LINE: usize = 63;
static TEXT: [u8; LINE] = {
    let mut text = [b'.'; LINE];
    text[LINE - 1] = b'\n';
    text
};

/// The console, which nobody reads for a while.
pub const CONSOLE_WRITE: Work = Work {
    start: || {
        allow_ro(CONSOLE, 1, TEXT.as_ptr() as usize, LINE);
        two(command(CONSOLE, 1, LINE, 0))
    },
    upcall: (CONSOLE, 1),
    done: [LINE, 0, 0],
    counters: 0,
};

const FRAME: usize = 60;
static OUT: [u8; FRAME] = [0x55; FRAME];

/// The network, which sends a while after it is told to.
pub const ETHERNET_TRANSMIT: Work = Work {
    start: || {
        allow_ro(ETHERNET, 0, OUT.as_ptr() as usize, FRAME);
        two(command(ETHERNET, 3, FRAME, 0x5151))
    },
    upcall: (ETHERNET, 1),
    done: [0, FRAME, 0x5151],
    counters: 4,
};
