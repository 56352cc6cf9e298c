// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The configuration at rest: what was received, and from whom.

use minicbor::Encoder;
use minicbor::encode::Write;

use crate::cbor::{Emit, HEAD_LEN, KEY_LEN, Reader, Written, max_string_len};
use crate::config::Config;
use crate::error::{BufferTooSmall, Malformed};
use crate::limits::{ID_LEN, POINT_LEN};
use crate::validate::ValidConfig;

/// Version of the stored form, the value under key 0. A change that an older
/// reader must not read gets a new number; what it may skip gets a key from
/// 128 on.
const FORMAT: u8 = 1;

/// The daemon that a device belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DaemonPin {
    /// Names the daemon.
    pub daemon_id: [u8; ID_LEN],
    /// P-256 key of the daemon, uncompressed.
    pub identity_key: [u8; POINT_LEN],
}

/// What a slot of the configuration store holds, before it is sealed:
/// `{0: format, 1..4 as in CONFIG, 5: daemon id, 6: daemon key}`.
#[derive(Clone, Copy, Debug)]
pub struct StoredConfig<'a> {
    /// The configuration.
    pub config: ValidConfig<'a>,
    /// Who gave it.
    pub daemon: DaemonPin,
}

impl<'a> StoredConfig<'a> {
    /// Longest encoding.
    pub const MAX_LEN: usize = HEAD_LEN
        + KEY_LEN
        + HEAD_LEN
        + Config::MAX_FIELDS_LEN
        + KEY_LEN
        + max_string_len(ID_LEN)
        + KEY_LEN
        + max_string_len(POINT_LEN);

    /// Checks stored bytes; rules of the configuration are checked again.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        let mut map = reader.map()?;
        if map.key(0)?.u8()? != FORMAT {
            return Err(Malformed);
        }
        let config = Config::read_fields(&mut map)?;
        let daemon = DaemonPin {
            daemon_id: map.key(5)?.byte_array()?,
            identity_key: map.key(6)?.byte_array()?,
        };
        map.end()?;
        reader.end()?;
        Ok(StoredConfig {
            config: config.validate().map_err(|_| Malformed)?,
            daemon,
        })
    }

    /// Length of the encoding.
    pub fn buffer_len(&self) -> usize {
        self.cbor_len()
    }

    /// Writes the encoding; returns its length.
    pub fn emit(&self, buffer: &mut [u8]) -> Result<usize, BufferTooSmall> {
        self.cbor_emit(buffer)
    }
}

impl Emit for StoredConfig<'_> {
    fn write<W: Write>(&self, out: &mut Encoder<W>) -> Written<W> {
        out.map(7)?.u8(0)?.u8(FORMAT)?;
        self.config.write_fields(out)?;
        out.u8(5)?.bytes(&self.daemon.daemon_id)?;
        out.u8(6)?.bytes(&self.daemon.identity_key)?;
        Ok(())
    }
}

/// Page of the configuration flash, less what a slot's header and seal take at
/// most.
const SLOT_PAYLOAD: usize = 2_048 - 128;
const _: () = assert!(StoredConfig::MAX_LEN <= SLOT_PAYLOAD);
