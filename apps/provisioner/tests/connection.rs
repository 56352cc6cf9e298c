// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! From a connection to its end.

mod support;

use std::cell::Cell;
use std::rc::Rc;

use libtock_provisioning::Link;
use smoltcp::socket::tcp;
use support::{Call, DAEMON, Direction, Fate, HELLO, World, answer_of_host};

const HERE: &str = "[fe80::1]:49300";
const KEEP_ALIVE: &[u8] = &[0x03, 0, 0];
const IDENTIFY_ON: &[u8] = &[0x01, 0, 0];
const IDENTIFY_OFF: &[u8] = &[0x02, 0, 0];
/// A confirmation of 32 bytes.
const CONFIRM_P: u8 = 0x24;
const SEALED: u8 = 0x28;
const ALERT: u8 = 0x2f;
const MALFORMED: &[u8] = &[ALERT, 0, 1, 2];
const LEGACY_REFUSED: &[u8] = &[ALERT, 0, 1, 10];

fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
    let [high, low] = (payload.len() as u16).to_be_bytes();
    let mut bytes = vec![kind, high, low];
    bytes.extend_from_slice(payload);
    bytes
}

/// A device that has just sent its HELLO.
fn connected() -> World {
    let mut world = World::new();
    world.daemon.listen(49_300);
    world.daemon.answers = vec![answer_of_host(&[DAEMON.into()])];
    world.run(20);
    assert_eq!(world.daemon.heard, HELLO);
    world.daemon.heard.clear();
    world.forget();
    world
}

fn ended(reason: &str) -> String {
    format!("{HERE}: {reason}")
}

/// Whether the session was closed and the device looks for a daemon again.
fn searches_again(world: &World) -> bool {
    let calls = world.kernel.calls();
    let last: Vec<_> = calls.iter().rev().take(2).map(|(_, call)| call).collect();
    last == [&Call::Link(Link::Looking), &Call::Close]
}

#[test]
fn frames_pass_both_ways() {
    let mut world = connected();
    world.daemon.says(&frame(CONFIRM_P, &[7; 32]));
    world.run(10);
    assert_eq!(world.kernel.heard(), [(CONFIRM_P, vec![7; 32])]);
    let sealed = frame(SEALED, &[8; 1_024]);
    world.kernel.says(&sealed);
    world.kernel.says(&frame(ALERT, &[15]));
    world.run(10);
    assert_eq!(world.daemon.heard, [sealed, frame(ALERT, &[15])].concat());
    assert_eq!(world.said(), [""; 0]);
}

#[test]
fn a_frame_does_not_wait_for_the_one_before_to_be_acknowledged() {
    let mut world = connected();
    world.link.set_rule(|_, _| Fate::Late(300));
    world.kernel.says(&frame(ALERT, &[1]));
    world.run(10);
    world.kernel.says(&frame(ALERT, &[2]));
    world.run(310);
    let both = [frame(ALERT, &[1]), frame(ALERT, &[2])].concat();
    assert_eq!(world.daemon.heard, both);
}

#[test]
fn frames_may_come_in_segments_of_any_length() {
    for segment_len in [1, 2, 3, 5, 64, 1_000] {
        let mut world = connected();
        world.daemon.segment_len = segment_len;
        world.daemon.says(KEEP_ALIVE);
        world.daemon.says(&frame(CONFIRM_P, &[7; 32]));
        world.daemon.says(IDENTIFY_ON);
        world.daemon.says(&frame(SEALED, &[8; 200]));
        world.run(5_000);
        let expected = [(CONFIRM_P, vec![7; 32]), (SEALED, vec![8; 200])];
        assert_eq!(world.kernel.heard(), expected, "{segment_len}");
        assert_eq!(world.daemon.heard, KEEP_ALIVE, "{segment_len}");
        assert_eq!(world.said(), [""; 0], "{segment_len}");
    }
}

