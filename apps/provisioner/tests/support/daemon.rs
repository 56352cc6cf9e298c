// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The daemon's host: answers queries, leases addresses, accepts connections.

use provisioner::mdns;
use smoltcp::iface::{Config, Interface, SocketHandle, SocketSet, SocketStorage};
use smoltcp::socket::{tcp, udp};
use smoltcp::time::{Duration, Instant};
use smoltcp::wire::{
    DhcpMessageType, DhcpPacket, DhcpRepr, EthernetAddress, IpAddress, IpCidr, IpEndpoint,
    Ipv4Address, Ipv6Address,
};

use super::link::End;

/// Link-local address of the daemon's host.
pub const DAEMON: Ipv6Address = Ipv6Address::new(0xfe80, 0, 0, 0, 0, 0, 0, 1);
/// The name that the device asks for.
pub const HOST: &str = "myCi40";

const SERVER: Ipv4Address = Ipv4Address::new(192, 168, 7, 1);
const LEASED: Ipv4Address = Ipv4Address::new(192, 168, 7, 20);
const NETMASK: Ipv4Address = Ipv4Address::new(255, 255, 255, 0);
const DHCP_SERVER_PORT: u16 = 67;
const DHCP_CLIENT_PORT: u16 = 68;

fn name(labels: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for label in labels {
        bytes.push(label.len() as u8);
        bytes.extend_from_slice(label.as_bytes());
    }
    bytes.push(0);
    bytes
}

fn record(name: &[u8], type_: u16, data: &[u8]) -> Vec<u8> {
    let mut bytes = name.to_vec();
    bytes.extend_from_slice(&type_.to_be_bytes());
    bytes.extend_from_slice(&0x8001u16.to_be_bytes());
    bytes.extend_from_slice(&120u32.to_be_bytes());
    bytes.extend_from_slice(&(data.len() as u16).to_be_bytes());
    bytes.extend_from_slice(data);
    bytes
}

fn answer(records: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 0x84, 0, 0, 0];
    bytes.extend_from_slice(&(records.len() as u16).to_be_bytes());
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend(records.concat());
    bytes
}

fn address_record(name: &[u8], address: IpAddress) -> Vec<u8> {
    match address {
        IpAddress::Ipv4(address) => record(name, 1, &address.octets()),
        IpAddress::Ipv6(address) => record(name, 28, &address.octets()),
    }
}

/// The answer that the host with the known name lives at these addresses.
pub fn answer_of_host(addresses: &[IpAddress]) -> Vec<u8> {
    let host = name(&[HOST, "local"]);
    let records: Vec<_> = addresses
        .iter()
        .map(|address| address_record(&host, *address))
        .collect();
    answer(&records)
}

/// The answer that the service is at these places, each on a host of its own.
pub fn answer_of_service(places: &[(IpAddress, u16)]) -> Vec<u8> {
    let mut records = Vec::new();
    for (number, (address, port)) in places.iter().enumerate() {
        let target = name(&[&format!("host-{number}"), "local"]);
        let mut data = vec![0; 4];
        data.extend_from_slice(&port.to_be_bytes());
        data.extend_from_slice(&target);
        let instance = name(&["bench", "_provision", "_tcp", "local"]);
        records.push(record(&instance, 33, &data));
        records.push(address_record(&target, *address));
    }
    answer(&records)
}

/// The daemon's host.
pub struct Daemon {
    interface: Interface,
    sockets: SocketSet<'static>,
    device: End,
    mdns: SocketHandle,
    dhcp: SocketHandle,
    tcp: SocketHandle,
    port: u16,
    /// What it says when it is asked for the service or the host.
    pub answers: Vec<Vec<u8>>,
    /// Whether it leases addresses.
    pub leases: bool,
    /// Times at which it was asked.
    pub queries: Vec<u64>,
    /// What came over the connection, of all connections one after another.
    pub heard: Vec<u8>,
    outgoing: Vec<u8>,
    /// Whether it reads what comes.
    pub reads: bool,
    /// Bytes in each segment that it sends.
    pub segment_len: usize,
}

