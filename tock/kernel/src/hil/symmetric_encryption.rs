// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Block ciphers and their modes.

use crate::errorcode::ErrorCode;

/// Bytes of a block of AES.
pub const AES_BLOCK_SIZE: usize = 16;
/// Bytes of a key of AES-128.
pub const AES128_KEY_SIZE: usize = 16;
/// Bytes of a key of AES-192.
pub const AES192_KEY_SIZE: usize = 24;
/// Bytes of a key of AES-256.
pub const AES256_KEY_SIZE: usize = 32;
/// Bytes of a nonce of CCM.
pub const CCM_NONCE_LENGTH: usize = 13;

/// A key size, as a type.
pub trait AESKeySize {
    /// Bytes of the key.
    const LENGTH: usize;
}

/// AES with keys of 128 bits.
pub struct AES128;
/// AES with keys of 192 bits.
pub struct AES192;
/// AES with keys of 256 bits.
pub struct AES256;

impl AESKeySize for AES128 {
    const LENGTH: usize = AES128_KEY_SIZE;
}

impl AESKeySize for AES192 {
    const LENGTH: usize = AES192_KEY_SIZE;
}

impl AESKeySize for AES256 {
    const LENGTH: usize = AES256_KEY_SIZE;
}

/// Hears of the end of `AES::crypt`.
pub trait Client<'a> {
    /// Both buffers come back; `dest` holds the result.
    fn crypt_done(&'a self, source: Option<&'static mut [u8]>, dest: &'static mut [u8]);
}

/// What `AES::crypt` answers if it was not started: the reason and the buffers.
type Refused = (
    Result<(), ErrorCode>,
    Option<&'static mut [u8]>,
    &'static mut [u8],
);

/// AES in a mode that one of the mode traits has set.
pub trait AES<'a, K: AESKeySize> {
    /// Turns it on; before anything else.
    fn enable(&self);

    /// Turns it off and forgets the key.
    fn disable(&self);

    /// Sets who hears of the end.
    fn set_client(&'a self, client: &'a dyn Client<'a>);

    /// Sets the key.
    ///
    /// # Errors
    ///
    /// `INVAL` if the length is not `K::LENGTH`.
    fn set_key(&self, key: &[u8]) -> Result<(), ErrorCode>;

    /// Sets the initialization vector or the first counter.
    ///
    /// # Errors
    ///
    /// `INVAL` if the length is not that of a block.
    fn set_iv(&self, iv: &[u8]) -> Result<(), ErrorCode>;

    /// Begins a new message.
    fn start_message(&self);

    /// Starts to work on `source`, or on `dest` in place without it, from
    /// `start_index` of `dest` to before `stop_index`. `None` means started; else
    /// the buffers come back with the reason.
    fn crypt(
        &self,
        source: Option<&'static mut [u8]>,
        dest: &'static mut [u8],
        start_index: usize,
        stop_index: usize,
    ) -> Option<Refused>;
}

/// Counter mode.
pub trait AESCtr {
    /// Chooses it.
    ///
    /// # Errors
    ///
    /// `NOSUPPORT` if the hardware cannot.
    fn set_mode_aesctr(&self, encrypting: bool) -> Result<(), ErrorCode>;
}

/// Cipher block chaining.
pub trait AESCBC {
    /// Chooses it.
    ///
    /// # Errors
    ///
    /// `NOSUPPORT` if the hardware cannot.
    fn set_mode_aescbc(&self, encrypting: bool) -> Result<(), ErrorCode>;
}

/// Electronic code book.
pub trait AESECB {
    /// Chooses it.
    ///
    /// # Errors
    ///
    /// `NOSUPPORT` if the hardware cannot.
    fn set_mode_aesecb(&self, encrypting: bool) -> Result<(), ErrorCode>;
}

/// Hears of the end of `AESCCM::crypt`.
pub trait CCMClient {
    /// The buffer comes back; `tag_is_valid` counts after decryption.
    fn crypt_done(&self, buf: &'static mut [u8], res: Result<(), ErrorCode>, tag_is_valid: bool);
}

/// Hears of the end of `AESGCM::crypt`.
pub trait GCMClient {
    /// The buffer comes back; `tag_is_valid` counts after decryption.
    fn crypt_done(&self, buf: &'static mut [u8], res: Result<(), ErrorCode>, tag_is_valid: bool);
}

/// Counter with CBC-MAC.
pub trait AESCCM<'a, K: AESKeySize> {
    /// Sets who hears of the end.
    fn set_client(&'a self, client: &'a dyn CCMClient);

    /// Sets the key.
    ///
    /// # Errors
    ///
    /// `INVAL` if the length is not `K::LENGTH`.
    fn set_key(&self, key: &[u8]) -> Result<(), ErrorCode>;

    /// Sets the nonce.
    ///
    /// # Errors
    ///
    /// `INVAL` if the length is not [`CCM_NONCE_LENGTH`].
    fn set_nonce(&self, nonce: &[u8]) -> Result<(), ErrorCode>;

    /// Starts to work in place: additional data from `a_off` to `m_off`, `m_len`
    /// bytes of message from there, then `mic_len` bytes of tag.
    ///
    /// # Errors
    ///
    /// Hands the buffer back with the reason; no callback comes then.
    #[allow(clippy::too_many_arguments)]
    fn crypt(
        &self,
        buf: &'static mut [u8],
        a_off: usize,
        m_off: usize,
        m_len: usize,
        mic_len: usize,
        confidential: bool,
        encrypting: bool,
    ) -> Result<(), (ErrorCode, &'static mut [u8])>;
}

/// Galois counter mode.
pub trait AESGCM<'a, K: AESKeySize> {
    /// Sets who hears of the end.
    fn set_client(&'a self, client: &'a dyn GCMClient);

    /// Sets the key.
    ///
    /// # Errors
    ///
    /// `INVAL` if the length is not `K::LENGTH`.
    fn set_key(&self, key: &[u8]) -> Result<(), ErrorCode>;

    /// Sets the initialization vector.
    ///
    /// # Errors
    ///
    /// `INVAL` for an unsupported length.
    fn set_iv(&self, iv: &[u8]) -> Result<(), ErrorCode>;

    /// Starts to work in place: additional data from `aad_offset` to
    /// `message_offset`, `message_len` bytes of message, `tag_len` bytes of tag.
    ///
    /// # Errors
    ///
    /// Hands the buffer back with the reason; no callback comes then.
    fn crypt(
        &self,
        buf: &'static mut [u8],
        aad_offset: usize,
        message_offset: usize,
        message_len: usize,
        tag_len: usize,
        encrypting: bool,
    ) -> Result<(), (ErrorCode, &'static mut [u8])>;
}
