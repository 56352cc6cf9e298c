// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The crate `tock-tbf`.

use core::num::NonZeroU32;

use crate::implements;
use tock_tbf::parse::{parse_tbf_footer, parse_tbf_header, parse_tbf_header_lengths};
use tock_tbf::types::{
    CommandPermissions, InitialTbfParseError, TbfFooterV2Credentials, TbfFooterV2CredentialsType,
    TbfHeader, TbfParseError,
};

pub fn command_permissions(permissions: CommandPermissions) -> Option<u64> {
    match permissions {
        CommandPermissions::NoPermsAtAll | CommandPermissions::NoPermsThisDriver => None,
        CommandPermissions::Mask(mask) => Some(mask),
    }
}

const _: () = {
    use TbfFooterV2CredentialsType::*;
    assert!(Reserved as u32 == 0 && Rsa3072Key as u32 == 1 && Rsa4096Key as u32 == 2);
    assert!(SHA256 as u32 == 3 && SHA384 as u32 == 4 && SHA512 as u32 == 5);
    assert!(EcdsaNistP256 as u32 == 6);
};

pub fn credential_formats(format: TbfFooterV2CredentialsType) -> usize {
    match format {
        TbfFooterV2CredentialsType::Reserved => 0,
        TbfFooterV2CredentialsType::Rsa3072Key => 768,
        TbfFooterV2CredentialsType::Rsa4096Key => 1024,
        TbfFooterV2CredentialsType::SHA256 => 32,
        TbfFooterV2CredentialsType::SHA384 => 48,
        TbfFooterV2CredentialsType::SHA512 => 64,
        TbfFooterV2CredentialsType::EcdsaNistP256 => 64,
    }
}

implements!(TbfFooterV2Credentials: Copy);
const _: fn(&TbfFooterV2Credentials) -> TbfFooterV2CredentialsType = TbfFooterV2Credentials::format;
const _: fn(&TbfFooterV2Credentials) -> &'static [u8] = TbfFooterV2Credentials::data;

const _: fn(&[u8; 8]) -> Result<(u16, u16, u32), InitialTbfParseError> = parse_tbf_header_lengths;
const _: fn(&[u8], u16) -> Result<TbfHeader<'_>, TbfParseError> = parse_tbf_header;
const _: fn(&'static [u8]) -> Result<(TbfFooterV2Credentials, u32), TbfParseError> =
    parse_tbf_footer;

pub fn parse_errors(error: TbfParseError) {
    if let TbfParseError::BadTlvEntry(tipe) = error {
        let _: usize = tipe;
    }
}

/// What the kernel and its policies ask of a header.
pub fn header(header: &TbfHeader<'static>) {
    let _: [bool; 4] = [
        header.is_app(),
        header.is_padding(),
        header.enabled(),
        header.sticky(),
    ];
    let _: [u32; 4] = [
        header.get_total_size(),
        header.get_minimum_app_ram_size(),
        header.get_binary_end(),
        header.get_app_version(),
    ];
    let _: Option<&'static str> = header.get_package_name();
    let _: Option<NonZeroU32> = header.get_fixed_short_id();
    let _: Option<(u16, u16)> = header.get_kernel_version();
    let _: CommandPermissions = header.get_command_permissions(0usize, 0usize);
}
