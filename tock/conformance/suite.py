#!/usr/bin/env python3
# Licensed under the Apache License, Version 2.0 or the MIT License.
# SPDX-License-Identifier: Apache-2.0 OR MIT
# Copyright Tock Provisioning Contributors 2026.

"""Runs the conformance suite on the emulated board and compares case by case.

The processes in `suite/` report `case GROUP.NAME: pass` or `fail` with a
reason. Which cases there are is read from their sources, so that one that is
missing or that nobody expects is a failure too. Cases that only an onlooker can
judge are in this file. The last line is `N passed, N failed`, which is also the
result: 0 if none failed.

    ./suite.py                 the whole suite
    ./suite.py calls loader    some boots, by name
    ./suite.py -v ...          with the consoles
    ./suite.py --write-docs    writes the table of cases

Needs what `run.py` needs, and tockloader (see `installed.py`).
"""

import hashlib
import re
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import installed as installing
import run
import signed as signing
from binaries import NAMED, NAMED_SYNC, SKIPPED, Binary, footer, malformed, sha256_footer
from run import APPS_BASE, NETWORK, STRIDE, TARGET, TOCK, Failure, cargo, padding, target_directory

HERE = Path(__file__).resolve().parent
SUITE = HERE / "suite"
DOCS = TOCK.parent / "docs" / "reference" / "Conformance.md"
SHORT_ID = 0x5151
# Number of the board's test driver.
TEST = 0x8000_0100

CASE = re.compile(r'case!\(\s*(?:\w+,\s*)?"(\w+)",\s*"((?:[^"\\]|\\.)*)"')
RESULT = re.compile(r"case ([a-z_0-9]+\.[a-z_0-9]+): (pass|fail[^\r\n]*)\r?\n?")
DONE = re.compile(r"group (\w+): done\r?\n?")

# What elf2tab is told of a process beyond what all have.
OPTIONS = {
    "identity": ["--short-id", str(SHORT_ID)],
    "filtered": ["--permissions", "1,0", "1,1", "2,1", f"{TEST},0", f"{TEST},9"],
    "startup": ["--stack", "64"],
}

