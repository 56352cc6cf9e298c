// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Records other than CONFIG: PROOF, RECEIPT and RECEIPT ACK.

use core::fmt;

use minicbor::Encoder;
use minicbor::encode::Write;

use crate::cbor::{Emit, Reader, Written};
use crate::error::{BufferTooSmall, Malformed};
use crate::limits::{DIGEST_LEN, MAX_RECORD_LEN, SIGNATURE_LEN};

/// Kinds of records, the value under key 0. Numbers are never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum RecordKind {
    /// [`Proof`], from both.
    Proof = 1,
    /// [`Config`](crate::Config), from the daemon.
    Config = 2,
    /// [`Receipt`], from the device.
    Receipt = 3,
    /// [`ReceiptAck`], from the daemon.
    ReceiptAck = 4,
}

impl RecordKind {
    /// What kind of record `record` begins as; the rest is not checked.
    pub fn peek(record: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(record);
        let mut map = reader.map()?;
        let kind = match map.key(0)?.u8()? {
            1 => Self::Proof,
            2 => Self::Config,
            3 => Self::Receipt,
            4 => Self::ReceiptAck,
            _ => return Err(Malformed),
        };
        Ok(kind)
    }

    /// Checks that a value under key 0 is this kind.
    pub(crate) fn expect(self, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        if reader.u8()? == self as u8 {
            Ok(())
        } else {
            Err(Malformed)
        }
    }
}

/// PROOF: a signature over the transcript by the sender's identity key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof {
    /// ECDSA P-256 with SHA-256, raw r || s.
    pub signature: [u8; SIGNATURE_LEN],
}

impl Proof {
    /// Length of the record.
    pub const LEN: usize = 1 + 2 + 1 + 2 + SIGNATURE_LEN;

    /// Checks a record.
    pub fn parse(record: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(record);
        let mut map = reader.map()?;
        RecordKind::Proof.expect(map.key(0)?)?;
        let signature = map.key(1)?.byte_array()?;
        map.end()?;
        reader.end()?;
        Ok(Proof { signature })
    }

    /// Length of the record.
    pub fn buffer_len(&self) -> usize {
        Self::LEN
    }

    /// Writes the record; returns its length.
    pub fn emit(&self, buffer: &mut [u8]) -> Result<usize, BufferTooSmall> {
        self.cbor_emit(buffer)
    }
}

impl Emit for Proof {
    fn write<W: Write>(&self, out: &mut Encoder<W>) -> Written<W> {
        out.map(2)?.u8(0)?.u8(RecordKind::Proof as u8)?;
        out.u8(1)?.bytes(&self.signature)?;
        Ok(())
    }
}

/// The field that a refusal is about. Numbers are never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Field {
    /// The configuration's serial number.
    Serial = 1,
    /// LwM2M security mode.
    SecurityMode = 2,
    /// Pre-shared key.
    Psk = 3,
    /// PSK identity.
    Identity = 4,
    /// LwM2M bootstrap URI.
    BootstrapUri = 5,
    /// Default route.
    DefaultRoute = 6,
    /// DNS server.
    DnsServer = 7,
    /// Endpoint name.
    EndpointName = 8,
    /// Grants to applications.
    Grants = 9,
    /// No field: the device's storage.
    Storage = 10,
}

impl Field {
    /// The field that a number stands for.
    pub const fn from_wire(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Serial,
            2 => Self::SecurityMode,
            3 => Self::Psk,
            4 => Self::Identity,
            5 => Self::BootstrapUri,
            6 => Self::DefaultRoute,
            7 => Self::DnsServer,
            8 => Self::EndpointName,
            9 => Self::Grants,
            10 => Self::Storage,
            _ => return None,
        })
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Serial => "serial",
            Self::SecurityMode => "security mode",
            Self::Psk => "PSK",
            Self::Identity => "identity",
            Self::BootstrapUri => "bootstrap URI",
            Self::DefaultRoute => "default route",
            Self::DnsServer => "DNS server",
            Self::EndpointName => "endpoint name",
            Self::Grants => "grants",
            Self::Storage => "storage",
        })
    }
}

/// Why a field was refused. Numbers are never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Reason {
    /// Must not be empty.
    Empty = 1,
    /// Longer than the limit.
    TooLong = 2,
    /// Not a value that the device takes.
    NotValid = 3,
    /// Older than what is stored.
    Older = 4,
    /// The flash could not be written.
    NotStored = 5,
}

impl Reason {
    /// The reason that a number stands for.
    pub const fn from_wire(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Empty,
            2 => Self::TooLong,
            3 => Self::NotValid,
            4 => Self::Older,
            5 => Self::NotStored,
            _ => return None,
        })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "empty",
            Self::TooLong => "too long",
            Self::NotValid => "not valid",
            Self::Older => "older than what is stored",
            Self::NotStored => "could not be stored",
        })
    }
}

