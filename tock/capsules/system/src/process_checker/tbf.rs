// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Identity of processes: the ShortId in the header of the binary.
//!
//! The header is not checked by this: who writes a binary chooses its
//! identity, unless credentials are required as well.

use kernel::process::{Process, ProcessBinary, ShortId};
use kernel::process_checker::{AppUniqueness, Compress};

/// Takes the ShortId from the header; a binary without one is unlike any
/// other.
#[derive(Default)]
pub struct AppIdAssignerTbfHeader {}

impl AppUniqueness for AppIdAssignerTbfHeader {
    fn different_identifier(&self, a: &ProcessBinary, b: &ProcessBinary) -> bool {
        self.to_short_id(a) != self.to_short_id(b)
    }

    fn different_identifier_process(&self, a: &ProcessBinary, b: &dyn Process) -> bool {
        self.to_short_id(a) != b.short_app_id()
    }

    fn different_identifier_processes(&self, a: &dyn Process, b: &dyn Process) -> bool {
        a.short_app_id() != b.short_app_id()
    }
}

impl Compress for AppIdAssignerTbfHeader {
    fn to_short_id(&self, process: &ProcessBinary) -> ShortId {
        process.header.get_fixed_short_id().into()
    }
}
