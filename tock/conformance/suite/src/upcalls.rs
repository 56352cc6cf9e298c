// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Functions to subscribe, which write down how they were called.

use core::sync::atomic::{AtomicUsize, Ordering};

const KEPT: usize = 16;

static COUNT: AtomicUsize = AtomicUsize::new(0);
static CALLS: [[AtomicUsize; 4]; KEPT] = [const { [const { AtomicUsize::new(0) }; 4] }; KEPT];

/// Writes its arguments down.
pub extern "C" fn record(a0: usize, a1: usize, a2: usize, data: usize) {
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    if let Some(call) = CALLS.get(number) {
        for (place, value) in call.iter().zip([a0, a1, a2, data]) {
            place.store(value, Ordering::Relaxed);
        }
    }
}

/// Does the same, so that there are two functions.
pub extern "C" fn record_other(a0: usize, a1: usize, a2: usize, data: usize) {
    record(a0, a1, a2, data | OTHER);
}

/// What [`record_other`] adds to its data.
pub const OTHER: usize = 0x4000_0000;

/// The address of [`record`].
pub fn recorder() -> usize {
    record as *const () as usize
}

/// The address of [`record_other`].
pub fn other_recorder() -> usize {
    record_other as *const () as usize
}

/// How many calls there were since the last [`clear`].
pub fn count() -> usize {
    COUNT.load(Ordering::Relaxed)
}

/// The arguments of a call.
pub fn call(number: usize) -> [usize; 4] {
    CALLS[number]
        .each_ref()
        .map(|value| value.load(Ordering::Relaxed))
}

/// Forgets all calls.
pub fn clear() {
    COUNT.store(0, Ordering::Relaxed);
    for value in CALLS.iter().flatten() {
        value.store(0, Ordering::Relaxed);
    }
}
