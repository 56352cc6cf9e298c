// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A cable whose frames a test can drop and delay.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use smoltcp::phy::{self, Device, DeviceCapabilities, Medium};
use smoltcp::time::Instant;

/// Which way a frame goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the daemon's host.
    ToDaemon,
    /// To the device.
    ToDevice,
}

/// What becomes of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Arrives,
    Lost,
    /// It arrives so many milliseconds later.
    Late(u64),
}

/// Frames with times.
type Frames = Rc<RefCell<VecDeque<(u64, Vec<u8>)>>>;

type Rule = Box<dyn FnMut(Direction, &[u8]) -> Fate>;

/// The cable; clones are the same one.
#[derive(Clone)]
pub struct Link {
    now: Rc<Cell<u64>>,
    rule: Rc<RefCell<Rule>>,
    to_daemon: Frames,
    to_device: Frames,
    /// What the device sends, for a third host, once there is one.
    overheard: Rc<RefCell<Option<VecDeque<Vec<u8>>>>>,
    sent_by_device: Frames,
}

impl Link {
    pub fn new(now: Rc<Cell<u64>>) -> Self {
        Self {
            now,
            rule: Rc::new(RefCell::new(Box::new(|_, _| Fate::Arrives))),
            to_daemon: Rc::default(),
            to_device: Rc::default(),
            overheard: Rc::default(),
            sent_by_device: Rc::default(),
        }
    }

    pub fn set_rule(&self, rule: impl FnMut(Direction, &[u8]) -> Fate + 'static) {
        *self.rule.borrow_mut() = Box::new(rule);
    }

    pub fn end(&self, sends: Direction) -> End {
        End {
            link: self.clone(),
            sends,
            is_third: false,
        }
    }

    /// The end of a third host, which hears what the device sends.
    pub fn third_end(&self) -> End {
        *self.overheard.borrow_mut() = Some(VecDeque::new());
        End {
            link: self.clone(),
            sends: Direction::ToDevice,
            is_third: true,
        }
    }

    /// Whether the third host has frames to read.
    pub fn third_waits(&self) -> bool {
        let overheard = self.overheard.borrow();
        overheard.as_ref().is_some_and(|queue| !queue.is_empty())
    }

    /// When the next frame arrives, if one is on its way.
    pub fn next_arrival(&self) -> Option<u64> {
        let (one, other) = (self.to_daemon.borrow(), self.to_device.borrow());
        one.iter().chain(other.iter()).map(|(due, _)| *due).min()
    }

    pub fn waits(&self, direction: Direction) -> bool {
        let now = self.now.get();
        self.queue(direction)
            .borrow()
            .iter()
            .any(|(due, _)| *due <= now)
    }

    /// All frames that the device sent, with times, whatever became of them.
    pub fn sent_by_device(&self) -> Vec<(u64, Vec<u8>)> {
        self.sent_by_device.borrow().iter().cloned().collect()
    }

    /// Puts a frame on the cable that no host has sent.
    pub fn inject(&self, frame: Vec<u8>) {
        let entry = (self.now.get(), frame);
        self.to_device.borrow_mut().push_back(entry);
    }

    fn queue(&self, direction: Direction) -> &RefCell<VecDeque<(u64, Vec<u8>)>> {
        match direction {
            Direction::ToDaemon => &self.to_daemon,
            Direction::ToDevice => &self.to_device,
        }
    }

    fn send(&self, direction: Direction, frame: Vec<u8>) {
        let now = self.now.get();
        if direction == Direction::ToDaemon {
            self.sent_by_device
                .borrow_mut()
                .push_back((now, frame.clone()));
            if let Some(overheard) = self.overheard.borrow_mut().as_mut() {
                overheard.push_back(frame.clone());
            }
        }
        let due = match (self.rule.borrow_mut())(direction, &frame) {
            Fate::Arrives => now,
            Fate::Late(by) => now + by,
            Fate::Lost => return,
        };
        self.queue(direction).borrow_mut().push_back((due, frame));
    }

    fn receive(&self, direction: Direction) -> Option<Vec<u8>> {
        let now = self.now.get();
        let mut queue = self.queue(direction).borrow_mut();
        let at = queue.iter().position(|(due, _)| *due <= now)?;
        queue.remove(at).map(|(_, frame)| frame)
    }
}

/// One end of the cable.
pub struct End {
    link: Link,
    sends: Direction,
    is_third: bool,
}

impl Device for End {
    type RxToken<'a> = RxToken;
    type TxToken<'a> = TxToken;

    fn receive(&mut self, _: Instant) -> Option<(RxToken, TxToken)> {
        let hears = match self.sends {
            Direction::ToDaemon => Direction::ToDevice,
            Direction::ToDevice => Direction::ToDaemon,
        };
        let frame = if self.is_third {
            self.link.overheard.borrow_mut().as_mut()?.pop_front()?
        } else {
            self.link.receive(hears)?
        };
        Some((RxToken(frame), self.token()))
    }

    fn transmit(&mut self, _: Instant) -> Option<TxToken> {
        Some(self.token())
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ethernet;
        capabilities.max_transmission_unit = 1_514;
        capabilities
    }
}

impl End {
    fn token(&self) -> TxToken {
        TxToken {
            link: self.link.clone(),
            direction: self.sends,
        }
    }
}

pub struct RxToken(Vec<u8>);

impl phy::RxToken for RxToken {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, f: F) -> R {
        f(&self.0)
    }
}

pub struct TxToken {
    link: Link,
    direction: Direction,
}

impl phy::TxToken for TxToken {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, f: F) -> R {
        let mut frame = vec![0; len];
        let result = f(&mut frame);
        self.link.send(self.direction, frame);
        result
    }
}
