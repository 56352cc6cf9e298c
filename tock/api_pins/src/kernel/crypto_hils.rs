// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Interfaces of ciphers, digests, hashes and signatures.

use crate::implements;
use kernel::ErrorCode;
use kernel::hil::digest::{
    self, ClientData, ClientDataHash, ClientDataVerify, ClientHash, ClientVerify, Digest,
    DigestData, DigestDataHash, DigestDataVerify, DigestHash, DigestVerify,
};
use kernel::hil::hasher::{self, Hasher, SipHash};
use kernel::hil::public_key_crypto::signature::{self, ClientSign, SignatureSign, SignatureVerify};
use kernel::hil::symmetric_encryption::{
    self as symmetric, AES, AES128, AES192, AES256, AESCBC, AESCCM, AESCtr, AESECB, AESGCM,
    AESKeySize, CCMClient, GCMClient,
};
use kernel::utilities::leasable_buffer::{SubSlice, SubSliceMut};

pub struct Whole;

type Buffer = &'static mut [u8];
type Hash<const L: usize> = &'static mut [u8; L];

const _: () = {
    assert!(symmetric::AES_BLOCK_SIZE == 16usize);
    assert!(symmetric::AES128_KEY_SIZE == 16usize && AES128::LENGTH == 16usize);
    assert!(symmetric::AES192_KEY_SIZE == 24usize && AES192::LENGTH == 24usize);
    assert!(symmetric::AES256_KEY_SIZE == 32usize && AES256::LENGTH == 32usize);
    assert!(symmetric::CCM_NONCE_LENGTH == 13usize);
};

