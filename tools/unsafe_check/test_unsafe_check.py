# Licensed under the Apache License, Version 2.0 or the MIT License.
# SPDX-License-Identifier: Apache-2.0 OR MIT
# Copyright Tock Provisioning Contributors 2026.

"""Tests of the checker: python3 -m unittest discover tools/unsafe_check"""

import unittest

import unsafe_check

SAID = "// SAFETY: the caller says so.\n"


def undocumented(source):
    return [(line, kind) for line, kind in unsafe_check.File(source).undocumented()]


def judge(source, places):
    return list(unsafe_check.judge({"a/b.rs": source}, unsafe_check.read_places(places)))


class Words(unittest.TestCase):
    def test_comments_strings_and_characters_are_not_code(self):
        source = (
            "// unsafe {\n/* unsafe { */ const A: &str = \"\\\" unsafe {\";\n"
            "const B: &str = r#\"unsafe { \" \"#; const C: char = '\"'; fn f<'a>(_: &'a u8) {}"
        )
        self.assertEqual(unsafe_check.File(source).matches, [])

    def test_names_that_contain_the_word_are_not_it(self):
        self.assertEqual(unsafe_check.File("#![forbid(unsafe_code)] fn libtock_unsafe_main() {}").matches, [])

    def test_code_behind_a_quote_is_code(self):
        self.assertEqual(undocumented("const C: char = '\\''; fn f() { unsafe { g() } }"), [(1, "block")])


class Comments(unittest.TestCase):
    def test_each_kind_needs_one(self):
        for source, kind in [
            ("unsafe { f() };", "block"),
            ("unsafe impl Sync for A {}", "impl"),
            ("unsafe trait A {}", "trait"),
            ("unsafe fn f() {}", "function"),
            ("pub unsafe extern \"C\" fn f() {}", "function"),
            ("unsafe extern \"C\" { fn f(); }", "foreign block"),
            ("#[unsafe(no_mangle)]\nfn f() {}", "attribute"),
        ]:
            self.assertEqual(undocumented(source), [(1, kind)], source)
            self.assertEqual(undocumented(SAID + source), [], source)

    def test_documentation_of_callers_duties_will_do(self):
        self.assertEqual(undocumented("/// # Safety\n///\n/// Once.\n#[inline]\nunsafe fn f() {}"), [])

    def test_a_comment_above_the_statement_or_arm_counts(self):
        self.assertEqual(undocumented(SAID + "let a =\n    unsafe { f() };"), [])
        self.assertEqual(undocumented("match a {\n    " + SAID + "    1 => unsafe { f() },\n}"), [])
        self.assertEqual(undocumented("f(unsafe { g() }); // SAFETY: as above."), [])

    def test_a_comment_of_another_statement_does_not(self):
        self.assertEqual(undocumented(SAID + "let a = unsafe { f() };\nlet b = unsafe { f() };"), [(3, "block")])
        self.assertEqual(undocumented(SAID + "\nunsafe { f() };"), [(3, "block")])
        self.assertEqual(undocumented("// Safe enough.\nunsafe { f() };"), [(2, "block")])

    def test_types_and_implementations_of_traits_need_none(self):
        self.assertEqual(undocumented("type A = unsafe fn(u8); type B = unsafe extern \"C\" fn();"), [])
        self.assertEqual(undocumented("impl<T> A for B<T> {\n    fn g() {}\n    unsafe fn f() {}\n}"), [])
        self.assertEqual(undocumented("impl B {\n    unsafe fn f() {}\n}"), [(2, "function")])


class Places(unittest.TestCase):
    def test_only_listed_files_and_folders_hold_unsafe_code(self):
        source = SAID + "unsafe { f() };"
        self.assertEqual(judge(source, "[x]\na/b.rs"), [])
        self.assertEqual(judge(source, "[x]\na/"), [])
        self.assertEqual(len(judge(source, "")), 1)
        self.assertIn("does not list", judge(source, "")[0])

    def test_a_place_without_unsafe_code_is_told(self):
        self.assertIn("no unsafe code", judge("fn f() {}", "[x]\na/b.rs")[0])
        self.assertIn("gone.rs", judge("", "[x]\ngone.rs")[0])

    def test_places_have_reasons_and_stand_once(self):
        for text in ["a.rs", "[x]\na.rs\na.rs"]:
            with self.assertRaises(ValueError):
                unsafe_check.read_places(text)


class Lints(unittest.TestCase):
    def test_allowing_takes_a_reason(self):
        allow = "#[allow(clippy::undocumented_unsafe_blocks{})]\nfn f() {{}}"
        self.assertIn("without a reason", judge(allow.format(""), "")[0])
        self.assertEqual(judge(allow.format(', reason = "macros"'), ""), [])

    def test_packages_with_unsafe_code_deny_the_lint(self):
        def judged(text):
            return list(unsafe_check.judge_manifests({"a/Cargo.toml": text}, {"a/b.rs": "x"}))

        self.assertEqual(judged("[package]\n[lints]\nworkspace = true"), [])
        self.assertEqual(judged('[package]\n[lints.clippy]\nundocumented_unsafe_blocks = "deny"'), [])
        self.assertEqual(len(judged("[package]")), 1)
        self.assertEqual(len(judged("[lints]\nworkspace = true\n[workspace]")), 1)
        self.assertEqual(len(judged('[package]\n[lints.clippy]\nundocumented_unsafe_blocks = "warn"')), 1)


if __name__ == "__main__":
    unittest.main()
