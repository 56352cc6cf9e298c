// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Component for the policy that requires no credentials.

use core::mem::MaybeUninit;

use capsules_system::process_checker::basic::AppCheckerNull;
use kernel::component::Component;

#[macro_export]
macro_rules! app_checker_null_component_static {
    () => {
        kernel::static_buf!(capsules_system::process_checker::basic::AppCheckerNull)
    };
}

/// No credentials are required.
#[derive(Default)]
pub struct AppCheckerNullComponent {}

impl AppCheckerNullComponent {
    pub fn new() -> Self {
        Self {}
    }
}

impl Component for AppCheckerNullComponent {
    type StaticInput = &'static mut MaybeUninit<AppCheckerNull>;
    type Output = &'static AppCheckerNull;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        static_memory.write(AppCheckerNull::new())
    }
}
