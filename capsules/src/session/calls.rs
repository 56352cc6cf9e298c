// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What the driver asks of the session: only noted here, done later.

use kernel::ErrorCode;
use kernel::hil::rng::Rng;
use kernel::hil::time::Alarm;
use provisioning_wire::limits::{FRAME_HEADER_LEN, MAX_PAYLOAD_LEN};

use super::capsule::{Session, State};
use super::port::{CopyIn, CopyOut, SessionPort, Status};

impl<'a, R: Rng<'a>, A: Alarm<'a>> SessionPort for Session<'a, R, A> {
    fn status(&self) -> Status {
        match self.state.get() {
            State::None | State::Closing { reopen: false, .. } => Status::None,
            State::Seeding { .. } | State::Unseeded | State::Closing { reopen: true, .. } => {
                Status::Open {
                    takes_frame: false,
                    frame_len: 0,
                }
            }
            State::Talking => self
                .conversation
                .map_or(Status::None, |conversation| Status::Open {
                    takes_frame: conversation.wants_frame() && self.inbound_len.get() == 0,
                    frame_len: conversation.outgoing().len(),
                }),
            State::Ended { alert } => Status::Ended { alert },
        }
    }

    fn open(&self) -> Result<(), ErrorCode> {
        if self.key_store.device_id().is_none() {
            return Err(ErrorCode::FAIL);
        }
        match self.state.get() {
            State::None | State::Ended { .. } => self.seed()?,
            State::Closing {
                talking,
                reopen: false,
            } => self.state.set(State::Closing {
                talking,
                reopen: true,
            }),
            State::Closing { reopen: true, .. }
            | State::Seeding { .. }
            | State::Unseeded
            | State::Talking => return Err(ErrorCode::BUSY),
        }
        self.deferred_call.set();
        Ok(())
    }

    fn receive(&self, frame_type: u8, length: usize, copy: CopyIn<'_>) -> Result<(), ErrorCode> {
        let header_len = u16::try_from(length)
            .ok()
            .filter(|_| length <= MAX_PAYLOAD_LEN)
            .ok_or(ErrorCode::SIZE)?;
        let Status::Open { takes_frame, .. } = self.status() else {
            return Err(ErrorCode::RESERVE);
        };
        if !takes_frame {
            return Err(ErrorCode::BUSY);
        }
        self.inbound
            .map(|inbound| {
                let (head, rest) = inbound
                    .split_first_chunk_mut::<FRAME_HEADER_LEN>()
                    .ok_or(ErrorCode::SIZE)?;
                let [high, low] = header_len.to_be_bytes();
                *head = [frame_type, high, low];
                copy(rest.get_mut(..length).ok_or(ErrorCode::SIZE)?)
            })
            .unwrap_or(Err(ErrorCode::BUSY))?;
        self.inbound_len.set(FRAME_HEADER_LEN + length);
        self.deferred_call.set();
        Ok(())
    }

    fn take(&self, copy: CopyOut<'_>) -> Result<usize, ErrorCode> {
        match self.status() {
            Status::None => return Err(ErrorCode::RESERVE),
            Status::Ended { .. } => return Ok(0),
            Status::Open { .. } => {}
        }
        let taken = self
            .conversation
            .map_or(Ok::<_, ErrorCode>(0), |conversation| {
                let length = conversation.outgoing().len();
                if length > 0 {
                    copy(conversation.outgoing())?;
                    conversation.sent();
                }
                Ok(length)
            })?;
        if taken > 0 {
            self.deferred_call.set();
        }
        Ok(taken)
    }

    fn close(&self) {
        let talking = match self.state.get() {
            // What there was to tell is told.
            State::None | State::Ended { .. } => {
                self.state.set(State::None);
                self.deferred_call.set();
                return;
            }
            State::Seeding { .. } | State::Unseeded => false,
            State::Talking => true,
            State::Closing { talking, .. } => talking,
        };
        self.state.set(State::Closing {
            talking,
            reopen: false,
        });
        self.deferred_call.set();
    }

    fn button_pressed(&self) {
        self.button.set(true);
    }

    fn device_id(&self, copy: CopyOut<'_>) -> Result<usize, ErrorCode> {
        let id = self.key_store.device_id().ok_or(ErrorCode::FAIL)?;
        copy(&id)?;
        Ok(id.len())
    }
}
