# Licensed under the Apache License, Version 2.0 or the MIT License.
# SPDX-License-Identifier: Apache-2.0 OR MIT
# Copyright Tock Provisioning Contributors 2026.

"""Binaries in the Tock Binary Format, taken apart and put together wrongly."""

import hashlib
import struct


def checksum(header: bytes) -> int:
    words = struct.unpack(f"<{len(header) // 4}I", header)
    result = 0
    for number, word in enumerate(words):
        result ^= word if number != 3 else 0
    return result


class Binary:
    """A TBF, taken apart."""

    def __init__(self, tbf: bytes):
        _, size, total, self.flags, _ = struct.unpack_from("<HHIII", tbf)
        assert total == len(tbf)
        self.tlvs = []
        place = 16
        while place < size:
            kind, length = struct.unpack_from("<HH", tbf, place)
            self.tlvs.append((kind, tbf[place + 4 : place + 4 + length]))
            place += 4 + (length + 3) // 4 * 4
        main = self.get(9)
        _, trailer, _, end, _ = struct.unpack("<5I", main)
        self.protected = size + trailer
        self.entry = size + struct.unpack_from("<I", main)[0]
        self.body = tbf[self.protected : end]
        self.footers = None
        self.total = None
        self.version = 2
        self.header_size = None
        # For what no other field is for: changes the header, then the checksum.
        self.patch = {}
        self.break_checksum = False

    def get(self, kind):
        return next(value for k, value in self.tlvs if k == kind)

    def set(self, kind, value):
        """Replaces a TLV, removes it (None) or adds it."""
        if not any(k == kind for k, _ in self.tlvs):
            self.tlvs.append((kind, value))
        self.tlvs = [(k, value if k == kind else v) for k, v in self.tlvs]
        self.tlvs = [(k, v) for k, v in self.tlvs if v is not None]
        return self

    def build(self) -> bytes:
        tlvs = b""
        for kind, value in self.tlvs:
            tlvs += struct.pack("<HH", kind, len(value)) + value + bytes(-len(value) % 4)
        size = 16 + len(tlvs)
        protected = max(self.protected, size)
        end = protected + len(self.body)
        footers_length = 40 if self.footers is None else len(self.footers)
        total = end + footers_length if self.total is None else self.total
        header = bytearray(struct.pack("<HHIII", self.version, size, total, self.flags, 0) + tlvs)
        # Offsets that depend on the size of the header; their values may be wrong on purpose.
        place = 16
        for kind, value in self.tlvs:
            if kind in (1, 9) and len(value) >= 12:
                struct.pack_into("<II", header, place + 4, self.entry - size, protected - size)
            if kind == 9 and len(value) == 20:
                struct.pack_into("<I", header, place + 16, end)
            for (patched, offset), word in self.patch.items():
                if kind == patched:
                    struct.pack_into("<I", header, place + 4 + offset, word & 0xFFFF_FFFF)
            place += 4 + (len(value) + 3) // 4 * 4
        if self.header_size is not None:
            struct.pack_into("<H", header, 2, self.header_size)
        struct.pack_into("<I", header, 12, checksum(bytes(header)) ^ self.break_checksum)
        binary = bytes(header).ljust(protected, b"\0") + self.body
        if self.footers is None:
            return binary + sha256_footer(binary)
        return binary + self.footers


def footer(format_: int, data: bytes) -> bytes:
    return struct.pack("<HHI", 128, 4 + len(data), format_) + data


def sha256_footer(binary: bytes) -> bytes:
    return footer(3, hashlib.sha256(binary).digest())


# What the two loaders print: the address of a binary, or its name too.
SKIPPED = "[loader] app at {address:#010x} skipped: {why}"
NAMED = "[loader] app hello_a skipped: {why}"
NAMED_SYNC = "[loader] app hello_a at {address:#010x} skipped: {why}"


