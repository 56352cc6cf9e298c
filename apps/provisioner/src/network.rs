// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The process's network interface and its three sockets.
//!
//! IPv6 with a link-local address always, IPv4 when a DHCP server answers.

use provisioning_wire::limits::MAX_FRAME_LEN;
use sha2::{Digest, Sha256};
use smoltcp::iface::{Config, Interface, SocketHandle, SocketSet, SocketStorage};
use smoltcp::phy::Device;
use smoltcp::socket::{dhcpv4, tcp, udp};
use smoltcp::time::{Duration, Instant};
use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr, IpEndpoint, Ipv6Address};

use crate::mdns::{self, Place};

/// How long a connection may take to be made, and how long sent bytes may stay
/// unacknowledged, in seconds.
const TCP_TIMEOUT_S: u64 = 10;
/// Multicast DNS is sent with the highest hop limit (RFC 6762 section 11).
const MDNS_HOP_LIMIT: u8 = 255;
/// First of the ports for outgoing connections (RFC 6335 section 6).
const FIRST_EPHEMERAL_PORT: u16 = 49_152;

const DATAGRAM_LEN: usize = 1_500;
const DATAGRAMS: usize = 4;
const SOCKETS: usize = 3;

/// Memory for the sockets, to be placed where the stack is not.
pub struct Buffers {
    sockets: [SocketStorage<'static>; SOCKETS],
    tcp_receive: [u8; 2 * MAX_FRAME_LEN],
    tcp_send: [u8; 2 * MAX_FRAME_LEN],
    udp_receive: [u8; 2 * DATAGRAM_LEN],
    udp_receive_meta: [udp::PacketMetadata; DATAGRAMS],
    udp_send: [u8; 2 * mdns::MAX_QUERY_LEN],
    udp_send_meta: [udp::PacketMetadata; 2],
}

impl Buffers {
    /// Empty buffers.
    pub const fn new() -> Self {
        Self {
            sockets: [SocketStorage::EMPTY; SOCKETS],
            tcp_receive: [0; 2 * MAX_FRAME_LEN],
            tcp_send: [0; 2 * MAX_FRAME_LEN],
            udp_receive: [0; 2 * DATAGRAM_LEN],
            udp_receive_meta: [udp::PacketMetadata::EMPTY; DATAGRAMS],
            udp_send: [0; 2 * mdns::MAX_QUERY_LEN],
            udp_send_meta: [udp::PacketMetadata::EMPTY; 2],
        }
    }
}

impl Default for Buffers {
    fn default() -> Self {
        Self::new()
    }
}

/// The interface and its sockets.
pub struct Network {
    interface: Interface,
    sockets: SocketSet<'static>,
    mdns: SocketHandle,
    tcp: SocketHandle,
    dhcp: SocketHandle,
    next_port: u16,
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

impl Network {
    /// Sets the interface up. `seed` makes port and sequence numbers differ
    /// from boot to boot; it need not be secret.
    pub fn new<D: Device>(
        device: &mut D,
        now: Instant,
        device_id: &[u8],
        seed: u64,
        buffers: &'static mut Buffers,
    ) -> Self {
        let hardware = hardware_address(device_id);
        let mut config = Config::new(hardware.into());
        config.random_seed = seed;
        let mut interface = Interface::new(config, device, now);
        interface.update_ip_addrs(|addresses| {
            // The first of the places that the feature in Cargo.toml gives.
            let _ = addresses.push(IpCidr::new(link_local_address(hardware).into(), 64));
        });
        // Without the group there are still the unicast answers.
        let _ = interface.join_multicast_group(mdns::GROUP_V6);
        let _ = interface.join_multicast_group(mdns::GROUP_V4);

        let mut mdns_socket = udp::Socket::new(
            udp::PacketBuffer::new(
                &mut buffers.udp_receive_meta[..],
                &mut buffers.udp_receive[..],
            ),
            udp::PacketBuffer::new(&mut buffers.udp_send_meta[..], &mut buffers.udp_send[..]),
        );
        mdns_socket.set_hop_limit(Some(MDNS_HOP_LIMIT));
        // A fresh socket takes any port but 0.
        let _ = mdns_socket.bind(mdns::PORT);

        let mut tcp_socket = tcp::Socket::new(
            tcp::SocketBuffer::new(&mut buffers.tcp_receive[..]),
            tcp::SocketBuffer::new(&mut buffers.tcp_send[..]),
        );
        tcp_socket.set_timeout(Some(Duration::from_secs(TCP_TIMEOUT_S)));
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
        }
    }

    /// Sends and receives what there is.
    pub fn poll<D: Device>(&mut self, now: Instant, device: &mut D) {
        self.interface.poll(now, device, &mut self.sockets);
        self.configure_ipv4();
    }

    /// When [`Network::poll`] must be called though nothing comes.
    pub fn poll_at(&mut self, now: Instant) -> Option<Instant> {
        self.interface.poll_at(now, &self.sockets)
    }

    fn configure_ipv4(&mut self) {
        let Some(event) = self.sockets.get_mut::<dhcpv4::Socket<'_>>(self.dhcp).poll() else {
            return;
        };
        let lease = match event {
            dhcpv4::Event::Configured(config) => Some((config.address, config.router)),
            dhcpv4::Event::Deconfigured => None,
        };
        self.interface.update_ip_addrs(|addresses| {
            addresses.retain(|address| matches!(address, IpCidr::Ipv6(_)));
            if let Some((address, _)) = lease {
                // There are places for two: the link-local address and this.
                let _ = addresses.push(IpCidr::Ipv4(address));
            }
        });
        let routes = self.interface.routes_mut();
        routes.remove_default_ipv4_route();
        if let Some((_, Some(router))) = lease {
            // Daemons on the link are reached without it.
            let _ = routes.add_default_ipv4_route(router);
        }
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

    /// Calls `found` with every place that an answer names.
    pub fn answers(&mut self, host: &str, mut found: impl FnMut(Place)) {
        let socket = self.sockets.get_mut::<udp::Socket<'_>>(self.mdns);
        while let Ok((answer, _)) = socket.recv() {
            mdns::places(answer, host, provisioning_wire::limits::PORT, &mut found);
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
    fn the_link_local_address_is_that_of_the_rfc() {
        // RFC 4291, appendix A: 34-56-78-9A-BC-DE gives 3656:78ff:fe9a:bcde.
        let hardware = EthernetAddress([0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde]);
        let expected = Ipv6Address::new(0xfe80, 0, 0, 0, 0x3656, 0x78ff, 0xfe9a, 0xbcde);
        assert_eq!(link_local_address(hardware), expected);
    }
}
