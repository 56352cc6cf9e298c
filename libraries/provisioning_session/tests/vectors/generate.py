# Licensed under the Apache License, Version 2.0 or the MIT License.
# SPDX-License-Identifier: Apache-2.0 OR MIT
# Copyright Tock Provisioning Contributors 2026.
"""Computes argon2id_record.txt and conversation.txt from docs/reference/Protocol.md.

Shares no code with the library: schoolbook affine P-256 and hand-made CBOR here,
argon2-cffi (the reference C code) and cryptography (OpenSSL's AES-CCM).

    pip install argon2-cffi cryptography && python generate.py
"""
import hashlib
import hmac
import pathlib
import struct

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.ciphers.aead import AESCCM

HERE = pathlib.Path(__file__).parent
P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


def add(a, b):
    if a is None:
        return b
    if b is None:
        return a
    if a[0] == b[0]:
        if (a[1] + b[1]) % P == 0:
            return None
        slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, P) % P
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P) % P
    x = (slope * slope - a[0] - b[0]) % P
    return (x, (slope * (a[0] - x) - a[1]) % P)


def mul(scalar, point):
    result = None
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def neg(point):
    return (point[0], -point[1] % P)


def num(octets):
    return int.from_bytes(octets, "big")


def b32(number):
    return number.to_bytes(32, "big")


def enc(point):
    return b"\x04" + b32(point[0]) + b32(point[1])


