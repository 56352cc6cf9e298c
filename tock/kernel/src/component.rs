// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! How boards put capsules together.

/// The wiring of one capsule: what it takes to build it, in one place.
///
/// A board writes `XComponent::new(..).finalize(x_component_static!(..))`.
pub trait Component {
    /// Memory for what the component builds, usually `&'static mut MaybeUninit`s.
    type StaticInput;

    /// What the board gets, usually a `&'static` reference to the capsule.
    type Output;

    /// Builds the capsule in `static_memory` and connects it.
    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output;
}
