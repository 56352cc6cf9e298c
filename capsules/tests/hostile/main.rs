// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A process with the provisioner's rights that wishes the board ill.
//!
//! It makes every call of both drivers, with arguments of every kind, in any
//! order, from two processes; changes buffers while something is under way;
//! takes part in real conversations and spoils them; dies and comes back. After
//! it, no secret is in the memory of a process or in a frame that it took,
//! nothing is stored that no daemon sent, and the board can be provisioned, in
//! place and after a reset. A failure names the seed that shows it.
//!
//! Miri looks at the kernel's code below, for which no key has to be agreed
//! on; that would take it an hour. There the board is minted before, the daemon
//! answers with frames that are none of its own, and what needs keys is left out.

mod board;
mod daemon;
mod fakes;
#[path = "../../../tock/capsules/extra/tests/drivers/harness.rs"]
#[allow(dead_code, reason = "it serves other tests too")]
mod harness;
mod script;

use capsules_provisioning::interfaces::CommitStore;

use board::{Board, on_a_board};
use fakes::factory::minted;
use script::{Script, Summary};

/// Boards, each with a thread and deferred calls of its own.
const BOARDS: u64 = if cfg!(miri) { 2 } else { 16 };
/// Sequences on each board, one after another.
const SEQUENCES: u64 = if cfg!(miri) { 2 } else { 125 };
/// Calls and other moves in each.
const MOVES: usize = if cfg!(miri) { 60 } else { 120 };

#[test]
fn no_sequence_of_calls_gets_a_secret_out_or_stops_the_board() {
    let mut all = Summary::default();
    for number in 0..BOARDS {
        let (pages, summary) = on_a_board(move || {
            let board = Board::new(minted(), None, number % 2 == 1);
            let mut script = Script::new(&board, number);
            for sequence in 0..SEQUENCES {
                script.play(number << 32 | sequence, MOVES);
            }
            if !cfg!(miri) {
                script.provision_in_good_faith();
            }
            (board.flash.content(), script.summary)
        });
        all.add(&summary);
        if cfg!(miri) {
            continue;
        }
        // After a reset the board has what it was given, and takes another one.
        on_a_board(|| {
            let board = Board::new(pages, None, false);
            assert!(board.holds_configuration());
            board.wipe();
            Script::new(&board, number).provision_in_good_faith();
        });
    }
    assert!(all.calls > 30, "{all:?}");
    if cfg!(miri) {
        return;
    }
    // The sequences go as deep as they are meant to.
    assert!(all.shares > 100, "{all:?}");
    assert!(all.confirmed > 50, "{all:?}");
    assert!(all.committed > 20, "{all:?}");
    assert!(all.spoiled > 100, "{all:?}");
    println!("{} sequences: {all:?}", BOARDS * SEQUENCES);
}

#[test]
#[cfg_attr(miri, ignore = "agrees on keys")]
fn the_search_for_secrets_finds_one() {
    on_a_board(|| {
        let board = Board::new(minted(), None, false);
        let mut script = Script::new(&board, 1);
        script.provision_in_good_faith();
        assert_eq!(script.leaks(), [""; 0]);
        for (name, secret) in script.secrets() {
            script.write_to_memory(&secret);
            assert_eq!(script.leaks(), [name]);
            script.write_to_memory(&vec![0; secret.len()]);
        }
    });
}

#[test]
#[cfg_attr(miri, ignore = "agrees on keys")]
fn a_locked_board_gives_a_hostile_process_no_guess() {
    on_a_board(|| {
        let board = Board::new(minted(), Some(10), false);
        let mut script = Script::new(&board, 1);
        let mut guesses = 0;
        for _ in 0..30 {
            guesses += script.guess();
        }
        // Ten failures, then no share leaves the board.
        assert_eq!(guesses, 10);
        for sequence in 0..50 {
            script.play(sequence, MOVES);
            assert_eq!(script.summary.shares, 10);
        }
        // The button unlocks it.
        script.press_button();
        script.provision_in_good_faith();
    });
}

#[test]
#[cfg_attr(miri, ignore = "agrees on keys")]
fn no_power_cut_gives_a_guess_more() {
    const LIMIT: u8 = 254;
    let mut pages = minted();
    let mut guesses = 0;
    // The power is cut in the middle of each change in turn that the flash makes
    // for a guess, over and over, and the guess is made all the same.
    for round in 0..60 {
        let (after, shares) = on_a_board(move || {
            let board = Board::new(pages, Some(LIMIT), false);
            // Counts only rise: what was guessed before is not forgotten.
            assert!(board.store.attempts() >= guesses, "round {round}");
            board.flash.cut_after(round % 4);
            let mut script = Script::new(&board, 1);
            let shares = script.guess() + script.guess();
            (board.flash.content(), shares)
        });
        guesses += shares as u32;
        pages = after;
    }
    assert!(guesses > 30, "{guesses}");
    on_a_board(move || {
        let board = Board::new(pages, Some(LIMIT), false);
        assert!(board.store.attempts() >= guesses);
    });
}
