// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Who may touch which byte of a process's RAM and flash.

use core::mem::size_of;
use core::ptr::{self, NonNull};

use super::control_block::ProcessStandard;
use super::debug::ProcessStandardDebug;
use crate::errorcode::ErrorCode;
use crate::platform::chip::Chip;
use crate::platform::mpu::{MPU, Permissions, Region};
use crate::process::{Error, Process};
use crate::processbuffer::{ReadOnlyProcessBuffer, ReadWriteProcessBuffer};
use crate::utilities::capability_ptr::CapabilityPtr;

/// Whether `size` bytes from `start` lie within `[low, high)`.
fn is_within(start: usize, size: usize, low: usize, high: usize) -> bool {
    start >= low && start.checked_add(size).is_some_and(|end| end <= high)
}

impl<C: Chip, D: 'static + ProcessStandardDebug> ProcessStandard<'_, C, D> {
    pub(super) fn memory_end(&self) -> usize {
        self.memory_start.addr() + self.memory_len
    }

    /// A pointer to an address in this process's RAM that may be used for all
    /// of it, unlike one that came in a register.
    pub(super) fn pointer_to(&self, address: usize) -> *mut u8 {
        self.memory_start.with_addr(address)
    }

    pub(super) fn flash_start(&self) -> usize {
        self.flash.as_ptr().addr()
    }

    pub(super) fn flash_end(&self) -> usize {
        self.flash_start() + self.flash.len()
    }

    pub(super) fn flash_non_protected_start(&self) -> usize {
        // At most the length of the flash: checked when the binary was found.
        self.flash_start() + self.header.get_protected_size() as usize
    }

    fn in_app_ram(&self, start: usize, size: usize) -> bool {
        is_within(start, size, self.memory_start.addr(), self.app_break.get())
    }

    fn in_app_flash(&self, start: usize, size: usize) -> bool {
        let low = self.flash_non_protected_start();
        is_within(start, size, low, self.flash_end())
    }

    pub(super) fn may_be_called(&self, function: *const ()) -> bool {
        let size = size_of::<*const ()>();
        self.in_app_flash(function.addr(), size) || self.in_app_ram(function.addr(), size)
    }

    pub(super) fn move_break(&self, new_break: usize) -> Result<CapabilityPtr, Error> {
        if !self.is_running() {
            return Err(Error::InactiveApp);
        }
        if new_break < self.allow_high_water_mark.get() || new_break >= self.memory_end() {
            return Err(Error::AddressOutOfBounds);
        }
        if new_break > self.kernel_break.get() {
            return Err(Error::OutOfMemory);
        }
        self.update_mpu(new_break, self.kernel_break.get())
            .ok_or(Error::OutOfMemory)?;
        let old_break = self.app_break.replace(new_break);
        if let Some(grown) = new_break.checked_sub(old_break) {
            // What lay here before may be of an earlier run, or of the kernel.
            // SAFETY: the range lies between the old app break and the kernel
            // break, so within the process's RAM. No buffer reaches there,
            // because those end at or below the app break, and no grant.
            unsafe { self.pointer_to(old_break).write_bytes(0, grown) };
        }
        Ok(CapabilityPtr::from(old_break))
    }

    pub(super) fn move_break_by(&self, increment: isize) -> Result<CapabilityPtr, Error> {
        if !self.is_running() {
            return Err(Error::InactiveApp);
        }
        let new_break = self
            .app_break
            .get()
            .checked_add_signed(increment)
            .ok_or(Error::AddressOutOfBounds)?;
        self.move_break(new_break)
    }

    /// Takes `size` bytes below the kernel break, aligned to `align`, a power
    /// of two; at least to 2, so that the low bit of a pointer is free.
    pub(super) fn allocate_from_kernel_break(
        &self,
        size: usize,
        align: usize,
    ) -> Option<NonNull<u8>> {
        let align = align.max(2);
        let new_break = self.kernel_break.get().checked_sub(size)? & !(align - 1);
        if new_break < self.app_break.get() {
            return None;
        }
        self.update_mpu(self.app_break.get(), new_break)?;
        self.kernel_break.set(new_break);
        NonNull::new(self.pointer_to(new_break))
    }

