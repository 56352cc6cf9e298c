// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Links each process for its own place, which `places.txt` says.

use std::path::PathBuf;
use std::{env, fs};

/// The layout that libtock-rs gives every process.
const LAYOUT: &str = "../../../libtock-rs/build_scripts/libtock_layout.ld";
const PLACES: &str = "places.txt";

const FLASH: usize = 0x8010_0000;
const RAM: usize = 0x8030_0000;
const STRIDE: usize = 0x1_0000;

fn main() {
    println!("cargo:rerun-if-changed={PLACES}");
    println!("cargo:rerun-if-changed={LAYOUT}");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let layout = fs::read_to_string(LAYOUT).expect("libtock-rs is beside this workspace");
    let places = fs::read_to_string(PLACES).expect("it is beside this file");
    let mut linked: Vec<&str> = Vec::new();
    for line in places.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split_whitespace();
        let (Some(_boot), Some(process), Some(place)) = (words.next(), words.next(), words.next())
        else {
            panic!("not a boot, a process and a place: {line:?}");
        };
        if linked.contains(&process) {
            continue;
        }
        linked.push(process);
        let place: usize = place.parse().expect("the place is a number");
        let header = words.next().unwrap_or("0x80");
        let script = out.join(format!("{process}.ld"));
        let text = format!(
            "TBF_HEADER_SIZE = {header};\nFLASH_START = {:#x};\nFLASH_LENGTH = {STRIDE:#x};\n             RAM_START = {:#x};\nRAM_LENGTH = 46K;\n{layout}",
            FLASH + place * STRIDE,
            RAM + place * STRIDE,
        );
        fs::write(&script, text).expect("OUT_DIR can be written to");
        println!("cargo:rustc-link-arg-bin={process}=-T{}", script.display());
        println!("cargo:rustc-link-arg-bin={process}=-zmax-page-size=4096");
    }
}
