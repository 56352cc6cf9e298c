// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Who makes room when every place is taken.
//!
//! A connection that has confirmed, so that its device is known to know its setup
//! code, never does. Of the others:
//!
//! 1. those of an address that holds more than one, the address that holds the
//!    most first: a device needs one;
//! 2. those that had [`GRACE`], of the network that holds the most first. Without
//!    the grace, a hall full of devices after a power cut, or a flood, would
//!    throw everybody out before anybody is done.
//!
//! Each time the oldest. Networks are no limit by themselves: devices of one link
//! share its prefix, and those with link-local addresses share `fe80::/64` with
//! all others, for which only the interface tells them apart.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

/// A device answers at once and computes for some seconds.
pub const GRACE: Duration = Duration::from_secs(15);

/// Where a connection comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    address: IpAddr,
    /// Interface of a link-local address; 0 for others.
    scope: u32,
}

impl From<SocketAddr> for Origin {
    fn from(address: SocketAddr) -> Self {
        Origin {
            address: address.ip().to_canonical(),
            scope: match address {
                SocketAddr::V6(address) => address.scope_id(),
                SocketAddr::V4(_) => 0,
            },
        }
    }
}

impl Origin {
    /// All addresses of the same /24 or /64, on the same interface.
    fn network(self) -> Self {
        let address = match self.address {
            IpAddr::V4(address) => {
                let [a, b, c, _] = address.octets();
                Ipv4Addr::new(a, b, c, 0).into()
            }
            IpAddr::V6(address) => {
                Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into()
            }
        };
        Origin { address, ..self }
    }
}

/// A connection that might make room.
pub struct Held {
    /// Rises with each connection.
    pub number: u64,
    /// None for connections that come from no network.
    pub origin: Option<Origin>,
    /// Since it connected.
    pub age: Duration,
    /// Whether it confirmed.
    pub is_confirmed: bool,
}

/// The number of the connection that makes room; none when nobody is to.
pub fn makes_room(connections: impl Iterator<Item = Held>) -> Option<u64> {
    let open: Vec<Held> = connections.filter(|held| !held.is_confirmed).collect();
    let addresses = count(open.iter().filter_map(|held| held.origin));
    let networks = count(open.iter().map(network));
    let of_address = |held: &&Held| {
        let origin = held.origin.as_ref();
        origin.and_then(|origin| addresses.get(origin)).copied()
    };
    let of_network = |held: &&Held| networks.get(&network(held)).copied();
    let crowded = open
        .iter()
        .filter(|held| of_address(held) > Some(1))
        .max_by_key(|held| (of_address(held), Reverse(held.number)));
    let aged = || {
        open.iter()
            .filter(|held| held.age >= GRACE)
            .max_by_key(|held| (of_network(held), Reverse(held.number)))
    };
    crowded.or_else(aged).map(|held| held.number)
}

fn network(held: &Held) -> Option<Origin> {
    held.origin.map(Origin::network)
}

fn count<T: Hash + Eq>(items: impl Iterator<Item = T>) -> HashMap<T, usize> {
    let mut counts = HashMap::new();
    for item in items {
        *counts.entry(item).or_default() += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddrV6;

    use super::*;

    fn origin(address: &str, scope: u32) -> Option<Origin> {
        let address: IpAddr = address.parse().unwrap();
        Some(match address {
            IpAddr::V4(_) => SocketAddr::new(address, 1).into(),
            IpAddr::V6(address) => SocketAddr::V6(SocketAddrV6::new(address, 1, 0, scope)).into(),
        })
    }

    /// Connections in the order in which they came, each of which has `age`
    /// seconds; a confirmed one begins with `+`, an interface follows `%`.
    fn pick(age: u64, from: &[&str]) -> Option<u64> {
        makes_room(from.iter().zip(0..).map(|(from, number)| {
            let address = from.trim_start_matches('+');
            let (address, scope) = address.split_once('%').unwrap_or((address, "0"));
            Held {
                number,
                origin: origin(address, scope.parse().unwrap()),
                age: Duration::from_secs(age),
                is_confirmed: from.starts_with('+'),
            }
        }))
    }

    #[test]
    fn the_address_with_the_most_makes_room_first() {
        let one_host = ["fe80::1%2", "fe80::2%2", "fe80::2%2", "fe80::3%2"];
        assert_eq!(pick(0, &one_host), Some(1));
        let two = ["10.0.0.1", "10.0.0.1", "10.0.0.2", "10.0.0.2", "10.0.0.2"];
        assert_eq!(pick(0, &two), Some(2));
        // The same address on two links is two devices.
        assert_eq!(pick(0, &["fe80::1%2", "fe80::1%3"]), None);
        // IPv4 through an IPv6 socket is IPv4.
        assert_eq!(pick(0, &["::ffff:10.0.0.1", "10.0.0.1"]), Some(0));
    }

    #[test]
    fn devices_that_share_a_link_have_their_time() {
        let link = ["fe80::1%2", "fe80::2%2", "fe80::3%2", "2001:db8::1"];
        assert_eq!(pick(GRACE.as_secs() - 1, &link), None);
        assert_eq!(pick(GRACE.as_secs(), &link), Some(0));
    }

    #[test]
    fn the_network_with_the_most_makes_room_before_older_ones() {
        let aged = |from: &[&str]| pick(GRACE.as_secs(), from);
        assert_eq!(aged(&["fe80::1%2", "fe80::1%3", "fe80::2%3"]), Some(1));
        let site = ["2001:db8:0:1::1", "2001:db8:0:2::1", "2001:db8:0:2:1::1"];
        assert_eq!(aged(&site), Some(1));
        assert_eq!(aged(&["10.0.0.1", "10.0.1.1", "10.0.1.2"]), Some(1));
    }

    #[test]
    fn whoever_confirmed_stays() {
        let aged = |from: &[&str]| pick(GRACE.as_secs(), from);
        assert_eq!(aged(&["+10.0.0.1", "+10.0.0.1", "+fe80::1%2"]), None);
        assert_eq!(aged(&["+10.0.0.1", "+10.0.0.1", "10.0.0.1"]), Some(2));
        assert_eq!(aged(&[]), None);
    }
}
