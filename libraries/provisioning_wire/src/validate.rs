// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The gate between a well-formed configuration and one that may be stored.

use core::ops::Deref;

use crate::config::{Config, Grant, GrantFields, GrantOperations, SecurityMode};
use crate::limits::{
    MAX_BOOTSTRAP_URI_LEN, MAX_DEFAULT_ROUTE_LEN, MAX_DNS_SERVER_LEN, MAX_ENDPOINT_NAME_LEN,
    MAX_GRANTS, MAX_IDENTITY_LEN, MAX_PSK_LEN,
};
use crate::record::{Field, Reason, Refusal};

/// A configuration that a device may store: every rule holds. It reads like a
/// [`Config`] and only [`Config::validate`] makes one.
#[derive(Clone, Copy, Debug)]
pub struct ValidConfig<'a> {
    config: Config<'a>,
    security_mode: SecurityMode,
}

impl<'a> ValidConfig<'a> {
    /// The configuration.
    pub const fn config(&self) -> &Config<'a> {
        &self.config
    }

    /// LwM2M security mode.
    pub const fn security_mode(&self) -> SecurityMode {
        self.security_mode
    }
}

impl<'a> Deref for ValidConfig<'a> {
    type Target = Config<'a>;

    fn deref(&self) -> &Config<'a> {
        &self.config
    }
}

impl<'a> Config<'a> {
    /// Judges lengths and values; the first field at fault, in the order of
    /// their numbers, is the answer. The age of the serial and the storage are
    /// the caller's to judge.
    pub fn validate(&self) -> Result<ValidConfig<'a>, Refusal> {
        let Config {
            server, network, ..
        } = self;
        let security_mode = SecurityMode::from_wire(server.security_mode)
            .ok_or_else(|| refusal(Field::SecurityMode, Reason::NotValid))?;
        let needs_key = match security_mode {
            SecurityMode::Psk => Presence::Required,
            SecurityMode::None => Presence::Optional,
        };
        check_length(Field::Psk, server.psk.len(), MAX_PSK_LEN, needs_key)?;
        check_length(
            Field::Identity,
            server.identity.len(),
            MAX_IDENTITY_LEN,
            needs_key,
        )?;
        check_length(
            Field::BootstrapUri,
            server.bootstrap_uri.len(),
            MAX_BOOTSTRAP_URI_LEN,
            Presence::Required,
        )?;
        check_length(
            Field::DefaultRoute,
            network.default_route.len(),
            MAX_DEFAULT_ROUTE_LEN,
            Presence::Required,
        )?;
        check_length(
            Field::DnsServer,
            network.dns_server.len(),
            MAX_DNS_SERVER_LEN,
            Presence::Optional,
        )?;
        check_length(
            Field::EndpointName,
            network.endpoint_name.len(),
            MAX_ENDPOINT_NAME_LEN,
            Presence::Required,
        )?;
        check_length(
            Field::Grants,
            self.grants.len(),
            MAX_GRANTS,
            Presence::Optional,
        )?;
        for (index, grant) in self.grants.iter().enumerate() {
            let repeated = self
                .grants
                .iter()
                .take(index)
                .any(|earlier| earlier.application == grant.application);
            if repeated || !is_valid(&grant) {
                return Err(refusal(Field::Grants, Reason::NotValid));
            }
        }
        Ok(ValidConfig {
            config: *self,
            security_mode,
        })
    }
}

/// A grant to nobody, or of something that this version does not know how to
/// withhold, is refused.
fn is_valid(grant: &Grant) -> bool {
    grant.application != 0
        && GrantFields(GrantFields::ALL).contains(grant.fields.0)
        && GrantOperations(GrantOperations::ALL).contains(grant.operations.0)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    Required,
    Optional,
}

fn check_length(
    field: Field,
    length: usize,
    longest: usize,
    presence: Presence,
) -> Result<(), Refusal> {
    if length > longest {
        return Err(refusal(field, Reason::TooLong));
    }
    if length == 0 && presence == Presence::Required {
        return Err(refusal(field, Reason::Empty));
    }
    Ok(())
}

const fn refusal(field: Field, reason: Reason) -> Refusal {
    Refusal { field, reason }
}
