// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! From bytes in flash to checked headers and footers.

use crate::bytes::{u16_at, u32_at};
use crate::header::{
    TbfHeader, TbfHeaderV2, TbfHeaderV2Base, TbfHeaderV2FixedAddresses, TbfHeaderV2KernelVersion,
    TbfHeaderV2Main, TbfHeaderV2Program, TbfHeaderV2ShortId, TbfHeaderV2WriteableFlashRegions,
};
use crate::permissions::{TbfHeaderV2Permissions, TbfHeaderV2StoragePermissions};
use crate::types::{
    InitialTbfParseError, TbfFooterV2Credentials, TbfFooterV2CredentialsType, TbfParseError,
};
use core::num::NonZeroU32;

const VERSION: u16 = 2;
const BASE_LENGTH: usize = 16;
const CHECKSUM_WORD: usize = 3;
const TLV_HEADER_LENGTH: usize = 4;

const TLV_MAIN: u16 = 1;
const TLV_WRITEABLE_FLASH_REGIONS: u16 = 2;
const TLV_PACKAGE_NAME: u16 = 3;
const TLV_FIXED_ADDRESSES: u16 = 5;
const TLV_PERMISSIONS: u16 = 6;
const TLV_STORAGE_PERMISSIONS: u16 = 7;
const TLV_KERNEL_VERSION: u16 = 8;
const TLV_PROGRAM: u16 = 9;
const TLV_SHORT_ID: u16 = 10;
const TLV_CREDENTIALS: u16 = 128;

/// Reads version, header size and total size from the first bytes of a slot.
///
/// # Errors
///
/// `UnableToParse` if the version is not 2, or the total size is 0 and leads
/// nowhere; `InvalidHeader` tells how many bytes to skip.
pub fn parse_tbf_header_lengths(app: &[u8; 8]) -> Result<(u16, u16, u32), InitialTbfParseError> {
    let [v0, v1, h0, h1, t0, t1, t2, t3] = *app;
    let version = u16::from_le_bytes([v0, v1]);
    let header_size = u16::from_le_bytes([h0, h1]);
    let total_size = u32::from_le_bytes([t0, t1, t2, t3]);
    if version != VERSION || total_size == 0 {
        return Err(InitialTbfParseError::UnableToParse);
    }
    if usize::from(header_size) < BASE_LENGTH || u32::from(header_size) > total_size {
        return Err(InitialTbfParseError::InvalidHeader(total_size));
    }
    Ok((version, header_size, total_size))
}

/// Parses a whole header; `header` may be longer than the header is.
///
/// # Errors
///
/// Each way in which the header is malformed; see [`TbfParseError`].
pub fn parse_tbf_header(header: &[u8], version: u16) -> Result<TbfHeader<'_>, TbfParseError> {
    if version != VERSION {
        return Err(TbfParseError::UnsupportedVersion(version));
    }
    let base = parse_base(header)?;
    let header = header
        .get(..usize::from(base.header_size))
        .ok_or(TbfParseError::NotEnoughFlash)?;
    let computed = checksum(header);
    if computed != base.checksum {
        return Err(TbfParseError::ChecksumMismatch(base.checksum, computed));
    }
    let tlvs = &header[BASE_LENGTH..];
    if tlvs.is_empty() {
        return Ok(TbfHeader::Padding(base));
    }
    let mut parsed = TbfHeaderV2::new(base);
    let mut rest = tlvs;
    while !rest.is_empty() {
        let (tipe, value, after) = next_tlv(rest)?;
        parse_header_tlv(&mut parsed, tipe, value)?;
        rest = after;
    }
    check_lengths(&parsed)?;
    Ok(TbfHeader::TbfHeaderV2(parsed))
}

/// Parses the first credential of `footers`; returns it and its length with
/// TLV header and padding, in bytes.
///
/// # Errors
///
/// `BadTlvEntry` for an unknown format or a length that is not the format's, and
/// for a TLV that is not a credential; `NotEnoughFlash` for a truncated one.
pub fn parse_tbf_footer(
    footers: &'static [u8],
) -> Result<(TbfFooterV2Credentials, u32), TbfParseError> {
    let bad = TbfParseError::BadTlvEntry(usize::from(TLV_CREDENTIALS));
    let (tipe, value, after) = next_tlv(footers)?;
    if tipe != TLV_CREDENTIALS {
        return Err(TbfParseError::BadTlvEntry(usize::from(tipe)));
    }
    let format = u32_at(value, 0)
        .and_then(TbfFooterV2CredentialsType::from_format)
        .ok_or(bad)?;
    let data = value.get(4..).ok_or(bad)?;
    let data = match format {
        // Reserved space has any length: it waits for a credential to fill it.
        TbfFooterV2CredentialsType::Reserved => data,
        _ if data.len() == format.data_length() => data,
        _ => return Err(bad),
    };
    let length = u32::try_from(footers.len() - after.len()).map_err(|_| bad)?;
    Ok((TbfFooterV2Credentials { format, data }, length))
}

fn parse_base(header: &[u8]) -> Result<TbfHeaderV2Base, TbfParseError> {
    let short = TbfParseError::NotEnoughFlash;
    let base = TbfHeaderV2Base {
        version: u16_at(header, 0).ok_or(short)?,
        header_size: u16_at(header, 2).ok_or(short)?,
        total_size: u32_at(header, 4).ok_or(short)?,
        flags: u32_at(header, 8).ok_or(short)?,
        checksum: u32_at(header, 12).ok_or(short)?,
    };
    if base.version != VERSION {
        return Err(TbfParseError::UnsupportedVersion(base.version));
    }
    if usize::from(base.header_size) < BASE_LENGTH || u32::from(base.header_size) > base.total_size
    {
        return Err(TbfParseError::BadLength);
    }
    Ok(base)
}

