// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! One connection: frames from the daemon to the kernel and back.
//!
//! Keep-alives and identification are dealt with here; every other frame is
//! the kernel's. Bytes stay in the socket while the kernel works, so that the
//! daemon is slowed down and nothing is lost.

use core::fmt;

use libtock_provisioning::Status;
use provisioning_wire::limits::{MAX_FRAME_LEN, SILENCE_LIMIT_MS};
use provisioning_wire::{
    Alert, AlertCode, FrameDecoder, FrameType, Text, emit_frame, emit_frame_with,
};
use smoltcp::socket::tcp;

use crate::session::Session;

/// First byte of a generation-1 daemon's key message; it is no frame type of
/// generation 2.
const LEGACY_KEY: u8 = 0x04;

/// Why a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The session is done.
    Done,
    /// The session ended with an alert.
    Alert(AlertCode),
    /// The daemon closed the connection, or could not be reached any more.
    Lost,
    /// The daemon said nothing for too long.
    Silent,
    /// The daemon sent bytes that are no frames.
    Malformed,
    /// The daemon speaks generation 1, which is off.
    Legacy,
    /// The kernel refused a call.
    Kernel,
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ended::Done => f.write_str("done"),
            Ended::Alert(code) => write!(f, "{code}"),
            Ended::Lost => f.write_str("connection lost"),
            Ended::Silent => f.write_str("the daemon was silent for 30 s"),
            Ended::Malformed => f.write_str("the daemon sent bytes that are no frames"),
            Ended::Legacy => f.write_str("legacy daemon refused: it speaks generation 1"),
            Ended::Kernel => f.write_str("the kernel refused a call"),
        }
    }
}

/// A frame on its way to the daemon.
struct Outgoing {
    bytes: [u8; MAX_FRAME_LEN],
    sent: usize,
    len: usize,
}

impl Outgoing {
    fn is_empty(&self) -> bool {
        self.sent >= self.len
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.sent..self.len).unwrap_or_default()
    }
}

/// A connection that was made.
pub struct Exchange {
    decoder: FrameDecoder,
    outgoing: Outgoing,
    keep_alive_due: bool,
    last_heard: u64,
    /// The first bytes of the stream, which tell a generation-1 daemon.
    head: [u8; 3],
    heard: usize,
}

impl Exchange {
    /// A connection that was made at `now` (milliseconds).
    pub fn new(now: u64) -> Self {
        Self {
            decoder: FrameDecoder::new(),
            outgoing: Outgoing {
                bytes: [0; MAX_FRAME_LEN],
                sent: 0,
                len: 0,
            },
            keep_alive_due: false,
            last_heard: now,
            head: [0; 3],
            heard: 0,
        }
    }

    /// When [`Exchange::poll`] must be called though nothing comes.
    pub fn poll_at(&self) -> u64 {
        self.last_heard.saturating_add(u64::from(SILENCE_LIMIT_MS))
    }

    /// Moves what can be moved. Answers why the connection is over once it is;
    /// the socket is then closed or will close.
    pub fn poll(
        &mut self,
        now: u64,
        socket: &mut tcp::Socket<'_>,
        session: &impl Session,
    ) -> Option<Ended> {
        let ended = self.step(now, socket, session)?;
        session.close();
        // What was handed to the socket, an alert perhaps, still goes out.
        socket.close();
        Some(ended)
    }

    fn step(
        &mut self,
        now: u64,
        socket: &mut tcp::Socket<'_>,
        session: &impl Session,
    ) -> Option<Ended> {
        loop {
            let Ok(status) = session.status() else {
                return Some(Ended::Kernel);
            };
            if self.fill(status, session).is_err() {
                return Some(Ended::Kernel);
            }
            let sent = self.send(socket);
            if self.outgoing.is_empty() && status.has_ended() && !status.frame_waits() {
                return Some(ended_by(status));
            }
            let received = if status.takes_frame() {
                match self.receive(now, socket, session) {
                    Ok(received) => received,
                    Err(ended) => return Some(ended),
                }
            } else {
                false
            };
            if !sent && !received {
                break;
            }
        }
        if !socket.may_send() || (!socket.may_recv() && !socket.can_recv()) {
            return Some(Ended::Lost);
        }
        (now >= self.poll_at()).then_some(Ended::Silent)
    }

