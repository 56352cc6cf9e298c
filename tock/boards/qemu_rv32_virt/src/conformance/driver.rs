// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! System call driver that does what the processes of the suite ask for.
//!
//! Its number is one of those for private use. What it remembers by name
//! outlives a restart of the process; what is in the grant does not.
//!
//! | Command | Arguments       | Result                                          |
//! |---------|-----------------|-------------------------------------------------|
//! | 0       |                 | Success                                         |
//! | 1       | variant, error  | that return variant, with the values below      |
//! | 2       | upcall, count   | queues upcalls (n, count, 0x33); u32, u32, u32: queued, refused, why |
//! | 3       | sequence, ticks | queues later: a nibble n of the sequence, lowest first, is upcall n - 1 |
//! | 4       | buffer, kind    | u32, u32: length and sum of bytes of allowed buffer; kind 0 read-only, 1 read-write |
//! | 5       | buffer, byte    | fills a read-write buffer; u32: its length      |
//! | 6       | word            | writes a word to the userspace-readable buffer; u32: bytes written |
//! | 7       | counter, n      | adds to a counter of the name; u32: the sum     |
//! | 8       | counter, n      | adds to a counter of all; u32: the sum          |
//! | 9       |                 | u32: how often it was called in this run before |
//! | 10      | count           | allocates blocks of 64 zeroed bytes in the grant region; u32: how many, or failure with NOMEM |
//! | 11      |                 | u32, u32, u32: pc, cause and value of the name's last fault |
//! | 12      | function        | faults call it instead of the policy; 0 ends that |
//! | 13      |                 | u32, u32: process id, restarts                  |
//! | 14      |                 | u32: short id, 0 for none                       |
//! | 15      | level           | sets the pin of the button                      |
//! | 16      |                 | u32: format of the credential; FAIL for none    |
//! | 17      |                 | u32: completion code of the last run; FAIL for none |
//! | 18      |                 | u32, u32: upcalls queued, upcalls dropped       |
//!
//! A function that is called for a fault gets the address of the instruction,
//! `mcause` and `mtval`, and in `ra` the address again.

use super::records::Records;
use crate::fault_report::Fault;
use crate::memory_io::MemoryPin;
use core::cell::Cell;
use kernel::capabilities::ProcessManagementCapability;
use kernel::grant::{AllowRoCount, AllowRwCount, Grant, GrantKernelData, UpcallCount};
use kernel::hil::gpio::Output;
use kernel::hil::time::{Alarm, AlarmClient};
use kernel::process::{self, FunctionCall, FunctionCallSource, Process, ShortId};
use kernel::processbuffer::{
    ReadableProcessBuffer, UserspaceReadableProcessBuffer, WriteableProcessBuffer,
};
use kernel::syscall::{CommandReturn, SyscallDriver};
use kernel::upcall::UpcallError;
use kernel::utilities::capability_ptr::CapabilityPtr;
use kernel::utilities::machine_register::MachineRegister;
use kernel::{ErrorCode, Kernel, ProcessId};

pub(crate) const DRIVER_NUM: usize = 0x8000_0100;

/// Upcalls and buffers of each kind.
const COUNT: u8 = 4;

/// Counters of all.
const SHARED: usize = 8;

/// Names that are remembered.
const NAMES: usize = 24;

/// Bytes of a block in the grant region.
const BLOCK_LEN: usize = 64;

// What the return variants carry.
const V0: u32 = 0xa0a0_0001;
const V1: u32 = 0xb0b0_0002;
const V2: u32 = 0xc0c0_0003;
const V64: u64 = 0xd0d0_0004_e0e0_0005;

/// What the driver keeps for a process.
#[derive(Default)]
pub(crate) struct App {
    calls: u32,
    /// Upcalls to come, a nibble each.
    sequence: usize,
    /// Address of the function for faults, or 0.
    catch: usize,
    readable: UserspaceReadableProcessBuffer,
}

