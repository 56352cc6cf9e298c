// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Prints random bytes.

#![no_main]
#![no_std]

use core::fmt::Write;
use libtock::console::Console;
use libtock::platform::ErrorCode;
use libtock::rng::Rng;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x400}

fn main() -> Result<(), ErrorCode> {
    Rng::exists()?;
    let mut console = Console::writer();
    for _ in 0..4 {
        let mut bytes = [0; 16];
        Rng::get_bytes_sync(&mut bytes, 16)?;
        write!(console, "rng:").map_err(|_| ErrorCode::Fail)?;
        for byte in bytes {
            write!(console, " {byte:02x}").map_err(|_| ErrorCode::Fail)?;
        }
        writeln!(console).map_err(|_| ErrorCode::Fail)?;
    }
    Ok(())
}
