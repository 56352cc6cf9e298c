// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Both loaders over arbitrary flash.

use std::ops::Range;

use crate::Caps;
use crate::arena::Arena;
use crate::chip::{FakeChip, OneThread};
use crate::tbf::set_checksum;
use capsules_extra::sha256::Sha256Software;
use capsules_system::process_checker::basic::{AppCheckerNull, AppCheckerSha256};
use capsules_system::process_checker::tbf::AppIdAssignerTbfHeader;
use capsules_system::process_policies::StopFaultPolicy;
use kernel::Kernel;
use kernel::deferred_call::{DeferredCall, DeferredCallClient, initialize_deferred_call_state};
use kernel::hil::digest::DigestDataVerify;
use kernel::process::{
    Process, ProcessArray, ProcessBinary, ProcessCheckerMachine, ProcessLoadError,
    ProcessLoadingAsync, ProcessLoadingAsyncClient, ProcessStandardDebugFull,
    SequentialProcessLoaderMachine, load_processes,
};
use kernel::process_checker::AppCredentialsPolicy;
use std::cell::Cell;

const SLOTS: usize = 4;

/// Bytes of RAM for processes; small, so that it also runs out.
const RAM: usize = 24 * 1024;

/// The bits of the first byte.
mod mode {
    /// Set the checksums along the chain of binaries right.
    pub(super) const CHECKSUMS: u8 = 1;
    /// Demand a hash.
    pub(super) const HASHES: u8 = 2;
    /// Have more RAM.
    pub(super) const FULL_RAM: u8 = 4;
}

/// The first byte is the mode, the rest is flash.
pub fn loader(data: &[u8]) {
    let Some((&mode, flash)) = data.split_first() else {
        return;
    };
    let mut flash = flash.to_vec();
    if mode & mode::CHECKSUMS != 0 {
        set_checksums(&mut flash);
    }
    let ram = if mode & mode::FULL_RAM != 0 {
        RAM
    } else {
        RAM / 4
    };
    Machine::new(&flash, ram).load();
    // Deferred calls are counted per thread, and there are few of them.
    std::thread::scope(|scope| {
        let load = || Machine::new(&flash, ram).load_in_background(mode);
        scope.spawn(load).join().expect("the loader panicked")
    });
}

fn set_checksums(flash: &mut [u8]) {
    let mut at = 0;
    while let Some(binary) = flash.get_mut(at..) {
        set_checksum(binary);
        let Some(size) = binary.get(4..8) else { return };
        let size = u32::from_le_bytes([size[0], size[1], size[2], size[3]]) as usize;
        if size < 16 {
            return;
        }
        at = at.saturating_add(size);
    }
}

/// A kernel without processes. The fields are dropped in this order.
struct Machine {
    kernel: &'static Kernel,
    processes: &'static ProcessArray<SLOTS>,
    chip: &'static FakeChip,
    flash: &'static [u8],
    ram: Option<&'static mut [u8]>,
    ram_range: Range<usize>,
    arena: Arena,
}

#[derive(Default)]
struct Log {
    results: Cell<usize>,
    finished: Cell<usize>,
}

impl ProcessLoadingAsyncClient for Log {
    fn process_loaded(&self, result: Result<(), ProcessLoadError>) {
        if let Err(error) = result {
            let _ = format!("{error:?}");
        }
        self.results.set(self.results.get() + 1);
    }

    fn process_loading_finished(&self) {
        self.finished.set(self.finished.get() + 1);
    }
}

impl Machine {
    fn new(flash: &[u8], ram: usize) -> Machine {
        let mut arena = Arena::default();
        // SAFETY: all that is made of these is in the machine, with the arena
        // last, or local to the methods below.
        unsafe {
            let processes: &'static ProcessArray<SLOTS> = arena.hold(ProcessArray::new());
            let ram = arena.bytes(&vec![0xee; ram]);
            let ram_start = ram.as_ptr().addr();
            Machine {
                kernel: arena.hold(Kernel::new(processes.as_slice())),
                processes,
                chip: arena.hold(FakeChip::default()),
                flash: arena.bytes(flash),
                ram_range: ram_start..ram_start + ram.len(),
                ram: Some(ram),
                arena,
            }
        }
    }

