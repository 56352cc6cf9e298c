// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Random numbers.

use crate::errorcode::ErrorCode;

/// Whether a client wants more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Continue {
    /// It does: another callback is to come.
    More,
    /// It does not.
    Done,
}

/// A generator of numbers that are fit for cryptography.
pub trait Rng<'a> {
    /// Starts to generate.
    ///
    /// # Errors
    ///
    /// Why it could not be started; no callback comes then.
    fn get(&self) -> Result<(), ErrorCode>;

    /// Cancels; the callback comes with `CANCEL`.
    ///
    /// # Errors
    ///
    /// It is too late.
    fn cancel(&self) -> Result<(), ErrorCode>;

    /// Sets who gets the numbers.
    fn set_client(&'a self, client: &'a dyn Client);
}

/// Gets random numbers.
pub trait Client {
    /// `randomness` gives at least one number, unless there is an error.
    fn randomness_available(
        &self,
        randomness: &mut dyn Iterator<Item = u32>,
        error: Result<(), ErrorCode>,
    ) -> Continue;
}

/// A generator that answers at once, whose numbers are not fit for cryptography.
pub trait Random<'a> {
    /// Prepares it.
    fn initialize(&'a self);

    /// Mixes `seed` in.
    fn reseed(&self, seed: u32);

    /// The next number.
    fn random(&self) -> u32;
}
