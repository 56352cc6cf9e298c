// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Binaries in flash that may become processes.

use core::fmt;

use crate::process_checker::AcceptedCredential;
use crate::utilities::cells::OptionalCell;
use crate::{KERNEL_MAJOR_VERSION, KERNEL_MINOR_VERSION};
use tock_tbf::parse::{parse_tbf_header, parse_tbf_header_lengths};
use tock_tbf::types::{InitialTbfParseError, TbfHeader, TbfParseError};

/// Bytes of a header that tell its version and lengths.
const LENGTHS_SIZE: usize = 8;

/// The smallest header, which has no TLVs.
const BASE_LENGTH: u32 = 16;

/// Why flash holds no binary that this kernel runs.
pub enum ProcessBinaryError {
    /// There is a header, but its lengths do not tell where the next one is.
    TbfHeaderNotFound,
    /// The header is malformed.
    TbfHeaderParseFailure(TbfParseError),
    /// The binary claims to be longer than the flash for applications.
    NotEnoughFlash,
    /// The binary needs another kernel, or does not say which it needs.
    IncompatibleKernelVersion {
        /// Major and minor version that it asks for.
        version: Option<(u16, u16)>,
    },
    /// The binary was linked to run at another address.
    IncorrectFlashAddress {
        /// Where the application's own flash starts.
        actual_address: u32,
        /// Where it must start.
        expected_address: u32,
    },
    /// The header says not to run it.
    NotEnabledProcess,
    /// Only keeps others at their addresses.
    Padding,
}

impl fmt::Debug for ProcessBinaryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProcessBinaryError::TbfHeaderNotFound => write!(
                f,
                "the lengths in its TBF header lead nowhere, so none is looked for behind"
            ),
            ProcessBinaryError::TbfHeaderParseFailure(error) => {
                write!(f, "malformed TBF header: {}", error)
            }
            ProcessBinaryError::NotEnoughFlash => {
                write!(f, "total size reaches beyond the flash for applications")
            }
            ProcessBinaryError::IncompatibleKernelVersion {
                version: Some((major, minor)),
            } => write!(
                f,
                "made for kernel {}.{}, this one is {}.{}",
                major, minor, KERNEL_MAJOR_VERSION, KERNEL_MINOR_VERSION
            ),
            ProcessBinaryError::IncompatibleKernelVersion { version: None } => {
                write!(f, "TBF header does not say which kernel it was made for")
            }
            ProcessBinaryError::IncorrectFlashAddress {
                actual_address,
                expected_address,
            } => write!(
                f,
                "its flash starts at {:#010x}, but it was linked for {:#010x}",
                actual_address, expected_address
            ),
            ProcessBinaryError::NotEnabledProcess => write!(f, "not enabled in its TBF header"),
            ProcessBinaryError::Padding => write!(f, "padding"),
        }
    }
}

/// A binary in flash whose header is valid for this kernel.
pub struct ProcessBinary {
    /// The whole TBF, from its header to its end.
    pub flash: &'static [u8],
    /// The footers at its end, which carry credentials.
    pub footers: &'static [u8],
    /// The parsed header.
    pub header: TbfHeader<'static>,
    /// The credential that was accepted, once checked.
    pub credential: OptionalCell<AcceptedCredential>,
}

impl ProcessBinary {
    /// Checks a TBF of exactly `flash`, of which the lengths are known.
    fn create(
        flash: &'static [u8],
        header_size: usize,
        version: u16,
    ) -> Result<ProcessBinary, ProcessBinaryError> {
        let header = flash
            .get(..header_size)
            .ok_or(ProcessBinaryError::NotEnoughFlash)?;
        let header =
            parse_tbf_header(header, version).map_err(ProcessBinaryError::TbfHeaderParseFailure)?;
        if !header.is_app() {
            return Err(ProcessBinaryError::Padding);
        }
        if !header.enabled() {
            return Err(ProcessBinaryError::NotEnabledProcess);
        }
        check_kernel_version(&header)?;
        check_flash_address(&header, flash)?;
        // Everything that is later added to the start of the flash must stay
        // within it, whatever the parser checks.
        let len = flash.len();
        let bounded = |offset: u32| (offset as usize) <= len;
        if !bounded(header.get_protected_size()) || !bounded(header.get_init_function_offset()) {
            return Err(ProcessBinaryError::TbfHeaderParseFailure(
                TbfParseError::BadLength,
            ));
        }
        let footers = flash.get(header.get_binary_end() as usize..).ok_or(
            ProcessBinaryError::TbfHeaderParseFailure(TbfParseError::BadLength),
        )?;
        Ok(ProcessBinary {
            flash,
            footers,
            header,
            credential: OptionalCell::empty(),
        })
    }

