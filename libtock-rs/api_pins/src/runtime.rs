// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The crates `libtock_runtime` and `libtock`, which are for a Tock target only.

use libtock_platform::{ErrorCode, RawSyscalls, Syscalls};
use libtock_runtime::startup::get_heap_start;
use libtock_runtime::TockSyscalls;

crate::implements!(TockSyscalls: RawSyscalls, Syscalls);
const _: fn() -> *mut () = get_heap_start;

libtock_runtime::set_main! {main}
libtock_runtime::stack_size! {0x400}

fn main() -> Result<(), ErrorCode> {
    Ok(())
}

/// Names without type parameter, each over `TockSyscalls`.
pub fn aliases() {
    type Here = TockSyscalls;
    let _: fn(libtock::alarm::Alarm) -> libtock_alarm::Alarm<Here> = |same| same;
    let _: fn(libtock::buttons::Buttons) -> libtock_buttons::Buttons<Here> = |same| same;
    let _: fn(libtock::console::Console) -> libtock_console::Console<Here> = |same| same;
    let _: fn(libtock::gpio::Gpio) -> libtock_gpio::Gpio<Here> = |same| same;
    let _: fn(libtock::leds::Leds) -> libtock_leds::Leds<Here> = |same| same;
    let _: fn(
        libtock::low_level_debug::LowLevelDebug,
    ) -> libtock_low_level_debug::LowLevelDebug<Here> = |same| same;
    let _: fn(libtock::rng::Rng) -> libtock_rng::Rng<Here> = |same| same;
    let _: fn(libtock::platform::ErrorCode) -> ErrorCode = |same| same;
    let _: fn(libtock::runtime::TockSyscalls) -> Here = |same| same;
}

pub mod reexports {
    pub use libtock::alarm::{Convert, Hz, Milliseconds, Ticks};
    pub use libtock::buttons::{ButtonListener, ButtonState};
    pub use libtock::console::ConsoleWriter;
    pub use libtock::low_level_debug::AlertCode;
    pub use libtock::rng::RngListener;
    pub use libtock::runtime::{set_main, stack_size};
}