    fn load(mut self) {
        let ram = self.ram.take().unwrap_or_default();
        let policy = &StopFaultPolicy {};
        let result = load_processes(self.kernel, self.chip, self.flash, ram, policy, &Caps);
        if let Err(error) = result {
            let _ = format!("{error:?}");
        }
        self.check();
    }

    fn load_in_background(mut self, mode: u8) {
        initialize_deferred_call_state::<OneThread>();
        let ram = self.ram.take().unwrap_or_default();
        let arena = &mut self.arena;
        // SAFETY: as in `new`; the deferred calls that know of these belong to
        // this thread, which ends when this returns.
        let log: &'static Log = unsafe {
            let policy: &'static dyn AppCredentialsPolicy<'static> = if mode & mode::HASHES != 0 {
                let sha: &'static Sha256Software<'static> = arena.hold(Sha256Software::new());
                sha.register();
                let buffer = arena.hold([0; 32]);
                let policy: &'static AppCheckerSha256 =
                    arena.hold(AppCheckerSha256::new(sha, buffer));
                DigestDataVerify::set_client(sha, policy);
                policy
            } else {
                arena.hold(AppCheckerNull::new())
            };
            let checker: &'static ProcessCheckerMachine =
                arena.hold(ProcessCheckerMachine::new(policy));
            checker.register();
            policy.set_client(checker);
            let binaries: &'static mut [Option<ProcessBinary>; SLOTS] =
                arena.hold([const { None }; SLOTS]);
            let loader: &'static SequentialProcessLoaderMachine<_, ProcessStandardDebugFull> =
                arena.hold(SequentialProcessLoaderMachine::new(
                    checker,
                    binaries,
                    self.kernel,
                    self.chip,
                    self.flash,
                    ram,
                    &StopFaultPolicy {},
                    &(),
                    &AppIdAssignerTbfHeader {},
                    &Caps,
                ));
            loader.register();
            checker.set_client(loader);
            let log: &'static Log = arena.hold(Log::default());
            loader.set_client(log);
            loader.start();
            log
        };
        DeferredCall::verify_setup();
        // Each binary takes at least its header's place in flash, and at most one
        // slice of the hasher per footer; this is far beyond.
        let mut calls = 0;
        while DeferredCall::service_next_pending().is_some() {
            calls += 1;
            assert!(
                calls < 10_000 + self.flash.len() * 64,
                "the loader goes round"
            );
        }
        assert_eq!(log.finished.get(), 1);
        for (index, process) in self.loaded().iter().enumerate() {
            let id = process.short_app_id();
            let again = |other: &&dyn Process| other.short_app_id() == id;
            assert!(
                !self.loaded()[..index].iter().any(again),
                "two of one identity"
            );
            if mode & mode::HASHES != 0 {
                assert!(process.get_credential().is_some());
            }
        }
        self.check();
    }

    fn loaded(&self) -> Vec<&'static dyn Process> {
        let slots = self.processes.as_slice();
        slots.iter().filter_map(|slot| slot.get()).collect()
    }

    /// What holds of every process, however it got there.
    fn check(&self) {
        let flash = self.flash.as_ptr_range();
        let mut free = self.ram_range.start;
        let mut next_flash = flash.start.addr();
        for process in self.loaded() {
            let found = process.get_addresses();
            assert!(found.flash_start >= next_flash, "overlap in flash");
            assert!(found.flash_start <= found.flash_non_protected_start);
            assert!(found.flash_non_protected_start <= found.flash_end);
            assert!(found.flash_integrity_end.addr() <= found.flash_end);
            assert!(found.flash_end <= flash.end.addr());
            assert!(found.sram_start >= free, "overlap in RAM");
            assert!(found.sram_start <= found.sram_app_brk);
            assert!(found.sram_app_brk <= found.sram_grant_start);
            assert!(found.sram_grant_start <= found.sram_end);
            assert!(found.sram_end <= self.ram_range.end);
            free = found.sram_end;
            next_flash = found.flash_end;
            let mut text = String::new();
            process.print_full_process(&mut text);
            assert!(!text.is_empty());
            assert_eq!(process.pending_tasks(), 1, "the call of its entry point");
        }
    }
}
