// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Component for the session with the daemon.

use core::mem::MaybeUninit;

use capsules_core::virtualizers::virtual_rng::{MuxRngMaster, VirtualRngMasterDevice};
use capsules_provisioning::config_store::ConfigStore;
use capsules_provisioning::key_store::KeyStore;
use capsules_provisioning::session::{About, Session};
use kernel::component::Component;
use kernel::deferred_call::DeferredCallClient;
use kernel::hil::flash::Flash;
use kernel::hil::rng::Rng;

#[macro_export]
macro_rules! session_component_static {
    () => {
        (
            kernel::static_buf!(
                capsules_core::virtualizers::virtual_rng::VirtualRngMasterDevice<'static>
            ),
            kernel::static_buf!(
                capsules_provisioning::session::Session<
                    'static,
                    capsules_core::virtualizers::virtual_rng::VirtualRngMasterDevice<'static>,
                >
            ),
        )
    };
}

/// The session of a board.
pub type SessionHw = Session<'static, VirtualRngMasterDevice<'static>>;

/// The session with the daemon.
///
/// To be made after all capsules that have deferred calls: those of a lower
/// number go first, and while the session computes, it asks for one after the
/// other.
pub struct SessionComponent<F: 'static + Flash> {
    rng_mux: &'static MuxRngMaster<'static>,
    key_store: &'static KeyStore,
    store: &'static ConfigStore<'static, F>,
    about: About,
}

impl<F: 'static + Flash> SessionComponent<F> {
    /// A session over the board's stores.
    pub fn new(
        rng_mux: &'static MuxRngMaster<'static>,
        key_store: &'static KeyStore,
        store: &'static ConfigStore<'static, F>,
        about: About,
    ) -> Self {
        Self {
            rng_mux,
            key_store,
            store,
            about,
        }
    }
}

impl<F: 'static + Flash> Component for SessionComponent<F> {
    type StaticInput = (
        &'static mut MaybeUninit<VirtualRngMasterDevice<'static>>,
        &'static mut MaybeUninit<SessionHw>,
    );
    type Output = &'static SessionHw;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        let rng = static_memory
            .0
            .write(VirtualRngMasterDevice::new(self.rng_mux));
        let rng: &'static VirtualRngMasterDevice<'static> = rng;
        let session =
            static_memory
                .1
                .write(Session::new(rng, self.key_store, self.store, self.about));
        let session: &'static SessionHw = session;
        rng.set_client(session);
        self.store.set_commit_client(session);
        session.register();
        session
    }
}