# Judged here, by what the kernel prints. Group, name, what it shows.
ONLOOKER = [
    ("calls", "low_level.alert_panic", "Alert 1 is printed as a panic of the process"),
    ("calls", "low_level.alert_location", "Alert 2 as a wrong location"),
    ("calls", "low_level.alert_other", "Any other with its number"),
    ("calls", "low_level.one_number", "Command 2 prints a number"),
    ("calls", "low_level.two_numbers", "Command 3 prints two"),
    ("calls", "exits.no_fourth_run", "A process that has terminated is not started again"),
    ("calls", "faults.none_reported", "A board that deals with a fault itself keeps the policy out"),
    ("others", "policies.stop_report", "The fault report tells process, address, cause and value"),
    ("others", "policies.stop_debug", "The policy to stop with debug output says that it stopped the process"),
    ("others", "policies.stop_silent", "The policy to stop says nothing of its own"),
    ("others", "policies.restart_debug", "The policy to restart with debug output says so, each time"),
    ("others", "policies.restart_reports", "Nine faults of one process give nine reports"),
    ("others", "policies.reports_tell", "Each of them tells the cause and the address"),
    ("others", "policies.threshold_reports", "With up to 3 restarts there are 4 faults"),
    ("others", "policies.no_panic", "None of these faults stops the kernel"),
    ("panic", "policies.panic", "The policy to panic stops the kernel"),
    ("panic", "policies.panic_names", "and the panic tells the process that faulted"),
    ("panic", "policies.panic_registers", "its registers and the cause"),
    ("panic", "policies.panic_memory", "and its memory"),
    ("panic_late", "policies.threshold_panic", "With up to 3 restarts before, the fourth fault stops the kernel"),
    ("loader", "loader.good", "Binaries before and after bad ones are loaded"),
    ("loader", "loader.padding", "Padding is passed over in silence"),
    ("loader", "loader.disabled", "A disabled binary is not loaded"),
    ("loader", "loader.version_newer", "Version 3: told with the version, and the rest is loaded"),
    ("loader", "loader.version_older", "Version 1: the same"),
    ("loader", "loader.version_high_byte", "Version 0x0302: the same"),
    ("loader", "loader.checksum", "A wrong checksum"),
    ("loader", "loader.checksum_name", "One bit changed in the name"),
    ("loader", "loader.newer_minor", "Made for a newer minor version of the kernel"),
    ("loader", "loader.newer_major", "Made for another major version"),
    ("loader", "loader.no_kernel_version", "Does not say which kernel it was made for"),
    ("loader", "loader.header_too_short", "A header of less than 16 bytes"),
    ("loader", "loader.header_beyond_total", "A header longer than the binary"),
    ("loader", "loader.tlv_truncated", "A TLV that is longer than the header"),
    ("loader", "loader.tlv_length", "A Main TLV of another length"),
    ("loader", "loader.tlv_permissions", "Permissions that are longer than their TLV"),
    ("loader", "loader.tlv_garbage", "A header of random TLVs"),
    ("loader", "loader.name_no_text", "A name that is not UTF-8"),
    ("loader", "loader.no_program", "Neither Main nor Program"),
    ("loader", "loader.entry_beyond", "An entry point behind the binary"),
    ("loader", "loader.entry_wraps", "An entry point that overflows 32 bits"),
    ("loader", "loader.trailer_wraps", "A protected region that overflows 32 bits"),
    ("loader", "loader.binary_end_beyond", "An end of the binary behind its total size"),
    ("loader", "loader.ram_huge", "More RAM than there is"),
    ("loader", "loader.ram_wraps", "An amount of RAM that overflows 32 bits"),
    ("loader", "loader.ram_overlaps", "A RAM address that another process has"),
    ("loader", "loader.regions_length", "Writeable flash regions that are no pairs"),
    ("loader", "loader.regions_wrap", "A writeable flash region that overflows 32 bits"),
    ("loader", "loader.odd_length", "A length that is not of whole words, which the PMP cannot tell apart"),
    ("loader", "loader.flash_address", "Linked for another flash address"),
    ("loader", "loader.unknown_tlv", "A TLV of unknown type does not matter"),
    ("loader", "loader.zero_byte", "A zero byte over a header: the list ends in silence, what was behind stays away"),
    ("loader", "loader.zero_low_byte", "Version 0x0200, of which the first byte is zero: the same"),
    ("loader", "loader.erased", "Erased flash in front of a binary: the same"),
    ("loader", "loader.total_zero", "Total size 0: told, and the list ends, what came before is loaded"),
    ("loader", "loader.total_beyond", "A total size beyond the flash: the same"),
    ("loader", "loader.total_wraps", "Total size 0xffff_ffff: the same"),
    ("loader", "loader.version_header", "Version 3 with a header of 12 bytes: the same"),
    ("loader", "loader.version_total", "Version 3 with a total size that is not of whole words: the same"),
    ("loader", "loader.version_beyond", "Version 3 with a total size beyond the flash: the same"),
    ("loader", "loader.overlapping", "A total size that reaches into the next binary skips that one too, and the rest is loaded"),
    ("loader", "loader.empty", "Erased flash: no process, and the kernel runs"),
    ("loader", "loader.too_many", "More processes than the board has room for: told"),
    ("credentials", "credentials.missing", "No footer: refused"),
    ("credentials", "credentials.wrong_hash", "One bit changed in the binary: refused"),
    ("credentials", "credentials.wrong_footer", "One bit changed in the hash: refused"),
    ("credentials", "credentials.footer_truncated", "A footer that is cut off: refused"),
    ("credentials", "credentials.unknown_format", "A format that the kernel does not know: refused"),
    ("credentials", "credentials.other_first", "A SHA-512 before the SHA-256: passed over, loaded"),
    ("credentials", "credentials.reserved_first", "Reserved space before the SHA-256: passed over, loaded"),
    ("credentials", "credentials.rest_loads", "What is refused does not keep others from loading"),
    ("credentials", "identity.newer_version", "Of two binaries with one short id the newer version is loaded"),
    ("credentials", "identity.same_version", "Of two of one version the first is loaded"),
    ("credentials", "identity.different", "Two with different short ids are both loaded"),
    ("probe", "sweep.other_pmp", "All of the sweep with the other kind of PMP"),
    ("docs", "docs.table", "The table of cases in the documentation is the suite's"),
]  # fmt: skip
ONLOOKER += [
    ("loader_sync", name.replace("loader.", "loader_sync."), shows)
    for _, name, shows in ONLOOKER
    if name.startswith("loader.")
]
ONLOOKER.append(("loader_sync", "loader_sync.main_only", "A header with Main and without Program, as elf2tab once made them: loaded"))
ONLOOKER += [("signed", name, shows) for name, shows in signing.CASES.items()]
ONLOOKER += [("installed", name, shows) for name, shows in installing.CASES.items()]
ONLOOKER += [("checks", f"checks.{check.__name__}", check.__doc__) for check in run.CHECKS]


