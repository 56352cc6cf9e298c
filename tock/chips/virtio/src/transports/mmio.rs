// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The memory-mapped transport, version 2 (section 4.2).

use super::{VirtIOInitializationError, VirtIOTransport};
use crate::devices::{VirtIODeviceDriver, VirtIODeviceType};
use crate::fence::device_fence;
use crate::queues::Virtqueue;
use kernel::utilities::StaticRef;
use kernel::utilities::cells::OptionalCell;
use kernel::utilities::registers::interfaces::{Readable, Writeable};
use kernel::utilities::registers::{
    InMemoryRegister, ReadOnly, ReadWrite, WriteOnly, register_bitfields, register_structs,
};

register_structs! {
    pub VirtIOMMIODeviceRegisters {
        /// "virt" in little-endian.
        (0x000 => magic_value: ReadOnly<u32>),
        (0x004 => device_version: ReadOnly<u32>),
        /// Device type; 0 where no device is plugged in.
        (0x008 => device_id: ReadOnly<u32>),
        (0x00c => vendor_id: ReadOnly<u32>),
        (0x010 => device_features: ReadOnly<u32>),
        /// Which half `device_features` shows.
        (0x014 => device_features_sel: WriteOnly<u32>),
        (0x018 => _reserved0),
        (0x020 => driver_features: WriteOnly<u32>),
        (0x024 => driver_features_sel: WriteOnly<u32>),
        (0x028 => _reserved1),
        /// Which queue the registers up to 0x0a8 are about.
        (0x030 => queue_sel: WriteOnly<u32>),
        (0x034 => queue_num_max: ReadOnly<u32>),
        (0x038 => queue_num: WriteOnly<u32>),
        (0x03c => _reserved2),
        (0x044 => queue_ready: ReadWrite<u32>),
        (0x048 => _reserved3),
        (0x050 => queue_notify: WriteOnly<u32>),
        (0x054 => _reserved4),
        (0x060 => interrupt_status: ReadOnly<u32, InterruptStatus::Register>),
        (0x064 => interrupt_ack: WriteOnly<u32, InterruptStatus::Register>),
        (0x068 => _reserved5),
        (0x070 => device_status: ReadWrite<u32, DeviceStatus::Register>),
        (0x074 => _reserved6),
        (0x080 => queue_desc_low: WriteOnly<u32>),
        (0x084 => queue_desc_high: WriteOnly<u32>),
        (0x088 => _reserved7),
        (0x090 => queue_driver_low: WriteOnly<u32>),
        (0x094 => queue_driver_high: WriteOnly<u32>),
        (0x098 => _reserved8),
        (0x0a0 => queue_device_low: WriteOnly<u32>),
        (0x0a4 => queue_device_high: WriteOnly<u32>),
        (0x0a8 => _reserved9),
        (0x0fc => config_generation: ReadOnly<u32>),
        /// The device type's own configuration.
        (0x100 => config: [ReadWrite<u8>; 0x100]),
        (0x200 => @END),
    }
}

register_bitfields![u32,
    InterruptStatus [
        USED_BUFFER OFFSET(0) NUMBITS(1) [],
        CONFIG_CHANGE OFFSET(1) NUMBITS(1) []
    ],
    DeviceStatus [
        ACKNOWLEDGE OFFSET(0) NUMBITS(1) [],
        DRIVER OFFSET(1) NUMBITS(1) [],
        DRIVER_OK OFFSET(2) NUMBITS(1) [],
        FEATURES_OK OFFSET(3) NUMBITS(1) [],
        DEVICE_NEEDS_RESET OFFSET(6) NUMBITS(1) [],
        FAILED OFFSET(7) NUMBITS(1) []
    ]
];

/// What `magic_value` holds.
const MAGIC_VALUE: u32 = 0x7472_6976;

/// The one version of the register map that is supported.
const VERSION: u32 = 2;

/// Feature bit of every device that follows version 1 of the specification.
const FEATURE_VERSION_1: u64 = 1 << 32;

/// One slot of the transport, with or without a device in it.
pub struct VirtIOMMIODevice {
    registers: StaticRef<VirtIOMMIODeviceRegisters>,
    queues: OptionalCell<&'static [&'static dyn Virtqueue]>,
}

impl VirtIOMMIODevice {
    /// Takes the slot at `registers`. Nothing is accessed.
    pub const fn new(registers: StaticRef<VirtIOMMIODeviceRegisters>) -> Self {
        VirtIOMMIODevice {
            registers,
            queues: OptionalCell::empty(),
        }
    }

    /// The type of the device in the slot; `None` if the slot is empty or the
    /// type is one that has no name here.
    pub fn query(&self) -> Option<VirtIODeviceType> {
        let id = self.probe().ok()?;
        VirtIODeviceType::try_from(id).ok()
    }

    /// Serves the slot's interrupt.
    pub fn handle_interrupt(&self) {
        let status = self.registers.interrupt_status.extract();
        // Acknowledged before the queues are looked at: what the device adds
        // from now on raises the interrupt again.
        self.registers.interrupt_ack.set(status.get());
        device_fence();
        if status.is_set(InterruptStatus::USED_BUFFER) {
            for queue in self.queues.get().unwrap_or(&[]) {
                queue.used_interrupt();
            }
        }
    }

