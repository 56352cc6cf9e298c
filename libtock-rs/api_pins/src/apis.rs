// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The drivers' crates.

use core::fmt::Write;

use crate::implements;
use crate::platform::Whole;
use libtock_alarm::{Convert, Hz, Milliseconds, Ticks};
use libtock_buttons::{ButtonListener, ButtonState};
use libtock_console::ConsoleWriter;
use libtock_low_level_debug::AlertCode;
use libtock_platform::share::Handle;
use libtock_platform::{AllowRw, ErrorCode, Subscribe};
use libtock_rng::RngListener;

type Leds = libtock_leds::Leds<Whole>;
type Buttons = libtock_buttons::Buttons<Whole>;
type Console = libtock_console::Console<Whole>;
type Alarm = libtock_alarm::Alarm<Whole>;
type Rng = libtock_rng::Rng<Whole>;
type LowLevelDebug = libtock_low_level_debug::LowLevelDebug<Whole>;

const _: fn() -> Result<u32, ErrorCode> = Leds::count;
const _: [fn(u32) -> Result<(), ErrorCode>; 3] = [Leds::on, Leds::off, Leds::toggle];

const _: fn() -> Result<u32, ErrorCode> = Buttons::count;
const _: fn(u32) -> Result<ButtonState, ErrorCode> = Buttons::read;
const _: [fn(u32) -> bool; 2] = [Buttons::is_pressed, Buttons::is_released];
const _: [fn(u32) -> Result<(), ErrorCode>; 2] =
    [Buttons::enable_interrupts, Buttons::disable_interrupts];
const _: fn() = Buttons::unregister_listener;

pub fn button_listener<'share, F: Fn(u32, ButtonState) + 'share>() {
    let _: fn(
        &'share ButtonListener<F>,
        Handle<Subscribe<'share, Whole, 3, 0>>,
    ) -> Result<(), ErrorCode> = Buttons::register_listener;
    let _: fn(F) -> ButtonListener<F> = ButtonListener;
}

pub fn button_states(state: ButtonState) {
    match state {
        ButtonState::Pressed | ButtonState::Released => {}
    }
}

const _: fn() -> bool = Console::exists;
const _: fn(&[u8]) -> Result<(), ErrorCode> = Console::write;
const _: fn(&mut [u8]) -> (usize, Result<(), ErrorCode>) = Console::read;
const _: fn() -> ConsoleWriter<Whole> = Console::writer;
implements!(ConsoleWriter<Whole>: Write);

const _: fn() -> Result<Hz, ErrorCode> = Alarm::get_frequency;
const _: fn() -> Result<u32, ErrorCode> = Alarm::get_ticks;
const _: fn() -> Result<u64, ErrorCode> = Alarm::get_milliseconds;
const _: fn(Ticks) -> Result<(), ErrorCode> = Alarm::sleep_for::<Ticks>;
const _: fn(Milliseconds) -> Result<(), ErrorCode> = Alarm::sleep_for::<Milliseconds>;
pub const UNITS: (Hz, Ticks, Milliseconds) = (Hz(1u32), Ticks(1u32), Milliseconds(1u32));
implements!(Ticks: Convert);
implements!(Milliseconds: Convert);

/// The list gives no type for what `exists` returns in these two.
pub fn existence() {
    let _ = Alarm::exists();
    let _ = Rng::exists();
}

const _: fn(u32) -> Result<(), ErrorCode> = Rng::get_bytes_async;
const _: fn() = Rng::unallow_buffer;
const _: fn() = Rng::unregister_listener;
const _: fn(&mut [u8], u32) -> Result<(), ErrorCode> = Rng::get_bytes_sync;

pub fn rng_sharing<'share, F: Fn(u32) + 'share>() {
    let _: fn(
        &'share mut [u8],
        Handle<AllowRw<'share, Whole, 0x40001, 0>>,
    ) -> Result<(), ErrorCode> = Rng::allow_buffer;
    let _: fn(
        &'share RngListener<F>,
        Handle<Subscribe<'share, Whole, 0x40001, 0>>,
    ) -> Result<(), ErrorCode> = Rng::register_listener;
    let _: fn(F) -> RngListener<F> = RngListener;
}

const _: fn() -> bool = LowLevelDebug::exists;
const _: fn(AlertCode) = LowLevelDebug::print_alert_code;
const _: fn(u32) = LowLevelDebug::print_1;
const _: fn(u32, u32) = LowLevelDebug::print_2;
const _: () = assert!(AlertCode::Panic as u32 == 1 && AlertCode::WrongLocation as u32 == 2);

pub fn alert_codes(code: AlertCode) {
    match code {
        AlertCode::Panic | AlertCode::WrongLocation => {}
    }
}

const _: fn() -> Option<libtock_gpio::Gpio<Whole>> = || None;
