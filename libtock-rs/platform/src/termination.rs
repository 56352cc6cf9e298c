// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What `main` may return, and how the process ends then.

use crate::{ErrorCode, Syscalls};

/// A return type of `main`.
pub trait Termination {
    /// Ends the process.
    fn complete<S: Syscalls>(self) -> !;
}

impl Termination for () {
    fn complete<S: Syscalls>(self) -> ! {
        S::exit_terminate(0)
    }
}

/// The completion code is zero, or the number of the error.
impl Termination for Result<(), ErrorCode> {
    fn complete<S: Syscalls>(self) -> ! {
        match self {
            Ok(()) => S::exit_terminate(0),
            Err(error) => S::exit_terminate(error as u32),
        }
    }
}

/// Names the return type of a function type. The never type cannot be written
/// on its own yet, while a function that returns it can. Public only because it
/// appears below; this module does not export it.
pub trait Returns {
    type Output;
}

impl<T> Returns for fn() -> T {
    type Output = T;
}

impl Termination for <fn() -> ! as Returns>::Output {
    fn complete<S: Syscalls>(self) -> ! {
        self
    }
}
