// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Links the image with its memory layout.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=layout.ld");
    let target = env::var("CARGO_CFG_TARGET_OS").expect("cargo sets it");
    // A build for the host, for tests, is left alone.
    if target == "none" {
        let folder = env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
        println!("cargo:rustc-link-arg-bins=-T{folder}/layout.ld");
    }
}
