// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What the kernel counts about a process for people to look at.

use core::cell::Cell;

use crate::syscall::Syscall;

/// Collects debugging information about a process, or does not.
///
/// Addresses are those that the process itself told, so they may be anything.
pub trait ProcessStandardDebug: Default {
    /// Forgets everything, when the process starts afresh.
    fn reset(&self);
    /// The process told where its heap starts.
    fn set_heap_start(&self, address: usize);
    /// Where the heap starts, if it was told.
    fn heap_start(&self) -> Option<usize>;
    /// The process told where its stack starts.
    fn set_stack_top(&self, address: usize);
    /// Where the stack starts, if it was told.
    fn stack_top(&self) -> Option<usize>;
    /// The process trapped with this stack pointer.
    fn saw_stack_pointer(&self, address: usize);
    /// The lowest stack pointer seen.
    fn stack_bottom(&self) -> Option<usize>;
    /// The process made this system call.
    fn called(&self, syscall: Syscall);
    /// The last system call.
    fn last_syscall(&self) -> Option<Syscall>;
    /// Number of system calls.
    fn syscall_count(&self) -> usize;
    /// A task found the queue full.
    fn dropped_task(&self);
    /// Number of tasks that found the queue full.
    fn dropped_task_count(&self) -> usize;
    /// A timeslice was used up.
    fn timeslice_expired(&self);
    /// Number of timeslices that were used up.
    fn timeslice_expiration_count(&self) -> usize;
}

/// Collects everything.
#[derive(Default)]
pub struct ProcessStandardDebugFull {
    heap_start: Cell<Option<usize>>,
    stack_top: Cell<Option<usize>>,
    stack_bottom: Cell<Option<usize>>,
    last_syscall: Cell<Option<Syscall>>,
    syscall_count: Cell<usize>,
    dropped_task_count: Cell<usize>,
    timeslice_expiration_count: Cell<usize>,
}

fn increment(count: &Cell<usize>) {
    // Years of uptime may pass; a count that wraps is better than a panic.
    count.set(count.get().wrapping_add(1));
}

impl ProcessStandardDebug for ProcessStandardDebugFull {
    fn reset(&self) {
        self.heap_start.set(None);
        self.stack_top.set(None);
        self.stack_bottom.set(None);
        self.last_syscall.set(None);
        self.syscall_count.set(0);
        self.dropped_task_count.set(0);
        self.timeslice_expiration_count.set(0);
    }

    fn set_heap_start(&self, address: usize) {
        self.heap_start.set(Some(address));
    }

    fn heap_start(&self) -> Option<usize> {
        self.heap_start.get()
    }

    fn set_stack_top(&self, address: usize) {
        self.stack_top.set(Some(address));
        // What was seen before this was not the stack of the application.
        self.stack_bottom.set(None);
    }

    fn stack_top(&self) -> Option<usize> {
        self.stack_top.get()
    }

    fn saw_stack_pointer(&self, address: usize) {
        if self
            .stack_bottom
            .get()
            .is_none_or(|lowest| address < lowest)
        {
            self.stack_bottom.set(Some(address));
        }
    }

    fn stack_bottom(&self) -> Option<usize> {
        self.stack_bottom.get()
    }

    fn called(&self, syscall: Syscall) {
        self.last_syscall.set(Some(syscall));
        increment(&self.syscall_count);
    }

    fn last_syscall(&self) -> Option<Syscall> {
        self.last_syscall.get()
    }

    fn syscall_count(&self) -> usize {
        self.syscall_count.get()
    }

    fn dropped_task(&self) {
        increment(&self.dropped_task_count);
    }

    fn dropped_task_count(&self) -> usize {
        self.dropped_task_count.get()
    }

    fn timeslice_expired(&self) {
        increment(&self.timeslice_expiration_count);
    }

    fn timeslice_expiration_count(&self) -> usize {
        self.timeslice_expiration_count.get()
    }
}

/// Collects nothing and costs nothing.
impl ProcessStandardDebug for () {
    fn reset(&self) {}
    fn set_heap_start(&self, _address: usize) {}
    fn heap_start(&self) -> Option<usize> {
        None
    }
    fn set_stack_top(&self, _address: usize) {}
    fn stack_top(&self) -> Option<usize> {
        None
    }
    fn saw_stack_pointer(&self, _address: usize) {}
    fn stack_bottom(&self) -> Option<usize> {
        None
    }
    fn called(&self, _syscall: Syscall) {}
    fn last_syscall(&self) -> Option<Syscall> {
        None
    }
    fn syscall_count(&self) -> usize {
        0
    }
    fn dropped_task(&self) {}
    fn dropped_task_count(&self) -> usize {
        0
    }
    fn timeslice_expired(&self) {}
    fn timeslice_expiration_count(&self) -> usize {
        0
    }
}
