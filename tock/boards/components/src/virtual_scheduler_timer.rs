// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Component for a scheduler timer over a virtual alarm.

use core::mem::MaybeUninit;

use capsules_core::virtualizers::virtual_alarm::{MuxAlarm, VirtualMuxAlarm};
use kernel::component::Component;
use kernel::hil::time::Alarm;
use kernel::platform::scheduler_timer::VirtualSchedulerTimer;

#[macro_export]
macro_rules! virtual_scheduler_timer_component_static {
    ($A:ty $(,)?) => {
        (
            kernel::static_buf!(
                capsules_core::virtualizers::virtual_alarm::VirtualMuxAlarm<'static, $A>
            ),
            kernel::static_buf!(
                kernel::platform::scheduler_timer::VirtualSchedulerTimer<
                    capsules_core::virtualizers::virtual_alarm::VirtualMuxAlarm<'static, $A>,
                >
            ),
        )
    };
}

/// The scheduler timer.
pub struct VirtualSchedulerTimerComponent<A: 'static + Alarm<'static>> {
    mux_alarm: &'static MuxAlarm<'static, A>,
}

impl<A: 'static + Alarm<'static>> VirtualSchedulerTimerComponent<A> {
    pub fn new(mux_alarm: &'static MuxAlarm<'static, A>) -> Self {
        Self { mux_alarm }
    }
}

impl<A: 'static + Alarm<'static>> Component for VirtualSchedulerTimerComponent<A> {
    type StaticInput = (
        &'static mut MaybeUninit<VirtualMuxAlarm<'static, A>>,
        &'static mut MaybeUninit<VirtualSchedulerTimer<VirtualMuxAlarm<'static, A>>>,
    );
    type Output = &'static VirtualSchedulerTimer<VirtualMuxAlarm<'static, A>>;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        let alarm = static_memory.0.write(VirtualMuxAlarm::new(self.mux_alarm));
        alarm.setup();
        static_memory.1.write(VirtualSchedulerTimer::new(alarm))
    }
}
