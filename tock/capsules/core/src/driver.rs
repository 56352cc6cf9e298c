// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Driver numbers of the system call drivers.
//!
//! A driver names its own number through this list:
//!
//! ```rust,ignore
//! pub const DRIVER_NUM: usize = capsules_core::driver::NUM::Led as usize;
//! ```
//!
//! The numbers are part of the system call interface and never change. The
//! list is closed: a driver that lives outside this tree takes a number with
//! the most significant bit set.

/// The number by which user space addresses each driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum NUM {
    // Base.
    Alarm = 0x00000,
    Console = 0x00001,
    Led = 0x00002,
    Button = 0x00003,
    Gpio = 0x00004,
    Adc = 0x00005,
    Dac = 0x00006,
    AnalogComparator = 0x00007,
    LowLevelDebug = 0x00008,
    ReadOnlyState = 0x00009,
    Pwm = 0x00010,

    // Kernel.
    Ipc = 0x10000,
    AppLoader = 0x10001,
    ProcessInfo = 0x10002,

    // Hardware buses.
    Spi = 0x20001,
    Can = 0x20007,

    // Radio and network.
    Ieee802154 = 0x30001,
    Udp = 0x30002,
    Thread = 0x30005,
    Eui64 = 0x30006,
    EthernetTap = 0x30007,
    Wifi = 0x30008,

    // Cryptography.
    Rng = 0x40001,
    Crc = 0x40002,
    Hmac = 0x40003,
    CtapHid = 0x40004,
    Sha = 0x40005,
    Aes = 0x40006,

    // Storage.
    AppFlash = 0x50000,
    NvmStorage = 0x50001,
    SdCard = 0x50002,
    Kv = 0x50003,
    IsolatedNvmStorage = 0x50004,

    // Miscellaneous.
    Buzzer = 0x90000,
    Screen = 0x90001,
    Touch = 0x90002,
    TextScreen = 0x90003,
    SevenSegment = 0x90004,
    KeyboardHid = 0x90005,
    DateTime = 0x90007,
    CycleCount = 0x90008,
    Servo = 0x90009,
}
