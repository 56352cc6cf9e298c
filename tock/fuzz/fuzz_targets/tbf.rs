// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Headers and footers of process binaries.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tock_fuzz::tbf(data));
