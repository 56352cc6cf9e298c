// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A daemon that does not know the setup code, played by the process itself.
//!
//! Its frames are well formed and its points are on the curve, so that the
//! kernel computes the whole key agreement before it can find out.

use provisioning_wire::limits::{
    CONFIRM_LEN, MAX_FRAME_LEN, MAX_PAYLOAD_LEN, PROTOCOL_VERSION, SUITE_P256_SHA256_AES128CCM,
};
use provisioning_wire::{ConfirmP, FrameType, HelloReply, ShareP, Text};

use crate::call::{
    PROVISIONING, SUCCESS, SUCCESS_U32, SUCCESS_U32_U32_U32, allow_ro, allow_rw, command,
};
use crate::memory::{self, FRAME, Lent, PAYLOAD};

pub const OPEN: usize = 2;
pub const CLOSE: usize = 5;
const STATUS: usize = 1;
const RECEIVE: usize = 3;
const TAKE: usize = 4;

const STATUS_OPEN: usize = 1 << 0;
const STATUS_TAKES_FRAME: usize = 1 << 1;
const STATUS_FRAME_WAITS: usize = 1 << 2;

/// The generator of P-256 and its double (SEC 2, section 2.4.2).
const POINTS: [[u8; 65]; 2] = [
    *b"\x04\x6b\x17\xd1\xf2\xe1\x2c\x42\x47\xf8\xbc\xe6\xe5\x63\xa4\x40\
       \xf2\x77\x03\x7d\x81\x2d\xeb\x33\xa0\xf4\xa1\x39\x45\xd8\x98\xc2\
       \x96\x4f\xe3\x42\xe2\xfe\x1a\x7f\x9b\x8e\xe7\xeb\x4a\x7c\x0f\x9e\
       \x16\x2b\xce\x33\x57\x6b\x31\x5e\xce\xcb\xb6\x40\x68\x37\xbf\x51\
       \xf5",
    *b"\x04\x7c\xf2\x7b\x18\x8d\x03\x4f\x7e\x8a\x52\x38\x03\x04\xb5\x1a\
       \xc3\xc0\x89\x69\xe2\x77\xf2\x1b\x35\xa6\x0b\x48\xfc\x47\x66\x99\
       \x78\x07\x77\x55\x10\xdb\x8e\xd0\x40\x29\x3d\x9a\xc6\x9f\x74\x30\
       \xdb\xba\x7d\xad\xe6\x3c\xe9\x82\x29\x9e\x04\xb7\x9d\x22\x78\x73\
       \xd1",
];

/// What the kernel says about the session.
#[derive(Clone, Copy)]
pub struct Status(usize);

impl Status {
    pub fn read() -> Self {
        match command(PROVISIONING, STATUS, 0, 0) {
            [SUCCESS_U32_U32_U32, bits, _, _] => Self(bits),
            // A tenant is told nothing.
            _ => Self(0),
        }
    }

    pub fn is_open(self) -> bool {
        self.0 & STATUS_OPEN != 0
    }

    pub fn takes_frame(self) -> bool {
        self.0 & STATUS_TAKES_FRAME != 0
    }

    pub fn frame_waits(self) -> bool {
        self.0 & STATUS_FRAME_WAITS != 0
    }
}

/// What this daemon says next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    Reply,
    Share,
    Confirm,
}

impl Next {
    /// Type and length of the frame whose payload is written to [`PAYLOAD`].
    pub fn write(self) -> (u8, usize) {
        let mut payload = [0; HelloReply::MAX_LEN];
        let (kind, length) = match self {
            Next::Reply => {
                let reply = HelloReply {
                    version: PROTOCOL_VERSION,
                    suite: SUITE_P256_SHA256_AES128CCM,
                    daemon_id: *b"hostile process!",
                    identity_key: POINTS[1],
                    display_name: Text::truncated("nobody"),
                };
                (FrameType::HelloReply, reply.emit(&mut payload))
            }
            Next::Share => {
                let share = ShareP { x: POINTS[0] };
                (FrameType::ShareP, share.emit(&mut payload))
            }
            Next::Confirm => {
                let confirm = ConfirmP {
                    confirm: [0x5a; CONFIRM_LEN],
                };
                (FrameType::ConfirmP, confirm.emit(&mut payload))
            }
        };
        // Each of them fits.
        let length = length.unwrap_or(0);
        memory::write(PAYLOAD, &payload[..length]);
        (kind.to_wire(), length)
    }

    /// What follows a frame of this type from the device.
    pub fn after(kind: u8) -> Option<Self> {
        match FrameType::from_wire(kind) {
            Some(FrameType::Hello) => Some(Next::Reply),
            Some(FrameType::ShareV) => Some(Next::Confirm),
            _ => None,
        }
    }

    /// What this daemon says after it, before the device says anything.
    pub fn then(self) -> Option<Self> {
        match self {
            Next::Reply => Some(Next::Share),
            Next::Share | Next::Confirm => None,
        }
    }
}

pub fn open() -> bool {
    command(PROVISIONING, OPEN, 0, 0)[0] == SUCCESS
}

pub fn close() {
    command(PROVISIONING, CLOSE, 0, 0);
}

/// Lends the buffers as the provisioner does.
pub fn lend_properly() {
    allow_rw(PROVISIONING, 0, Lent::part(FRAME, MAX_FRAME_LEN));
    allow_ro(PROVISIONING, 0, Lent::part(PAYLOAD, MAX_PAYLOAD_LEN));
}

/// A conversation that goes its way.
pub struct Conversation {
    next: Option<Next>,
}

impl Conversation {
    pub fn begin() -> Self {
        lend_properly();
        open();
        Self { next: None }
    }

    /// Takes the frame that waits, if one does; otherwise what the kernel waits for is
    /// this daemon's to [`say`](Self::say).
    pub fn listen(&mut self) -> Heard {
        let status = Status::read();
        if status.frame_waits() {
            self.next = take().and_then(Next::after);
            return Heard::Frame;
        }
        match self.next.filter(|_| status.takes_frame()) {
            Some(next) => Heard::Waiting(next),
            None => Heard::Nothing,
        }
    }

    pub fn say(&mut self, what: Next) {
        let (kind, length) = what.write();
        hand_over(kind, length);
        self.next = what.then();
    }
}

/// What the kernel has for a daemon.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// It computes.
    Nothing,
    /// A frame, which was taken.
    Frame,
    /// It waits for this.
    Waiting(Next),
}

/// Takes the frame that waits; gives its type.
pub fn take() -> Option<u8> {
    match command(PROVISIONING, TAKE, 0, 0) {
        [SUCCESS_U32, length, ..] if length > 0 => Some(memory::byte(FRAME)),
        _ => None,
    }
}

/// Hands over the payload that was written.
pub fn hand_over(kind: u8, length: usize) -> bool {
    command(PROVISIONING, RECEIVE, usize::from(kind), length)[0] == SUCCESS
}