impl<'a> symmetric::Client<'a> for Whole {
    fn crypt_done(&'a self, _: Option<Buffer>, _: Buffer) {}
}

impl<'a, K: AESKeySize> AES<'a, K> for Whole {
    fn enable(&self) {}
    fn disable(&self) {}
    fn set_client(&'a self, _: &'a dyn symmetric::Client<'a>) {}
    fn set_key(&self, _: &[u8]) -> Result<(), ErrorCode> {
        Ok(())
    }
    fn set_iv(&self, _: &[u8]) -> Result<(), ErrorCode> {
        Ok(())
    }
    fn start_message(&self) {}
    fn crypt(
        &self,
        _: Option<Buffer>,
        _: Buffer,
        _: usize,
        _: usize,
    ) -> Option<(Result<(), ErrorCode>, Option<Buffer>, Buffer)> {
        None
    }
}

impl AESCtr for Whole {
    fn set_mode_aesctr(&self, _: bool) -> Result<(), ErrorCode> {
        Ok(())
    }
}

impl AESCBC for Whole {
    fn set_mode_aescbc(&self, _: bool) -> Result<(), ErrorCode> {
        Ok(())
    }
}

impl AESECB for Whole {
    fn set_mode_aesecb(&self, _: bool) -> Result<(), ErrorCode> {
        Ok(())
    }
}

impl CCMClient for Whole {
    fn crypt_done(&self, _: Buffer, _: Result<(), ErrorCode>, _: bool) {}
}

impl GCMClient for Whole {
    fn crypt_done(&self, _: Buffer, _: Result<(), ErrorCode>, _: bool) {}
}

impl<'a, K: AESKeySize> AESCCM<'a, K> for Whole {
    fn set_client(&'a self, _: &'a dyn CCMClient) {}
    fn set_key(&self, _: &[u8]) -> Result<(), ErrorCode> {
        Ok(())
    }
    fn set_nonce(&self, _: &[u8]) -> Result<(), ErrorCode> {
        Ok(())
    }
    fn crypt(
        &self,
        _: Buffer,
        _: usize,
        _: usize,
        _: usize,
        _: usize,
        _: bool,
        _: bool,
    ) -> Result<(), (ErrorCode, Buffer)> {
        Ok(())
    }
}

impl<'a, K: AESKeySize> AESGCM<'a, K> for Whole {
    fn set_client(&'a self, _: &'a dyn GCMClient) {}
    fn set_key(&self, _: &[u8]) -> Result<(), ErrorCode> {
        Ok(())
    }
    fn set_iv(&self, _: &[u8]) -> Result<(), ErrorCode> {
        Ok(())
    }
    fn crypt(
        &self,
        _: Buffer,
        _: usize,
        _: usize,
        _: usize,
        _: usize,
        _: bool,
    ) -> Result<(), (ErrorCode, Buffer)> {
        Ok(())
    }
}

impl<const L: usize> ClientData<L> for Whole {
    fn add_data_done(&self, _: Result<(), ErrorCode>, _: SubSlice<'static, u8>) {}
    fn add_mut_data_done(&self, _: Result<(), ErrorCode>, _: SubSliceMut<'static, u8>) {}
}

impl<const L: usize> ClientHash<L> for Whole {
    fn hash_done(&self, _: Result<(), ErrorCode>, _: Hash<L>) {}
}

impl<const L: usize> ClientVerify<L> for Whole {
    fn verification_done(&self, _: Result<bool, ErrorCode>, _: Hash<L>) {}
}

implements!(Whole: digest::Client<32>, ClientDataHash<32>, ClientDataVerify<32>);

impl<'a, const L: usize> DigestData<'a, L> for Whole {
    fn set_data_client(&'a self, _: &'a dyn ClientData<L>) {}
    fn add_data(&self, _: SubSlice<'static, u8>) -> Result<(), (ErrorCode, SubSlice<'static, u8>)> {
        Ok(())
    }
    fn add_mut_data(
        &self,
        _: SubSliceMut<'static, u8>,
    ) -> Result<(), (ErrorCode, SubSliceMut<'static, u8>)> {
        Ok(())
    }
    fn clear_data(&self) {}
}

impl<'a, const L: usize> DigestHash<'a, L> for Whole {
    fn set_hash_client(&'a self, _: &'a dyn ClientHash<L>) {}
    fn run(&'a self, _: Hash<L>) -> Result<(), (ErrorCode, Hash<L>)> {
        Ok(())
    }
}

impl<'a, const L: usize> DigestVerify<'a, L> for Whole {
    fn set_verify_client(&'a self, _: &'a dyn ClientVerify<L>) {}
    fn verify(&'a self, _: Hash<L>) -> Result<(), (ErrorCode, Hash<L>)> {
        Ok(())
    }
}

impl<'a, const L: usize> Digest<'a, L> for Whole {
    fn set_client(&'a self, _: &'a dyn digest::Client<L>) {}
}

impl<'a, const L: usize> DigestDataHash<'a, L> for Whole {
    fn set_client(&'a self, _: &'a dyn ClientDataHash<L>) {}
}

impl<'a, const L: usize> DigestDataVerify<'a, L> for Whole {
    fn set_client(&'a self, _: &'a dyn ClientDataVerify<L>) {}
}

macro_rules! modes {
    ($($trait:ident $method:ident $($key:ty)?;)*) => {
        $(impl digest::$trait for Whole {
            fn $method(&self $(, _: $key)?) -> Result<(), ErrorCode> {
                Ok(())
            }
        })*
    };
}

modes! {
    Md5 set_mode_md5;
    Sha1 set_mode_sha1;
    Sha224 set_mode_sha224;
    Sha256 set_mode_sha256;
    Sha384 set_mode_sha384;
    Sha512 set_mode_sha512;
    HmacSha256 set_mode_hmacsha256 &[u8];
}

impl<'a, const L: usize> Hasher<'a, L> for Whole {
    fn set_client(&'a self, _: &'a dyn hasher::Client<L>) {}
    fn add_data(
        &self,
        _: SubSlice<'static, u8>,
    ) -> Result<usize, (ErrorCode, SubSlice<'static, u8>)> {
        Ok(0)
    }
    fn add_mut_data(
        &self,
        _: SubSliceMut<'static, u8>,
    ) -> Result<usize, (ErrorCode, SubSliceMut<'static, u8>)> {
        Ok(0)
    }
    fn run(&'a self, _: Hash<L>) -> Result<(), (ErrorCode, Hash<L>)> {
        Ok(())
    }
    fn clear_data(&self) {}
}

impl SipHash for Whole {
    fn set_keys(&self, _: u64, _: u64) {}
}

impl<'a, const HL: usize, const SL: usize> SignatureVerify<'a, HL, SL> for Whole {
    fn set_verify_client(&self, _: &'a dyn signature::ClientVerify<HL, SL>) {}
    fn verify(&self, _: Hash<HL>, _: Hash<SL>) -> Result<(), (ErrorCode, Hash<HL>, Hash<SL>)> {
        Ok(())
    }
}

impl<const HL: usize, const SL: usize> signature::ClientVerify<HL, SL> for Whole {
    fn verification_done(&self, _: Result<bool, ErrorCode>, _: Hash<HL>, _: Hash<SL>) {}
}

impl<'a, const HL: usize, const SL: usize> SignatureSign<'a, HL, SL> for Whole {
    fn set_sign_client(&self, _: &'a dyn ClientSign<HL, SL>) {}
    fn sign(&self, _: Hash<HL>, _: Hash<SL>) -> Result<(), (ErrorCode, Hash<HL>, Hash<SL>)> {
        Ok(())
    }
}

impl<const HL: usize, const SL: usize> ClientSign<HL, SL> for Whole {
    fn signing_done(&self, _: Result<(), ErrorCode>, _: Hash<HL>, _: Hash<SL>) {}
}
