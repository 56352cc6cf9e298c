// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Links the examples as Tock processes when the target is one.

fn main() {
    println!("cargo:rerun-if-env-changed=CARGO_CFG_TARGET_OS");
    // On the host there is no layout to choose. Without the variables a check of
    // the sources still works, and only linking an example fails.
    let bare_metal = std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "none");
    let variables = [
        "LIBTOCK_PLATFORM",
        "LIBTOCK_LINKER_FLASH",
        "LIBTOCK_LINKER_RAM",
    ];
    for variable in variables {
        println!("cargo:rerun-if-env-changed={variable}");
    }
    if bare_metal
        && variables
            .iter()
            .any(|name| std::env::var_os(name).is_some())
    {
        libtock_build_scripts::auto_layout();
    }
}