def rfc_point(hexadecimal):
    octets = bytes.fromhex(hexadecimal)
    x, parity = num(octets[1:]), octets[0] & 1
    y = pow(x**3 - 3 * x + 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B, (P + 1) // 4, P)
    return (x, y if y & 1 == parity else P - y)


# RFC 9383 section 4, as printed there.
M = rfc_point("02886e2f97ace46e55ba9dd7242579f2993b64e16ef3dcab95afd497333d8fa12f")
N = rfc_point("03d8bbd6c639c62937b04d997f38c3770719c629d7014d49a24b4f98baa1292b49")


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def mac(key, *parts):
    return hmac.new(key, b"".join(parts), hashlib.sha256).digest()


def hkdf(ikm, info, length):
    prk, out, block, counter = mac(b"\0" * 32, ikm), b"", b"", 1
    while len(out) < length:
        block = mac(prk, block, info, bytes([counter]))
        out, counter = out + block, counter + 1
    return out[:length]


def sign(secret, message, hedge):
    """ECDSA with the nonce of RFC 6979 section 3.2, hedged as in section 3.6."""
    z = num(sha(message)) % ORDER
    seed = b32(secret) + b32(z) + hedge
    key, value = b"\0" * 32, b"\1" * 32
    for separator in (b"\0", b"\1"):
        key = mac(key, value, separator, seed)
        value = mac(key, value)
    value = mac(key, value)
    nonce = num(value)
    assert 0 < nonce < ORDER
    r = mul(nonce, G)[0] % ORDER
    return b32(r) + b32(pow(nonce, -1, ORDER) * (z + r * secret) % ORDER)


def head(major, number):
    for code, size in ((24, 1), (25, 2), (26, 4)):
        if number < 24:
            return bytes([major << 5 | number])
        if number < 1 << 8 * size:
            return bytes([major << 5 | code]) + number.to_bytes(size, "big")
    raise ValueError


def cbor(value):
    if isinstance(value, int):
        return head(0, value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(cbor, value))
    return head(5, len(value)) + b"".join(cbor(k) + cbor(v) for k, v in value.items())


def frame(kind, payload):
    return bytes([kind]) + struct.pack(">H", len(payload)) + payload


def seal(key, direction, sequence, text):
    header = b"\x28" + struct.pack(">H", 4 + len(text) + 16)
    nonce = direction + b"\0" * 8 + struct.pack(">I", sequence)
    return header + struct.pack(">I", sequence) + AESCCM(key, 16).encrypt(nonce, text, header)


def lines(name, octets):
    digits = octets.hex()
    if len(digits) <= 64:
        return f"{name}: {digits}\n"
    return f"{name}:\n" + "".join(f"  {digits[i:i + 64]}\n" for i in range(0, len(digits), 64))


def write(file, comment, values):
    (HERE / file).write_text(comment + "".join(lines(*item) for item in values.items()))


ALPHABET = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def check_symbol(symbols):
    total = 0
    for index, symbol in enumerate(reversed(symbols)):
        value = ALPHABET.index(symbol) * (2 if index % 2 == 0 else 1)
        total += value // 32 + value % 32
    return ALPHABET[-total % 32]


code = b"7KQ2M9XWRA3VDH"
code += bytes([check_symbol(code)])
device_id, salt = bytes(range(0xA0, 0xB0)), bytes(range(0x10, 0x20))
le = lambda octets: struct.pack("<Q", len(octets)) + octets
password = le(code) + le(b"") + le(device_id)
digest = hash_secret_raw(password, salt, 3, 64, 1, 80, Type.ID, 0x13)
w0, w1 = num(digest[:40]) % ORDER, num(digest[40:]) % ORDER
record = b32(w0) + enc(mul(w0, M)) + enc(mul(w0, N)) + enc(mul(w1, G))
write(
    "argon2id_record.txt",
    "# A setup code and the verifier record minted from it: argon2id version 0x13, 64 KiB, 3 passes, 1 lane.\n"
    "# Computed by generate.py.\n",
    {"code": code, "device_id": device_id, "salt": salt, "password": password, "hash": digest, "record": record},
)

device_secret = num(sha(b"device identity")) % ORDER
daemon_secret = num(sha(b"daemon identity")) % ORDER
device_key, daemon_key = enc(mul(device_secret, G)), enc(mul(daemon_secret, G))
daemon_id = bytes(range(0xD0, 0xE0))
device_random = sha(b"device random 0") + sha(b"device random 1") + sha(b"device random 2")[:16]
daemon_random = sha(b"daemon random 0") + sha(b"daemon random 1") + sha(b"daemon random 2")[:16]

hello = frame(0x20, cbor({
    1: [2], 2: [1], 3: device_id, 4: salt, 5: [1, 64, 3, 1], 6: device_key,
    7: "vector board", 8: "vector firmware 1.0", 9: 1, 10: 5,
}))
reply = frame(0x21, cbor({1: 2, 2: 1, 3: daemon_id, 4: daemon_key, 5: "vector daemon"}))
opening = sha(hello, reply)
context = b"tock-provisioning v2" + opening

x, y = num(daemon_random[:48]) % ORDER, num(device_random[:48]) % ORDER
X = add(mul(x, G), mul(w0, M))
Y = add(mul(y, G), mul(w0, N))
Z = mul(x, add(Y, neg(mul(w0, N))))
V = mul(w1, add(Y, neg(mul(w0, N))))
assert Z == mul(y, add(X, neg(mul(w0, M)))) and V == mul(y, mul(w1, G))
parts = [context, daemon_id, device_id, enc(M), enc(N), enc(X), enc(Y), enc(Z), enc(V), b32(w0)]
main = sha(*map(le, parts))
confirmation = hkdf(main, b"ConfirmationKeys", 64)
shared = hkdf(main, b"SharedKey", 32)
confirm_p, confirm_v = mac(confirmation[:32], enc(Y)), mac(confirmation[32:], enc(X))
seal_daemon = hkdf(shared, b"tock-provisioning v2 seal daemon", 16)
seal_device = hkdf(shared, b"tock-provisioning v2 seal device", 16)
transcript = sha(b"tock-provisioning v2 transcript", opening, enc(X), enc(Y), confirm_v, confirm_p)

daemon_proof = sign(daemon_secret, b"tock-provisioning v2 proof daemon" + transcript, daemon_random[48:])
device_proof = sign(device_secret, b"tock-provisioning v2 proof device" + transcript, device_random[48:])
config = cbor({
    0: 2, 1: 7,
    2: {1: 0, 2: bytes(range(32)), 3: "vector identity", 4: "coaps://bootstrap.example:5684"},
    3: {1: "fe80::1", 2: "2001:db8::53", 3: "urn:dev:vector"},
    4: [{1: 0x10101, 2: 0x3F, 3: 1}],
})
write(
    "conversation.txt",
    "# One whole conversation with fixed randomness: both ends are replayed against it.\n"
    "# The setup code is that of argon2id_record.txt. Computed by generate.py.\n",
    {
        "w0": b32(w0), "w1": b32(w1), "record": record, "salt": salt,
        "device_id": device_id, "device_secret": b32(device_secret), "device_key": device_key,
        "device_random": device_random,
        "daemon_id": daemon_id, "daemon_secret": b32(daemon_secret), "daemon_key": daemon_key,
        "daemon_random": daemon_random,
        "context": context, "shared": shared, "seal_daemon": seal_daemon, "seal_device": seal_device,
        "transcript": transcript, "config": config,
        "hello": hello, "hello_reply": reply,
        "share_p": frame(0x22, enc(X)), "share_v": frame(0x23, enc(Y) + confirm_v),
        "confirm_p": frame(0x24, confirm_p),
        "proof_daemon": seal(seal_daemon, b"D", 0, cbor({0: 1, 1: daemon_proof})),
        "proof_device": seal(seal_device, b"V", 0, cbor({0: 1, 1: device_proof})),
        "sealed_config": seal(seal_daemon, b"D", 1, config),
        "receipt": seal(seal_device, b"V", 1, cbor({0: 3, 1: 0, 2: sha(config)})),
        "receipt_ack": seal(seal_daemon, b"D", 2, cbor({0: 4})),
    },
)
