// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What headers and footers of process binaries consist of.

use core::fmt;

pub use crate::header::{TbfHeader, TbfHeaderV2, TbfHeaderV2Base, TbfHeaderV2Main};
pub use crate::header::{TbfHeaderV2FixedAddresses, TbfHeaderV2KernelVersion};
pub use crate::header::{TbfHeaderV2Program, TbfHeaderV2ShortId};
pub use crate::header::{TbfHeaderV2WriteableFlashRegion, TbfHeaderV2WriteableFlashRegions};
pub use crate::permissions::{
    CommandPermissions, NUM_STORAGE_PERMISSIONS, TbfHeaderV2Permissions,
    TbfHeaderV2StoragePermissions,
};

/// Why the first eight bytes say nothing usable about a binary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InitialTbfParseError {
    /// No TBF of a known version, or one that does not say how long it is.
    UnableToParse,
    /// The header is invalid, but its total size says where the next one is.
    InvalidHeader(u32),
}

/// Why a header or a footer was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TbfParseError {
    /// The bytes end before the header or footer does.
    NotEnoughFlash,
    /// The version is one that this parser does not know.
    UnsupportedVersion(u16),
    /// The lengths contradict each other: header, total, protected region,
    /// binary end.
    BadLength,
    /// The checksum in the header (first) is not the computed one (second).
    ChecksumMismatch(u32, u32),
    /// A TLV of this type is malformed.
    BadTlvEntry(usize),
    /// The package name is not UTF-8.
    BadProcessName,
    /// The header has TLVs, but neither a Main nor a Program one.
    NoMainOrProgram,
}

impl fmt::Display for TbfParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TbfParseError::NotEnoughFlash => write!(f, "header or footer truncated"),
            TbfParseError::UnsupportedVersion(v) => write!(f, "TBF version {v} is unknown"),
            TbfParseError::BadLength => write!(f, "lengths contradict each other"),
            TbfParseError::ChecksumMismatch(found, computed) => {
                write!(f, "checksum is {found:#010x}, computed {computed:#010x}")
            }
            TbfParseError::BadTlvEntry(tipe) => write!(f, "TLV of type {tipe} is malformed"),
            TbfParseError::BadProcessName => write!(f, "package name is not UTF-8"),
            TbfParseError::NoMainOrProgram => write!(f, "no Main and no Program TLV"),
        }
    }
}

/// What kind of credential a footer holds; numbers are the format's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum TbfFooterV2CredentialsType {
    /// Space kept for a credential to be added later.
    Reserved = 0,
    /// RSA key and signature, 3072 bits.
    Rsa3072Key = 1,
    /// RSA key and signature, 4096 bits.
    Rsa4096Key = 2,
    /// Hash of the integrity region.
    SHA256 = 3,
    /// Hash of the integrity region.
    SHA384 = 4,
    /// Hash of the integrity region.
    SHA512 = 5,
    /// ECDSA signature (r, s) on P-256.
    EcdsaNistP256 = 6,
}

impl TbfFooterV2CredentialsType {
    pub(crate) fn from_format(format: u32) -> Option<Self> {
        Some(match format {
            0 => Self::Reserved,
            1 => Self::Rsa3072Key,
            2 => Self::Rsa4096Key,
            3 => Self::SHA256,
            4 => Self::SHA384,
            5 => Self::SHA512,
            6 => Self::EcdsaNistP256,
            _ => return None,
        })
    }

    /// Length of the credential's data in bytes; for `Reserved` the least.
    pub fn data_length(self) -> usize {
        match self {
            Self::Reserved => 0,
            Self::Rsa3072Key => 768,
            Self::Rsa4096Key => 1024,
            Self::SHA256 => 32,
            Self::SHA384 => 48,
            Self::SHA512 => 64,
            Self::EcdsaNistP256 => 64,
        }
    }
}

/// A credential found in the footer region of a process binary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TbfFooterV2Credentials {
    pub(crate) format: TbfFooterV2CredentialsType,
    pub(crate) data: &'static [u8],
}

impl TbfFooterV2Credentials {
    /// What kind of credential this is.
    pub fn format(&self) -> TbfFooterV2CredentialsType {
        self.format
    }

    /// The credential's bytes, of the length that its format demands.
    pub fn data(&self) -> &'static [u8] {
        self.data
    }
}