    /// Checks that a transport of the right version is there, and reads the
    /// number of the device type.
    fn probe(&self) -> Result<u32, VirtIOInitializationError> {
        if self.registers.magic_value.get() != MAGIC_VALUE {
            return Err(VirtIOInitializationError::NotAVirtIODevice);
        }
        match self.registers.device_version.get() {
            VERSION => Ok(self.registers.device_id.get()),
            version => Err(VirtIOInitializationError::InvalidTransportVersion(version)),
        }
    }

    fn negotiate(&self, driver: &dyn VirtIODeviceDriver) -> Result<(), VirtIOInitializationError> {
        let regs = &self.registers;
        regs.device_features_sel.set(0);
        let low = regs.device_features.get();
        regs.device_features_sel.set(1);
        let offered = (u64::from(regs.device_features.get()) << 32) | u64::from(low);

        let accepted = driver
            .negotiate_features(offered)
            .map(|features| features | FEATURE_VERSION_1);
        let failed = VirtIOInitializationError::FeatureNegotiationFailed { offered, accepted };
        let features = match accepted {
            Some(features) if features & !offered == 0 => features,
            _ => return Err(failed),
        };

        regs.driver_features_sel.set(0);
        regs.driver_features.set(features as u32);
        regs.driver_features_sel.set(1);
        regs.driver_features.set((features >> 32) as u32);

        self.add_status(DeviceStatus::FEATURES_OK::SET);
        if !regs.device_status.is_set(DeviceStatus::FEATURES_OK) {
            return Err(failed);
        }
        Ok(())
    }

    fn set_up_queue(
        &self,
        number: usize,
        queue: &'static dyn Virtqueue,
    ) -> Result<(), VirtIOInitializationError> {
        let unavailable = VirtIOInitializationError::VirtqueueNotAvailable(number);
        let regs = &self.registers;
        let queue_id = u32::try_from(number).map_err(|_| unavailable)?;
        regs.queue_sel.set(queue_id);
        let max = regs.queue_num_max.get() as usize;
        if max == 0 || regs.queue_ready.get() != 0 {
            return Err(unavailable);
        }
        let size = queue.negotiate_queue_size(max).ok_or(unavailable)?;
        queue.initialize(queue_id, size);

        let addresses = queue.physical_addresses();
        let halves = |address: u64| (address as u32, (address >> 32) as u32);
        let (descriptors_low, descriptors_high) = halves(addresses.descriptor_area);
        let (driver_low, driver_high) = halves(addresses.driver_area);
        let (device_low, device_high) = halves(addresses.device_area);
        regs.queue_num.set(size as u32);
        regs.queue_desc_low.set(descriptors_low);
        regs.queue_desc_high.set(descriptors_high);
        regs.queue_driver_low.set(driver_low);
        regs.queue_driver_high.set(driver_high);
        regs.queue_device_low.set(device_low);
        regs.queue_device_high.set(device_high);
        device_fence();
        regs.queue_ready.set(1);
        Ok(())
    }

    /// Sets bits of the device status and keeps the others.
    fn add_status(
        &self,
        bits: kernel::utilities::registers::FieldValue<u32, DeviceStatus::Register>,
    ) {
        let status: InMemoryRegister<u32, DeviceStatus::Register> =
            InMemoryRegister::new(self.registers.device_status.get());
        use kernel::utilities::registers::interfaces::ReadWriteable;
        status.modify(bits);
        self.registers.device_status.set(status.get());
    }

    /// The steps of section 3.1.1 between reset and "driver OK".
    fn bring_up(
        &self,
        driver: &dyn VirtIODeviceDriver,
        queues: &'static [&'static dyn Virtqueue],
    ) -> Result<(), VirtIOInitializationError> {
        self.add_status(DeviceStatus::ACKNOWLEDGE::SET);
        self.add_status(DeviceStatus::DRIVER::SET);
        self.negotiate(driver)?;
        for (number, &queue) in queues.iter().enumerate() {
            self.set_up_queue(number, queue)?;
        }
        self.add_status(DeviceStatus::DRIVER_OK::SET);
        Ok(())
    }
}

impl VirtIOTransport for VirtIOMMIODevice {
    fn initialize(
        &self,
        driver: &dyn VirtIODeviceDriver,
        queues: &'static [&'static dyn Virtqueue],
    ) -> Result<(), VirtIOInitializationError> {
        let found = self.probe()?;
        let expected = driver.device_type();
        if VirtIODeviceType::try_from(found) != Ok(expected) {
            return Err(VirtIOInitializationError::IncorrectDeviceType { expected, found });
        }

        // Zero resets the device.
        self.registers.device_status.set(0);
        self.bring_up(driver, queues).inspect_err(|_| {
            self.registers.device_status.set(0);
            self.add_status(DeviceStatus::FAILED::SET);
        })?;
        self.queues.set(queues);
        driver.device_initialized();
        Ok(())
    }

    fn queue_notify(&self, queue_id: u32) {
        device_fence();
        self.registers.queue_notify.set(queue_id);
    }
}