#[test]
fn each_keep_alive_is_answered_with_one() {
    let mut world = connected();
    for answered in 1..=25 {
        world.daemon.says(KEEP_ALIVE);
        world.run(2_000);
        assert_eq!(world.daemon.heard, KEEP_ALIVE.repeat(answered));
    }
    world.daemon.heard.clear();
    world.daemon.says(&KEEP_ALIVE.repeat(5));
    world.run(10);
    assert_eq!(world.daemon.heard, KEEP_ALIVE.repeat(5));
    assert_eq!(world.said(), [""; 0]);
}

#[test]
fn thirty_seconds_of_silence_end_it() {
    let mut world = connected();
    world.daemon.says(KEEP_ALIVE);
    world.run(100);
    let heard = world.now() - 100;
    world.run(29_800);
    assert_eq!(world.said(), [""; 0]);
    world.run(300);
    assert_eq!(world.said()[0], ended("the daemon was silent for 30 s"));
    let (time, _) = world.events()[0];
    assert!((heard + 30_000..=heard + 30_100).contains(&time), "{time}");
    assert!(searches_again(&world));
    // The daemon is told by the end of the connection.
    assert_ne!(world.daemon.state(), tcp::State::Established);
}

#[test]
fn the_daemon_has_it_identified_and_no_longer() {
    let mut world = connected();
    world.daemon.says(IDENTIFY_ON);
    world.run(10);
    assert_eq!(world.kernel.calls().last().unwrap().1, Call::Identify(true));
    world.daemon.says(IDENTIFY_OFF);
    world.run(10);
    assert_eq!(
        world.kernel.calls().last().unwrap().1,
        Call::Identify(false)
    );
    assert_eq!(world.kernel.heard(), []);
}

#[test]
fn a_kernel_at_work_is_not_pressed_but_keep_alives_are_answered() {
    let mut world = connected();
    world.kernel.set_takes_frames(false);
    // It is at work for ten minutes.
    for answered in 1..=300 {
        world.daemon.says(KEEP_ALIVE);
        world.run(2_000);
        assert_eq!(world.daemon.heard, KEEP_ALIVE.repeat(answered));
    }
    world.daemon.says(&frame(CONFIRM_P, &[7; 32]));
    world.daemon.says(&frame(SEALED, &[8; 1_000]));
    world.daemon.says(&frame(SEALED, &[9; 1_000]));
    world.daemon.says(&frame(SEALED, &[10; 1_000]));
    world.run(20_000);
    assert_eq!(world.kernel.heard(), []);
    world.kernel.set_takes_frames(true);
    world.run(5_000);
    let expected = [
        (CONFIRM_P, vec![7; 32]),
        (SEALED, vec![8; 1_000]),
        (SEALED, vec![9; 1_000]),
        (SEALED, vec![10; 1_000]),
    ];
    assert!(
        world.kernel.heard() == expected,
        "{} frames",
        world.kernel.heard().len()
    );
    assert_eq!(world.said(), [""; 0]);
}

#[test]
fn a_kernel_that_takes_no_frame_for_thirty_seconds_ends_it() {
    let mut world = connected();
    world.kernel.set_takes_frames(false);
    world.daemon.says(&frame(CONFIRM_P, &[7; 32]));
    world.run(29_000);
    assert_eq!(world.said(), [""; 0]);
    let wakes = world.wakes;
    world.run(2_000);
    assert_eq!(world.said()[0], ended("the kernel took no frame for 30 s"));
    assert!(world.wakes - wakes < 30, "{} wake-ups", world.wakes - wakes);
}

