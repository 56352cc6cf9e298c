// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Apps that were linked for addresses, as all are on RISC-V.
//!
//! A TBF holds addresses of 32 bits, so these tests need memory that low.

use core::ffi::{c_int, c_long, c_void};
use core::sync::atomic::{AtomicUsize, Ordering};

use super::board::{Board, Caps};
use super::tbf::{Tbf, app, padding};
use crate::process::load_processes;

/// Distance of the blocks that the tests get.
const SPACING: usize = 0x10_0000;
const FLASH_SIZE: usize = 0x1_0000;
const RAM_SIZE: usize = 0x2_0000;

const PROT_READ_WRITE: c_int = 3;
/// Private, anonymous, at this address and not over anything else.
const MAP_LOW: c_int = 0x02 | 0x20 | 0x10_0000;

// SAFETY: The signature is that of POSIX on this platform.
unsafe extern "C" {
    fn mmap(
        address: *mut c_void,
        length: usize,
        protection: c_int,
        flags: c_int,
        file: c_int,
        offset: c_long,
    ) -> *mut c_void;
}

/// Memory below 4 GiB for ever, not given out before.
fn low_memory(size: usize) -> &'static mut [u8] {
    static NEXT: AtomicUsize = AtomicUsize::new(0x3000_0000);
    assert!(size <= SPACING);
    loop {
        let address = NEXT.fetch_add(SPACING, Ordering::Relaxed);
        assert!(address < 0x7000_0000, "no low memory is free");
        let wanted = core::ptr::without_provenance_mut::<c_void>(address);
        // SAFETY: asks for new memory; nothing that exists is replaced.
        let got = unsafe { mmap(wanted, size, PROT_READ_WRITE, MAP_LOW, -1, 0) };
        if got == wanted {
            // SAFETY: the memory is new, readable, writeable, zeroed, of this
            // size, and never given back.
            return unsafe { core::slice::from_raw_parts_mut(got.cast(), size) };
        }
    }
}

struct Low {
    flash: &'static mut [u8],
    ram: &'static mut [u8],
    /// Bytes of flash that are filled.
    used: usize,
}

impl Low {
    fn new() -> Low {
        Low {
            flash: low_memory(FLASH_SIZE),
            ram: low_memory(RAM_SIZE),
            used: 0,
        }
    }

    fn ram_start(&self) -> usize {
        self.ram.as_ptr().addr()
    }

    fn put(&mut self, bytes: &[u8]) {
        self.flash[self.used..self.used + bytes.len()].copy_from_slice(bytes);
        self.used += bytes.len();
    }

    /// Puts an app that was linked for the flash it gets and for this RAM,
    /// `off` bytes away from it in flash.
    fn put_app(&mut self, name: &'static str, ram: usize, off: usize) {
        let mut tbf: Tbf = app(name);
        tbf.fixed = Some((0, 0));
        let start = self.flash.as_ptr().addr() + self.used;
        let flash = start + tbf.protected_size() + off;
        tbf.fixed = Some((ram as u32, flash as u32));
        self.put(&tbf.build());
    }

    fn load(self) -> Board {
        let board = Board::empty();
        let flash: &'static [u8] = self.flash;
        let result = load_processes(
            board.kernel,
            board.chip,
            flash,
            self.ram,
            board.policy,
            &Caps,
        );
        assert!(result.is_ok());
        board
    }
}

fn ram_starts(board: &Board) -> std::vec::Vec<usize> {
    let processes = board.processes();
    processes
        .iter()
        .map(|p| p.get_addresses().sram_start)
        .collect()
}

#[test]
fn an_app_gets_the_addresses_that_it_was_linked_for() {
    let mut low = Low::new();
    let (first, second) = (low.ram_start() + 0x1000, low.ram_start() + 0x8000);
    low.put_app("first", first, 0);
    low.put(&padding(0x400));
    low.put_app("second", second, 0);
    let board = low.load();
    assert_eq!(board.names(), ["first", "second"]);
    assert_eq!(ram_starts(&board), [first, second]);
}

#[test]
fn ram_is_given_out_upwards_only() {
    let mut low = Low::new();
    let start = low.ram_start();
    low.put_app("high", start + 0x8000, 0);
    low.put_app("behind", start + 0x1000, 0);
    low.put_app("overlapping", start + 0x8040, 0);
    low.put_app("beyond", start + RAM_SIZE + 0x40, 0);
    low.put_app("at the end", start + RAM_SIZE - 0x40, 0);
    low.put_app("after", start + 0x1_0000, 0);
    let board = low.load();
    assert_eq!(board.names(), ["high", "after"]);
    assert_eq!(ram_starts(&board), [start + 0x8000, start + 0x1_0000]);
}

#[test]
fn an_app_at_another_place_in_flash_is_passed_over() {
    let mut low = Low::new();
    let start = low.ram_start();
    low.put_app("moved", start, 4);
    low.put_app("in place", start, 0);
    let board = low.load();
    assert_eq!(board.names(), ["in place"]);
}

#[test]
fn an_app_without_addresses_follows_one_with() {
    let mut low = Low::new();
    let start = low.ram_start();
    low.put_app("fixed", start + 0x4000, 0);
    low.put(&app("free").build());
    let board = low.load();
    assert_eq!(board.names(), ["fixed", "free"]);
    let ends = board.processes()[0].get_addresses().sram_end;
    assert!(ram_starts(&board)[1] >= ends);
}
