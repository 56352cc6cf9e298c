// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Two processes that use a device which takes its time.
//!
//! The one that leads starts twice until the second start finds the first under way,
//! and says so. The one that follows then starts too. Should the device be done before
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
    /// Rounds in which its second start found the first under way.
    pub const AGAIN: usize = 2;
    /// The leading one is through.
    pub const THROUGH: usize = 3;
}

/// What becomes of a second start while the first is under way.
pub enum Second {
    /// It is refused with BUSY, and only the first has an upcall.
    Refused,
    /// It takes the place of the first, and only the second has an upcall.
    Replaces,
}

/// A device and what both do with it.
pub struct Work {
    /// Starts for the first or the second time; the first two registers.
    pub start: fn(usize) -> [usize; 2],
    /// Driver and number of the upcall at the end.
    pub upcall: (usize, usize),
    /// What the upcalls of both say.
    pub done: [[usize; 3]; 2],
    pub second: Second,
    /// The first of four counters.
    pub counters: usize,
}

/// What a process saw.
#[derive(Default)]
pub struct Seen {
    /// A second start found the first under way, and went as it should.
    pub again: bool,
    /// The other one started while this one was under way, and saw the same.
    pub together: bool,
    /// A start was refused that should not be.
    pub refused: bool,
    /// An upcall said something else, or was one too many.
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

    /// Starts twice. Whether the second start found the first under way.
    fn start_twice(&self, seen: &mut Seen) -> bool {
        let first = (self.start)(0);
        seen.refused |= first[0] != variant::SUCCESS;
        let second = (self.start)(1);
        let again = match self.second {
            Second::Refused => second == [variant::FAILURE, error::BUSY],
            // Had the first been done by then, its upcall would be there.
            Second::Replaces => second[0] == variant::SUCCESS && pending() == 0,
        };
        seen.refused |= !again && second[0] != variant::SUCCESS;
        seen.again |= again;
        again
    }

    /// Waits for the upcalls of both starts, or for the one that is left of them.
    fn wait(&self, again: bool, seen: &mut Seen) {
        let next = || three(yield_wait_for(self.upcall.0, self.upcall.1));
        let [first, second] = self.done;
        let right = match self.second {
            Second::Refused => next() == first && (again || next() == second),
            Second::Replaces => match next() {
                got if got == first => !again && next() == second,
                got => got == second,
            },
        };
        seen.wrong += usize::from(!right || pending() != 0);
    }

    /// What the first process does.
    pub fn lead(&self) -> Seen {
        let mut seen = Seen::default();
        for _ in 0..ROUNDS {
            let under_way = self.start_twice(&mut seen);
            if under_way {
                let again = self.counter(counter::AGAIN);
                self.count(counter::LED, 1);
                let round = self.counter(counter::LED);
                while pending() == 0 && self.counter(counter::FOLLOWED) < round {
                    sleep(MILLISECOND);
                }
                seen.together |= self.counter(counter::FOLLOWED) == round
                    && self.counter(counter::AGAIN) == again + 1
                    && pending() == 0;
            }
            self.wait(under_way, &mut seen);
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
                let under_way = self.start_twice(&mut seen);
                if under_way {
                    self.count(counter::AGAIN, 1);
                }
                // Rounds that were missed are over: whoever made up for them would
                // be behind in each that follows.
                self.count(counter::FOLLOWED, led - round);
                round = led;
                self.wait(under_way, &mut seen);
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

/// Lengths of the ends of a line that are written first and second.
const LENGTHS: [usize; 2] = [LINE / 2, LINE];

/// The console, which nobody reads for a while.
pub const CONSOLE_WRITE: Work = Work {
    start: |time| {
        let end = &TEXT[LINE - LENGTHS[time]..];
        allow_ro(CONSOLE, 1, end.as_ptr() as usize, end.len());
        two(command(CONSOLE, 1, end.len(), 0))
    },
    upcall: (CONSOLE, 1),
    done: [[LENGTHS[0], 0, 0], [LENGTHS[1], 0, 0]],
    second: Second::Replaces,
    counters: 0,
};

const FRAME: usize = 60;
static OUT: [u8; FRAME] = [0x55; FRAME];

/// The network, which sends a while after it is told to.
pub const ETHERNET_TRANSMIT: Work = Work {
    start: |_| {
        allow_ro(ETHERNET, 0, OUT.as_ptr() as usize, FRAME);
        two(command(ETHERNET, 3, FRAME, 0x5151))
    },
    upcall: (ETHERNET, 1),
    done: [[0, FRAME, 0x5151]; 2],
    second: Second::Refused,
    counters: 4,
};
