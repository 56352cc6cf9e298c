// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Links a board with its `layout.ld` and the kernel's sections.

use std::env;
use std::path::Path;

/// Cfg that the workspace's `.cargo/config.toml` sets. A build that does not
/// see that file would link something that cannot boot.
const SENTINEL: &str = "cfg_tock_buildflagssentinel";

/// The linker script that describes the sections, beside this crate's manifest.
const KERNEL_LAYOUT: &str = "tock_kernel_layout.ld";

/// Links the board whose build script this runs in with the `layout.ld` beside
/// its manifest. That file names the memories and ends with
/// `INCLUDE tock_kernel_layout.ld`.
///
/// A build for the host, for tests, is left alone.
///
/// # Panics
/// If the build is a cross build without the workspace's compiler flags, or
/// there is no `layout.ld`: the build cannot succeed.
pub fn default_linker_script() {
    if !is_cross_build() {
        return;
    }
    check_flags();
    include_tock_kernel_layout();
    add_board_dir_to_linker_search_path();
    set_and_track_linker_script("layout.ld");
}

/// Lets linker scripts include the kernel's sections.
pub fn include_tock_kernel_layout() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"));
    println!("cargo:rustc-link-search={}", directory.display());
    track(&directory.join(KERNEL_LAYOUT));
}

/// Lets linker scripts be found beside the board's manifest.
pub fn add_board_dir_to_linker_search_path() {
    println!("cargo:rustc-link-search={}", variable("CARGO_MANIFEST_DIR"));
}

/// Links with `script`, a file beside the board's manifest, and builds again
/// when it changes.
///
/// # Panics
/// If there is no such file.
pub fn set_and_track_linker_script<P: AsRef<Path>>(script: P) {
    let script = script.as_ref();
    let path = Path::new(&variable("CARGO_MANIFEST_DIR")).join(script);
    assert!(
        path.is_file(),
        "the board needs a linker script at {}",
        path.display()
    );
    track(&path);
    println!("cargo:rustc-link-arg=-T{}", script.display());
}

fn track(path: &Path) {
    println!("cargo:rerun-if-changed={}", path.display());
}

/// A variable that cargo sets for every build script.
fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|error| panic!("{name} from cargo: {error}"))
}

fn is_cross_build() -> bool {
    variable("HOST") != variable("TARGET")
}

fn check_flags() {
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    assert!(
        flags.contains(SENTINEL),
        "the compiler flags of .cargo/config.toml are missing: run cargo from \
         within the workspace that has it, and do not set RUSTFLAGS"
    );
}
