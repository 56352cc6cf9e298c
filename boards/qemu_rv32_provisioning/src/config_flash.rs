// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The second flash of the machine, which holds the configuration.
//!
//! Source: QEMU, `hw/riscv/virt.c`: two banks of 32 MiB, this is the second;
//! each two x16 chips with erase blocks of 256 KiB together. The kernel's own
//! image does not lie here, and no process reaches it.

use cfi_flash::{CfiFlash, MappedBus};
use kernel::utilities::StaticRef;
use kernel::utilities::registers::ReadWrite;

const FLASH_LEN: usize = 0x200_0000;
const FLASH_WORDS: usize = FLASH_LEN / 4;

/// Length of an erase block, in bytes.
pub(crate) const BLOCK_LEN: usize = 0x4_0000;

/// First page of the configuration region, in pages of the flash.
pub(crate) const FIRST_PAGE: usize = 0;

/// The driver of the flash.
pub(crate) type FlashHw = CfiFlash<'static, MappedBus<FLASH_WORDS>>;

// SAFETY: The machine has its second flash bank of this size at this address,
// and it is accessed by the driver only.
const FLASH: StaticRef<[ReadWrite<u32>; FLASH_WORDS]> =
    unsafe { StaticRef::new(0x2200_0000 as *const [ReadWrite<u32>; FLASH_WORDS]) };

/// The way to the chips.
pub(crate) const fn bus() -> MappedBus<FLASH_WORDS> {
    MappedBus::new(FLASH)
}