    /// Gets the next frame to be sent, if there is one and room for it.
    fn fill(&mut self, status: Status, session: &impl Session) -> Result<(), ()> {
        if !self.outgoing.is_empty() {
            return Ok(());
        }
        self.outgoing.sent = 0;
        self.outgoing.len = if status.frame_waits() {
            session.take(&mut self.outgoing.bytes).map_err(|_| ())?
        } else if self.keep_alive_due {
            self.keep_alive_due = false;
            emit_frame(FrameType::KeepAlive, &[], &mut self.outgoing.bytes).map_err(|_| ())?
        } else {
            0
        };
        Ok(())
    }

    /// Answers whether anything was sent.
    fn send(&mut self, socket: &mut tcp::Socket<'_>) -> bool {
        if self.outgoing.is_empty() {
            return false;
        }
        // A socket that cannot send any more is noticed after the loop.
        let sent = socket.send_slice(self.outgoing.rest()).unwrap_or(0);
        self.outgoing.sent += sent;
        sent > 0
    }

    /// Takes bytes up to the end of a frame. Answers whether there were any.
    fn receive(
        &mut self,
        now: u64,
        socket: &mut tcp::Socket<'_>,
        session: &impl Session,
    ) -> Result<bool, Ended> {
        if !socket.can_recv() {
            return Ok(false);
        }
        let outcome = socket.recv(|bytes| {
            remember(&mut self.head, &mut self.heard, bytes);
            match self.decoder.feed(bytes) {
                Ok((taken, None)) => (taken, Ok(None)),
                Ok((taken, Some(frame))) => (
                    taken,
                    match frame.kind() {
                        FrameType::KeepAlive => Ok(Some(FrameType::KeepAlive)),
                        FrameType::IdentifyOn => {
                            session.identify(true);
                            Ok(None)
                        }
                        FrameType::IdentifyOff => {
                            session.identify(false);
                            Ok(None)
                        }
                        kind => session
                            .receive(kind.to_wire(), frame.payload())
                            .map(|()| None)
                            .map_err(|_| Ended::Kernel),
                    },
                ),
                Err(_) => (bytes.len(), Err(Ended::Malformed)),
            }
        });
        match outcome {
            Ok(Ok(kind)) => {
                self.last_heard = now;
                self.keep_alive_due |= kind.is_some();
                Ok(true)
            }
            Ok(Err(Ended::Malformed)) => Err(self.refuse(socket)),
            Ok(Err(ended)) => Err(ended),
            Err(_) => Ok(false),
        }
    }

    /// Tells the daemon why its bytes were not understood.
    fn refuse(&mut self, socket: &mut tcp::Socket<'_>) -> Ended {
        let first = self.head.get(..self.heard).unwrap_or(&self.head);
        let (ended, code) = if first.contains(&LEGACY_KEY) && self.heard <= self.head.len() {
            (Ended::Legacy, AlertCode::LegacyRefused)
        } else {
            (Ended::Malformed, AlertCode::Malformed)
        };
        let mut frame = [0; MAX_FRAME_LEN];
        let alert = Alert {
            code,
            text: Text::truncated(""),
        };
        let written = emit_frame_with(FrameType::Alert, &mut frame, |payload| alert.emit(payload));
        if let Some(frame) = written.ok().and_then(|len| frame.get(..len)) {
            // The connection ends either way.
            let _ = socket.send_slice(frame);
        }
        ended
    }
}

fn remember(head: &mut [u8; 3], heard: &mut usize, bytes: &[u8]) {
    for byte in bytes {
        match head.get_mut(*heard) {
            Some(place) => *place = *byte,
            None => break,
        }
        *heard += 1;
    }
}

fn ended_by(status: Status) -> Ended {
    match u8::try_from(status.alert_code) {
        Ok(0) => Ended::Done,
        Ok(code) => Ended::Alert(AlertCode::from_wire(code)),
        Err(_) => Ended::Kernel,
    }
}
