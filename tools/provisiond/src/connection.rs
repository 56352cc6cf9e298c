// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! One connection: moves bytes between a stream and a [`Conversation`], and
//! keeps the time.

use std::sync::Arc;
use std::time::Duration;

use provisioning_wire::FrameDecoder;
use provisioning_wire::limits::{KEEP_ALIVE_INTERVAL_MS, SILENCE_LIMIT_MS};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout};

use crate::conversation::{Context, Conversation, Step};
use crate::event::Event;
use crate::registry::{Command, Phase, Registration};
use crate::work::{Work, Working};

/// HELLO is sent at once; who does not is no device.
const HELLO_LIMIT: Duration = Duration::from_secs(10);
/// Silence that ends a connection.
const SILENCE_LIMIT: Duration = Duration::from_millis(SILENCE_LIMIT_MS as u64);
/// A KEEP ALIVE goes out this often.
const KEEP_ALIVE: Duration = Duration::from_millis(KEEP_ALIVE_INTERVAL_MS as u64);
/// Longest conversation: a device that computes for half a minute and writes
/// its flash has ten times what it needs, and nobody holds a place for ever.
const CONVERSATION_LIMIT: Duration = Duration::from_secs(300);
/// A device that has its SHARE P computes for half a minute at most before it
/// shows that it knows its setup code.
const UNCONFIRMED_LIMIT: Duration = Duration::from_secs(60);
/// A device that takes nothing for so long is gone.
const WRITE_LIMIT: Duration = Duration::from_secs(10);
/// After the last word the device is given so long to close, so that what is
/// still on its way is not lost to a reset.
const LINGER: Duration = Duration::from_secs(3);
/// Who makes room for others is only told so.
const DISPLACED_LINGER: Duration = Duration::from_millis(100);
/// More than the longest frame, so that one read mostly is one message.
const READ_LEN: usize = 2_048;

/// Serves one device until the connection ends.
pub async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    peer: String,
    registration: Registration,
    commands: mpsc::Receiver<Command>,
    context: Arc<Context>,
) {
    context
        .events
        .emit(&Event::Connected { peer: peer.clone() });
    let device = match Conversation::new(context.clone(), registration, peer.clone()) {
        Ok(mut conversation) => {
            let linger = converse(&mut stream, &mut conversation, commands).await;
            // Whoever does not close by then is cut off.
            let _ = timeout(linger, close(&mut stream, &mut conversation)).await;
            conversation.device()
        }
        Err(code) => {
            context.events.emit(&Event::Failed {
                device: None,
                peer: peer.clone(),
                reason: code.to_string(),
                pending: None,
            });
            None
        }
    };
    context.events.emit(&Event::Disconnected { device, peer });
}

/// What woke the loop up.
enum Wake {
    Work(Work),
    Read(std::io::Result<usize>),
    KeepAlive,
    Timeout,
    Command(Command),
}

/// Speaks until the end; returns how long the device is given to close.
async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    conversation: &mut Conversation,
    mut commands: mpsc::Receiver<Command>,
) -> Duration {
    let start = Instant::now();
    let mut decoder = FrameDecoder::new();
    let mut buffer = [0; READ_LEN];
    let mut working: Option<Working> = None;
    let mut last_heard = start;
    let mut asked = None;
    let mut keep_alive = interval_at(start + KEEP_ALIVE, KEEP_ALIVE);
    keep_alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let deadline = match conversation.phase() {
            Phase::Connected => start + HELLO_LIMIT,
            Phase::Agreeing => {
                let asked = *asked.get_or_insert_with(Instant::now);
                (last_heard + SILENCE_LIMIT).min(asked + UNCONFIRMED_LIMIT)
            }
            _ => (last_heard + SILENCE_LIMIT).min(start + CONVERSATION_LIMIT),
        };
        let wake = tokio::select! {
            work = finish(&mut working) => Wake::Work(work),
            read = stream.read(&mut buffer) => Wake::Read(read),
            _ = keep_alive.tick() => Wake::KeepAlive,
            () = sleep_until(deadline), if !conversation.is_noting() => Wake::Timeout,
            Some(command) = commands.recv() => Wake::Command(command),
        };
        let mut lost = None;
        match wake {
            Wake::Work(work) => {
                working = None;
                conversation.done(work);
            }
            Wake::Read(Ok(0)) => lost = Some("the device closed it".to_owned()),
            Wake::Read(Err(error)) => lost = Some(error.to_string()),
            Wake::Read(Ok(length)) => {
                last_heard = Instant::now();
                hear(&mut decoder, conversation, &mut working, &buffer[..length]);
            }
            // Before HELLO there is nobody known to be kept alive.
            Wake::KeepAlive if conversation.phase() == Phase::Connected => (),
            Wake::KeepAlive => conversation.keep_alive(),
            Wake::Timeout => conversation.timed_out(),
            Wake::Command(Command::Identify(on)) => conversation.identify(on),
            // It confirmed while it was picked to make room, and stays.
            Wake::Command(Command::MakeRoom) if conversation.phase().is_confirmed() => (),
            Wake::Command(Command::MakeRoom) => {
                conversation.displaced();
                return DISPLACED_LINGER;
            }
            Wake::Command(Command::Close) => match conversation.phase() {
                // The device may have committed: its receipt is waited for.
                Phase::Sending => (),
                _ => conversation.closing(),
            },
        }
        if !step(conversation, &mut working) {
            return LINGER;
        }
        if lost.is_none() {
            lost = flush(stream, conversation).await.err();
        }
        if let Some(found) = lost {
            if conversation.is_noting() {
                conversation.done(finish(&mut working).await);
            } else {
                conversation.lost(&found);
            }
            return LINGER;
        }
    }
}

/// Takes the conversation's next step; `false` when it is at its end.
fn step(conversation: &mut Conversation, working: &mut Option<Working>) -> bool {
    match conversation.step() {
        Step::Wait => (),
        Step::Work(work) => *working = Some(work),
        Step::Close => return false,
    }
    true
}

/// Hands bytes to the conversation, a step after each frame.
fn hear(
    decoder: &mut FrameDecoder,
    conversation: &mut Conversation,
    working: &mut Option<Working>,
    mut bytes: &[u8],
) {
    while !bytes.is_empty() {
        let Ok((taken, frame)) = decoder.feed(bytes) else {
            conversation.malformed();
            return;
        };
        bytes = &bytes[taken..];
        if let Some(frame) = frame {
            conversation.receive(&frame);
            if !step(conversation, working) {
                return;
            }
        }
    }
}

/// Waits for work, for ever when there is none.
async fn finish(working: &mut Option<Working>) -> Work {
    match working {
        Some(work) => work.await,
        None => std::future::pending().await,
    }
}

async fn flush<S: AsyncWrite + Unpin>(
    stream: &mut S,
    conversation: &mut Conversation,
) -> Result<(), String> {
    let bytes = conversation.take_queue();
    if bytes.is_empty() {
        return Ok(());
    }
    let written = async {
        stream.write_all(&bytes).await?;
        stream.flush().await
    };
    match timeout(WRITE_LIMIT, written).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("the device takes no more bytes".to_owned()),
    }
}

/// Says the last word and waits for the other side to close.
async fn close<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, conversation: &mut Conversation) {
    if flush(stream, conversation).await.is_err() || stream.shutdown().await.is_err() {
        return;
    }
    let mut rest = [0; READ_LEN];
    while let Ok(length) = stream.read(&mut rest).await {
        if length == 0 {
            return;
        }
    }
}
