// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Component for identity by the header of the binary.

use core::mem::MaybeUninit;

use capsules_system::process_checker::tbf::AppIdAssignerTbfHeader;
use kernel::component::Component;

#[macro_export]
macro_rules! appid_assigner_tbf_header_component_static {
    () => {
        kernel::static_buf!(capsules_system::process_checker::tbf::AppIdAssignerTbfHeader)
    };
}

/// Identity by the header of the binary.
#[derive(Default)]
pub struct AppIdAssignerTbfHeaderComponent {}

impl AppIdAssignerTbfHeaderComponent {
    pub fn new() -> Self {
        Self {}
    }
}

impl Component for AppIdAssignerTbfHeaderComponent {
    type StaticInput = &'static mut MaybeUninit<AppIdAssignerTbfHeader>;
    type Output = &'static AppIdAssignerTbfHeader;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        static_memory.write(AppIdAssignerTbfHeader {})
    }
}
