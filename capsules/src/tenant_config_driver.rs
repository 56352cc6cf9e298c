// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! System calls by which tenants read what they were granted.
//!
//! ```text
//!       tenant processes
//!   ---------|------------------ system calls, 0x80000002
//!   +--------------------+
//!   | TenantConfigDriver |   <- this file
//!   +--------------------+
//!      |           |
//!   KeyStore    Policy
//! ```
//! The PSK is no field. What was not granted and what does not exist look the
//! same.
//!
//! System call interface: `docs/syscalls/80000002_tenant_config.md`.

use core::cell::Cell;

use kernel::grant::{AllowRoCount, AllowRwCount, Grant, UpcallCount};
use kernel::processbuffer::WriteableProcessBuffer;
use kernel::syscall::{CommandReturn, SyscallDriver};
use kernel::{ErrorCode, ProcessId};
use provisioning_wire::{GrantFields, ValidConfig};

use crate::interfaces::ProvisionedObserver;
use crate::key_store::KeyStore;
use crate::policy::Policy;

/// Number of the driver. The most significant bit marks a number that is not
/// from upstream's list.
pub const DRIVER_NUM: usize = 0x8000_0002;

mod command {
    pub const EXISTS: usize = 0;
    pub const STATUS: usize = 1;
    pub const READ: usize = 2;
}

mod upcall {
    pub const CHANGED: usize = 0;
    pub const COUNT: u8 = 1;
}

mod rw_allow {
    pub const FIELD: usize = 0;
    pub const COUNT: u8 = 1;
}

/// What is kept for each process.
#[derive(Default)]
pub struct App;

/// Grant of the driver.
pub type TenantConfigGrant =
    Grant<App, UpcallCount<{ upcall::COUNT }>, AllowRoCount<0>, AllowRwCount<{ rw_allow::COUNT }>>;

/// A field that a tenant can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    EndpointName,
    BootstrapUri,
    DnsServer,
    DefaultRoute,
    Identity,
    SecurityMode,
}

impl Field {
    fn from_number(number: usize) -> Option<Self> {
        Some(match number {
            1 => Field::EndpointName,
            2 => Field::BootstrapUri,
            3 => Field::DnsServer,
            4 => Field::DefaultRoute,
            5 => Field::Identity,
            6 => Field::SecurityMode,
            _ => return None,
        })
    }

    fn grant(self) -> u32 {
        match self {
            Field::EndpointName => GrantFields::ENDPOINT_NAME,
            Field::BootstrapUri => GrantFields::BOOTSTRAP_URI,
            Field::DnsServer => GrantFields::DNS_SERVER,
            Field::DefaultRoute => GrantFields::DEFAULT_ROUTE,
            Field::Identity => GrantFields::IDENTITY,
            Field::SecurityMode => GrantFields::SECURITY_MODE,
        }
    }

    fn read<R>(self, config: &ValidConfig<'_>, use_it: impl FnOnce(&[u8]) -> R) -> R {
        let (server, network) = (config.server, config.network);
        match self {
            Field::EndpointName => use_it(network.endpoint_name.as_bytes()),
            Field::BootstrapUri => use_it(server.bootstrap_uri.as_bytes()),
            Field::DnsServer => use_it(network.dns_server.as_bytes()),
            Field::DefaultRoute => use_it(network.default_route.as_bytes()),
            Field::Identity => use_it(server.identity.as_bytes()),
            Field::SecurityMode => use_it(&[server.security_mode]),
        }
    }
}

/// The tenants' way to the configuration.
pub struct TenantConfigDriver<'a> {
    key_store: &'a KeyStore,
    policy: Policy,
    provisioned: Cell<bool>,
    apps: TenantConfigGrant,
}

impl<'a> TenantConfigDriver<'a> {
    /// Exposes the configuration in `key_store` as far as `policy` goes.
    pub fn new(key_store: &'a KeyStore, policy: Policy, apps: TenantConfigGrant) -> Self {
        Self {
            key_store,
            policy,
            provisioned: Cell::new(false),
            apps,
        }
    }

    fn fields(&self, process: ProcessId) -> GrantFields {
        if !self.provisioned.get() {
            return GrantFields(0);
        }
        self.key_store
            .with_configuration(|stored| {
                self.policy
                    .fields(process.short_app_id(), &stored.config.grants)
            })
            .unwrap_or_default()
    }

