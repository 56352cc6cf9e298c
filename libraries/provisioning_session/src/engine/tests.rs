// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The sliced engine against `p256`'s own arithmetic and signatures.

use p256::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use p256::elliptic_curve::ff::PrimeField;
use p256::elliptic_curve::group::Group;
use p256::{ProjectivePoint, Scalar};
use sha2::{Digest, Sha256};

use super::*;

/// Reproducible octets: SHA-256 in counter mode over a label.
fn octets<const N: usize>(label: &str, index: u32) -> [u8; N] {
    let mut out = [0; N];
    for (block, chunk) in out.chunks_mut(32).enumerate() {
        let digest = Sha256::new()
            .chain_update(label)
            .chain_update(index.to_be_bytes())
            .chain_update([block as u8])
            .finalize();
        chunk.copy_from_slice(&digest[..chunk.len()]);
    }
    out
}

fn scalar(label: &str, index: u32) -> SecretScalar {
    SecretScalar::reduce(&octets::<48>(label, index)).unwrap()
}

fn check(scalar: Scalar, point: ProjectivePoint) {
    let product = SlicedMultiplication::run(&SecretScalar::new(scalar), &point);
    assert_eq!(
        *product.expose_secret(),
        point * scalar,
        "{:02x?}",
        scalar.to_bytes()
    );
}

#[test]
fn random_scalars_match_p256_on_the_generator() {
    for index in 0..1500 {
        check(
            *scalar("generator", index).expose_secret(),
            ProjectivePoint::GENERATOR,
        );
    }
}

#[test]
fn random_scalars_match_p256_on_random_points() {
    for index in 0..1500 {
        let point = ProjectivePoint::GENERATOR * scalar("point", index).expose_secret();
        check(*scalar("scalar", index).expose_secret(), point);
    }
}

#[test]
fn edge_scalars_match_p256() {
    let point = ProjectivePoint::GENERATOR * scalar("edge", 0).expose_secret();
    for small in 0..=300u64 {
        check(Scalar::from(small), point);
        check(-Scalar::from(small), point);
    }
}

#[test]
fn every_digit_in_every_window_matches_p256() {
    let point = ProjectivePoint::GENERATOR * scalar("windows", 0).expose_secret();
    for window in 0..64 {
        for digit in 1..16u8 {
            let mut bytes = [0; 32];
            bytes[31 - window / 2] = digit << (4 * (window % 2));
            // The top window's largest digits are above the order.
            if let Some(scalar) = Scalar::from_repr(bytes.into()).into_option() {
                check(scalar, point);
            }
        }
    }
}

#[test]
fn uniform_nibbles_match_p256() {
    let point = ProjectivePoint::GENERATOR * scalar("nibbles", 0).expose_secret();
    for nibble in 0..16u8 {
        if let Some(scalar) = Scalar::from_repr([nibble * 0x11; 32].into()).into_option() {
            check(scalar, point);
        }
    }
}

#[test]
fn the_identity_stays_the_identity() {
    let product = SlicedMultiplication::run(&scalar("identity", 0), &ProjectivePoint::IDENTITY);
    assert!(bool::from(product.expose_secret().is_identity()));
}

#[test]
fn points_survive_encoding_and_bad_ones_are_refused() {
    let point = ProjectivePoint::GENERATOR * scalar("encoding", 0).expose_secret();
    let good = encode_point(&point).unwrap();
    assert_eq!(decode_point(&good).unwrap(), point);
    assert_eq!(encode_point(&ProjectivePoint::IDENTITY), Err(BadPoint));
    for tag in (0..=255).filter(|tag| *tag != 4) {
        let mut bad = good;
        bad[0] = tag;
        assert_eq!(decode_point(&bad), Err(BadPoint), "tag {tag:#x}");
    }
    for position in 1..POINT_LEN {
        let mut bad = good;
        bad[position] ^= 1;
        assert_eq!(decode_point(&bad), Err(BadPoint), "octet {position}");
    }
    let mut zero = [0; POINT_LEN];
    zero[0] = 4;
    assert_eq!(decode_point(&zero), Err(BadPoint));
    assert_eq!(decode_point(&[0xff; POINT_LEN]), Err(BadPoint));
}

#[test]
fn an_unreduced_coordinate_is_refused() {
    // The point with x = 5 is on the curve; so would x = 5 + p be, unreduced.
    const X: &str = "ffffffff00000001000000000000000000000001000000000000000000000004";
    let y = {
        use p256::elliptic_curve::point::{AffineCoordinates, DecompressPoint};
        let mut x = [0; 32];
        x[31] = 5;
        p256::AffinePoint::decompress(&x.into(), 0.into())
            .into_option()
            .map(|point| point.y())
            .unwrap()
    };
    let mut octets = [4; POINT_LEN];
    octets[1..33].copy_from_slice(&[[0; 31].as_slice(), &[5]].concat());
    octets[33..].copy_from_slice(&y);
    assert!(decode_point(&octets).is_ok());
    octets[1..33].copy_from_slice(&crate::vectors::unhex(X));
    assert_eq!(decode_point(&octets), Err(BadPoint));
}

