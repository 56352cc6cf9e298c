// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! One connection: frames from the daemon to the kernel and back.
//!
//! Keep-alives and identification are dealt with here; every other frame is
//! the kernel's. Its frames stay in the socket while it works, so that the
//! daemon is slowed down and nothing is lost.

use core::fmt;

use heapless::Vec;
use libtock_platform::ErrorCode;
use libtock_provisioning::Status;
use provisioning_wire::limits::{FRAME_HEADER_LEN, MAX_FRAME_LEN, SILENCE_LIMIT_MS, WAIT_LIMIT_MS};
use provisioning_wire::{
    Alert, AlertCode, FrameDecoder, FrameType, Text, emit_frame, emit_frame_with,
};
use smoltcp::socket::tcp;

use crate::session::Session;

/// Generation 1: highlight on, highlight off and keep-alive, one byte each.
const LEGACY_BARE: [u8; 3] = [0x01, 0x02, 0x03];
/// Generation 1: the daemon's key, then its length and the key.
const LEGACY_KEY: u8 = 0x04;
const LEGACY_KEY_LEN: u8 = 16;

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
    /// The daemon said something, but nothing of the session for too long.
    Waited,
    /// The daemon sent bytes that are no frames.
    Malformed,
    /// The daemon speaks generation 1, which is off.
    Legacy,
    /// The daemon took no bytes for too long.
    Blocked,
    /// The kernel took no frame for too long.
    Stuck,
    /// The kernel closed the session.
    Withdrawn,
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
            Ended::Waited => f.write_str("the daemon let the session wait for 60 s"),
            Ended::Malformed => f.write_str("the daemon sent bytes that are no frames"),
            Ended::Legacy => f.write_str("legacy daemon refused: it speaks generation 1"),
            Ended::Blocked => f.write_str("the daemon took no bytes for 30 s"),
            Ended::Stuck => f.write_str("the kernel took no frame for 30 s"),
            Ended::Withdrawn => f.write_str("the kernel closed the session"),
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
    /// Whether the last byte read was the last of a frame.
    between_frames: bool,
    outgoing: Outgoing,
    keep_alive_due: bool,
    last_heard: u64,
    /// Since when the kernel waits for a frame, while it does.
    waiting_since: Option<u64>,
    /// How long it waited before that, in milliseconds.
    waited: u64,
    /// The first bytes of the stream, which tell a generation-1 daemon.
    head: Vec<u8, FRAME_HEADER_LEN>,
}

impl Exchange {
    /// No connection yet.
    pub const fn new() -> Self {
        Self {
            decoder: FrameDecoder::new(),
            between_frames: true,
            outgoing: Outgoing {
                bytes: [0; MAX_FRAME_LEN],
                sent: 0,
                len: 0,
            },
            keep_alive_due: false,
            last_heard: 0,
            waiting_since: None,
            waited: 0,
            head: Vec::new(),
        }
    }

    /// A connection was made at `now` (milliseconds).
    pub fn begin(&mut self, now: u64) {
        self.decoder.reset();
        self.between_frames = true;
        self.outgoing.sent = 0;
        self.outgoing.len = 0;
        self.keep_alive_due = false;
        self.last_heard = now;
        self.waiting_since = None;
        self.waited = 0;
        self.head.clear();
    }

    /// When [`Exchange::poll`] must be called though nothing comes.
    pub fn poll_at(&self) -> u64 {
        self.silent_at().min(self.waited_at().unwrap_or(u64::MAX))
    }

    /// When the daemon was silent for too long.
    fn silent_at(&self) -> u64 {
        self.last_heard.saturating_add(u64::from(SILENCE_LIMIT_MS))
    }

    /// When the kernel has waited for too long; `None` while it does not wait.
    fn waited_at(&self) -> Option<u64> {
        let left = u64::from(WAIT_LIMIT_MS).saturating_sub(self.waited);
        Some(self.waiting_since?.saturating_add(left))
    }

