// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The process's network interface and its three sockets.
//!
//! IPv6 with a link-local address always, IPv4 when a DHCP server answers.

use provisioning_wire::limits::MAX_FRAME_LEN;
use sha2::{Digest, Sha256};
use smoltcp::iface::{
    Config, Interface, PollIngressSingleResult, PollResult, SocketHandle, SocketSet, SocketStorage,
};
use smoltcp::phy::Device;
use smoltcp::socket::{dhcpv4, tcp, udp};
use smoltcp::time::Instant;
use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr, IpEndpoint, Ipv6Address};

use crate::mdns::{self, Place};

/// Multicast DNS is sent with the highest hop limit (RFC 6762 section 11).
const MDNS_HOP_LIMIT: u8 = 255;
/// First of the ports for outgoing connections (RFC 6335 section 6).
const FIRST_EPHEMERAL_PORT: u16 = 49_152;

const DATAGRAM_LEN: usize = 1_500;
const DATAGRAMS: usize = 4;
const SOCKETS: usize = 3;
/// Frames that are received before anything else has its turn.
const BURST: usize = 32;

/// Memory for the sockets, to be placed where the stack is not.
pub struct Buffers {
    sockets: [SocketStorage<'static>; SOCKETS],
    udp_receive_meta: [udp::PacketMetadata; DATAGRAMS],
    udp_send_meta: [udp::PacketMetadata; 2],
}

/// Memory for what the sockets receive and send. Apart from [`Buffers`], since
/// an empty one is all zeroes and takes no room in flash.
pub struct Queues {
    tcp_receive: [u8; 2 * MAX_FRAME_LEN],
    tcp_send: [u8; 2 * MAX_FRAME_LEN],
    udp_receive: [u8; 2 * DATAGRAM_LEN],
    udp_send: [u8; 2 * mdns::MAX_QUERY_LEN],
}

impl Buffers {
    /// Empty buffers.
    pub const fn new() -> Self {
        Self {
            sockets: [SocketStorage::EMPTY; SOCKETS],
            udp_receive_meta: [udp::PacketMetadata::EMPTY; DATAGRAMS],
            udp_send_meta: [udp::PacketMetadata::EMPTY; 2],
        }
    }
}

impl Default for Buffers {
    fn default() -> Self {
        Self::new()
    }
}

impl Queues {
    /// Empty queues.
    pub const fn new() -> Self {
        Self {
            tcp_receive: [0; 2 * MAX_FRAME_LEN],
            tcp_send: [0; 2 * MAX_FRAME_LEN],
            udp_receive: [0; 2 * DATAGRAM_LEN],
            udp_send: [0; 2 * mdns::MAX_QUERY_LEN],
        }
    }
}

impl Default for Queues {
    fn default() -> Self {
        Self::new()
    }
}

/// All of the sockets' memory.
pub struct Memory {
    /// What describes the sockets and their datagrams.
    pub buffers: &'static mut Buffers,
    /// What they receive and send.
    pub queues: &'static mut Queues,
}

/// The interface and its sockets.
pub struct Network {
    interface: Interface,
    sockets: SocketSet<'static>,
    mdns: SocketHandle,
    tcp: SocketHandle,
    dhcp: SocketHandle,
    next_port: u16,
    /// Whether the DHCP server named a router.
    routed: bool,
}

/// The device's hardware address: a locally administered one, from the device
/// id, so that two devices do not share one.
pub fn hardware_address(device_id: &[u8]) -> EthernetAddress {
    let digest = Sha256::digest(device_id);
    let mut address = [0x02; 6];
    for (byte, hashed) in address.iter_mut().skip(1).zip(digest) {
        *byte = hashed;
    }
    EthernetAddress(address)
}

/// The link-local address with this hardware address's interface identifier
/// (RFC 4291 appendix A).
fn link_local_address(EthernetAddress([a, b, c, d, e, f]): EthernetAddress) -> Ipv6Address {
    Ipv6Address::from([
        0xfe,
        0x80,
        0,
        0,
        0,
        0,
        0,
        0,
        a ^ 0x02,
        b,
        c,
        0xff,
        0xfe,
        d,
        e,
        f,
    ])
}

fn reaches(interface: &Interface, routed: bool, place: Place) -> bool {
    let on_link = interface
        .ip_addrs()
        .iter()
        .any(|own| own.contains_addr(&place.address));
    on_link || (routed && matches!(place.address, IpAddress::Ipv4(_)))
}

impl Network {
    /// Sets the interface up. `seed` makes port and sequence numbers differ
    /// from boot to boot; it need not be secret.
    pub fn new<D: Device>(
        device: &mut D,
        now: Instant,
        device_id: &[u8],
        seed: u64,
        memory: Memory,
    ) -> Self {
        let Memory { buffers, queues } = memory;
        let hardware = hardware_address(device_id);
        let mut config = Config::new(hardware.into());
        config.random_seed = seed;
        let mut interface = Interface::new(config, device, now);
        interface.update_ip_addrs(|addresses| {
            // The first of the places that the feature in Cargo.toml gives.
            let _ = addresses.push(IpCidr::new(link_local_address(hardware).into(), 64));
        });
        // There is a place for it, see Cargo.toml.
        let _ = interface.join_multicast_group(mdns::GROUP_V6);

        let mut mdns_socket = udp::Socket::new(
            udp::PacketBuffer::new(
                &mut buffers.udp_receive_meta[..],
                &mut queues.udp_receive[..],
            ),
            udp::PacketBuffer::new(&mut buffers.udp_send_meta[..], &mut queues.udp_send[..]),
        );
        mdns_socket.set_hop_limit(Some(MDNS_HOP_LIMIT));
        // A fresh socket takes any port but 0.
        let _ = mdns_socket.bind(mdns::PORT);

        let mut tcp_socket = tcp::Socket::new(
            tcp::SocketBuffer::new(&mut queues.tcp_receive[..]),
            tcp::SocketBuffer::new(&mut queues.tcp_send[..]),
        );
        // No timeout of its own: smoltcp counts from the last segment that came,
        // also when nothing is on its way, and the provisioner has limits for
        // connecting and for silence.
        // Frames are whole messages, and the other side waits for them.
        tcp_socket.set_nagle_enabled(false);

        let mut sockets = SocketSet::new(&mut buffers.sockets[..]);
        Self {
            interface,
            mdns: sockets.add(mdns_socket),
            tcp: sockets.add(tcp_socket),
            dhcp: sockets.add(dhcpv4::Socket::new()),
            sockets,
            next_port: FIRST_EPHEMERAL_PORT | (seed as u16),
            routed: false,
        }
    }

