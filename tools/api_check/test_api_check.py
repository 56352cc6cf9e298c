# Licensed under the Apache License, Version 2.0 or the MIT License.
# SPDX-License-Identifier: Apache-2.0 OR MIT
# Copyright Tock Provisioning Contributors 2026.

"""Tests of the checker: python3 -m unittest discover tools/api_check"""

import unittest

import api_check

ITEMS = api_check.read_items(
    """
    # a comment
    kernel::ErrorCode: FAIL BUSY
    kernel::hil::time: Alarm Ticks32
    kernel::hil::time::Ticks32: max
    kernel: debug! static_init!
    kernel::debug: panic
    """
)


def unknown(source):
    crates = {item.split("::")[0] for item in ITEMS}
    return api_check.File(source, crates, ITEMS).run().unknown


class Paths(unittest.TestCase):
    def test_what_is_listed_passes(self):
        self.assertEqual(unknown("use kernel::ErrorCode;\nfn f() { ErrorCode::FAIL }"), [])
        self.assertEqual(unknown("fn f() -> kernel::ErrorCode { kernel::ErrorCode::BUSY }"), [])
        self.assertEqual(unknown("use kernel::hil::time::Ticks32; fn f() { Ticks32::from(1u32) }"), [])

    def test_what_is_not_listed_fails_with_its_line(self):
        self.assertEqual(unknown("\n\nuse kernel::Thing;"), [(3, "kernel::Thing")])
        self.assertEqual(unknown("fn f() {\n kernel::ErrorCode::ODD }"), [(2, "kernel::ErrorCode::ODD")])

    def test_trees_are_followed(self):
        source = "use kernel::{hil::time::{self, Alarm, Ticks64}, ErrorCode};"
        self.assertEqual(unknown(source), [(1, "kernel::hil::time::Ticks64")])

    def test_names_are_followed_through_modules_and_aliases(self):
        self.assertEqual(
            unknown("use kernel::hil::time;\nfn f() { time::Ticks32::min() }"),
            [(2, "kernel::hil::time::Ticks32::min")],
        )
        self.assertEqual(
            unknown("use kernel::ErrorCode as E;\nfn f() { E::ODD }"),
            [(2, "kernel::ErrorCode::ODD")],
        )
        self.assertEqual(
            unknown("use kernel::hil;\nuse hil::time::Odd;\n"),
            [(2, "kernel::hil::time::Odd")],
        )

    def test_macros_are_not_functions(self):
        self.assertEqual(unknown("fn f() { kernel::debug!(1); kernel::debug::panic(); }"), [])
        self.assertEqual(unknown("use kernel::static_init;"), [])
        self.assertEqual(unknown("fn f() { kernel::odd!(1) }"), [(1, "kernel::odd!")])

    def test_a_glob_hides_what_is_used(self):
        self.assertEqual(len(unknown("use kernel::hil::time::*;")), 1)

    def test_comments_and_strings_are_no_use(self):
        self.assertEqual(unknown('// kernel::Odd\n/* kernel::Odd\n*/ const S: &str = "kernel::Odd";'), [])

    def test_other_crates_and_own_modules_are_not_asked(self):
        self.assertEqual(unknown("use heapless::Odd; use crate::kernel::Odd;"), [])
        self.assertEqual(unknown("mod kernel { pub struct Call; }\nfn f() { kernel::Call; }"), [])

    def test_listed_lines_must_be_paths(self):
        with self.assertRaises(ValueError):
            api_check.read_items("kernel::{A, B}")


if __name__ == "__main__":
    unittest.main()
