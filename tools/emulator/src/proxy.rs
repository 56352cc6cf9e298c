// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A man in the middle of the conversation between board and daemon.
//!
//! It passes bytes on in other pieces than they came in, sees where each frame
//! begins and ends, and can end the conversation at any frame. It reads frame
//! headers only; what is sealed stays sealed.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::failure::{Result, While};

/// Who sent a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    Device,
    Daemon,
}

/// A frame that is about to be passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub from: From,
    /// Counts the connections, from 0.
    pub connection: usize,
    pub kind: u8,
    pub payload: Vec<u8>,
}

/// What becomes of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Pass,
    /// The frame and everything after it is lost, the connection ends.
    Cut,
}

/// In which pieces bytes are passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pieces {
    AsTheyCome,
    /// One byte in each segment.
    Single,
    /// Split anywhere, or held back and joined with what follows.
    Random {
        seed: u64,
    },
}

type Judge = Arc<Mutex<dyn FnMut(&Frame) -> Verdict + Send>>;

/// A running proxy. It stops when this is dropped.
#[derive(Debug)]
pub struct Proxy {
    stop: Arc<AtomicBool>,
    address: SocketAddr,
}

impl Proxy {
    /// Listens on `listen` and connects each device on to `daemon`. `judge` sees
    /// every frame, of all connections.
    pub fn start(
        listen: SocketAddr,
        daemon: SocketAddr,
        pieces: Pieces,
        judge: impl FnMut(&Frame) -> Verdict + Send + 'static,
    ) -> Result<Proxy> {
        let doing = || format!("listening on {listen} for the board");
        let listener = TcpListener::bind(listen).doing(doing)?;
        let address = listener.local_addr().doing(doing)?;
        let stop = Arc::new(AtomicBool::new(false));
        let judge: Judge = Arc::new(Mutex::new(judge));
        let stopped = Arc::clone(&stop);
        thread::spawn(move || {
            for (connection, device) in listener.incoming().enumerate() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(device) = device else { continue };
                // No daemon: the device sees its connection end, as it would
                // without a proxy.
                if let Ok(daemon) = TcpStream::connect(daemon) {
                    // A socket that cannot be duplicated ends the connection.
                    drop(join(device, daemon, connection, pieces, &judge));
                }
            }
        });
        Ok(Proxy { stop, address })
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Wakes the listener up, so that it sees the order.
        drop(TcpStream::connect_timeout(
            &self.address,
            Duration::from_millis(200),
        ));
    }
}

fn join(
    device: TcpStream,
    daemon: TcpStream,
    connection: usize,
    pieces: Pieces,
    judge: &Judge,
) -> std::io::Result<()> {
    device.set_nodelay(true)?;
    daemon.set_nodelay(true)?;
    let there = (device.try_clone()?, daemon.try_clone()?);
    for (from, (source, sink)) in [(From::Device, there), (From::Daemon, (daemon, device))] {
        let judge = Arc::clone(judge);
        thread::spawn(move || {
            let mut writer = Writer::new(pieces, from);
            // An error is an end of the connection, passed on below.
            drop(pass(&source, &sink, from, connection, &mut writer, &judge));
            drop(sink.shutdown(Shutdown::Both));
            drop(source.shutdown(Shutdown::Both));
        });
    }
    Ok(())
}

fn pass(
    mut source: &TcpStream,
    sink: &TcpStream,
    from: From,
    connection: usize,
    writer: &mut Writer,
    judge: &Judge,
) -> std::io::Result<()> {
    let mut pending = Vec::new();
    let mut buffer = [0; 2048];
    loop {
        let length = source.read(&mut buffer)?;
        if length == 0 {
            // Half a frame at the end is passed on as it is.
            writer.write(sink, &pending)?;
            return writer.flush(sink);
        }
        pending.extend_from_slice(&buffer[..length]);
        while let Some(size) = frame_size(&pending) {
            let frame = Frame {
                from,
                connection,
                kind: pending[0],
                payload: pending[3..size].to_vec(),
            };
            let verdict = {
                let mut judge = judge.lock().unwrap_or_else(PoisonError::into_inner);
                (*judge)(&frame)
            };
            if verdict == Verdict::Cut {
                return Ok(());
            }
            writer.write(sink, &pending[..size])?;
            pending.drain(..size);
        }
        writer.flush(sink)?;
    }
}

