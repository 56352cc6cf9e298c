// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The crates `sifive`, `virtio`, `qemu_virt_chip` and `qemu_rv32_virt_chip`.
//!
//! The facts name the crates, the chip and its peripherals with their module, the
//! map of the machine with its interrupts, the rate of the timer, and which
//! interfaces the network and the source of random numbers have. Constructors and
//! the rest of the modules are our own reading, pinned in [`reading`].

use crate::implements;
use ::kernel::hil::ethernet::EthernetAdapterDatapath;
use ::kernel::hil::rng::Rng;
use ::kernel::hil::time::{Alarm, Freq10MHz, Ticks64, Time};
use ::kernel::hil::uart;
use ::kernel::platform::chip::{Chip, InterruptService, PanicWriter};
use ::kernel::utilities::StaticRef;
use qemu_rv32_virt_chip::chip::{QemuRv32VirtChip, QemuRv32VirtDefaultPeripherals};
use qemu_virt_chip::uart::Uart16550;
use sifive::clint::Clint;
use virtio::devices::virtio_net::VirtIONet;
use virtio::devices::virtio_rng::VirtIORng;

pub type Peripherals = QemuRv32VirtDefaultPeripherals<'static>;
pub type ChipHw = QemuRv32VirtChip<'static, Peripherals>;
pub type Timer = Clint<'static, Freq10MHz>;

implements!(ChipHw: Chip);
implements!(Peripherals: InterruptService, Default);
const _: fn() -> Peripherals = Peripherals::new;

