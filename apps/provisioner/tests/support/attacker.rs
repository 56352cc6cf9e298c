// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A host that answers every query first and holds whoever connects to it.

use provisioner::mdns;
use smoltcp::iface::{Config, Interface, SocketHandle, SocketSet, SocketStorage};
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::socket::tcp;
use smoltcp::time::Instant;
use smoltcp::wire::{
    EthernetAddress, EthernetFrame, EthernetProtocol, EthernetRepr, IpAddress, IpCidr, IpProtocol,
    Ipv6Address, Ipv6Packet, Ipv6Repr, UdpPacket, UdpRepr,
};

use super::daemon::answer_of_service;
use super::link::{Direction, End, Fate, Link};

const HARDWARE: EthernetAddress = EthernetAddress([0x02, 0, 0, 0, 0, 0x66]);
/// Where the attacker is.
const ADDRESS: Ipv6Address = Ipv6Address::new(0xfe80, 0, 0, 0, 0, 0, 0, 0x66);
/// Ports that are accepted at; more than a device keeps places.
const PORTS: u16 = 24;
/// The first of them.
const FIRST_PORT: u16 = 6_600;
/// Places that one answer names.
const NAMED: u16 = 8;
const INTERVAL_MS: u64 = 2_000;

/// How a device is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Its first segments are not answered.
    Unanswered,
    /// The connection is made, and that is all.
    Silence,
    /// Nothing but KEEP ALIVE.
    KeepAlives,
    /// A frame whose bytes come one by one.
    Trickle,
    /// Bytes that are no frame.
    Garbage,
    /// The connection is refused.
    Refused,
}

/// The attacker's host.
pub struct Attacker {
    interface: Interface,
    sockets: SocketSet<'static>,
    device: End,
    connections: Vec<(SocketHandle, u16, bool)>,
    hold: Hold,
    /// When something is said next to those who are held.
    due: u64,
}

impl Attacker {
    /// Puts the attacker on the cable. His answers come from that many addresses
    /// in turn, each naming new places, and arrive before anybody else's.
    pub fn new(link: &Link, hold: Hold, sources: u16) -> Self {
        let mut device = link.third_end();
        let mut interface =
            Interface::new(Config::new(HARDWARE.into()), &mut device, Instant::ZERO);
        interface.update_ip_addrs(|addresses| {
            addresses.push(IpCidr::new(ADDRESS.into(), 64)).unwrap();
        });
        let mut sockets = SocketSet::new(leak(|| SocketStorage::EMPTY, usize::from(PORTS)));
        let connections = (0..PORTS)
            .map(|number| {
                let buffer = || tcp::SocketBuffer::new(leak(|| 0u8, 2_048));
                let handle = sockets.add(tcp::Socket::new(buffer(), buffer()));
                (handle, FIRST_PORT + number, false)
            })
            .collect();
        let (answers, mut number) = (link.clone(), 0u16);
        link.set_rule(move |direction, frame| {
            if direction == Direction::ToDaemon && is_query(frame) {
                for source in 0..sources {
                    let places: Vec<_> = (0..NAMED)
                        .map(|place| {
                            let port = FIRST_PORT + number.wrapping_add(place) % PORTS;
                            match hold {
                                // Nobody is there.
                                Hold::Unanswered => (nobody(number.wrapping_add(place)), port),
                                _ => (IpAddress::Ipv6(ADDRESS), port),
                            }
                        })
                        .collect();
                    number = number.wrapping_add(NAMED);
                    answers.inject(answer_from(source, &answer_of_service(&places)));
                }
            }
            Fate::Arrives
        });
        Self {
            interface,
            sockets,
            device,
            connections,
            hold,
            due: 0,
        }
    }

