// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The calls of a hostile provisioner process, decided by the fuzzer.
//!
//! Moves and checks are those of the test `hostile`. The board is the same one
//! for all inputs, as it is under attack: each begins without a session and
//! without a configuration. Its randomness repeats, so that most multiplications
//! were done before and the sequences get to what lies behind them.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::cell::RefCell;

#[path = "../../tests/hostile/board.rs"]
#[allow(dead_code)]
mod board;
#[path = "../../tests/hostile/daemon.rs"]
#[allow(dead_code)]
mod daemon;
#[path = "../../tests/hostile/fakes.rs"]
mod fakes;
#[path = "../../../tock/capsules/extra/tests/drivers/harness.rs"]
#[allow(dead_code)]
mod harness;
#[path = "../../tests/hostile/script.rs"]
#[allow(dead_code)]
mod script;

use board::{Board, leak};
use script::{Dice, Script};

const MOVES: usize = 400;

thread_local! {
    static SCRIPT: RefCell<Script<'static>> = RefCell::new({
        let board = leak(Board::new(fakes::factory::minted(), None, true));
        board.rng.repeat();
        Script::new(board, 0)
    });
}

fuzz_target!(|data: &[u8]| {
    SCRIPT.with_borrow_mut(|script| {
        script.play_by(Dice::Bytes(data.to_vec().into_iter()), 0, MOVES);
    });
});
