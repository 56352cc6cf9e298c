// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Builds the binaries that the tests load.

use std::vec::Vec;

/// A binary to be; the defaults are an app that loads.
#[derive(Clone)]
pub(super) struct Tbf {
    pub(super) name: &'static str,
    pub(super) enabled: bool,
    pub(super) kernel_version: Option<(u16, u16)>,
    pub(super) min_ram: u32,
    pub(super) version: u32,
    pub(super) short_id: Option<u32>,
    pub(super) fixed: Option<(u32, u32)>,
    /// Format and data of credential footers.
    pub(super) credentials: Vec<(u32, Vec<u8>)>,
}

/// Bytes of program after the header.
pub(super) const PROGRAM: usize = 64;
/// Bytes between header and program.
pub(super) const TRAILER: usize = 8;

pub(super) fn app(name: &'static str) -> Tbf {
    Tbf {
        name,
        enabled: true,
        kernel_version: Some((2, 0)),
        min_ram: 4096,
        version: 1,
        short_id: None,
        fixed: None,
        credentials: Vec::new(),
    }
}

fn tlv(out: &mut Vec<u8>, tipe: u16, value: &[u8]) {
    out.extend(tipe.to_le_bytes());
    out.extend((value.len() as u16).to_le_bytes());
    out.extend(value);
    while !out.len().is_multiple_of(4) {
        out.push(0);
    }
}

fn words(values: &[u32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

impl Tbf {
    /// Bytes before the program.
    pub(super) fn protected_size(&self) -> usize {
        let built = self.build();
        usize::from(u16::from_le_bytes([built[2], built[3]])) + TRAILER
    }

    pub(super) fn build(&self) -> Vec<u8> {
        let program = |end: usize| {
            words(&[
                TRAILER as u32,
                TRAILER as u32,
                self.min_ram,
                end as u32,
                self.version,
            ])
        };
        let tlvs = |end: usize| {
            let mut out = Vec::new();
            tlv(&mut out, 9, &program(end));
            tlv(&mut out, 3, self.name.as_bytes());
            if let Some((ram, flash)) = self.fixed {
                tlv(&mut out, 5, &words(&[ram, flash]));
            }
            if let Some((major, minor)) = self.kernel_version {
                tlv(
                    &mut out,
                    8,
                    &words(&[u32::from(major) | u32::from(minor) << 16]),
                );
            }
            if let Some(short_id) = self.short_id {
                tlv(&mut out, 10, &words(&[short_id]));
            }
            out
        };
        let header_size = 16 + tlvs(0).len();
        let binary_end = header_size + TRAILER + PROGRAM;
        let mut rest = tlvs(binary_end);
        rest.resize(binary_end - 16, 0xA5);
        for (format, data) in &self.credentials {
            let mut value = format.to_le_bytes().to_vec();
            value.extend(data);
            tlv(&mut rest, 128, &value);
        }
        header(header_size, u32::from(self.enabled), rest)
    }
}

/// Puts a base header before `rest` and signs it with the checksum.
pub(super) fn header(header_size: usize, flags: u32, rest: Vec<u8>) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend(2u16.to_le_bytes());
    out.extend((header_size as u16).to_le_bytes());
    out.extend(((16 + rest.len()) as u32).to_le_bytes());
    out.extend(flags.to_le_bytes());
    out.extend([0; 4]);
    out.extend(rest);
    let checksum = out[..header_size].chunks_exact(4).fold(0, |sum, word| {
        sum ^ u32::from_le_bytes(word.try_into().unwrap())
    });
    out[12..16].copy_from_slice(&checksum.to_le_bytes());
    out
}

/// A TBF that only takes up `size` bytes.
pub(super) fn padding(size: usize) -> Vec<u8> {
    header(16, 0, std::vec![0; size - 16])
}
