// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The fake kernel, its system calls and its drivers.

mod alarm;
mod buttons;
mod console;
mod gpio;
mod kernel;
mod leds;
mod low_level_debug;
mod syscall_driver;
mod syscalls;

pub use alarm::Alarm;
pub use buttons::Buttons;
pub use console::Console;
pub use gpio::{Gpio, GpioMode, PullMode};
pub use kernel::Kernel;
pub use leds::Leds;
pub use low_level_debug::{LowLevelDebug, LowLevelDebugMessage};
pub use syscall_driver::SyscallDriver;
pub use syscalls::Syscalls;
