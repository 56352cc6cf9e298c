// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Component for the boot flow, which connects all the other parts.

use core::mem::MaybeUninit;

use capsules_core::virtualizers::virtual_alarm::{MuxAlarm, VirtualMuxAlarm};
use capsules_provisioning::config_store::ConfigStore;
use capsules_provisioning::interfaces::{Indicate, ProvisionedObserver, Restart};
use capsules_provisioning::launcher::Launcher;
use capsules_provisioning::reset_button::ResetButton;
use capsules_provisioning::session::SessionObserver;
use capsules_provisioning::supervisor::{Parts, Supervisor};
use kernel::capabilities::{ProcessManagementCapability, ProcessStartCapability};
use kernel::component::Component;
use kernel::hil::flash::Flash;
use kernel::hil::gpio::InterruptPin;
use kernel::hil::time::Alarm;

use crate::session::SessionHw;

#[macro_export]
macro_rules! supervisor_component_static {
    ($A:ty $(,)?) => {
        (
            kernel::static_buf!(
                capsules_core::virtualizers::virtual_alarm::VirtualMuxAlarm<'static, $A>
            ),
            kernel::static_buf!(
                capsules_provisioning::supervisor::Supervisor<
                    'static,
                    capsules_core::virtualizers::virtual_alarm::VirtualMuxAlarm<'static, $A>,
                >
            ),
        )
    };
}

/// The boot flow on a board with alarm `A`.
pub type SupervisorHw<A> = Supervisor<'static, VirtualMuxAlarm<'static, A>>;

/// The boot flow, and what it drives.
pub struct SupervisorComponent<A, P, F, CAP>
where
    A: 'static + Alarm<'static>,
    P: 'static + InterruptPin<'static>,
    F: 'static + Flash,
    CAP: 'static + ProcessManagementCapability + ProcessStartCapability,
{
    pub alarm_mux: &'static MuxAlarm<'static, A>,
    /// Length of the boot window, in milliseconds.
    pub window_ms: u64,
    pub indicator: &'static dyn Indicate,
    pub button: &'static ResetButton<'static, VirtualMuxAlarm<'static, A>, P>,
    pub store: &'static ConfigStore<'static, F>,
    pub launcher: &'static Launcher<CAP>,
    pub session: &'static SessionHw<A>,
    pub tenants: &'static dyn ProvisionedObserver,
    pub restart: &'static dyn Restart,
}

impl<A, P, F, CAP> Component for SupervisorComponent<A, P, F, CAP>
where
    A: 'static + Alarm<'static>,
    P: 'static + InterruptPin<'static>,
    F: 'static + Flash,
    CAP: 'static + ProcessManagementCapability + ProcessStartCapability,
{
    type StaticInput = (
        &'static mut MaybeUninit<VirtualMuxAlarm<'static, A>>,
        &'static mut MaybeUninit<SupervisorHw<A>>,
    );
    type Output = &'static SupervisorHw<A>;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        let alarm = static_memory.0.write(VirtualMuxAlarm::new(self.alarm_mux));
        alarm.setup();
        let supervisor = static_memory.1.write(Supervisor::new(
            alarm,
            self.window_ms,
            Parts {
                indicator: self.indicator,
                window: self.button,
                store: self.store,
                launcher: self.launcher,
                restart: self.restart,
                tenants: self.tenants,
                session: self.session,
            },
        ));
        let supervisor: &'static SupervisorHw<A> = supervisor;
        alarm.set_alarm_client(supervisor);
        self.button.set_client(supervisor);
        self.store.set_store_client(supervisor);
        self.launcher.set_client(supervisor);
        let observer: &'static dyn SessionObserver = supervisor;
        self.session.set_observer(observer);
        supervisor
    }
}
