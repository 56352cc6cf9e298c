#!/usr/bin/env python3
# Licensed under the Apache License, Version 2.0 or the MIT License.
# SPDX-License-Identifier: Apache-2.0 OR MIT
# Copyright Tock Provisioning Contributors 2026.

"""Runs the conformance processes on the emulated board and checks the output.

Needs cargo with the target riscv32imac-unknown-none-elf, qemu-system-riscv32
and elf2tab (`cargo install elf2tab`; or ELF2TAB names it). With KERNEL set to
an ELF file, that kernel is tried instead of this workspace's board.

    ./run.py            all checks
    ./run.py NAME ...   some of them, by name
    ./run.py -v ...     with the console of each run
"""

import array
import fcntl
import os
import re
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from pathlib import Path

from binaries import Binary

HERE = Path(__file__).resolve().parent
TOCK = HERE.parent
TARGET = "riscv32imac-unknown-none-elf"
ELF2TAB = os.environ.get("ELF2TAB", "elf2tab")
QEMU = os.environ.get("QEMU", "qemu-system-riscv32")

# For cargo, where the target is not installed as it is elsewhere.
FLAGS = os.environ.get("FIRMWARE_FLAGS", "").split()

KERNEL_BASE = 0x8000_0000
APPS_BASE = 0x8010_0000
RAM_BASE = 0x8030_0000
STRIDE = 0x1_0000
HEADER = 0x80

# Lines whose numbers depend on the size of the program or of the kernel's data,
# with what must hold of them all the same.
RAM_END = re.compile(r"^memop 3: 81 (8030[0-9a-f]{4})$")
FLASH_END = re.compile(r"^memop 5: 81 (8010[0-9a-f]{4})$")
GRANT_START = re.compile(r"^memop 6: 81 (8030[0-9a-f]{4})$")
SIZES = {"memop 3": RAM_END, "memop 5": FLASH_END, "memop 6": GRANT_START}

# With the enhanced PMP and without. Newer QEMU calls the property `smepmp`.
CPUS = os.environ.get("QEMU_CPUS", "rv32,x-epmp=true rv32").split()

# Seconds until a run that does not come to its end is given up: many times what any
# takes on a busy machine. No case waits for it.
LIMIT = 300

# One instruction is 8 ns of virtual time, whatever the host does.
COUNTED = ("-icount", "shift=3,align=off,sleep=off")

# One that answers ARP. A router of IPv6 would make itself known at times.
NETWORK = "user,id=n0,restrict=on,ipv6=off"

verbose = False


class Failure(Exception):
    """A check did not hold; the text says what was found."""


def target_directory(package: Path) -> Path:
    if "CARGO_TARGET_DIR" in os.environ:
        base = Path(os.environ["CARGO_TARGET_DIR"]) / package.name
    else:
        base = package / "target"
    return base


def cargo(package: Path, arguments, environment, target: Path) -> Path:
    # Cargo looks for its configuration upwards from where it runs.
    subprocess.run(
        ["cargo", "build", "--quiet", "--release", "--target", TARGET, *FLAGS, *arguments],
        cwd=package,
        env={**os.environ, **environment, "CARGO_TARGET_DIR": str(target)},
        check=True,
    )
    return target / TARGET / "release"


def kernel() -> Path:
    if "KERNEL" in os.environ:
        return Path(os.environ["KERNEL"])
    board = TOCK / "boards" / "qemu_rv32_virt"
    return cargo(board, [], {}, target_directory(TOCK)) / "qemu_rv32_virt"


def addresses(slot: int):
    """Tells libtock-rs to link for place number `slot`."""
    return {
        "LIBTOCK_LINKER_FLASH": hex(APPS_BASE + slot * STRIDE),
        "LIBTOCK_LINKER_RAM": hex(RAM_BASE + slot * STRIDE),
    }


def tbf(directory: Path, binary: str, slot: int, environment=None) -> bytes:
    """The process binary `binary`, linked for place number `slot`."""
    environment = {**addresses(slot), **(environment or {})}
    elf = cargo(HERE, ["--bin", binary], environment, target_directory(HERE)) / binary
    return packed(directory, binary, elf)


