// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A parsed header and the questions that the kernel asks of it.

use crate::bytes::u32_at;
use crate::permissions::{
    CommandPermissions, NUM_STORAGE_PERMISSIONS, TbfHeaderV2Permissions,
    TbfHeaderV2StoragePermissions,
};
use core::num::NonZeroU32;

const FLAG_ENABLED: u32 = 1 << 0;
const FLAG_STICKY: u32 = 1 << 1;
const NO_FIXED_ADDRESS: u32 = 0xFFFF_FFFF;
const REGION_LENGTH: usize = 8;

/// The 16 bytes at the start of each header.
#[derive(Clone, Copy, Debug)]
pub struct TbfHeaderV2Base {
    pub(crate) version: u16,
    pub(crate) header_size: u16,
    pub(crate) total_size: u32,
    pub(crate) flags: u32,
    pub(crate) checksum: u32,
}

/// Entry point and memory of a binary without footers.
#[derive(Clone, Copy, Debug)]
pub struct TbfHeaderV2Main {
    pub(crate) init_fn_offset: u32,
    pub(crate) protected_trailer_size: u32,
    pub(crate) minimum_ram_size: u32,
}

/// Entry point, memory, end and version of a binary with footers.
#[derive(Clone, Copy, Debug)]
pub struct TbfHeaderV2Program {
    pub(crate) init_fn_offset: u32,
    pub(crate) protected_trailer_size: u32,
    pub(crate) minimum_ram_size: u32,
    pub(crate) binary_end_offset: u32,
    pub(crate) version: u32,
}

/// Where the binary was linked to run.
#[derive(Clone, Copy, Debug)]
pub struct TbfHeaderV2FixedAddresses {
    pub(crate) start_process_ram: u32,
    pub(crate) start_process_flash: u32,
}

/// The oldest kernel that the binary runs on.
#[derive(Clone, Copy, Debug)]
pub struct TbfHeaderV2KernelVersion {
    pub(crate) major: u16,
    pub(crate) minor: u16,
}

/// The identifier that the binary claims for itself.
#[derive(Clone, Copy, Debug)]
pub struct TbfHeaderV2ShortId {
    pub(crate) short_id: Option<NonZeroU32>,
}

/// One region of its own flash that the process may ask to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TbfHeaderV2WriteableFlashRegion {
    /// Bytes from the start of the header.
    pub offset: u32,
    /// Length in bytes.
    pub size: u32,
}

/// The checked list of writeable flash regions.
#[derive(Clone, Copy, Debug)]
pub struct TbfHeaderV2WriteableFlashRegions<'a> {
    regions: &'a [u8],
}

impl<'a> TbfHeaderV2WriteableFlashRegions<'a> {
    /// Checks that the regions are whole and end within the address space.
    pub(crate) fn parse(value: &'a [u8]) -> Option<Self> {
        if !value.len().is_multiple_of(REGION_LENGTH) {
            return None;
        }
        let regions = Self { regions: value };
        for index in 0..regions.len() {
            let region = regions.get(index)?;
            region.offset.checked_add(region.size)?;
        }
        Some(regions)
    }

    pub(crate) fn len(&self) -> usize {
        self.regions.len() / REGION_LENGTH
    }

    pub(crate) fn get(&self, index: usize) -> Option<TbfHeaderV2WriteableFlashRegion> {
        let region = self.regions.chunks_exact(REGION_LENGTH).nth(index)?;
        Some(TbfHeaderV2WriteableFlashRegion {
            offset: u32_at(region, 0)?,
            size: u32_at(region, 4)?,
        })
    }
}

/// The header of an application: base and the TLVs that the kernel knows.
#[derive(Clone, Copy, Debug)]
pub struct TbfHeaderV2<'a> {
    pub(crate) base: TbfHeaderV2Base,
    pub(crate) main: Option<TbfHeaderV2Main>,
    pub(crate) program: Option<TbfHeaderV2Program>,
    pub(crate) package_name: Option<&'a str>,
    pub(crate) writeable_regions: Option<TbfHeaderV2WriteableFlashRegions<'a>>,
    pub(crate) fixed_addresses: Option<TbfHeaderV2FixedAddresses>,
    pub(crate) permissions: Option<TbfHeaderV2Permissions<'a>>,
    pub(crate) storage_permissions: Option<TbfHeaderV2StoragePermissions>,
    pub(crate) kernel_version: Option<TbfHeaderV2KernelVersion>,
    pub(crate) short_id: Option<TbfHeaderV2ShortId>,
}

impl TbfHeaderV2<'_> {
    pub(crate) fn new(base: TbfHeaderV2Base) -> Self {
        TbfHeaderV2 {
            base,
            main: None,
            program: None,
            package_name: None,
            writeable_regions: None,
            fixed_addresses: None,
            permissions: None,
            storage_permissions: None,
            kernel_version: None,
            short_id: None,
        }
    }
}

/// A valid header: of an application, or of space between two of them.
// There is nowhere to box the large variant, and it is the usual one.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Copy, Debug)]
pub enum TbfHeader<'a> {
    /// Header of an application.
    TbfHeaderV2(TbfHeaderV2<'a>),
    /// Header without TLVs: its total size is to be skipped.
    Padding(TbfHeaderV2Base),
}

impl<'a> TbfHeader<'a> {
    fn base(&self) -> &TbfHeaderV2Base {
        match self {
            TbfHeader::TbfHeaderV2(header) => &header.base,
            TbfHeader::Padding(base) => base,
        }
    }

