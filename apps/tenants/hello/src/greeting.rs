// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The lines that are printed.

use heapless::String;
use libtock_console::Console;
use libtock_platform::{ErrorCode, Syscalls};
use libtock_tenant_config::{Field, TenantConfig};

/// Longest field that is printed, in bytes.
const FIELD_LEN: usize = 255;
/// Longest line, in bytes.
const LINE_LEN: usize = FIELD_LEN + 32;

/// Prints the fields that were granted, or that none was.
pub fn greet<S: Syscalls>() -> Result<(), ErrorCode> {
    if !TenantConfig::<S>::is_provisioned()? {
        return say::<S>(&["nothing was granted to me, or there is no configuration"]);
    }
    greet_field::<S>("endpoint ", Field::EndpointName)?;
    greet_field::<S>("bootstrap ", Field::BootstrapUri)
}

fn greet_field<S: Syscalls>(name: &str, field: Field) -> Result<(), ErrorCode> {
    let mut buffer = [0; FIELD_LEN];
    match TenantConfig::<S>::read_text(field, &mut buffer) {
        Ok(value) => say::<S>(&[name, value]),
        Err(ErrorCode::NoDevice) => say::<S>(&[name, "was not granted to me"]),
        Err(error) => Err(error),
    }
}

/// Writes a line with one call, so that no other process's text gets into it.
fn say<S: Syscalls>(parts: &[&str]) -> Result<(), ErrorCode> {
    let mut line = String::<LINE_LEN>::new();
    for part in ["hello: "].iter().chain(parts).chain(&["\n"]) {
        line.push_str(part).map_err(|_| ErrorCode::Size)?;
    }
    Console::<S>::write(line.as_bytes())
}
