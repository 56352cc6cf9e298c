// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Components for alarms: the mux, and the driver for processes.

use core::mem::MaybeUninit;

use capsules_core::alarm::AlarmDriver;
use capsules_core::virtualizers::virtual_alarm::{MuxAlarm, VirtualMuxAlarm};
use kernel::Kernel;
use kernel::capabilities::MemoryAllocationCapability;
use kernel::component::Component;
use kernel::hil::time::Alarm;

#[macro_export]
macro_rules! alarm_mux_component_static {
    ($A:ty $(,)?) => {
        kernel::static_buf!(capsules_core::virtualizers::virtual_alarm::MuxAlarm<'static, $A>)
    };
}

#[macro_export]
macro_rules! alarm_component_static {
    ($A:ty $(,)?) => {
        (
            kernel::static_buf!(
                capsules_core::virtualizers::virtual_alarm::VirtualMuxAlarm<'static, $A>
            ),
            kernel::static_buf!(
                capsules_core::alarm::AlarmDriver<
                    'static,
                    capsules_core::virtualizers::virtual_alarm::VirtualMuxAlarm<'static, $A>,
                >
            ),
        )
    };
}

/// The mux over a hardware alarm.
pub struct AlarmMuxComponent<A: 'static + Alarm<'static>> {
    alarm: &'static A,
}

impl<A: 'static + Alarm<'static>> AlarmMuxComponent<A> {
    /// Takes the hardware alarm, which nobody else may use.
    pub fn new(alarm: &'static A) -> AlarmMuxComponent<A> {
        AlarmMuxComponent { alarm }
    }
}

impl<A: 'static + Alarm<'static>> Component for AlarmMuxComponent<A> {
    type StaticInput = &'static mut MaybeUninit<MuxAlarm<'static, A>>;
    type Output = &'static MuxAlarm<'static, A>;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        let mux = static_memory.write(MuxAlarm::new(self.alarm));
        self.alarm.set_alarm_client(mux);
        mux
    }
}

/// The alarm driver.
pub struct AlarmDriverComponent<
    A: 'static + Alarm<'static>,
    CAP: 'static + MemoryAllocationCapability,
> {
    board_kernel: &'static Kernel,
    driver_num: usize,
    alarm_mux: &'static MuxAlarm<'static, A>,
    cap: CAP,
}

impl<A: 'static + Alarm<'static>, CAP: 'static + MemoryAllocationCapability>
    AlarmDriverComponent<A, CAP>
{
    pub fn new(
        board_kernel: &'static Kernel,
        driver_num: usize,
        mux: &'static MuxAlarm<'static, A>,
        cap: CAP,
    ) -> AlarmDriverComponent<A, CAP> {
        AlarmDriverComponent {
            board_kernel,
            driver_num,
            alarm_mux: mux,
            cap,
        }
    }
}

impl<A: 'static + Alarm<'static>, CAP: 'static + MemoryAllocationCapability> Component
    for AlarmDriverComponent<A, CAP>
{
    type StaticInput = (
        &'static mut MaybeUninit<VirtualMuxAlarm<'static, A>>,
        &'static mut MaybeUninit<AlarmDriver<'static, VirtualMuxAlarm<'static, A>>>,
    );
    type Output = &'static AlarmDriver<'static, VirtualMuxAlarm<'static, A>>;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        let alarm = static_memory.0.write(VirtualMuxAlarm::new(self.alarm_mux));
        alarm.setup();
        let grant = self.board_kernel.create_grant(self.driver_num, &self.cap);
        let driver = static_memory.1.write(AlarmDriver::new(alarm, grant));
        alarm.set_alarm_client(driver);
        driver
    }
}