    fn app(&self) -> Option<&TbfHeaderV2<'a>> {
        match self {
            TbfHeader::TbfHeaderV2(header) => Some(header),
            TbfHeader::Padding(_) => None,
        }
    }

    fn program(&self) -> Option<&TbfHeaderV2Program> {
        self.app()?.program.as_ref()
    }

    fn main(&self) -> Option<&TbfHeaderV2Main> {
        self.app()?.main.as_ref()
    }

    /// Whether this is an application, not padding.
    pub fn is_app(&self) -> bool {
        self.app().is_some()
    }

    /// Whether this is padding.
    pub fn is_padding(&self) -> bool {
        !self.is_app()
    }

    /// Whether the application may be loaded; never for padding.
    pub fn enabled(&self) -> bool {
        self.app()
            .is_some_and(|header| header.base.flags & FLAG_ENABLED != 0)
    }

    /// Whether tools are to keep the application when erasing the others.
    pub fn sticky(&self) -> bool {
        self.app()
            .is_some_and(|header| header.base.flags & FLAG_STICKY != 0)
    }

    /// The format's version.
    pub fn get_version(&self) -> u16 {
        self.base().version
    }

    /// Bytes from the start of this header to that of the next one.
    pub fn get_total_size(&self) -> u32 {
        self.base().total_size
    }

    /// Bytes of the header itself.
    pub fn get_header_size(&self) -> u16 {
        self.base().header_size
    }

    /// The checksum, already verified.
    pub fn get_checksum(&self) -> u32 {
        self.base().checksum
    }

    /// Bytes of RAM that the process asks for; 0 for padding.
    pub fn get_minimum_app_ram_size(&self) -> u32 {
        self.program()
            .map(|program| program.minimum_ram_size)
            .or_else(|| self.main().map(|main| main.minimum_ram_size))
            .unwrap_or(0)
    }

    /// Bytes from the start of the header to the region that the process owns:
    /// header and protected trailer.
    pub fn get_protected_size(&self) -> u32 {
        let trailer = self
            .program()
            .map(|program| program.protected_trailer_size)
            .or_else(|| self.main().map(|main| main.protected_trailer_size))
            .unwrap_or(0);
        // The parser has checked that the sum is at most the total size.
        u32::from(self.base().header_size).saturating_add(trailer)
    }

    /// Bytes from the start of the header to the address passed to the process
    /// as its start.
    pub fn get_app_start_offset(&self) -> u32 {
        self.get_protected_size()
    }

    /// Bytes from the start of the header to the first instruction.
    pub fn get_init_function_offset(&self) -> u32 {
        let offset = self
            .program()
            .map(|program| program.init_fn_offset)
            .or_else(|| self.main().map(|main| main.init_fn_offset))
            .unwrap_or(0);
        u32::from(self.base().header_size).saturating_add(offset)
    }

    /// Bytes from the start of the header to the end of the binary, which is
    /// where the footers begin.
    pub fn get_binary_end(&self) -> u32 {
        self.program()
            .map_or(self.base().total_size, |program| program.binary_end_offset)
    }

    /// The application's own version; 0 if it has none.
    pub fn get_app_version(&self) -> u32 {
        self.program().map_or(0, |program| program.version)
    }

    /// The application's name.
    pub fn get_package_name(&self) -> Option<&'a str> {
        self.app()?.package_name
    }

    /// How many writeable flash regions the header lists.
    pub fn number_writeable_flash_regions(&self) -> usize {
        self.app()
            .and_then(|header| header.writeable_regions.as_ref())
            .map_or(0, |regions| regions.len())
    }

    /// Offset from the start of the header and size of a writeable region, in
    /// bytes; (0, 0) for one that does not exist.
    pub fn get_writeable_flash_region(&self, index: usize) -> (u32, u32) {
        self.app()
            .and_then(|header| header.writeable_regions?.get(index))
            .map_or((0, 0), |region| (region.offset, region.size))
    }

    /// The address that the process's RAM must start at.
    pub fn get_fixed_address_ram(&self) -> Option<u32> {
        let address = self.app()?.fixed_addresses?.start_process_ram;
        (address != NO_FIXED_ADDRESS).then_some(address)
    }

    /// The address that the process's own flash must start at.
    pub fn get_fixed_address_flash(&self) -> Option<u32> {
        let address = self.app()?.fixed_addresses?.start_process_flash;
        (address != NO_FIXED_ADDRESS).then_some(address)
    }

    /// Which of the commands 64 * `offset` .. 64 * `offset` + 63 of a driver the
    /// process may call.
    pub fn get_command_permissions(&self, driver_num: usize, offset: usize) -> CommandPermissions {
        self.app()
            .and_then(|header| header.permissions.as_ref())
            .map_or(CommandPermissions::NoPermsAtAll, |permissions| {
                permissions.command_permissions(driver_num, offset)
            })
    }

    /// The identifier under which the process stores; `None` if it may not.
    pub fn get_storage_write_id(&self) -> Option<NonZeroU32> {
        self.app()?.storage_permissions?.write_id
    }

    /// Count and list of the identifiers whose data the process may read.
    pub fn get_storage_read_ids(&self) -> Option<(usize, [u32; NUM_STORAGE_PERMISSIONS])> {
        Some(self.app()?.storage_permissions?.read_ids)
    }

    /// Count and list of the identifiers whose data the process may modify.
    pub fn get_storage_modify_ids(&self) -> Option<(usize, [u32; NUM_STORAGE_PERMISSIONS])> {
        Some(self.app()?.storage_permissions?.modify_ids)
    }

    /// Major and minor version of the oldest kernel that will do.
    pub fn get_kernel_version(&self) -> Option<(u16, u16)> {
        let version = self.app()?.kernel_version?;
        Some((version.major, version.minor))
    }

    /// The identifier that the header claims for the application.
    pub fn get_fixed_short_id(&self) -> Option<NonZeroU32> {
        self.app()?.short_id?.short_id
    }
}
