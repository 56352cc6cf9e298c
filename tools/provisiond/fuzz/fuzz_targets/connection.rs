// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The daemon's connection handler over arbitrary bytes and segments.
//!
//! The first byte says what the device is: nothing but bytes; bytes behind the
//! HELLO of a device that the daemon knows; or the real device-side session,
//! whose stream the fuzzer cuts into segments and changes. Whatever it is, the
//! handler comes to its end, tells of it, and keeps nobody registered. Each input
//! begins with the same randomness, so that it does the same each time, and most
//! multiplications were done before.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use provisiond::event::Event;
use provisiond::mint::Minted;
use provisioning_wire::limits::MAX_FRAME_LEN;
use support::Bench;
use support::device::{Device, End, Stop};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

#[path = "../../tests/support/mod.rs"]
#[allow(dead_code)]
mod support;

/// A bench that is made once; what it was told is forgotten after each input.
struct Made {
    bench: Bench,
    minted: Minted,
    hello: Vec<u8>,
}

thread_local! {
    static MADE: Made = {
        // What the daemon keeps is synced at each step: eight times as fast in memory.
        let memory = Path::new("/dev/shm");
        if memory.is_dir() {
            tempfile::env::override_temp_dir(memory).expect("nobody else did");
        }
        let bench = Bench::new();
        let minted = bench.mint();
        let mut device = Device::new(&minted);
        device.stop_at = Some(Stop::Hello);
        let hello = runtime().block_on(async {
            let (mut ours, mut theirs) = tokio::io::duplex(4_096);
            assert_eq!(device.converse(&mut theirs).await, None);
            let mut hello = vec![0; MAX_FRAME_LEN];
            let length = ours.read(&mut hello).await.unwrap();
            hello.truncate(length);
            hello
        });
        Made { bench, minted, hello }
    };
}

fn runtime() -> tokio::runtime::Runtime {
    // Time stands still while there is work and jumps when there is none, so
    // that no limit is waited for.
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
}

/// Segment lengths come first, then what is sent.
fn segments(data: &[u8]) -> Vec<&[u8]> {
    let Some((cuts, mut rest)) = data.split_at_checked(8) else {
        return vec![data];
    };
    let mut segments = Vec::new();
    for cut in cuts {
        let (segment, after) = rest.split_at(usize::from(*cut).min(rest.len()));
        segments.push(segment);
        rest = after;
    }
    segments.push(rest);
    segments
}

async fn send(stream: &mut DuplexStream, data: &[u8]) {
    for segment in segments(data) {
        // A daemon that has closed is no failure.
        let _ = stream.write_all(segment).await;
        tokio::task::yield_now().await;
    }
}

async fn drain(stream: &mut DuplexStream) {
    let mut rest = [0; 512];
    while let Ok(1..) = stream.read(&mut rest).await {}
}

/// Carries bytes between a device and the daemon, and changes those of the
/// device as `script` says: each entry is how far to go, and what to add there.
async fn carry(device: &mut DuplexStream, daemon: &mut DuplexStream, script: &[u8]) {
    let mut edits = script.chunks_exact(3).map(|edit| {
        let skip = usize::from(u16::from_be_bytes([edit[0], edit[1]]) % 1_500);
        (skip, edit[2])
    });
    let mut next = edits.next();
    let (mut up, mut down) = ([0; 256], [0; 256]);
    loop {
        tokio::select! {
            read = device.read(&mut up) => {
                let Ok(length @ 1..) = read else { return };
                let bytes = &mut up[..length];
                if let Some((skip, change)) = next {
                    match bytes.get_mut(skip) {
                        Some(byte) => {
                            *byte ^= change;
                            next = edits.next();
                        }
                        None => next = Some((skip - bytes.len(), change)),
                    }
                }
                if daemon.write_all(bytes).await.is_err() { return }
            }
            read = daemon.read(&mut down) => {
                let Ok(length @ 1..) = read else {
                    // The device hears of it, and would wait for ever otherwise.
                    let _ = device.shutdown().await;
                    return;
                };
                if device.write_all(&down[..length]).await.is_err() { return }
            }
        }
    }
}

async fn real_device(made: &Made, stream: &mut DuplexStream, script: &[u8]) -> Option<End> {
    let (mut ours, mut theirs) = tokio::io::duplex(4_096);
    let mut device = Device::new(&made.minted);
    let talk = async {
        let end = device.converse(&mut ours).await;
        drop(ours);
        end
    };
    let (end, ()) = tokio::join!(talk, carry(&mut theirs, stream, script));
    end
}

fuzz_target!(|data: &[u8]| {
    let Some((mode, data)) = data.split_first() else {
        return;
    };
    MADE.with(|made| {
        provisiond::random::repeat();
        runtime().block_on(async {
            let (mut stream, serving) = made.bench.connect();
            let mut end = None;
            match mode % 4 {
                0 => send(&mut stream, data).await,
                1 => {
                    let _ = stream.write_all(&made.hello).await;
                    send(&mut stream, data).await;
                }
                _ => end = real_device(made, &mut stream, data).await,
            }
            // Some close at once, some wait until they are told to go.
            if mode & 0x80 == 0 {
                drain(&mut stream).await;
            }
            drop(stream);
            serving.await.expect("the handler panicked");
            let events = made.bench.events.all();
            let count = |is: fn(&Event) -> bool| events.iter().filter(|event| is(event)).count();
            assert_eq!(
                count(|event| matches!(event, Event::Disconnected { .. })),
                1
            );
            let provisioned = count(|event| matches!(event, Event::Provisioned { .. }));
            let failed = count(|event| matches!(event, Event::Failed { .. }));
            assert!(provisioned + failed <= 1, "{events:?}");
            if matches!(end, Some(End::Acknowledged(_))) {
                assert_eq!(provisioned, 1);
            }
            made.bench.events.forget();
            assert!(made.bench.registry.is_empty());
        });
    });
});
