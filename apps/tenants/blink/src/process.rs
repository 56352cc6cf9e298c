// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Says which endpoint this is, then blinks for ever.

use heapless::String;
use libtock::alarm::{Alarm, Hz, Ticks};
use libtock::console::Console;
use libtock::leds::Leds;
use libtock::platform::ErrorCode;
use libtock::runtime::{TockSyscalls, set_main, stack_size};
use libtock_tenant_config::TenantConfig;

set_main! {main}
stack_size! {0x400}

/// The left LED.
const LED: u32 = 0;
/// Longest endpoint name, in bytes.
const NAME_LEN: usize = 64;
const LINE_LEN: usize = NAME_LEN + 32;

fn main() -> Result<(), ErrorCode> {
    let mut name = [0; NAME_LEN];
    say(TenantConfig::<TockSyscalls>::endpoint_name(&mut name).unwrap_or("was not granted to me"));
    // Milliseconds would end at 429 with a clock of 10 MHz.
    let Hz(frequency) = Alarm::get_frequency()?;
    loop {
        // Without an LED there is nothing to see, and nothing to be done.
        let _ = Leds::toggle(LED);
        Alarm::sleep_for(Ticks(frequency / 2))?;
    }
}

/// Writes a line with one call, so that no other process's text gets into it.
fn say(endpoint: &str) {
    let mut line = String::<LINE_LEN>::new();
    // There is room for the longest name, and blinking needs no line.
    let _ = line.push_str("blink: endpoint ");
    let _ = line.push_str(endpoint);
    let _ = line.push_str("\n");
    let _ = Console::write(line.as_bytes());
}
