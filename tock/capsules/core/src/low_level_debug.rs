// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! System call driver that prints numbers for a program in need.
//!
//! It asks nothing of the program but a command: no buffer, no upcall. The
//! startup code of a program reports here what goes wrong before it can use
//! the console.
//!
//! System call interface
//! ---------------------
//!
//! | Command | Arguments | Result                        |
//! |---------|-----------|-------------------------------|
//! | 0       |           | Success                       |
//! | 1       | code      | prints a predefined alert     |
//! | 2       | a         | prints a number               |
//! | 3       | a, b      | prints two numbers            |
//!
//! Alert codes: 1 the program panicked, 2 it is not where it was linked for.
//! Each command succeeds at once. What a process prints faster than the port
//! takes it is dropped, and a line says so.

use core::cell::Cell;
use core::fmt::{self, Write};

use kernel::grant::{AllowRoCount, AllowRwCount, Grant, UpcallCount};
use kernel::hil::uart;
use kernel::syscall::{CommandReturn, SyscallDriver};
use kernel::utilities::cells::TakeCell;
use kernel::{ErrorCode, ProcessId};

pub const DRIVER_NUM: usize = crate::driver::NUM::LowLevelDebug as usize;

/// Length of the transmit buffer, in bytes; the longest line fits.
pub const BUF_LEN: usize = 128;

/// Entries that wait for the port, per process.
const QUEUE_LEN: usize = 4;

/// Something to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    Alert(usize),
    Print1(usize),
    Print2(usize, usize),
    /// Entries were lost here.
    Dropped,
}

impl Entry {
    /// Writes the line for this entry of the process with number `id`.
    fn format(self, id: usize, out: &mut dyn Write) -> fmt::Result {
        match self {
            Entry::Alert(1) => writeln!(out, "LowLevelDebug: process {id} alert: panic"),
            Entry::Alert(2) => {
                writeln!(out, "LowLevelDebug: process {id} alert: wrong location")
            }
            Entry::Alert(code) => writeln!(out, "LowLevelDebug: process {id} alert {code:#x}"),
            Entry::Print1(a) => writeln!(out, "LowLevelDebug: process {id} prints {a:#x}"),
            Entry::Print2(a, b) => {
                writeln!(out, "LowLevelDebug: process {id} prints {a:#x} {b:#x}")
            }
            Entry::Dropped => writeln!(out, "LowLevelDebug: process {id} lost lines"),
        }
    }
}

/// The entries of a process that wait for the port.
#[derive(Default)]
pub struct AppData {
    queue: [Option<Entry>; QUEUE_LEN],
}

impl AppData {
    /// Takes an entry; one too many is replaced by a note of the loss.
    fn push(&mut self, entry: Entry) {
        match self.queue.iter_mut().find(|slot| slot.is_none()) {
            Some(slot) => *slot = Some(entry),
            None => self.queue[QUEUE_LEN - 1] = Some(Entry::Dropped),
        }
    }

    fn pop(&mut self) -> Option<Entry> {
        let first = self.queue[0].take();
        self.queue.rotate_left(1);
        first
    }
}

/// A line in the making; what does not fit is cut off.
struct Line<'b> {
    buffer: &'b mut [u8],
    length: usize,
}

impl Write for Line<'_> {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        let free = &mut self.buffer[self.length..];
        let count = s.len().min(free.len());
        free[..count].copy_from_slice(&s.as_bytes()[..count]);
        self.length += count;
        if count == s.len() {
            Ok(())
        } else {
            Err(fmt::Error)
        }
    }
}

/// The low-level debug driver.
pub struct LowLevelDebug<'u, U: uart::Transmit<'u>> {
    buffer: TakeCell<'static, [u8]>,
    uart: &'u U,
    apps: Grant<AppData, UpcallCount<0>, AllowRoCount<0>, AllowRwCount<0>>,
    transmitting: Cell<bool>,
}

