// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Component for the tenants' driver.

use core::mem::MaybeUninit;

use capsules_provisioning::key_store::KeyStore;
use capsules_provisioning::policy::Policy;
use capsules_provisioning::tenant_config_driver::TenantConfigDriver;
use kernel::Kernel;
use kernel::capabilities::MemoryAllocationCapability;
use kernel::component::Component;

#[macro_export]
macro_rules! tenant_config_component_static {
    () => {
        kernel::static_buf!(
            capsules_provisioning::tenant_config_driver::TenantConfigDriver<'static>
        )
    };
}

/// The tenants' driver.
pub struct TenantConfigComponent<CAP: 'static + MemoryAllocationCapability> {
    board_kernel: &'static Kernel,
    driver_num: usize,
    key_store: &'static KeyStore,
    policy: Policy,
    cap: CAP,
}

impl<CAP: 'static + MemoryAllocationCapability> TenantConfigComponent<CAP> {
    pub fn new(
        board_kernel: &'static Kernel,
        driver_num: usize,
        key_store: &'static KeyStore,
        policy: Policy,
        cap: CAP,
    ) -> Self {
        Self {
            board_kernel,
            driver_num,
            key_store,
            policy,
            cap,
        }
    }
}

impl<CAP: 'static + MemoryAllocationCapability> Component for TenantConfigComponent<CAP> {
    type StaticInput = &'static mut MaybeUninit<TenantConfigDriver<'static>>;
    type Output = &'static TenantConfigDriver<'static>;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        let grant = self.board_kernel.create_grant(self.driver_num, &self.cap);
        static_memory.write(TenantConfigDriver::new(self.key_store, self.policy, grant))
    }
}
