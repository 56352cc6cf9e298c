// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The board's button: the space bar of a virtio keyboard.

use std::thread;
use std::time::{Duration, Instant};

use provisioning_flow::button::{DEBOUNCE_MS, DOUBLE_PRESS_MS};
use serde_json::json;

use crate::clock::Clock;
use crate::failure::{Failure, Result};
use crate::machine::Machine;
use crate::qmp::Qmp;

/// Most between two presses that are one gesture, in the board's time.
pub(crate) const DOUBLE_PRESS: Duration = Duration::from_millis(DOUBLE_PRESS_MS);
/// How long a level stays the same after the board has seen it, in the board's time:
/// above its debouncing, and far below [`DOUBLE_PRESS`].
const STEADY: Duration = Duration::from_millis(DEBOUNCE_MS + 10);
/// A net under [`shift`], in the host's time.
const SEEN: Duration = Duration::from_secs(60);

/// Moves the button; the board sees it when it gets round to it.
pub fn set(qmp: &mut Qmp, down: bool) -> Result<()> {
    let event = json!({
        "type": "key",
        "data": { "down": down, "key": { "type": "qcode", "data": "spc" } },
    });
    qmp.execute("input-send-event", json!({ "events": [event] }))?;
    Ok(())
}

/// Moves the button and waits until the board has seen it and takes the new level
/// for a steady one, however slow the host is.
///
/// # Errors
/// When the board has no driver for its keyboard, has died, or the emulator ended.
pub fn shift(machine: &mut Machine, down: bool) -> Result<()> {
    set(&mut machine.qmp, down)?;
    let start = Instant::now();
    while !is_seen(&mut machine.qmp, &mut machine.clock)? {
        if start.elapsed() > SEEN {
            let found = format!("it did not within {} s", SEEN.as_secs());
            return Err(Failure::new(
                "waiting for the board to see its button",
                found,
            ));
        }
        thread::sleep(Duration::from_millis(1));
    }
    machine.clock.advance(STEADY)
}

/// Whether the board has taken all that the keyboard said: its driver gives each
/// buffer back once it has seen to the event in it.
fn is_seen(qmp: &mut Qmp, clock: &mut Clock) -> Result<bool> {
    const KEYBOARD: &str = "virtio-input";
    /// Offset of the index in both rings (VIRTIO 1.1, 2.6.6 and 2.6.8).
    const INDEX: u64 = 2;
    let devices = qmp.execute("x-query-virtio", json!({}))?;
    let mut devices = devices.as_array().into_iter().flatten();
    let Some(keyboard) = devices.find(|device| device["name"] == KEYBOARD) else {
        return Err(Failure::new(
            "looking for the board's button",
            "no keyboard",
        ));
    };
    let which = json!({ "path": keyboard["path"], "queue": 0 });
    let queue = qmp.execute("x-query-virtio-queue-status", which)?;
    let field = |name: &str| queue[name].as_u64().filter(|value| *value != 0);
    let (Some(length), Some(used), Some(available)) = (
        field("vring-num"),
        field("vring-used"),
        field("vring-avail"),
    ) else {
        // The driver does not run yet.
        return Ok(false);
    };
    let used = clock.half(used + INDEX)?;
    let available = clock.half(available + INDEX)?;
    Ok(u64::from(available.wrapping_sub(used)) == length)
}
