# Licensed under the Apache License, Version 2.0 or the MIT License.
# SPDX-License-Identifier: Apache-2.0 OR MIT
# Copyright Tock Provisioning Contributors 2026.

"""What a board that demands signatures loads, and what it refuses.

`elf2tab` signs with the keys in `keys/`; the board knows one of them.
"""

import socket
import struct
from pathlib import Path

from binaries import checksum
from run import HERE, LIMIT, STRIDE, TOCK, cargo, padding, target_directory

CASES = {
    "signed.right": "Signed by elf2tab with the key that the board knows: runs",
    "signed.unsigned": "No credential: refused with a line",
    "signed.other_key": "Signed with another key: refused with a line",
    "signed.changed": "One byte of the program changed after signing: refused with a line",
    "signed.changed_header": "One byte of the header changed, with its checksum: refused with a line",
    "signed.changed_signature": "One bit of the signature changed: refused with a line",
    "signed.hash_only": "A SHA-256 that is right and no signature: refused with a line",
    "signed.moved_signature": "The signature of another binary by the same key: refused with a line",
    "signed.alone": "None of those refused becomes a process",
    "signed.stack": "Starting and verifying leave an eighth of the kernel's stack untouched, at least",
}

REFUSED = "[loader] app {} skipped: no credential was accepted, and one is required"

# Of an ECDSA P-256 footer: type, length and format.
ECDSA = struct.pack("<HHI", 128, 68, 6)
SIGNATURE_LEN = 64


def by_key(name: str):
    """What elf2tab is told to sign. It leaves no room for this credential by itself."""
    path = HERE / "keys" / f"test-only-{name}.pk8"
    return ("--minimum-footer-size", "128", "--ecdsa-nist-p256-private", str(path))


def flipped(tbf: bytes, place: int) -> bytes:
    return tbf[:place] + bytes([tbf[place] ^ 1]) + tbf[place + 1 :]


def renamed(tbf: bytes, old: bytes, new: bytes) -> bytes:
    size = struct.unpack_from("<H", tbf, 2)[0]
    assert tbf[:size].count(old) == 1 and len(old) == len(new)
    header = bytearray(tbf[:size].replace(old, new))
    struct.pack_into("<I", header, 12, checksum(bytes(header)))
    return bytes(header) + tbf[size:]


def signature(tbf: bytes) -> int:
    """Where it begins."""
    assert tbf.count(ECDSA) == 1
    return tbf.index(ECDSA) + len(ECDSA)


def with_signature_of(tbf: bytes, other: bytes) -> bytes:
    here, there = signature(tbf), signature(other)
    made = other[there : there + SIGNATURE_LEN]
    return tbf[:here] + made + tbf[here + SIGNATURE_LEN :]


def stack_of(kernel: Path):
    """Address and length of the section of the kernel's stack."""
    elf = kernel.read_bytes()
    table, size, count, names = struct.unpack_from("<I10xHHH", elf, 32)
    sections = [struct.unpack_from("<6I", elf, table + n * size) for n in range(count)]
    strings = sections[names][4]
    for name, _, _, address, _, length in sections:
        if elf[strings + name :].startswith(b".stack\0"):
            return address, length
    raise ValueError(f"{kernel} has no section .stack")


def save_memory(monitor: Path, address: int, length: int, path: Path) -> bytes:
    """Has the emulator write memory to a file."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(monitor))
        connection.settimeout(LIMIT)

        def until_prompt():
            said = b""
            while not said.endswith(b"(qemu) "):
                said += connection.recv(4096)

        until_prompt()
        connection.sendall(f'pmemsave {address:#x} {length:#x} "{path}"\n'.encode())
        until_prompt()
    return path.read_bytes()


def run_cases(directory: Path, places, tbf, boot, through):
    """Case to None, or to what was wrong. Each boot has a good binary in front."""
    board = TOCK / "boards" / "qemu_rv32_virt"
    target = target_directory(TOCK) / "signed"
    kernel = cargo(board, ["--features", "signed"], {}, target) / "qemu_rv32_virt"
    good = {name: tbf(name, by_key("board")) for name in places}
    # The case, the binary, and the name that the kernel reads in its header.
    boots = [
        [
            ("unsigned", tbf("hello_b", ()), "hello_b"),
            ("other_key", tbf("hello_c", by_key("other")), "hello_c"),
            ("changed", flipped(good["hello_d"], 0x200), "hello_d"),
        ],
        [
            ("changed_header", renamed(good["hello_b"], b"hello_b", b"hello_x"), "hello_x"),
            ("changed_signature", flipped(good["hello_c"], signature(good["hello_c"])), "hello_c"),
            ("hash_only", tbf("hello_d"), "hello_d"),
        ],
        [("moved_signature", with_signature_of(good["hello_b"], good["hello_a"]), "hello_b")],
    ]

    def booted(binaries, until, **options) -> str:
        flash = good["hello_a"]
        for place, binary in enumerate(binaries, 1):
            flash += padding(place * STRIDE - len(flash)) + binary
        return boot(flash, until, firmware=kernel, **options)

    results = dict.fromkeys(CASES)
    for bad in boots:
        console = booted([binary for _, binary, _ in bad], through("hello_a"))
        if "group hello_a: done" not in console:
            results["signed.right"] = console
        if "hello_a and all: 1" not in console:
            results["signed.alone"] = console
        for name, _, shown in bad:
            line = REFUSED.format(shown)
            if line not in console:
                results[f"signed.{name}"] = f"no line {line!r} in\n{console}"
    # What is refused above runs when it is signed, so nothing else keeps it out.
    monitor = directory / "monitor"
    address, length = stack_of(kernel)
    is_last, stack = through(*good), []

    def until(line: str) -> bool:
        if is_last(line):
            stack.append(save_memory(monitor, address, length, directory / "stack.bin"))
        return bool(stack)

    others = [good[name] for name in ("hello_b", "hello_c", "hello_d")]
    console = booted(others, until, extra=["-monitor", f"unix:{monitor},server=on,wait=off"])
    if not all(f"{name} and all: 4" in console for name in good) or "skipped" in console:
        results["signed.right"] = console
    # The machine starts with zeros in memory, and the stack grows down.
    untouched = len(stack[0]) - len(stack[0].lstrip(b"\0")) if stack else 0
    if untouched < length // 8:
        results["signed.stack"] = f"{untouched} of {length} bytes are untouched"
    print(f"signed: the kernel used {length - untouched} of {length} bytes of its stack")
    return results
