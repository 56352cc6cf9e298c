// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! From the first query to a connection.

mod support;

use libtock_provisioning::Link;
use smoltcp::wire::{EthernetFrame, EthernetProtocol, IpAddress, Ipv6Address};
use support::{Call, DAEMON, Direction, Fate, HELLO, World, answer_of_host, answer_of_service};

const HERE: &str = "[fe80::1]:49300";

fn here() -> IpAddress {
    DAEMON.into()
}

#[test]
fn without_a_daemon_it_asks_less_and_less_often_and_sleeps_in_between() {
    let mut world = World::new();
    world.run(300_000);
    let queries = world.daemon.queries.clone();
    assert_eq!(queries[0], 0);
    let mut wait = 1_000;
    for pair in queries.windows(2) {
        let measured = pair[1] - pair[0];
        assert!(
            (wait - wait / 4..=wait + wait / 4 + 1).contains(&measured),
            "{queries:?}"
        );
        wait = (wait * 2).min(60_000);
    }
    assert!(queries.last().unwrap() + 75_000 >= 300_000);
    assert_eq!(world.said(), [""; 0]);
    assert_eq!(world.kernel.calls(), [(0, Call::Link(Link::Looking))]);
    // Queries, requests for a lease, and their repetitions: nothing else wakes it.
    assert!(world.wakes < 80, "{} wake-ups in five minutes", world.wakes);
}

#[test]
fn a_daemon_that_appears_after_five_minutes_is_found() {
    let mut world = World::new();
    world.run(300_000);
    world.daemon.listen(49_300);
    world.daemon.answers = vec![answer_of_host(&[here()])];
    world.run_until("connected", |world| world.daemon.heard == HELLO);
    assert_eq!(
        world.said(),
        [
            format!("found a daemon at {HERE}"),
            format!("connecting to {HERE}"),
            format!("connected to {HERE}"),
        ]
    );
    assert_eq!(world.daemon.heard, HELLO);
    let calls: Vec<_> = world
        .kernel
        .calls()
        .into_iter()
        .map(|(_, call)| call)
        .collect();
    assert_eq!(
        calls,
        [
            Call::Link(Link::Looking),
            Call::Open,
            Call::Link(Link::Connecting),
            Call::Link(Link::Connected),
        ]
    );
}

#[test]
fn a_daemon_that_announces_itself_is_not_waited_for() {
    let mut world = World::new();
    world.run(100_000);
    world.daemon.listen(49_300);
    world.daemon.announces(&answer_of_host(&[here()]));
    world.run(10);
    assert_eq!(world.daemon.heard, HELLO);
}

#[test]
fn an_announcement_from_another_port_is_none() {
    let mut world = World::new();
    world.run(100_000);
    world.daemon.listen(49_300);
    world
        .daemon
        .announces_from_elsewhere(&answer_of_host(&[here()]));
    world.run(100);
    assert_eq!(world.said(), [""; 0]);
}

#[test]
fn a_service_is_found_at_its_port() {
    let mut world = World::new();
    world.daemon.listen(5_555);
    world.daemon.answers = vec![answer_of_service(&[(here(), 5_555)])];
    world.run(100);
    assert_eq!(
        world.said(),
        [
            "found a daemon at [fe80::1]:5555",
            "connecting to [fe80::1]:5555",
            "connected to [fe80::1]:5555",
        ]
    );
    assert_eq!(world.daemon.heard, HELLO);
}

#[test]
fn a_lost_query_is_asked_again() {
    let mut world = World::new();
    world.link.set_rule(|_, frame| match udp_port(frame) {
        Some(5353) => Fate::Lost,
        _ => Fate::Arrives,
    });
    world.daemon.listen(49_300);
    world.daemon.answers = vec![answer_of_host(&[here()])];
    world.run(2_000);
    assert_eq!(world.said(), [""; 0]);
    world.link.set_rule(|_, _| Fate::Arrives);
    world.run(5_000);
    assert_eq!(world.daemon.heard, HELLO);
}

