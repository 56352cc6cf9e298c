// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Capsules that are parts of the kernel which a board chooses.

#![no_std]
#![forbid(unsafe_code)]

pub mod debug_writer;
pub mod process_checker;
pub mod process_policies;
pub mod process_printer;
pub mod scheduler;
pub mod storage_permissions;
pub mod syscall_filter;
