// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Writes events to whoever reads them, without waiting for them.
//!
//! ```text
//!   every connection ── emit ──> queue ──> one thread ──> standard output
//!                                 │
//!                                 └─ full: counted, and told when there is room
//! ```

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use crate::event::{Event, Sink};

/// Lines that wait for their reader; some hundred bytes each.
const QUEUE: usize = 1_024;
/// When the daemon stops, the reader gets so long for what waits.
const FAREWELL: Duration = Duration::from_secs(2);

/// How events are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Human,
    /// JSON objects.
    Json,
}

impl Format {
    fn line(self, event: &Event) -> String {
        let mut line = match self {
            Format::Human => event.to_string(),
            Format::Json => serde_json::to_string(event).unwrap_or_default(),
        };
        line.push('\n');
        line
    }
}

/// Events on their way to a reader.
pub struct EventLog {
    format: Format,
    queue: Arc<Mutex<Queue>>,
    // Only looked at in `drop`; a sink is shared between threads.
    ended: Mutex<Receiver<()>>,
}

struct Queue {
    /// Gone when no more events come.
    lines: Option<SyncSender<String>>,
    /// Events dropped since the last one that found room.
    lost: u64,
}

impl EventLog {
    /// Writes to standard output.
    pub fn stdout(format: Format) -> io::Result<Self> {
        Self::new(format, io::stdout(), QUEUE)
    }

    /// Writes to `out` from a thread of its own; at most `room` lines wait.
    fn new(format: Format, out: impl Write + Send + 'static, room: usize) -> io::Result<Self> {
        let (sender, lines) = sync_channel(room);
        let (end, ended) = sync_channel(1);
        let queue = Arc::new(Mutex::new(Queue {
            lines: Some(sender),
            lost: 0,
        }));
        let shared = queue.clone();
        thread::Builder::new()
            .name("events".to_owned())
            .spawn(move || {
                write(out, &lines, || {
                    let lost = lock(&shared).lost;
                    (lost > 0).then(|| format.line(&Event::Lost { events: lost }))
                });
                // Nobody may wait for it any more.
                let _ = end.send(());
            })?;
        Ok(EventLog {
            format,
            queue,
            ended: Mutex::new(ended),
        })
    }
}

/// Writes lines until no more come, then the last one.
fn write(mut out: impl Write, lines: &Receiver<String>, last: impl FnOnce() -> Option<String>) {
    let mut write = |line: String| {
        // A reader that went away is no reason to stop serving devices.
        let _ = out.write_all(line.as_bytes()).and_then(|()| out.flush());
    };
    lines.iter().for_each(&mut write);
    last().into_iter().for_each(&mut write);
}

impl Sink for EventLog {
    fn emit(&self, event: &Event) {
        let mut queue = lock(&self.queue);
        let Queue {
            lines: Some(lines),
            lost,
        } = &mut *queue
        else {
            return;
        };
        if *lost > 0 {
            let told = self.format.line(&Event::Lost { events: *lost });
            match lines.try_send(told) {
                Ok(()) => *lost = 0,
                Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                    *lost += 1;
                    return;
                }
            }
        }
        if lines.try_send(self.format.line(event)).is_err() {
            *lost += 1;
        }
    }
}

impl Drop for EventLog {
    fn drop(&mut self) {
        lock(&self.queue).lines = None;
        // A reader that still does not read keeps nobody from stopping.
        let ended = self.ended.get_mut();
        let _ = ended.map(|ended| ended.recv_timeout(FAREWELL));
    }
}

fn lock(queue: &Mutex<Queue>) -> MutexGuard<'_, Queue> {
    queue
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::net::UnixStream;
    use std::sync::mpsc::{Sender, channel};

    use super::*;

    fn event(peer: usize) -> Event {
        Event::Connected {
            peer: peer.to_string(),
        }
    }

    #[test]
    fn a_reader_that_stalls_stops_nobody_and_is_told_how_much_it_missed() {
        let (mut reader, writer) = UnixStream::pair().unwrap();
        let log = EventLog::new(Format::Human, writer, 8).unwrap();
        // More than the socket and the queue take, so that one that waits for
        // its reader never comes to the end of this.
        let long = "x".repeat(100_000);
        for _ in 0..50 {
            log.emit(&Event::Connected { peer: long.clone() });
        }
        let reading = thread::spawn(move || {
            let mut text = String::new();
            reader.read_to_string(&mut text).unwrap();
            text
        });
        drop(log);
        let text = reading.join().unwrap();
        // Told more than once when a line was taken while others were dropped.
        let (told, written): (Vec<_>, Vec<_>) = text.lines().partition(|line| line.len() < 1_000);
        let lost = told.iter().map(|line| {
            let (lost, rest) = line.split_once(' ').unwrap();
            assert_eq!(rest, "events lost: their reader is too slow");
            lost.parse::<usize>().unwrap()
        });
        assert_eq!(lost.sum::<usize>() + written.len(), 50, "{told:?}");
        assert!(!told.is_empty() && text.ends_with('\n'));
    }

    /// Says which line it got, and waits for a word until it goes on.
    struct Slow {
        lines: Sender<String>,
        words: Receiver<()>,
    }

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let line = String::from_utf8_lossy(bytes).trim_end().to_owned();
            self.lines.send(line).unwrap();
            // Without anybody to say a word it goes on at once.
            let _ = self.words.recv();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_was_lost_is_told_where_it_was_lost() {
        let (word, words) = channel();
        let (lines, written) = channel();
        let log = EventLog::new(Format::Human, Slow { lines, words }, 2).unwrap();
        let next = || written.recv().unwrap();
        log.emit(&event(0));
        assert_eq!(next(), "connected: 0");
        // Two wait, seven are lost.
        for peer in 1..10 {
            log.emit(&event(peer));
        }
        word.send(()).unwrap();
        assert_eq!(next(), "connected: 1");
        // Room for one: what was lost is told, and this is lost.
        log.emit(&event(10));
        drop(word);
        assert_eq!(next(), "connected: 2");
        assert_eq!(next(), "7 events lost: their reader is too slow");
        log.emit(&event(11));
        assert_eq!(next(), "1 events lost: their reader is too slow");
        assert_eq!(next(), "connected: 11");
    }

    #[test]
    fn what_was_lost_last_is_told_at_the_end() {
        let (word, words) = channel();
        let (lines, written) = channel();
        let log = EventLog::new(Format::Human, Slow { lines, words }, 2).unwrap();
        log.emit(&event(0));
        assert_eq!(written.recv().unwrap(), "connected: 0");
        // Two wait, seven are lost, and no event comes that tells of them.
        for peer in 1..10 {
            log.emit(&event(peer));
        }
        drop(word);
        drop(log);
        let lost = "7 events lost: their reader is too slow";
        let rest: Vec<_> = written.iter().collect();
        assert_eq!(rest, ["connected: 1", "connected: 2", lost]);
    }

    #[test]
    fn everything_is_written_before_the_end() {
        let (mut reader, writer) = UnixStream::pair().unwrap();
        let log = EventLog::new(Format::Json, writer, 100).unwrap();
        for peer in 0..100 {
            log.emit(&event(peer));
        }
        drop(log);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text.lines().count(), 100);
        assert!(text.ends_with("{\"event\":\"connected\",\"peer\":\"99\"}\n"));
    }
}