def places():
    """Boot to list of process and place."""
    boots = {}
    for line in (SUITE / "places.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            boot, process, place, *_ = line.split()
            boots.setdefault(boot, []).append((process, int(place)))
    return boots


def cases_of(process: str):
    """Names and descriptions of the cases in the source of a process."""
    text = (SUITE / "src" / "bin" / f"{process}.rs").read_text()
    for module in re.findall(r"use conformance_suite::(pair|spinner);", text):
        text += (SUITE / "src" / f"{module}.rs").read_text()
    return {f"{process}.{name}": shows for name, shows in CASE.findall(text)}


def all_cases():
    """Boot to cases, as name to description."""
    cases = {}
    for boot, processes in places().items():
        for process, _ in processes:
            cases.setdefault(boot, {}).update(cases_of(process))
    for boot, name, shows in ONLOOKER:
        cases.setdefault(boot, {})[name] = shows
    return cases


def panicked(line: str) -> bool:
    return "panicked at" in line


def through(*groups: str):
    """Whether all groups are through by a line, or the kernel has ended."""
    left = set(groups)

    def is_last(line: str) -> bool:
        left.difference_update(DONE.findall(line + "\n"))
        return not left or panicked(line)

    return is_last


class Suite:
    """Builds, boots, and keeps the results."""

    def __init__(self, directory: Path, verbose: bool):
        self.directory = directory
        self.results = {}
        run.verbose = verbose
        board = TOCK / "boards" / "qemu_rv32_virt"
        # Features would be built anew each time in the folder of the board as it is.
        target = target_directory(TOCK) / "conformance"
        self.kernel = cargo(board, ["--features", "conformance"], {}, target) / "qemu_rv32_virt"
        self.firmware = self.kernel
        # The suite links by itself; libtock-rs wants to be told a place nevertheless.
        platform = {"LIBTOCK_PLATFORM": "qemu_rv32_virt"}
        self.elfs = cargo(SUITE, ["--bins"], platform, target_directory(HERE))
        self.tbfs = {}

    def tbf(self, process: str, credentials=("--sha256",)) -> bytes:
        if (process, credentials) not in self.tbfs:
            elf = self.directory / f"{TARGET.split('-')[0]}.elf"
            elf.write_bytes((self.elfs / process).read_bytes())
            options = OPTIONS.get(process, [])
            subprocess.run(
                [
                    run.ELF2TAB, "--kernel-major", "2", "--kernel-minor", "0",
                    "--deterministic", *credentials, *options, "-n", process,
                    "-o", str(self.directory / "app.tab"), str(elf),
                ],
                check=True,
                stdout=subprocess.DEVNULL,
            )  # fmt: skip
            self.tbfs[process, credentials] = elf.with_suffix(".tbf").read_bytes()
        return self.tbfs[process, credentials]

    def boot(self, flash: bytes, until, **options) -> str:
        """The console, each line of a process taken out of what the kernel prints."""
        try:
            console = run.run(
                self.directory, [], until, flash=flash + b"\xff" * 64,
                **{"firmware": self.firmware, **options},
            )  # fmt: skip
        except Failure as failure:
            console = str(failure)
        return console + "\n"

    def record(self, console: str) -> str:
        """Takes the results out of a console and returns the rest."""
        for name, result in RESULT.findall(console):
            # A process may be restarted between two cases of one name.
            if self.results.get(name, "pass") == "pass":
                self.results[name] = result
        return DONE.sub("", RESULT.sub("", console))

    def judge(self, name: str, holds: bool, why: str = "see the console with -v"):
        self.results[name] = "pass" if holds else f"fail {why}"

    def boot_processes(self, boot: str, until=None, binaries=None, **options) -> str:
        """Boots what is in `places.txt` until every group is through."""
        flash = b""
        groups = set()
        for process, place in places()[boot]:
            flash += padding(place * STRIDE - len(flash)) if place * STRIDE > len(flash) else b""
            flash += (binaries or {}).get(process) or self.tbf(process)
            if "Report::new(" in (SUITE / "src" / "bin" / f"{process}.rs").read_text() or cases_of(process):
                groups.add(process)
        until = until or through(*groups)
        return self.record(self.boot(flash, until, **options))


def calls(suite: Suite):
    def type_(line: str):
        if "console: type" in line:
            return "0123456789"
        return "abc" if "console: more" in line else None

    memops = Binary(suite.tbf("memops"))
    memops.set(2, struct.pack("<II", 0x40, 0x20))
    console = suite.boot_processes("calls", binaries={"memops": memops.build()}, react=type_)
    debug = "LowLevelDebug: process"
    suite.judge("low_level.alert_panic", bool(re.search(rf"{debug} \w+ alert: panic", console)))
    suite.judge("low_level.alert_location", bool(re.search(rf"{debug} \w+ alert: wrong location", console)))
    suite.judge("low_level.alert_other", bool(re.search(rf"{debug} \w+ alert 0x77", console)))
    suite.judge("low_level.one_number", bool(re.search(rf"{debug} \w+ prints 0xabc\s", console)))
    suite.judge("low_level.two_numbers", bool(re.search(rf"{debug} \w+ prints 0xdef 0x123\s", console)))
    suite.judge("exits.no_fourth_run", suite.results.get("exits.terminates") == "pass")
    suite.judge("faults.none_reported", "faulted" not in console, "a fault was reported")


def others(suite: Suite):
    console = suite.boot_processes("others")
    report = r"Process stopped faulted at pc 0x8016[0-9a-f]{4}: Load access fault, value 0x00000000"
    suite.judge("policies.stop_report", bool(re.search(report, console)))
    suite.judge("policies.stop_debug", "Process stopped faulted: stopped." in console)
    suite.judge("policies.stop_silent", "Process policy_stop faulted at" in console and "Process policy_stop faulted: " not in console)
    suite.judge("policies.restart_debug", console.count("Process policy_restart_debug faulted: restarted.") == 2)
    suite.judge("policies.restart_reports", console.count("Process policy_restart faulted at") == 9)
    # In the order of policy_restart; the store of a stack overflow is just below RAM.
    flash, ram = APPS_BASE + 3 * STRIDE, run.RAM_BASE + 3 * STRIDE
    expected = [
        ("Load", "00000000"), ("Store", "00000000"), ("Instruction", "00000000"),
        ("Illegal", "ffffffff"), ("Load", "80200000"), ("Load", f"{ram + STRIDE:08x}"),
        ("Store", f"{flash + run.HEADER:08x}"), ("Store", f"{(ram >> 12) - 1:05x}..."), ("Store", "10000000"),
    ]  # fmt: skip
    told = re.findall(r"Process policy_restart faulted at pc 0x[0-9a-f]{8}: (.*), value 0x([0-9a-f]{8})", console)
    same = len(told) == len(expected) and all(
        cause.startswith(c) and re.fullmatch(v, value) for (cause, value), (c, v) in zip(told, expected)
    )
    suite.judge("policies.reports_tell", same, str(told))
    suite.judge("policies.threshold_reports", console.count("Process policy_threshold faulted at") == 4)
    suite.judge("policies.no_panic", "panicked" not in console)


def net(suite: Suite):
    network = ["-netdev", NETWORK, "-device", "virtio-net-device,netdev=n0"]
    suite.boot_processes("net", extra=network)


def slow(suite: Suite):
    """Devices that take their time: what a process asks for meanwhile."""
    network = [
        "-netdev", NETWORK,
        # In nanoseconds: a frame goes out this long after the device was told to.
        "-device", "virtio-net-device,netdev=n0,tx=timer,x-txtimer=500000000",
    ]  # fmt: skip
    # So many bytes in so many milliseconds.
    rng = "virtio-rng-device,max-bytes=32,period=400"
    suite.boot_processes("slow", extra=network, rng=rng, stall=True)


def probe(suite: Suite):
    suite.boot_processes("probe", cpu=run.CPUS[0])
    first, suite.results = suite.results, {}
    suite.boot_processes("probe", cpu=run.CPUS[-1])
    same = all(suite.results.get(name) == "pass" for name in cases_of("sweep"))
    suite.results = first
    suite.judge("sweep.other_pmp", same)


def idle(suite: Suite):
    suite.boot_processes("idle", extra=["-icount", "shift=0,align=off,sleep=off"])


# The last line that a panic prints of a process before its protected memory.
CAUSE = r"^ cause "


def panic(suite: Suite):
    console = suite.boot_processes("panic", until=CAUSE)
    suite.judge("policies.panic", "panicked at" in console)
    suite.judge("policies.panic_names", "App: policy_panic  -  [Faulted]" in console)
    suite.judge("policies.panic_memory", bool(re.search(r"RAM start +0x80330000", console)))
    registers = re.search(r"Registers of the process:.* pc 0x8013[0-9a-f]{4}.* cause Load access fault", console, re.S)
    suite.judge("policies.panic_registers", bool(registers))


def panic_late(suite: Suite):
    console = suite.boot_processes("panic_late", until=CAUSE)
    restarts = re.search(r"App: policy_threshold_panic .*?Restarts: 3", console, re.S)
    suite.judge("policies.threshold_panic", bool(restarts) and "panicked at" in console)


def loader(suite: Suite):
    """The loader with identities and credentials."""
    load(suite, "loader", NAMED, 16, "app hello_a skipped: the process array is full")


def loader_sync(suite: Suite):
    """That of the board as it is."""
    suite.firmware = run.kernel()
    load(suite, "loader_sync", NAMED_SYNC, 4, "Not all processes are loaded: the process array is full")
    # The other loader demands a hash, which stands behind the end that Program tells.
    main_only = Binary(suite.tbf("hello_a")).set(9, None)
    main_only.footers = b""
    console = suite.boot(main_only.build(), through("hello_a"))
    suite.judge("loader_sync.main_only", "hello_a and all: 1" in console, console)
    suite.firmware = suite.kernel


def load(suite: Suite, group: str, named: str, room: int, full: str):
    first, last = suite.tbf("hello_a"), suite.tbf("hello_b")

    def beside(*between: bytes) -> bytes:
        """hello_a, what is between, and hello_b in its place."""
        flash = first + b"".join(between)
        gap = STRIDE - len(flash)
        return flash + (padding(gap) if gap >= 16 else b"") + last

    def both_run(console: str) -> bool:
        return "group hello_a: done" in console and "group hello_b: done" in console

    # Several in one boot, as long as their lengths tell where the next one is.
    console = suite.boot(beside(padding(64)), through("hello_a", "hello_b"))
    suite.judge(f"{group}.padding", both_run(console) and "[loader]" not in console, console)
    everything = list(malformed(first))
    good = True
    while everything:
        batch, size = [], len(first)
        while everything and size + len(everything[0][1]) < STRIDE - 64:
            batch.append(everything.pop(0))
            size += len(batch[-1][1])
        console = suite.boot(beside(*(binary for _, binary, _, _ in batch)), through("hello_a", "hello_b"))
        good &= both_run(console)
        address = APPS_BASE + len(first)
        for name, binary, form, why in batch:
            line = (named if form is NAMED else form).format(address=address, why=why)
            told = line in console
            suite.judge(f"{group}.{name}", told and both_run(console), f"no line {line!r} in\n{console}")
            address += len(binary)
    suite.judge(f"{group}.good", good)
    unknown = Binary(first)
    unknown.set(0x8123, b"abcd")
    console = suite.boot(unknown.build(), through("hello_a"))
    suite.judge(f"{group}.unknown_tlv", "group hello_a: done" in console, console)

    # These end the list: hello_a says that it is alone. Without a line, in silence.
    def ends(name: str, bad: bytes, line: str | None):
        console = suite.boot(beside(bad), through("hello_a"))
        told = "[loader]" not in console if line is None else line in console
        suite.judge(f"{group}.{name}", "hello_a and all: 1" in console and told, console)

    address = APPS_BASE + len(first)

    def changed(**fields) -> bytes:
        binary = Binary(first)
        for name, value in fields.items():
            setattr(binary, name, value)
        return binary.build()

    beyond = SKIPPED.format(address=address, why="total size reaches beyond the flash for applications")
    nowhere = SKIPPED.format(address=address, why="the lengths in its TBF header lead nowhere, so none is looked for behind")
    ends("zero_byte", b"\0" + first[1:], None)
    ends("zero_low_byte", changed(version=0x0200), None)
    ends("erased", b"\xff" * 16, None)
    ends("total_zero", changed(total=0), nowhere)
    ends("total_beyond", changed(total=0x10_0000), beyond)
    ends("total_wraps", changed(total=0xFFFF_FFFF), beyond)
    ends("version_header", changed(version=3, header_size=12), nowhere)
    ends("version_total", changed(version=3, total=len(first) + 2), nowhere)
    ends("version_beyond", changed(version=3, total=0x10_0000), beyond)
    over = beside(changed(flags=0, total=2 * STRIDE - len(first)))
    over += padding(2 * STRIDE - len(over)) + suite.tbf("hello_c")
    console = suite.boot(over, through("hello_a", "hello_c"))
    line = SKIPPED.format(address=address, why="not enabled in its TBF header")
    rest = "hello_c and all: 2" in console and "group hello_a: done" in console
    suite.judge(f"{group}.overlapping", rest and line in console, console)
    # Nothing says that nothing happens: it has some time for it.
    up = "initialization complete"
    console = suite.boot(b"\xff" * 4096, up, linger=3)
    suite.judge(f"{group}.empty", up in console and "panicked at" not in console, console)
    flash = first
    for _ in range(room):
        more = Binary(first)
        more.patch = {(5, 0): 0xFFFF_FFFF, (5, 4): 0xFFFF_FFFF, (9, 8): 0x400}
        flash += more.build()
    console = suite.boot(flash, through("hello_a"))
    suite.judge(f"{group}.too_many", full in console, console)


def credentials(suite: Suite):
    first, last = suite.tbf("hello_a"), suite.tbf("hello_b")

    def boot(hello_a: bytes, hello_b: bytes, *expected: str) -> str:
        flash = hello_a + padding(STRIDE - len(hello_a)) + hello_b
        return suite.boot(flash, through(*expected))

    def with_footers(make) -> bytes:
        binary = Binary(first)
        # The length of the footers is in the header, which is hashed.
        binary.footers = make(b"")
        size = len(binary.body) + binary.protected
        binary.footers = make(binary.build()[:size])
        return binary.build()

    def flipped(place: int) -> bytes:
        return first[:place] + bytes([first[place] ^ 1]) + first[place + 1 :]

    refused = {
        "missing": with_footers(lambda binary: b""),
        "wrong_hash": flipped(0x200),
        "wrong_footer": flipped(len(first) - 5),
        "footer_truncated": with_footers(lambda binary: sha256_footer(binary)[:-8]),
        "unknown_format": with_footers(lambda binary: footer(77, bytes(32))),
    }
    rest = True
    for name, binary in refused.items():
        console = boot(binary, last, "hello_b")
        rest &= "group hello_b: done" in console
        holds = "hello_b and all: 1" in console and "[loader] app hello_a skipped: " in console
        suite.judge(f"credentials.{name}", holds, console)
    suite.judge("credentials.rest_loads", rest)
    accepted = {
        "other_first": with_footers(lambda binary: footer(5, hashlib.sha512(binary).digest()) + sha256_footer(binary)),
        "reserved_first": with_footers(lambda binary: footer(0, bytes(16)) + sha256_footer(binary)),
    }
    for name, binary in accepted.items():
        console = boot(binary, last, "hello_a", "hello_b")
        suite.judge(f"credentials.{name}", "group hello_a: done" in console, console)

    def of(tbf: bytes, short_id: int, version: int) -> bytes:
        binary = Binary(tbf).set(10, struct.pack("<I", short_id))
        binary.patch = {(9, 16): version}
        return binary.build()

    console = boot(of(first, 7, 1), of(last, 7, 2), "hello_b")
    suite.judge("identity.newer_version", "hello_b and all: 1" in console and "version 1 skipped" in console, console)
    console = boot(of(first, 7, 2), of(last, 7, 2), "hello_a")
    suite.judge("identity.same_version", "hello_a and all: 1" in console and "app hello_b version 2 skipped" in console, console)
    console = boot(of(first, 7, 1), of(last, 8, 1), "hello_a", "hello_b")
    suite.judge("identity.different", "hello_b and all: 2" in console, console)


def signed(suite: Suite):
    """A board that demands signatures."""
    results = signing.run_cases(suite.directory, dict(places()["signed"]), suite.tbf, suite.boot, through)
    for name, why in results.items():
        suite.judge(name, why is None, str(why))


def installed(suite: Suite):
    """What tockloader makes of the flash."""
    for name, why in installing.run_cases(suite.directory).items():
        suite.judge(name, why is None, str(why))


def table() -> str:
    lines = []
    for boot, cases in all_cases().items():
        lines += [f"### {boot}", "", "| Case | What it shows |", "|---|---|"]
        lines += [f"| `{name}` | {shows} |" for name, shows in cases.items()]
        lines.append("")
    count = sum(len(cases) for cases in all_cases().values())
    return f"{count} cases in {len(all_cases())} boots.\n\n" + "\n".join(lines)


MARK = "<!-- The rest is written by tock/conformance/suite.py --write-docs -->\n"


def docs(suite: Suite):
    text = DOCS.read_text() if DOCS.exists() else ""
    same = text.partition(MARK)[2].strip() == table().strip()
    suite.judge("docs.table", same, "run suite.py --write-docs")


def checks(suite: Suite):
    """What `run.py` tries, on the board as it is."""
    for check in run.CHECKS:
        with tempfile.TemporaryDirectory() as directory:
            try:
                check(Path(directory))
                suite.judge(f"checks.{check.__name__}", True)
            except Failure as failure:
                suite.judge(f"checks.{check.__name__}", False, str(failure))


BOOTS = [
    calls, others, net, slow, idle, probe, panic, panic_late, loader, loader_sync, credentials, signed,
    installed, checks, docs,
]  # fmt: skip


def write_docs():
    head = DOCS.read_text().partition(MARK)[0] if DOCS.exists() else "# Conformance\n\n"
    DOCS.write_text(head + MARK + "\n" + table())


def main() -> int:
    arguments = sys.argv[1:]
    if "--write-docs" in arguments:
        write_docs()
        return 0
    names = [argument for argument in arguments if argument != "-v"]
    boots = [boot for boot in BOOTS if not names or boot.__name__ in names]
    expected = all_cases()
    wanted = {name for boot in boots for name in expected.get(boot.__name__, {})}
    with tempfile.TemporaryDirectory() as directory:
        suite = Suite(Path(directory), "-v" in arguments)
        for boot in boots:
            start = time.monotonic()
            boot(suite)
            print(f"boot {boot.__name__}: {time.monotonic() - start:.0f} s", flush=True)
    failed = 0
    for name in sorted(wanted | suite.results.keys()):
        result = suite.results.get(name, "fail missing")
        if name not in wanted:
            result = "fail unexpected: " + result
        failed += result != "pass"
        print(f"case {name}: {result}")
    passed = len(wanted | suite.results.keys()) - failed
    # As cargo's test runner does, for those that count over all suites.
    print(f"test result: {'FAILED' if failed else 'ok'}. {passed} passed; {failed} failed")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
