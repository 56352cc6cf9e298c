// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Component for the session with the daemon.

use core::mem::MaybeUninit;

use capsules_core::virtualizers::virtual_alarm::{MuxAlarm, VirtualMuxAlarm};
use capsules_core::virtualizers::virtual_rng::{MuxRngMaster, VirtualRngMasterDevice};
use capsules_provisioning::config_store::ConfigStore;
use capsules_provisioning::key_store::KeyStore;
use capsules_provisioning::session::{About, Session};
use kernel::component::Component;
use kernel::deferred_call::DeferredCallClient;
use kernel::hil::flash::Flash;
use kernel::hil::rng::Rng;
use kernel::hil::time::Alarm;

#[macro_export]
macro_rules! session_component_static {
    ($A:ty $(,)?) => {
        (
            kernel::static_buf!(
                capsules_core::virtualizers::virtual_alarm::VirtualMuxAlarm<'static, $A>
            ),
            kernel::static_buf!(
                capsules_core::virtualizers::virtual_rng::VirtualRngMasterDevice<'static>
            ),
            kernel::static_buf!(
                capsules_provisioning::session::Session<
                    'static,
                    capsules_core::virtualizers::virtual_rng::VirtualRngMasterDevice<'static>,
                    capsules_core::virtualizers::virtual_alarm::VirtualMuxAlarm<'static, $A>,
                >
            ),
        )
    };
}

/// The session of a board with alarm `A`.
pub type SessionHw<A> =
    Session<'static, VirtualRngMasterDevice<'static>, VirtualMuxAlarm<'static, A>>;

/// The session with the daemon.
///
/// To be made after all capsules that have deferred calls: those of a lower
/// number go first, and while the session computes, it asks for one after the
/// other.
pub struct SessionComponent<A: 'static + Alarm<'static>, F: 'static + Flash> {
    alarm_mux: &'static MuxAlarm<'static, A>,
    rng_mux: &'static MuxRngMaster<'static>,
    key_store: &'static KeyStore,
    store: &'static ConfigStore<'static, F>,
    about: About,
}

impl<A: 'static + Alarm<'static>, F: 'static + Flash> SessionComponent<A, F> {
    /// A session over the board's stores.
    pub fn new(
        alarm_mux: &'static MuxAlarm<'static, A>,
        rng_mux: &'static MuxRngMaster<'static>,
        key_store: &'static KeyStore,
        store: &'static ConfigStore<'static, F>,
        about: About,
    ) -> Self {
        Self {
            alarm_mux,
            rng_mux,
            key_store,
            store,
            about,
        }
    }
}

impl<A: 'static + Alarm<'static>, F: 'static + Flash> Component for SessionComponent<A, F> {
    type StaticInput = (
        &'static mut MaybeUninit<VirtualMuxAlarm<'static, A>>,
        &'static mut MaybeUninit<VirtualRngMasterDevice<'static>>,
        &'static mut MaybeUninit<SessionHw<A>>,
    );
    type Output = &'static SessionHw<A>;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        let alarm = static_memory.0.write(VirtualMuxAlarm::new(self.alarm_mux));
        alarm.setup();
        let alarm: &'static VirtualMuxAlarm<'static, A> = alarm;
        let rng = static_memory
            .1
            .write(VirtualRngMasterDevice::new(self.rng_mux));
        let rng: &'static VirtualRngMasterDevice<'static> = rng;
        let session = static_memory.2.write(Session::new(
            rng,
            alarm,
            self.key_store,
            self.store,
            self.about,
        ));
        let session: &'static SessionHw<A> = session;
        rng.set_client(session);
        alarm.set_alarm_client(session);
        self.store.set_commit_client(session);
        session.register();
        session
    }
}
