// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Questions and answers of multicast DNS.
//!
//! Asks for the service (RFC 6763) and for the daemon's host name (RFC 6762),
//! and takes from an answer every address that it gives for either. Nothing
//! in an answer is trusted; what cannot be parsed is passed over.

use smoltcp::wire::{
    DnsFlags, DnsPacket, DnsQueryType, DnsQuestion, DnsRecord, DnsRecordData, IpAddress,
    Ipv4Address, Ipv6Address,
};

/// Port of multicast DNS.
pub const PORT: u16 = 5353;
/// Group of multicast DNS over IPv4.
pub const GROUP_V4: Ipv4Address = Ipv4Address::new(224, 0, 0, 251);
/// Group of multicast DNS over IPv6.
pub const GROUP_V6: Ipv6Address = Ipv6Address::new(0xff02, 0, 0, 0, 0, 0, 0, 0xfb);

/// Name of the service, as labels.
const SERVICE: [&[u8]; 3] = [b"_provision", b"_tcp", b"local"];

/// Longest query, in bytes.
pub const MAX_QUERY_LEN: usize = 128;
const MAX_NAME_LEN: usize = 64;
const HEADER_LEN: usize = 12;
const TYPE_PTR: DnsQueryType = DnsQueryType::Unknown(12);
const TYPE_SRV: DnsQueryType = DnsQueryType::Unknown(33);
/// Priority and weight, which stand before the port in a SRV record.
const SRV_PORT_OFFSET: usize = 4;

/// A place where the daemon may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its address.
    pub address: IpAddress,
    /// Its TCP port.
    pub port: u16,
}

impl core::fmt::Display for Place {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.address {
            IpAddress::Ipv4(address) => write!(f, "{address}:{}", self.port),
            IpAddress::Ipv6(address) => write!(f, "[{address}]:{}", self.port),
        }
    }
}

/// Writes the query for the service and for `host`, a name of one label below
/// `local`. Answers its length in bytes, or `None` when `host` is too long.
pub fn query(host: &str, buffer: &mut [u8; MAX_QUERY_LEN]) -> Option<usize> {
    let mut service = [0; MAX_NAME_LEN];
    let service_len = encode(&SERVICE, &mut service)?;
    let mut name = [0; MAX_NAME_LEN];
    let name_len = encode(&[host.as_bytes(), b"local"], &mut name)?;
    let questions = [
        (service.get(..service_len)?, TYPE_PTR),
        (name.get(..name_len)?, DnsQueryType::Aaaa),
        (name.get(..name_len)?, DnsQueryType::A),
    ];

    buffer.fill(0);
    let mut packet = DnsPacket::new_unchecked(&mut buffer[..]);
    packet.set_flags(DnsFlags::empty());
    packet.set_question_count(questions.len() as u16);
    let mut end = HEADER_LEN;
    for (name, type_) in questions {
        let question = DnsQuestion { name, type_ };
        let room = buffer.get_mut(end..end + question.buffer_len())?;
        question.emit(room);
        end += question.buffer_len();
    }
    Some(end)
}

fn encode(labels: &[&[u8]], buffer: &mut [u8]) -> Option<usize> {
    let mut end = 0;
    for label in labels {
        let len = u8::try_from(label.len())
            .ok()
            .filter(|len| (1..64).contains(len))?;
        *buffer.get_mut(end)? = len;
        buffer
            .get_mut(end + 1..end + 1 + label.len())?
            .copy_from_slice(label);
        end += 1 + label.len();
    }
    *buffer.get_mut(end)? = 0;
    Some(end + 1)
}

/// Calls `found` with every place that the answer names for the service or for
/// `host` and that can be connected to. Addresses of `host` get `default_port`.
pub fn places(answer: &[u8], host: &str, default_port: u16, mut found: impl FnMut(Place)) {
    let mut found = |place: Place| {
        if place.address.is_unicast() && place.port != 0 {
            found(place);
        }
    };
    let Ok(packet) = DnsPacket::new_checked(answer) else {
        return;
    };
    if !packet.flags().contains(DnsFlags::RESPONSE) {
        return;
    }
    let host_labels = [host.as_bytes(), b"local"];
    for record in records(&packet) {
        let Some(address) = address_of(&record) else {
            continue;
        };
        if is_name(&packet, record.name, &host_labels) {
            found(Place {
                address,
                port: default_port,
            });
        }
        for service in records(&packet) {
            if let Some((target, port)) = service_of(&packet, &service)
                && same_name(&packet, target, record.name)
            {
                found(Place { address, port });
            }
        }
    }
}

