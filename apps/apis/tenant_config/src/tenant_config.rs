// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The calls of the driver.

use core::str;

use libtock_platform::share::{self, Handle};
use libtock_platform::subscribe::OneId;
use libtock_platform::{AllowRw, DefaultConfig, ErrorCode, Subscribe, Syscalls, Upcall};

/// Number of the driver.
pub const DRIVER_NUM: u32 = 0x8000_0002;

/// A public field of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Field {
    /// LwM2M endpoint name, at most 64 bytes.
    EndpointName = 1,
    /// Bootstrap URI, at most 255 bytes.
    BootstrapUri = 2,
    /// DNS server, at most 100 bytes; may be empty.
    DnsServer = 3,
    /// Default route, at most 100 bytes.
    DefaultRoute = 4,
    /// PSK identity, at most 128 bytes.
    Identity = 5,
    /// LwM2M security mode, one byte.
    SecurityMode = 6,
}

/// A tenant's side of the driver.
pub struct TenantConfig<S: Syscalls>(S);

impl<S: Syscalls> TenantConfig<S> {
    /// Whether the kernel has the driver.
    pub fn exists() -> Result<(), ErrorCode> {
        S::command(DRIVER_NUM, command::EXISTS, 0, 0).to_result()
    }

    /// Whether there is a configuration for this application.
    pub fn is_provisioned() -> Result<bool, ErrorCode> {
        S::command(DRIVER_NUM, command::STATUS, 0, 0)
            .to_result::<u32, ErrorCode>()
            .map(|provisioned| provisioned != 0)
    }

    /// Has `listener` called in yields, from the next change on.
    pub fn on_changed<'share, F: Fn(bool)>(
        listener: &'share ChangeListener<F>,
        subscribe: Handle<Subscribe<'share, S, DRIVER_NUM, { subscribe::CHANGED }>>,
    ) -> Result<(), ErrorCode> {
        S::subscribe::<_, _, DefaultConfig, DRIVER_NUM, { subscribe::CHANGED }>(subscribe, listener)
    }

    /// Copies a field to the start of `buffer`; gives that part of it.
    ///
    /// `NoDevice` when the field was not granted, or there is no configuration;
    /// `Size` when the buffer is too small.
    pub fn read(field: Field, buffer: &mut [u8]) -> Result<&[u8], ErrorCode> {
        let length: u32 =
            share::scope::<AllowRw<S, DRIVER_NUM, { rw_allow::FIELD }>, _, _>(|handle| {
                S::allow_rw::<DefaultConfig, DRIVER_NUM, { rw_allow::FIELD }>(handle, buffer)?;
                S::command(DRIVER_NUM, command::READ, field as u32, 0).to_result::<u32, ErrorCode>()
            })?;
        let length = usize::try_from(length).map_err(|_| ErrorCode::BadRVal)?;
        buffer.get(..length).ok_or(ErrorCode::BadRVal)
    }

    /// Copies a text field to the start of `buffer`; gives that part of it.
    pub fn read_text(field: Field, buffer: &mut [u8]) -> Result<&str, ErrorCode> {
        str::from_utf8(Self::read(field, buffer)?).map_err(|_| ErrorCode::BadRVal)
    }

    /// The endpoint name.
    pub fn endpoint_name(buffer: &mut [u8]) -> Result<&str, ErrorCode> {
        Self::read_text(Field::EndpointName, buffer)
    }

    /// The bootstrap URI.
    pub fn bootstrap_uri(buffer: &mut [u8]) -> Result<&str, ErrorCode> {
        Self::read_text(Field::BootstrapUri, buffer)
    }
}

/// Calls a function when a configuration came or went, with whether there is one
/// for this application now.
pub struct ChangeListener<F: Fn(bool)>(pub F);

impl<F: Fn(bool)> Upcall<OneId<DRIVER_NUM, { subscribe::CHANGED }>> for ChangeListener<F> {
    fn upcall(&self, provisioned: u32, _: u32, _: u32) {
        self.0(provisioned != 0);
    }
}

mod command {
    pub const EXISTS: u32 = 0;
    pub const STATUS: u32 = 1;
    pub const READ: u32 = 2;
}

mod rw_allow {
    pub const FIELD: u32 = 0;
}

/// Numbers for subscribing.
pub mod subscribe {
    /// A configuration came or went.
    pub const CHANGED: u32 = 0;
}
