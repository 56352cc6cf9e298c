// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Lets processes count instructions, and wakes them. Only with feature `measure`.
//!
//! The hart's counter of instructions is opened to user mode, and a driver with
//! a number for private use makes what is to be counted happen:
//!
//! | Command | Result                                                            |
//! |---------|-------------------------------------------------------------------|
//! | 0       | Success                                                           |
//! | 1       | queues upcall 0 of the caller later, from a deferred call         |
//! | 2       | u32: the counter, modulo 2^32, right before that upcall was queued |
//! | 3       | queues upcall 0 of every other process that subscribed            |

use core::cell::Cell;
use kernel::deferred_call::{DeferredCall, DeferredCallClient};
use kernel::grant::{AllowRoCount, AllowRwCount, Grant, UpcallCount};
use kernel::process;
use kernel::syscall::{CommandReturn, SyscallDriver};
use kernel::utilities::cells::OptionalCell;
use kernel::utilities::registers::interfaces::{Readable, Writeable};
use kernel::{ErrorCode, ProcessId};
use riscv_csr::csr::ReadWriteRiscvCsr;
use rv32i::csr::CSR;

pub(crate) const DRIVER_NUM: usize = 0x8000_0101;

/// The bit of the counter of instructions in the registers that open counters.
const INSTRET: usize = 1 << 2;

/// Opens counters to user mode where supervisor mode exists, which has to agree.
const SCOUNTEREN: ReadWriteRiscvCsr<usize, (), 0x106> = ReadWriteRiscvCsr::new();

pub(crate) type Apps = Grant<(), UpcallCount<1>, AllowRoCount<0>, AllowRwCount<0>>;

/// The driver.
pub(crate) struct MeasureDriver {
    apps: Apps,
    deferred_call: DeferredCall,
    /// Whom the deferred call is for.
    waits: OptionalCell<ProcessId>,
    queued_at: Cell<usize>,
}

impl MeasureDriver {
    /// Opens the counter as well.
    pub(crate) fn new(apps: Apps) -> Self {
        CSR.mcounteren.set(INSTRET);
        SCOUNTEREN.set(INSTRET);
        MeasureDriver {
            apps,
            deferred_call: DeferredCall::new(),
            waits: OptionalCell::empty(),
            queued_at: Cell::new(0),
        }
    }
}

impl SyscallDriver for MeasureDriver {
    fn command(
        &self,
        command_num: usize,
        _: usize,
        _: usize,
        process_id: ProcessId,
    ) -> CommandReturn {
        match command_num {
            0 => CommandReturn::success(),
            1 => {
                self.waits.set(process_id);
                self.deferred_call.set();
                CommandReturn::success()
            }
            2 => CommandReturn::success_u32(self.queued_at.get() as u32),
            3 => {
                self.apps.each(|other, _, kernel_data| {
                    if other != process_id {
                        // A process that misses one does not go on, and is missed.
                        let _ = kernel_data.schedule_upcall(0, (0, 0, 0));
                    }
                });
                CommandReturn::success()
            }
            _ => CommandReturn::failure(ErrorCode::NOSUPPORT),
        }
    }

    fn allocate_grant(&self, process_id: ProcessId) -> Result<(), process::Error> {
        self.apps.enter(process_id, |_, _| {})
    }
}

impl DeferredCallClient for MeasureDriver {
    fn handle_deferred_call(&self) {
        if let Some(process_id) = self.waits.take() {
            let _ = self.apps.enter(process_id, |_, kernel_data| {
                self.queued_at.set(CSR.minstret.get());
                let _ = kernel_data.schedule_upcall(0, (0, 0, 0));
            });
        }
    }

    fn register(&'static self) {
        self.deferred_call.register(self);
    }
}
