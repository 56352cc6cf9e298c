// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The debug queue and the panic screen.

use core::fmt::Debug;
use core::panic::PanicInfo;

use crate::kernel::platform::{PinChip, PinThread, Whole as Platform};
use crate::kernel::processes::Policy;
use kernel::capabilities::SetDebugWriterCapability;
use kernel::debug::{
    DebugWriter, PanicResources, initialize_debug_writer_wrapper, panic, panic_print,
    set_debug_writer_wrapper,
};
use kernel::hil::led::Led;
use kernel::process::ProcessSlot;
use kernel::utilities::cells::MapCell;
use kernel::utilities::io_write::IoWrite;
use kernel::utilities::single_thread_value::SingleThreadValue;

pub struct Whole;

impl DebugWriter for Whole {
    fn write(&self, _: &[u8], _: &[u8]) -> usize {
        0
    }
    fn available_len(&self) -> usize {
        0
    }
    fn to_write_len(&self) -> usize {
        0
    }
    fn publish(&self) -> usize {
        0
    }
    fn flush(&self, _: &mut dyn IoWrite) {}
}

const _: fn() = initialize_debug_writer_wrapper::<PinThread>;

pub fn set_writer(writer: &'static dyn DebugWriter, capability: impl SetDebugWriterCapability) {
    set_debug_writer_wrapper(writer, capability);
}

type Resources = PanicResources<PinChip, Policy>;

pub static PANIC_RESOURCES: SingleThreadValue<Resources> = SingleThreadValue::new();
pub const NO_RESOURCES: Resources = PanicResources::new();

pub fn resources(
    resources: Resources,
) -> (
    MapCell<&'static [ProcessSlot]>,
    MapCell<&'static PinChip>,
    MapCell<&'static Policy>,
) {
    (resources.processes, resources.chip, resources.printer)
}

const _: unsafe fn((), &PanicInfo, &dyn Fn(), Option<&Resources>) =
    panic_print::<Platform, PinChip, Policy>;

pub fn blinking<L: Led>() {
    let _: unsafe fn(&mut [&L], (), &PanicInfo, &dyn Fn(), Option<&Resources>) -> ! =
        panic::<L, Platform, PinChip, Policy>;
}

const _: fn(&SingleThreadValue<Resources>, Resources) -> Result<(), Resources> =
    SingleThreadValue::bind_to_thread::<PinThread>;
const _: fn(&SingleThreadValue<u8>) -> bool = SingleThreadValue::bound_to_current_thread;
const _: fn(&SingleThreadValue<u8>) -> Option<&u8> = SingleThreadValue::get;

/// A value is shared between contexts whatever its type is.
pub fn shared<T: Debug>() {
    let _: fn() -> SingleThreadValue<T> = SingleThreadValue::new;
}
