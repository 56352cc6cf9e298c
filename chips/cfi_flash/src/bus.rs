// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! How the driver reaches the chips.

use kernel::utilities::StaticRef;
use kernel::utilities::registers::ReadWrite;
use kernel::utilities::registers::interfaces::{Readable, Writeable};

/// A 32-bit bus with two 16-bit chips side by side, addressed in words.
pub trait Bus {
    /// Words that can be addressed.
    fn len(&self) -> usize;
    /// Whether nothing can be addressed.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Reads the word; past the end, an erased one.
    fn read(&self, word: usize) -> u32;
    /// Writes the word; past the end, nothing.
    fn write(&self, word: usize, value: u32);
}

/// Chips that are mapped to memory.
pub struct MappedBus<const WORDS: usize> {
    registers: StaticRef<[ReadWrite<u32>; WORDS]>,
}

impl<const WORDS: usize> MappedBus<WORDS> {
    /// The chips at this place.
    pub const fn new(registers: StaticRef<[ReadWrite<u32>; WORDS]>) -> Self {
        Self { registers }
    }
}

impl<const WORDS: usize> Bus for MappedBus<WORDS> {
    fn len(&self) -> usize {
        WORDS
    }

    fn read(&self, word: usize) -> u32 {
        self.registers
            .get(word)
            .map_or(u32::MAX, |register| register.get())
    }

    fn write(&self, word: usize, value: u32) {
        if let Some(register) = self.registers.get(word) {
            register.set(value);
        }
    }
}