/// The size of the first frame, when it is whole.
fn frame_size(bytes: &[u8]) -> Option<usize> {
    let length = u16::from_be_bytes([*bytes.get(1)?, *bytes.get(2)?]);
    let size = 3 + usize::from(length);
    (bytes.len() >= size).then_some(size)
}

/// Writes bytes in other pieces.
struct Writer {
    pieces: Pieces,
    random: Random,
    held: Vec<u8>,
}

impl Writer {
    fn new(pieces: Pieces, from: From) -> Writer {
        let seed = match pieces {
            Pieces::Random { seed } => seed,
            Pieces::AsTheyCome | Pieces::Single => 1,
        };
        Writer {
            pieces,
            random: Random(seed ^ (from as u64 + 1) << 32),
            held: Vec::new(),
        }
    }

    fn write(&mut self, mut sink: &TcpStream, bytes: &[u8]) -> std::io::Result<()> {
        match self.pieces {
            Pieces::AsTheyCome => sink.write_all(bytes),
            Pieces::Single => {
                for byte in bytes {
                    sink.write_all(std::slice::from_ref(byte))?;
                    // Lets the segment go before the next byte joins it.
                    thread::sleep(Duration::from_micros(300));
                }
                Ok(())
            }
            Pieces::Random { .. } => {
                self.held.extend_from_slice(bytes);
                while self.held.len() > 1 && !self.random.below(3).eq(&0) {
                    let length = 1 + self.random.below(self.held.len());
                    let piece: Vec<u8> = self.held.drain(..length).collect();
                    sink.write_all(&piece)?;
                    thread::sleep(Duration::from_millis(self.random.below(5) as u64));
                }
                Ok(())
            }
        }
    }

    /// Sends what was held back; what comes next was not there to join it.
    fn flush(&mut self, mut sink: &TcpStream) -> std::io::Result<()> {
        if !self.held.is_empty() {
            thread::sleep(Duration::from_millis(20));
            sink.write_all(&self.held)?;
            self.held.clear();
        }
        Ok(())
    }
}

/// xorshift64: reproducible, and good enough for splitting.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends `bytes` through a proxy and returns what arrives, with the frames
    /// that the judge saw.
    fn through(pieces: Pieces, bytes: &[u8], cut_at: Option<usize>) -> (Vec<u8>, usize) {
        let local: SocketAddr = "127.0.0.1:0".parse().expect("an address");
        let server = TcpListener::bind(local).expect("a listener");
        let count = Arc::new(Mutex::new(0));
        let counted = Arc::clone(&count);
        let daemon = server.local_addr().expect("its address");
        let proxy = Proxy::start(local, daemon, pieces, move |_frame| {
            let mut count = counted.lock().expect("no panic before");
            *count += 1;
            if cut_at == Some(*count) {
                Verdict::Cut
            } else {
                Verdict::Pass
            }
        })
        .expect("a proxy");
        let mut client = TcpStream::connect(proxy.address).expect("a connection");
        let (mut accepted, _) = server.accept().expect("a connection");
        client.write_all(bytes).expect("sent");
        client.shutdown(Shutdown::Write).expect("ended");
        let mut arrived = Vec::new();
        accepted.read_to_end(&mut arrived).expect("read");
        let seen = *count.lock().expect("no panic before");
        (arrived, seen)
    }

    const THREE: &[u8] = b"\x20\x00\x03abc\x03\x00\x00\x28\x00\x05hello";

    #[test]
    fn bytes_arrive_unchanged_in_any_pieces() {
        for pieces in [
            Pieces::AsTheyCome,
            Pieces::Single,
            Pieces::Random { seed: 7 },
        ] {
            assert_eq!(
                through(pieces, THREE, None),
                (THREE.to_vec(), 3),
                "{pieces:?}"
            );
        }
    }

    #[test]
    fn a_cut_loses_the_frame_and_all_after_it() {
        assert_eq!(
            through(Pieces::AsTheyCome, THREE, Some(2)),
            (THREE[..6].to_vec(), 2)
        );
    }

    #[test]
    fn half_a_frame_at_the_end_is_passed_on() {
        assert_eq!(
            through(Pieces::AsTheyCome, &THREE[..4], None),
            (THREE[..4].to_vec(), 0)
        );
    }
}
