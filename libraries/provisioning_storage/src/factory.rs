// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Factory data: who the device is and what proves its setup code.
//!
//! Minted on a host, written once, only read by the device. The page holds no
//! setup code: the verifier record (RFC 9383 section 3.2) does not reveal it
//! without a search.

use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::bytes::{Reader, Writer, is_erased};
use crate::layout::PAGE_LEN;

const MAGIC: u32 = u32::from_le_bytes(*b"TPFD");
const WITH_ROOT: u16 = 1;
const WITHOUT_ROOT: u16 = 2;
const ROOT_LEN: usize = 32;
const CHECK_LEN: usize = 32;

/// Length of a P-256 point in SEC 1 uncompressed form, in bytes.
pub const POINT_LEN: usize = 65;
/// Length of a P-256 scalar or coordinate, in bytes.
pub const SCALAR_LEN: usize = 32;
/// Length of the salt for the password hash, in bytes.
pub const SALT_LEN: usize = 16;

/// Bytes of the page that are used at most; the rest stays erased.
pub const FACTORY_LEN: usize =
    4 + 2 + 2 + 16 + SALT_LEN + 4 * 4 + 2 * SCALAR_LEN + 4 * POINT_LEN + ROOT_LEN + CHECK_LEN;
/// Bytes that are used when the root secret is in hardware.
pub const FACTORY_LEN_HARDWARE_ROOT: usize = FACTORY_LEN - ROOT_LEN;

const _: () = assert!(FACTORY_LEN <= PAGE_LEN);

/// How the host stretches the setup code, sent in HELLO.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KdfParameters {
    /// 1: argon2id version 0x13 (RFC 9106).
    pub algorithm: u32,
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

/// All that a device is born with. Wiped from memory when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct FactoryData {
    /// Device identifier, also the SPAKE2+ verifier identity.
    #[zeroize(skip)]
    pub device_id: [u8; 16],
    /// Salt of the password hash.
    #[zeroize(skip)]
    pub salt: [u8; SALT_LEN],
    /// Parameters of the password hash.
    #[zeroize(skip)]
    pub kdf: KdfParameters,
    /// SPAKE2+ `w0`, big-endian.
    pub w0: [u8; SCALAR_LEN],
    /// SPAKE2+ `w0*M`.
    pub w0_m: [u8; POINT_LEN],
    /// SPAKE2+ `w0*N`.
    pub w0_n: [u8; POINT_LEN],
    /// SPAKE2+ `L = w1*P`.
    pub l: [u8; POINT_LEN],
    /// Private scalar of the device's identity key, big-endian.
    pub identity_key: [u8; SCALAR_LEN],
    /// Public half of the identity key, so that the device need not compute it.
    #[zeroize(skip)]
    pub identity_public: [u8; POINT_LEN],
    /// Root secret from which the key of the stored configuration is derived;
    /// `None` when the device has one in hardware.
    pub root_secret: Option<[u8; ROOT_LEN]>,
}

/// What a factory page turned out to be.
#[expect(
    clippy::large_enum_variant,
    reason = "there is no heap, and the value is looked at once"
)]
pub enum FactoryPage {
    /// Never minted.
    Erased,
    /// Bytes are there, but not what was minted.
    Corrupt,
    /// As minted.
    Valid(FactoryData),
}

/// Length of all that a page of this version uses, in bytes.
const fn used_len(version: u16) -> Option<usize> {
    match version {
        WITH_ROOT => Some(FACTORY_LEN),
        WITHOUT_ROOT => Some(FACTORY_LEN_HARDWARE_ROOT),
        _ => None,
    }
}

impl FactoryData {
    const fn version(&self) -> u16 {
        match self.root_secret {
            Some(_) => WITH_ROOT,
            None => WITHOUT_ROOT,
        }
    }

    /// Writes the page. Bytes past what is used are left as they are.
    ///
    /// Answers `None` when `page` is shorter than that: [`FACTORY_LEN`], or
    /// [`FACTORY_LEN_HARDWARE_ROOT`].
    pub fn emit(&self, page: &mut [u8]) -> Option<()> {
        let len = used_len(self.version())?;
        let used = page.get_mut(..len)?;
        let (content, check) = used.split_at_mut_checked(len.checked_sub(CHECK_LEN)?)?;
        let mut writer = Writer::new(content);
        writer.put(&MAGIC.to_le_bytes())?;
        writer.put(&self.version().to_le_bytes())?;
        writer.put(&u16::try_from(len).ok()?.to_le_bytes())?;
        writer.put(&self.device_id)?;
        writer.put(&self.salt)?;
        for number in [
            self.kdf.algorithm,
            self.kdf.memory_kib,
            self.kdf.passes,
            self.kdf.lanes,
        ] {
            writer.put(&number.to_le_bytes())?;
        }
        writer.put(&self.w0)?;
        writer.put(&self.w0_m)?;
        writer.put(&self.w0_n)?;
        writer.put(&self.l)?;
        writer.put(&self.identity_key)?;
        writer.put(&self.identity_public)?;
        if let Some(root_secret) = &self.root_secret {
            writer.put(root_secret)?;
        }
        check.copy_from_slice(&Sha256::digest(&*content));
        Some(())
    }

