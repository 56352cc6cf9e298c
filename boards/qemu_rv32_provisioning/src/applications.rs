// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Which application is what on this board.

use capsules_provisioning::policy::{Application, Policy, Role};
use provisioning_wire::GrantFields;

/// The policy. A configuration with grants takes the place of the fields.
pub(crate) const POLICY: Policy = Policy::new(&APPLICATIONS);

static APPLICATIONS: [Application; 3] = [
    // provisioner
    Application {
        short_id: 0x0001_0001,
        role: Role::Provisioner,
        fields: GrantFields(0),
    },
    // hello
    Application {
        short_id: 0x0001_0101,
        role: Role::Tenant,
        fields: GrantFields(GrantFields::ENDPOINT_NAME | GrantFields::BOOTSTRAP_URI),
    },
    // blink
    Application {
        short_id: 0x0001_0102,
        role: Role::Tenant,
        fields: GrantFields(GrantFields::ENDPOINT_NAME),
    },
];
