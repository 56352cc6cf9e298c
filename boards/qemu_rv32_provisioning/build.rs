// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Links the board with its memory layout.

fn main() {
    println!("cargo:rerun-if-env-changed=PROVISIONING_WINDOW_MS");
    tock_build_scripts::default::default_linker_script();
}
