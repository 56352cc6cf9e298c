# Licensed under the Apache License, Version 2.0 or the MIT License.
# SPDX-License-Identifier: Apache-2.0 OR MIT
# Copyright Tock Provisioning Contributors 2026.

"""Installs, removes and disables applications with tockloader, and boots.

The flash is a file with kernel and applications, from which the machine boots.
Each TAB holds one program at two addresses, so tockloader has to find the ones
that go together. A program prints where it is and which processes it sees.

Needs what `run.py` needs, and tockloader (`pip install tockloader`); TOCKLOADER
names it where it is not where `make setup` puts it.
"""

import json
import os
import re
import subprocess
from pathlib import Path

import run
from run import APPS_BASE, RAM_BASE, STRIDE, TARGET, TOCK, Failure, check

TOCKLOADER = Path(
    os.environ.get("TOCKLOADER") or TOCK.parent / "target/tools/tockloader/bin/tockloader"
)

BOARD = "qemu_rv32_virt"
APPS_LENGTH = 0x10_0000

# The places that each TAB is linked for. No two can have the place that both could have.
TABS = {"alpha": (0, 1), "beta": (1, 2), "gamma": (2, 3)}

# What the kernel says of a disabled binary, after the address. Of the zero that
# tockloader puts behind the last one it says nothing.
DISABLED = "skipped: not enabled in its TBF header"

CASES = {
    "installed.install": "Three TABs of two address pairs each, installed by tockloader: all run",
    "installed.list": "tockloader lists them at the addresses where they run",
    "installed.uninstall": "The middle one uninstalled: the two others run, and no third",
    "installed.disable": "One disabled: it is listed as disabled and does not run, the other does",
    "installed.enable": "Enabled again: both run",
    "installed.sticky": "Sticky: the kernel runs it as before; tockloader does not uninstall it",
    "installed.again": "The middle one installed again: all three run",
    "installed.replaced": "One installed over itself: all three run, none twice",
}