    /// Asks the MPU whether it can tell these two breaks apart.
    fn update_mpu(&self, app_break: usize, kernel_break: usize) -> Option<()> {
        self.mpu_config
            .map(|config| {
                self.chip.mpu().update_app_memory_region(
                    self.pointer_to(app_break),
                    self.pointer_to(kernel_break),
                    Permissions::ReadWriteOnly,
                    config,
                )
            })?
            .ok()
    }

    /// Remembers that a buffer up to `end` exists.
    fn raise_high_water_mark(&self, end: usize) {
        let highest = self.allow_high_water_mark.get().max(end);
        self.allow_high_water_mark.set(highest);
    }

    pub(super) fn readwrite_buffer(
        &self,
        start: *mut u8,
        size: usize,
    ) -> Result<ReadWriteProcessBuffer, ErrorCode> {
        if !self.is_running() {
            return Err(ErrorCode::FAIL);
        }
        if size == 0 {
            let pointer = ptr::without_provenance_mut(start.addr());
            // SAFETY: of length 0.
            return Ok(unsafe { ReadWriteProcessBuffer::new(pointer, 0, self.processid()) });
        }
        if !self.in_app_ram(start.addr(), size) {
            return Err(ErrorCode::INVAL);
        }
        self.raise_high_water_mark(start.addr() + size);
        let pointer = self.pointer_to(start.addr());
        // SAFETY: the range is RAM of the process below its app break, which
        // from now on cannot go below its end. The kernel makes no references
        // to that RAM but through process buffers.
        Ok(unsafe { ReadWriteProcessBuffer::new(pointer, size, self.processid()) })
    }

    pub(super) fn readonly_buffer(
        &self,
        start: *const u8,
        size: usize,
    ) -> Result<ReadOnlyProcessBuffer, ErrorCode> {
        if !self.is_running() {
            return Err(ErrorCode::FAIL);
        }
        let pointer = if size == 0 {
            ptr::without_provenance(start.addr())
        } else if self.in_app_ram(start.addr(), size) {
            self.raise_high_water_mark(start.addr() + size);
            self.pointer_to(start.addr()).cast_const()
        } else if self.in_app_flash(start.addr(), size) {
            self.flash.as_ptr().with_addr(start.addr())
        } else {
            return Err(ErrorCode::INVAL);
        };
        // SAFETY: of length 0; or RAM as in `readwrite_buffer`; or the process's
        // own flash, which is mapped for ever and only ever read.
        Ok(unsafe { ReadOnlyProcessBuffer::new(pointer, size, self.processid()) })
    }

    /// # Safety
    ///
    /// As [`Process::set_byte`].
    pub(super) unsafe fn write_byte(&self, address: *mut u8, value: u8) -> bool {
        if !self.in_app_ram(address.addr(), 1) {
            return false;
        }
        // SAFETY: the byte is RAM of the process, and the caller says that no
        // reference to it is live.
        unsafe { self.pointer_to(address.addr()).write(value) };
        true
    }

    pub(super) fn add_region(
        &self,
        memory_start: *const u8,
        memory_size: usize,
        min_size: usize,
    ) -> Option<Region> {
        let free = self.extra_regions.iter().find(|r| r.get().is_none())?;
        let region = self.mpu_config.and_then(|config| {
            self.chip.mpu().allocate_region(
                memory_start,
                memory_size,
                min_size,
                Permissions::ReadWriteOnly,
                config,
            )
        })?;
        free.set(Some(region));
        Some(region)
    }

    pub(super) fn remove_region(&self, region: Region) -> Result<(), ErrorCode> {
        let slot = self
            .extra_regions
            .iter()
            .find(|slot| slot.get() == Some(region))
            .ok_or(ErrorCode::INVAL)?;
        self.mpu_config
            .map_or(Err(()), |config| {
                self.chip.mpu().remove_memory_region(region, config)
            })
            .map_err(|()| ErrorCode::FAIL)?;
        slot.set(None);
        Ok(())
    }
}
