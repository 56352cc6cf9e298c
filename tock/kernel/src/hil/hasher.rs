// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Hash functions that are not fit for cryptography, of `L` bytes.

use crate::errorcode::ErrorCode;
use crate::utilities::leasable_buffer::{SubSlice, SubSliceMut};

/// Hears how operations ended.
pub trait Client<const L: usize> {
    /// The end of `add_data`; what was not added is left in the window.
    fn add_data_done(&self, result: Result<(), ErrorCode>, data: SubSlice<'static, u8>);

    /// The end of `add_mut_data`; what was not added is left in the window.
    fn add_mut_data_done(&self, result: Result<(), ErrorCode>, data: SubSliceMut<'static, u8>);

    /// The end of `run`; on `Ok`, `digest` holds the hash.
    fn hash_done(&self, result: Result<(), ErrorCode>, digest: &'static mut [u8; L]);
}

/// Hashes data.
pub trait Hasher<'a, const L: usize> {
    /// Sets who hears of the end of operations.
    fn set_client(&'a self, client: &'a dyn Client<L>);

    /// Starts to add the window of `data`; returns how many bytes will be added.
    ///
    /// # Errors
    ///
    /// Hands `data` back with the reason; no callback comes then.
    fn add_data(
        &self,
        data: SubSlice<'static, u8>,
    ) -> Result<usize, (ErrorCode, SubSlice<'static, u8>)>;

    /// Starts to add the window of `data`; returns how many bytes will be added.
    ///
    /// # Errors
    ///
    /// Hands `data` back with the reason; no callback comes then.
    fn add_mut_data(
        &self,
        data: SubSliceMut<'static, u8>,
    ) -> Result<usize, (ErrorCode, SubSliceMut<'static, u8>)>;

    /// Starts to compute the hash of the data added.
    ///
    /// # Errors
    ///
    /// Hands `digest` back with the reason; no callback comes then.
    fn run(&'a self, digest: &'static mut [u8; L])
    -> Result<(), (ErrorCode, &'static mut [u8; L])>;

    /// Forgets all data.
    fn clear_data(&self);
}

/// SipHash.
pub trait SipHash {
    /// Sets both halves of the key.
    fn set_keys(&self, k0: u64, k1: u64);
}
