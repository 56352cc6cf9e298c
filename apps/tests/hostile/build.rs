// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Links the process at the addresses that the environment names.

fn main() {
    // On a host the process is only checked.
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "none") {
        libtock_build_scripts::auto_layout();
    }
}
