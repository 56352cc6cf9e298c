// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Component for SHA-256 in software.

use core::mem::MaybeUninit;

use capsules_extra::sha256::Sha256Software;
use kernel::component::Component;
use kernel::deferred_call::DeferredCallClient;

#[macro_export]
macro_rules! sha_software_256_component_static {
    () => {
        kernel::static_buf!(capsules_extra::sha256::Sha256Software<'static>)
    };
}

/// A hasher, registered for its deferred call.
#[derive(Default)]
pub struct ShaSoftware256Component {}

impl ShaSoftware256Component {
    pub fn new() -> Self {
        Self {}
    }
}

impl Component for ShaSoftware256Component {
    type StaticInput = &'static mut MaybeUninit<Sha256Software<'static>>;
    type Output = &'static Sha256Software<'static>;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        let sha: &'static Sha256Software<'static> = static_memory.write(Sha256Software::new());
        sha.register();
        sha
    }
}