#[test]
fn scalars_out_of_range_are_refused() {
    const ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    let order: [u8; 32] = crate::vectors::unhex(ORDER).try_into().unwrap();
    assert!(SecretScalar::from_bytes(&order).is_err());
    assert!(SecretScalar::from_bytes(&[0; 32]).is_err());
    assert!(SecretScalar::from_bytes(&[0xff; 32]).is_err());
    assert!(SecretScalar::reduce(&order).is_err());
    assert!(SecretScalar::reduce(&[1; 65]).is_err());
    let mut last = order;
    last[31] -= 1;
    assert_eq!(
        *SecretScalar::from_bytes(&last).unwrap().expose_secret(),
        -Scalar::ONE
    );
}

#[test]
fn unhedged_signatures_are_those_of_rfc_6979() {
    for index in 0..100 {
        let key = scalar("key", index);
        let digest: [u8; 32] = octets("message", index);
        let ours = Signing::run(&key, &digest, &[]).unwrap();
        let theirs: Signature = SigningKey::from_slice(key.to_bytes().as_ref())
            .unwrap()
            .sign_prehash(&digest)
            .unwrap();
        // p256 may give the low form of s; both forms verify.
        let ours = Signature::from_slice(&ours).unwrap().normalize_s();
        assert_eq!(ours, theirs.normalize_s());
    }
}

#[test]
fn rfc_6979_a_2_5_signs_sample() {
    let key =
        crate::vectors::unhex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721");
    let key = SecretScalar::from_bytes(&key.try_into().unwrap()).unwrap();
    let signature = Signing::run(&key, &Sha256::digest("sample").into(), &[]).unwrap();
    assert_eq!(
        signature.to_vec(),
        crate::vectors::unhex(concat!(
            "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
            "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
        ))
    );
}

#[test]
fn hedged_signatures_differ_and_verify() {
    let key = scalar("hedged", 0);
    let public = ProjectivePoint::GENERATOR * key.expose_secret();
    let digest = [0x5a; 32];
    let mut seen = std::collections::HashSet::new();
    for index in 0..20 {
        let hedge: [u8; 32] = octets("hedge", index);
        let signature = Signing::run(&key, &digest, &hedge).unwrap();
        assert!(seen.insert(signature));
        VerifyingKey::from_affine(public.to_affine())
            .unwrap()
            .verify_prehash(&digest, &Signature::from_slice(&signature).unwrap())
            .unwrap();
        Verification::run(&encode_point(&public).unwrap(), &digest, &signature).unwrap();
    }
}

#[test]
fn high_and_low_s_both_verify() {
    let key = scalar("malleable", 0);
    let public = encode_point(&(ProjectivePoint::GENERATOR * key.expose_secret())).unwrap();
    let mut signature = Signing::run(&key, &[1; 32], &[]).unwrap();
    for _ in 0..2 {
        assert_eq!(Verification::run(&public, &[1; 32], &signature), Ok(()));
        let s: [u8; 32] = signature[32..].try_into().unwrap();
        let other = -*SecretScalar::from_bytes(&s).unwrap().expose_secret();
        signature[32..].copy_from_slice(&other.to_bytes());
    }
}

#[test]
fn a_changed_signature_message_or_key_is_refused() {
    let key = scalar("changed", 0);
    let public = encode_point(&(ProjectivePoint::GENERATOR * key.expose_secret())).unwrap();
    let other =
        encode_point(&(ProjectivePoint::GENERATOR * scalar("other", 0).expose_secret())).unwrap();
    let digest = [7; 32];
    let good = Signing::run(&key, &digest, &[9; 32]).unwrap();
    let verify = |public: &[u8; POINT_LEN], digest: &[u8; 32], signature: &[u8; SIGNATURE_LEN]| {
        Verification::run(public, digest, signature)
    };
    assert_eq!(verify(&public, &digest, &good), Ok(()));
    assert_eq!(verify(&other, &digest, &good), Err(BadSignature));
    assert_eq!(verify(&public, &[8; 32], &good), Err(BadSignature));
    for position in 0..SIGNATURE_LEN {
        let mut bad = good;
        bad[position] ^= 0x10;
        assert_eq!(
            verify(&public, &digest, &bad),
            Err(BadSignature),
            "octet {position}"
        );
    }
    for half in [0..32, 32..64] {
        for filler in [0, 0xff] {
            let mut bad = good;
            bad[half.clone()].fill(filler);
            assert_eq!(verify(&public, &digest, &bad), Err(BadSignature));
        }
    }
}
