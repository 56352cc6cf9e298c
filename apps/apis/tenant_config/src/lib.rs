// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! libtock driver for the tenant configuration.
//!
//! ```rust,ignore
//! let mut buffer = [0; 64];
//! let endpoint = TenantConfig::endpoint_name(&mut buffer)?;
//! ```
//!
//! System call interface: `docs/syscalls/80000002_tenant_config.md`.

#![no_std]
#![forbid(unsafe_code)]

mod tenant_config;

pub use tenant_config::{ChangeListener, DRIVER_NUM, Field, TenantConfig, subscribe};

#[cfg(test)]
mod tests;
