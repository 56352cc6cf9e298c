// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! HELLO and HELLO REPLY: versions, identities and KDF parameters.

use core::fmt;

use heapless::Vec;
use minicbor::Encoder;
use minicbor::encode::Write;

use crate::cbor::{
    Emit, HEAD_LEN, KEY_LEN, MAX_U8_LEN, MAX_U32_LEN, Reader, Written, max_string_len,
};
use crate::error::{BufferTooSmall, Malformed};
use crate::limits::{
    ID_LEN, KDF_ARGON2ID, KDF_LANES, KDF_MAX_WORK_KIB, KDF_MEMORY_KIB, KDF_PASSES, MAX_BOARD_LEN,
    MAX_DISPLAY_NAME_LEN, MAX_FIRMWARE_LEN, MAX_SUITES, MAX_VERSIONS, POINT_LEN, SALT_LEN,
};
use crate::text::Text;

/// KDF parameters that the daemon will not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParametersOutOfBounds;

impl fmt::Display for ParametersOutOfBounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KDF parameters out of bounds")
    }
}

impl core::error::Error for ParametersOutOfBounds {}

/// How the setup code becomes w0 and w1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KdfParameters {
    /// [`KDF_ARGON2ID`].
    pub kdf: u8,
    /// Memory, KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl KdfParameters {
    const MAX_LEN: usize = HEAD_LEN + MAX_U8_LEN + 3 * MAX_U32_LEN;

    /// Checks the bounds within which the daemon runs the KDF.
    pub fn check_bounds(&self) -> Result<(), ParametersOutOfBounds> {
        let work = u64::from(self.memory_kib) * u64::from(self.passes);
        // RFC 9106 section 3.1: memory is at least 8 * lanes.
        let least_memory = u64::from(self.lanes) * 8;
        if self.kdf == KDF_ARGON2ID
            && KDF_MEMORY_KIB.contains(&self.memory_kib)
            && KDF_PASSES.contains(&self.passes)
            && KDF_LANES.contains(&self.lanes)
            && u64::from(self.memory_kib) >= least_memory
            && work <= KDF_MAX_WORK_KIB
        {
            Ok(())
        } else {
            Err(ParametersOutOfBounds)
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        if reader.array()? != 4 {
            return Err(Malformed);
        }
        Ok(KdfParameters {
            kdf: reader.u8()?,
            memory_kib: reader.u32()?,
            passes: reader.u32()?,
            lanes: reader.u32()?,
        })
    }
}

/// State of the device. Bits that are not named are ignored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HelloFlags(pub u8);

impl HelloFlags {
    /// The device holds no configuration.
    pub const FRESH: u8 = 1 << 0;
    /// A person pressed the button for this.
    pub const BUTTON: u8 = 1 << 1;

    /// Whether the device holds no configuration.
    pub const fn is_fresh(self) -> bool {
        self.0 & Self::FRESH != 0
    }

    /// Whether a person pressed the button for this.
    pub const fn is_button(self) -> bool {
        self.0 & Self::BUTTON != 0
    }
}

/// Payload of HELLO.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hello<'a> {
    /// Protocol versions, the preferred one first.
    pub versions: Vec<u8, MAX_VERSIONS>,
    /// Cipher suites, the preferred one first.
    pub suites: Vec<u8, MAX_SUITES>,
    /// Names the device for ever.
    pub device_id: [u8; ID_LEN],
    /// Salt of the verifier record.
    pub salt: [u8; SALT_LEN],
    /// Parameters of the verifier record. Not yet known to be within bounds.
    pub kdf: KdfParameters,
    /// P-256 key of the device. Not yet known to be on the curve.
    pub identity_key: [u8; POINT_LEN],
    /// Name of the board.
    pub board: Text<'a, MAX_BOARD_LEN>,
    /// Name and version of the firmware.
    pub firmware: Text<'a, MAX_FIRMWARE_LEN>,
    /// State of the device.
    pub flags: HelloFlags,
    /// Failed attempts until the device locks; 255 means no lock.
    pub attempts_left: u8,
}

impl<'a> Hello<'a> {
    /// Longest payload that this version emits. A parser takes longer ones,
    /// since later versions may add keys.
    pub const MAX_LEN: usize = HEAD_LEN
        + KEY_LEN
        + HEAD_LEN
        + MAX_VERSIONS * MAX_U8_LEN
        + KEY_LEN
        + HEAD_LEN
        + MAX_SUITES * MAX_U8_LEN
        + KEY_LEN
        + max_string_len(ID_LEN)
        + KEY_LEN
        + max_string_len(SALT_LEN)
        + KEY_LEN
        + KdfParameters::MAX_LEN
        + KEY_LEN
        + max_string_len(POINT_LEN)
        + KEY_LEN
        + max_string_len(MAX_BOARD_LEN)
        + KEY_LEN
        + max_string_len(MAX_FIRMWARE_LEN)
        + 2 * (KEY_LEN + MAX_U8_LEN);

