#!/usr/bin/env python3
# Licensed under the Apache License, Version 2.0 or the MIT License.
# SPDX-License-Identifier: Apache-2.0 OR MIT
# Copyright Tock Provisioning Contributors 2026.

"""Checks that unsafe code stays where it belongs, and says why it is sound.

- Only the files listed in places.txt hold the word `unsafe`; a file that is listed
  and holds none any more is told too, so that the list stays true.
- Each unsafe block, each `unsafe impl` and each unsafe attribute has a `SAFETY:`
  comment. Clippy sees blocks and impls; not the bodies of macros, not what is built
  for another target, and not attributes.
- Each unsafe function, trait or foreign block that is declared says what callers or
  implementors must keep, under `# Safety` or in a `SAFETY:` comment; implementations
  of a trait's unsafe functions answer to the trait.
- Each package with unsafe code has clippy's lint denied, and nothing allows it without a reason.
"""

import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PLACES = "places.txt"
LINT = "undocumented_unsafe_blocks"

# What hides the word: comments, strings, characters. Lifetimes are left alone.
HIDDEN = re.compile(
    r"""//[^\n]*
      | /\*.*?\*/
      | \bb?c?r(?P<hashes>\#*)".*?"(?P=hashes)
      | "(?:\\.|[^"\\])*"
      | '(?:\\[^\n]+?|[^'\\\n])'""",
    re.VERBOSE | re.DOTALL,
)
UNSAFE = re.compile(r"\bunsafe\b\s*(?:(?P<word>impl|fn|trait|extern|extern\s*\"[^\"]*\")\b|(?P<mark>[{(]))?")
ALLOW = re.compile(r"#!?\[\s*(?:allow|expect)\((?P<what>[^\]]*(?:" + LINT + r"|unsafe_\w+)[^\]]*)\)\s*\]")
SAID = re.compile(r"SAFETY:|# Safety")
# A line that the statement or item below it cannot have begun on.
ENDS = re.compile(r"[;{}]\s*$")


def blank(match):
    """As long as it was, so that lines and columns stay."""
    return re.sub(r"[^\n]", " ", match.group())


class File:
    """One source file: where it is unsafe, and where it does not say why."""

    def __init__(self, source):
        self.lines = source.split("\n")
        code = HIDDEN.sub(blank, source)
        self.code = code.split("\n")
        self.matches = list(UNSAFE.finditer(code))
        self.allows = [
            code.count("\n", 0, match.start()) + 1
            for match in ALLOW.finditer(code)
            if "reason" not in match.group("what")
        ]
        self.text = code

    def line(self, match):
        return self.text.count("\n", 0, match.start()) + 1

    def undocumented(self):
        """Line and kind of what no comment speaks for."""
        for match in self.matches:
            kind = self.kind(match)
            if kind and not self.documented(self.line(match)):
                yield self.line(match), kind

    def kind(self, match):
        """What has to be documented; None for types, and for what a trait documents."""
        if match.group("mark") == "{":
            return "block"
        if match.group("mark") == "(":
            return "attribute"
        word = match.group("word")
        if word in ("impl", "trait"):
            return word
        if word and word.startswith("extern") and self.text[match.end() :].lstrip()[:1] == "{":
            return "foreign block"
        declared = re.match(r"(?:extern\s+)?\s*(?:fn\s+)?\w+", self.text[match.end() :].lstrip())
        is_fn = word == "fn" or (word or "").startswith("extern")
        # A type: `unsafe fn(..)`, `unsafe extern "C" fn(..)`.
        if not is_fn or not declared or re.match(r"\s*(?:fn)?\s*\(", self.text[match.end() :]):
            return None
        return None if self.in_trait_impl(match) else "function"

    def in_trait_impl(self, match):
        """Whether the innermost `impl` around names a trait."""
        depth = 0
        for at in range(match.start() - 1, -1, -1):
            char = self.text[at]
            if char == "}":
                depth += 1
            elif char == "{":
                if depth == 0:
                    start = max(self.text.rfind(end, 0, at) for end in "{};") + 1
                    head = re.sub(r"#!?\[[^\]]*\]", "", self.text[start:at])
                    return bool(re.search(r"\bimpl\b.*\bfor\b", head, re.DOTALL))
                depth -= 1
        return False

    def documented(self, line):
        """Whether the line, its statement so far or the comment above says why."""
        at = line - 1
        if SAID.search(self.lines[at]) and not self.code[at].strip() == self.lines[at].strip():
            return True
        while at > 0:
            at -= 1
            text, code = self.lines[at].strip(), self.code[at].strip()
            if not text:
                return False
            if code:
                if ENDS.search(code):
                    return False
            elif SAID.search(text):
                return True
        return False


def read_places(text):
    """Path to reason. Paths start at the repository's root; those of folders end in "/"."""
    places, reason = {}, None
    for number, line in enumerate(text.splitlines(), 1):
        line = line.rstrip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            reason = line.strip("[]")
        elif reason is None or line in places:
            raise ValueError(f"{PLACES}:{number}: no heading above, or listed twice: {line}")
        else:
            places[line] = reason
    return places


def place_of(path, places):
    """The place that a file lies in: itself, or a folder; None if it has none."""
    parents = (path[: at + 1] for at, char in enumerate(path) if char == "/")
    return next((place for place in (path, *parents) if place in places), None)


def judge(files, places):
    """Complaints about sources, given as path to text."""
    unused = set(places)
    for path, source in files.items():
        file = File(source)
        if file.matches:
            place = place_of(path, places)
            unused.discard(place)
            if place is None:
                first = file.line(file.matches[0])
                yield f"{path}:{first}: unsafe code in a file that {PLACES} does not list"
        for line, kind in file.undocumented():
            yield f"{path}:{line}: unsafe {kind} without a SAFETY comment"
        for line in file.allows:
            yield f"{path}:{line}: a lint about unsafe code is allowed without a reason"
    for path in sorted(unused):
        yield f"{path}: listed in {PLACES}, but there is no unsafe code"


def judge_manifests(manifests, places):
    """Complaints about packages with unsafe code, given as path of Cargo.toml to text."""
    for path, text in manifests.items():
        folder = path.removesuffix("Cargo.toml")
        if folder and not any(place.startswith(folder) for place in places):
            continue
        denies = re.search(rf"^{LINT}\s*=\s*\"(?:deny|forbid)\"", text, re.MULTILINE)
        inherits = re.search(r"^\[lints\]\s*workspace\s*=\s*true", text, re.MULTILINE)
        # What members inherit has to stand in the workspace.
        own = re.search(r"^\[workspace\]", text, re.MULTILINE)
        if not (denies or (inherits and not own)):
            yield f"{path}: clippy::{LINT} is not denied"


def find(pattern):
    found = {}
    for path in sorted(ROOT.rglob(pattern)):
        parts = path.relative_to(ROOT).parts
        if not any(part == "target" or part.startswith(".") for part in parts):
            found["/".join(parts)] = path.read_text()
    return found


def main():
    files, manifests = find("*.rs"), find("Cargo.toml")
    places = read_places((HERE / PLACES).read_text())
    results = [list(judge(files, places)), list(judge_manifests(manifests, places))]
    for complaint in sum(results, []):
        print(complaint)
    print(f"{len(files)} files, {len(places)} places for unsafe code, {len(manifests)} manifests")
    # In the words of cargo, which tools/setup/test.sh counts.
    passed = sum(not complaints for complaints in results)
    print(f"test result: {passed} passed; {len(results) - passed} failed")
    return 0 if files and manifests and passed == len(results) else 1


if __name__ == "__main__":
    sys.exit(main())