fn udp_socket() -> udp::Socket<'static> {
    let buffer = || {
        let datagrams = leak(|| udp::PacketMetadata::EMPTY, 16);
        udp::PacketBuffer::new(datagrams, leak(|| 0, 16_384))
    };
    udp::Socket::new(buffer(), buffer())
}

/// Memory for the rest of the test: smoltcp is built without an allocator, as it
/// is for the device.
fn leak<T>(empty: impl FnMut() -> T, len: usize) -> &'static mut [T] {
    std::iter::repeat_with(empty)
        .take(len)
        .collect::<Vec<_>>()
        .leak()
}

impl Daemon {
    pub fn new(mut device: End) -> Self {
        let config = Config::new(EthernetAddress([0x02, 0, 0, 0, 0, 1]).into());
        let mut interface = Interface::new(config, &mut device, Instant::ZERO);
        interface.update_ip_addrs(|addresses| {
            addresses.push(IpCidr::new(DAEMON.into(), 64)).unwrap();
            addresses.push(IpCidr::new(SERVER.into(), 24)).unwrap();
        });
        interface.join_multicast_group(mdns::GROUP_V6).unwrap();
        interface.join_multicast_group(mdns::GROUP_V4).unwrap();
        let mut mdns = udp_socket();
        mdns.set_hop_limit(Some(255));
        mdns.bind(mdns::PORT).unwrap();
        let mut dhcp = udp_socket();
        dhcp.bind(DHCP_SERVER_PORT).unwrap();
        let mut tcp = tcp::Socket::new(
            tcp::SocketBuffer::new(leak(|| 0, 8_192)),
            tcp::SocketBuffer::new(leak(|| 0, 8_192)),
        );
        tcp.set_nagle_enabled(false);
        tcp.set_timeout(Some(Duration::from_secs(60)));
        let mut sockets = SocketSet::new(leak(|| SocketStorage::EMPTY, 3));
        Self {
            interface,
            mdns: sockets.add(mdns),
            dhcp: sockets.add(dhcp),
            tcp: sockets.add(tcp),
            sockets,
            device,
            port: 0,
            answers: Vec::new(),
            leases: false,
            queries: Vec::new(),
            heard: Vec::new(),
            outgoing: Vec::new(),
            reads: true,
            segment_len: 1_024,
        }
    }

    /// Accepts one connection after another on this port.
    pub fn listen(&mut self, port: u16) {
        self.port = port;
    }

    /// Accepts no more connections and refuses them.
    pub fn stop_listening(&mut self) {
        self.port = 0;
    }

    pub fn says(&mut self, bytes: &[u8]) {
        self.outgoing.extend_from_slice(bytes);
    }

    /// Says something without having been asked, from this port.
    pub fn announces(&mut self, answer: &[u8]) {
        let socket = self.sockets.get_mut::<udp::Socket>(self.mdns);
        let to = IpEndpoint::new(mdns::GROUP_V6.into(), mdns::PORT);
        socket.send_slice(answer, to).unwrap();
    }

    /// The same from a port that is not that of multicast DNS.
    pub fn announces_from_elsewhere(&mut self, answer: &[u8]) {
        let socket = self.sockets.get_mut::<udp::Socket>(self.dhcp);
        let to = IpEndpoint::new(mdns::GROUP_V6.into(), mdns::PORT);
        socket.send_slice(answer, to).unwrap();
    }

    /// Closes its side of the connection once all is sent.
    pub fn closes(&mut self) {
        self.flush();
        assert!(self.outgoing.is_empty(), "segments are left to be sent");
        self.tcp().close();
    }

    pub fn resets(&mut self) {
        self.tcp().abort();
    }

    pub fn state(&mut self) -> tcp::State {
        self.tcp().state()
    }

