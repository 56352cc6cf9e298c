// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! System call driver to look at processes, and to control them.
//!
//! Any process may use all of it. A board that keeps processes apart by trust
//! leaves this driver out, or guards it with a system call filter.
//!
//! Usage
//! -----
//!
//! ```rust,ignore
//! let info = static_init!(
//!     ProcessInfo<Capability>,
//!     ProcessInfo::new(kernel, kernel.create_grant(DRIVER_NUM, &cap), capability)
//! );
//! ```
//!
//! System call interface
//! ---------------------
//!
//! | Command | Arguments | Result                                            |
//! |---------|-----------|---------------------------------------------------|
//! | 0       |           | Success                                           |
//! | 1       |           | u32: number of processes                          |
//! | 2       |           | fills the buffer with process ids; u32: their number |
//! | 3       |           | the same with short ids, 0 for one that is not fixed |
//! | 4       | id        | the name to the buffer; u32: its length           |
//! | 5       | id        | four counts to the buffer                         |
//! | 6       | id, op    | 1 resume, 2 stop, 3 fault, 4 terminate, 5 start   |
//!
//! The buffer is read-write allow 0; numbers in it are little-endian `u32`.
//! What does not fit is left out, except that command 5 gives SIZE. Its four
//! numbers: time slices used up, system calls, restarts, state (0 running, 1
//! yielded, 2 yielded-for, 3 stopped, 4 faulted, 5 terminated). An unknown
//! process gives INVAL.

use kernel::capabilities::{ProcessManagementCapability, ProcessStartCapability};
use kernel::grant::{AllowRoCount, AllowRwCount, Grant, UpcallCount};
use kernel::process::{Process, ShortId, State};
use kernel::processbuffer::{WriteableProcessBuffer, WriteableProcessSlice};
use kernel::syscall::{CommandReturn, SyscallDriver};
use kernel::{ErrorCode, Kernel, ProcessId};

pub const DRIVER_NUM: usize = capsules_core::driver::NUM::ProcessInfo as usize;

mod rw_allow {
    /// Takes what was asked for.
    pub const INFO: usize = 0;
    pub const COUNT: u8 = 1;
}

/// The process information driver.
pub struct ProcessInfo<C: ProcessManagementCapability + ProcessStartCapability> {
    kernel: &'static Kernel,
    apps: Grant<(), UpcallCount<0>, AllowRoCount<0>, AllowRwCount<{ rw_allow::COUNT }>>,
    capability: C,
}

/// The number of a state in the interface.
fn state_number(state: State) -> u32 {
    match state {
        State::Running => 0,
        State::Yielded => 1,
        State::YieldedFor(_) => 2,
        State::Stopped(_) => 3,
        State::Faulted => 4,
        State::Terminated => 5,
    }
}

/// Fills a buffer with words; tells how many there were, whether they fit or
/// not.
fn fill(buffer: &WriteableProcessSlice, words: impl Iterator<Item = u32>) -> u32 {
    let mut count = 0;
    let mut position = 0;
    for word in words {
        if let Some(place) = buffer.get(position..position + 4) {
            place.copy_from_slice(&word.to_le_bytes());
            position += 4;
        }
        count += 1;
    }
    count
}

impl<C: ProcessManagementCapability + ProcessStartCapability> ProcessInfo<C> {
    /// Makes a driver for the processes of `kernel`.
    pub fn new(
        kernel: &'static Kernel,
        grant: Grant<(), UpcallCount<0>, AllowRoCount<0>, AllowRwCount<{ rw_allow::COUNT }>>,
        capability: C,
    ) -> Self {
        Self {
            kernel,
            apps: grant,
            capability,
        }
    }

    fn find(&self, id: usize) -> Result<&dyn Process, ErrorCode> {
        self.kernel
            .process_iter_capability(&self.capability)
            .find(|process| process.processid().id() == id)
            .ok_or(ErrorCode::INVAL)
    }

