// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What can be shared in one scope.

use super::Handle;

/// Something whose destructor takes back from the kernel what it stands for.
///
/// Implemented by [`crate::Subscribe`], [`crate::AllowRo`], [`crate::AllowRw`]
/// and by tuples of up to twelve lists.
pub trait List: Default {}

/// A list that consists of lists, which have handles of their own.
pub trait SplittableHandle<'handle>: List {
    /// A tuple with the handle of each part.
    type SplitHandles;

    fn split(handle: Handle<'handle, Self>) -> Self::SplitHandles;
}

impl List for () {}

macro_rules! splittable {
    ($($part:ident),*) => {
        impl<$($part: List),*> List for ($($part,)*) {}

        impl<'handle, $($part: List + 'handle),*> SplittableHandle<'handle> for ($($part,)*) {
            type SplitHandles = ($(Handle<'handle, $part>,)*);

            fn split(handle: Handle<'handle, Self>) -> Self::SplitHandles {
                // SAFETY: Dropping a tuple drops each of its parts.
                ($(unsafe { handle.change_type::<$part>() },)*)
            }
        }
    };
}

splittable!(L0);
splittable!(L0, L1);
splittable!(L0, L1, L2);
splittable!(L0, L1, L2, L3);
splittable!(L0, L1, L2, L3, L4);
splittable!(L0, L1, L2, L3, L4, L5);
splittable!(L0, L1, L2, L3, L4, L5, L6);
splittable!(L0, L1, L2, L3, L4, L5, L6, L7);
splittable!(L0, L1, L2, L3, L4, L5, L6, L7, L8);
splittable!(L0, L1, L2, L3, L4, L5, L6, L7, L8, L9);
splittable!(L0, L1, L2, L3, L4, L5, L6, L7, L8, L9, L10);
splittable!(L0, L1, L2, L3, L4, L5, L6, L7, L8, L9, L10, L11);
