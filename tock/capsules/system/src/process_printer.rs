// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Prints what is known of a process, as text for people.

use core::fmt::{self, Write};

use kernel::process::{Process, ProcessPrinter, ProcessPrinterContext};
use kernel::utilities::binary_write::BinaryWrite;

/// Prints processes as text.
#[derive(Default)]
pub struct ProcessPrinterText {}

impl ProcessPrinterText {
    /// Makes a printer.
    pub fn new() -> ProcessPrinterText {
        ProcessPrinterText {}
    }
}

/// Passes text on from a certain byte, until the writer is full.
struct Resumed<'a> {
    writer: &'a mut dyn BinaryWrite,
    /// Bytes that were written the last time.
    offset: usize,
    /// Bytes of text so far.
    position: usize,
    full: bool,
}

impl Write for Resumed<'_> {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        let skip = self.offset.saturating_sub(self.position).min(s.len());
        let mut rest = &s.as_bytes()[skip..];
        self.position += skip;
        while !rest.is_empty() {
            // A writer that fails is treated as one that is full: the caller
            // decides whether to try again.
            let written = self.writer.write_buffer(rest).unwrap_or(0).min(rest.len());
            if written == 0 {
                self.full = true;
                return Err(fmt::Error);
            }
            self.position += written;
            rest = &rest[written..];
        }
        Ok(())
    }
}

fn print(process: &dyn Process, out: &mut dyn Write) -> fmt::Result {
    let addresses = process.get_addresses();
    let sizes = process.get_sizes();

    writeln!(
        out,
        "Process {} [{}], id {}, {:?}",
        process.get_process_name(),
        process.short_app_id(),
        process.processid().id(),
        process.get_state(),
    )?;
    writeln!(
        out,
        "  restarts {}, system calls {}, time slices used up {}, upcalls pending {} dropped {}",
        process.get_restart_count(),
        process.debug_syscall_count(),
        process.debug_timeslice_expiration_count(),
        process.pending_tasks(),
        process.debug_dropped_upcall_count(),
    )?;
    if let Some(syscall) = process.debug_syscall_last() {
        writeln!(out, "  last system call {syscall:?}")?;
    }
    if let Some(Some(code)) = process.get_completion_code() {
        writeln!(out, "  completion code {code}")?;
    }
    writeln!(
        out,
        "  flash {:#010x}..{:#010x}, code from {:#010x}",
        addresses.flash_start, addresses.flash_end, addresses.flash_non_protected_start,
    )?;
    writeln!(
        out,
        "  RAM   {:#010x}..{:#010x}, break {:#010x}, grants from {:#010x}",
        addresses.sram_start,
        addresses.sram_end,
        addresses.sram_app_brk,
        addresses.sram_grant_start,
    )?;
    writeln!(
        out,
        "  kernel data: grant pointers {}, upcall queue {}, control block {} bytes",
        sizes.grant_pointers, sizes.upcall_list, sizes.process_control_block,
    )
}

impl ProcessPrinter for ProcessPrinterText {
    fn print_overview(
        &self,
        process: &dyn Process,
        writer: &mut dyn BinaryWrite,
        context: Option<ProcessPrinterContext>,
    ) -> Option<ProcessPrinterContext> {
        let mut out = Resumed {
            writer,
            offset: context.map_or(0, |context| context.offset),
            position: 0,
            full: false,
        };
        // The error is that of a full writer, which is kept.
        let _ = print(process, &mut out);
        out.full.then_some(ProcessPrinterContext {
            offset: out.position,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes a few bytes per round.
    struct Narrow {
        bytes: [u8; 64],
        length: usize,
        room: usize,
    }

    impl BinaryWrite for Narrow {
        fn write_buffer(&mut self, buffer: &[u8]) -> Result<usize, ()> {
            let count = buffer.len().min(self.room);
            self.bytes[self.length..self.length + count].copy_from_slice(&buffer[..count]);
            self.length += count;
            self.room -= count;
            Ok(count)
        }
    }

    #[test]
    fn text_goes_on_where_the_writer_was_full() {
        let mut writer = Narrow {
            bytes: [0; 64],
            length: 0,
            room: 0,
        };
        let mut offset = 0;
        let mut rounds = 0;
        loop {
            writer.room = 5;
            let mut out = Resumed {
                writer: &mut writer,
                offset,
                position: 0,
                full: false,
            };
            let _ = write!(out, "one {} two {} three", 1, 2);
            offset = out.position;
            rounds += 1;
            if !out.full {
                break;
            }
        }
        assert_eq!(&writer.bytes[..writer.length], b"one 1 two 2 three");
        assert_eq!(rounds, 4);
    }
}