#[test]
fn a_daemon_that_reads_nothing_is_not_talked_to_for_ever() {
    let mut world = connected();
    world.daemon.reads = false;
    for _ in 0..12 {
        world.kernel.says(&frame(SEALED, &[8; 1_024]));
    }
    // It is not silent, but an answer to its keep-alives has no room.
    for _ in 0..15 {
        world.daemon.says(KEEP_ALIVE);
        world.run(2_000);
    }
    world.run(200);
    assert_eq!(world.said(), [ended("the daemon took no bytes for 30 s")]);
    // The next connection begins after a reset of this one, and with HELLO.
    let sent = world.link.sent_by_device().len();
    let again = format!("connecting to {HERE}");
    world.run_until("again", |world| world.said().contains(&again.as_str()));
    let frames = world.link.sent_by_device();
    let segments: Vec<u8> = frames[sent..]
        .iter()
        .filter_map(|(_, frame)| tcp_flags(frame))
        .filter(|flags| flags & (TCP_RESET | TCP_SYNCHRONIZE) != 0)
        .collect();
    assert_eq!(segments, [TCP_RESET | TCP_ACKNOWLEDGE, TCP_SYNCHRONIZE]);
    world.daemon.resets();
    world.daemon.reads = true;
    world.daemon.heard.clear();
    world.run_until("again", |world| world.daemon.heard == HELLO);
}

const TCP_SYNCHRONIZE: u8 = 0x02;
const TCP_RESET: u8 = 0x04;
const TCP_ACKNOWLEDGE: u8 = 0x10;

/// Flags of a TCP segment over IPv6.
fn tcp_flags(frame: &[u8]) -> Option<u8> {
    let ipv6 = frame.get(12..14)? == [0x86, 0xdd] && *frame.get(20)? == 6;
    frame.get(14 + 40 + 13).copied().filter(|_| ipv6)
}

#[test]
fn malformed_bytes_are_answered_with_an_alert() {
    for bytes in [
        // A type that is not known and may not be ignored.
        frame(0x7f, &[]),
        // Longer than any frame.
        vec![SEALED, 0x04, 0x01],
        // A keep-alive with a payload.
        frame(0x03, &[0]),
        // The key of no generation.
        vec![0x04, 17, 0],
        // After a good frame.
        [KEEP_ALIVE, &[0x05, 0, 0]].concat(),
        // Generation 1 begins at once or not at all.
        [KEEP_ALIVE, &[0x04, 16, 0]].concat(),
    ] {
        let mut world = connected();
        world.daemon.says(&bytes);
        world.run(100);
        assert_eq!(
            world.said(),
            [ended("the daemon sent bytes that are no frames")],
            "{bytes:x?}"
        );
        assert!(world.daemon.heard.ends_with(MALFORMED), "{bytes:x?}");
        assert_eq!(world.kernel.heard(), [], "{bytes:x?}");
        assert!(searches_again(&world), "{bytes:x?}");
        assert_ne!(world.daemon.state(), tcp::State::Established);
    }
}

#[test]
fn no_alert_is_sent_in_the_middle_of_a_frame() {
    let mut world = connected();
    world.daemon.reads = false;
    let sealed = frame(SEALED, &[8; 1_024]);
    for _ in 0..12 {
        world.kernel.says(&sealed);
    }
    world.run(1_000);
    world.daemon.says(&frame(0x7f, &[]));
    world.run(100);
    assert_eq!(
        world.said(),
        [ended("the daemon sent bytes that are no frames")]
    );
    world.daemon.reads = true;
    world.run(500);
    let len = world.daemon.heard.len();
    assert!(world.daemon.heard == sealed.repeat(12)[..len], "{len}");
    assert!(
        len > 9 * sealed.len() && !len.is_multiple_of(sealed.len()),
        "{len}"
    );
}

#[test]
fn types_that_may_be_ignored_are() {
    let mut world = connected();
    world.daemon.says(&frame(0x80, &[1; 100]));
    world.daemon.says(&frame(0xff, &[]));
    world.daemon.says(&frame(CONFIRM_P, &[7; 32]));
    world.run(10);
    assert_eq!(world.kernel.heard(), [(CONFIRM_P, vec![7; 32])]);
}