/// All records of all sections, up to the first that cannot be parsed.
fn records<'a>(packet: &'a DnsPacket<&[u8]>) -> impl Iterator<Item = DnsRecord<'a>> {
    let mut rest = Some(packet.payload());
    for _ in 0..packet.question_count() {
        rest = rest.and_then(|bytes| DnsQuestion::parse(bytes).ok().map(|(rest, _)| rest));
    }
    let count = u32::from(packet.answer_record_count())
        + u32::from(packet.authority_record_count())
        + u32::from(packet.additional_record_count());
    let mut left = count;
    core::iter::from_fn(move || {
        left = left.checked_sub(1)?;
        let parsed = rest.and_then(next_record);
        rest = parsed.as_ref().map(|(rest, _)| *rest);
        parsed.map(|(_, record)| record)
    })
}

/// The next record whose class is understood. In multicast DNS the class's top
/// bit says that older answers are void (RFC 6762 section 10.2); the parser
/// knows only plain DNS, so such a record is parsed from its parts.
fn next_record(bytes: &[u8]) -> Option<(&[u8], DnsRecord<'_>)> {
    let name_len = name_len(bytes)?;
    let (name, rest) = bytes.split_at_checked(name_len)?;
    let (head, rest) = rest.split_first_chunk::<10>()?;
    let [type_0, type_1, _, _, t0, t1, t2, t3, len_0, len_1] = *head;
    let len = usize::from(u16::from_be_bytes([len_0, len_1]));
    let (data, rest) = rest.split_at_checked(len)?;
    let type_ = DnsQueryType::from(u16::from_be_bytes([type_0, type_1]));
    let record = DnsRecord {
        name,
        ttl: u32::from_be_bytes([t0, t1, t2, t3]),
        data: DnsRecordData::parse(type_, data).ok()?,
    };
    Some((rest, record))
}

/// Length of an encoded name, up to its end or its pointer (RFC 1035 section
/// 4.1.4).
fn name_len(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        match *bytes.get(at)? {
            0 => return Some(at + 1),
            label if label & 0xc0 == 0 => at += 1 + usize::from(label),
            pointer if pointer & 0xc0 == 0xc0 => return Some(at + 2),
            _ => return None,
        }
    }
}

fn address_of(record: &DnsRecord<'_>) -> Option<IpAddress> {
    match record.data {
        DnsRecordData::A(address) => Some(IpAddress::Ipv4(address)),
        DnsRecordData::Aaaa(address) => Some(IpAddress::Ipv6(address)),
        _ => None,
    }
}

/// Target and port, when the record is one of our service's.
fn service_of<'a>(packet: &DnsPacket<&[u8]>, record: &DnsRecord<'a>) -> Option<(&'a [u8], u16)> {
    let DnsRecordData::Other(TYPE_SRV, data) = record.data else {
        return None;
    };
    // The instance's label stands before the service's name.
    let mut labels = packet.parse_name(record.name);
    labels.next()?.ok()?;
    if !labels_are(labels, &SERVICE) {
        return None;
    }
    let (port, target) = data.get(SRV_PORT_OFFSET..)?.split_first_chunk::<2>()?;
    Some((target, u16::from_be_bytes(*port)))
}

fn is_name(packet: &DnsPacket<&[u8]>, name: &[u8], labels: &[&[u8]]) -> bool {
    labels_are(packet.parse_name(name), labels)
}

fn labels_are<'a, E>(
    mut found: impl Iterator<Item = Result<&'a [u8], E>>,
    labels: &[&[u8]],
) -> bool {
    let all = labels
        .iter()
        .all(|label| matches!(found.next(), Some(Ok(other)) if other.eq_ignore_ascii_case(label)));
    all && found.next().is_none()
}

fn same_name(packet: &DnsPacket<&[u8]>, one: &[u8], other: &[u8]) -> bool {
    let mut one = packet.parse_name(one);
    let mut other = packet.parse_name(other);
    loop {
        match (one.next(), other.next()) {
            (None, None) => return true,
            (Some(Ok(one)), Some(Ok(other))) if one.eq_ignore_ascii_case(other) => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
#[path = "mdns/tests.rs"]
mod tests;
