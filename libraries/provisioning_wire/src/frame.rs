// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Frames: `type u8 | length u16 | payload`, over a stream of bytes.

use crate::error::{BufferTooSmall, Malformed};
use crate::limits::{
    CONFIRM_LEN, FRAME_HEADER_LEN, MAX_FRAME_LEN, MAX_PAYLOAD_LEN, POINT_LEN, SEAL_OVERHEAD,
};
use crate::{Alert, Hello, HelloReply};

/// Smallest type that a receiver may ignore when it does not know it.
const FIRST_IGNORABLE: u8 = 0x80;

/// Kinds of frames. Numbers are never reused; a kind that old peers may ignore
/// gets a number from 0x80 on, any other kind a new protocol version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum FrameType {
    /// Daemon: show which device you are. No payload.
    IdentifyOn = 0x01,
    /// Daemon: stop showing. No payload.
    IdentifyOff = 0x02,
    /// Both: still there. No payload.
    KeepAlive = 0x03,
    /// Device: [`Hello`], the first bytes on the wire.
    Hello = 0x20,
    /// Daemon: [`HelloReply`].
    HelloReply = 0x21,
    /// Daemon: [`ShareP`](crate::ShareP).
    ShareP = 0x22,
    /// Device: [`ShareV`](crate::ShareV).
    ShareV = 0x23,
    /// Daemon: [`ConfirmP`](crate::ConfirmP).
    ConfirmP = 0x24,
    /// Both: [`Sealed`](crate::Sealed).
    Sealed = 0x28,
    /// Both: [`Alert`], then close.
    Alert = 0x2f,
}

impl FrameType {
    /// The kind that a byte stands for, if it is known.
    pub const fn from_wire(byte: u8) -> Option<Self> {
        Some(match byte {
            0x01 => Self::IdentifyOn,
            0x02 => Self::IdentifyOff,
            0x03 => Self::KeepAlive,
            0x20 => Self::Hello,
            0x21 => Self::HelloReply,
            0x22 => Self::ShareP,
            0x23 => Self::ShareV,
            0x24 => Self::ConfirmP,
            0x28 => Self::Sealed,
            0x2f => Self::Alert,
            _ => return None,
        })
    }

    /// The byte on the wire.
    pub const fn to_wire(self) -> u8 {
        self as u8
    }

    /// Shortest and longest payload of this kind.
    const fn payload_bounds(self) -> (usize, usize) {
        match self {
            Self::IdentifyOn | Self::IdentifyOff | Self::KeepAlive => (0, 0),
            // Maps may grow by keys that old peers skip.
            Self::Hello | Self::HelloReply => (1, MAX_PAYLOAD_LEN),
            Self::ShareP => (POINT_LEN, POINT_LEN),
            Self::ShareV => (POINT_LEN + CONFIRM_LEN, POINT_LEN + CONFIRM_LEN),
            Self::ConfirmP => (CONFIRM_LEN, CONFIRM_LEN),
            Self::Sealed => (SEAL_OVERHEAD, MAX_PAYLOAD_LEN),
            Self::Alert => (1, Alert::MAX_LEN),
        }
    }
}

const _: () = assert!(Hello::MAX_LEN <= MAX_PAYLOAD_LEN);
const _: () = assert!(HelloReply::MAX_LEN <= MAX_PAYLOAD_LEN);
const _: () = assert!(MAX_PAYLOAD_LEN <= u16::MAX as usize);

/// One whole frame of a known kind, with a payload of a length that the kind
/// allows. The payload's content is not checked yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    kind: FrameType,
    bytes: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Checks bytes that hold exactly one frame.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let (header, payload) = bytes
            .split_first_chunk::<FRAME_HEADER_LEN>()
            .ok_or(Malformed)?;
        let (kind, length) = check_header(*header)?;
        if payload.len() != length {
            return Err(Malformed);
        }
        Ok(Frame {
            kind: kind.ok_or(Malformed)?,
            bytes,
        })
    }

    /// What kind of frame this is.
    pub const fn kind(&self) -> FrameType {
        self.kind
    }

    /// The frame whole, with type and length: what the transcript hashes.
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Type and length: the associated data of a sealed record.
    pub fn header(&self) -> [u8; FRAME_HEADER_LEN] {
        frame_header(self.kind, self.payload().len())
    }

    /// What follows the header.
    pub fn payload(&self) -> &'a [u8] {
        &self.bytes[FRAME_HEADER_LEN..]
    }
}

/// Checks a header: `None` stands for a kind that is to be ignored.
fn check_header(header: [u8; FRAME_HEADER_LEN]) -> Result<(Option<FrameType>, usize), Malformed> {
    let [kind, high, low] = header;
    let length = usize::from(u16::from_be_bytes([high, low]));
    if length > MAX_PAYLOAD_LEN {
        return Err(Malformed);
    }
    match FrameType::from_wire(kind) {
        Some(known) => {
            let (shortest, longest) = known.payload_bounds();
            if length < shortest || length > longest {
                return Err(Malformed);
            }
            Ok((Some(known), length))
        }
        None if kind >= FIRST_IGNORABLE => Ok((None, length)),
        None => Err(Malformed),
    }
}

/// Header of a frame: the type and the payload's length.
///
/// `payload_len` above [`MAX_PAYLOAD_LEN`] is a mistake of the caller; the
/// length field is then cut to 16 bits and no receiver takes the frame.
pub const fn frame_header(kind: FrameType, payload_len: usize) -> [u8; FRAME_HEADER_LEN] {
    let [high, low] = (payload_len as u16).to_be_bytes();
    [kind.to_wire(), high, low]
}

