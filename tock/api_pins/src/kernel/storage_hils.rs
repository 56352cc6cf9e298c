// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Interfaces of flash, storage and keys with values.

use crate::implements;
use kernel::ErrorCode;
use kernel::hil::flash::{self, Flash, HasClient};
use kernel::hil::kv::{KV, KVClient, KVPermissions};
use kernel::hil::nonvolatile_storage::{NonvolatileStorage, NonvolatileStorageClient};
use kernel::storage_permissions::StoragePermissions;
use kernel::utilities::leasable_buffer::SubSliceMut;

pub struct Whole;

#[derive(Default)]
pub struct Page([u8; 4]);

impl AsMut<[u8]> for Page {
    fn as_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

impl Flash for Whole {
    type Page = Page;

    fn read_page(
        &self,
        _: usize,
        _: &'static mut Page,
    ) -> Result<(), (ErrorCode, &'static mut Page)> {
        Ok(())
    }
    fn write_page(
        &self,
        _: usize,
        _: &'static mut Page,
    ) -> Result<(), (ErrorCode, &'static mut Page)> {
        Ok(())
    }
    fn erase_page(&self, _: usize) -> Result<(), ErrorCode> {
        Ok(())
    }
}

impl<F: Flash> flash::Client<F> for Whole {
    fn read_complete(&self, _: &'static mut F::Page, _: Result<(), flash::Error>) {}
    fn write_complete(&self, _: &'static mut F::Page, _: Result<(), flash::Error>) {}
    fn erase_complete(&self, _: Result<(), flash::Error>) {}
}

impl<'a, C> HasClient<'a, C> for Whole {
    fn set_client(&'a self, _: &'a C) {}
}

pub fn flash_pages<F: Flash>() {
    fn page<P: AsMut<[u8]> + Default>() {}
    page::<F::Page>();
}

pub fn flash_errors(error: flash::Error) {
    match error {
        flash::Error::FlashError | flash::Error::FlashMemoryProtectionError => {}
    }
}

impl<'a> NonvolatileStorage<'a> for Whole {
    fn set_client(&self, _: &'a dyn NonvolatileStorageClient) {}
    fn read(&self, _: &'static mut [u8], _: usize, _: usize) -> Result<(), ErrorCode> {
        Ok(())
    }
    fn write(&self, _: &'static mut [u8], _: usize, _: usize) -> Result<(), ErrorCode> {
        Ok(())
    }
}

impl NonvolatileStorageClient for Whole {
    fn read_done(&self, _: &'static mut [u8], _: usize) {}
    fn write_done(&self, _: &'static mut [u8], _: usize) {}
}

type Slice = SubSliceMut<'static, u8>;

impl<'a> KV<'a> for Whole {
    fn set_client(&self, _: &'a dyn KVClient) {}
    fn get(&self, _: Slice, _: Slice) -> Result<(), (Slice, Slice, ErrorCode)> {
        Ok(())
    }
    fn set(&self, _: Slice, _: Slice) -> Result<(), (Slice, Slice, ErrorCode)> {
        Ok(())
    }
    fn add(&self, _: Slice, _: Slice) -> Result<(), (Slice, Slice, ErrorCode)> {
        Ok(())
    }
    fn update(&self, _: Slice, _: Slice) -> Result<(), (Slice, Slice, ErrorCode)> {
        Ok(())
    }
    fn delete(&self, _: Slice) -> Result<(), (Slice, ErrorCode)> {
        Ok(())
    }
    fn garbage_collect(&self) -> Result<(), ErrorCode> {
        Ok(())
    }
}

impl<'a> KVPermissions<'a> for Whole {
    fn set_client(&self, _: &'a dyn KVClient) {}
    fn get(
        &self,
        _: Slice,
        _: Slice,
        _: StoragePermissions,
    ) -> Result<(), (Slice, Slice, ErrorCode)> {
        Ok(())
    }
    fn set(
        &self,
        _: Slice,
        _: Slice,
        _: StoragePermissions,
    ) -> Result<(), (Slice, Slice, ErrorCode)> {
        Ok(())
    }
    fn add(
        &self,
        _: Slice,
        _: Slice,
        _: StoragePermissions,
    ) -> Result<(), (Slice, Slice, ErrorCode)> {
        Ok(())
    }
    fn update(
        &self,
        _: Slice,
        _: Slice,
        _: StoragePermissions,
    ) -> Result<(), (Slice, Slice, ErrorCode)> {
        Ok(())
    }
    fn delete(&self, _: Slice, _: StoragePermissions) -> Result<(), (Slice, ErrorCode)> {
        Ok(())
    }
    fn garbage_collect(&self) -> Result<(), ErrorCode> {
        Ok(())
    }
    fn header_size(&self) -> usize {
        0
    }
}

impl KVClient for Whole {
    fn get_complete(&self, _: Result<(), ErrorCode>, _: Slice, _: Slice) {}
    fn set_complete(&self, _: Result<(), ErrorCode>, _: Slice, _: Slice) {}
    fn add_complete(&self, _: Result<(), ErrorCode>, _: Slice, _: Slice) {}
    fn update_complete(&self, _: Result<(), ErrorCode>, _: Slice, _: Slice) {}
    fn delete_complete(&self, _: Result<(), ErrorCode>, _: Slice) {}
    fn garbage_collection_complete(&self, _: Result<(), ErrorCode>) {}
}

implements!(Whole: HasClient<'static, u8>);
