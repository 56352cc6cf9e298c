// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The crate `kernel`.

pub mod buffers;
pub mod collections;
pub mod crypto_hils;
pub mod debug;
pub mod device_hils;
pub mod grants;
pub mod loading;
pub mod macros;
pub mod main_loop;
pub mod platform;
pub mod process_trait;
pub mod processes;
pub mod storage;
pub mod storage_hils;
pub mod syscalls;
pub mod time_hil;
pub mod utilities;
