// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! CONFIG: what the daemon gives to a device, as it lies on the wire.
//!
//! [`Config`] is a view: it is well-formed, but its values are not judged.
//! [`Config::validate`] is the one gate to [`ValidConfig`](crate::ValidConfig).

use core::fmt;

use minicbor::Encoder;
use minicbor::encode::Write;

use crate::cbor::{
    Emit, HEAD_LEN, KEY_LEN, MAX_U8_LEN, MAX_U32_LEN, Reader, Written, max_string_len,
};
use crate::error::{BufferTooSmall, Malformed};
use crate::limits::{
    MAX_BOOTSTRAP_URI_LEN, MAX_DEFAULT_ROUTE_LEN, MAX_DNS_SERVER_LEN, MAX_ENDPOINT_NAME_LEN,
    MAX_GRANTS, MAX_IDENTITY_LEN, MAX_PSK_LEN, MAX_RECORD_LEN,
};
use crate::record::RecordKind;

/// LwM2M security modes that a device takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum SecurityMode {
    /// Pre-shared key.
    Psk = 0,
    /// No security.
    None = 3,
}

impl SecurityMode {
    /// The mode that a number stands for, if a device takes it.
    pub const fn from_wire(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Psk),
            3 => Some(Self::None),
            _ => None,
        }
    }
}

/// A pre-shared key, borrowed. It is never printed nor compared by accident.
#[derive(Clone, Copy)]
pub struct Psk<'a>(&'a [u8]);

impl<'a> Psk<'a> {
    /// Marks bytes as a key.
    pub const fn new(key: &'a [u8]) -> Self {
        Psk(key)
    }

    /// The one way to the bytes.
    pub const fn expose_secret(self) -> &'a [u8] {
        self.0
    }

    /// Length in bytes; not a secret.
    pub const fn len(self) -> usize {
        self.0.len()
    }

    /// Whether there is no key.
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Psk<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Psk(..)")
    }
}

/// Fields that an application may read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GrantFields(pub u32);

impl GrantFields {
    /// Endpoint name.
    pub const ENDPOINT_NAME: u32 = 1 << 0;
    /// Bootstrap URI.
    pub const BOOTSTRAP_URI: u32 = 1 << 1;
    /// DNS server.
    pub const DNS_SERVER: u32 = 1 << 2;
    /// Default route.
    pub const DEFAULT_ROUTE: u32 = 1 << 3;
    /// PSK identity.
    pub const IDENTITY: u32 = 1 << 4;
    /// Security mode.
    pub const SECURITY_MODE: u32 = 1 << 5;
    /// Every field that there is.
    pub const ALL: u32 = (1 << 6) - 1;

    /// Whether all bits of `field` are set.
    pub const fn contains(self, field: u32) -> bool {
        self.0 & field == field
    }
}

/// Operations with the credential that an application may ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GrantOperations(pub u32);

impl GrantOperations {
    /// TLS-PSK and DTLS-PSK.
    pub const TLS_PSK: u32 = 1 << 0;
    /// Derivation of an OSCORE context.
    pub const OSCORE: u32 = 1 << 1;
    /// Every operation that there is.
    pub const ALL: u32 = (1 << 2) - 1;

    /// Whether all bits of `operation` are set.
    pub const fn contains(self, operation: u32) -> bool {
        self.0 & operation == operation
    }
}

/// What one application may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The application's fixed ShortId.
    pub application: u32,
    /// What it may read.
    pub fields: GrantFields,
    /// What it may do with the credential.
    pub operations: GrantOperations,
}

impl Grant {
    const MAX_LEN: usize = HEAD_LEN + 3 * (KEY_LEN + MAX_U32_LEN);

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut map = reader.map()?;
        let grant = Grant {
            application: map.key(1)?.u32()?,
            fields: GrantFields(map.key(2)?.u32()?),
            operations: GrantOperations(map.key(3)?.u32()?),
        };
        map.end()?;
        Ok(grant)
    }

    fn write<W: Write>(&self, out: &mut Encoder<W>) -> Written<W> {
        out.map(3)?;
        out.u8(1)?.u32(self.application)?;
        out.u8(2)?.u32(self.fields.0)?;
        out.u8(3)?.u32(self.operations.0)?;
        Ok(())
    }
}

/// Grants, given by a caller or still lying in a parsed record.
#[derive(Clone, Copy, Debug)]
pub struct Grants<'a>(Source<'a>);

#[derive(Clone, Copy, Debug)]
enum Source<'a> {
    /// Given by the caller.
    Given(&'a [Grant]),
    /// Encoded items, already checked to be `count` well-formed grants.
    Encoded { items: &'a [u8], count: usize },
}

impl<'a> Grants<'a> {
    /// Grants to be emitted.
    pub const fn new(grants: &'a [Grant]) -> Self {
        Grants(Source::Given(grants))
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        match self.0 {
            Source::Given(grants) => grants.len(),
            Source::Encoded { count, .. } => count,
        }
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The grants in order.
    pub fn iter(&self) -> impl Iterator<Item = Grant> + use<'a> {
        let (given, items) = match self.0 {
            Source::Given(grants) => (grants, &[][..]),
            Source::Encoded { items, .. } => (&[][..], items),
        };
        let mut reader = Reader::new(items);
        given
            .iter()
            .copied()
            .chain(core::iter::from_fn(move || Grant::read(&mut reader).ok()))
    }

    fn read(reader: &mut Reader<'a>) -> Result<Self, Malformed> {
        let length = reader.array()?;
        let start = reader.position();
        let mut count = 0;
        for _ in 0..length {
            Grant::read(reader)?;
            count += 1;
        }
        let items = reader.slice(start, reader.position());
        Ok(Grants(Source::Encoded { items, count }))
    }
}

/// The LwM2M bootstrap server and the credential for it.
#[derive(Clone, Copy, Debug)]
pub struct Server<'a> {
    /// LwM2M security mode; see [`SecurityMode`].
    pub security_mode: u8,
    /// Pre-shared key.
    pub psk: Psk<'a>,
    /// PSK identity.
    pub identity: &'a str,
    /// Bootstrap URI.
    pub bootstrap_uri: &'a str,
}

