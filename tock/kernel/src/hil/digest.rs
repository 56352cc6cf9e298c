// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Digests of `L` bytes: hashes and message authentication codes.

use crate::errorcode::ErrorCode;
use crate::utilities::leasable_buffer::{SubSlice, SubSliceMut};

/// Hears that data was added.
pub trait ClientData<const L: usize> {
    /// The end of `add_data`; what was not added is left in the window.
    fn add_data_done(&self, result: Result<(), ErrorCode>, data: SubSlice<'static, u8>);

    /// The end of `add_mut_data`; what was not added is left in the window.
    fn add_mut_data_done(&self, result: Result<(), ErrorCode>, data: SubSliceMut<'static, u8>);
}

/// Hears that a digest was computed.
pub trait ClientHash<const L: usize> {
    /// The end of `run`; on `Ok`, `digest` holds it.
    fn hash_done(&self, result: Result<(), ErrorCode>, digest: &'static mut [u8; L]);
}

/// Hears that a digest was compared.
pub trait ClientVerify<const L: usize> {
    /// The end of `verify`; `Ok(true)` means equal.
    fn verification_done(&self, result: Result<bool, ErrorCode>, compare: &'static mut [u8; L]);
}

/// Hears of everything.
pub trait Client<const L: usize>: ClientData<L> + ClientHash<L> + ClientVerify<L> {}
/// Hears of data and digests.
pub trait ClientDataHash<const L: usize>: ClientData<L> + ClientHash<L> {}
/// Hears of data and comparisons.
pub trait ClientDataVerify<const L: usize>: ClientData<L> + ClientVerify<L> {}

impl<T: ClientData<L> + ClientHash<L> + ClientVerify<L>, const L: usize> Client<L> for T {}
impl<T: ClientData<L> + ClientHash<L>, const L: usize> ClientDataHash<L> for T {}
impl<T: ClientData<L> + ClientVerify<L>, const L: usize> ClientDataVerify<L> for T {}

/// Takes data in.
pub trait DigestData<'a, const L: usize> {
    /// Sets who hears that data was added.
    fn set_data_client(&'a self, client: &'a dyn ClientData<L>);

    /// Starts to add the window of `data`.
    ///
    /// # Errors
    ///
    /// Hands `data` back with the reason; no callback comes then.
    fn add_data(
        &self,
        data: SubSlice<'static, u8>,
    ) -> Result<(), (ErrorCode, SubSlice<'static, u8>)>;

    /// Starts to add the window of `data`.
    ///
    /// # Errors
    ///
    /// Hands `data` back with the reason; no callback comes then.
    fn add_mut_data(
        &self,
        data: SubSliceMut<'static, u8>,
    ) -> Result<(), (ErrorCode, SubSliceMut<'static, u8>)>;

    /// Forgets all data and the key.
    fn clear_data(&self);
}

/// Computes digests.
pub trait DigestHash<'a, const L: usize> {
    /// Sets who hears that a digest was computed.
    fn set_hash_client(&'a self, client: &'a dyn ClientHash<L>);

    /// Starts to compute the digest of the data added.
    ///
    /// # Errors
    ///
    /// Hands `digest` back with the reason; no callback comes then.
    fn run(&'a self, digest: &'static mut [u8; L])
    -> Result<(), (ErrorCode, &'static mut [u8; L])>;
}

/// Compares digests.
pub trait DigestVerify<'a, const L: usize> {
    /// Sets who hears that a digest was compared.
    fn set_verify_client(&'a self, client: &'a dyn ClientVerify<L>);

    /// Starts to compare the digest of the data added with `compare`.
    ///
    /// # Errors
    ///
    /// Hands `compare` back with the reason; no callback comes then.
    fn verify(
        &'a self,
        compare: &'static mut [u8; L],
    ) -> Result<(), (ErrorCode, &'static mut [u8; L])>;
}

/// Computes and compares digests.
pub trait Digest<'a, const L: usize>:
    DigestData<'a, L> + DigestHash<'a, L> + DigestVerify<'a, L>
{
    /// Sets who hears of everything.
    fn set_client(&'a self, client: &'a dyn Client<L>);
}

/// Computes digests; one client for it all.
pub trait DigestDataHash<'a, const L: usize>: DigestData<'a, L> + DigestHash<'a, L> {
    /// Sets who hears of data and digests.
    fn set_client(&'a self, client: &'a dyn ClientDataHash<L>);
}

/// Compares digests; one client for it all.
pub trait DigestDataVerify<'a, const L: usize>: DigestData<'a, L> + DigestVerify<'a, L> {
    /// Sets who hears of data and comparisons.
    fn set_client(&'a self, client: &'a dyn ClientDataVerify<L>);
}

macro_rules! hash_mode {
    ($name:ident, $method:ident, $doc:literal) => {
        #[doc = concat!("Hashes with ", $doc, ".")]
        pub trait $name {
            /// Chooses it; before data is added.
            ///
            /// # Errors
            ///
            /// `BUSY` while it works.
            fn $method(&self) -> Result<(), ErrorCode>;
        }
    };
}

macro_rules! hmac_mode {
    ($name:ident, $method:ident, $doc:literal) => {
        #[doc = concat!("Authenticates with HMAC over ", $doc, ".")]
        pub trait $name {
            /// Chooses it with the given key; before data is added.
            ///
            /// # Errors
            ///
            /// `BUSY` while it works, `NOSUPPORT` for an unsupported key length.
            fn $method(&self, key: &[u8]) -> Result<(), ErrorCode>;
        }
    };
}

hash_mode!(Md5, set_mode_md5, "MD5");
hash_mode!(Sha1, set_mode_sha1, "SHA-1");
hash_mode!(Sha224, set_mode_sha224, "SHA-224");
hash_mode!(Sha256, set_mode_sha256, "SHA-256");
hash_mode!(Sha384, set_mode_sha384, "SHA-384");
hash_mode!(Sha512, set_mode_sha512, "SHA-512");
hmac_mode!(HmacMd5, set_mode_hmacmd5, "MD5");
hmac_mode!(HmacSha1, set_mode_hmacsha1, "SHA-1");
hmac_mode!(HmacSha224, set_mode_hmacsha224, "SHA-224");
hmac_mode!(HmacSha256, set_mode_hmacsha256, "SHA-256");
hmac_mode!(HmacSha384, set_mode_hmacsha384, "SHA-384");
hmac_mode!(HmacSha512, set_mode_hmacsha512, "SHA-512");
