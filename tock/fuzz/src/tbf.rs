// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Headers and footers of process binaries.

use crate::arena::Arena;
use tock_tbf::parse::{parse_tbf_footer, parse_tbf_header, parse_tbf_header_lengths};
use tock_tbf::types::TbfHeader;

/// The first byte says whether a checksum is to be set right, without which few
/// inputs would get past it; the rest is a binary.
pub fn tbf(data: &[u8]) {
    let Some((mode, rest)) = data.split_first() else {
        return;
    };
    let mut arena = Arena::default();
    // SAFETY: nothing below leaves this function.
    let binary = unsafe { arena.bytes(rest) };
    if mode & 1 == 1 {
        set_checksum(binary);
    }
    let Some(start) = binary.first_chunk::<8>() else {
        return;
    };
    let Ok((version, header_size, total_size)) = parse_tbf_header_lengths(start) else {
        return;
    };
    assert!(u32::from(header_size) <= total_size);
    if let Some(header) = binary.get(..usize::from(header_size))
        && let Ok(header) = parse_tbf_header(header, version)
    {
        check_header(&header, header_size, total_size);
    }
    footers(binary);
    for cut in 0..binary.len().min(16) {
        footers(&binary[cut..]);
    }
}

/// Corrects the checksum of the binary at the start, if there is a header.
pub(crate) fn set_checksum(binary: &mut [u8]) {
    let Some(size) = binary.get(2..4) else { return };
    let size = usize::from(u16::from_le_bytes([size[0], size[1]]));
    if size < 16 || size > binary.len() {
        return;
    }
    binary[12..16].fill(0);
    let sum = binary[..size].chunks(4).fold(0, |sum, bytes| {
        let mut word = [0; 4];
        word[..bytes.len()].copy_from_slice(bytes);
        sum ^ u32::from_le_bytes(word)
    });
    binary[12..16].copy_from_slice(&sum.to_le_bytes());
}

fn check_header(header: &TbfHeader<'_>, header_size: u16, total_size: u32) {
    assert!(header.is_app() != header.is_padding());
    assert_eq!(header.get_total_size(), total_size);
    if !header.is_app() {
        return;
    }
    assert_eq!(header.get_header_size(), header_size);
    assert!(header.get_binary_end() <= total_size);
    let name = header.get_package_name().unwrap_or("");
    assert!(name.len() <= usize::from(header_size));
    for region in 0..header.number_writeable_flash_regions() {
        let _ = header.get_writeable_flash_region(region);
    }
    for driver in [0, 1, 0x8000_0000] {
        let _ = header.get_command_permissions(driver, 0);
        let _ = header.get_command_permissions(driver, usize::MAX);
    }
    for ids in [
        header.get_storage_read_ids(),
        header.get_storage_modify_ids(),
    ] {
        assert!(ids.is_none_or(|(count, ids)| count <= ids.len()));
    }
    assert_ne!(header.get_fixed_address_ram(), Some(u32::MAX));
    assert_ne!(header.get_fixed_address_flash(), Some(u32::MAX));
    let _ = (
        header.get_protected_size(),
        header.get_app_start_offset(),
        header.get_init_function_offset(),
        header.get_minimum_app_ram_size(),
    );
}

/// Walks over footers as the kernel does.
fn footers(bytes: &[u8]) {
    // SAFETY: what is parsed does not leave this function.
    let mut rest: &'static [u8] = unsafe { std::mem::transmute::<&[u8], &'static [u8]>(bytes) };
    while let Ok((credentials, length)) = parse_tbf_footer(rest) {
        let length = length as usize;
        assert!(
            length >= 4 && length <= rest.len(),
            "no progress, or too far"
        );
        assert!(credentials.data().len() <= length);
        rest = &rest[length..];
    }
}
