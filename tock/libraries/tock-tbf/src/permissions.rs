// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Permissions that a header grants: system calls and storage.

use crate::bytes::{u16_at, u32_at, u64_at};
use core::num::NonZeroU32;

/// How many identifiers each list of the storage permissions can hold.
pub const NUM_STORAGE_PERMISSIONS: usize = 8;

const PERMISSION_LENGTH: usize = 16;

/// What a header says about 64 commands of one driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandPermissions {
    /// The header has no permissions TLV.
    NoPermsAtAll,
    /// The header has a permissions TLV, and it does not list the driver.
    NoPermsThisDriver,
    /// Bit i allows command 64 * offset + i.
    Mask(u64),
}

/// The checked permissions TLV: a list of (driver, offset, allowed commands).
#[derive(Clone, Copy, Debug)]
pub struct TbfHeaderV2Permissions<'a> {
    entries: &'a [u8],
}

impl<'a> TbfHeaderV2Permissions<'a> {
    /// Checks that the value holds as many entries as it says.
    pub(crate) fn parse(value: &'a [u8]) -> Option<Self> {
        let count = usize::from(u16_at(value, 0)?);
        let entries = value.get(2..)?;
        Some(Self {
            entries: entries.get(..count.checked_mul(PERMISSION_LENGTH)?)?,
        })
    }

    pub(crate) fn command_permissions(&self, driver: usize, offset: usize) -> CommandPermissions {
        let mut listed = false;
        let mut mask = 0;
        for entry in self.entries.chunks_exact(PERMISSION_LENGTH) {
            if u32_at(entry, 0).and_then(|d| usize::try_from(d).ok()) != Some(driver) {
                continue;
            }
            listed = true;
            if u32_at(entry, 4).and_then(|o| usize::try_from(o).ok()) == Some(offset) {
                mask |= u64_at(entry, 8).unwrap_or(0);
            }
        }
        if listed {
            CommandPermissions::Mask(mask)
        } else {
            CommandPermissions::NoPermsThisDriver
        }
    }
}

/// The checked storage permissions TLV.
#[derive(Clone, Copy, Debug)]
pub struct TbfHeaderV2StoragePermissions {
    pub(crate) write_id: Option<NonZeroU32>,
    pub(crate) read_ids: (usize, [u32; NUM_STORAGE_PERMISSIONS]),
    pub(crate) modify_ids: (usize, [u32; NUM_STORAGE_PERMISSIONS]),
}

impl TbfHeaderV2StoragePermissions {
    pub(crate) fn parse(value: &[u8]) -> Option<Self> {
        let write_id = NonZeroU32::new(u32_at(value, 0)?);
        let (read_ids, after_read) = id_list(value, 4)?;
        let (modify_ids, _) = id_list(value, after_read)?;
        Some(Self {
            write_id,
            read_ids,
            modify_ids,
        })
    }
}

type IdList = (usize, [u32; NUM_STORAGE_PERMISSIONS]);

/// Reads a counted list at `offset`; returns it and the offset behind it.
fn id_list(value: &[u8], offset: usize) -> Option<(IdList, usize)> {
    let count = usize::from(u16_at(value, offset)?);
    let mut ids = [0; NUM_STORAGE_PERMISSIONS];
    let mut position = offset + 2;
    for id in ids.get_mut(..count)? {
        *id = u32_at(value, position)?;
        position += 4;
    }
    Some(((count, ids), position))
}
