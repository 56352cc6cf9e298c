// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Sources of full entropy: every bit is unpredictable.

use crate::errorcode::ErrorCode;

/// Whether a client wants more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Continue {
    /// It does: another callback is to come.
    More,
    /// It does not.
    Done,
}

/// A source that gives words.
pub trait Entropy32<'a> {
    /// Starts to gather.
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

    /// Sets who gets the entropy.
    fn set_client(&'a self, client: &'a dyn Client32);
}

/// Gets words of entropy.
pub trait Client32 {
    /// `entropy` gives at least one word, unless there is an error.
    fn entropy_available(
        &self,
        entropy: &mut dyn Iterator<Item = u32>,
        error: Result<(), ErrorCode>,
    ) -> Continue;
}

/// A source that gives bytes.
pub trait Entropy8<'a> {
    /// Starts to gather.
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

    /// Sets who gets the entropy.
    fn set_client(&'a self, client: &'a dyn Client8);
}

/// Gets bytes of entropy.
pub trait Client8 {
    /// `entropy` gives at least one byte, unless there is an error.
    fn entropy_available(
        &self,
        entropy: &mut dyn Iterator<Item = u8>,
        error: Result<(), ErrorCode>,
    ) -> Continue;
}