    /// Runs `f` on the buffer of the asking process.
    fn with_buffer(
        &self,
        process_id: ProcessId,
        f: impl FnOnce(&WriteableProcessSlice) -> Result<u32, ErrorCode>,
    ) -> Result<u32, ErrorCode> {
        self.apps
            .enter(process_id, |_, kernel_data| {
                kernel_data
                    .get_readwrite_processbuffer(rw_allow::INFO)
                    .and_then(|buffer| buffer.mut_enter(f))
                    .unwrap_or_else(|error| Err(error.into()))
            })
            .unwrap_or_else(|error| Err(error.into()))
    }

    fn ids(&self, process_id: ProcessId) -> Result<u32, ErrorCode> {
        self.with_buffer(process_id, |buffer| {
            let processes = self.kernel.process_iter_capability(&self.capability);
            Ok(fill(buffer, processes.map(|p| p.processid().id() as u32)))
        })
    }

    fn short_ids(&self, process_id: ProcessId) -> Result<u32, ErrorCode> {
        self.with_buffer(process_id, |buffer| {
            let processes = self.kernel.process_iter_capability(&self.capability);
            Ok(fill(
                buffer,
                processes.map(|p| match p.short_app_id() {
                    ShortId::Fixed(id) => id.get(),
                    ShortId::LocallyUnique => 0,
                }),
            ))
        })
    }

    fn name(&self, process_id: ProcessId, id: usize) -> Result<u32, ErrorCode> {
        let name = self.find(id)?.get_process_name().as_bytes();
        self.with_buffer(process_id, |buffer| {
            for (to, from) in buffer.iter().zip(name) {
                to.set(*from);
            }
            Ok(name.len() as u32)
        })
    }

    fn statistics(&self, process_id: ProcessId, id: usize) -> Result<u32, ErrorCode> {
        let process = self.find(id)?;
        let words = [
            process.debug_timeslice_expiration_count() as u32,
            process.debug_syscall_count() as u32,
            process.get_restart_count() as u32,
            state_number(process.get_state()),
        ];
        self.with_buffer(process_id, |buffer| {
            if buffer.len() < 4 * words.len() {
                return Err(ErrorCode::SIZE);
            }
            Ok(fill(buffer, words.into_iter()))
        })
    }

    /// Takes effect on any process but the one that asks: the kernel sets the
    /// state of that when the command returns.
    fn control(&self, id: usize, operation: usize) -> Result<(), ErrorCode> {
        let process = self.find(id)?;
        match operation {
            1 => process.resume(),
            2 => process.stop(),
            3 => process.set_fault_state(),
            4 => process.terminate(None),
            5 => process.start(&self.capability),
            _ => return Err(ErrorCode::INVAL),
        }
        Ok(())
    }
}

/// What a command that gives a number returns.
fn number(result: Result<u32, ErrorCode>) -> CommandReturn {
    match result {
        Ok(number) => CommandReturn::success_u32(number),
        Err(error) => CommandReturn::failure(error),
    }
}

impl<C: ProcessManagementCapability + ProcessStartCapability> SyscallDriver for ProcessInfo<C> {
    fn command(
        &self,
        command_num: usize,
        arg0: usize,
        arg1: usize,
        process_id: ProcessId,
    ) -> CommandReturn {
        match command_num {
            0 => CommandReturn::success(),
            1 => CommandReturn::success_u32(
                self.kernel
                    .process_iter_capability(&self.capability)
                    .count() as u32,
            ),
            2 => number(self.ids(process_id)),
            3 => number(self.short_ids(process_id)),
            4 => number(self.name(process_id, arg0)),
            5 => self.statistics(process_id, arg0).map(|_| ()).into(),
            6 => self.control(arg0, arg1).into(),
            _ => CommandReturn::failure(ErrorCode::NOSUPPORT),
        }
    }

    fn allocate_grant(&self, process_id: ProcessId) -> Result<(), kernel::process::Error> {
        self.apps.enter(process_id, |_, _| {})
    }
}
