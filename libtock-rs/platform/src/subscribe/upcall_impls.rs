// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Upcalls that store their arguments, for code that waits in a loop.

use core::cell::Cell;

use super::{AnyId, Upcall};
use crate::ErrorCode;

impl Upcall<AnyId> for Cell<bool> {
    fn upcall(&self, _arg0: u32, _arg1: u32, _arg2: u32) {
        self.set(true);
    }
}

impl Upcall<AnyId> for Cell<Option<()>> {
    fn upcall(&self, _arg0: u32, _arg1: u32, _arg2: u32) {
        self.set(Some(()));
    }
}

impl Upcall<AnyId> for Cell<Option<(u32,)>> {
    fn upcall(&self, arg0: u32, _arg1: u32, _arg2: u32) {
        self.set(Some((arg0,)));
    }
}

impl Upcall<AnyId> for Cell<Option<(u32, u32)>> {
    fn upcall(&self, arg0: u32, arg1: u32, _arg2: u32) {
        self.set(Some((arg0, arg1)));
    }
}

impl Upcall<AnyId> for Cell<Option<(u32, u32, u32)>> {
    fn upcall(&self, arg0: u32, arg1: u32, arg2: u32) {
        self.set(Some((arg0, arg1, arg2)));
    }
}

/// Reads a status code: zero is success, everything else an error.
fn from_status<T>(status: u32, payload: T) -> Result<T, ErrorCode> {
    match status {
        0 => Ok(payload),
        code => Err(ErrorCode::from_kernel(code)),
    }
}

impl Upcall<AnyId> for Cell<Option<Result<(), ErrorCode>>> {
    fn upcall(&self, arg0: u32, _arg1: u32, _arg2: u32) {
        self.set(Some(from_status(arg0, ())));
    }
}

impl Upcall<AnyId> for Cell<Option<Result<(u32,), ErrorCode>>> {
    fn upcall(&self, arg0: u32, arg1: u32, _arg2: u32) {
        self.set(Some(from_status(arg0, (arg1,))));
    }
}

impl Upcall<AnyId> for Cell<Option<Result<(u32, u32), ErrorCode>>> {
    fn upcall(&self, arg0: u32, arg1: u32, arg2: u32) {
        self.set(Some(from_status(arg0, (arg1, arg2))));
    }
}