    /// Receives what there is, up to a number of frames. Answers whether there
    /// may be more.
    pub fn receive<D: Device>(&mut self, now: Instant, device: &mut D) -> bool {
        self.interface.poll_maintenance(now);
        (0..BURST).all(|_| {
            let received = self
                .interface
                .poll_ingress_single(now, device, &mut self.sockets);
            !matches!(received, PollIngressSingleResult::None)
        })
    }

    /// Sends what there is.
    pub fn send<D: Device>(&mut self, now: Instant, device: &mut D) {
        while let PollResult::SocketStateChanged =
            self.interface.poll_egress(now, device, &mut self.sockets)
        {}
    }

    /// When there is something to send though nothing comes.
    pub fn poll_at(&mut self, now: Instant) -> Option<Instant> {
        self.interface.poll_at(now, &self.sockets)
    }

    /// Takes over what the DHCP server said. Answers whether there is a new
    /// address.
    pub fn configure_ipv4(&mut self) -> bool {
        let Some(event) = self.sockets.get_mut::<dhcpv4::Socket<'_>>(self.dhcp).poll() else {
            return false;
        };
        let lease = match event {
            dhcpv4::Event::Configured(config) => Some((config.address, config.router)),
            dhcpv4::Event::Deconfigured => None,
        };
        let before = self.interface.ipv4_addr();
        self.interface.update_ip_addrs(|addresses| {
            addresses.retain(|address| matches!(address, IpCidr::Ipv6(_)));
            if let Some((address, _)) = lease {
                // There is a place for it beside the link-local address.
                let _ = addresses.push(IpCidr::Ipv4(address));
            }
        });
        let routes = self.interface.routes_mut();
        routes.remove_default_ipv4_route();
        self.routed = match lease {
            Some((_, Some(router))) => routes.add_default_ipv4_route(router).is_ok(),
            _ => false,
        };
        // Without an address there is nothing to join from.
        let _ = if lease.is_some() {
            self.interface.join_multicast_group(mdns::GROUP_V4)
        } else {
            self.interface.leave_multicast_group(mdns::GROUP_V4)
        };
        let after = self.interface.ipv4_addr();
        after.is_some() && after != before
    }

