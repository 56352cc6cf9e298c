// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A small mDNS responder that sends the board to the proxy.
//!
//! It stands in for the daemon's own, which then runs where the board cannot
//! hear it, and answers any question for the service or the host name with all
//! records at once (RFC 6762, RFC 6763).

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use socket2::{Domain, InterfaceIndexOrAddress, Protocol, Socket, Type};

use crate::failure::{Result, While};
use crate::namespace::{HOST_V4, HOST_V6, tap_index};

const PORT: u16 = 5353;
const GROUP_V6: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0xfb);
const GROUP_V4: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 251);
const SERVICE: &str = "_provision._tcp.local";
const INSTANCE: &str = "proxy._provision._tcp.local";
const HOST: &str = "myCi40.local";
/// Seconds that answers hold, as RFC 6762 section 10 recommends for addresses.
const LIFETIME: u32 = 120;

const A: u16 = 1;
const PTR: u16 = 12;
const TXT: u16 = 16;
const AAAA: u16 = 28;
const SRV: u16 = 33;
const IN: u16 = 1;
const FLUSH: u16 = 0x8000;

/// A running responder. It stops when this is dropped.
#[derive(Debug)]
pub struct Responder {
    stop: Arc<AtomicBool>,
}

impl Responder {
    /// Answers on the tap device that the daemon listens on `port` of this host.
    pub fn start(port: u16) -> Result<Responder> {
        let doing = || "starting the mDNS responder".to_owned();
        let index = tap_index()?;
        let v4: Ipv4Addr = HOST_V4.parse().doing(doing)?;
        let v6: Ipv6Addr = HOST_V6.parse().doing(doing)?;
        let answer = answer(port, v4, v6);
        let stop = Arc::new(AtomicBool::new(false));
        let to_v6 = SocketAddr::V6(SocketAddrV6::new(GROUP_V6, PORT, 0, index));
        let to_v4 = SocketAddr::V4(SocketAddrV4::new(GROUP_V4, PORT));
        let sockets = [
            (socket_v6(index).doing(doing)?, to_v6),
            (socket_v4(index, v4).doing(doing)?, to_v4),
        ];
        for (socket, group) in sockets {
            let (stop, answer) = (Arc::clone(&stop), answer.clone());
            thread::spawn(move || {
                let mut query = [0; 1500];
                while !stop.load(Ordering::Relaxed) {
                    if let Ok((length, _)) = socket.recv_from(&mut query)
                        && asks_for_us(&query[..length])
                    {
                        // The board asks again if this one does not get out.
                        drop(socket.send_to(&answer, group));
                    }
                }
            });
        }
        Ok(Responder { stop })
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

fn socket_v6(index: u32) -> std::io::Result<UdpSocket> {
    let socket = Socket::new(Domain::IPV6, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_reuse_address(true)?;
    socket.set_only_v6(true)?;
    socket.bind(&SocketAddr::from((Ipv6Addr::UNSPECIFIED, PORT)).into())?;
    socket.join_multicast_v6(&GROUP_V6, index)?;
    socket.set_multicast_if_v6(index)?;
    socket.set_multicast_loop_v6(false)?;
    socket.set_multicast_hops_v6(255)?;
    socket.set_read_timeout(Some(Duration::from_millis(200)))?;
    Ok(socket.into())
}

fn socket_v4(index: u32, address: Ipv4Addr) -> std::io::Result<UdpSocket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_reuse_address(true)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::UNSPECIFIED, PORT)).into())?;
    socket.join_multicast_v4_n(&GROUP_V4, &InterfaceIndexOrAddress::Index(index))?;
    socket.set_multicast_if_v4(&address)?;
    socket.set_multicast_loop_v4(false)?;
    socket.set_multicast_ttl_v4(255)?;
    socket.set_read_timeout(Some(Duration::from_millis(200)))?;
    Ok(socket.into())
}

fn name(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for label in text.split('.') {
        bytes.push(label.len() as u8);
        bytes.extend_from_slice(label.as_bytes());
    }
    bytes.push(0);
    bytes
}

fn record(owner: &str, kind: u16, class: u16, data: &[u8]) -> Vec<u8> {
    let mut bytes = name(owner);
    bytes.extend(kind.to_be_bytes());
    bytes.extend(class.to_be_bytes());
    bytes.extend(LIFETIME.to_be_bytes());
    bytes.extend((data.len() as u16).to_be_bytes());
    bytes.extend_from_slice(data);
    bytes
}

fn answer(port: u16, v4: Ipv4Addr, v6: Ipv6Addr) -> Vec<u8> {
    let mut service = vec![0, 0, 0, 0];
    service.extend(port.to_be_bytes());
    service.extend(name(HOST));
    let records = [
        record(SERVICE, PTR, IN, &name(INSTANCE)),
        record(INSTANCE, SRV, IN | FLUSH, &service),
        record(INSTANCE, TXT, IN | FLUSH, b"\x04pv=2"),
        record(HOST, AAAA, IN | FLUSH, &v6.octets()),
        record(HOST, A, IN | FLUSH, &v4.octets()),
    ];
    // A response with authority, without questions.
    let mut message = vec![0, 0, 0x84, 0, 0, 0, 0, records.len() as u8, 0, 0, 0, 0];
    message.extend(records.concat());
    message
}

/// Whether a packet is a query with a question for one of our names. Queries
/// put names uncompressed at least once, so looking for their bytes is enough.
fn asks_for_us(packet: &[u8]) -> bool {
    let is_query = packet.get(2).is_some_and(|flags| flags & 0x80 == 0);
    let lower = packet.to_ascii_lowercase();
    is_query
        && [SERVICE, HOST].iter().any(|&ours| {
            let ours = name(&ours.to_ascii_lowercase());
            lower.windows(ours.len()).any(|window| window == ours)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_begins_as_the_standard_says() {
        let message = answer(49_300, Ipv4Addr::LOCALHOST, Ipv6Addr::LOCALHOST);
        let expected = [
            &[0, 0, 0x84, 0, 0, 0, 0, 5, 0, 0, 0, 0][..],
            b"\x0a_provision\x04_tcp\x05local\x00",
            &[0, 12, 0, 1, 0, 0, 0, 120, 0, 29],
            b"\x05proxy\x0a_provision\x04_tcp\x05local\x00",
        ]
        .concat();
        assert_eq!(message[..expected.len()], expected);
    }

    #[test]
    fn questions_are_heard_in_any_case_and_answers_are_not_questions() {
        let question = [&[0; 12][..], &name("MYCI40.local"), &[0, 28, 0, 1]].concat();
        assert!(asks_for_us(&question));
        let mut reply = question.clone();
        reply[2] = 0x84;
        assert!(!asks_for_us(&reply));
        let other = [&[0; 12][..], &name("printer.local"), &[0, 28, 0, 1]].concat();
        assert!(!asks_for_us(&other));
    }
}
