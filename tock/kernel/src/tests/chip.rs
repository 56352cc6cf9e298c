// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A chip whose processes make the system calls that a test tells them to.

use core::cell::{Cell, RefCell};
use core::fmt::{self, Write};
use std::collections::VecDeque;
use std::vec::Vec;

use crate::errorcode::ErrorCode;
use crate::platform::chip::{Chip, ThreadIdProvider};
use crate::platform::mpu::{MPU, Permissions, Region};
use crate::process::FunctionCall;
use crate::syscall::{ContextSwitchReason, SyscallReturn, UserspaceKernelBoundary};

/// What the kernel did to the registers of a process.
#[derive(Clone, Copy, Debug)]
pub(super) enum Event {
    Returned(SyscallReturn),
    Called(FunctionCall),
}

#[derive(Default)]
pub(super) struct FakeChip {
    pub(super) mpu: FakeMpu,
    pub(super) boundary: FakeBoundary,
}

#[derive(Default)]
pub(super) struct FakeMpu {
    /// Refuses to tell breaks apart, as an MPU with coarse regions may.
    pub(super) refuse_updates: Cell<bool>,
    /// Has no room for another process.
    pub(super) refuse_memory: Cell<bool>,
}

#[derive(Default)]
pub(super) struct FakeConfig {
    start: usize,
    len: usize,
    pub(super) app_break: usize,
}

impl fmt::Display for FakeConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "fake MPU up to {:#x}", self.app_break)
    }
}

/// Coarser than any type that the kernel places.
const GRANULE: usize = 64;

// SAFETY: there is no hardware and no other execution that would have to be
// kept out; the trait's contract is about what user code can reach.
unsafe impl MPU for FakeMpu {
    type MpuConfig = FakeConfig;

    fn enable_app_mpu(&self) {}

    unsafe fn disable_app_mpu(&self) {}

    fn number_total_regions(&self) -> usize {
        2
    }

    fn new_config(&self) -> Option<FakeConfig> {
        Some(FakeConfig::default())
    }

    fn reset_config(&self, config: &mut FakeConfig) {
        *config = FakeConfig::default();
    }

    fn allocate_region(
        &self,
        start: *const u8,
        size: usize,
        _min_size: usize,
        _permissions: Permissions,
        _config: &mut FakeConfig,
    ) -> Option<Region> {
        Some(Region::new(start, size))
    }

    fn remove_memory_region(&self, _region: Region, _config: &mut FakeConfig) -> Result<(), ()> {
        Ok(())
    }

    fn allocate_app_memory_region(
        &self,
        start: *const u8,
        size: usize,
        min_size: usize,
        initial_app_size: usize,
        initial_kernel_size: usize,
        _permissions: Permissions,
        config: &mut FakeConfig,
    ) -> Option<(*const u8, usize)> {
        if self.refuse_memory.get() || initial_app_size + initial_kernel_size > min_size {
            return None;
        }
        let aligned = start.addr().next_multiple_of(GRANULE);
        let len = min_size.checked_next_multiple_of(8)?;
        if aligned - start.addr() + len > size {
            return None;
        }
        config.start = aligned;
        config.len = len;
        config.app_break = aligned + initial_app_size;
        Some((start.with_addr(aligned), len))
    }

    fn update_app_memory_region(
        &self,
        app_break: *const u8,
        kernel_break: *const u8,
        _permissions: Permissions,
        config: &mut FakeConfig,
    ) -> Result<(), ()> {
        let app_break = app_break.addr();
        let end = config.start + config.len;
        if self.refuse_updates.get() || app_break < config.start || kernel_break.addr() > end {
            return Err(());
        }
        config.app_break = app_break;
        Ok(())
    }

    unsafe fn configure_mpu(&self, _config: &FakeConfig) {}
}

#[derive(Default)]
pub(super) struct FakeBoundary {
    /// What the running process does next. With nothing left it computes until
    /// it is interrupted.
    pub(super) script: RefCell<VecDeque<ContextSwitchReason>>,
    pub(super) events: RefCell<Vec<Event>>,
    /// The registers of the process cannot be written.
    pub(super) refuse_writes: Cell<bool>,
}

impl UserspaceKernelBoundary for FakeBoundary {
    type StoredState = u32;

    fn initial_process_app_brk_size(&self) -> usize {
        0
    }

    unsafe fn initialize_process(
        &self,
        _memory_start: *const u8,
        _app_break: *const u8,
        state: &mut u32,
    ) -> Result<(), ()> {
        *state = 0;
        Ok(())
    }

    unsafe fn set_syscall_return_value(
        &self,
        _memory_start: *const u8,
        _app_break: *const u8,
        state: &mut u32,
        return_value: SyscallReturn,
    ) -> Result<(), ()> {
        if self.refuse_writes.get() {
            return Err(());
        }
        *state += 1;
        self.events.borrow_mut().push(Event::Returned(return_value));
        Ok(())
    }

    unsafe fn set_process_function(
        &self,
        _memory_start: *const u8,
        _app_break: *const u8,
        state: &mut u32,
        upcall: FunctionCall,
    ) -> Result<(), ()> {
        if self.refuse_writes.get() {
            return Err(());
        }
        *state += 1;
        self.events.borrow_mut().push(Event::Called(upcall));
        Ok(())
    }

    unsafe fn switch_to_process(
        &self,
        memory_start: *const u8,
        _app_break: *const u8,
        _state: &mut u32,
    ) -> (ContextSwitchReason, Option<*const u8>) {
        let reason = self.script.borrow_mut().pop_front();
        (
            reason.unwrap_or(ContextSwitchReason::Interrupted),
            Some(memory_start),
        )
    }

    unsafe fn print_context(
        &self,
        _memory_start: *const u8,
        _app_break: *const u8,
        state: &u32,
        writer: &mut dyn Write,
    ) {
        let _ = write!(writer, "register writes: {}\r\n", state);
    }

    fn store_context(&self, state: &u32, out: &mut [u8]) -> Result<usize, ErrorCode> {
        let bytes = state.to_le_bytes();
        out.get_mut(..bytes.len())
            .ok_or(ErrorCode::SIZE)?
            .copy_from_slice(&bytes);
        Ok(bytes.len())
    }
}

pub(super) struct OneThread;

// SAFETY: every test has a board of its own and uses it from one thread.
unsafe impl ThreadIdProvider for OneThread {
    fn running_thread_id() -> usize {
        0
    }
}

impl Chip for FakeChip {
    type MPU = FakeMpu;
    type ThreadIdProvider = OneThread;
    type UserspaceKernelBoundary = FakeBoundary;

    fn init() {}

    fn service_pending_interrupts(&self) {}

    fn has_pending_interrupts(&self) -> bool {
        false
    }

    fn mpu(&self) -> &FakeMpu {
        &self.mpu
    }

    fn userspace_kernel_boundary(&self) -> &FakeBoundary {
        &self.boundary
    }

    fn sleep(&self) {}

    fn with_interrupts_disabled<F, R>(&self, f: F) -> R
    where
        F: FnOnce() -> R,
    {
        f()
    }

    unsafe fn print_state(_this: Option<&Self>, _writer: &mut dyn Write) {}
}