    fn tcp(&mut self) -> &mut tcp::Socket<'static> {
        self.sockets.get_mut(self.tcp)
    }

    pub fn poll(&mut self, now: u64) {
        let now = Instant::from_millis(now as i64);
        self.interface
            .poll(now, &mut self.device, &mut self.sockets);
        self.answer_queries(now);
        self.lease();
        self.serve();
        self.interface
            .poll(now, &mut self.device, &mut self.sockets);
    }

    pub fn poll_at(&mut self, now: u64) -> Option<u64> {
        let socket = self.sockets.get::<tcp::Socket>(self.tcp);
        if !self.outgoing.is_empty() && socket.can_send() && socket.send_queue() == 0 {
            return Some(now);
        }
        let now = Instant::from_millis(now as i64);
        let at = self.interface.poll_at(now, &self.sockets)?;
        Some(at.total_millis().max(0) as u64)
    }

    fn answer_queries(&mut self, now: Instant) {
        let socket = self.sockets.get_mut::<udp::Socket>(self.mdns);
        let mut answers = Vec::new();
        while let Ok((query, metadata)) = socket.recv() {
            assert_eq!(metadata.endpoint.port, mdns::PORT);
            assert_eq!(&query[..6], [0, 0, 0, 0, 0, 3]);
            let (group, hears) = match metadata.endpoint.addr {
                IpAddress::Ipv4(_) => (IpAddress::Ipv4(mdns::GROUP_V4), false),
                IpAddress::Ipv6(_) => (IpAddress::Ipv6(mdns::GROUP_V6), true),
            };
            if hears {
                self.queries.push(now.total_millis() as u64);
            }
            answers.push(IpEndpoint::new(group, mdns::PORT));
        }
        for group in answers {
            for answer in &self.answers {
                socket.send_slice(answer, group).unwrap();
            }
        }
    }

    fn lease(&mut self) {
        let socket = self.sockets.get_mut::<udp::Socket>(self.dhcp);
        while let Ok((bytes, _)) = socket.recv() {
            let packet = DhcpPacket::new_checked(bytes).unwrap();
            let request = DhcpRepr::parse(&packet).unwrap();
            let message_type = match request.message_type {
                DhcpMessageType::Discover => DhcpMessageType::Offer,
                DhcpMessageType::Request => DhcpMessageType::Ack,
                other => panic!("{other:?}"),
            };
            if !self.leases {
                continue;
            }
            let reply = DhcpRepr {
                parameter_request_list: None,
                message_type,
                your_ip: LEASED,
                server_ip: SERVER,
                server_identifier: Some(SERVER),
                subnet_mask: Some(NETMASK),
                lease_duration: Some(3_600),
                requested_ip: None,
                client_identifier: None,
                ..request
            };
            let mut bytes = vec![0; reply.buffer_len()];
            let mut packet = DhcpPacket::new_unchecked(&mut bytes);
            reply.emit(&mut packet).unwrap();
            let to = IpEndpoint::new(Ipv4Address::BROADCAST.into(), DHCP_CLIENT_PORT);
            socket.send_slice(&bytes, to).unwrap();
        }
    }

    fn serve(&mut self) {
        let port = self.port;
        let socket = self.sockets.get_mut::<tcp::Socket>(self.tcp);
        if port == 0 {
            if socket.is_listening() {
                socket.abort();
            }
        } else if !socket.is_open() {
            self.outgoing.clear();
            socket.listen(port).unwrap();
        }
        let heard = &mut self.heard;
        while self.reads && socket.can_recv() {
            socket
                .recv(|bytes| {
                    heard.extend_from_slice(bytes);
                    (bytes.len(), ())
                })
                .unwrap();
        }
        // A device that has closed is answered in kind.
        if socket.state() == tcp::State::CloseWait {
            socket.close();
        }
        self.flush();
    }

    /// Sends one segment of what is left, so that each is one of its own.
    fn flush(&mut self) {
        let len = self.outgoing.len().min(self.segment_len);
        let socket = self.sockets.get_mut::<tcp::Socket>(self.tcp);
        if socket.can_send() && len > 0 && socket.send_queue() == 0 {
            let sent = socket.send_slice(&self.outgoing[..len]).unwrap();
            self.outgoing.drain(..sent);
        }
    }
}