impl<'u, U: uart::Transmit<'u>> LowLevelDebug<'u, U> {
    /// Makes a driver over `uart`, whose transmit client it must be made.
    /// `buffer` should hold [`BUF_LEN`] bytes; longer lines are cut off.
    pub fn new(
        buffer: &'static mut [u8],
        uart: &'u U,
        grant: Grant<AppData, UpcallCount<0>, AllowRoCount<0>, AllowRwCount<0>>,
    ) -> LowLevelDebug<'u, U> {
        LowLevelDebug {
            buffer: TakeCell::new(buffer),
            uart,
            apps: grant,
            transmitting: Cell::new(false),
        }
    }

    fn push(&self, process_id: ProcessId, entry: Entry) -> CommandReturn {
        let entered = self.apps.enter(process_id, |app, _| app.push(entry));
        match entered {
            Ok(()) => {
                self.transmit_next();
                CommandReturn::success()
            }
            Err(error) => error.into(),
        }
    }

    /// Hands the first entry that waits to the port, if that is free.
    fn transmit_next(&self) {
        if self.transmitting.get() {
            return;
        }
        let next = self.apps.iter().find_map(|process| {
            let id = process.processid().id();
            process.enter(|app, _| app.pop()).map(|entry| (id, entry))
        });
        // The buffer is taken only once there is something to print with it.
        let Some((id, entry)) = next else {
            return;
        };
        let Some(buffer) = self.buffer.take() else {
            return;
        };
        let mut line = Line { buffer, length: 0 };
        // A line that is cut off is still worth printing.
        let _ = entry.format(id, &mut line);
        let Line { buffer, length } = line;
        match self.uart.transmit_buffer(buffer, length) {
            Ok(()) => self.transmitting.set(true),
            // The line is lost: there is nowhere else to report to.
            Err((_, buffer)) => {
                self.buffer.replace(buffer);
            }
        }
    }
}

impl<'u, U: uart::Transmit<'u>> SyscallDriver for LowLevelDebug<'u, U> {
    fn command(
        &self,
        command_num: usize,
        arg0: usize,
        arg1: usize,
        process_id: ProcessId,
    ) -> CommandReturn {
        match command_num {
            0 => CommandReturn::success(),
            1 => self.push(process_id, Entry::Alert(arg0)),
            2 => self.push(process_id, Entry::Print1(arg0)),
            3 => self.push(process_id, Entry::Print2(arg0, arg1)),
            _ => CommandReturn::failure(ErrorCode::NOSUPPORT),
        }
    }

    fn allocate_grant(&self, process_id: ProcessId) -> Result<(), kernel::process::Error> {
        self.apps.enter(process_id, |_, _| {})
    }
}

impl<'u, U: uart::Transmit<'u>> uart::TransmitClient for LowLevelDebug<'u, U> {
    fn transmitted_buffer(
        &self,
        tx_buffer: &'static mut [u8],
        _tx_len: usize,
        _rval: Result<(), ErrorCode>,
    ) {
        self.buffer.replace(tx_buffer);
        self.transmitting.set(false);
        self.transmit_next();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(entry: Entry, space: usize) -> ([u8; BUF_LEN], usize) {
        let mut bytes = [0; BUF_LEN];
        let mut line = Line {
            buffer: &mut bytes[..space],
            length: 0,
        };
        let _ = entry.format(usize::MAX, &mut line);
        let length = line.length;
        (bytes, length)
    }

    #[test]
    fn longest_line_fits_the_buffer() {
        let (bytes, length) = line(Entry::Print2(usize::MAX, usize::MAX), BUF_LEN);
        assert_eq!(bytes[length - 1], b'\n');
    }

    #[test]
    fn line_too_long_is_cut_off() {
        let (bytes, length) = line(Entry::Print1(7), 10);
        assert_eq!(&bytes[..length], b"LowLevelDe");
    }

    #[test]
    fn entries_leave_in_order() {
        let mut app = AppData::default();
        app.push(Entry::Print1(1));
        app.push(Entry::Print1(2));
        assert_eq!(app.pop(), Some(Entry::Print1(1)));
        app.push(Entry::Print1(3));
        assert_eq!(app.pop(), Some(Entry::Print1(2)));
        assert_eq!(app.pop(), Some(Entry::Print1(3)));
        assert_eq!(app.pop(), None);
    }

    #[test]
    fn overflow_is_noted_once() {
        let mut app = AppData::default();
        for value in 0..QUEUE_LEN + 3 {
            app.push(Entry::Print1(value));
        }
        for value in 0..QUEUE_LEN - 1 {
            assert_eq!(app.pop(), Some(Entry::Print1(value)));
        }
        assert_eq!(app.pop(), Some(Entry::Dropped));
        assert_eq!(app.pop(), None);
    }
}
