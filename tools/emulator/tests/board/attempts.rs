// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Power cuts while somebody guesses the setup code give no guess more.
//!
//! The daemon has a wrong code. Each point cuts one attempt; what the device sent
//! until then is in QEMU's packet dump, which is written before the packet leaves.
//! The device's share, with the confirmation that a guess is checked by, may be in
//! there only when the flash has the attempt counted.

use std::path::Path;

use emulator::capture;
use emulator::cut::Cut;
use emulator::failure::Result;
use emulator::phase::Phase;
use emulator::rig::{Mark, Rig};
use serde_json::Value;

use crate::cuts::{Points, Steps, look, run, told};
use crate::faults::wrong_inventory;
use crate::support::{Bench, PORT, require};

/// Type of the frame with the device's share and confirmation (docs/reference/Protocol.md).
const SHARE_V: u8 = 0x23;
/// Type and length of a frame.
const HEADER: usize = 3;

/// Whether any of the share's frame is in what the device sent.
fn share_left(capture: &Path) -> Result<bool> {
    let frames = capture::frames(capture)?;
    Ok(capture::sent_to(PORT, &frames)
        .iter()
        .any(|stream| kinds(stream).contains(&SHARE_V)))
}

/// The types of the frames in a stream; the last may be there in part.
fn kinds(mut stream: &[u8]) -> Vec<u8> {
    let mut kinds = Vec::new();
    while let Some(&kind) = stream.first() {
        kinds.push(kind);
        let length = match stream.get(1..HEADER) {
            Some(length) => usize::from(u16::from_be_bytes([length[0], length[1]])),
            None => return kinds,
        };
        stream = stream.get(HEADER + length..).unwrap_or_default();
    }
    kinds
}

fn attempts(found: &Value) -> Result<u64> {
    let count = found["attempts"].as_u64();
    require(count.is_some(), "the journal can be read", found)?;
    Ok(count.unwrap_or_default())
}

/// Lets the board's time pass quickly until it has found the daemon.
fn hurry(rig: &mut Rig, from: Mark) -> Result<bool> {
    if !rig.phases(from).contains(&Phase::Connecting) {
        rig.advance(emulator::clock::LONGEST_JUMP)?;
    }
    Ok(true)
}

/// Where the points lie, by the counts of an undisturbed attempt.
struct Windows {
    steps: Steps,
    /// From the first frame of the daemon to the end of the conversation.
    whole: u64,
    /// From the order to count to the answer of the flash.
    counting: u64,
    /// From the device's confirmation, which is sent with its share, to the end.
    sending: u64,
}

impl Windows {
    fn measure(bench: &mut Bench, points: &Points) -> Result<Windows> {
        let steps = Steps::find(&bench.parts.kernel)?;
        let cut = Cut {
            from: Some(steps.received),
            end: Some(steps.ended),
            notes: vec![steps.counting, steps.counted, steps.confirming, steps.taken],
            ..points.cut()
        };
        let report = run(bench, &cut, hurry)?.report;
        let counting = told(report.first(steps.counting, 0), "order to count")?;
        let counted = told(report.first(steps.counted, counting), "count")?;
        let confirming = told(report.first(steps.confirming, counted), "confirmation")?;
        told(
            report.first(steps.taken, confirming),
            "frame with the share",
        )?;
        let whole = told(report.cut.map(|place| place.count), "end")?;
        Ok(Windows {
            steps,
            whole,
            counting: counted - counting,
            sending: whole - confirming,
        })
    }

    /// A quarter of the points lies anywhere in the attempt, which is computation
    /// above all, another where the count is written, half where the share is sent.
    fn choose(&self, points: &mut Points, point: u32) -> Cut {
        let (from, length) = match point % 4 {
            0 => (self.steps.received, self.whole),
            1 => (self.steps.counting, self.counting),
            _ => (self.steps.confirming, self.sending),
        };
        Cut {
            from: Some(from),
            end: Some(self.steps.ended),
            after: Some(points.random.up_to(length)),
            ..points.cut()
        }
    }
}

pub fn cut_at_random_instructions(bench: &mut Bench) -> Result<()> {
    let mut points = Points::new(bench)?;
    let wrong = wrong_inventory(bench)?;
    bench.start_daemon_with(&wrong)?;
    let capture = bench.directory.join("point.pcap");
    bench.rig().machine_settings().capture = Some(capture.clone());
    let windows = Windows::measure(bench, &points)?;
    points.tell(&format!(
        "an attempt has {} instructions, counting it {}, sending {}",
        windows.whole, windows.counting, windows.sending
    ))?;
    let mut before = attempts(&look(bench)?)?;
    require(
        before == 1 && share_left(&capture)?,
        "an attempt that was not disturbed is counted",
        before,
    )?;

    let first = before;
    let (mut shares, mut counted) = (0, 0);
    for point in 0..points.count {
        let cut = windows.choose(&mut points, point);
        let ran = run(bench, &cut, hurry);
        let ran = points.at(point, ran)?;
        let found = look(bench).and_then(|found| attempts(&found));
        let after = points.at(point, found)?;
        let left = points.at(point, share_left(&capture))?;
        points.tell(&format!(
            "{point}: {:x?} after {:x?}: attempts {after}, share sent {left}",
            ran.report.cut, cut.from
        ))?;
        shares += u64::from(left);
        counted += after.saturating_sub(before);
        // At most one conversation is in a run, hence one guess.
        let result = require(
            ran.report.cut.is_some() && (before..=before + 1).contains(&after),
            "the attempt was counted or not",
            (before, after),
        )
        .and_then(|()| {
            require(
                !left || after == before + 1,
                "no share leaves before its attempt is counted",
                (before, after),
            )
        });
        points.at(point, result)?;
        before = after;
    }
    require(
        shares <= counted && counted == before - first,
        "there were no more guesses than were counted",
        (shares, counted),
    )?;
    let summary = format!(
        "{} points: {counted} attempts counted, {shares} shares sent",
        points.count
    );
    points.tell(&summary)?;
    bench.rig().note(summary);
    require(
        0 < shares && shares < counted && counted < u64::from(points.count),
        "points lay before the count, between it and the share, and behind",
        (shares, counted, points.count),
    )?;

    // After all of that it is an ordinary board.
    let rig = bench.rig();
    rig.kill_daemon();
    rig.machine_settings().capture = None;
    bench.provision()?;
    let left = attempts(&look(bench)?)?;
    require(left == 0, "the right code cleared the count", left)
}
