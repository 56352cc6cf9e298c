// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Lengths and bounds of the protocol, each named once.

/// TCP port that the daemon listens on.
pub const PORT: u16 = 49_300;
/// Version of the protocol in HELLO and HELLO REPLY.
pub const PROTOCOL_VERSION: u8 = 2;
/// SPAKE2+ P256-SHA256-HKDF-SHA256-HMAC-SHA256 with AES-128-CCM.
pub const SUITE_P256_SHA256_AES128CCM: u8 = 1;
/// argon2id, version 0x13.
pub const KDF_ARGON2ID: u8 = 1;

/// Type and length in front of every payload.
pub const FRAME_HEADER_LEN: usize = 3;
/// Longest payload of a frame.
pub const MAX_PAYLOAD_LEN: usize = 1_024;
/// Longest frame, header included.
pub const MAX_FRAME_LEN: usize = FRAME_HEADER_LEN + MAX_PAYLOAD_LEN;

/// Device id and daemon id.
pub const ID_LEN: usize = 16;
/// Salt of the verifier record.
pub const SALT_LEN: usize = 16;
/// SEC 1 uncompressed point on P-256.
pub const POINT_LEN: usize = 65;
/// confirmP and confirmV: an HMAC-SHA256 tag.
pub const CONFIRM_LEN: usize = 32;
/// Raw ECDSA signature, r || s.
pub const SIGNATURE_LEN: usize = 64;
/// SHA-256.
pub const DIGEST_LEN: usize = 32;
/// Sequence number in front of a sealed record.
pub const SEQUENCE_LEN: usize = 4;
/// AES-CCM tag behind a sealed record.
pub const TAG_LEN: usize = 16;
/// What sealing adds to a record.
pub const SEAL_OVERHEAD: usize = SEQUENCE_LEN + TAG_LEN;
/// Longest record that fits a sealed frame.
pub const MAX_RECORD_LEN: usize = MAX_PAYLOAD_LEN - SEAL_OVERHEAD;

/// Versions that a HELLO may offer.
pub const MAX_VERSIONS: usize = 8;
/// Suites that a HELLO may offer.
pub const MAX_SUITES: usize = 8;
/// Board name, bytes of UTF-8.
pub const MAX_BOARD_LEN: usize = 32;
/// Firmware name, bytes of UTF-8.
pub const MAX_FIRMWARE_LEN: usize = 32;
/// Display name of the daemon, bytes of UTF-8.
pub const MAX_DISPLAY_NAME_LEN: usize = 64;
/// Text of an alert, bytes of UTF-8.
pub const MAX_ALERT_TEXT_LEN: usize = 64;

/// Pre-shared key, bytes.
pub const MAX_PSK_LEN: usize = 64;
/// PSK identity, bytes of UTF-8.
pub const MAX_IDENTITY_LEN: usize = 128;
/// LwM2M bootstrap URI, bytes of UTF-8.
pub const MAX_BOOTSTRAP_URI_LEN: usize = 255;
/// Default route, bytes of UTF-8.
pub const MAX_DEFAULT_ROUTE_LEN: usize = 100;
/// DNS server, bytes of UTF-8.
pub const MAX_DNS_SERVER_LEN: usize = 100;
/// Endpoint name, bytes of UTF-8.
pub const MAX_ENDPOINT_NAME_LEN: usize = 64;
/// Grants to applications.
pub const MAX_GRANTS: usize = 8;

/// Highest serial number of a configuration that a device takes. One more is
/// what a device that was given this one asks for: nothing follows it.
pub const MAX_SERIAL: u32 = u32::MAX - 1;

/// Bounds of argon2 memory, KiB. A false device must not make the daemon burn
/// memory or time.
pub const KDF_MEMORY_KIB: core::ops::RangeInclusive<u32> = 8..=65_536;
/// Bounds of argon2 passes.
pub const KDF_PASSES: core::ops::RangeInclusive<u32> = 1..=16;
/// Bounds of argon2 lanes.
pub const KDF_LANES: core::ops::RangeInclusive<u32> = 1..=4;
/// Bound of memory (KiB) times passes.
pub const KDF_MAX_WORK_KIB: u64 = 262_144;

/// The daemon sends a KEEP ALIVE this often; the device answers each.
pub const KEEP_ALIVE_INTERVAL_MS: u32 = 2_000;
/// Silence that ends a connection.
pub const SILENCE_LIMIT_MS: u32 = 30_000;
/// How long a device waits for the daemon's frames in one connection, all waits
/// together; KEEP ALIVE and IDENTIFY do not count as frames, and the device's own
/// work does not count as waiting. An honest daemon needs a fraction of it: what
/// takes longest is a password hash at the bounds above, about a second, behind
/// those of other devices. One that has to ask a person for the setup code says so
/// with an ALERT and is tried again, since whoever may hold a device for minutes
/// can keep it from its daemon.
pub const WAIT_LIMIT_MS: u32 = 60_000;

/// Attempts left in a HELLO that stands for "never locks".
pub const ATTEMPTS_UNLIMITED: u8 = 255;
