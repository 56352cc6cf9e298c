// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What lies in memory, for tests that look for secrets there.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::vec;

/// Whether these octets lie within `value`, padding and all. The kernel reads
/// them, so that what the language says about padding does not matter.
pub fn holds<T>(value: &T, octets: &[u8]) -> bool {
    let mut memory = vec![0; size_of::<T>()];
    File::open("/proc/self/mem")
        .and_then(|file| file.read_exact_at(&mut memory, std::ptr::from_ref(value) as u64))
        .unwrap();
    memory.windows(octets.len()).any(|window| window == octets)
}
