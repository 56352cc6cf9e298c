// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Every frame that the board sent or received, from QEMU's packet dump.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::failure::{Failure, Result, While};

const GLOBAL_HEADER: usize = 24;
const RECORD_HEADER: usize = 16;
/// Microsecond format, in the byte order of the host that wrote it.
const MAGIC: u32 = 0xa1b2_c3d4;

/// Reads the frames of a pcap file. A frame that is cut off at the end, as left
/// by an emulator that was killed, is dropped.
pub fn frames(path: &Path) -> Result<Vec<Vec<u8>>> {
    let doing = || format!("reading the capture {}", path.display());
    let bytes = fs::read(path).doing(doing)?;
    parse(&bytes).ok_or_else(|| Failure::new(doing(), "it is no pcap file"))
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let raw = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_ne_bytes(raw.try_into().ok()?))
}

fn parse(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    if word(bytes, 0)? != MAGIC {
        return None;
    }
    let mut frames = Vec::new();
    let mut at = GLOBAL_HEADER;
    while let Some(length) = word(bytes, at + 8) {
        let start = at + RECORD_HEADER;
        let Some(frame) = bytes.get(start..start + length as usize) else {
            break;
        };
        frames.push(frame.to_vec());
        at = start + frame.len();
    }
    Some(frames)
}

/// What stands before a frame that the board sent, when its network card and the
/// tap device agreed on it: all zero, as the board asks for nothing in there. No
/// frame begins like this.
const VIRTIO_HEADER: [u8; 12] = [0; 12];
const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;
const TCP: u8 = 6;
const SYN: u8 = 0x02;

/// What was sent to a TCP port, for each port that it came from: the bytes of the
/// stream from its beginning up to the first gap.
pub fn sent_to(port: u16, frames: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut streams: BTreeMap<u16, Stream> = BTreeMap::new();
    for segment in frames.iter().filter_map(|frame| Segment::of(frame)) {
        if segment.to != port {
            continue;
        }
        let stream = streams.entry(segment.from).or_default();
        if segment.begins {
            stream.begin = Some(segment.sequence.wrapping_add(1));
        } else if let Some(begin) = stream.begin {
            let at = segment.sequence.wrapping_sub(begin) as usize;
            stream.put(at, segment.payload);
        }
    }
    streams.into_values().map(|stream| stream.bytes).collect()
}

#[derive(Default)]
struct Stream {
    /// Sequence number of the first byte.
    begin: Option<u32>,
    bytes: Vec<u8>,
}

impl Stream {
    /// Bytes that were there before stay; behind a gap nothing is taken, as what
    /// fills it is sent again with what follows.
    fn put(&mut self, at: usize, payload: &[u8]) {
        if let Some(known) = self.bytes.len().checked_sub(at) {
            self.bytes.extend(payload.iter().skip(known));
        }
    }
}

/// A TCP segment in an Ethernet frame.
struct Segment<'a> {
    from: u16,
    to: u16,
    sequence: u32,
    begins: bool,
    payload: &'a [u8],
}

impl<'a> Segment<'a> {
    fn of(frame: &'a [u8]) -> Option<Segment<'a>> {
        let frame = frame.strip_prefix(&VIRTIO_HEADER[..]).unwrap_or(frame);
        let half = |bytes: &[u8], at: usize| {
            Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]))
        };
        let packet = frame.get(14..)?;
        // Without extension headers, which the board does not send for TCP. The
        // lengths leave out what pads a short frame.
        let (protocol, start, end) = match half(frame, 12)? {
            IPV4 => {
                let start = usize::from(packet.first()? & 0x0f) * 4;
                (*packet.get(9)?, start, usize::from(half(packet, 2)?))
            }
            IPV6 => (*packet.get(6)?, 40, 40 + usize::from(half(packet, 4)?)),
            _ => return None,
        };
        let segment = packet.get(start..end)?;
        if protocol != TCP {
            return None;
        }
        let offset = usize::from(segment.get(12)? >> 4) * 4;
        Some(Segment {
            from: half(segment, 0)?,
            to: half(segment, 2)?,
            sequence: u32::from_be_bytes(segment.get(4..8)?.try_into().ok()?),
            begins: segment.get(13)? & SYN != 0,
            payload: segment.get(offset..)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A segment from port 7 to port 9, in IPv6.
    fn segment(sequence: u32, flags: u8, payload: &[u8]) -> Vec<u8> {
        let mut tcp = vec![0, 7, 0, 9];
        tcp.extend(sequence.to_be_bytes());
        tcp.extend([0, 0, 0, 0, 5 << 4, flags, 0, 0, 0, 0, 0, 0]);
        tcp.extend(payload);
        let mut frame = vec![2; 12];
        frame.extend(IPV6.to_be_bytes());
        frame.extend([0x60, 0, 0, 0]);
        frame.extend((tcp.len() as u16).to_be_bytes());
        frame.extend([TCP, 64]);
        frame.extend([0; 32]);
        frame.extend(tcp);
        // As padding to the least length is.
        frame.extend([0; 6]);
        frame
    }

    #[test]
    fn a_stream_is_put_together_from_its_segments() {
        let frames = [
            segment(u32::MAX - 1, SYN, &[]),
            [&VIRTIO_HEADER[..], &segment(u32::MAX, 0, b"abc")].concat(),
            // Sent again, with more.
            segment(u32::MAX, 0, b"abcd"),
            // Behind a gap.
            segment(5, 0, b"gh"),
            segment(3, 0, b"ef"),
        ];
        assert_eq!(sent_to(9, &frames), [b"abcdef".to_vec()]);
        assert!(sent_to(7, &frames).is_empty());
        assert_eq!(sent_to(9, &frames[..1]), [Vec::<u8>::new()]);
    }

    #[test]
    fn what_is_no_segment_is_passed_over() {
        for length in 0..segment(1, 0, b"abc").len() - 6 {
            let cut = &segment(1, 0, b"abc")[..length];
            assert!(Segment::of(cut).is_none(), "{length}");
        }
    }

    fn record(frame: &[u8]) -> Vec<u8> {
        let length = (frame.len() as u32).to_ne_bytes();
        [&[0u8; 8][..], &length, &length, frame].concat()
    }

    #[test]
    fn frames_come_back_whole_and_a_cut_one_is_dropped() {
        let mut file = [&MAGIC.to_ne_bytes()[..], &[0u8; 20]].concat();
        file.extend(record(b"first"));
        file.extend(record(b"second"));
        let cut = [&file[..], &record(b"third")[..18]].concat();
        assert_eq!(
            parse(&cut),
            Some(vec![b"first".to_vec(), b"second".to_vec()])
        );
    }

    #[test]
    fn another_kind_of_file_is_refused() {
        assert_eq!(parse(b"not a capture at all...."), None);
        assert_eq!(parse(b""), None);
    }
}