    /// Checks a payload.
    pub fn parse(payload: &'a [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(payload);
        let mut map = reader.map()?;
        let hello = Hello {
            versions: read_numbers(map.key(1)?)?,
            suites: read_numbers(map.key(2)?)?,
            device_id: map.key(3)?.byte_array()?,
            salt: map.key(4)?.byte_array()?,
            kdf: KdfParameters::read(map.key(5)?)?,
            identity_key: map.key(6)?.byte_array()?,
            board: read_text(map.key(7)?)?,
            firmware: read_text(map.key(8)?)?,
            flags: HelloFlags(map.key(9)?.u8()?),
            attempts_left: map.key(10)?.u8()?,
        };
        map.end()?;
        reader.end()?;
        Ok(hello)
    }

    /// Length of the payload.
    pub fn buffer_len(&self) -> usize {
        self.cbor_len()
    }

    /// Writes the payload; returns its length.
    pub fn emit(&self, buffer: &mut [u8]) -> Result<usize, BufferTooSmall> {
        self.cbor_emit(buffer)
    }
}

impl Emit for Hello<'_> {
    fn write<W: Write>(&self, out: &mut Encoder<W>) -> Written<W> {
        out.map(10)?;
        write_numbers(out.u8(1)?, &self.versions)?;
        write_numbers(out.u8(2)?, &self.suites)?;
        out.u8(3)?.bytes(&self.device_id)?;
        out.u8(4)?.bytes(&self.salt)?;
        out.u8(5)?
            .array(4)?
            .u8(self.kdf.kdf)?
            .u32(self.kdf.memory_kib)?
            .u32(self.kdf.passes)?
            .u32(self.kdf.lanes)?;
        out.u8(6)?.bytes(&self.identity_key)?;
        out.u8(7)?.str(self.board.as_str())?;
        out.u8(8)?.str(self.firmware.as_str())?;
        out.u8(9)?.u8(self.flags.0)?;
        out.u8(10)?.u8(self.attempts_left)?;
        Ok(())
    }
}

/// Payload of HELLO REPLY.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HelloReply<'a> {
    /// The version chosen.
    pub version: u8,
    /// The suite chosen.
    pub suite: u8,
    /// Names the daemon for ever.
    pub daemon_id: [u8; ID_LEN],
    /// P-256 key of the daemon. Not yet known to be on the curve.
    pub identity_key: [u8; POINT_LEN],
    /// Words for a person.
    pub display_name: Text<'a, MAX_DISPLAY_NAME_LEN>,
}

impl<'a> HelloReply<'a> {
    /// Longest payload that this version emits. A parser takes longer ones.
    pub const MAX_LEN: usize = HEAD_LEN
        + 2 * (KEY_LEN + MAX_U8_LEN)
        + KEY_LEN
        + max_string_len(ID_LEN)
        + KEY_LEN
        + max_string_len(POINT_LEN)
        + KEY_LEN
        + max_string_len(MAX_DISPLAY_NAME_LEN);

    /// Checks a payload.
    pub fn parse(payload: &'a [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(payload);
        let mut map = reader.map()?;
        let reply = HelloReply {
            version: map.key(1)?.u8()?,
            suite: map.key(2)?.u8()?,
            daemon_id: map.key(3)?.byte_array()?,
            identity_key: map.key(4)?.byte_array()?,
            display_name: read_text(map.key(5)?)?,
        };
        map.end()?;
        reader.end()?;
        Ok(reply)
    }

    /// Length of the payload.
    pub fn buffer_len(&self) -> usize {
        self.cbor_len()
    }

    /// Writes the payload; returns its length.
    pub fn emit(&self, buffer: &mut [u8]) -> Result<usize, BufferTooSmall> {
        self.cbor_emit(buffer)
    }
}

impl Emit for HelloReply<'_> {
    fn write<W: Write>(&self, out: &mut Encoder<W>) -> Written<W> {
        out.map(5)?;
        out.u8(1)?.u8(self.version)?;
        out.u8(2)?.u8(self.suite)?;
        out.u8(3)?.bytes(&self.daemon_id)?;
        out.u8(4)?.bytes(&self.identity_key)?;
        out.u8(5)?.str(self.display_name.as_str())?;
        Ok(())
    }
}

fn read_numbers<const N: usize>(reader: &mut Reader<'_>) -> Result<Vec<u8, N>, Malformed> {
    let mut numbers = Vec::new();
    for _ in 0..reader.array()? {
        numbers.push(reader.u8()?).map_err(|_| Malformed)?;
    }
    Ok(numbers)
}

fn read_text<'a, const MAX: usize>(reader: &mut Reader<'a>) -> Result<Text<'a, MAX>, Malformed> {
    Text::new(reader.text()?).map_err(|_| Malformed)
}

fn write_numbers<W: Write>(out: &mut Encoder<W>, numbers: &[u8]) -> Written<W> {
    out.array(numbers.len() as u64)?;
    for &number in numbers {
        out.u8(number)?;
    }
    Ok(())
}
