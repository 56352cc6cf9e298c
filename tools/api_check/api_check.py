#!/usr/bin/env python3
# Licensed under the Apache License, Version 2.0 or the MIT License.
# SPDX-License-Identifier: Apache-2.0 OR MIT
# Copyright Tock Provisioning Contributors 2026.

"""Checks that the product uses only what Tock and libtock-rs are known to have.

Extracts every path into Tock's crates from Rust sources, through `use` trees and
the names that they bring in, and compares it with items.txt. A path that is not
listed there is told with file and line, and the check fails: it may exist in the
subset under tock/ and libtock-rs/ and not upstream. Boards, and tests that put one
together, may also use the paths in readings.txt, which are only half known.

Method calls carry no path; crates `api_pins` of both subsets pin their types.
"""

import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
STRICT = ["capsules", "boards/components", "apps", "chips"]
BOARDS = ["boards/qemu_rv32_provisioning"]

# Implemented by so many types that a path to them says nothing about Tock.
STANDARD = {"default", "from", "try_from", "into", "clone", "fmt", "eq", "drop", "new_uninit"}

IDENT = r"[A-Za-z_][A-Za-z0-9_]*"
PATH = re.compile(rf"(?<![\w:.'])(?:::)?({IDENT}(?:\s*::\s*{IDENT})*)(!?)")
USE = re.compile(r"\buse\s+((?:[^;\"]|\n)*?);")


def read_items(text):
    """The listed paths: `path`, or `path: names` for what is below a path."""
    items = set()
    for number, line in enumerate(text.splitlines(), 1):
        line = line.split("#", 1)[0].strip()
        if not line:
            continue
        # The separator is a colon that is not half of `::`.
        path, *rest = re.split(r"(?<!:):(?!:)", line, maxsplit=1)
        path = path.strip()
        if not re.fullmatch(rf"{IDENT}(::{IDENT})*!?", path):
            raise ValueError(f"items.txt:{number}: not a path: {path}")
        items.add(path)
        for name in rest[0].split() if rest else []:
            if not re.fullmatch(rf"{IDENT}!?", name):
                raise ValueError(f"items.txt:{number}: not a name: {name}")
            items.add(f"{path}::{name}")
    # Whatever leads to an item is a module (or a type) that exists.
    for item in list(items):
        parts = item.split("::")
        items.update("::".join(parts[:length]) for length in range(1, len(parts)))
    return items


def blank(match):
    """Keeps the line breaks of what is taken out."""
    return re.sub(r"[^\n]", " ", match.group(0))


def strip(source):
    """The source without comments and without what stands inside quotes."""
    pattern = re.compile(
        r"//[^\n]*"
        r"|/\*.*?\*/"
        r'|\bb?r(#*)".*?"\1'
        r'|b?"(?:\\.|[^"\\])*"'
        r"|b?'(?:\\.[^']*|[^'\\])'",
        re.DOTALL,
    )
    return pattern.sub(blank, source)


def leaves(tree, prefix=()):
    """The paths of a use tree, each with the name that it brings in."""
    tree = tree.strip()
    depth = 0
    parts, start = [], 0
    for index, char in enumerate(tree):
        depth += (char == "{") - (char == "}")
        if char == "," and depth == 0:
            parts.append(tree[start:index])
            start = index + 1
    parts.append(tree[start:])
    for part in filter(None, (part.strip() for part in parts)):
        if "{" in part:
            head, inner = part.split("{", 1)
            names = tuple(name.strip() for name in head.split("::") if name.strip())
            yield from leaves(inner.rsplit("}", 1)[0], prefix + names)
            continue
        path, _, alias = (piece.strip() for piece in part.partition(" as "))
        names = prefix + tuple(name.strip() for name in path.split("::") if name.strip())
        if names[-1] == "self":
            names = names[:-1]
        yield names, alias or names[-1]


class File:
    def __init__(self, source, crates, items):
        self.crates = crates
        self.items = items
        self.source = strip(source)
        self.unknown = []
        self.known = set()
        self.names = {}

    def line(self, offset):
        return self.source.count("\n", 0, offset) + 1

    def check(self, path, offset):
        """Takes a full path, in which the last part may be a macro."""
        shown = "::".join(path)
        if shown in self.items:
            self.known.add(shown)
            return
        if len(path) > 2 and path[-1] in STANDARD and "::".join(path[:-1]) in self.items:
            return
        self.unknown.append((self.line(offset), shown))

    def resolve(self, names):
        """The full path of names that start with one that a use brought in."""
        seen = set()
        while names[0] in self.names and names[0] not in seen:
            seen.add(names[0])
            target = self.names[names[0]]
            if target[0] == names[0] and len(target) == 1:
                break
            names = target + names[1:]
        return names

    def run(self):
        # A module of the file's own hides a crate of that name.
        for module in re.finditer(rf"\bmod\s+({IDENT})", self.source):
            self.names[module.group(1)] = ("self", module.group(1))
        uses = list(USE.finditer(self.source))
        found = []
        for use in uses:
            for names, alias in leaves(use.group(1)):
                found.append((names, alias, use.start()))
                if alias not in ("_", "*"):
                    self.names[alias] = names
        for names, alias, offset in found:
            full = self.resolve(names)
            if full[0] not in self.crates:
                continue
            if full[-1] == "*":
                self.unknown.append((self.line(offset), "::".join(full) + " (name the items)"))
                continue
            shown = "::".join(full)
            # A macro is brought in by its name without the mark.
            self.check(full if shown in self.items else (*full[:-1], full[-1] + "!")
                       if shown + "!" in self.items else full, offset)
        rest = USE.sub(blank, self.source)
        for match in PATH.finditer(rest):
            names = tuple(re.split(r"\s*::\s*", match.group(1)))
            full = self.resolve(names)
            if full[0] not in self.crates or (len(names) == 1 and names[0] in self.crates):
                continue
            if match.group(2):
                full = (*full[:-1], full[-1] + "!")
            # A single name was checked where it was brought in.
            if len(names) > 1:
                self.check(full, match.start())
        return self


def sources(folders):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.rs")):
            if "target" not in path.relative_to(ROOT).parts:
                yield path


def check(name, paths, lists):
    """Tells the paths in the files that the lists lack; True if there are none."""
    items = read_items("\n".join((HERE / name).read_text() for name in lists))
    crates = {item.split("::")[0] for item in items}
    unknown, known = 0, set()
    for path in paths:
        file = File(path.read_text(), crates, items).run()
        known |= file.known
        for line, item in file.unknown:
            unknown += 1
            print(f"{path.relative_to(ROOT)}:{line}: {item} is not known to be part of Tock")
    print(f"{name}: {len(paths)} files, {len(known)} different items, {unknown} unknown")
    return bool(paths) and unknown == 0


def main():
    product = list(sources(STRICT))
    tests = [path for path in product if "tests" in path.relative_to(ROOT).parts]
    product = [path for path in product if path not in tests]
    results = [
        check("product", product, ["items.txt"]),
        check("boards and tests", tests + list(sources(BOARDS)), ["items.txt", "readings.txt"]),
    ]
    # In the words of cargo, which tools/setup/test.sh counts.
    passed = sum(results)
    print(f"test result: {passed} passed; {len(results) - passed} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
