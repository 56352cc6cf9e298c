// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A guard that ends the process instead of letting a panic unwind further.

use core::marker::PhantomData;

use crate::Syscalls;

/// Terminates the process with completion code 1 when dropped.
///
/// Code that must not be left by unwinding, such as the frame between the
/// kernel and an upcall, holds one of these and forgets it on its normal way
/// out.
pub struct ExitOnDrop<S: Syscalls>(PhantomData<S>);

impl<S: Syscalls> Default for ExitOnDrop<S> {
    fn default() -> Self {
        ExitOnDrop(PhantomData)
    }
}

impl<S: Syscalls> Drop for ExitOnDrop<S> {
    fn drop(&mut self) {
        S::exit_terminate(1);
    }
}