/// Destination port of a UDP datagram without IPv4 options.
fn udp_port(frame: &[u8]) -> Option<u16> {
    let frame = EthernetFrame::new_checked(frame).ok()?;
    let (protocol, header) = match frame.ethertype() {
        EthernetProtocol::Ipv4 => (frame.payload().get(9)?, 20),
        EthernetProtocol::Ipv6 => (frame.payload().get(6)?, 40),
        _ => return None,
    };
    let port = frame.payload().get(header + 2..header + 4)?;
    (*protocol == 17).then(|| u16::from_be_bytes([port[0], port[1]]))
}

#[test]
fn a_refused_connection_is_tried_again_with_growing_waits() {
    let mut world = World::new();
    world.daemon.answers = vec![answer_of_host(&[here()])];
    world.run(120_000);
    let tries: Vec<u64> = world
        .events()
        .iter()
        .filter(|(_, event)| event.starts_with("connecting"))
        .map(|(time, _)| *time)
        .collect();
    let mut wait = 1_000;
    for pair in tries.windows(2) {
        let measured = pair[1] - pair[0];
        assert!(
            (wait - wait / 4..=wait + wait / 4 + 50).contains(&measured),
            "{tries:?}"
        );
        wait = (wait * 2).min(60_000);
    }
    assert!(tries.len() >= 6, "{tries:?}");
    let unreachable = format!("{HERE} cannot be reached, trying again");
    assert_eq!(world.said()[2], unreachable);
    assert!(!world.kernel.is_open());
    // It is back for the daemon that is started now.
    world.daemon.listen(49_300);
    world.run(75_000);
    assert_eq!(world.daemon.heard, HELLO);
}

#[test]
fn several_places_are_tried_in_turn() {
    let nobody = IpAddress::Ipv6(Ipv6Address::new(0xfe80, 0, 0, 0, 0, 0, 0, 0x99));
    let mut world = World::new();
    world.daemon.listen(49_301);
    let places = [(here(), 1), (nobody, 49_300), (here(), 49_301)];
    world.daemon.answers = vec![answer_of_service(&places)];
    world.run(13_000);
    let at = |text: &str| {
        let found = world.events().iter().find(|(_, event)| event == text);
        found
            .unwrap_or_else(|| panic!("{text}: not in {:#?}", world.events()))
            .0
    };
    assert_eq!(at("connecting to [fe80::1]:1"), 0);
    assert_eq!(at("[fe80::1]:1 cannot be reached, trying again"), 0);
    assert_eq!(at("connecting to [fe80::99]:49300"), 0);
    // Nobody is there to refuse it.
    let given_up = at("[fe80::99]:49300 cannot be reached, trying again");
    assert!((9_000..=12_000).contains(&given_up), "{given_up}");
    // A socket that looked for a neighbour in vain rests for a second at most.
    let connected = at("connected to [fe80::1]:49301");
    assert!(
        (given_up..=given_up + 1_000).contains(&connected),
        "{connected}"
    );
    assert_eq!(world.daemon.heard, HELLO);
}

#[test]
fn a_place_that_no_way_leads_to_is_not_tried() {
    let elsewhere = IpAddress::Ipv6(Ipv6Address::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1));
    let unleased = IpAddress::v4(192, 168, 7, 1);
    let mut world = World::new();
    world.daemon.listen(49_300);
    world.daemon.answers = vec![answer_of_host(&[elsewhere, unleased, here()])];
    world.run(100);
    assert_eq!(world.said()[0], format!("found a daemon at {HERE}"));
    assert_eq!(world.said().len(), 3);
    assert_eq!(world.daemon.heard, HELLO);
}

#[test]
fn with_a_lease_the_daemon_is_reached_over_ipv4() {
    let mut world = World::new();
    world.daemon.listen(49_300);
    world.daemon.answers = vec![answer_of_host(&[IpAddress::v4(192, 168, 7, 1)])];
    world.run(20_000);
    assert_eq!(world.said(), [""; 0]);
    // From now on there is a server; it is asked again within some seconds.
    world.daemon.leases = true;
    world.run(30_000);
    assert_eq!(
        world.said(),
        [
            "found a daemon at 192.168.7.1:49300",
            "connecting to 192.168.7.1:49300",
            "connected to 192.168.7.1:49300",
        ]
    );
    assert_eq!(world.daemon.heard, HELLO);
}