    /// The bytes that a credential is computed over.
    pub(crate) fn integrity_region(&self) -> &'static [u8] {
        // The footers are the end of the flash, so this is what is before them.
        &self.flash[..self.flash.len() - self.footers.len()]
    }

    /// The application's name, or the empty string.
    pub(crate) fn name(&self) -> &'static str {
        self.header.get_package_name().unwrap_or("")
    }
}

fn check_kernel_version(header: &TbfHeader) -> Result<(), ProcessBinaryError> {
    match header.get_kernel_version() {
        Some((major, minor)) if major == KERNEL_MAJOR_VERSION && minor <= KERNEL_MINOR_VERSION => {
            Ok(())
        }
        version => Err(ProcessBinaryError::IncompatibleKernelVersion { version }),
    }
}

fn check_flash_address(header: &TbfHeader, flash: &[u8]) -> Result<(), ProcessBinaryError> {
    let Some(expected_address) = header.get_fixed_address_flash() else {
        return Ok(());
    };
    let actual = flash
        .as_ptr()
        .addr()
        .wrapping_add(header.get_protected_size() as usize);
    if actual == expected_address as usize {
        Ok(())
    } else {
        Err(ProcessBinaryError::IncorrectFlashAddress {
            actual_address: actual as u32,
            expected_address,
        })
    }
}

/// What is found in flash at the place of the next binary.
// There is one value at a time, on the stack, and no heap to put the large
// variant in.
#[allow(clippy::large_enum_variant)]
pub(crate) enum Discovered {
    /// A binary that may run, and the flash after it.
    Binary(ProcessBinary, &'static [u8]),
    /// One that may not, and the flash after it.
    Skipped(ProcessBinaryError, &'static [u8]),
    /// Nothing more.
    End,
}

/// Looks at the start of `flash` for a binary.
///
/// What it returns to go on with is always shorter than `flash`.
pub(crate) fn discover(flash: &'static [u8]) -> Discovered {
    if ends_list(flash) {
        return Discovered::End;
    }
    let beyond = Discovered::Skipped(ProcessBinaryError::NotEnoughFlash, &[]);
    let Some(lengths) = flash.first_chunk::<LENGTHS_SIZE>() else {
        return beyond;
    };
    let (known, total_size) = match parse_tbf_header_lengths(lengths) {
        Ok((version, header_size, total_size)) => (Ok((version, header_size)), total_size),
        Err(InitialTbfParseError::InvalidHeader(total_size)) => {
            (Err(TbfParseError::BadLength), total_size)
        }
        Err(InitialTbfParseError::UnableToParse) => match other_version(lengths) {
            Some((version, total_size)) => {
                (Err(TbfParseError::UnsupportedVersion(version)), total_size)
            }
            // Something is there, so that is told.
            None => return Discovered::Skipped(ProcessBinaryError::TbfHeaderNotFound, &[]),
        },
    };
    let Some((binary, rest)) = flash.split_at_checked(total_size as usize) else {
        return beyond;
    };
    let binary = known
        .map_err(ProcessBinaryError::TbfHeaderParseFailure)
        .and_then(|(version, header_size)| {
            ProcessBinary::create(binary, usize::from(header_size), version)
        });
    match binary {
        Ok(binary) => Discovered::Binary(binary, rest),
        Err(error) => Discovered::Skipped(error, rest),
    }
}

/// Whether `flash` starts with what comes behind the last binary: flash that
/// nobody has written to, or a zero byte.
///
/// Tockloader ends its list with one zero byte over whatever was there. Binaries
/// behind it were uninstalled, and must not come back.
fn ends_list(flash: &[u8]) -> bool {
    matches!(flash, [] | [0, ..] | [0xFF] | [0xFF, 0xFF, ..])
}

/// Version and total size of a header of another version than this kernel's, if
/// its lengths are possible where they are in those of version 2.
fn other_version(lengths: &[u8; LENGTHS_SIZE]) -> Option<(u16, u32)> {
    let [v0, v1, h0, h1, t0, t1, t2, t3] = *lengths;
    let header_size = u32::from(u16::from_le_bytes([h0, h1]));
    let total_size = u32::from_le_bytes([t0, t1, t2, t3]);
    let possible = (BASE_LENGTH..=total_size).contains(&header_size);
    (possible && total_size.is_multiple_of(4)).then_some((u16::from_le_bytes([v0, v1]), total_size))
}