/// Writes a frame around `payload`; returns the frame's length.
pub fn emit_frame(
    kind: FrameType,
    payload: &[u8],
    buffer: &mut [u8],
) -> Result<usize, BufferTooSmall> {
    emit_frame_with(kind, buffer, |room| {
        room.get_mut(..payload.len())
            .ok_or(BufferTooSmall)?
            .copy_from_slice(payload);
        Ok(payload.len())
    })
}

/// Writes a frame whose payload `emit_payload` writes in place; returns the
/// frame's length. The closure gets the room behind the header, at most
/// [`MAX_PAYLOAD_LEN`] bytes, and returns how much of it it used.
pub fn emit_frame_with(
    kind: FrameType,
    buffer: &mut [u8],
    emit_payload: impl FnOnce(&mut [u8]) -> Result<usize, BufferTooSmall>,
) -> Result<usize, BufferTooSmall> {
    let (header, room) = buffer
        .split_first_chunk_mut::<FRAME_HEADER_LEN>()
        .ok_or(BufferTooSmall)?;
    let room_len = room.len().min(MAX_PAYLOAD_LEN);
    let length = emit_payload(&mut room[..room_len])?;
    if length > room_len {
        return Err(BufferTooSmall);
    }
    *header = frame_header(kind, length);
    Ok(FRAME_HEADER_LEN + length)
}

/// What the decoder is in the middle of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Collecting a frame; starts anew when the last frame was handed out.
    Collecting,
    /// A frame was handed out; its bytes stay until the next call.
    HandedOut,
    /// Passing over the payload of an ignorable frame, so many bytes more.
    Skipping(usize),
    /// Bad bytes were met: there is no way to find the next frame.
    Broken,
}

/// Cuts a stream of bytes into frames, whatever its segments are.
///
/// It holds one frame of at most [`MAX_FRAME_LEN`] bytes and refuses a header
/// as soon as it is there, so a peer cannot make it wait for bytes that no
/// frame may have.
pub struct FrameDecoder {
    buffer: [u8; MAX_FRAME_LEN],
    filled: usize,
    state: State,
}

impl Default for FrameDecoder {
    fn default() -> Self {
        Self::new()
    }
}

impl FrameDecoder {
    /// A decoder at the start of a stream.
    pub const fn new() -> Self {
        FrameDecoder {
            buffer: [0; MAX_FRAME_LEN],
            filled: 0,
            state: State::Collecting,
        }
    }

    /// Back to the start of a stream, for the next connection.
    pub fn reset(&mut self) {
        self.filled = 0;
        self.state = State::Collecting;
    }

    /// Takes bytes from the front of `input`.
    ///
    /// Returns how many it took and, if they end a frame, that frame. It takes
    /// all bytes unless a frame ends before; call again with the rest until
    /// nothing is left. After an error it stays broken until [`reset`].
    ///
    /// ```
    /// use provisioning_wire::{FrameDecoder, FrameType};
    ///
    /// let mut decoder = FrameDecoder::new();
    /// let mut rest: &[u8] = &[0x03, 0, 0, 0x01, 0, 0];
    /// let mut kinds = [None; 2];
    /// for kind in &mut kinds {
    ///     let (taken, frame) = decoder.feed(rest).unwrap();
    ///     rest = &rest[taken..];
    ///     *kind = frame.map(|frame| frame.kind());
    /// }
    /// assert_eq!(kinds, [Some(FrameType::KeepAlive), Some(FrameType::IdentifyOn)]);
    /// ```
    ///
    /// [`reset`]: Self::reset
    pub fn feed(&mut self, input: &[u8]) -> Result<(usize, Option<Frame<'_>>), Malformed> {
        let mut taken = 0;
        loop {
            match self.state {
                State::Broken => return Err(Malformed),
                State::HandedOut => self.reset(),
                State::Skipping(left) => {
                    let step = left.min(input.len() - taken);
                    taken += step;
                    if step < left {
                        self.state = State::Skipping(left - step);
                        return Ok((taken, None));
                    }
                    self.reset();
                }
                State::Collecting => {
                    let Some(header) = self.buffer[..self.filled].first_chunk() else {
                        let Some(&byte) = input.get(taken) else {
                            return Ok((taken, None));
                        };
                        self.buffer[self.filled] = byte;
                        self.filled += 1;
                        taken += 1;
                        continue;
                    };
                    let (kind, length) = match check_header(*header) {
                        Ok((Some(kind), length)) => (kind, length),
                        Ok((None, length)) => {
                            self.state = State::Skipping(length);
                            continue;
                        }
                        Err(Malformed) => {
                            self.state = State::Broken;
                            return Err(Malformed);
                        }
                    };
                    let end = FRAME_HEADER_LEN + length;
                    let step = (end - self.filled).min(input.len() - taken);
                    self.buffer[self.filled..self.filled + step]
                        .copy_from_slice(&input[taken..taken + step]);
                    self.filled += step;
                    taken += step;
                    if self.filled < end {
                        return Ok((taken, None));
                    }
                    self.state = State::HandedOut;
                    let bytes = &self.buffer[..end];
                    return Ok((taken, Some(Frame { kind, bytes })));
                }
            }
        }
    }
}