pub(crate) type Apps = Grant<App, UpcallCount<COUNT>, AllowRoCount<COUNT>, AllowRwCount<COUNT>>;

/// The driver.
pub(crate) struct ConformanceDriver<A: Alarm<'static> + 'static, C: ProcessManagementCapability> {
    kernel: &'static Kernel,
    apps: Apps,
    alarm: &'static A,
    button: &'static MemoryPin,
    records: Records<NAMES>,
    shared: [Cell<u32>; SHARED],
    capability: C,
}

fn variant(number: usize, error: usize) -> CommandReturn {
    let error = ERRORS
        .into_iter()
        .find(|&code| code as usize == error)
        .unwrap_or(ErrorCode::INVAL);
    match number {
        0 => CommandReturn::failure(error),
        1 => CommandReturn::failure_u32(error, V0),
        2 => CommandReturn::failure_u32_u32(error, V0, V1),
        3 => CommandReturn::failure_u64(error, V64),
        128 => CommandReturn::success(),
        129 => CommandReturn::success_u32(V0),
        130 => CommandReturn::success_u32_u32(V0, V1),
        131 => CommandReturn::success_u64(V64),
        132 => CommandReturn::success_u32_u32_u32(V0, V1, V2),
        133 => CommandReturn::success_u32_u64(V0, V64),
        _ => CommandReturn::failure(ErrorCode::NOSUPPORT),
    }
}

const ERRORS: [ErrorCode; 13] = [
    ErrorCode::FAIL,
    ErrorCode::BUSY,
    ErrorCode::ALREADY,
    ErrorCode::OFF,
    ErrorCode::RESERVE,
    ErrorCode::INVAL,
    ErrorCode::SIZE,
    ErrorCode::CANCEL,
    ErrorCode::NOMEM,
    ErrorCode::NOSUPPORT,
    ErrorCode::NODEVICE,
    ErrorCode::UNINSTALLED,
    ErrorCode::NOACK,
];

fn queue(kernel_data: &GrantKernelData, upcall: usize, count: usize) -> CommandReturn {
    let (mut queued, mut refused, mut why) = (0, 0, 0);
    for n in 0..count {
        match kernel_data.schedule_upcall(upcall, (n, count, 0x33)) {
            Ok(()) => queued += 1,
            Err(error) => {
                refused += 1;
                why = match error {
                    UpcallError::InvalidSubscribeNum => 1,
                    UpcallError::QueueFull => 2,
                    UpcallError::KernelError => 3,
                };
            }
        }
    }
    CommandReturn::success_u32_u32_u32(queued, refused, why)
}

fn sum(
    kernel_data: &GrantKernelData,
    number: usize,
    kind: usize,
) -> Result<(u32, u32), process::Error> {
    let total = |slice: &kernel::processbuffer::ReadableProcessSlice| {
        let sum = slice
            .iter()
            .fold(0u32, |sum, byte| sum.wrapping_add(u32::from(byte.get())));
        (slice.len() as u32, sum)
    };
    if kind == 0 {
        kernel_data.get_readonly_processbuffer(number)?.enter(total)
    } else {
        kernel_data
            .get_readwrite_processbuffer(number)?
            .enter(total)
    }
}

fn fill(kernel_data: &GrantKernelData, number: usize, byte: u8) -> Result<u32, process::Error> {
    kernel_data
        .get_readwrite_processbuffer(number)?
        .mut_enter(|slice| {
            for place in slice.iter() {
                place.set(byte);
            }
            slice.len() as u32
        })
}