    fn read(&self, number: usize, process: ProcessId) -> CommandReturn {
        let Some(field) = Field::from_number(number) else {
            return CommandReturn::failure(ErrorCode::INVAL);
        };
        if !self.fields(process).contains(field.grant()) {
            return CommandReturn::failure(ErrorCode::NODEVICE);
        }
        let copied = self.apps.enter(process, |_, kernel_data| {
            kernel_data
                .get_readwrite_processbuffer(rw_allow::FIELD)
                .and_then(|buffer| {
                    buffer.mut_enter(|bytes| {
                        self.key_store
                            .with_configuration(|stored| {
                                field.read(&stored.config, |value| {
                                    bytes
                                        .get(0..value.len())
                                        .ok_or(ErrorCode::SIZE)?
                                        .copy_from_slice_or_err(value)
                                        .map(|()| value.len())
                                })
                            })
                            .unwrap_or(Err(ErrorCode::NODEVICE))
                    })
                })
        });
        match copied {
            Ok(Ok(Ok(length))) => CommandReturn::success_u32(length as u32),
            Ok(Ok(Err(error))) => CommandReturn::failure(error),
            Ok(Err(error)) | Err(error) => CommandReturn::failure(error.into()),
        }
    }
}

impl ProvisionedObserver for TenantConfigDriver<'_> {
    fn provisioned(&self, provisioned: bool) {
        if self.provisioned.replace(provisioned) == provisioned {
            return;
        }
        self.apps.each(|process, _, kernel_data| {
            let granted = self.fields(process).0 != 0;
            // A process whose queue is full finds the state with command 1.
            let _ = kernel_data.schedule_upcall(upcall::CHANGED, (usize::from(granted), 0, 0));
        });
    }
}

impl SyscallDriver for TenantConfigDriver<'_> {
    fn command(&self, number: usize, r2: usize, _r3: usize, process: ProcessId) -> CommandReturn {
        match number {
            command::EXISTS => CommandReturn::success(),
            command::STATUS => CommandReturn::success_u32(u32::from(self.fields(process).0 != 0)),
            command::READ => self.read(r2, process),
            _ => CommandReturn::failure(ErrorCode::NOSUPPORT),
        }
    }

    fn allocate_grant(&self, process: ProcessId) -> Result<(), kernel::process::Error> {
        self.apps.enter(process, |_, _| {})
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test::{Document, config};
    use provisioning_wire::GrantFields;

    const PAGE: Document = Document::new(include_str!(
        "../../docs/syscalls/80000002_tenant_config.md"
    ));

    #[test]
    fn the_page_has_the_numbers_of_the_code() {
        assert_eq!(PAGE.driver_number(), DRIVER_NUM);
        assert_eq!(
            PAGE.numbers("Command"),
            [command::EXISTS, command::STATUS, command::READ]
        );
        assert_eq!(PAGE.numbers("Subscribe"), [upcall::CHANGED]);
        assert_eq!(PAGE.numbers("Read-write allow"), [rw_allow::FIELD]);
    }

    #[test]
    fn each_field_gives_what_its_number_says_and_needs_its_own_grant() {
        let valid = config(1, "the endpoint").validate().unwrap();
        let expected: [(&[u8], u32); 6] = [
            (b"the endpoint", GrantFields::ENDPOINT_NAME),
            (b"coaps://bootstrap.example", GrantFields::BOOTSTRAP_URI),
            (b"", GrantFields::DNS_SERVER),
            (b"fe80::1", GrantFields::DEFAULT_ROUTE),
            (b"identity", GrantFields::IDENTITY),
            (&[0], GrantFields::SECURITY_MODE),
        ];
        for (index, (value, grant)) in expected.into_iter().enumerate() {
            let field = Field::from_number(index + 1).unwrap();
            assert_eq!(field.read(&valid, <[u8]>::to_vec), value);
            assert_eq!(field.grant(), grant);
        }
        assert_eq!(Field::from_number(0), None);
        assert_eq!(Field::from_number(7), None);
    }

    #[test]
    fn no_field_gives_the_key() {
        let valid = config(1, "the endpoint").validate().unwrap();
        for number in 1..=6 {
            let field = Field::from_number(number).unwrap();
            let value = field.read(&valid, <[u8]>::to_vec);
            assert_ne!(value, valid.config().server.psk.expose_secret());
        }
    }
}
