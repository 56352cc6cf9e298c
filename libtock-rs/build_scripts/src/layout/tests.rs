// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The rules for the environment variables.

use super::{Layout, LAYOUT};

fn layout(vars: &[(&str, &str)]) -> Result<Layout, String> {
    Layout::from_vars(|name| {
        vars.iter()
            .find(|var| var.0 == name)
            .map(|var| var.1.to_string())
    })
}

#[test]
fn a_platform_gives_all_addresses() {
    let layout = layout(&[("LIBTOCK_PLATFORM", "qemu_rv32_virt")]).unwrap();
    assert_eq!(
        layout.script(),
        "TBF_HEADER_SIZE = 0x80;\nFLASH_START = 0x80100000;\nFLASH_LENGTH = 1M;\n\
         RAM_START = 0x80300000;\nRAM_LENGTH = 1024K;\nINCLUDE libtock_layout.ld\n"
    );
}

#[test]
fn addresses_alone_get_default_lengths() {
    let layout = layout(&[
        ("LIBTOCK_LINKER_FLASH", "0x80110000"),
        ("LIBTOCK_LINKER_RAM", "0x80310000"),
    ])
    .unwrap();
    assert_eq!(
        layout,
        Layout {
            flash_start: "0x80110000".into(),
            flash_length: "0xD0000".into(),
            ram_start: "0x80310000".into(),
            ram_length: "46K".into(),
            tbf_header_size: "0x80".into(),
        }
    );
}

#[test]
fn lengths_and_header_size_can_be_set() {
    let layout = layout(&[
        ("LIBTOCK_LINKER_FLASH", "0x80110000"),
        ("LIBTOCK_LINKER_FLASH_LENGTH", "64K"),
        ("LIBTOCK_LINKER_RAM", "0x80310000"),
        ("LIBTOCK_LINKER_RAM_LENGTH", "65536"),
        ("LIBTOCK_TBF_HEADER_SIZE", "0x100"),
    ])
    .unwrap();
    assert_eq!(layout.flash_length, "64K");
    assert_eq!(layout.ram_length, "65536");
    assert_eq!(layout.tbf_header_size, "0x100");
}

#[test]
fn each_wrong_combination_is_told_apart() {
    for (vars, expected) in [
        (&[][..], "nothing says where"),
        (&[("LIBTOCK_PLATFORM", "toaster")][..], "toaster"),
        (&[("LIBTOCK_LINKER_FLASH", "0x0")][..], "only one of"),
        (&[("LIBTOCK_LINKER_RAM", "0x0")][..], "only one of"),
        (
            &[
                ("LIBTOCK_PLATFORM", "qemu_rv32_virt"),
                ("LIBTOCK_LINKER_FLASH", "0x0"),
            ][..],
            "one way only",
        ),
        (
            &[
                ("LIBTOCK_PLATFORM", "qemu_rv32_virt"),
                ("LIBTOCK_LINKER_RAM", "0x0"),
            ][..],
            "one way only",
        ),
    ] {
        let message = layout(vars).unwrap_err();
        assert!(message.contains(expected), "{vars:?} gave: {message}");
    }
}

#[test]
fn a_malformed_number_is_refused_by_name() {
    for value in [
        "",
        "80100000h",
        "0x",
        "0x8010_0000",
        "+5",
        "0x1_",
        "-1",
        "; ASSERT(0)",
    ] {
        let message = layout(&[
            ("LIBTOCK_LINKER_FLASH", value),
            ("LIBTOCK_LINKER_RAM", "0x80310000"),
        ])
        .unwrap_err();
        assert!(message.contains("LIBTOCK_LINKER_FLASH"), "{message}");
    }
}

#[test]
fn every_layout_has_a_script_file_of_its_own() {
    let a = layout(&[
        ("LIBTOCK_LINKER_FLASH", "0x80100000"),
        ("LIBTOCK_LINKER_RAM", "0x80300000"),
    ])
    .unwrap();
    let b = layout(&[
        ("LIBTOCK_LINKER_FLASH", "0x80100000"),
        ("LIBTOCK_LINKER_RAM", "0x80310000"),
    ])
    .unwrap();
    assert_ne!(a.file_name(), b.file_name());
}

#[test]
fn the_layout_defines_what_elf2tab_reads() {
    for symbol in ["_flash_origin", "_sram_origin", "tbf_protected_region_size"] {
        assert!(LAYOUT.contains(&format!("{symbol} = ")), "{symbol}");
    }
}