#[test]
fn a_legacy_daemon_is_refused_by_its_name() {
    let key: Vec<u8> = [&[0x04, 16][..], &[0x33; 16]].concat();
    for before in [
        &[][..],
        &[0x03],
        &[0x01],
        &[0x02],
        &[0x03, 0x01],
        &[3, 3, 3],
    ] {
        for segment_len in [1, 1_000] {
            let mut world = connected();
            world.daemon.segment_len = segment_len;
            world.daemon.says(&[before, &key].concat());
            world.run(500);
            assert_eq!(
                world.said(),
                [ended("legacy daemon refused: it speaks generation 1")],
                "{before:x?} {segment_len}"
            );
            assert!(world.daemon.heard.ends_with(LEGACY_REFUSED));
            assert_eq!(world.kernel.heard(), []);
            assert!(searches_again(&world));
        }
    }
}

#[test]
fn an_alert_of_the_daemon_is_the_kernels() {
    let mut world = connected();
    world.daemon.says(&frame(ALERT, &[12]));
    world.run(10);
    assert_eq!(world.kernel.heard(), [(ALERT, vec![12])]);
    world.kernel.ends(12);
    world.run(10);
    assert_eq!(world.said(), [ended("no setup code known for this device")]);
    assert!(searches_again(&world));
}

#[test]
fn a_daemon_that_says_why_and_closes_at_once_is_heard() {
    let mut world = World::new();
    // Its answer to the first segment and all that follows arrive together.
    world.link.set_rule(|direction, _| match direction {
        Direction::ToDaemon => Fate::Arrives,
        Direction::ToDevice => Fate::Late(100),
    });
    world.daemon.listen(49_300);
    world.daemon.answers = vec![answer_of_host(&[DAEMON.into()])];
    world.run_until("accepted", |world| {
        world.daemon.state() == tcp::State::Established
    });
    world.daemon.says(&frame(ALERT, &[14]));
    world.daemon.closes();
    world.run(150);
    assert_eq!(world.kernel.heard(), [(ALERT, vec![14])]);
    assert_eq!(world.said().last().unwrap(), &ended("connection lost"));
}

#[test]
fn what_came_before_a_reset_is_heard() {
    let mut world = connected();
    world.kernel.set_takes_frames(false);
    world.daemon.says(&frame(ALERT, &[14]));
    world.run(10);
    world.daemon.resets();
    world.run(10);
    world.kernel.set_takes_frames(true);
    world.run(10);
    assert_eq!(world.kernel.heard(), [(ALERT, vec![14])]);
    assert_eq!(world.said(), [ended("connection lost")]);
}

#[test]
fn a_kernel_at_work_on_the_last_frame_is_waited_for() {
    let mut world = connected();
    world.daemon.says(&frame(SEALED, &[4; 40]));
    world.run(10);
    world.kernel.set_takes_frames(false);
    world.daemon.closes();
    world.run(5_000);
    assert_eq!(world.said(), [""; 0]);
    world.kernel.ends(0);
    world.run(10);
    assert_eq!(world.said(), [ended("done")]);
}

#[test]
fn the_last_frame_is_sent_before_the_session_is_closed() {
    let mut world = connected();
    let receipt = frame(SEALED, &[5; 60]);
    world.kernel.says(&receipt);
    world.kernel.ends(0);
    world.run(10);
    assert_eq!(world.said(), [ended("done")]);
    assert_eq!(world.daemon.heard, receipt);
    assert!(searches_again(&world));
}

#[test]
fn the_kernel_is_told_of_the_end_only_after_that() {
    let mut world = connected();
    let receipt = frame(SEALED, &[5; 60]);
    let (link, expected) = (world.link.clone(), receipt.clone());
    let sent = Rc::new(Cell::new(false));
    let was_sent = sent.clone();
    world.kernel.at_close(move || {
        let frames = link.sent_by_device();
        was_sent.set(frames.iter().any(|(_, frame)| frame.ends_with(&expected)));
    });
    world.kernel.says(&receipt);
    world.kernel.ends(0);
    world.run(10);
    assert_eq!(world.said(), [ended("done")]);
    assert!(sent.get());
}