/// XOR of the words of the header but for that of the checksum itself; a last
/// word that is not whole counts as padded with zeros.
fn checksum(header: &[u8]) -> u32 {
    let mut sum = 0;
    for (index, chunk) in header.chunks(4).enumerate() {
        if index == CHECKSUM_WORD {
            continue;
        }
        let mut word = [0; 4];
        word[..chunk.len()].copy_from_slice(chunk);
        sum ^= u32::from_le_bytes(word);
    }
    sum
}

/// Splits the first TLV off: type, value, and what follows its padding.
fn next_tlv(bytes: &[u8]) -> Result<(u16, &[u8], &[u8]), TbfParseError> {
    let short = TbfParseError::NotEnoughFlash;
    let tipe = u16_at(bytes, 0).ok_or(short)?;
    let length = usize::from(u16_at(bytes, 2).ok_or(short)?);
    let end = TLV_HEADER_LENGTH + length;
    let value = bytes.get(TLV_HEADER_LENGTH..end).ok_or(short)?;
    // The padding of the last TLV may be cut off by the header's size.
    let after = bytes.get(end.next_multiple_of(4)..).unwrap_or(&[]);
    Ok((tipe, value, after))
}

/// Takes one TLV in; the first of a type wins, and unknown types are skipped.
fn parse_header_tlv<'a>(
    header: &mut TbfHeaderV2<'a>,
    tipe: u16,
    value: &'a [u8],
) -> Result<(), TbfParseError> {
    let bad = TbfParseError::BadTlvEntry(usize::from(tipe));
    match tipe {
        TLV_MAIN if header.main.is_none() => {
            let [init_fn_offset, protected_trailer_size, minimum_ram_size] =
                words(value).ok_or(bad)?;
            header.main = Some(TbfHeaderV2Main {
                init_fn_offset,
                protected_trailer_size,
                minimum_ram_size,
            });
        }
        TLV_PROGRAM if header.program.is_none() => {
            let [
                init_fn_offset,
                protected_trailer_size,
                minimum_ram_size,
                binary_end_offset,
                version,
            ] = words(value).ok_or(bad)?;
            header.program = Some(TbfHeaderV2Program {
                init_fn_offset,
                protected_trailer_size,
                minimum_ram_size,
                binary_end_offset,
                version,
            });
        }
        TLV_WRITEABLE_FLASH_REGIONS if header.writeable_regions.is_none() => {
            header.writeable_regions =
                Some(TbfHeaderV2WriteableFlashRegions::parse(value).ok_or(bad)?);
        }
        TLV_PACKAGE_NAME if header.package_name.is_none() => {
            let name = core::str::from_utf8(value).map_err(|_| TbfParseError::BadProcessName)?;
            header.package_name = Some(name);
        }
        TLV_FIXED_ADDRESSES if header.fixed_addresses.is_none() => {
            let [start_process_ram, start_process_flash] = words(value).ok_or(bad)?;
            header.fixed_addresses = Some(TbfHeaderV2FixedAddresses {
                start_process_ram,
                start_process_flash,
            });
        }
        TLV_PERMISSIONS if header.permissions.is_none() => {
            header.permissions = Some(TbfHeaderV2Permissions::parse(value).ok_or(bad)?);
        }
        TLV_STORAGE_PERMISSIONS if header.storage_permissions.is_none() => {
            header.storage_permissions =
                Some(TbfHeaderV2StoragePermissions::parse(value).ok_or(bad)?);
        }
        TLV_KERNEL_VERSION if header.kernel_version.is_none() => {
            if value.len() != 4 {
                return Err(bad);
            }
            header.kernel_version = Some(TbfHeaderV2KernelVersion {
                major: u16_at(value, 0).ok_or(bad)?,
                minor: u16_at(value, 2).ok_or(bad)?,
            });
        }
        TLV_SHORT_ID if header.short_id.is_none() => {
            let [short_id] = words(value).ok_or(bad)?;
            header.short_id = Some(TbfHeaderV2ShortId {
                short_id: NonZeroU32::new(short_id),
            });
        }
        _ => {}
    }
    Ok(())
}

/// Reads a value that consists of exactly `N` words.
fn words<const N: usize>(value: &[u8]) -> Option<[u32; N]> {
    if value.len() != N * 4 {
        return None;
    }
    let mut result = [0; N];
    for (index, word) in result.iter_mut().enumerate() {
        *word = u32_at(value, index * 4)?;
    }
    Some(result)
}

/// Checks that protected region, entry point and binary end lie in the binary.
fn check_lengths(header: &TbfHeaderV2) -> Result<(), TbfParseError> {
    let (init_fn_offset, trailer, binary_end) = match (&header.program, &header.main) {
        (Some(program), _) => (
            program.init_fn_offset,
            program.protected_trailer_size,
            program.binary_end_offset,
        ),
        (None, Some(main)) => (
            main.init_fn_offset,
            main.protected_trailer_size,
            header.base.total_size,
        ),
        (None, None) => return Err(TbfParseError::NoMainOrProgram),
    };
    let header_size = u32::from(header.base.header_size);
    let within = |length: u32, limit: u32| {
        header_size
            .checked_add(length)
            .is_some_and(|end| end <= limit)
    };
    if binary_end <= header.base.total_size
        && within(trailer, binary_end)
        && within(init_fn_offset, binary_end)
    {
        Ok(())
    } else {
        Err(TbfParseError::BadLength)
    }
}
