// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The transcript and the key schedule (RFC 9383 sections 3.3 and 3.4).

use core::fmt;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use provisioning_wire::limits::CONFIRM_LEN;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::Error;
use crate::engine::{POINT_LEN, SecretScalar};
use crate::secret::Secret;

/// M of RFC 9383 section 4, uncompressed.
pub(super) const M: [u8; POINT_LEN] = [
    0x04, 0x88, 0x6e, 0x2f, 0x97, 0xac, 0xe4, 0x6e, 0x55, 0xba, 0x9d, 0xd7, 0x24, 0x25, 0x79, 0xf2,
    0x99, 0x3b, 0x64, 0xe1, 0x6e, 0xf3, 0xdc, 0xab, 0x95, 0xaf, 0xd4, 0x97, 0x33, 0x3d, 0x8f, 0xa1,
    0x2f, 0x5f, 0xf3, 0x55, 0x16, 0x3e, 0x43, 0xce, 0x22, 0x4e, 0x0b, 0x0e, 0x65, 0xff, 0x02, 0xac,
    0x8e, 0x5c, 0x7b, 0xe0, 0x94, 0x19, 0xc7, 0x85, 0xe0, 0xca, 0x54, 0x7d, 0x55, 0xa1, 0x2e, 0x2d,
    0x20,
];

/// N of RFC 9383 section 4, uncompressed.
pub(super) const N: [u8; POINT_LEN] = [
    0x04, 0xd8, 0xbb, 0xd6, 0xc6, 0x39, 0xc6, 0x29, 0x37, 0xb0, 0x4d, 0x99, 0x7f, 0x38, 0xc3, 0x77,
    0x07, 0x19, 0xc6, 0x29, 0xd7, 0x01, 0x4d, 0x49, 0xa2, 0x4b, 0x4f, 0x98, 0xba, 0xa1, 0x29, 0x2b,
    0x49, 0x07, 0xd6, 0x0a, 0xa6, 0xbf, 0xad, 0xe4, 0x50, 0x08, 0xa6, 0x36, 0x33, 0x7f, 0x51, 0x68,
    0xc6, 0x4d, 0x9b, 0xd3, 0x60, 0x34, 0x80, 0x8c, 0xd5, 0x64, 0x49, 0x0b, 0x1e, 0x65, 0x6e, 0xdb,
    0xe7,
];

/// What both sides bind besides the setup code.
#[derive(Clone, Copy, Debug)]
pub struct Identities<'a> {
    /// The application's context.
    pub context: &'a [u8],
    /// `idProver`, the daemon.
    pub prover: &'a [u8],
    /// `idVerifier`, the device.
    pub verifier: &'a [u8],
}

/// The transcript TT, hashed as it grows: context, identities, M, N, and then
/// in this order X, Y, Z, V, w0.
#[derive(Clone)]
pub(super) struct Transcript(Sha256);

impl Transcript {
    pub(super) fn new(identities: &Identities<'_>) -> Self {
        let mut transcript = Self(Sha256::new());
        transcript.append(identities.context);
        transcript.append(identities.prover);
        transcript.append(identities.verifier);
        transcript.append(&M);
        transcript.append(&N);
        transcript
    }

    /// Appends `len(part) || part`, the length in 8 octets, little-endian.
    pub(super) fn append(&mut self, part: &[u8]) {
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
    }

    /// Appends w0, the last part, and gives K_main.
    pub(super) fn finish(mut self, w0: &SecretScalar) -> Secret<32> {
        self.append(w0.to_bytes().as_ref());
        let mut main = Secret::zeroed();
        main.expose_secret_mut().copy_from_slice(&self.0.finalize());
        main
    }
}

/// K_shared: nothing of it is there before the other side's confirmation was
/// right.
pub struct SharedKey(Secret<32>);

impl SharedKey {
    /// The key, for the key schedule above and for tests.
    pub const fn expose_secret(&self) -> &[u8; 32] {
        self.0.expose_secret()
    }
}

impl fmt::Debug for SharedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedKey(..)")
    }
}

/// What K_main gives: both confirmations and K_shared.
pub(super) struct Keys {
    confirm_p: Secret<CONFIRM_LEN>,
    confirm_v: Secret<CONFIRM_LEN>,
    shared: SharedKey,
}

impl Keys {
    pub(super) fn derive(
        main: &Secret<32>,
        share_p: &[u8; POINT_LEN],
        share_v: &[u8; POINT_LEN],
    ) -> Self {
        let confirmation: Secret<64> = expand(main, b"ConfirmationKeys");
        let (key_p, key_v) = confirmation.expose_secret().split_at(CONFIRM_LEN);
        Self {
            confirm_p: mac(key_p, share_v),
            confirm_v: mac(key_v, share_p),
            shared: SharedKey(expand(main, b"SharedKey")),
        }
    }

    pub(super) const fn confirm_p(&self) -> &[u8; CONFIRM_LEN] {
        self.confirm_p.expose_secret()
    }

    pub(super) const fn confirm_v(&self) -> &[u8; CONFIRM_LEN] {
        self.confirm_v.expose_secret()
    }

    /// The shared key, for who got `confirmP` right.
    pub(super) fn confirmed_by_prover(
        self,
        confirm_p: &[u8; CONFIRM_LEN],
    ) -> Result<SharedKey, Error> {
        if bool::from(self.confirm_p().ct_eq(confirm_p)) {
            Ok(self.shared)
        } else {
            Err(Error::ConfirmationFailed)
        }
    }

    /// The shared key and confirmP, for who got `confirmV` right.
    pub(super) fn confirmed_by_verifier(
        self,
        confirm_v: &[u8; CONFIRM_LEN],
    ) -> Result<([u8; CONFIRM_LEN], SharedKey), Error> {
        if bool::from(self.confirm_v().ct_eq(confirm_v)) {
            Ok((*self.confirm_p(), self.shared))
        } else {
            Err(Error::ConfirmationFailed)
        }
    }
}

/// `KDF(nil, K_main, info)`.
pub(super) fn expand<const LEN: usize>(main: &Secret<32>, info: &[u8]) -> Secret<LEN> {
    const { assert!(LEN <= 255 * 32, "RFC 5869 section 2.3 gives no more") };
    let mut out = Secret::zeroed();
    Hkdf::<Sha256>::new(None, main.expose_secret())
        .expand(info, out.expose_secret_mut())
        .expect("the length is asserted above");
    out
}

/// `MAC(key, data)`.
fn mac(key: &[u8], data: &[u8]) -> Secret<CONFIRM_LEN> {
    let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes any length");
    let tag = Zeroizing::new(<[u8; 32]>::from(
        mac.chain_update(data).finalize().into_bytes(),
    ));
    Secret::copied(&tag)
}
