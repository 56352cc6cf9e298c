// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What the kernel asks the board for.

use capsules_core::virtualizers::virtual_alarm::VirtualMuxAlarm;
use capsules_core::virtualizers::virtual_rng::VirtualRngMasterDevice;
use capsules_core::virtualizers::virtual_uart::UartDevice;
use capsules_extra::ethernet_tap;
use capsules_provisioning::{provisioning_driver, tenant_config_driver};
#[cfg(not(feature = "measure"))]
use capsules_system::scheduler::round_robin::RoundRobinSched;
use capsules_system::syscall_filter::tbf_header_filter::TbfHeaderFilterDefaultAllow;
use emulated_panel::{KeyPin, PanelLed};
use kernel::platform::scheduler_timer::VirtualSchedulerTimer;
use kernel::platform::{KernelResources, SyscallDriverLookup};
use kernel::syscall::SyscallDriver;
use provisioning_components::indicator::TenantLedHw;
use qemu_rv32_virt_chip::chip::{QemuRv32VirtChip, QemuRv32VirtDefaultPeripherals};
use qemu_rv32_virt_chip::clint::QemuRv32VirtClint;
use virtio::devices::virtio_net::VirtIONet;
use virtio::devices::virtio_rng::VirtIORng;

/// Processes that can be loaded.
pub const NUM_PROCS: usize = 8;

/// Frames that can wait for the kernel.
pub(crate) const NET_RX_BUFFERS: usize = 16;

/// The chip.
pub type ChipHw = QemuRv32VirtChip<'static, QemuRv32VirtDefaultPeripherals<'static>>;

pub(crate) type ThreadIdProvider = <ChipHw as kernel::platform::chip::Chip>::ThreadIdProvider;
pub(crate) type AlarmHw = QemuRv32VirtClint<'static>;
pub(crate) type NetHw = VirtIONet<'static, NET_RX_BUFFERS>;
pub(crate) type RngHw = VirtIORng<'static, 'static>;
pub(crate) type TenantLed = TenantLedHw<AlarmHw, PanelLed>;
pub(crate) type EthernetTapDriver = ethernet_tap::EthernetTapDriver<'static, NetHw>;
pub(crate) type RngDriver = capsules_core::rng::RngDriver<'static, VirtualRngMasterDevice<'static>>;

/// The scheduler.
#[cfg(not(feature = "measure"))]
pub(crate) type SchedulerHw = RoundRobinSched<'static>;
/// The scheduler, and what counts the kernel's work.
#[cfg(feature = "measure")]
pub(crate) type SchedulerHw = crate::measure::Measured;

/// Drivers and policies of the board.
pub struct Platform {
    pub(crate) alarm:
        &'static capsules_core::alarm::AlarmDriver<'static, VirtualMuxAlarm<'static, AlarmHw>>,
    pub(crate) console: &'static capsules_core::console::Console<'static>,
    pub(crate) low_level_debug:
        &'static capsules_core::low_level_debug::LowLevelDebug<'static, UartDevice<'static>>,
    pub(crate) led: &'static capsules_core::led::LedDriver<'static, TenantLed, 2>,
    pub(crate) button: &'static capsules_core::button::Button<'static, KeyPin>,
    pub(crate) rng: Option<&'static RngDriver>,
    pub(crate) ethernet: Option<&'static EthernetTapDriver>,
    pub(crate) provisioning: &'static provisioning_driver::ProvisioningDriver<'static>,
    pub(crate) tenant_config: &'static tenant_config_driver::TenantConfigDriver<'static>,
    pub(crate) syscall_filter: TbfHeaderFilterDefaultAllow,
    pub(crate) scheduler: &'static SchedulerHw,
    pub(crate) scheduler_timer: &'static VirtualSchedulerTimer<VirtualMuxAlarm<'static, AlarmHw>>,
}

impl SyscallDriverLookup for Platform {
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
            ethernet_tap::DRIVER_NUM => match self.ethernet {
                Some(ethernet) => f(Some(ethernet)),
                None => f(None),
            },
            provisioning_driver::DRIVER_NUM => f(Some(self.provisioning)),
            tenant_config_driver::DRIVER_NUM => f(Some(self.tenant_config)),
            _ => f(None),
        }
    }
}

impl KernelResources<ChipHw> for Platform {
    type SyscallDriverLookup = Self;
    type SyscallFilter = TbfHeaderFilterDefaultAllow;
    type ProcessFault = ();
    type ContextSwitchCallback = ();
    type Scheduler = SchedulerHw;
    type SchedulerTimer = VirtualSchedulerTimer<VirtualMuxAlarm<'static, AlarmHw>>;
    type WatchDog = ();

    fn syscall_driver_lookup(&self) -> &Self::SyscallDriverLookup {
        self
    }

    fn syscall_filter(&self) -> &Self::SyscallFilter {
        &self.syscall_filter
    }

    fn process_fault(&self) -> &Self::ProcessFault {
        &()
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
