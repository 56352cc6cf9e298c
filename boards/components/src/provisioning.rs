// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Component for the provisioner's driver.

use core::mem::MaybeUninit;

use capsules_provisioning::interfaces::LinkObserver;
use capsules_provisioning::policy::Policy;
use capsules_provisioning::provisioning_driver::ProvisioningDriver;
use kernel::Kernel;
use kernel::capabilities::MemoryAllocationCapability;
use kernel::component::Component;
use kernel::hil::time::Alarm;

use crate::session::SessionHw;

#[macro_export]
macro_rules! provisioning_component_static {
    () => {
        kernel::static_buf!(capsules_provisioning::provisioning_driver::ProvisioningDriver<'static>)
    };
}

/// The provisioner's driver.
pub struct ProvisioningComponent<A, CAP>
where
    A: 'static + Alarm<'static>,
    CAP: 'static + MemoryAllocationCapability,
{
    board_kernel: &'static Kernel,
    driver_num: usize,
    session: &'static SessionHw<A>,
    observer: &'static dyn LinkObserver,
    policy: Policy,
    cap: CAP,
}

impl<A, CAP> ProvisioningComponent<A, CAP>
where
    A: 'static + Alarm<'static>,
    CAP: 'static + MemoryAllocationCapability,
{
    /// Exposes `session`; `observer` is the supervisor.
    pub fn new(
        board_kernel: &'static Kernel,
        driver_num: usize,
        session: &'static SessionHw<A>,
        observer: &'static dyn LinkObserver,
        policy: Policy,
        cap: CAP,
    ) -> Self {
        Self {
            board_kernel,
            driver_num,
            session,
            observer,
            policy,
            cap,
        }
    }
}

impl<A, CAP> Component for ProvisioningComponent<A, CAP>
where
    A: 'static + Alarm<'static>,
    CAP: 'static + MemoryAllocationCapability,
{
    type StaticInput = &'static mut MaybeUninit<ProvisioningDriver<'static>>;
    type Output = &'static ProvisioningDriver<'static>;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        let grant = self.board_kernel.create_grant(self.driver_num, &self.cap);
        let driver = static_memory.write(ProvisioningDriver::new(
            self.session,
            self.observer,
            self.policy,
            grant,
        ));
        let driver: &'static ProvisioningDriver<'static> = driver;
        self.session.set_client(driver);
        driver
    }
}