#[test]
fn a_session_that_ends_while_a_frame_is_handed_over_says_why() {
    let mut world = connected();
    world.kernel.ends_at_next_frame(13);
    world.daemon.says(&frame(CONFIRM_P, &[7; 32]));
    world.run(10);
    assert_eq!(world.said(), [ended("timeout")]);
}

#[test]
fn what_looks_like_a_keep_alive_within_a_frame_is_none() {
    let mut world = connected();
    let sealed = frame(SEALED, &KEEP_ALIVE.repeat(20));
    let (first, rest) = sealed.split_at(9);
    world.daemon.says(first);
    world.run(10);
    world.kernel.set_takes_frames(false);
    world.daemon.says(rest);
    world.run(1_000);
    assert_eq!(world.daemon.heard, b"");
    world.kernel.set_takes_frames(true);
    world.run(10);
    assert_eq!(world.kernel.heard(), [(SEALED, KEEP_ALIVE.repeat(20))]);
}

#[test]
fn a_legacy_daemon_in_the_place_of_a_new_one_is_known_as_such() {
    let mut world = connected();
    world.daemon.says(&frame(CONFIRM_P, &[7; 32]));
    world.run(10);
    world.daemon.resets();
    world.run(2_000);
    world.forget();
    world.daemon.says(&[0x03, 0x01, 0x04, 16]);
    world.run(10);
    let refused = ended("legacy daemon refused: it speaks generation 1");
    assert_eq!(world.said(), [refused]);
}

#[test]
fn an_alert_of_the_kernel_is_sent_and_told() {
    let mut world = connected();
    world.daemon.says(&frame(CONFIRM_P, &[7; 32]));
    world.run(10);
    world.kernel.says(&frame(ALERT, &[5]));
    world.kernel.ends(5);
    world.run(10);
    assert_eq!(world.daemon.heard, frame(ALERT, &[5]));
    assert_eq!(
        world.said(),
        [ended("confirmation failed (wrong setup code)")]
    );
}

#[test]
fn a_session_that_the_kernel_closes_ends_the_connection() {
    let mut world = connected();
    world.kernel.withdraws();
    world.run(10);
    assert_eq!(world.said(), [ended("the kernel closed the session")]);
    assert_ne!(world.daemon.state(), tcp::State::Established);
}

/// Whatever of a conversation was there when the connection broke, the device
/// looks for the daemon again and begins with HELLO.
#[test]
fn after_a_loss_at_any_byte_it_begins_anew() {
    let conversation = [
        frame(CONFIRM_P, &[7; 32]),
        KEEP_ALIVE.to_vec(),
        frame(SEALED, &[8; 20]),
    ]
    .concat();
    for bytes in 0..=conversation.len() {
        for reset in [false, true] {
            let mut world = connected();
            world.daemon.says(&conversation[..bytes]);
            world.run(10);
            if reset {
                world.daemon.resets();
            } else {
                world.daemon.closes();
            }
            world.run(10);
            assert_eq!(world.said(), [ended("connection lost")], "{bytes} {reset}");
            assert!(searches_again(&world), "{bytes} {reset}");
            world.daemon.heard.clear();
            world.run(2_000);
            assert_eq!(world.daemon.heard, HELLO, "{bytes} {reset}");
            // Nothing of the old stream is in the new one.
            world.daemon.says(&conversation);
            world.run(10);
            let expected = [(CONFIRM_P, vec![7; 32]), (SEALED, vec![8; 20])];
            assert!(world.kernel.heard().ends_with(&expected), "{bytes} {reset}");
        }
    }
}

#[test]
fn a_cable_that_is_pulled_is_noticed_and_survived() {
    let mut world = connected();
    world.link.set_rule(|_, _| Fate::Lost);
    world.run(31_000);
    assert_eq!(world.said()[0], ended("the daemon was silent for 30 s"));
    world.run(120_000);
    world.link.set_rule(|_, _| Fate::Arrives);
    // The host does not know yet that the old connection is gone.
    world.daemon.resets();
    world.daemon.heard.clear();
    world.run(75_000);
    assert_eq!(world.daemon.heard, HELLO);
}