    /// Keeps the time that the kernel waits for the daemon. A keep-alive must not
    /// extend it, nor a frame that comes byte by byte.
    fn keep_time(&mut self, now: u64, status: Status) {
        if status.takes_frame() {
            self.waiting_since.get_or_insert(now);
        } else if let Some(since) = self.waiting_since.take() {
            self.waited = self.waited.saturating_add(now.saturating_sub(since));
        }
    }

    /// Moves what can be moved. Answers why the connection is over once it is;
    /// what was handed to the socket may still be on its way then.
    pub fn poll(
        &mut self,
        now: u64,
        socket: &mut tcp::Socket<'_>,
        session: &impl Session,
    ) -> Option<Ended> {
        let status = loop {
            let Ok(status) = session.status() else {
                return Some(Ended::Kernel);
            };
            if !status.is_open() && !status.has_ended() {
                return Some(Ended::Withdrawn);
            }
            self.keep_time(now, status);
            if self.fill(status, session).is_err() {
                return Some(Ended::Kernel);
            }
            let sent = self.send(socket);
            if self.outgoing.is_empty() && status.has_ended() && !status.frame_waits() {
                return Some(ended_by(status));
            }
            match self.receive(now, status, socket, session) {
                Ok(received) if sent || received => {}
                Ok(_) => break status,
                Err(ended) => return Some(ended),
            }
        };
        // A session that has ended knows better why than the socket does.
        let or_alert = |ended| {
            if status.has_ended() {
                ended_by(status)
            } else {
                ended
            }
        };
        if is_lost(status, socket) {
            Some(or_alert(Ended::Lost))
        } else if self.waited_at().is_some_and(|at| at <= now) {
            Some(or_alert(if self.outgoing.is_empty() {
                Ended::Waited
            } else {
                Ended::Blocked
            }))
        } else if now < self.silent_at() {
            None
        } else if !self.outgoing.is_empty() {
            Some(or_alert(Ended::Blocked))
        } else if socket.can_recv() {
            Some(or_alert(Ended::Stuck))
        } else {
            Some(or_alert(Ended::Silent))
        }
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

    /// Answers whether anything was received.
    fn receive(
        &mut self,
        now: u64,
        status: Status,
        socket: &mut tcp::Socket<'_>,
        session: &impl Session,
    ) -> Result<bool, Ended> {
        // Each keep-alive is answered: the next one has to wait.
        if self.keep_alive_due || !socket.can_recv() {
            return Ok(false);
        }
        if status.takes_frame() {
            self.receive_any(now, socket, session)
        } else {
            Ok(self.receive_bare(now, socket, session))
        }
    }

    /// Takes bytes up to the end of a frame.
    fn receive_any(
        &mut self,
        now: u64,
        socket: &mut tcp::Socket<'_>,
        session: &impl Session,
    ) -> Result<bool, Ended> {
        enum Heard {
            Part,
            Bare(FrameType),
            Session(Result<(), ErrorCode>),
            Garbage,
        }
        let (decoder, head) = (&mut self.decoder, &mut self.head);
        let heard = socket.recv(|bytes| match decoder.feed(bytes) {
            Ok((taken, frame)) => {
                remember(head, bytes.get(..taken).unwrap_or_default());
                let heard = match frame.map(|frame| (frame.kind(), frame.payload())) {
                    None => Heard::Part,
                    Some((kind, _)) if is_bare(kind) => Heard::Bare(kind),
                    Some((kind, payload)) => {
                        Heard::Session(session.receive(kind.to_wire(), payload))
                    }
                };
                (taken, heard)
            }
            Err(_) => {
                remember(head, bytes);
                (bytes.len(), Heard::Garbage)
            }
        });
        let Ok(heard) = heard else {
            return Ok(false);
        };
        self.last_heard = now;
        self.between_frames = !matches!(heard, Heard::Part);
        match heard {
            Heard::Part | Heard::Session(Ok(())) => {}
            Heard::Bare(kind) => self.bare(kind, session),
            // It may have ended since it was asked, then the frame is nothing to
            // it.
            Heard::Session(Err(_)) => match session.status() {
                Ok(status) if status.has_ended() => {}
                _ => return Err(Ended::Kernel),
            },
            Heard::Garbage => return Err(self.refuse(socket)),
        }
        Ok(true)
    }

    /// Takes a frame that is none of the kernel's while that is at work, and
    /// leaves any other in the socket.
    fn receive_bare(
        &mut self,
        now: u64,
        socket: &mut tcp::Socket<'_>,
        session: &impl Session,
    ) -> bool {
        let mut header = [0; FRAME_HEADER_LEN];
        if !self.between_frames || socket.peek_slice(&mut header) != Ok(FRAME_HEADER_LEN) {
            return false;
        }
        let [kind, length @ ..] = header;
        match FrameType::from_wire(kind) {
            Some(kind) if is_bare(kind) && length == [0, 0] => {
                if socket.recv_slice(&mut header) != Ok(FRAME_HEADER_LEN) {
                    return false;
                }
                remember(&mut self.head, &header);
                self.last_heard = now;
                self.bare(kind, session);
                true
            }
            _ => false,
        }
    }

    fn bare(&mut self, kind: FrameType, session: &impl Session) {
        match kind {
            FrameType::KeepAlive => self.keep_alive_due = true,
            FrameType::IdentifyOn => session.identify(true),
            FrameType::IdentifyOff => session.identify(false),
            // `is_bare` lets no other through.
            _ => {}
        }
    }

    /// Tells the daemon why its bytes were not understood.
    fn refuse(&self, socket: &mut tcp::Socket<'_>) -> Ended {
        let (ended, code) = if is_legacy(&self.head) {
            (Ended::Legacy, AlertCode::LegacyRefused)
        } else {
            (Ended::Malformed, AlertCode::Malformed)
        };
        // A frame that is not out whole has filled the socket, so that the alert
        // cannot get into it.
        let mut frame = [0; FRAME_HEADER_LEN + Alert::MAX_LEN];
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

impl Default for Exchange {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether frames of this kind are dealt with here.
const fn is_bare(kind: FrameType) -> bool {
    matches!(
        kind,
        FrameType::KeepAlive | FrameType::IdentifyOn | FrameType::IdentifyOff
    )
}

/// Keeps the first bytes of the stream.
fn remember(head: &mut Vec<u8, FRAME_HEADER_LEN>, bytes: &[u8]) {
    for byte in bytes {
        if head.push(*byte).is_err() {
            break;
        }
    }
}

/// Whether a stream that generation 2 cannot begin with begins as generation 1
/// does: bare commands, then the daemon's key with its length.
fn is_legacy(head: &[u8]) -> bool {
    let mut rest = head.iter().skip_while(|byte| LEGACY_BARE.contains(byte));
    match (rest.next(), rest.next()) {
        (None, _) => true,
        (Some(&LEGACY_KEY), length) => length.is_none_or(|length| *length == LEGACY_KEY_LEN),
        (Some(_), _) => false,
    }
}

/// Whether nothing more can come of the connection.
fn is_lost(status: Status, socket: &tcp::Socket<'_>) -> bool {
    if socket.can_recv() {
        // The daemon may have said why before it left.
        return false;
    }
    // When the daemon has only closed its side, the kernel may still be at work
    // on what came before.
    !socket.may_send() || (!socket.may_recv() && status.takes_frame())
}

fn ended_by(status: Status) -> Ended {
    match u8::try_from(status.alert_code) {
        Ok(0) => Ended::Done,
        Ok(code) => Ended::Alert(AlertCode::from_wire(code)),
        Err(_) => Ended::Kernel,
    }
}