implements!(Timer: Time<Frequency = Freq10MHz, Ticks = Ticks64>, Alarm<'static>);
implements!(Uart16550<'static>: uart::Configure, uart::Transmit<'static>, uart::Receive<'static>);
implements!(Uart16550<'static>: PanicWriter);
implements!(VirtIONet<'static, 4>: EthernetAdapterDatapath<'static>);
implements!(VirtIORng<'static, 'static>: Rng<'static>);

/// The machine's interrupts: VirtIO slots 1 to 8, the port 10.
const _: () = {
    use qemu_rv32_virt_chip::interrupts::*;
    assert!(VIRTIO_MMIO_0 == 1 && VIRTIO_MMIO_1 == 2 && VIRTIO_MMIO_2 == 3);
    assert!(VIRTIO_MMIO_3 == 4 && VIRTIO_MMIO_4 == 5 && VIRTIO_MMIO_5 == 6);
    assert!(VIRTIO_MMIO_6 == 7 && VIRTIO_MMIO_7 == 8 && UART0 == 10);
};

/// The machine's eight slots.
const _: () = assert!(qemu_rv32_virt_chip::virtio_mmio::SLOTS == 8);

/// What the facts leave to us.
pub mod reading {
    use super::*;
    use ::kernel::ErrorCode;
    use core::num::NonZeroU32;
    use qemu_rv32_virt_chip::chip::{PMP_ENTRIES, PMP_REGIONS, QemuRv32VirtPMP};
    use qemu_rv32_virt_chip::clint::{CLINT_BASE, QemuRv32VirtClint};
    use qemu_rv32_virt_chip::plic::{PLIC_BASE, QemuRv32VirtPlic};
    use qemu_rv32_virt_chip::uart::UART0_BASE;
    use qemu_rv32_virt_chip::virtio_mmio::VIRTIO_MMIO_BASE;
    use qemu_virt_chip::uart::Uart16550Registers;
    use rv32i::pmp::PMPUserMPU;
    use rv32i::pmp::simple::SimplePMP;
    use sifive::clint::ClintRegisters;
    use sifive::plic::{Plic, PlicRegisters};
    use virtio::devices::virtio_net::{HEADER_LEN, RX_BUFFER_LEN};
    use virtio::devices::{VirtIODeviceDriver, VirtIODeviceType};
    use virtio::queues::split_queue::{
        SplitVirtqueue, SplitVirtqueueClient, VirtqueueAvailableRing, VirtqueueBuffer,
        VirtqueueDescriptors, VirtqueueUsedRing,
    };
    use virtio::queues::{Virtqueue, VirtqueueAddresses};
    use virtio::transports::mmio::{VirtIOMMIODevice, VirtIOMMIODeviceRegisters};
    use virtio::transports::{VirtIOInitializationError, VirtIOTransport};

    const _: fn(
        &'static Peripherals,
        &'static QemuRv32VirtClint<'static>,
        SimplePMP<16>,
    ) -> ChipHw = ChipHw::new;
    const _: fn(&ChipHw) = ChipHw::enable_plic_interrupts;
    const _: () = assert!(PMP_ENTRIES == 16 && PMP_REGIONS == 5);
    pub fn pmp(pmp: QemuRv32VirtPMP) -> PMPUserMPU<5, SimplePMP<16>> {
        pmp
    }
    pub fn mpu(mpu: <ChipHw as Chip>::MPU) -> QemuRv32VirtPMP {
        mpu
    }
    pub fn peripherals(all: &Peripherals) -> (&Uart16550<'static>, &[VirtIOMMIODevice; 8]) {
        (&all.uart0, &all.virtio_mmio)
    }
    pub fn timer(timer: QemuRv32VirtClint<'static>) -> Timer {
        timer
    }

    const _: StaticRef<ClintRegisters> = CLINT_BASE;
    const _: StaticRef<PlicRegisters> = PLIC_BASE;
    const _: StaticRef<Uart16550Registers> = UART0_BASE;
    const _: [StaticRef<VirtIOMMIODeviceRegisters>; 8] = VIRTIO_MMIO_BASE;

    const _: fn(&'static StaticRef<ClintRegisters>) -> Timer = Timer::new;
    const _: [fn(&Timer); 2] = [Timer::handle_interrupt, Timer::disable_machine_timer];

    const _: fn(StaticRef<PlicRegisters>) -> QemuRv32VirtPlic = Plic::<96>::new;
    const _: [fn(&Plic); 3] = [Plic::enable_all, Plic::disable_all, Plic::clear_all_pending];
    const _: [fn(&Plic, u32); 2] = [Plic::disable_source, Plic::complete];
    const _: fn(&Plic) -> Option<NonZeroU32> = Plic::next_pending;

    const _: fn(StaticRef<Uart16550Registers>) -> Uart16550<'static> = Uart16550::new;
    const _: fn(&Uart16550<'static>) = Uart16550::handle_interrupt;
    const _: fn(&Uart16550<'static>, &[u8]) = Uart16550::transmit_sync;

    type Queue<const N: usize> = SplitVirtqueue<'static, 'static, N>;
    const _: fn(
        &'static mut VirtqueueDescriptors<2>,
        &'static mut VirtqueueAvailableRing<2>,
        &'static mut VirtqueueUsedRing<2>,
    ) -> Queue<2> = SplitVirtqueue::new;
    implements!(VirtqueueDescriptors<2>: Default);
    implements!(VirtqueueAvailableRing<2>: Default);
    implements!(VirtqueueUsedRing<2>: Default);
    const _: fn(&Queue<2>, &'static dyn SplitVirtqueueClient<'static>) = Queue::set_client;
    const _: fn(&Queue<2>, &'static dyn VirtIOTransport) = Queue::set_transport;
    const _: fn(&Queue<2>) -> usize = Queue::free_descriptor_count;
    type Chain<const N: usize> = [Option<VirtqueueBuffer<'static>>; N];
    const _: fn(&Queue<2>, &mut [Option<VirtqueueBuffer<'static>>]) -> Result<(), ErrorCode> =
        Queue::provide_buffer_chain;
    const _: fn(&Queue<2>) -> Option<(Chain<2>, usize)> = Queue::pop_used_buffer_chain;
    implements!(Queue<2>: Virtqueue);
    pub fn buffer(buf: &mut [u8]) -> VirtqueueBuffer<'_> {
        VirtqueueBuffer {
            len: buf.len(),
            buf,
            device_writeable: true,
        }
    }

    const _: fn(StaticRef<VirtIOMMIODeviceRegisters>) -> VirtIOMMIODevice = VirtIOMMIODevice::new;
    const _: fn(&VirtIOMMIODevice) -> Option<VirtIODeviceType> = VirtIOMMIODevice::query;
    const _: fn(&VirtIOMMIODevice) = VirtIOMMIODevice::handle_interrupt;
    implements!(VirtIOMMIODevice: VirtIOTransport);
    pub fn initialization_error(error: VirtIOInitializationError) -> u64 {
        use VirtIOInitializationError::*;
        match error {
            NotAVirtIODevice => 0,
            InvalidTransportVersion(version) => u64::from(version),
            IncorrectDeviceType { expected, found } => expected as u64 ^ u64::from(found),
            FeatureNegotiationFailed { offered, accepted } => accepted.unwrap_or(offered),
            VirtqueueNotAvailable(number) => number as u64,
        }
    }

    const _: () = assert!(HEADER_LEN == 12 && RX_BUFFER_LEN == 12 + 1518);
    const _: fn(
        &'static Queue<2>,
        &'static mut [u8; HEADER_LEN],
        &'static Queue<4>,
        &'static mut [[u8; RX_BUFFER_LEN]; 4],
    ) -> VirtIONet<'static, 4> = VirtIONet::new;
    const _: fn(&VirtIONet<'static, 4>) -> Result<(), ErrorCode> = VirtIONet::initialize;
    const _: fn(&'static Queue<1>) -> VirtIORng<'static, 'static> = VirtIORng::new;
    const _: fn(&VirtIORng<'static, 'static>, &'static mut [u8]) -> Result<usize, ErrorCode> =
        VirtIORng::provide_buffer;
    implements!(VirtIONet<'static, 4>: VirtIODeviceDriver, SplitVirtqueueClient<'static>);
    implements!(VirtIORng<'static, 'static>: VirtIODeviceDriver, SplitVirtqueueClient<'static>);

    const _: () = {
        use VirtIODeviceType::*;
        assert!(NetworkCard as u32 == 1 && BlockDevice as u32 == 2 && Console as u32 == 3);
        assert!(EntropySource as u32 == 4 && GPUDevice as u32 == 16 && InputDevice as u32 == 18);
        assert!(SocketDevice as u32 == 19 && CryptoDevice as u32 == 20);
    };
    implements!(VirtIODeviceType: TryFrom<u32, Error = ()>);

    /// A device without a driver, for its signatures.
    pub struct NoDevice;
    impl VirtIODeviceDriver for NoDevice {
        fn negotiate_features(&self, _offered_features: u64) -> Option<u64> {
            None
        }
        fn device_type(&self) -> VirtIODeviceType {
            VirtIODeviceType::Console
        }
    }
    impl VirtIOTransport for NoDevice {
        fn initialize(
            &self,
            _driver: &dyn VirtIODeviceDriver,
            _queues: &'static [&'static dyn Virtqueue],
        ) -> Result<(), VirtIOInitializationError> {
            Err(VirtIOInitializationError::NotAVirtIODevice)
        }
        fn queue_notify(&self, _queue_id: u32) {}
    }
    impl Virtqueue for NoDevice {
        fn used_interrupt(&self) {}
        fn physical_addresses(&self) -> VirtqueueAddresses {
            VirtqueueAddresses {
                descriptor_area: 0,
                driver_area: 0,
                device_area: 0,
            }
        }
        fn negotiate_queue_size(&self, _max_elements: usize) -> Option<usize> {
            None
        }
        fn initialize(&self, _queue_number: u32, _queue_elements: usize) {}
    }
    impl<'b> SplitVirtqueueClient<'b> for NoDevice {
        fn buffer_chain_ready(
            &self,
            _queue_number: u32,
            _buffer_chain: &mut [Option<VirtqueueBuffer<'b>>],
            _bytes_used: usize,
        ) {
        }
    }
}