def tab(directory: Path, name: str, places) -> Path:
    """One program for several places, in one TAB."""
    elfs = []
    for place in places:
        flash, ram = APPS_BASE + place * STRIDE, RAM_BASE + place * STRIDE
        elf = directory / f"{TARGET.split('-')[0]}.{flash:#x}.{ram:#x}.elf"
        # The same program for all, so each place is built once.
        if not elf.exists():
            addresses = {"LIBTOCK_LINKER_FLASH": hex(flash), "LIBTOCK_LINKER_RAM": hex(ram)}
            target = run.target_directory(run.HERE)
            built = run.cargo(run.HERE, ["--bin", "installed"], addresses, target)
            elf.write_bytes((built / "installed").read_bytes())
        elfs.append(str(elf))
    path = directory / f"{name}.tab"
    subprocess.run(
        [
            run.ELF2TAB, "--kernel-major", "2", "--kernel-minor", "0", "--deterministic",
            "--sha256", "--stack", "4096", "-n", name, "-o", str(path), *elfs,
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return path


class Flash:
    """The file, what tockloader does to it, and what boots from it."""

    def __init__(self, directory: Path):
        self.directory = directory
        self.path = directory / "installed.bin"
        self.path.write_bytes(run.kernel_image() + b"\xff" * APPS_LENGTH)

    def tockloader(self, command: str, *arguments) -> str:
        done = subprocess.run(
            [
                str(TOCKLOADER), command, "--board", BOARD, "--flash-file", str(self.path),
                *map(str, arguments),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=run.LIMIT,
        )  # fmt: skip
        check(done.returncode == 0, f"tockloader {command}: {done.returncode}\n{done.stdout}")
        return done.stdout

    def listed(self):
        """Name to what tockloader says of it."""
        said = self.tockloader("list", "--output-format", "json")
        # Log lines come before and after.
        apps = json.JSONDecoder().raw_decode(said, said.index("{"))[0]["apps"]
        names = [app["name"] for app in apps]
        check(len(names) == len(set(names)), f"listed twice: {names}")
        return {app["name"]: app for app in apps}

    def runs(self, *names: str):
        """Boots. These and no others must run, at the addresses listed."""
        apps = self.listed()
        wanted = {f"{apps[name]['address']:08x}" for name in names}
        left = set(wanted)

        def through(line: str) -> bool:
            left.difference_update(re.findall(r"installed: ([0-9a-f]{8}) done", line))
            return not left or "panicked at" in line

        console = run.run(self.directory, [], through, bios=self.path)
        # All are made before the first one runs, so each sees all.
        seen = set(re.findall(r"installed: ([0-9a-f]{8}) sees (\w+)", console))
        expected = {(place, name) for place in wanted for name in names}
        check(seen == expected, f"{sorted(seen)} instead of {sorted(expected)}\n{console}")
        expected = {
            f"[loader] app at {app['address']:#010x} {DISABLED}"
            for app in apps.values()
            if not app["enabled"]
        }
        told = {line for line in console.splitlines() if "skipped" in line}
        check(told == expected, f"{sorted(told)} instead of {sorted(expected)}")


def install(flash: Flash, tabs):
    said = flash.tockloader("install", *tabs.values())
    check(set(flash.listed()) == set(TABS), said)
    flash.runs(*TABS)


def list_(flash: Flash, tabs):
    apps = flash.listed()
    for name, app in apps.items():
        places = [APPS_BASE + place * STRIDE for place in TABS[name]]
        check(app["address"] in places, f"{name} at {app['address']:#x}, not in {places}")
        check(app["enabled"] and not app["sticky"], f"{name}: {app}")
    terminal = flash.tockloader("list")
    check(all(re.search(rf"Name: +{name}\s", terminal) for name in TABS), terminal)


def uninstall(flash: Flash, tabs):
    flash.tockloader("uninstall", "beta")
    check(set(flash.listed()) == {"alpha", "gamma"}, "beta is still listed, or more is gone")
    flash.runs("alpha", "gamma")


def disable(flash: Flash, tabs):
    flash.tockloader("disable-app", "alpha")
    check(not flash.listed()["alpha"]["enabled"], "alpha is listed as enabled")
    check(flash.listed()["gamma"]["enabled"], "gamma is listed as disabled")
    flash.runs("gamma")


def enable(flash: Flash, tabs):
    flash.tockloader("enable-app", "alpha")
    check(flash.listed()["alpha"]["enabled"], "alpha is listed as disabled")
    flash.runs("alpha", "gamma")


def sticky(flash: Flash, tabs):
    flash.tockloader("sticky-app", "gamma")
    check(flash.listed()["gamma"]["sticky"], "gamma is not listed as sticky")
    flash.runs("alpha", "gamma")
    try:
        flash.tockloader("uninstall", "gamma")
    except Failure:
        # It may call its refusal a failure.
        pass
    check("gamma" in flash.listed(), "uninstalled although sticky")
    flash.tockloader("unsticky-app", "gamma")
    check(not flash.listed()["gamma"]["sticky"], "gamma is listed as sticky")
    flash.runs("alpha", "gamma")


def again(flash: Flash, tabs):
    flash.tockloader("install", tabs["beta"])
    flash.runs(*TABS)


def replaced(flash: Flash, tabs):
    flash.tockloader("install", tabs["alpha"])
    flash.runs(*TABS)


STEPS = [install, list_, uninstall, disable, enable, sticky, again, replaced]


def run_cases(directory: Path):
    """Case to None, or to what was wrong. Each goes on from the flash of the one before."""
    if not os.access(TOCKLOADER, os.X_OK):
        missing = f"there is no tockloader at {TOCKLOADER}: run `make setup`, or set TOCKLOADER"
        return dict.fromkeys(CASES, missing)
    results = {}
    tabs = {name: tab(directory, name, places) for name, places in TABS.items()}
    flash = Flash(directory)
    for name, step in zip(CASES, STEPS, strict=True):
        try:
            step(flash, tabs)
            results[name] = None
        except (Failure, KeyError, ValueError, subprocess.TimeoutExpired) as failure:
            results[name] = f"{type(failure).__name__}: {failure}"
    return results
