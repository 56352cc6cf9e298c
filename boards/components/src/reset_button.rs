// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Component for the button of the boot window.

use core::mem::MaybeUninit;

use capsules_core::virtualizers::virtual_alarm::{MuxAlarm, VirtualMuxAlarm};
use capsules_provisioning::reset_button::ResetButton;
use kernel::component::Component;
use kernel::hil::gpio::{ActivationMode, InterruptPin};
use kernel::hil::time::Alarm;

#[macro_export]
macro_rules! reset_button_component_static {
    ($A:ty, $P:ty $(,)?) => {
        (
            kernel::static_buf!(
                capsules_core::virtualizers::virtual_alarm::VirtualMuxAlarm<'static, $A>
            ),
            kernel::static_buf!(
                capsules_provisioning::reset_button::ResetButton<
                    'static,
                    capsules_core::virtualizers::virtual_alarm::VirtualMuxAlarm<'static, $A>,
                    $P,
                >
            ),
        )
    };
}

/// The button on a board with alarm `A`.
pub type ResetButtonHw<A, P> = ResetButton<'static, VirtualMuxAlarm<'static, A>, P>;

/// The button of the boot window.
pub struct ResetButtonComponent<A: 'static + Alarm<'static>, P: 'static + InterruptPin<'static>> {
    alarm_mux: &'static MuxAlarm<'static, A>,
    pin: &'static P,
    mode: ActivationMode,
}

impl<A: 'static + Alarm<'static>, P: 'static + InterruptPin<'static>> ResetButtonComponent<A, P> {
    /// Takes the pin; `mode` tells which level is pressed.
    pub fn new(
        alarm_mux: &'static MuxAlarm<'static, A>,
        pin: &'static P,
        mode: ActivationMode,
    ) -> Self {
        Self {
            alarm_mux,
            pin,
            mode,
        }
    }
}

impl<A: 'static + Alarm<'static>, P: 'static + InterruptPin<'static>> Component
    for ResetButtonComponent<A, P>
{
    type StaticInput = (
        &'static mut MaybeUninit<VirtualMuxAlarm<'static, A>>,
        &'static mut MaybeUninit<ResetButtonHw<A, P>>,
    );
    type Output = &'static ResetButtonHw<A, P>;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        let alarm = static_memory.0.write(VirtualMuxAlarm::new(self.alarm_mux));
        alarm.setup();
        let button = static_memory
            .1
            .write(ResetButton::new(alarm, self.pin, self.mode));
        let button: &'static ResetButtonHw<A, P> = button;
        alarm.set_alarm_client(button);
        self.pin.set_client(button);
        button
    }
}
