// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The state of the fake kernel, one per thread.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use libtock_platform::{ErrorCode, Register};

use crate::driver_share_ref::InvalidSubscribeNum;
use crate::fake::SyscallDriver;
use crate::{DriverShareRef, ExpectedSyscall, SyscallLogEntry};

/// How much memory the process can have.
const RAM_SIZE: usize = 64 * 1024;

/// A function of the process and what to call it with.
#[derive(Clone, Copy)]
pub(crate) struct Upcall {
    pub function: Register,
    pub data: Register,
}

impl Upcall {
    pub fn null() -> Upcall {
        Upcall {
            function: 0u32.into(),
            data: 0u32.into(),
        }
    }
}

/// An upcall that waits for a yield.
pub(crate) struct QueuedUpcall {
    driver_num: u32,
    subscribe_num: u32,
    pub upcall: Upcall,
    pub args: (u32, u32, u32),
}

/// Which of a driver's buffers.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct BufferId {
    pub driver_num: u32,
    pub buffer_num: u32,
    pub writeable: bool,
}

struct DriverData {
    driver: Rc<dyn SyscallDriver>,
    upcalls: Vec<Upcall>,
}

pub(crate) struct KernelData {
    drivers: HashMap<u32, DriverData>,
    pub expected_syscalls: VecDeque<ExpectedSyscall>,
    pub syscall_log: Vec<SyscallLogEntry>,
    upcall_queue: VecDeque<QueuedUpcall>,
    /// Address and length of the buffers that drivers hold.
    buffers: HashMap<BufferId, (usize, usize)>,
    ram: Box<[u8]>,
    /// How much of `ram` the process may use.
    memory_break: usize,
}

thread_local! {
    static KERNEL: RefCell<Option<KernelData>> = const { RefCell::new(None) };
}

impl KernelData {
    /// Puts a fresh kernel into this thread. Panics if it has one.
    pub fn install() {
        KERNEL.with_borrow_mut(|kernel| {
            assert!(
                kernel.is_none(),
                "this thread has a fake::Kernel already, which was not dropped"
            );
            *kernel = Some(KernelData {
                drivers: HashMap::new(),
                expected_syscalls: VecDeque::new(),
                syscall_log: Vec::new(),
                upcall_queue: VecDeque::new(),
                buffers: HashMap::new(),
                ram: vec![0; RAM_SIZE].into(),
                memory_break: 0,
            });
        });
    }

    pub fn remove() -> Option<KernelData> {
        KERNEL.take()
    }

    /// Calls `fcn` with the kernel of this thread, if there is one. `fcn` must
    /// not call drivers or upcalls, since they may need the kernel themselves.
    pub fn try_with<T>(fcn: impl FnOnce(&mut KernelData) -> T) -> Option<T> {
        KERNEL.with_borrow_mut(|kernel| kernel.as_mut().map(fcn))
    }

    /// Like [`Self::try_with`], for callers that need a kernel.
    pub fn with<T>(fcn: impl FnOnce(&mut KernelData) -> T) -> T {
        Self::try_with(fcn).expect("a system call was made in a thread without a fake::Kernel")
    }

    pub fn add_driver(&mut self, driver: Rc<dyn SyscallDriver>) -> DriverShareRef {
        let info = driver.info();
        let data = DriverData {
            driver,
            upcalls: vec![Upcall::null(); info.upcall_count as usize],
        };
        let old = self.drivers.insert(info.driver_num, data);
        assert!(
            old.is_none(),
            "the kernel has a driver with number {:#x} already",
            info.driver_num
        );
        DriverShareRef::new(info.driver_num)
    }

    pub fn driver(&self, driver_num: u32) -> Option<Rc<dyn SyscallDriver>> {
        self.drivers
            .get(&driver_num)
            .map(|data| data.driver.clone())
    }

    /// Writes the call down and returns what the test expected, if anything.
    pub fn log(&mut self, call: SyscallLogEntry) -> Option<ExpectedSyscall> {
        let expected = self.expected_syscalls.pop_front();
        if let Some(expected) = &expected {
            // While a test fails already, destructors still make their calls.
            assert!(
                expected.matches(&call) || std::thread::panicking(),
                "expected the system call {expected:?}, but the process made {call:?}"
            );
        }
        self.syscall_log.push(call);
        expected
    }

    /// Puts an upcall in place of another one, whose pending calls are dropped.
    pub fn subscribe(
        &mut self,
        driver_num: u32,
        subscribe_num: u32,
        upcall: Upcall,
    ) -> Result<Upcall, ErrorCode> {
        let slot = self
            .drivers
            .get_mut(&driver_num)
            .ok_or(ErrorCode::NoDevice)?
            .upcalls
            .get_mut(subscribe_num as usize)
            .ok_or(ErrorCode::NoSupport)?;
        let old = std::mem::replace(slot, upcall);
        self.upcall_queue.retain(|queued| {
            (queued.driver_num, queued.subscribe_num) != (driver_num, subscribe_num)
        });
        Ok(old)
    }

    pub fn schedule_upcall(
        &mut self,
        driver_num: u32,
        subscribe_num: u32,
        args: (u32, u32, u32),
    ) -> Result<(), InvalidSubscribeNum> {
        let upcall = *self
            .drivers
            .get(&driver_num)
            .and_then(|data| data.upcalls.get(subscribe_num as usize))
            .ok_or(InvalidSubscribeNum)?;
        // The null upcall wakes nobody.
        if !upcall.function.0.is_null() {
            self.upcall_queue.push_back(QueuedUpcall {
                driver_num,
                subscribe_num,
                upcall,
                args,
            });
        }
        Ok(())
    }

    pub fn is_upcall_pending(&self) -> bool {
        !self.upcall_queue.is_empty()
    }

    pub fn next_upcall(&mut self) -> Option<QueuedUpcall> {
        self.upcall_queue.pop_front()
    }

    /// Notes that a driver holds a new buffer and gave back another one, which
    /// must be the one it had.
    pub fn swap_buffer(&mut self, id: BufferId, new: (usize, usize), old: (usize, usize)) {
        let noted = self.buffers.insert(id, new).unwrap_or((0, 0));
        // An empty buffer has no address worth the name.
        let same = noted == old || (noted.1 == 0 && old.1 == 0);
        assert!(
            same || std::thread::panicking(),
            "the driver gave back another buffer than it held for {id:?}"
        );
    }

    /// Moves the break to an address. Returns where it was.
    pub fn brk(&mut self, address: usize) -> Result<*const u8, ErrorCode> {
        let offset = address
            .checked_sub(self.ram.as_ptr().addr())
            .filter(|offset| *offset <= self.ram.len())
            .ok_or(ErrorCode::NoMem)?;
        let old = self.ram[self.memory_break..].as_ptr();
        self.memory_break = offset;
        Ok(old)
    }

    /// Moves the break by a number of bytes. Returns where it was.
    pub fn sbrk(&mut self, increment: i32) -> Result<*const u8, ErrorCode> {
        let address = self
            .ram
            .as_ptr()
            .addr()
            .checked_add(self.memory_break)
            .and_then(|address| address.checked_add_signed(increment as isize))
            .ok_or(ErrorCode::NoMem)?;
        self.brk(address)
    }

    /// Where the memory of the process starts and ends.
    pub fn ram(&self) -> std::ops::Range<*const u8> {
        self.ram.as_ptr_range()
    }
}
