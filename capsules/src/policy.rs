// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Which application is what, and may read what.
//!
//! Applications are known by their ShortId, never by name. A board gives a
//! table; grants in the configuration take the place of the table's fields
//! for the applications that they name.

use kernel::process::ShortId;
use provisioning_wire::{GrantFields, Grants};

/// What an application is to this board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Runs while the board is being provisioned and drives the session.
    Provisioner,
    /// Runs once the board is provisioned.
    Tenant,
}

/// One application in a board's table.
#[derive(Clone, Copy, Debug)]
pub struct Application {
    /// Its fixed ShortId.
    pub short_id: u32,
    /// What it is.
    pub role: Role,
    /// The fields that it may read when the configuration does not name it.
    pub fields: GrantFields,
}

/// A board's table of applications.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    applications: &'static [Application],
}

impl Policy {
    /// The policy of this table.
    pub const fn new(applications: &'static [Application]) -> Self {
        Self { applications }
    }

    fn entry(&self, id: ShortId) -> Option<&Application> {
        let ShortId::Fixed(number) = id else {
            return None;
        };
        self.applications
            .iter()
            .find(|application| application.short_id == number.get())
    }

    /// What the application is. One that the table does not name is a tenant
    /// without fields: it is held until the board is provisioned as well.
    pub fn role(&self, id: ShortId) -> Role {
        self.entry(id)
            .map_or(Role::Tenant, |application| application.role)
    }

    /// The fields that the application may read under these grants.
    pub fn fields(&self, id: ShortId, grants: &Grants<'_>) -> GrantFields {
        let ShortId::Fixed(number) = id else {
            return GrantFields(0);
        };
        grants
            .iter()
            .find(|grant| grant.application == number.get())
            .map(|grant| grant.fields)
            .or_else(|| self.entry(id).map(|application| application.fields))
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::num::NonZeroU32;
    use provisioning_wire::{Grant, GrantOperations};

    static TABLE: [Application; 2] = [
        Application {
            short_id: 1,
            role: Role::Provisioner,
            fields: GrantFields(0),
        },
        Application {
            short_id: 2,
            role: Role::Tenant,
            fields: GrantFields(GrantFields::ENDPOINT_NAME),
        },
    ];

    fn fixed(number: u32) -> ShortId {
        ShortId::Fixed(NonZeroU32::new(number).unwrap())
    }

    #[test]
    fn only_the_named_application_is_the_provisioner() {
        let policy = Policy::new(&TABLE);
        assert_eq!(policy.role(fixed(1)), Role::Provisioner);
        for id in [fixed(2), fixed(3), ShortId::LocallyUnique] {
            assert_eq!(policy.role(id), Role::Tenant);
        }
    }

    #[test]
    fn without_grants_the_table_counts() {
        let policy = Policy::new(&TABLE);
        let none = Grants::new(&[]);
        assert_eq!(policy.fields(fixed(2), &none).0, GrantFields::ENDPOINT_NAME);
        assert_eq!(policy.fields(fixed(3), &none).0, 0);
        assert_eq!(policy.fields(ShortId::LocallyUnique, &none).0, 0);
    }

    #[test]
    fn a_grant_takes_the_place_of_the_table_even_to_take_away() {
        let policy = Policy::new(&TABLE);
        let grants = [
            Grant {
                application: 2,
                fields: GrantFields(0),
                operations: GrantOperations(0),
            },
            Grant {
                application: 3,
                fields: GrantFields(GrantFields::IDENTITY),
                operations: GrantOperations(0),
            },
        ];
        let grants = Grants::new(&grants);
        assert_eq!(policy.fields(fixed(2), &grants).0, 0);
        assert_eq!(policy.fields(fixed(3), &grants).0, GrantFields::IDENTITY);
    }
}
