// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Component for identity by the CRC-32 of the name.

use core::mem::MaybeUninit;

use capsules_system::process_checker::basic::AppIdAssignerNames;
use kernel::component::Component;
use kernel::utilities::helpers::crc32_posix;

#[macro_export]
macro_rules! appid_assigner_names_component_static {
    () => {
        kernel::static_buf!(
            capsules_system::process_checker::basic::AppIdAssignerNames<
                'static,
                fn(&'static str) -> u32,
            >
        )
    };
}

type Hasher = fn(&'static str) -> u32;

static HASHER: Hasher = |name| crc32_posix(name.as_bytes());

/// Identity by name.
#[derive(Default)]
pub struct AppIdAssignerNamesComponent {}

impl AppIdAssignerNamesComponent {
    pub fn new() -> Self {
        Self {}
    }
}

impl Component for AppIdAssignerNamesComponent {
    type StaticInput = &'static mut MaybeUninit<AppIdAssignerNames<'static, Hasher>>;
    type Output = &'static AppIdAssignerNames<'static, Hasher>;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        static_memory.write(AppIdAssignerNames::new(&HASHER))
    }
}