    /// Reads the page.
    pub fn parse(page: &[u8]) -> FactoryPage {
        let Some(used) = page.get(..FACTORY_LEN) else {
            return FactoryPage::Corrupt;
        };
        if is_erased(used) {
            return FactoryPage::Erased;
        }
        match Self::parse_used(used) {
            Some(data) => FactoryPage::Valid(data),
            None => FactoryPage::Corrupt,
        }
    }

    fn parse_used(used: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(used);
        if reader.u32()? != MAGIC {
            return None;
        }
        let version = reader.u16()?;
        let len = used_len(version)?;
        if usize::from(reader.u16()?) != len {
            return None;
        }
        let (content, check) = used
            .get(..len)?
            .split_at_checked(len.checked_sub(CHECK_LEN)?)?;
        if Sha256::digest(content)[..] != *check {
            return None;
        }
        Some(Self {
            device_id: reader.array()?,
            salt: reader.array()?,
            kdf: KdfParameters {
                algorithm: reader.u32()?,
                memory_kib: reader.u32()?,
                passes: reader.u32()?,
                lanes: reader.u32()?,
            },
            w0: reader.array()?,
            w0_m: reader.array()?,
            w0_n: reader.array()?,
            l: reader.array()?,
            identity_key: reader.array()?,
            identity_public: reader.array()?,
            root_secret: match version {
                WITH_ROOT => Some(reader.array()?),
                _ => None,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> FactoryData {
        FactoryData {
            device_id: [1; 16],
            salt: [2; SALT_LEN],
            kdf: KdfParameters {
                algorithm: 1,
                memory_kib: 19_456,
                passes: 2,
                lanes: 1,
            },
            w0: [3; SCALAR_LEN],
            w0_m: [4; POINT_LEN],
            w0_n: [5; POINT_LEN],
            l: [6; POINT_LEN],
            identity_key: [7; SCALAR_LEN],
            identity_public: [9; POINT_LEN],
            root_secret: Some([8; ROOT_LEN]),
        }
    }

    fn without_root() -> FactoryData {
        FactoryData {
            root_secret: None,
            ..sample()
        }
    }

    #[test]
    fn what_is_emitted_is_parsed() {
        let mut page = [0xff; PAGE_LEN];
        sample().emit(&mut page).unwrap();
        let FactoryPage::Valid(data) = FactoryData::parse(&page) else {
            panic!("not valid");
        };
        assert_eq!(data.device_id, [1; 16]);
        assert_eq!(data.kdf, sample().kdf);
        assert_eq!(data.l, [6; POINT_LEN]);
        assert_eq!(data.identity_key, [7; SCALAR_LEN]);
        assert_eq!(data.root_secret, Some([8; ROOT_LEN]));
    }

    #[test]
    fn a_page_of_a_board_with_a_hardware_key_holds_no_root_secret() {
        // What lies behind is not looked at.
        for behind in [0xff, 0x55] {
            let mut page = [behind; PAGE_LEN];
            without_root().emit(&mut page).unwrap();
            assert_eq!(page[4..6], WITHOUT_ROOT.to_le_bytes());
            assert_eq!(page[FACTORY_LEN_HARDWARE_ROOT..], [behind; PAGE_LEN][412..]);
            let FactoryPage::Valid(data) = FactoryData::parse(&page) else {
                panic!("not valid");
            };
            assert_eq!(data.root_secret, None);
            assert_eq!(data.identity_public, sample().identity_public);
        }
    }

    #[test]
    fn neither_version_is_taken_for_the_other() {
        for (data, other) in [(sample(), WITHOUT_ROOT), (without_root(), WITH_ROOT)] {
            let mut page = [0xff; PAGE_LEN];
            data.emit(&mut page).unwrap();
            // As a firmware sees it that only knows the other, or neither.
            for version in [0, other, 3, u16::MAX] {
                page[4..6].copy_from_slice(&version.to_le_bytes());
                for len in [FACTORY_LEN, FACTORY_LEN_HARDWARE_ROOT] {
                    page[6..8].copy_from_slice(&(len as u16).to_le_bytes());
                    let found = FactoryData::parse(&page);
                    assert!(matches!(found, FactoryPage::Corrupt), "{version} {len}");
                }
            }
        }
    }

    #[test]
    fn an_erased_page_is_erased() {
        assert!(matches!(
            FactoryData::parse(&[0xff; PAGE_LEN]),
            FactoryPage::Erased
        ));
    }

    #[test]
    fn every_flipped_bit_makes_it_corrupt() {
        for (data, len) in [
            (sample(), FACTORY_LEN),
            (without_root(), FACTORY_LEN_HARDWARE_ROOT),
        ] {
            let mut page = [0xff; PAGE_LEN];
            data.emit(&mut page).unwrap();
            for bit in 0..len * 8 {
                page[bit / 8] ^= 1 << (bit % 8);
                assert!(matches!(FactoryData::parse(&page), FactoryPage::Corrupt));
                page[bit / 8] ^= 1 << (bit % 8);
            }
        }
    }

    #[test]
    fn a_short_page_is_no_panic() {
        for len in 0..FACTORY_LEN {
            assert!(matches!(
                FactoryData::parse(&[0xff; PAGE_LEN][..len]),
                FactoryPage::Corrupt
            ));
            assert!(sample().emit(&mut [0xff; PAGE_LEN][..len]).is_none());
        }
        for len in 0..FACTORY_LEN_HARDWARE_ROOT {
            assert!(without_root().emit(&mut [0xff; PAGE_LEN][..len]).is_none());
        }
    }
}