def malformed(tbf: bytes):
    """Case, binary, and the line that says why, with the address to be filled in."""
    hello = lambda: Binary(tbf)  # noqa: E731
    lengths = "malformed TBF header: lengths contradict each other"
    tlv = "malformed TBF header: TLV of type {} is malformed"

    def changed(**fields):
        binary = hello()
        for name, value in fields.items():
            setattr(binary, name, value)
        return binary.build()

    def bit_flipped():
        binary = bytearray(hello().build())
        binary[binary.index(b"hello_a")] ^= 1
        return bytes(binary)

    garbage = b"".join(hashlib.sha256(bytes([n])).digest() for n in range(2))
    yield "disabled", changed(flags=0), SKIPPED, "not enabled in its TBF header"
    unknown = "malformed TBF header: TBF version {} is unknown"
    yield "version_newer", changed(version=3), SKIPPED, unknown.format(3)
    yield "version_older", changed(version=1), SKIPPED, unknown.format(1)
    yield "version_high_byte", changed(version=0x0302), SKIPPED, unknown.format(0x0302)
    yield "checksum", changed(break_checksum=True), SKIPPED, "malformed TBF header: "
    yield "checksum_name", bit_flipped(), SKIPPED, "malformed TBF header: "
    yield "newer_minor", hello().set(8, struct.pack("<HH", 2, 4)).build(), SKIPPED, "made for kernel 2.4, this one is 2.3"
    yield "newer_major", hello().set(8, struct.pack("<HH", 3, 0)).build(), SKIPPED, "made for kernel 3.0, this one is 2.3"
    yield "no_kernel_version", hello().set(8, None).build(), SKIPPED, "TBF header does not say which kernel it was made for"
    yield "header_too_short", changed(header_size=12), SKIPPED, lengths
    yield "header_beyond_total", changed(header_size=0xFFF0), SKIPPED, lengths
    truncated = struct.pack("<HH", 3, 100) + b"name"
    yield "tlv_truncated", with_tlv_bytes(truncated), SKIPPED, "malformed TBF header: header or footer truncated"
    yield "tlv_length", hello().set(1, bytes(8)).build(), SKIPPED, tlv.format(1)
    yield "tlv_permissions", hello().set(6, struct.pack("<HH", 9, 0)).build(), SKIPPED, tlv.format(6)
    yield "tlv_garbage", with_tlv_bytes(garbage), SKIPPED, "malformed TBF header: "
    yield "name_no_text", hello().set(3, b"\xff\xfe").build(), SKIPPED, "malformed TBF header: package name is not UTF-8"
    yield "no_program", hello().set(1, None).set(9, None).build(), SKIPPED, "malformed TBF header: no Main and no Program TLV"
    yield "entry_beyond", changed(patch={(9, 0): 0x10_0000}), SKIPPED, lengths
    yield "entry_wraps", changed(patch={(9, 0): 0xFFFF_FFF0}), SKIPPED, lengths
    yield "trailer_wraps", changed(patch={(9, 4): 0xFFFF_FFF0}), SKIPPED, lengths
    yield "binary_end_beyond", changed(patch={(9, 12): 0x10_0000}), SKIPPED, lengths
    yield "flash_address", changed(patch={(5, 4): 0x8010_0084}), SKIPPED, "its flash starts at"
    anywhere = {(5, 0): 0xFFFF_FFFF, (5, 4): 0xFFFF_FFFF}
    yield "ram_huge", changed(patch={(9, 8): 0x20_0000, **anywhere}), NAMED, "not enough RAM is left"
    yield "ram_wraps", changed(patch={(9, 8): 0xFFFF_FFFC, **anywhere}), NAMED, "not enough RAM is left"
    yield "regions_length", hello().set(2, bytes(12)).build(), SKIPPED, tlv.format(2)
    yield "regions_wrap", hello().set(2, struct.pack("<II", 0xFFFF_FFF0, 0x20)).build(), SKIPPED, tlv.format(2)
    yield "ram_overlaps", changed(patch={**anywhere, (5, 0): 0x8030_0000}), NAMED, "its RAM must start at 0x80300000"
    # The last, since what is behind it is not at a whole word.
    yield "odd_length", with_odd_length(hello(), anywhere), NAMED, "the MPU cannot protect its flash"


def with_odd_length(binary: Binary, patch) -> bytes:
    binary.patch = patch
    binary.footers = bytes(41)
    hashed = binary.build()[:-41]
    binary.footers = sha256_footer(hashed) + b"\xff"
    return binary.build()


def with_tlv_bytes(tlvs: bytes) -> bytes:
    header = bytearray(struct.pack("<HHIII", 2, 16 + len(tlvs), 0x200, 1, 0) + tlvs)
    struct.pack_into("<I", header, 12, checksum(bytes(header)))
    return bytes(header).ljust(0x200, b"\0")
