// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Who on the network can hold the device, and for how long.

mod support;

use provisioning_flow::discovery::{MAX_CANDIDATES, MAX_PER_SOURCE};
use provisioning_wire::limits::WAIT_LIMIT_MS;
use support::{Attacker, DAEMON, HELLO, Hold, World, answer_of_host, answer_of_service};

const HERE: &str = "[fe80::1]:49300";
const KEEP_ALIVE: &[u8] = &[0x03, 0, 0];
const SEALED: u8 = 0x28;

/// Longest time at one false address (Protocol.md, "Discovery"): 10 s for the
/// connection, 60 s of waiting; a frame that trickles in keeps the silence limit
/// away, so that there is nothing to add.
const HOLD_MS: u64 = 10_000 + WAIT_LIMIT_MS as u64;
/// Until the next query is answered.
const QUERY_MS: u64 = 2_000;

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

/// Runs until the connection ends, sending `bytes` every `interval`.
fn held_by(world: &mut World, bytes: impl Fn(usize) -> Vec<u8>, interval: u64) -> u64 {
    let start = world.now();
    for round in 0.. {
        assert!(world.now() - start < 600_000, "it is held for ever");
        world.daemon.says(&bytes(round));
        world.run(interval);
        if let Some((time, _)) = world.events().first() {
            return *time - start;
        }
    }
    unreachable!();
}

fn waited() -> String {
    format!("{HERE}: the daemon let the session wait for 60 s")
}

#[test]
fn keep_alives_alone_do_not_hold_it() {
    let mut world = connected();
    let held = held_by(&mut world, |_| KEEP_ALIVE.to_vec(), 2_000);
    assert_eq!(world.said()[0], waited());
    assert!((59_000..=60_000).contains(&held), "{held}");
}

#[test]
fn identification_and_frames_that_may_be_ignored_do_not_hold_it() {
    let mut world = connected();
    let bytes = |round| match round % 3 {
        0 => vec![0x01, 0, 0],
        1 => vec![0x02, 0, 0],
        _ => vec![0xfe, 0, 2, 0, 0],
    };
    let held = held_by(&mut world, bytes, 5_000);
    assert_eq!(world.said()[0], waited());
    assert!((59_000..=60_000).contains(&held), "{held}");
}

#[test]
fn a_frame_that_comes_byte_by_byte_does_not_hold_it() {
    let mut world = connected();
    let bytes = |round| vec![[SEALED, 0x04, 0x00].get(round).copied().unwrap_or(7)];
    let held = held_by(&mut world, bytes, 20_000);
    assert_eq!(world.said()[0], waited());
    assert!((59_000..=60_000).contains(&held), "{held}");
}

#[test]
fn a_frame_of_the_session_now_and_then_does_not_hold_it() {
    let mut world = connected();
    // Whatever the kernel would make of them: the waits are added up.
    let confirm = [&[0x24, 0, 32][..], &[7; 32]].concat();
    let held = held_by(&mut world, |_| confirm.to_vec(), 20_000);
    assert_eq!(world.said()[0], waited());
    assert!((59_000..=60_000).contains(&held), "{held}");
    assert_eq!(world.kernel.heard().len(), 3);
}

#[test]
fn the_kernels_own_work_does_not_count_as_waiting() {
    let mut world = connected();
    let alive = |world: &mut World, seconds: u64| {
        for _ in 0..seconds / 2 {
            world.daemon.says(KEEP_ALIVE);
            world.run(2_000);
        }
    };
    alive(&mut world, 40);
    world.kernel.set_takes_frames(false);
    alive(&mut world, 100);
    world.kernel.set_takes_frames(true);
    alive(&mut world, 18);
    assert_eq!(world.said(), [""; 0]);
    alive(&mut world, 4);
    assert_eq!(world.said()[0], waited());
}

#[test]
fn each_connection_has_its_own_time() {
    let mut world = connected();
    held_by(&mut world, |_| KEEP_ALIVE.to_vec(), 2_000);
    world.forget();
    world.daemon.heard.clear();
    world.run_until("again", |world| world.daemon.heard == HELLO);
    world.forget();
    let held = held_by(&mut world, |_| KEEP_ALIVE.to_vec(), 2_000);
    assert!((57_000..=60_000).contains(&held), "{held}");
}

#[test]
fn who_fails_the_agreement_waits_longer_each_time_and_others_are_served() {
    const WRONG_CODE: u32 = 5;
    let mut world = connected();
    let mut wait = 1_000;
    for _ in 0..8 {
        world.kernel.ends(WRONG_CODE);
        world.run(10);
        let failed = world.now();
        world.daemon.heard.clear();
        world.run_until("again", |world| world.daemon.heard == HELLO);
        let waited = world.now() - failed;
        let spread = wait / 4;
        assert!(
            (wait - spread - 10..=wait + spread + 10).contains(&waited),
            "{waited} instead of {wait}"
        );
        wait = (wait * 2).min(60_000);
    }
    // Its turn is a minute away. Somebody else has not to wait for it.
    world.kernel.ends(WRONG_CODE);
    world.run(10);
    world.forget();
    let elsewhere = [(DAEMON.into(), 5_555)];
    world.daemon.listen(5_555);
    world.daemon.announces(&answer_of_service(&elsewhere));
    world.run(100);
    assert!(
        world.said().contains(&"connecting to [fe80::1]:5555"),
        "{:?}",
        world.said()
    );
}

/// How long the daemon, which begins at `start`, waits for the device while an
/// attacker answers each query before it.
fn delay(hold: Hold, sources: u16, start: u64) -> u64 {
    let mut world = World::new();
    world.attacker = Some(Attacker::new(&world.link, hold, sources));
    world.run(start);
    world.daemon.listen(49_300);
    world.daemon.answers = vec![answer_of_host(&[DAEMON.into()])];
    while world.daemon.heard != HELLO {
        let late = world.now() - start;
        assert!(late < 3_600_000, "{hold:?}: {:#?}", world.events());
        world.run(100);
    }
    world.now() - start
}

const HOLDS: [Hold; 6] = [
    Hold::Unanswered,
    Hold::Silence,
    Hold::KeepAlives,
    Hold::Trickle,
    Hold::Garbage,
    Hold::Refused,
];

#[test]
fn one_host_that_answers_first_delays_the_daemon_for_a_bounded_time() {
    let bound = (MAX_PER_SOURCE as u64 + 1) * HOLD_MS + QUERY_MS;
    let mut longest = 0;
    for hold in HOLDS {
        for start in [0, 30_000, 1_000_000] {
            let delay = delay(hold, 1, start);
            assert!(delay <= bound, "{hold:?} from {start}: {delay} ms");
            println!("{hold:?} from {start}: {delay} ms");
            longest = longest.max(delay);
        }
    }
    // The attack is one: it costs more than a single hold.
    assert!(longest > HOLD_MS, "{longest}");
}

#[test]
fn made_up_senders_delay_it_for_a_bounded_time_as_well() {
    let bound = MAX_CANDIDATES as u64 * HOLD_MS + QUERY_MS;
    let mut longest = 0;
    for hold in HOLDS {
        for start in [0, 30_000, 1_000_000] {
            let delay = delay(hold, 3, start);
            assert!(delay <= bound, "{hold:?} from {start}: {delay} ms");
            println!("{hold:?} from {start}: {delay} ms");
            longest = longest.max(delay);
        }
    }
    assert!(longest > 2 * HOLD_MS, "{longest}");
}