impl<A: Alarm<'static>, C: ProcessManagementCapability> ConformanceDriver<A, C> {
    pub(crate) fn new(
        kernel: &'static Kernel,
        apps: Apps,
        alarm: &'static A,
        button: &'static MemoryPin,
        capability: C,
    ) -> Self {
        ConformanceDriver {
            kernel,
            apps,
            alarm,
            button,
            records: Records::new(),
            shared: Default::default(),
            capability,
        }
    }

    /// Whether the process deals with its fault itself; if so, it is made to.
    /// Otherwise the fault is remembered.
    pub(crate) fn catches_fault(&self, process: &dyn Process) -> bool {
        let Some(fault) = Fault::of(process) else {
            return false;
        };
        let catch = self
            .apps
            .iter()
            .find(|app| app.processid() == process.processid())
            .map_or(0, |app| app.enter(|app, _| app.catch));
        if catch == 0 {
            self.records
                .update(process.get_process_name(), |r| r.fault = Some(fault));
            return false;
        }
        process.set_process_function(FunctionCall {
            source: FunctionCallSource::Kernel,
            argument0: fault.pc as usize,
            argument1: fault.cause as usize,
            argument2: fault.value as usize,
            argument3: MachineRegister::from(0usize),
            pc: CapabilityPtr::from(catch),
        });
        true
    }

    fn with_process<R>(
        &self,
        process_id: ProcessId,
        look: impl FnOnce(&dyn Process) -> R,
    ) -> Option<R> {
        self.kernel.process_map_or_external(
            None,
            process_id,
            |process| Some(look(process)),
            &self.capability,
        )
    }

    fn in_grant(
        &self,
        process_id: ProcessId,
        act: impl FnOnce(&mut App, &GrantKernelData) -> CommandReturn,
    ) -> CommandReturn {
        self.apps
            .enter(process_id, |app, kernel_data| act(app, kernel_data))
            .unwrap_or_else(CommandReturn::from)
    }

    fn allocate(&self, process_id: ProcessId, count: usize) -> CommandReturn {
        let mut made = 0;
        let result = self
            .apps
            .enter_with_allocator(process_id, |_, _, allocator| {
                for _ in 0..count {
                    let block = allocator.alloc_n_with::<u8, _, BLOCK_LEN>(|_| 0)?;
                    block.enter(|bytes| debug_assert!(bytes.iter().all(|&b| b == 0)))?;
                    made += 1;
                }
                Ok(())
            })
            .and_then(|result| result);
        match result {
            Ok(()) => CommandReturn::success_u32(made),
            Err(error) => CommandReturn::failure_u32(error.into(), made),
        }
    }

    /// What concerns the process and not its grant.
    fn inspect(
        &self,
        command: usize,
        argument: usize,
        number: usize,
        process: &dyn Process,
    ) -> CommandReturn {
        let missing = || CommandReturn::failure(ErrorCode::FAIL);
        match command {
            7 => self
                .records
                .update(process.get_process_name(), |record| {
                    let counter = record.counters.get_mut(argument)?;
                    *counter = counter.wrapping_add(number as u32);
                    Some(*counter)
                })
                .flatten()
                .map_or_else(missing, CommandReturn::success_u32),
            11 => self
                .records
                .update(process.get_process_name(), |record| record.fault)
                .flatten()
                .map_or_else(missing, |fault| {
                    CommandReturn::success_u32_u32_u32(fault.pc, fault.cause, fault.value)
                }),
            13 => CommandReturn::success_u32_u32(
                process.processid().id() as u32,
                process.get_restart_count() as u32,
            ),
            14 => CommandReturn::success_u32(match process.short_app_id() {
                ShortId::Fixed(id) => id.get(),
                ShortId::LocallyUnique => 0,
            }),
            16 => process.get_credential().map_or_else(missing, |accepted| {
                CommandReturn::success_u32(accepted.credential.format() as u32)
            }),
            17 => process
                .get_completion_code()
                .flatten()
                .map_or_else(missing, CommandReturn::success_u32),
            _ => CommandReturn::success_u32_u32(
                process.pending_tasks() as u32,
                process.debug_dropped_upcall_count() as u32,
            ),
        }
    }
}