    pub fn poll(&mut self, now: u64) {
        let instant = Instant::from_millis(now as i64);
        if self.hold != Hold::Refused {
            self.accept();
        }
        self.interface
            .poll(instant, &mut self.device, &mut self.sockets);
        let speaks = now >= self.due;
        if speaks {
            self.due = now + INTERVAL_MS;
        }
        for (handle, _, greeted) in &mut self.connections {
            let socket = self.sockets.get_mut::<tcp::Socket>(*handle);
            if socket.can_recv() {
                socket.recv(|bytes| (bytes.len(), ())).unwrap();
            }
            if socket.state() == tcp::State::CloseWait {
                socket.close();
            }
            if !socket.can_send() {
                *greeted = false;
                continue;
            }
            let bytes: &[u8] = match self.hold {
                Hold::KeepAlives if speaks => &[0x03, 0, 0],
                // The head of a sealed frame of 1,024 bytes, then its text.
                Hold::Trickle if !*greeted => &[0x28, 0x04, 0x00],
                Hold::Trickle if speaks => &[0x55],
                Hold::Garbage if !*greeted => b"220 ready\r\n",
                _ => &[],
            };
            *greeted = true;
            // What does not fit is not said.
            let _ = socket.send_slice(bytes);
        }
        self.interface
            .poll(instant, &mut self.device, &mut self.sockets);
    }

    pub fn poll_at(&mut self) -> Option<u64> {
        let own = matches!(self.hold, Hold::KeepAlives | Hold::Trickle).then_some(self.due);
        let network = self.interface.poll_at(Instant::ZERO, &self.sockets);
        let network = network.map(|at| at.total_millis().max(0) as u64);
        // What is due at once is done in `poll`.
        [own, network.filter(|at| *at > 0)]
            .into_iter()
            .flatten()
            .min()
    }

    fn accept(&mut self) {
        for (handle, port, _) in &self.connections {
            let socket = self.sockets.get_mut::<tcp::Socket>(*handle);
            if !socket.is_open() {
                socket.listen(*port).unwrap();
            }
        }
    }
}

/// An address of the link that nobody has.
fn nobody(number: u16) -> IpAddress {
    Ipv6Address::new(0xfe80, 0, 0, 0, 0, 0, 0xdead, number).into()
}

fn is_query(frame: &[u8]) -> bool {
    // Ethernet and IPv6 headers, then UDP to port 5353.
    frame.get(12..14) == Some(&[0x86, 0xdd])
        && frame.get(20) == Some(&17)
        && frame.get(56..58) == Some(&mdns::PORT.to_be_bytes())
}

/// A frame with a multicast DNS answer from the address of this number.
fn answer_from(number: u16, answer: &[u8]) -> Vec<u8> {
    let source = Ipv6Address::new(0xfe80, 0, 0, 0, 0, 0, 0xbad, number);
    let udp = UdpRepr {
        src_port: mdns::PORT,
        dst_port: mdns::PORT,
    };
    let ip = Ipv6Repr {
        src_addr: source,
        dst_addr: mdns::GROUP_V6,
        next_header: IpProtocol::Udp,
        payload_len: udp.header_len() + answer.len(),
        hop_limit: 255,
    };
    let ethernet = EthernetRepr {
        src_addr: HARDWARE,
        dst_addr: EthernetAddress([0x33, 0x33, 0, 0, 0, 0xfb]),
        ethertype: EthernetProtocol::Ipv6,
    };
    let mut bytes = vec![0; ethernet.buffer_len() + ip.buffer_len() + ip.payload_len];
    let mut frame = EthernetFrame::new_unchecked(&mut bytes);
    ethernet.emit(&mut frame);
    let mut packet = Ipv6Packet::new_unchecked(frame.payload_mut());
    ip.emit(&mut packet);
    udp.emit(
        &mut UdpPacket::new_unchecked(packet.payload_mut()),
        &source.into(),
        &mdns::GROUP_V6.into(),
        answer.len(),
        |payload| payload.copy_from_slice(answer),
        &ChecksumCapabilities::default(),
    );
    bytes
}

/// Memory for the rest of the test.
fn leak<T>(empty: impl FnMut() -> T, len: usize) -> &'static mut [T] {
    std::iter::repeat_with(empty)
        .take(len)
        .collect::<Vec<_>>()
        .leak()
}
