// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The main loop: greets, then sleeps until the configuration changes.

use core::cell::Cell;

use libtock::platform::{ErrorCode, Syscalls, share};
use libtock::runtime::{TockSyscalls, set_main, stack_size};
use libtock_tenant_config::{ChangeListener, TenantConfig};

set_main! {main}
stack_size! {0x800}

fn main() -> Result<(), ErrorCode> {
    // Set as well by a change that comes while a line is being printed.
    let changed = Cell::new(true);
    let listener = ChangeListener(|_provisioned| changed.set(true));
    share::scope(|subscribe| {
        TenantConfig::<TockSyscalls>::on_changed(&listener, subscribe)?;
        loop {
            if changed.take() {
                hello::greet::<TockSyscalls>()?;
            } else {
                TockSyscalls::yield_wait();
            }
        }
    })
}
