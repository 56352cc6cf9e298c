// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A pair of chips with the Intel command set, as strict as real ones.

use std::cell::{Cell, RefCell};
use std::vec;
use std::vec::Vec;

use crate::bus::Bus;

/// Words of an erase block, both chips together.
pub const BLOCK_WORDS: usize = 1024;
const BLOCKS: usize = 4;

const READY: u32 = 0x0080_0080;
pub const ERASE_ERROR: u32 = 0x0020_0020;
pub const PROGRAM_ERROR: u32 = 0x0010_0010;

/// What the command register is waiting for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mode {
    /// Reads give the array.
    Array,
    /// Reads give the status.
    Status,
    /// The next write is a word to program.
    Program,
    /// The next write must confirm an erase.
    Erase,
}

/// The chips. Mistakes that real chips punish silently end the test.
pub struct FakeChips {
    words: RefCell<Vec<u32>>,
    mode: Cell<Mode>,
    status: Cell<u32>,
    /// Status reads until the operation is done.
    busy: Cell<usize>,
    /// Status reads that each operation takes.
    pub patience: Cell<usize>,
    /// Errors that the next operation ends with, instead of its effect.
    pub fault: Cell<u32>,
    pub programs: Cell<usize>,
    pub erases: Cell<usize>,
}

impl FakeChips {
    pub fn new() -> Self {
        Self {
            words: RefCell::new(vec![0xffff_ffff; BLOCK_WORDS * BLOCKS]),
            mode: Cell::new(Mode::Array),
            status: Cell::new(READY),
            busy: Cell::new(0),
            patience: Cell::new(3),
            fault: Cell::new(0),
            programs: Cell::new(0),
            erases: Cell::new(0),
        }
    }

    /// A word of the array, seen from outside.
    pub fn word(&self, index: usize) -> u32 {
        self.words.borrow()[index]
    }

    /// Whether the chips are ready to be read as memory, without errors left.
    pub fn is_at_rest(&self) -> bool {
        self.mode.get() == Mode::Array && self.status.get() == READY
    }

    /// Begins an operation; its effect happens unless a fault is due.
    fn operate(&self, effect: impl FnOnce()) {
        let fault = self.fault.take();
        if fault == 0 {
            effect();
        }
        self.status.set(self.status.get() | fault);
        self.busy.set(self.patience.get());
        self.mode.set(Mode::Status);
    }
}

impl Bus for &FakeChips {
    fn len(&self) -> usize {
        BLOCK_WORDS * BLOCKS
    }

    fn read(&self, word: usize) -> u32 {
        match self.mode.get() {
            Mode::Array => self.words.borrow()[word],
            Mode::Status => match self.busy.get() {
                0 => self.status.get(),
                left => {
                    self.busy.set(left - 1);
                    // One chip may be ready before the other.
                    if left == 1 { READY & 0xffff } else { 0 }
                }
            },
            mode => panic!("read in the middle of a command: {mode:?}"),
        }
    }

    fn write(&self, word: usize, value: u32) {
        match (self.mode.get(), value) {
            (Mode::Program, value) => self.operate(|| {
                self.programs.set(self.programs.get() + 1);
                let place = &mut self.words.borrow_mut()[word];
                assert_eq!(value & !*place, 0, "word {word} was not erased");
                *place &= value;
            }),
            (Mode::Erase, 0x00d0_00d0) => self.operate(|| {
                self.erases.set(self.erases.get() + 1);
                let start = word - word % BLOCK_WORDS;
                self.words.borrow_mut()[start..start + BLOCK_WORDS].fill(0xffff_ffff);
            }),
            (Mode::Erase, other) => panic!("erase confirmed with {other:#x}"),
            (_, command) => {
                assert_eq!(self.busy.get(), 0, "command {command:#x} to busy chips");
                match command {
                    0x00ff_00ff => self.mode.set(Mode::Array),
                    0x0050_0050 => self.status.set(READY),
                    0x0040_0040 | 0x0020_0020 => {
                        assert_eq!(self.status.get(), READY, "errors were not cleared");
                        self.mode.set(if command == 0x0040_0040 {
                            Mode::Program
                        } else {
                            Mode::Erase
                        });
                    }
                    other => panic!("unknown command {other:#x}"),
                }
            }
        }
    }
}
