// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Component for the two LEDs.

use core::mem::MaybeUninit;

use capsules_core::virtualizers::virtual_alarm::{MuxAlarm, VirtualMuxAlarm};
use capsules_provisioning::indicator::{Indicator, TenantLed};
use kernel::component::Component;
use kernel::hil::led::Led;
use kernel::hil::time::Alarm;

#[macro_export]
macro_rules! indicator_component_static {
    ($A:ty, $L:ty $(,)?) => {
        (
            kernel::static_buf!(
                capsules_core::virtualizers::virtual_alarm::VirtualMuxAlarm<'static, $A>
            ),
            kernel::static_buf!(
                capsules_provisioning::indicator::Indicator<
                    'static,
                    capsules_core::virtualizers::virtual_alarm::VirtualMuxAlarm<'static, $A>,
                    $L,
                >
            ),
        )
    };
}

/// What owns the LEDs on a board with alarm `A`.
pub type IndicatorHw<A, L> = Indicator<'static, VirtualMuxAlarm<'static, A>, L>;

/// An LED as tenants see it on a board with alarm `A`.
pub type TenantLedHw<A, L> = TenantLed<'static, VirtualMuxAlarm<'static, A>, L>;

/// The owner of the LEDs.
pub struct IndicatorComponent<A: 'static + Alarm<'static>, L: 'static + Led> {
    alarm_mux: &'static MuxAlarm<'static, A>,
    left: &'static L,
    right: &'static L,
}

impl<A: 'static + Alarm<'static>, L: 'static + Led> IndicatorComponent<A, L> {
    /// Takes both LEDs; tenants get theirs through [`TenantLed`].
    pub fn new(
        alarm_mux: &'static MuxAlarm<'static, A>,
        left: &'static L,
        right: &'static L,
    ) -> Self {
        Self {
            alarm_mux,
            left,
            right,
        }
    }
}

impl<A: 'static + Alarm<'static>, L: 'static + Led> Component for IndicatorComponent<A, L> {
    type StaticInput = (
        &'static mut MaybeUninit<VirtualMuxAlarm<'static, A>>,
        &'static mut MaybeUninit<IndicatorHw<A, L>>,
    );
    type Output = &'static IndicatorHw<A, L>;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        let alarm = static_memory.0.write(VirtualMuxAlarm::new(self.alarm_mux));
        alarm.setup();
        self.left.init();
        self.right.init();
        let indicator = static_memory
            .1
            .write(Indicator::new(alarm, self.left, self.right));
        alarm.set_alarm_client(indicator);
        indicator
    }
}
