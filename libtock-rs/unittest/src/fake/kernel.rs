// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The fake kernel as a test sees it.

use std::marker::PhantomData;
use std::rc::Rc;

use crate::fake::SyscallDriver;
use crate::kernel_data::KernelData;
use crate::{ExpectedSyscall, SyscallLogEntry};

/// The kernel of this thread, until it is dropped.
pub struct Kernel {
    // The state belongs to the thread, so the value must not leave it.
    _not_send: PhantomData<*const ()>,
}

impl Kernel {
    /// A kernel without drivers.
    ///
    /// # Panics
    ///
    /// If the thread has a kernel.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Kernel {
        KernelData::install();
        Kernel {
            _not_send: PhantomData,
        }
    }

    /// Gives the kernel a driver.
    ///
    /// # Panics
    ///
    /// If it has one with the same number.
    pub fn add_driver<D: SyscallDriver>(&self, driver: &Rc<D>) {
        let share = KernelData::with(|kernel| kernel.add_driver(driver.clone()));
        driver.register(share);
    }

    /// Adds to the end of the sequence of calls that the process must make.
    pub fn add_expected_syscall(&self, expected_syscall: ExpectedSyscall) {
        KernelData::with(|kernel| kernel.expected_syscalls.push_back(expected_syscall));
    }

    /// What was called since the last time. Exits are not in it.
    pub fn take_syscall_log(&self) -> Vec<SyscallLogEntry> {
        KernelData::with(|kernel| std::mem::take(&mut kernel.syscall_log))
    }

    /// Whether the kernel of this thread has a driver with this number.
    pub fn is_driver_present(driver_num: u32) -> bool {
        KernelData::with(|kernel| kernel.driver(driver_num).is_some())
    }

    /// Whether the next yield would run an upcall.
    pub fn is_upcall_pending() -> bool {
        KernelData::with(|kernel| kernel.is_upcall_pending())
    }
}

impl Drop for Kernel {
    /// Panics if an expected system call did not come, unless the test fails
    /// anyway.
    fn drop(&mut self) {
        let kernel = KernelData::remove();
        if std::thread::panicking() {
            return;
        }
        let left = kernel.map(|kernel| kernel.expected_syscalls);
        assert!(
            left.as_ref().is_none_or(|calls| calls.is_empty()),
            "the process did not make the expected system calls {left:?}"
        );
    }
}
