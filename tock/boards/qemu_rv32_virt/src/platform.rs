// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What the kernel asks the board for.

use crate::memory_io::{MemoryLed, MemoryPin};
use capsules_core::virtualizers::virtual_alarm::VirtualMuxAlarm;

use kernel::platform::scheduler_timer::VirtualSchedulerTimer;
use kernel::platform::{KernelResources, ProcessFault, SyscallDriverLookup};
use kernel::process::Process;
use kernel::syscall::SyscallDriver;
use qemu_rv32_virt_chip::chip::{QemuRv32VirtChip, QemuRv32VirtDefaultPeripherals};
use qemu_rv32_virt_chip::clint::QemuRv32VirtClint;
use virtio::devices::virtio_net::VirtIONet;
use virtio::devices::virtio_rng::VirtIORng;

/// Processes that can be loaded.
pub const NUM_PROCS: usize = if cfg!(feature = "conformance") { 16 } else { 4 };

/// Stops a process that faults and says so.
#[cfg(not(feature = "conformance"))]
pub(crate) static FAULT_POLICY: capsules_system::process_policies::StopWithDebugFaultPolicy =
    capsules_system::process_policies::StopWithDebugFaultPolicy {};

// What the process information driver may do.
kernel::define_capability_type!(
    ProcessInfoCapability: kernel::capabilities::ProcessManagementCapability,
    kernel::capabilities::ProcessStartCapability
);

impl ProcessInfoCapability {
    /// For the process information driver.
    ///
    /// # Safety
    /// Whoever gets the value controls all processes.
    pub(crate) unsafe fn new() -> Self {
        // SAFETY: The caller answers for who gets it.
        unsafe { kernel::mint_defined_capability!(ProcessInfoCapability) }
    }
}

/// Frames that can wait for the kernel.
pub(crate) const NET_RX_BUFFERS: usize = 16;

/// The chip.
pub type ChipHw = QemuRv32VirtChip<'static, QemuRv32VirtDefaultPeripherals<'static>>;

pub(crate) type ThreadIdProvider = <ChipHw as kernel::platform::chip::Chip>::ThreadIdProvider;
pub(crate) type AlarmHw = QemuRv32VirtClint<'static>;
pub(crate) type NetHw = VirtIONet<'static, NET_RX_BUFFERS>;
pub(crate) type RngHw = VirtIORng<'static, 'static>;

/// Drivers and policies of the board.
pub struct QemuRv32VirtPlatform {
    pub(crate) alarm:
        &'static capsules_core::alarm::AlarmDriver<'static, VirtualMuxAlarm<'static, AlarmHw>>,
    pub(crate) console: &'static capsules_core::console::Console<'static>,
    pub(crate) low_level_debug: &'static capsules_core::low_level_debug::LowLevelDebug<
        'static,
        capsules_core::virtualizers::virtual_uart::UartDevice<'static>,
    >,
    pub(crate) led: &'static capsules_core::led::LedDriver<'static, MemoryLed, 2>,
    pub(crate) button: &'static capsules_core::button::Button<'static, MemoryPin>,
    pub(crate) rng: Option<&'static capsules_core::rng::RngDriver<'static, RngHw>>,
    pub(crate) ethernet:
        Option<&'static capsules_extra::ethernet_tap::EthernetTapDriver<'static, NetHw>>,
    pub(crate) process_info:
        &'static capsules_extra::process_info_driver::ProcessInfo<ProcessInfoCapability>,
    #[cfg(feature = "conformance")]
    pub(crate) conformance: &'static crate::conformance::Driver,
    #[cfg(feature = "measure")]
    pub(crate) measure: &'static crate::measure::MeasureDriver,
    pub(crate) scheduler:
        &'static capsules_system::scheduler::round_robin::RoundRobinSched<'static>,
    pub(crate) scheduler_timer: &'static VirtualSchedulerTimer<VirtualMuxAlarm<'static, AlarmHw>>,
}

impl SyscallDriverLookup for QemuRv32VirtPlatform {
    fn with_driver<F, R>(&self, driver_num: usize, f: F) -> R
    where
        F: FnOnce(Option<&dyn SyscallDriver>) -> R,
    {
        match driver_num {
            capsules_core::alarm::DRIVER_NUM => f(Some(self.alarm)),
            capsules_core::console::DRIVER_NUM => f(Some(self.console)),
            capsules_core::low_level_debug::DRIVER_NUM => f(Some(self.low_level_debug)),
            capsules_core::led::DRIVER_NUM => f(Some(self.led)),
            capsules_core::button::DRIVER_NUM => f(Some(self.button)),
            capsules_core::rng::DRIVER_NUM => match self.rng {
                Some(rng) => f(Some(rng)),
                None => f(None),
            },
            capsules_extra::ethernet_tap::DRIVER_NUM => match self.ethernet {
                Some(ethernet) => f(Some(ethernet)),
                None => f(None),
            },
            capsules_extra::process_info_driver::DRIVER_NUM => f(Some(self.process_info)),
            #[cfg(feature = "conformance")]
            crate::conformance::DRIVER_NUM => f(Some(self.conformance)),
            #[cfg(feature = "measure")]
            crate::measure::DRIVER_NUM => f(Some(self.measure)),
            _ => f(None),
        }
    }
}

impl ProcessFault for QemuRv32VirtPlatform {
    /// Says what happened and leaves the rest to the fault policy.
    fn process_fault_hook(&self, process: &dyn Process) -> Result<(), ()> {
        #[cfg(feature = "conformance")]
        if self.conformance.catches_fault(process) {
            return Ok(());
        }
        crate::fault_report::report(process);
        Err(())
    }
}

/// A process whose header has permissions is held to them; others may make any call.
type Filter = capsules_system::syscall_filter::tbf_header_filter::TbfHeaderFilterDefaultAllow;

const FILTER: &Filter = &Filter {};

impl KernelResources<ChipHw> for QemuRv32VirtPlatform {
    type SyscallDriverLookup = Self;
    type SyscallFilter = Filter;
    type ProcessFault = Self;
    type ContextSwitchCallback = ();
    type Scheduler = capsules_system::scheduler::round_robin::RoundRobinSched<'static>;
    type SchedulerTimer = VirtualSchedulerTimer<VirtualMuxAlarm<'static, AlarmHw>>;
    type WatchDog = ();

    fn syscall_driver_lookup(&self) -> &Self::SyscallDriverLookup {
        self
    }

    fn syscall_filter(&self) -> &Self::SyscallFilter {
        FILTER
    }

    fn process_fault(&self) -> &Self::ProcessFault {
        self
    }

    fn context_switch_callback(&self) -> &Self::ContextSwitchCallback {
        &()
    }

    fn scheduler(&self) -> &Self::Scheduler {
        self.scheduler
    }

    fn scheduler_timer(&self) -> &Self::SchedulerTimer {
        self.scheduler_timer
    }

    fn watchdog(&self) -> &Self::WatchDog {
        &()
    }
}
