// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A kernel whose session says what a test wants it to.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use libtock_platform::ErrorCode;
use libtock_provisioning::{Link, Status};
use provisioner::session::Session;

/// The first frame of each session.
pub const HELLO: &[u8] = &[0x20, 0, 4, 0xa1, 0x01, 0x81, 0x02];

/// What the process asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    Open,
    Refused,
    Frame(u8, Vec<u8>),
    Close,
    Identify(bool),
    Link(Link),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    None,
    Open,
    Ended { alert_code: u32 },
}

type Action = Box<dyn FnOnce()>;

/// The kernel; clones are the same one.
#[derive(Clone)]
pub struct Kernel {
    now: Rc<Cell<u64>>,
    state: Rc<Cell<State>>,
    takes_frames: Rc<Cell<bool>>,
    refuses: Rc<Cell<bool>>,
    frames: Rc<RefCell<VecDeque<Vec<u8>>>>,
    calls: Rc<RefCell<Vec<(u64, Call)>>>,
    changed: Rc<Cell<bool>>,
    ends_at_next_frame: Rc<Cell<Option<u32>>>,
    at_close: Rc<RefCell<Option<Action>>>,
}

impl Kernel {
    pub fn new(now: Rc<Cell<u64>>) -> Self {
        Self {
            now,
            state: Rc::new(Cell::new(State::None)),
            takes_frames: Rc::new(Cell::new(true)),
            refuses: Rc::default(),
            frames: Rc::default(),
            calls: Rc::default(),
            changed: Rc::default(),
            ends_at_next_frame: Rc::default(),
            at_close: Rc::default(),
        }
    }

    /// Whether it wants the next frame; what a session begins with, too.
    pub fn set_takes_frames(&self, takes_frames: bool) {
        self.takes_frames.set(takes_frames);
        self.changed.set(true);
    }

    /// Whether a session is refused.
    pub fn set_refuses(&self, refuses: bool) {
        self.refuses.set(refuses);
    }

    /// Has a frame for the daemon.
    pub fn says(&self, frame: &[u8]) {
        self.frames.borrow_mut().push_back(frame.to_vec());
        self.changed.set(true);
    }

    /// Ends the session; 0 is success.
    pub fn ends(&self, alert_code: u32) {
        self.state.set(State::Ended { alert_code });
        self.changed.set(true);
    }

    /// Ends the session when it is handed the next frame, which it does not take.
    pub fn ends_at_next_frame(&self, alert_code: u32) {
        self.ends_at_next_frame.set(Some(alert_code));
    }

    /// Does something when the session is closed.
    pub fn at_close(&self, act: impl FnOnce() + 'static) {
        *self.at_close.borrow_mut() = Some(Box::new(act));
    }

    /// Closes the session on its own.
    pub fn withdraws(&self) {
        self.state.set(State::None);
        self.changed.set(true);
    }

    /// Whether an upcall waits.
    pub fn take_changed(&self) -> bool {
        self.changed.take()
    }

    pub fn calls(&self) -> Vec<(u64, Call)> {
        self.calls.borrow().clone()
    }

    /// The frames that it was given, type and payload.
    pub fn heard(&self) -> Vec<(u8, Vec<u8>)> {
        let calls = self.calls.borrow();
        calls
            .iter()
            .filter_map(|(_, call)| match call {
                Call::Frame(kind, payload) => Some((*kind, payload.clone())),
                _ => None,
            })
            .collect()
    }

    pub fn is_open(&self) -> bool {
        self.state.get() != State::None
    }

    fn log(&self, call: Call) {
        self.calls.borrow_mut().push((self.now.get(), call));
    }
}

impl Session for Kernel {
    fn status(&self) -> Result<Status, ErrorCode> {
        let length = self.frames.borrow().front().map_or(0, Vec::len) as u32;
        let waits = u32::from(length > 0) << 2;
        Ok(match self.state.get() {
            State::None => Status::new(1 << 5, 0, 0),
            State::Open => {
                let takes = u32::from(self.takes_frames.get()) << 1;
                Status::new(1 << 5 | 1 | takes | waits, length, 0)
            }
            State::Ended { alert_code } => Status::new(1 << 5 | 1 << 3 | waits, length, alert_code),
        })
    }

    fn open(&self) -> Result<(), ErrorCode> {
        if self.refuses.get() {
            self.log(Call::Refused);
            return Err(ErrorCode::Off);
        }
        if self.state.get() == State::Open {
            return Err(ErrorCode::Busy);
        }
        self.log(Call::Open);
        self.state.set(State::Open);
        self.says(HELLO);
        Ok(())
    }

    fn receive(&self, frame_type: u8, payload: &[u8]) -> Result<(), ErrorCode> {
        if let Some(alert_code) = self.ends_at_next_frame.take() {
            self.ends(alert_code);
        }
        match self.state.get() {
            State::Open if self.takes_frames.get() => {
                self.log(Call::Frame(frame_type, payload.to_vec()));
                Ok(())
            }
            State::Open => Err(ErrorCode::Busy),
            _ => Err(ErrorCode::Reserve),
        }
    }

    fn take(&self, frame: &mut [u8]) -> Result<usize, ErrorCode> {
        let Some(next) = self.frames.borrow_mut().pop_front() else {
            return Ok(0);
        };
        frame
            .get_mut(..next.len())
            .ok_or(ErrorCode::Size)?
            .copy_from_slice(&next);
        Ok(next.len())
    }

    fn close(&self) {
        if let Some(act) = self.at_close.take() {
            act();
        }
        self.log(Call::Close);
        self.state.set(State::None);
        self.frames.borrow_mut().clear();
    }

    fn identify(&self, on: bool) {
        self.log(Call::Identify(on));
    }

    fn link(&self, link: Link) {
        self.log(Call::Link(link));
    }
}
