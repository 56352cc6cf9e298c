// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The last words of a kernel.

use crate::config;
use crate::debug::flush;
use crate::hil::led::Led;
use crate::platform::chip::{Chip, PanicWriter};
use crate::process::{ProcessPrinter, ProcessSlot};
use crate::utilities::binary_write::BinaryWrite;
use crate::utilities::cells::MapCell;
use crate::utilities::io_write::IoWrite;
use core::fmt::Write;
use core::panic::PanicInfo;

/// Calls of `nop` that let a UART finish the byte under way.
const SETTLE_NOPS: usize = 200_000;

/// What a panic can tell of, as far as the board has filled it in.
pub struct PanicResources<C: Chip + 'static, PP: ProcessPrinter + 'static> {
    /// All processes.
    pub processes: MapCell<&'static [ProcessSlot]>,
    /// The chip.
    pub chip: MapCell<&'static C>,
    /// How to print processes.
    pub printer: MapCell<&'static PP>,
}

impl<C: Chip, PP: ProcessPrinter> PanicResources<C, PP> {
    /// Nothing is known yet.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self {
            processes: MapCell::empty(),
            chip: MapCell::empty(),
            printer: MapCell::empty(),
        }
    }
}

/// Prints what is known and blinks for ever.
///
/// # Safety
///
/// To be called by the panic handler only: devices are taken over from their
/// drivers.
pub unsafe fn panic<L: Led, PW: PanicWriter, C: Chip, PP: ProcessPrinter>(
    leds: &mut [&L],
    panic_writer_config: PW::Config,
    panic_info: &PanicInfo,
    nop: &dyn Fn(),
    panic_resources: Option<&PanicResources<C, PP>>,
) -> ! {
    // SAFETY: the caller is the panic handler.
    unsafe {
        panic_print::<PW, C, PP>(panic_writer_config, panic_info, nop, panic_resources);
    }
    panic_blink_forever(leds)
}

/// Prints the message, the state of the chip and the processes.
///
/// # Safety
///
/// To be called by the panic handler only: devices are taken over from their
/// drivers.
pub unsafe fn panic_print<PW: PanicWriter, C: Chip, PP: ProcessPrinter>(
    panic_writer_config: PW::Config,
    panic_info: &PanicInfo,
    nop: &dyn Fn(),
    panic_resources: Option<&PanicResources<C, PP>>,
) {
    panic_begin(nop);
    // SAFETY: the caller is the panic handler.
    let mut writer = unsafe { PW::create_panic_writer(panic_writer_config) };
    flush(&mut writer);
    panic_banner(&mut writer, panic_info);
    if !config::CONFIG.debug_panics {
        return;
    }
    let chip = panic_resources.and_then(|resources| resources.chip.get());
    // SAFETY: the caller is the panic handler.
    unsafe { panic_cpu_state(chip, &mut writer) };
    if let Some(resources) = panic_resources {
        let processes = resources.processes.get().unwrap_or(&[]);
        if let Some(printer) = resources.printer.get() {
            panic_process_info(processes, printer, &mut writer);
        }
    }
}

/// Lets output that is under way come to its end.
pub fn panic_begin(nop: &dyn Fn()) {
    for _ in 0..SETTLE_NOPS {
        nop();
    }
}

/// Prints the message and the kernel's version.
pub fn panic_banner<W: Write>(writer: &mut W, panic_info: &PanicInfo) {
    // Where output fails at a panic, nothing is left to report it to.
    let _ = writeln!(writer, "\r\n{panic_info}\r");
    let _ = writeln!(
        writer,
        "\tKernel version {}.{}.{}\r",
        crate::KERNEL_MAJOR_VERSION,
        crate::KERNEL_MINOR_VERSION,
        crate::KERNEL_PATCH_VERSION
    );
}

/// Prints the state of the processor.
///
/// # Safety
///
/// To be called by the panic handler only: other code may be in the middle of
/// using what is read here.
pub unsafe fn panic_cpu_state<W: Write, C: Chip>(chip: Option<&'static C>, writer: &mut W) {
    // SAFETY: the caller is the panic handler.
    unsafe { C::print_state(chip, writer) };
}

/// Prints an overview and the details of each process.
pub fn panic_process_info<PP: ProcessPrinter, W: Write + IoWrite>(
    processes: &'static [ProcessSlot],
    process_printer: &PP,
    writer: &mut W,
) {
    // Where output fails at a panic, nothing is left to report it to.
    let _ = writer.write_str("\r\n---| App Status |---\r\n");
    for process in processes.iter().filter_map(ProcessSlot::get) {
        let mut sink = Synchronous(writer);
        let mut context = None;
        loop {
            context = process_printer.print_overview(process, &mut sink, context);
            if context.is_none() {
                break;
            }
        }
        process.print_full_process(writer);
    }
}

/// A synchronous writer as one that could be full, which it never is.
struct Synchronous<'a, W: IoWrite>(&'a mut W);

impl<W: IoWrite> BinaryWrite for Synchronous<'_, W> {
    fn write_buffer(&mut self, buffer: &[u8]) -> Result<usize, ()> {
        self.0.write(buffer);
        Ok(buffer.len())
    }
}

/// Blinks the LEDs in a pattern that nothing but a panic shows.
pub fn panic_blink_forever<L: Led>(leds: &mut [&L]) -> ! {
    leds.iter().for_each(|led| led.init());
    loop {
        for (period, blinks) in [(1_000_000, 4), (500_000, 4)] {
            for _ in 0..blinks {
                leds.iter().for_each(|led| led.on());
                spin(period);
                leds.iter().for_each(|led| led.off());
                spin(period);
            }
        }
    }
}

fn spin(iterations: usize) {
    for iteration in 0..iterations {
        core::hint::black_box(iteration);
    }
}