    /// Whether there is a way to this place. Without one a connection would only
    /// wait for its timeout.
    pub fn reaches(&self, place: Place) -> bool {
        reaches(&self.interface, self.routed, place)
    }

    /// Asks the network for the daemon.
    pub fn ask(&mut self, host: &str) {
        let mut query = [0; mdns::MAX_QUERY_LEN];
        let Some(query) = mdns::query(host, &mut query).and_then(|len| query.get(..len)) else {
            return;
        };
        let socket = self.sockets.get_mut::<udp::Socket<'_>>(self.mdns);
        let groups = [
            Some(IpAddress::Ipv6(mdns::GROUP_V6)),
            self.interface
                .ipv4_addr()
                .map(|_| IpAddress::Ipv4(mdns::GROUP_V4)),
        ];
        for group in groups.into_iter().flatten() {
            // A query that does not fit now is asked again later.
            let _ = socket.send_slice(query, IpEndpoint::new(group, mdns::PORT));
        }
    }

    /// Calls `found` with every place that an answer names and that can be
    /// reached, and with the address that the answer came from.
    pub fn answers(&mut self, host: &str, mut found: impl FnMut(IpAddress, Place)) {
        let (interface, routed) = (&self.interface, self.routed);
        let socket = self.sockets.get_mut::<udp::Socket<'_>>(self.mdns);
        while let Ok((answer, metadata)) = socket.recv() {
            // RFC 6762 section 6: an answer from another port is no answer.
            if metadata.endpoint.port != mdns::PORT {
                continue;
            }
            mdns::places(answer, host, provisioning_wire::limits::PORT, |place| {
                if reaches(interface, routed, place) {
                    found(metadata.endpoint.addr, place);
                }
            });
        }
    }

    /// Begins to connect. Answers whether that is possible at all.
    pub fn connect(&mut self, place: Place) -> bool {
        let port = self.next_port;
        self.next_port = port.checked_add(1).unwrap_or(FIRST_EPHEMERAL_PORT);
        let socket = self.sockets.get_mut::<tcp::Socket<'_>>(self.tcp);
        socket.abort();
        let remote = IpEndpoint::new(place.address, place.port);
        socket
            .connect(self.interface.context(), remote, port)
            .is_ok()
    }

    /// The connection.
    pub fn tcp(&mut self) -> &mut tcp::Socket<'static> {
        self.sockets.get_mut(self.tcp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hardware_address_is_local_and_unicast_and_differs() {
        let one = hardware_address(&[1; 16]);
        assert_eq!(one.0[0], 0x02);
        assert!(one.is_unicast());
        assert_ne!(one, hardware_address(&[2; 16]));
        assert_eq!(one, hardware_address(&[1; 16]));
    }

    #[test]
    fn the_hardware_address_is_the_one_that_others_expect() {
        // SHA-256 of sixteen zeroes begins with 374708fff7.
        let expected = [0x02, 0x37, 0x47, 0x08, 0xff, 0xf7];
        assert_eq!(hardware_address(&[0; 16]).0, expected);
    }

    #[test]
    fn the_link_local_address_is_that_of_the_rfc() {
        // RFC 4291, appendix A: 34-56-78-9A-BC-DE gives 3656:78ff:fe9a:bcde.
        let hardware = EthernetAddress([0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde]);
        let expected = Ipv6Address::new(0xfe80, 0, 0, 0, 0x3656, 0x78ff, 0xfe9a, 0xbcde);
        assert_eq!(link_local_address(hardware), expected);
    }
}