def packed(directory: Path, binary: str, elf: Path) -> bytes:
    named = directory / f"{TARGET.split('-')[0]}.elf"
    named.write_bytes(elf.read_bytes())
    subprocess.run(
        [
            ELF2TAB, "--kernel-major", "2", "--kernel-minor", "0", "--deterministic",
            "--stack", "4096", "-n", binary, "-o", str(directory / "app.tab"), str(named),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return named.with_suffix(".tbf").read_bytes()


def padding(length: int) -> bytes:
    """A header without a binary: the kernel skips `length` bytes."""
    header = struct.pack("<HHII", 2, 16, length, 0)
    checksum = 0
    for (word,) in struct.iter_unpack("<I", header):
        checksum ^= word
    return (header + struct.pack("<I", checksum)).ljust(length, b"\xff")


def image(binaries) -> bytes:
    """Binaries at the places that they are linked for."""
    data = b""
    for slot, binary in enumerate(binaries):
        gap = slot * STRIDE - len(data)
        if gap:
            data += padding(gap)
        data += binary
    return data + b"\xff" * 64


def kernel_image() -> bytes:
    """The kernel as the bytes of its flash, erased where it is not."""
    flash = bytearray(b"\xff" * (APPS_BASE - KERNEL_BASE))
    elf = kernel().read_bytes()
    offset, size, count = struct.unpack_from("<I10xHH", elf, 28)
    for header in range(offset, offset + count * size, size):
        kind, start, _, address, length = struct.unpack_from("<5I", elf, header)
        if kind == 1 and length:
            place = address - KERNEL_BASE
            flash[place : place + length] = elf[start : start + length]
    return bytes(flash)


def stalled(pipe):
    """The lines that come out of a small pipe, which gets full in between: what was
    there is only taken when no more has come for a while."""
    descriptor = pipe.fileno()
    length = array.array("i", [0])
    text = ""
    while True:
        before = -1
        while before != length[0]:
            before = length[0]
            time.sleep(0.2)
            fcntl.ioctl(descriptor, termios.FIONREAD, length)
        data = os.read(descriptor, 1 << 16)
        *whole, text = (text + data.decode(errors="replace")).split("\n")
        yield from (line + "\n" for line in whole)
        if not data:
            return


def run(
    directory, binaries, until, extra=(), cpu=CPUS[0], react=None, bios=None, firmware=None,
    flash=None, rng="virtio-rng-device", stall=False, linger=0,
) -> str:  # fmt: skip
    """Boots and returns the console up to the line that `until` matches, a pattern
    or a function. Every line before is handed to `react`, and what that returns
    is typed at the console. `flash` is what is there instead of `binaries`, `rng` the
    device for random numbers; with `stall` the console is only read when nothing more
    goes into it. After that line come those of `linger` more seconds."""
    finds = until if callable(until) else re.compile(until).search
    apps = directory / "apps.bin"
    apps.write_bytes(image(binaries) if flash is None else flash)
    command = [
        QEMU, "-machine", "virt", "-cpu", cpu, "-m", "128M", "-nographic",
        "-bios", str(bios or firmware or kernel()),
        "-global", "virtio-mmio.force-legacy=false", "-device", rng, *extra,
    ]  # fmt: skip
    if not bios:
        command += ["-device", f"loader,file={apps},addr={APPS_BASE:#x}"]
    emulator = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pipesize=4096 if stall else -1,
        text=True,
        errors="replace",
    )
    # The emulator is ended in any case, so that the console below has an end.
    watchdog = threading.Timer(LIMIT, emulator.kill)
    watchdog.start()
    lines = []
    try:
        for line in stalled(emulator.stdout) if stall else emulator.stdout:
            lines.append(line.rstrip("\r\n"))
            if verbose:
                print("   |", lines[-1], flush=True)
            if finds(line):
                if linger:
                    threading.Timer(linger, emulator.kill).start()
                    lines += emulator.stdout.read().splitlines()
                break
            typed = react(line) if react else None
            if typed:
                emulator.stdin.write(typed)
                emulator.stdin.flush()
        else:
            what = "last line" if callable(until) else f"line {until!r}"
            raise Failure(f"no {what} in {LIMIT} s:\n" + "\n".join(lines))
    finally:
        watchdog.cancel()
        emulator.kill()
        emulator.stdin.close()
        emulator.stdout.close()
        emulator.wait()
    return "\n".join(lines)


def check(condition: bool, text: str):
    if not condition:
        raise Failure(text)


def abi_observed(directory: Path):
    """Return registers are those of an upstream kernel, call by call."""
    binary = tbf(directory, "abi_observed", 0)
    console = run(directory, [binary], r"abi_observed: done|faulted|panic")
    ours = [line for line in console.splitlines() if ": " in line]
    # After the kernel's greeting.
    ours = ours[next(i for i, l in enumerate(ours) if l.startswith("cmd exists")) :]
    expected = [
        line
        for line in (HERE / "abi-observed.txt").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    wrong = []
    for line, found in zip(expected, ours):
        pattern = SIZES.get(line.split(":")[0])
        same = pattern.match(found) if pattern else line == found
        if not same:
            wrong.append(f"  upstream: {line}\n  here:     {found}")
    check(not wrong, f"{len(wrong)} differences\n" + "\n".join(wrong))
    count = len([line for line in ours if not line.startswith("abi_observed")])
    check(count == len(expected), f"{count} lines instead of {len(expected)}")
    end = int(FLASH_END.search("\n".join(l for l in ours if l.startswith("memop 5"))).group(1), 16)
    total = struct.unpack_from("<I", binary, 4)[0]
    check(end == APPS_BASE + total, "memop 5 is not the end of the binary")


TRESPASSES = [
    "load kernel", "load kernel ram", "store kernel", "load device", "store own code",
    "execute ram", "execute kernel", "read csr", "read counter", "float", "wait", "bad yield",
    "bad class", "grant",
]  # fmt: skip


def console_input(directory: Path):
    """What is typed reaches a process, one read after the other, and a read can be given up."""

    def type_(line: str):
        # Fewer bytes than the UART's FIFO holds; the driver gets them by and by.
        return "0123456789abcde" if "echo: ready" in line else None

    binary = tbf(directory, "echo", 0)
    console = run(directory, [binary], r"echo: 5.*65\]|panic", react=type_)
    texts = ["01234", "56789", "abcde"]
    expected = [f"echo: 5 Ok(()) [{', '.join(f'{ord(c):02x}' for c in text)}]" for text in texts]
    found = [line for line in console.splitlines() if line.startswith("echo: 5")]
    check(found == expected, f"{found} instead of {expected}")
    # 8 is CANCEL.
    check("echo: aborted with status 8 after 0 bytes" in console, console)


def raw_image(directory: Path):
    """A raw image of kernel and processes boots, as installers write it."""
    flash = directory / "flash.bin"
    flash.write_bytes(kernel_image() + image([tbf(directory, "devices", 0)]))
    run(directory, [], r"devices: done", bios=flash)


def frames(directory: Path):
    """Bursts of frames longer than the receive queue reach a process whole."""
    path = str(directory / "net")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    # 100 frames a burst are six times the queue and fit one buffer of the app, which
    # asks for the next burst when it has read them.
    lengths = [60 + 7 * (number % 3) for number in range(300)]
    bursts = iter([range(start, start + 100) for start in range(0, len(lengths), 100)])
    connections = []

    def ethernet(number: int, length: int, kind: int) -> bytes:
        header = b"\xff" * 6 + b"\x02\0\0\0\0\1" + struct.pack(">HI", kind, number)
        frame = header.ljust(length, b"\xa5")
        return struct.pack(">I", len(frame)) + frame

    def send(line: str):
        if "frames: ready" not in line:
            return
        if not connections:
            connections.append(listener.accept()[0])
        burst = next(bursts, None)
        if burst is None:
            connections[0].sendall(ethernet(0, 60, 0x88B6))
        else:
            connections[0].sendall(b"".join(ethernet(n, lengths[n], 0x88B5) for n in burst))

    network = [
        "-netdev", f"stream,id=n0,server=off,addr.type=unix,addr.path={path}",
        "-device", "virtio-net-device,netdev=n0",
    ]  # fmt: skip
    binary = tbf(directory, "frames", 0)
    console = run(directory, [binary], r"frames: \d+|panic", network, react=send)
    listener.close()
    expected = f"frames: {len(lengths)} frames {sum(lengths)} bytes 0 out of order exceeded false"
    check(expected in console, f"expected {expected!r}\n{console}")


def isolation(directory: Path):
    """What a process may not do stops it, and no other process."""
    for trespass in TRESPASSES:
        guilty = tbf(directory, "trespasser", 0, {"TRESPASS": trespass})
        bystander = tbf(directory, "devices", 1)
        for cpu in CPUS:
            until = r"devices: done|panic|not stopped"
            console = run(directory, [guilty, bystander], until, cpu=cpu)
            what = f"{trespass} on {cpu}"
            check(f"trespasser: {trespass}" in console, f"{what}: did not run\n{console}")
            check("devices: done" in console, f"{what}: the bystander did not finish\n{console}")
            check("trespasser faulted" in console, f"{what}: no fault\n{console}")


def time_slices(directory: Path):
    """Processes that never yield share the processor and keep their registers."""
    # 14 ms of computing between two lines, which is more than a slice.
    binaries = [tbf(directory, "spinner", i, {"SPINNER": f"spinner{i}"}) for i in range(2)]
    console = run(directory, binaries, r"spinner[01]: 4", COUNTED)
    lines = [line.split() for line in console.splitlines() if line.startswith("spinner")]
    order = [name for name, *_ in lines]
    # Both get to their third line before either has ended.
    check(order.count("spinner0:") >= 3 and order.count("spinner1:") >= 3, f"order {order}")
    for number, value in ((n, v) for name, n, v in lines if name == "spinner0:"):
        other = next((v for name, n, v in lines if name == "spinner1:" and n == number), value)
        check(value == other, f"round {number}: {value} and {other}")


def preemption(directory: Path):
    """A process that computes delays the wake-up of another by a slice at most."""
    # 120 ms of computing between two lines: no system call brings the wake-up.
    spinner = tbf(directory, "spinner", 0, {"ROUNDS": "1250000"})
    binaries = [spinner, tbf(directory, "devices", 1)]
    console = run(directory, binaries, r"devices: done|panic", COUNTED)
    check("spinner: 4" not in console, "the spinner was done too early for the test")
    slept = int(re.search(r"devices: slept (\d+) ms", console).group(1))
    # A slice is 10 ms; the reading of the clock comes after another one.
    check(100 <= slept <= 125, f"slept {slept} ms of virtual time instead of 100 to 125")


def devices(directory: Path):
    """Console, alarm, random numbers, LEDs and Ethernet work from user mode."""
    network = ["-netdev", NETWORK, "-device", "virtio-net-device,netdev=n0"]
    console = run(directory, [tbf(directory, "devices", 0)], r"devices: done|panic", network)
    check("devices: hello from user mode" in console, console)
    slept = int(re.search(r"devices: slept (\d+) ms", console).group(1))
    check(slept >= 100, f"slept {slept} ms instead of at least 100")
    drawn = re.findall(r"devices: random \[(.*?)\] Ok", console)
    check(len(drawn) == 2 and len(set(drawn)) == 2, f"random numbers {drawn}")
    check(all(len(set(d.split(", "))) > 4 for d in drawn), f"random numbers {drawn}")
    check("devices: 2 LEDs on" in console, console)
    check("devices: sent 128 status 0 len 60 id 7" in console, console)
    # The answer to an ARP request is operation 2 of type 0x0806.
    answer = re.search(r"devices: received (\d+), first (\d+) bytes, type 0806 operation 2", console)
    check(answer is not None and int(answer.group(1)) >= 1, console)


def api_pins(directory: Path):
    """The interfaces that are pinned have their types on the target too."""
    try:
        cargo(TOCK / "api_pins", [], {}, target_directory(TOCK))
    except subprocess.CalledProcessError as error:
        raise Failure(f"api_pins does not compile: {error}") from error


def last_words(directory: Path):
    """A process that panics, or is not where it was linked for, says so and ends."""
    misplaced = Binary(tbf(directory, "installed", 1))
    # No place in flash is demanded, so that it is loaded.
    misplaced.patch = {(5, 4): 0xFFFF_FFFF}
    misplaced.footers = b""
    misplaced = misplaced.build()
    panics = tbf(directory, "panics", 0)
    flash = panics + misplaced
    flash += padding(2 * STRIDE - len(flash)) + tbf(directory, "installed", 2) + b"\xff" * 64
    ended = {"panics: begins", "alert: panic", "alert: wrong location", "installed: 80120000 done"}
    left = set(ended)

    def through(line: str) -> bool:
        left.difference_update([text for text in ended if text in line])
        return not left or "panicked at" in line

    console = run(directory, [], through, flash=flash)
    check(not left, f"no {left}\n{console}")
    for text in ["panics: goes on", "installed: 80110000", "faulted"]:
        check(text not in console, f"{text}\n{console}")


def long_panic(directory: Path):
    """With debug assertions a process that panics tells on the console where and why."""
    environment = {**addresses(0), "CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS": "true"}
    # Built apart, since the rest would be built anew after it.
    target = target_directory(HERE) / "assertions"
    elf = cargo(HERE, ["--bin", "panics"], environment, target) / "panics"
    binary = packed(directory, "panics", elf)
    console = run(directory, [binary], r"on purpose|panics: goes on")
    told = re.search(r"panicked at src/bin/panics\.rs:\d+:\d+:?\s+on purpose", console)
    check(told is not None and "alert: panic" in console, console)
    check("panics: goes on" not in console and "faulted" not in console, console)


def examples(directory: Path):
    """The examples of libtock-rs build as they are, and do what they say."""
    libtock = TOCK.parent / "libtock-rs"

    def example(name: str, slot: int) -> bytes:
        built = cargo(libtock, ["-p", "libtock", "--examples"], addresses(slot), target_directory(libtock))
        return packed(directory, name, built / "examples" / name)

    hexes = " ".join(["[0-9a-f]{2}"] * 16)
    # What each prints at its end, and what must have been there by then.
    expected = {
        "console": (r"^Hello world from a process!$", []),
        "rng": (r"^rng: ", [rf"^rng: {hexes}$"]),
        "low_level_debug": (r"alert: panic$", [r"prints 0x45$", r"prints 0x45 0xa11$"]),
        "buttons": (r"^buttons: waiting, 1 of them$", []),
        "alarm": (r"^alarm: beat 8, ", [rf"^alarm: beat {n}, \d+ of 2500000 ticks at 10000000 Hz$" for n in range(1, 9)]),
    }
    # One that says nothing runs beside the last of these.
    silent = {"alarm": "blink"}
    names = {path.stem for path in (libtock / "examples").glob("*.rs")}
    check(names == {*expected, *silent.values()}, f"other examples than expected: {names}")
    for name, (end, lines) in expected.items():
        binaries = [example(name, 0)]
        if name in silent:
            binaries.append(example(silent[name], 1))
        console = run(directory, binaries, rf"{end}|panicked|faulted")
        for line in [end, *lines]:
            check(re.search(line, console, re.M) is not None, f"{name}: no line {line!r}\n{console}")
        check("faulted" not in console, f"{name}: a fault\n{console}")


CHECKS = [
    abi_observed, devices, console_input, frames, raw_image, isolation, time_slices, preemption,
    last_words, long_panic, examples, api_pins,
]  # fmt: skip


def main() -> int:
    global verbose
    names = [name for name in sys.argv[1:] if name != "-v"]
    verbose = "-v" in sys.argv[1:]
    failed = 0
    for test in CHECKS:
        if names and test.__name__ not in names:
            continue
        with tempfile.TemporaryDirectory() as directory:
            try:
                test(Path(directory))
                print(f"ok      {test.__name__}: {test.__doc__}")
            except Failure as failure:
                failed += 1
                print(f"FAILED  {test.__name__}: {failure}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