#[test]
fn a_new_lease_is_reason_to_ask_at_once() {
    let mut world = World::new();
    world.run(200_000);
    world.daemon.leases = true;
    world.daemon.listen(49_300);
    let asked = world.daemon.queries.len();
    // The requests for a lease come at least each minute.
    let mut leased = None;
    for _ in 0..6_000 {
        world.run(10);
        let joined = world
            .link
            .sent_by_device()
            .iter()
            .any(|(_, frame)| is_igmp(frame));
        if joined && leased.is_none() {
            leased = Some(world.now());
            break;
        }
    }
    let leased = leased.expect("a lease and a report of the group that was joined");
    assert!(world.daemon.queries.len() > asked);
    assert!(leased - world.daemon.queries.last().unwrap() <= 10);
}

/// Whether a frame is an IGMP message over IPv4.
fn is_igmp(frame: &[u8]) -> bool {
    EthernetFrame::new_checked(frame).is_ok_and(|frame| {
        frame.ethertype() == EthernetProtocol::Ipv4 && frame.payload().get(9) == Some(&2)
    })
}

#[test]
fn a_session_that_the_kernel_refuses_is_asked_for_again() {
    let mut world = World::new();
    world.kernel.set_refuses(true);
    world.daemon.listen(49_300);
    world.daemon.answers = vec![answer_of_host(&[here()])];
    world.run(10_000);
    assert_eq!(world.daemon.heard, b"");
    assert_eq!(
        world.said()[..2],
        [
            format!("found a daemon at {HERE}"),
            format!("no session for {HERE} by the kernel, trying again"),
        ]
    );
    assert!(world.said().len() <= 6, "{:#?}", world.events());
    world.kernel.set_refuses(false);
    world.run(20_000);
    assert_eq!(world.daemon.heard, HELLO);
}

#[test]
fn frames_that_are_no_frames_are_passed_over() {
    let mut world = World::new();
    world.run(100);
    for len in [0, 1, 13, 14, 15, 40, 60, 1_514] {
        for byte in [0x00, 0x5a, 0xff] {
            world.link.inject(vec![byte; len]);
        }
    }
    world.run(100);
    world.daemon.listen(49_300);
    world.daemon.announces(&answer_of_host(&[here()]));
    world.run(100);
    assert_eq!(world.daemon.heard, HELLO);
}

#[test]
fn a_flood_of_frames_does_not_keep_it_from_connecting() {
    let mut world = World::new();
    world.daemon.listen(49_300);
    world.daemon.answers = vec![answer_of_host(&[here()])];
    for _ in 0..100 {
        for _ in 0..100 {
            world.link.inject(vec![0xff; 60]);
        }
        world.run(1);
    }
    assert_eq!(world.daemon.heard, HELLO);
}

#[test]
fn every_fourth_frame_may_be_lost() {
    let mut world = World::new();
    let mut count = 0;
    world.link.set_rule(move |_, _| {
        count += 1;
        if count % 4 == 0 {
            Fate::Lost
        } else {
            Fate::Arrives
        }
    });
    world.daemon.listen(49_300);
    world.daemon.answers = vec![answer_of_host(&[here()])];
    world.run_until("connected", |world| world.daemon.heard == HELLO);
}

#[test]
fn a_slow_network_is_good_enough() {
    let mut world = World::new();
    world.link.set_rule(|direction, _| match direction {
        Direction::ToDaemon => Fate::Late(300),
        Direction::ToDevice => Fate::Late(700),
    });
    world.daemon.listen(49_300);
    world.daemon.answers = vec![answer_of_host(&[here()])];
    world.run(8_000);
    assert_eq!(world.daemon.heard, HELLO);
}
