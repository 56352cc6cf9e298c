// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Storage of values under keys.

use crate::errorcode::ErrorCode;
use crate::storage_permissions::StoragePermissions;
use crate::utilities::leasable_buffer::SubSliceMut;

/// Key and value, handed back with the reason.
type Refused = (
    SubSliceMut<'static, u8>,
    SubSliceMut<'static, u8>,
    ErrorCode,
);

/// Hears how operations ended; buffers come back.
pub trait KVClient {
    /// The end of `get`; the window of `value` holds the value. `SIZE`: only its
    /// start, as the rest did not fit.
    fn get_complete(
        &self,
        result: Result<(), ErrorCode>,
        key: SubSliceMut<'static, u8>,
        value: SubSliceMut<'static, u8>,
    );

    /// The end of `set`.
    fn set_complete(
        &self,
        result: Result<(), ErrorCode>,
        key: SubSliceMut<'static, u8>,
        value: SubSliceMut<'static, u8>,
    );

    /// The end of `add`.
    fn add_complete(
        &self,
        result: Result<(), ErrorCode>,
        key: SubSliceMut<'static, u8>,
        value: SubSliceMut<'static, u8>,
    );

    /// The end of `update`.
    fn update_complete(
        &self,
        result: Result<(), ErrorCode>,
        key: SubSliceMut<'static, u8>,
        value: SubSliceMut<'static, u8>,
    );

    /// The end of `delete`.
    fn delete_complete(&self, result: Result<(), ErrorCode>, key: SubSliceMut<'static, u8>);

    /// The end of `garbage_collect`.
    fn garbage_collection_complete(&self, result: Result<(), ErrorCode>);
}

/// A store that everyone shares.
pub trait KV<'a> {
    /// Sets who hears of the end of operations.
    fn set_client(&self, client: &'a dyn KVClient);

    /// Starts to read the value of `key`.
    ///
    /// # Errors
    ///
    /// Hands the buffers back with the reason; no callback comes then.
    fn get(
        &self,
        key: SubSliceMut<'static, u8>,
        value: SubSliceMut<'static, u8>,
    ) -> Result<(), Refused>;

    /// Starts to store `value` under `key`, whether it exists or not.
    ///
    /// # Errors
    ///
    /// Hands the buffers back with the reason; no callback comes then.
    fn set(
        &self,
        key: SubSliceMut<'static, u8>,
        value: SubSliceMut<'static, u8>,
    ) -> Result<(), Refused>;

    /// Starts to store `value` under `key` unless it exists.
    ///
    /// # Errors
    ///
    /// Hands the buffers back with the reason; no callback comes then.
    fn add(
        &self,
        key: SubSliceMut<'static, u8>,
        value: SubSliceMut<'static, u8>,
    ) -> Result<(), Refused>;

    /// Starts to store `value` under `key` if it exists.
    ///
    /// # Errors
    ///
    /// Hands the buffers back with the reason; no callback comes then.
    fn update(
        &self,
        key: SubSliceMut<'static, u8>,
        value: SubSliceMut<'static, u8>,
    ) -> Result<(), Refused>;

    /// Starts to delete `key`.
    ///
    /// # Errors
    ///
    /// Hands the buffer back with the reason; no callback comes then.
    fn delete(
        &self,
        key: SubSliceMut<'static, u8>,
    ) -> Result<(), (SubSliceMut<'static, u8>, ErrorCode)>;

    /// Starts to free the space of deleted values.
    ///
    /// # Errors
    ///
    /// Why it could not be started; no callback comes then.
    fn garbage_collect(&self) -> Result<(), ErrorCode>;
}

/// A store that knows whose data it holds.
pub trait KVPermissions<'a> {
    /// Sets who hears of the end of operations.
    fn set_client(&self, client: &'a dyn KVClient);

    /// Starts to read the value of `key`.
    ///
    /// # Errors
    ///
    /// Hands the buffers back with the reason; no callback comes then.
    fn get(
        &self,
        key: SubSliceMut<'static, u8>,
        value: SubSliceMut<'static, u8>,
        permissions: StoragePermissions,
    ) -> Result<(), Refused>;

    /// Starts to store `value` under `key`, whether it exists or not.
    ///
    /// # Errors
    ///
    /// Hands the buffers back with the reason; no callback comes then.
    fn set(
        &self,
        key: SubSliceMut<'static, u8>,
        value: SubSliceMut<'static, u8>,
        permissions: StoragePermissions,
    ) -> Result<(), Refused>;

    /// Starts to store `value` under `key` unless it exists.
    ///
    /// # Errors
    ///
    /// Hands the buffers back with the reason; no callback comes then.
    fn add(
        &self,
        key: SubSliceMut<'static, u8>,
        value: SubSliceMut<'static, u8>,
        permissions: StoragePermissions,
    ) -> Result<(), Refused>;

    /// Starts to store `value` under `key` if it exists.
    ///
    /// # Errors
    ///
    /// Hands the buffers back with the reason; no callback comes then.
    fn update(
        &self,
        key: SubSliceMut<'static, u8>,
        value: SubSliceMut<'static, u8>,
        permissions: StoragePermissions,
    ) -> Result<(), Refused>;

    /// Starts to delete `key`.
    ///
    /// # Errors
    ///
    /// Hands the buffer back with the reason; no callback comes then.
    fn delete(
        &self,
        key: SubSliceMut<'static, u8>,
        permissions: StoragePermissions,
    ) -> Result<(), (SubSliceMut<'static, u8>, ErrorCode)>;

    /// Starts to free the space of deleted values.
    ///
    /// # Errors
    ///
    /// Why it could not be started; no callback comes then.
    fn garbage_collect(&self) -> Result<(), ErrorCode>;

    /// Bytes that the store needs in front of each value.
    fn header_size(&self) -> usize;
}
