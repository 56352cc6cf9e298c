// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Output for developers, and what the kernel says when it panics.
//!
//! `debug!` writes to the [`DebugWriter`] that the board has registered. Before
//! that, output vanishes silently. The writer buffers, and where its buffer is
//! full it drops what exceeds it and leaves a marker.

use crate::capabilities::SetDebugWriterCapability;
use crate::platform::chip::ThreadIdProvider;
use crate::processbuffer::ReadableProcessSlice;
use crate::utilities::cells::OptionalCell;
use crate::utilities::io_write::IoWrite;
use crate::utilities::single_thread_value::SingleThreadValue;
use core::fmt::{Arguments, Write};

mod gpio;
mod panic;

pub use gpio::{assign_gpios, debug_gpio_pin, initialize_debug_gpio};
pub use panic::{
    PanicResources, panic, panic_banner, panic_begin, panic_blink_forever, panic_cpu_state,
    panic_print, panic_process_info,
};

/// What marks the place where output was dropped.
const OVERFLOW: &[u8] = b"\n*** DEBUG BUFFER FULL ***\n";

/// Where debug output goes.
pub trait DebugWriter {
    /// Buffers `buf`, or as much of it as fits, followed by `overflow` in place of
    /// the rest; returns how many bytes of `buf` were taken.
    fn write(&self, buf: &[u8], overflow: &[u8]) -> usize;

    /// How many more bytes fit.
    fn available_len(&self) -> usize;

    /// How many bytes wait to be output.
    fn to_write_len(&self) -> usize;

    /// Starts to output what waits; returns how many bytes that is.
    fn publish(&self) -> usize;

    /// Writes what waits to `writer`, synchronously: for panics.
    fn flush(&self, writer: &mut dyn IoWrite);
}

struct DebugWriterWrapper {
    writer: OptionalCell<&'static dyn DebugWriter>,
}

static DEBUG_WRITER: SingleThreadValue<DebugWriterWrapper> = SingleThreadValue::new();

/// Binds debug output to this thread. A board does so before it sets the writer.
pub fn initialize_debug_writer_wrapper<P: ThreadIdProvider>() {
    // A second initialization finds the wrapper bound and keeps it.
    let _already = DEBUG_WRITER.bind_to_thread::<P>(DebugWriterWrapper {
        writer: OptionalCell::empty(),
    });
}

/// Sets where debug output goes; without effect before
/// [`initialize_debug_writer_wrapper`].
pub fn set_debug_writer_wrapper<C: SetDebugWriterCapability>(
    debug_writer: &'static dyn DebugWriter,
    _cap: C,
) {
    if let Some(wrapper) = DEBUG_WRITER.get() {
        wrapper.writer.set(debug_writer);
    }
}

/// Runs `f` with the writer if there is one for this thread.
fn with_writer<R>(f: impl FnOnce(&dyn DebugWriter) -> R) -> Option<R> {
    DEBUG_WRITER.get()?.writer.map(f)
}

/// Formats into a [`DebugWriter`].
struct Formatter<'a>(&'a dyn DebugWriter);

impl Write for Formatter<'_> {
    fn write_str(&mut self, s: &str) -> core::fmt::Result {
        // How much was dropped is marked in the output itself.
        self.0.write(s.as_bytes(), OVERFLOW);
        Ok(())
    }
}

fn print(writer: &dyn DebugWriter, args: Arguments) {
    // The formatter itself never fails, and a failing `Display` impl of an
    // argument leaves nothing better to do than to go on.
    let _ = Formatter(writer).write_fmt(args);
}

/// Prints without a line end.
pub fn debug_print(args: Arguments) {
    with_writer(|writer| {
        print(writer, args);
        writer.publish();
    });
}

/// Prints a line.
pub fn debug_println(args: Arguments) {
    with_writer(|writer| {
        print(writer, args);
        writer.write(b"\r\n", OVERFLOW);
        writer.publish();
    });
}

/// Prints a line with the place in the source that it comes from.
pub fn debug_verbose_println(args: Arguments, file_line: &(&'static str, u32)) {
    let (file, line) = file_line;
    debug_println(format_args!("TOCK_DEBUG: {file}:{line}: {args}"));
}

/// Prints the bytes of a process's buffer; returns how many were taken.
pub fn debug_slice(slice: &ReadableProcessSlice) -> usize {
    with_writer(|writer| {
        let mut taken = 0;
        let mut chunk = [0; 32];
        for piece in slice.chunks(chunk.len()) {
            let bytes = &mut chunk[..piece.len()];
            piece.copy_to_slice(bytes);
            taken += writer.write(bytes, OVERFLOW);
        }
        writer.publish();
        taken
    })
    .unwrap_or(0)
}

/// How many bytes of debug output fit at present.
pub fn debug_available_len() -> usize {
    with_writer(|writer| writer.available_len()).unwrap_or(0)
}

/// Writes what waits for output to `writer`, synchronously: for panics.
pub fn flush<W: Write + IoWrite>(writer: &mut W) {
    with_writer(|debug_writer| {
        if debug_writer.to_write_len() > 0 {
            writer.write(b"\r\n---| Debug buffer not empty. Flushing.\r\n");
            debug_writer.flush(writer);
        }
    });
}

/// Prints a line of debug output; arguments as those of `format_args!`.
#[macro_export]
macro_rules! debug {
    () => {
        $crate::debug::debug_println(format_args!(""))
    };
    ($msg:expr $(,)?) => {
        $crate::debug::debug_println(format_args!($msg))
    };
    ($fmt:expr, $($arg:tt)+) => {
        $crate::debug::debug_println(format_args!($fmt, $($arg)+))
    };
}

/// Prints a line of debug output with file and line.
#[macro_export]
macro_rules! debug_verbose {
    () => {
        $crate::debug::debug_verbose_println(format_args!(""), &(file!(), line!()))
    };
    ($msg:expr $(,)?) => {
        $crate::debug::debug_verbose_println(format_args!($msg), &(file!(), line!()))
    };
    ($fmt:expr, $($arg:tt)+) => {
        $crate::debug::debug_verbose_println(
            format_args!($fmt, $($arg)+),
            &(file!(), line!()),
        )
    };
}

/// Prints an expression and its value, with file and line; evaluates to the value.
#[macro_export]
macro_rules! debug_expr {
    ($val:expr $(,)?) => {
        match $val {
            value => {
                $crate::debug_verbose!("{} = {:#?}", stringify!($val), &value);
                value
            }
        }
    };
    ($($val:expr),+ $(,)?) => {
        ($($crate::debug_expr!($val)),+,)
    };
}

/// Drives one of the pins that the board has set aside: `debug_gpio!(0, toggle)`.
#[macro_export]
macro_rules! debug_gpio {
    ($i:expr, $method:ident $(,)?) => {{
        if let Some(pin) = $crate::debug::debug_gpio_pin($i) {
            pin.$method();
        }
    }};
}

/// Prints the bytes of a process's buffer.
#[macro_export]
macro_rules! debug_process_slice {
    ($slice:expr $(,)?) => {
        $crate::debug::debug_slice($slice)
    };
}

#[cfg(test)]
mod tests;
