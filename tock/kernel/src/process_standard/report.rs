// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A full report on a process, for the person who looks for a fault.

use core::fmt::{self, Write};

use super::control_block::ProcessStandard;
use super::debug::ProcessStandardDebug;
use crate::platform::chip::Chip;
use crate::process::Process;
use crate::syscall::UserspaceKernelBoundary;

/// An address that the process may not have told.
struct Told(Option<usize>);

impl fmt::Display for Told {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(address) => write!(formatter, "{:#010x}", address),
            None => write!(formatter, "not told"),
        }
    }
}

impl<C: Chip, D: 'static + ProcessStandardDebug> ProcessStandard<'_, C, D> {
    /// Writes the whole report. A writer that fails loses the rest: nobody is
    /// left to be told.
    pub(super) fn report(&self, writer: &mut dyn Write) {
        let _ = self.report_memory(writer);
        let app_break = self.pointer_to(self.app_break.get()).cast_const();
        self.stored_state.map(|state| {
            // SAFETY: the addresses are the bounds of this process's RAM, and
            // the process is not executing.
            unsafe {
                self.chip.userspace_kernel_boundary().print_context(
                    self.memory_start,
                    app_break,
                    state,
                    writer,
                )
            }
        });
        self.mpu_config.map(|config| {
            let _ = write!(writer, "{}", config);
        });
        let _ = writer.write_str("\r\n");
    }

    fn report_memory(&self, writer: &mut dyn Write) -> fmt::Result {
        let addresses = self.get_addresses();
        let sizes = self.get_sizes();
        let kernel_part = addresses.sram_end - addresses.sram_grant_start;
        write!(
            writer,
            "App: {}  -  [{:?}]\r\n Short id: {}   Restarts: {}   Last exit: {:?}\r\n \
             System calls: {}   Last: {:?}\r\n \
             Tasks queued: {}   Dropped: {}   Timeslices expired: {}\r\n\r\n",
            self.get_process_name(),
            self.get_state(),
            self.short_app_id(),
            self.get_restart_count(),
            self.get_completion_code(),
            self.debug_syscall_count(),
            self.debug_syscall_last(),
            self.pending_tasks(),
            self.debug_dropped_upcall_count(),
            self.debug_timeslice_expiration_count(),
        )?;
        write!(
            writer,
            " RAM end              {:#010x}\r\n   \
             grants and kernel  {} bytes ({} grant table, {} tasks, {} process)\r\n \
             Lowest grant         {:#010x}\r\n \
             App break            {:#010x}\r\n \
             Heap start           {}\r\n \
             Stack top            {}\r\n \
             Stack lowest         {}\r\n \
             RAM start            {:#010x}\r\n \
             Flash end            {:#010x}\r\n \
             Flash of the app     {:#010x}\r\n \
             Flash start          {:#010x}\r\n\r\n",
            addresses.sram_end,
            kernel_part,
            sizes.grant_pointers,
            sizes.upcall_list,
            sizes.process_control_block,
            addresses.sram_grant_start,
            addresses.sram_app_brk,
            Told(addresses.sram_heap_start),
            Told(addresses.sram_stack_top),
            Told(addresses.sram_stack_bottom),
            addresses.sram_start,
            addresses.flash_end,
            addresses.flash_non_protected_start,
            addresses.flash_start,
        )
    }
}