impl<A: Alarm<'static>, C: ProcessManagementCapability> SyscallDriver for ConformanceDriver<A, C> {
    fn command(
        &self,
        command_num: usize,
        r2: usize,
        r3: usize,
        process_id: ProcessId,
    ) -> CommandReturn {
        match command_num {
            0 => CommandReturn::success(),
            1 => variant(r2, r3),
            2 => self.in_grant(process_id, |_, kernel_data| queue(kernel_data, r2, r3)),
            3 => {
                let result = self.in_grant(process_id, |app, _| {
                    app.sequence = r2;
                    CommandReturn::success()
                });
                self.alarm
                    .set_alarm(self.alarm.now(), A::Ticks::from(r3 as u32));
                result
            }
            4 => self.in_grant(process_id, |_, kernel_data| {
                match sum(kernel_data, r2, r3) {
                    Ok((length, sum)) => CommandReturn::success_u32_u32(length, sum),
                    Err(error) => error.into(),
                }
            }),
            5 => self.in_grant(process_id, |_, kernel_data| {
                match fill(kernel_data, r2, r3 as u8) {
                    Ok(length) => CommandReturn::success_u32(length),
                    Err(error) => error.into(),
                }
            }),
            6 => self.in_grant(process_id, |app, _| {
                let word = (r2 as u32).to_le_bytes();
                let written = app.readable.mut_enter(|slice| {
                    for (place, byte) in slice.iter().zip(word) {
                        place.set(byte);
                    }
                    slice.len().min(word.len()) as u32
                });
                CommandReturn::success_u32(written.unwrap_or(0))
            }),
            8 => match self.shared.get(r2) {
                Some(counter) => {
                    counter.set(counter.get().wrapping_add(r3 as u32));
                    CommandReturn::success_u32(counter.get())
                }
                None => CommandReturn::failure(ErrorCode::INVAL),
            },
            9 => self.in_grant(process_id, |app, _| {
                app.calls += 1;
                CommandReturn::success_u32(app.calls - 1)
            }),
            10 => self.allocate(process_id, r2),
            12 => self.in_grant(process_id, |app, _| {
                app.catch = r2;
                CommandReturn::success()
            }),
            15 => {
                if r2 == 0 {
                    self.button.clear();
                } else {
                    self.button.set();
                }
                CommandReturn::success()
            }
            7 | 11 | 13 | 14 | 16 | 17 | 18 => self
                .with_process(process_id, |process| {
                    self.inspect(command_num, r2, r3, process)
                })
                .unwrap_or_else(|| CommandReturn::failure(ErrorCode::FAIL)),
            _ => CommandReturn::failure(ErrorCode::NOSUPPORT),
        }
    }

    fn allow_userspace_readable(
        &self,
        app: ProcessId,
        which: usize,
        mut slice: UserspaceReadableProcessBuffer,
    ) -> Result<UserspaceReadableProcessBuffer, (UserspaceReadableProcessBuffer, ErrorCode)> {
        if which != 0 {
            return Err((slice, ErrorCode::NOSUPPORT));
        }
        match self.apps.enter(app, |app, _| {
            core::mem::swap(&mut app.readable, &mut slice);
        }) {
            Ok(()) => Ok(slice),
            Err(error) => Err((slice, error.into())),
        }
    }

    fn allocate_grant(&self, process_id: ProcessId) -> Result<(), process::Error> {
        self.apps.enter(process_id, |_, _| {})
    }
}

impl<A: Alarm<'static>, C: ProcessManagementCapability> AlarmClient for ConformanceDriver<A, C> {
    fn alarm(&self) {
        self.apps.each(|_, app, kernel_data| {
            let mut sequence = core::mem::take(&mut app.sequence);
            while sequence != 0 {
                // One that finds the queue full is lost: the suite sees it.
                let _ = kernel_data.schedule_upcall((sequence & 0xf).wrapping_sub(1), (1, 2, 3));
                sequence >>= 4;
            }
        });
    }
}
