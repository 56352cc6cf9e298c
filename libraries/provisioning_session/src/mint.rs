// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! From a setup code to w0, w1 and the verifier record: argon2id, for hosts.

use core::fmt;

use argon2::{Algorithm, Argon2, Params, Version};
use provisioning_wire::KdfParameters;
use provisioning_wire::limits::{ID_LEN, SALT_LEN};

use crate::secret::Secret;
use crate::setup_code::{CODE_LEN, SetupCode};
use crate::spake2plus::{ProverSecret, VerifierRecord};

/// Octets of the password: three lengths, the code, no prover identity, the
/// device's id (RFC 9383 section 3.2).
const PASSWORD_LEN: usize = 3 * 8 + CODE_LEN + ID_LEN;

/// Why there is no secret.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KdfError {
    /// The parameters are outside the protocol's bounds.
    Parameters,
    /// The hash reduced to zero, which no real one does.
    Degenerate,
}

impl fmt::Display for KdfError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Parameters => "KDF parameters out of bounds",
            Self::Degenerate => "the password hash reduced to zero",
        })
    }
}

impl core::error::Error for KdfError {}

impl ProverSecret {
    /// Computes w0 and w1. Takes the memory and the time that `parameters`
    /// ask for, within the protocol's bounds.
    ///
    /// # Errors
    /// See [`KdfError`].
    pub fn derive(
        code: &SetupCode,
        salt: &[u8; SALT_LEN],
        parameters: &KdfParameters,
        device_id: &[u8; ID_LEN],
    ) -> Result<Self, KdfError> {
        parameters
            .check_bounds()
            .map_err(|_| KdfError::Parameters)?;
        let params = Params::new(
            parameters.memory_kib,
            parameters.passes,
            parameters.lanes,
            Some(Self::HASH_LEN),
        )
        .map_err(|_| KdfError::Parameters)?;
        let mut hash = Secret::<{ Self::HASH_LEN }>::zeroed();
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(
                password(code, device_id).expose_secret(),
                salt,
                hash.expose_secret_mut(),
            )
            .map_err(|_| KdfError::Parameters)?;
        Self::from_hash(&hash).map_err(|_| KdfError::Degenerate)
    }
}

impl VerifierRecord {
    /// Computes what a device is minted with instead of its code.
    ///
    /// # Errors
    /// See [`KdfError`].
    pub fn mint(
        code: &SetupCode,
        salt: &[u8; SALT_LEN],
        parameters: &KdfParameters,
        device_id: &[u8; ID_LEN],
    ) -> Result<Self, KdfError> {
        ProverSecret::derive(code, salt, parameters, device_id)
            .map(|secret| secret.verifier_record())
    }
}

/// `len(code) || code || len("") || len(device id) || device id`.
fn password(code: &SetupCode, device_id: &[u8; ID_LEN]) -> Secret<PASSWORD_LEN> {
    let mut password = Secret::zeroed();
    let mut rest = password.expose_secret_mut().as_mut_slice();
    let lengths = [CODE_LEN as u64, 0, ID_LEN as u64].map(u64::to_le_bytes);
    for part in [
        lengths[0].as_slice(),
        code.expose_secret(),
        &lengths[1],
        &lengths[2],
        device_id,
    ] {
        let (front, back) = rest.split_at_mut(part.len());
        front.copy_from_slice(part);
        rest = back;
    }
    password
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::Vectors;

    fn vectors() -> Vectors {
        Vectors::parse(include_str!("../tests/vectors/argon2id_record.txt"))
    }

    fn parameters() -> KdfParameters {
        KdfParameters {
            kdf: 1,
            memory_kib: 64,
            passes: 3,
            lanes: 1,
        }
    }

    fn code(vectors: &Vectors) -> SetupCode {
        SetupCode::parse(core::str::from_utf8(vectors.get("code")).unwrap()).unwrap()
    }

    #[test]
    fn the_record_is_that_of_another_argon2_and_another_p256() {
        let vectors = vectors();
        let device_id = vectors.array("device_id");
        let salt = vectors.array("salt");
        assert_eq!(
            password(&code(&vectors), &device_id)
                .expose_secret()
                .as_slice(),
            vectors.get("password")
        );
        let record = VerifierRecord::mint(&code(&vectors), &salt, &parameters(), &device_id)
            .unwrap()
            .to_bytes()
            .unwrap();
        assert_eq!(record.expose_secret().as_slice(), vectors.get("record"));
    }

    #[test]
    fn another_salt_code_or_device_gives_another_record() {
        let vectors = vectors();
        let mint = |code: &SetupCode, salt, device_id| {
            VerifierRecord::mint(code, salt, &parameters(), device_id)
                .unwrap()
                .to_bytes()
                .unwrap()
                .expose_secret()
                .to_vec()
        };
        let other = SetupCode::parse("000000000000000").unwrap();
        let seen = std::collections::HashSet::from([
            mint(&code(&vectors), &[1; 16], &[2; 16]),
            mint(&code(&vectors), &[1; 16], &[3; 16]),
            mint(&code(&vectors), &[4; 16], &[2; 16]),
            mint(&other, &[1; 16], &[2; 16]),
        ]);
        assert_eq!(seen.len(), 4);
    }

    #[test]
    fn parameters_out_of_bounds_are_not_run() {
        let vectors = vectors();
        for (memory_kib, passes, lanes, kdf) in [
            (7, 1, 1, 1),
            (65_537, 1, 1, 1),
            (65_536, 5, 1, 1),
            (64, 0, 1, 1),
            (64, 17, 1, 1),
            (64, 1, 5, 1),
            (64, 1, 0, 1),
            (64, 1, 1, 2),
        ] {
            let parameters = KdfParameters {
                kdf,
                memory_kib,
                passes,
                lanes,
            };
            let outcome = VerifierRecord::mint(&code(&vectors), &[0; 16], &parameters, &[0; 16]);
            assert_eq!(outcome.err(), Some(KdfError::Parameters), "{parameters:?}");
        }
    }
}