/// Settings of the device's network.
#[derive(Clone, Copy, Debug)]
pub struct Network<'a> {
    /// Default route.
    pub default_route: &'a str,
    /// DNS server; may be empty.
    pub dns_server: &'a str,
    /// LwM2M endpoint name.
    pub endpoint_name: &'a str,
}

/// CONFIG: well-formed, but not judged.
#[derive(Clone, Copy, Debug)]
pub struct Config<'a> {
    /// Rises with every configuration that the daemon gives to the device.
    pub serial: u32,
    /// Server and credential.
    pub server: Server<'a>,
    /// Network settings.
    pub network: Network<'a>,
    /// What applications may do.
    pub grants: Grants<'a>,
}

impl<'a> Config<'a> {
    /// Longest encoding of keys 1 to 4, which the stored form shares.
    pub(crate) const MAX_FIELDS_LEN: usize = KEY_LEN
        + MAX_U32_LEN
        + KEY_LEN
        + HEAD_LEN
        + KEY_LEN
        + MAX_U8_LEN
        + KEY_LEN
        + max_string_len(MAX_PSK_LEN)
        + KEY_LEN
        + max_string_len(MAX_IDENTITY_LEN)
        + KEY_LEN
        + max_string_len(MAX_BOOTSTRAP_URI_LEN)
        + KEY_LEN
        + HEAD_LEN
        + KEY_LEN
        + max_string_len(MAX_DEFAULT_ROUTE_LEN)
        + KEY_LEN
        + max_string_len(MAX_DNS_SERVER_LEN)
        + KEY_LEN
        + max_string_len(MAX_ENDPOINT_NAME_LEN)
        + KEY_LEN
        + HEAD_LEN
        + MAX_GRANTS * Grant::MAX_LEN;

    /// Longest record of a valid configuration.
    pub const MAX_LEN: usize = HEAD_LEN + KEY_LEN + HEAD_LEN + Self::MAX_FIELDS_LEN;

    /// Checks that a record is well-formed. Lengths and values of the fields
    /// are judged by [`validate`](Self::validate).
    pub fn parse(record: &'a [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(record);
        let mut map = reader.map()?;
        RecordKind::Config.expect(map.key(0)?)?;
        let config = Self::read_fields(&mut map)?;
        map.end()?;
        reader.end()?;
        Ok(config)
    }

    /// Length of the record.
    pub fn buffer_len(&self) -> usize {
        self.cbor_len()
    }

    /// Writes the record; returns its length. Values are not judged, so a
    /// sender that means to be taken validates first.
    pub fn emit(&self, buffer: &mut [u8]) -> Result<usize, BufferTooSmall> {
        self.cbor_emit(buffer)
    }

    /// Reads keys 1 to 4 of a map.
    pub(crate) fn read_fields(map: &mut crate::cbor::MapReader<'_, 'a>) -> Result<Self, Malformed> {
        let serial = map.key(1)?.u32()?;
        let mut inner = map.key(2)?.map()?;
        let server = Server {
            security_mode: inner.key(1)?.u8()?,
            psk: Psk::new(inner.key(2)?.bytes()?),
            identity: inner.key(3)?.text()?,
            bootstrap_uri: inner.key(4)?.text()?,
        };
        inner.end()?;
        let mut inner = map.key(3)?.map()?;
        let network = Network {
            default_route: inner.key(1)?.text()?,
            dns_server: inner.key(2)?.text()?,
            endpoint_name: inner.key(3)?.text()?,
        };
        inner.end()?;
        let grants = Grants::read(map.key(4)?)?;
        Ok(Config {
            serial,
            server,
            network,
            grants,
        })
    }

    /// Writes keys 1 to 4 of a map.
    pub(crate) fn write_fields<W: Write>(&self, out: &mut Encoder<W>) -> Written<W> {
        out.u8(1)?.u32(self.serial)?;
        out.u8(2)?.map(4)?;
        out.u8(1)?.u8(self.server.security_mode)?;
        out.u8(2)?.bytes(self.server.psk.expose_secret())?;
        out.u8(3)?.str(self.server.identity)?;
        out.u8(4)?.str(self.server.bootstrap_uri)?;
        out.u8(3)?.map(3)?;
        out.u8(1)?.str(self.network.default_route)?;
        out.u8(2)?.str(self.network.dns_server)?;
        out.u8(3)?.str(self.network.endpoint_name)?;
        out.u8(4)?.array(self.grants.len() as u64)?;
        for grant in self.grants.iter() {
            grant.write(out)?;
        }
        Ok(())
    }
}

impl Emit for Config<'_> {
    fn write<W: Write>(&self, out: &mut Encoder<W>) -> Written<W> {
        out.map(5)?.u8(0)?.u8(RecordKind::Config as u8)?;
        self.write_fields(out)
    }
}

const _: () = assert!(Config::MAX_LEN <= MAX_RECORD_LEN);
