// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What is said of a process that faults.

use kernel::debug;
use kernel::process::Process;
use rv32i::csr::mcause::Trap;

/// Words of a stored context: two of header, 31 registers, pc, cause, value.
const CONTEXT_WORDS: usize = 36;

/// Where and why a process stopped.
#[derive(Clone, Copy, Default)]
pub(crate) struct Fault {
    /// Address of the instruction.
    pub(crate) pc: u32,
    /// `mcause` of the trap.
    pub(crate) cause: u32,
    /// `mtval` of the trap: the address or the instruction that is at fault.
    pub(crate) value: u32,
}

impl Fault {
    /// Reads it from the registers that the kernel has of the process.
    pub(crate) fn of(process: &dyn Process) -> Option<Fault> {
        let mut context = [0; CONTEXT_WORDS * 4];
        process.get_stored_state(&mut context).ok()?;
        let (_, words) = context.split_last_chunk::<12>()?;
        let word = |place: usize| {
            words[4 * place..]
                .first_chunk()
                .map(|bytes| u32::from_le_bytes(*bytes))
        };
        Some(Fault {
            pc: word(0)?,
            cause: word(1)?,
            value: word(2)?,
        })
    }
}

/// Prints one line; a panic prints all there is.
pub(crate) fn report(process: &dyn Process) {
    if let Some(Fault { pc, cause, value }) = Fault::of(process) {
        debug!(
            "Process {} faulted at pc {:#010x}: {}, value {:#010x}",
            process.get_process_name(),
            pc,
            Trap::from(cause as usize).description(),
            value
        );
    }
}
