// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A link that cuts and joins segments, seeded.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};

/// What a link does with segments.
#[derive(Clone, Copy, Debug)]
pub enum Segments {
    /// Every byte alone.
    Bytes,
    /// Cut and joined at random.
    Random(u64),
}

/// Puts a link between a stream and whoever gets the returned one.
pub fn through(stream: DuplexStream, segments: Segments) -> DuplexStream {
    let (near, far) = tokio::io::duplex(4_096);
    let (stream_reader, stream_writer) = tokio::io::split(stream);
    let (far_reader, far_writer) = tokio::io::split(far);
    tokio::spawn(pass(stream_reader, far_writer, segments));
    tokio::spawn(pass(far_reader, stream_writer, segments));
    near
}

async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    segments: Segments,
) {
    let mut seed = match segments {
        Segments::Bytes => 0,
        Segments::Random(seed) => seed,
    };
    let mut held = Vec::new();
    let mut buffer = [0; 1_024];
    loop {
        // What is held leaves when nothing joins it for a while.
        let wait = Duration::from_millis(next(&mut seed) % 20);
        let read = tokio::time::timeout(wait, from.read(&mut buffer)).await;
        let end = match read {
            Ok(Ok(0) | Err(_)) => true,
            Ok(Ok(length)) => {
                held.extend_from_slice(&buffer[..length]);
                if matches!(segments, Segments::Random(_)) && next(&mut seed).is_multiple_of(2) {
                    continue;
                }
                false
            }
            Err(_) => false,
        };
        let mut rest = &held[..];
        while !rest.is_empty() {
            let length = match segments {
                Segments::Bytes => 1,
                Segments::Random(_) => 1 + next(&mut seed) as usize % rest.len(),
            };
            let (segment, after) = rest.split_at(length);
            if to.write_all(segment).await.is_err() {
                return;
            }
            tokio::task::yield_now().await;
            rest = after;
        }
        held.clear();
        if end {
            // The other side may be gone already.
            let _ = to.shutdown().await;
            return;
        }
        if read.is_err() {
            // Nothing under way: wait without a limit.
            match from.read(&mut buffer).await {
                Ok(length) if length > 0 => held.extend_from_slice(&buffer[..length]),
                _ => {
                    let _ = to.shutdown().await;
                    return;
                }
            }
        }
    }
}

/// xorshift64*, good enough to cut segments.
fn next(seed: &mut u64) -> u64 {
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    seed.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32
}
