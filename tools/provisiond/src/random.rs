// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Randomness of the operating system.

use provisioning_session::secret::Secret;
use zeroize::Zeroizing;

/// Fresh secret bytes.
///
/// # Panics
/// When the operating system gives no randomness: nothing that this program
/// does is safe then.
pub fn secret<const N: usize>() -> Secret<N> {
    let mut secret = Secret::zeroed();
    fill(secret.expose_secret_mut());
    secret
}

/// Fresh secret bytes of a length known at run time. Panics like [`secret`].
pub fn secret_vec(length: usize) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(vec![0; length]);
    fill(&mut bytes);
    bytes
}

/// Fresh bytes that are no secret. Panics like [`secret`].
pub fn public<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}

#[cfg(not(fuzzing))]
fn fill(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system has randomness");
}

/// A fuzzer repeats what it found, so nothing may depend on the system's
/// randomness: bytes that are counted instead.
#[cfg(fuzzing)]
fn fill(bytes: &mut [u8]) {
    COUNTED.with(|counted| {
        for byte in bytes {
            counted.set(
                counted
                    .get()
                    .wrapping_mul(0x5851_f42d_4c95_7f2d)
                    .wrapping_add(1),
            );
            *byte = (counted.get() >> 56) as u8;
        }
    });
}

#[cfg(fuzzing)]
std::thread_local! {
    static COUNTED: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// Begins the counted bytes anew.
#[cfg(fuzzing)]
pub fn repeat() {
    COUNTED.set(0);
}
