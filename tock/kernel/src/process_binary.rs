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

/// Why flash holds no binary that this kernel runs.
pub enum ProcessBinaryError {
    /// There is no header of a known version here, but something else.
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
                "no TBF header of version 2 found, so none is looked for behind"
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
    let Some(lengths) = flash.first_chunk::<LENGTHS_SIZE>() else {
        return Discovered::End;
    };
    // Flash that nobody has written to is where the binaries end.
    if lengths.iter().all(|&byte| byte == 0xFF) || lengths.iter().all(|&byte| byte == 0) {
        return Discovered::End;
    }
    // Without a length there is no next place to look at, and of another version
    // it is not known where the length is. Something is there, so that is told.
    let nowhere = Discovered::Skipped(ProcessBinaryError::TbfHeaderNotFound, &[]);
    let (lengths, total_size) = match parse_tbf_header_lengths(lengths) {
        Ok((version, header_size, total_size)) => (Some((version, header_size)), total_size),
        Err(InitialTbfParseError::InvalidHeader(total_size)) => (None, total_size),
        Err(InitialTbfParseError::UnableToParse) => return nowhere,
    };
    if total_size == 0 {
        return nowhere;
    }
    let Some((binary, rest)) = flash.split_at_checked(total_size as usize) else {
        return Discovered::Skipped(ProcessBinaryError::NotEnoughFlash, &[]);
    };
    let Some((version, header_size)) = lengths else {
        let error = ProcessBinaryError::TbfHeaderParseFailure(TbfParseError::BadLength);
        return Discovered::Skipped(error, rest);
    };
    match ProcessBinary::create(binary, usize::from(header_size), version) {
        Ok(binary) => Discovered::Binary(binary, rest),
        Err(error) => Discovered::Skipped(error, rest),
    }
}
