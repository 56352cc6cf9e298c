// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Moves time from one thing that happens to the next.

use std::cell::Cell;
use std::rc::Rc;

use provisioner::network::{Buffers, Memory, Queues};
use provisioner::provisioner::Provisioner;

use super::attacker::Attacker;
use super::daemon::{Daemon, HOST};
use super::kernel::Kernel;
use super::link::{Direction, End, Link};

/// Times that parts may be polled in one millisecond before that counts as a
/// wait loop.
const MOST_POLLS_AT_ONCE: usize = 200;

/// Device, kernel, daemon and the cable between them.
pub struct World {
    now: Rc<Cell<u64>>,
    provisioner: Provisioner<End, Kernel>,
    due: u64,
    pub link: Link,
    pub kernel: Kernel,
    pub daemon: Daemon,
    /// A third host, if a test puts one there.
    pub attacker: Option<Attacker>,
    events: Vec<(u64, String)>,
    /// How often the process was woken.
    pub wakes: usize,
}

impl World {
    /// A device that is switched on at 0 ms, and a host that runs no daemon.
    pub fn new() -> Self {
        let now = Rc::new(Cell::new(0));
        let link = Link::new(now.clone());
        let kernel = Kernel::new(now.clone());
        let provisioner = Provisioner::new(
            link.end(Direction::ToDaemon),
            kernel.clone(),
            0,
            &[0x5a; 16],
            0x1234_5678_9abc_def0,
            HOST,
            Memory {
                buffers: Box::leak(Box::new(Buffers::new())),
                queues: Box::leak(Box::new(Queues::new())),
            },
        );
        Self {
            provisioner,
            due: 0,
            daemon: Daemon::new(link.end(Direction::ToDevice)),
            attacker: None,
            link,
            kernel,
            events: Vec::new(),
            wakes: 0,
            now,
        }
    }

    pub fn now(&self) -> u64 {
        self.now.get()
    }

    /// What the device reported, with times.
    pub fn events(&self) -> &[(u64, String)] {
        &self.events
    }

    /// The same without times.
    pub fn said(&self) -> Vec<&str> {
        self.events
            .iter()
            .map(|(_, event)| event.as_str())
            .collect()
    }

    /// Forgets what was said so far.
    pub fn forget(&mut self) {
        self.events.clear();
    }

    /// Lets so many milliseconds pass.
    pub fn run(&mut self, milliseconds: u64) {
        let end = self.now() + milliseconds;
        loop {
            self.settle();
            let next = [
                Some(self.due),
                self.link.next_arrival(),
                self.daemon.poll_at(self.now()),
                self.attacker.as_mut().and_then(Attacker::poll_at),
            ];
            let next = next.into_iter().flatten().min().unwrap_or(end);
            // What was due and is not settled takes a millisecond, as it does
            // on a device.
            let next = next.max(self.now() + 1);
            if next > end {
                break;
            }
            self.now.set(next);
        }
        self.now.set(end);
        self.settle();
    }

    /// Runs until `condition`; panics when 80 s do not bring it about.
    pub fn run_until(&mut self, what: &str, mut condition: impl FnMut(&mut Self) -> bool) {
        let end = self.now() + 80_000;
        while !condition(self) {
            assert!(self.now() < end, "{what}: not so, but {:#?}", self.events);
            self.run(1);
        }
    }

    /// Lets happen what happens now.
    fn settle(&mut self) {
        for _ in 0..MOST_POLLS_AT_ONCE {
            let now = self.now();
            let upcall = self.kernel.take_changed() || self.link.waits(Direction::ToDevice);
            if upcall || self.due <= now {
                let events = &mut self.events;
                self.wakes += 1;
                self.due = self
                    .provisioner
                    .poll(now, &mut |event| events.push((now, event.to_string())));
                // The kernel does not wake it again for frames that it left.
                let left = self.link.waits(Direction::ToDevice);
                assert!(!left || self.due <= now, "frames are slept over");
            }
            self.daemon.poll(now);
            if let Some(attacker) = &mut self.attacker {
                attacker.poll(now);
            }
            let quiet = !self.link.waits(Direction::ToDevice)
                && !self.link.waits(Direction::ToDaemon)
                && !self.link.third_waits()
                && self.daemon.poll_at(now).is_none_or(|at| at > now);
            if quiet {
                return;
            }
        }
        panic!("a wait loop at {} ms: {:#?}", self.now(), self.events);
    }
}
