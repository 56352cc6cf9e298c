// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Driver numbers.

use capsules_core::driver::NUM;

const _: () = {
    // Base.
    assert!(NUM::Alarm as usize == 0x0 && NUM::Console as usize == 0x1);
    assert!(NUM::Led as usize == 0x2 && NUM::Button as usize == 0x3);
    assert!(NUM::Gpio as usize == 0x4 && NUM::Adc as usize == 0x5);
    assert!(NUM::Dac as usize == 0x6 && NUM::AnalogComparator as usize == 0x7);
    assert!(NUM::LowLevelDebug as usize == 0x8 && NUM::ReadOnlyState as usize == 0x9);
    assert!(NUM::Pwm as usize == 0x10);
    // Kernel.
    assert!(NUM::Ipc as usize == 0x10000 && NUM::AppLoader as usize == 0x10001);
    assert!(NUM::ProcessInfo as usize == 0x10002);
    // Buses and radios.
    assert!(NUM::Spi as usize == 0x20001 && NUM::Can as usize == 0x20007);
    assert!(NUM::Ieee802154 as usize == 0x30001 && NUM::Udp as usize == 0x30002);
    assert!(NUM::Thread as usize == 0x30005 && NUM::Eui64 as usize == 0x30006);
    assert!(NUM::EthernetTap as usize == 0x30007 && NUM::Wifi as usize == 0x30008);
    // Cryptography.
    assert!(NUM::Rng as usize == 0x40001 && NUM::Crc as usize == 0x40002);
    assert!(NUM::Hmac as usize == 0x40003 && NUM::CtapHid as usize == 0x40004);
    assert!(NUM::Sha as usize == 0x40005 && NUM::Aes as usize == 0x40006);
    // Storage.
    assert!(NUM::AppFlash as usize == 0x50000 && NUM::NvmStorage as usize == 0x50001);
    assert!(NUM::SdCard as usize == 0x50002 && NUM::Kv as usize == 0x50003);
    assert!(NUM::IsolatedNvmStorage as usize == 0x50004);
    // Other.
    assert!(NUM::Buzzer as usize == 0x90000 && NUM::Screen as usize == 0x90001);
    assert!(NUM::Touch as usize == 0x90002 && NUM::TextScreen as usize == 0x90003);
    assert!(NUM::SevenSegment as usize == 0x90004 && NUM::KeyboardHid as usize == 0x90005);
    assert!(NUM::DateTime as usize == 0x90007 && NUM::CycleCount as usize == 0x90008);
    assert!(NUM::Servo as usize == 0x90009);
    assert!(size_of::<NUM>() == size_of::<usize>());
};

// Boards match on these.
const _: () = {
    assert!(capsules_core::alarm::DRIVER_NUM == 0x0usize);
    assert!(capsules_core::console::DRIVER_NUM == 0x1usize);
    assert!(capsules_core::led::DRIVER_NUM == 0x2usize);
    assert!(capsules_core::button::DRIVER_NUM == 0x3usize);
    assert!(capsules_core::gpio::DRIVER_NUM == 0x4usize);
    assert!(capsules_core::low_level_debug::DRIVER_NUM == 0x8usize);
    assert!(capsules_core::rng::DRIVER_NUM == 0x40001usize);
    assert!(capsules_extra::process_info_driver::DRIVER_NUM == 0x10002usize);
    assert!(capsules_extra::ethernet_tap::DRIVER_NUM == 0x30007usize);
};
