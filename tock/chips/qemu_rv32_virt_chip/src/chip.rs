// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The chip: interrupts, protection unit, and what the board gets with it.

use crate::clint::QemuRv32VirtClint;
use crate::interrupts;
use crate::plic::{PLIC_BASE, QemuRv32VirtPlic};
use crate::uart::{UART0_BASE, Uart16550};
use crate::virtio_mmio::{SLOTS, VIRTIO_MMIO_BASE};
use core::fmt::Write;
use kernel::debug;
use kernel::platform::chip::{Chip, InterruptService};
use kernel::utilities::registers::interfaces::Readable;
use rv32i::csr::{CSR, mip::mip};
use rv32i::pmp::PMPUserMPU;
use rv32i::pmp::simple::SimplePMP;
use rv32i::syscall::SysCall;
use virtio::transports::mmio::VirtIOMMIODevice;

/// PMP entries of QEMU's hart.
pub const PMP_ENTRIES: usize = 16;

/// Regions of a process: flash, RAM, and some to spare.
pub const PMP_REGIONS: usize = 5;

/// The protection unit of this chip.
pub type QemuRv32VirtPMP = PMPUserMPU<PMP_REGIONS, SimplePMP<PMP_ENTRIES>>;

pub struct QemuRv32VirtChip<'a, I: InterruptService + 'a> {
    userspace_kernel_boundary: SysCall,
    pmp: QemuRv32VirtPMP,
    plic: QemuRv32VirtPlic,
    timer: &'a QemuRv32VirtClint<'a>,
    plic_interrupt_service: &'a I,
}

/// The drivers of the devices that the machine always has. What is plugged
/// into the VirtIO slots is up to the board.
pub struct QemuRv32VirtDefaultPeripherals<'a> {
    pub uart0: Uart16550<'a>,
    pub virtio_mmio: [VirtIOMMIODevice; SLOTS],
}

impl QemuRv32VirtDefaultPeripherals<'_> {
    /// Makes the drivers. The UART is reset, the slots are not touched.
    pub fn new() -> Self {
        QemuRv32VirtDefaultPeripherals {
            uart0: Uart16550::new(UART0_BASE),
            virtio_mmio: VIRTIO_MMIO_BASE.map(VirtIOMMIODevice::new),
        }
    }
}

impl Default for QemuRv32VirtDefaultPeripherals<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl InterruptService for QemuRv32VirtDefaultPeripherals<'_> {
    fn service_interrupt(&self, interrupt: u32) -> bool {
        match interrupt {
            interrupts::UART0 => self.uart0.handle_interrupt(),
            interrupts::VIRTIO_MMIO_0..=interrupts::VIRTIO_MMIO_7 => {
                let slot = interrupt - interrupts::VIRTIO_MMIO_0;
                self.virtio_mmio[slot as usize].handle_interrupt();
            }
            _ => return false,
        }
        true
    }
}

impl<'a, I: InterruptService + 'a> QemuRv32VirtChip<'a, I> {
    /// Takes over the hart and its interrupt controller. All interrupts are
    /// off until [`QemuRv32VirtChip::enable_plic_interrupts`] and until the
    /// board sets the bits of `mie`.
    pub fn new(
        plic_interrupt_service: &'a I,
        timer: &'a QemuRv32VirtClint<'a>,
        pmp: SimplePMP<PMP_ENTRIES>,
    ) -> Self {
        QemuRv32VirtChip {
            userspace_kernel_boundary: SysCall::new(),
            pmp: PMPUserMPU::new(pmp),
            plic: QemuRv32VirtPlic::new(PLIC_BASE),
            timer,
            plic_interrupt_service,
        }
    }

    /// Drops what is pending and lets every source of the controller through.
    pub fn enable_plic_interrupts(&self) {
        self.plic.disable_all();
        self.plic.clear_all_pending();
        self.plic.enable_all();
    }

    /// Serves the controller until it has nothing more.
    fn handle_plic_interrupts(&self) {
        while let Some(source) = self.plic.next_pending() {
            let source = source.get();
            if !self.plic_interrupt_service.service_interrupt(source) {
                // Nobody takes its line down: it would interrupt for ever.
                debug!("Interrupt {} is not served and now off", source);
                self.plic.disable_source(source);
            }
            self.plic.complete(source);
        }
    }
}

impl<'a, I: InterruptService + 'a> Chip for QemuRv32VirtChip<'a, I> {
    type MPU = QemuRv32VirtPMP;
    type ThreadIdProvider = rv32i::thread_id::RiscvThreadIdProvider;
    type UserspaceKernelBoundary = SysCall;

    fn init() {
        rv32i::configure_trap_handler();
    }

    fn mpu(&self) -> &Self::MPU {
        &self.pmp
    }

    fn userspace_kernel_boundary(&self) -> &SysCall {
        &self.userspace_kernel_boundary
    }

    fn service_pending_interrupts(&self) {
        loop {
            let pending = CSR.mip.extract();
            if pending.is_set(mip::mtimer) {
                self.timer.handle_interrupt();
            }
            if pending.is_set(mip::mext) {
                self.handle_plic_interrupts();
            }
            if !pending.is_set(mip::mtimer) && !pending.is_set(mip::mext) {
                break;
            }
        }
    }

    fn has_pending_interrupts(&self) -> bool {
        // What the devices ask for, whether or not interrupts are on.
        CSR.mip
            .any_matching_bits_set(mip::mtimer::SET + mip::mext::SET)
    }

    fn sleep(&self) {
        rv32i::support::wfi();
    }

    fn with_interrupts_disabled<F, R>(&self, f: F) -> R
    where
        F: FnOnce() -> R,
    {
        rv32i::support::with_interrupts_disabled(f)
    }

    unsafe fn print_state(_this: Option<&Self>, writer: &mut dyn Write) {
        // SAFETY: The caller prints because of a panic or a fault; what the
        // registers hold is of the last trap, as a reader of either expects.
        unsafe { rv32i::print_riscv_state(writer) };
    }
}