/// Which field of a configuration is refused, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The first field at fault.
    pub field: Field,
    /// What is wrong with it.
    pub reason: Reason,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.reason)
    }
}

impl core::error::Error for Refusal {}

/// Status numbers of a RECEIPT.
const STATUS_STORED: u8 = 0;
const STATUS_REFUSED: u8 = 1;
/// Key of the lowest serial number that the device takes. A daemon that does
/// not know it skips it.
const LEAST_SERIAL: u8 = 128;

/// RECEIPT: what the device did with the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// It is committed.
    Stored {
        /// SHA-256 of the CONFIG record.
        digest: [u8; DIGEST_LEN],
    },
    /// Nothing was stored.
    Refused {
        /// What is at fault.
        refusal: Refusal,
        /// The lowest serial number that the device takes; told with
        /// [`Reason::Older`]. Above [`MAX_SERIAL`](crate::limits::MAX_SERIAL)
        /// when it takes none any more.
        least_serial: Option<u32>,
    },
}

impl Receipt {
    /// Longest record.
    pub const MAX_LEN: usize = 1 + 2 + 2 + 1 + 2 + DIGEST_LEN;

    /// Checks a record.
    pub fn parse(record: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(record);
        let mut map = reader.map()?;
        RecordKind::Receipt.expect(map.key(0)?)?;
        let receipt = match map.key(1)?.u8()? {
            STATUS_STORED => {
                let digest = map.key(2)?.byte_array()?;
                map.end()?;
                Receipt::Stored { digest }
            }
            STATUS_REFUSED => {
                let refusal = Refusal {
                    field: Field::from_wire(map.key(3)?.u8()?).ok_or(Malformed)?,
                    reason: Reason::from_wire(map.key(4)?.u8()?).ok_or(Malformed)?,
                };
                let mut least_serial = None;
                map.end_with(LEAST_SERIAL, |value| {
                    least_serial = Some(value.u32()?);
                    Ok(())
                })?;
                Receipt::Refused {
                    refusal,
                    least_serial,
                }
            }
            _ => return Err(Malformed),
        };
        reader.end()?;
        Ok(receipt)
    }

    /// Length of the record.
    pub fn buffer_len(&self) -> usize {
        self.cbor_len()
    }

    /// Writes the record; returns its length.
    pub fn emit(&self, buffer: &mut [u8]) -> Result<usize, BufferTooSmall> {
        self.cbor_emit(buffer)
    }
}

impl Emit for Receipt {
    fn write<W: Write>(&self, out: &mut Encoder<W>) -> Written<W> {
        match self {
            Receipt::Stored { digest } => {
                out.map(3)?.u8(0)?.u8(RecordKind::Receipt as u8)?;
                out.u8(1)?.u8(STATUS_STORED)?;
                out.u8(2)?.bytes(digest)?;
            }
            Receipt::Refused {
                refusal: Refusal { field, reason },
                least_serial,
            } => {
                out.map(4 + u64::from(least_serial.is_some()))?;
                out.u8(0)?.u8(RecordKind::Receipt as u8)?;
                out.u8(1)?.u8(STATUS_REFUSED)?;
                out.u8(3)?.u8(*field as u8)?;
                out.u8(4)?.u8(*reason as u8)?;
                if let Some(least_serial) = least_serial {
                    out.u8(LEAST_SERIAL)?.u32(*least_serial)?;
                }
            }
        }
        Ok(())
    }
}

/// RECEIPT ACK: the daemon has the receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiptAck;

impl ReceiptAck {
    /// Length of the record.
    pub const LEN: usize = 3;

    /// Checks a record.
    pub fn parse(record: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(record);
        let mut map = reader.map()?;
        RecordKind::ReceiptAck.expect(map.key(0)?)?;
        map.end()?;
        reader.end()?;
        Ok(ReceiptAck)
    }

    /// Length of the record.
    pub fn buffer_len(&self) -> usize {
        Self::LEN
    }

    /// Writes the record; returns its length.
    pub fn emit(&self, buffer: &mut [u8]) -> Result<usize, BufferTooSmall> {
        self.cbor_emit(buffer)
    }
}

impl Emit for ReceiptAck {
    fn write<W: Write>(&self, out: &mut Encoder<W>) -> Written<W> {
        out.map(1)?.u8(0)?.u8(RecordKind::ReceiptAck as u8)?;
        Ok(())
    }
}

const _: () = assert!(Proof::LEN == 70 && Proof::LEN <= MAX_RECORD_LEN);
const _: () = assert!(Receipt::MAX_LEN <= MAX_RECORD_LEN);
