// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What others see of the session.

use kernel::ErrorCode;
use provisioning_wire::{AlertCode, Refusal};

/// What the session is busy with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Makes the session's key pair.
    ComputingKeys,
    /// Waits for the daemon.
    Waiting,
    /// Computes the shared secret, checks and signs, opens the configuration.
    Agreeing,
    /// Writes the configuration to flash.
    Storing,
}

/// Where the session stands, for the process that carries its frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// None was begun.
    None,
    /// One is under way.
    Open {
        /// It would take a frame now.
        takes_frame: bool,
        /// Length of the frame that waits to be sent, in bytes; 0 when none.
        frame_len: usize,
    },
    /// It has ended, and its last frame was taken.
    Ended {
        /// Why, unless it is done.
        alert: Option<AlertCode>,
    },
}

/// Copies bytes from a process to where they are needed.
pub type CopyIn<'a> = &'a mut dyn FnMut(&mut [u8]) -> Result<(), ErrorCode>;
/// Copies bytes to a process.
pub type CopyOut<'a> = &'a mut dyn FnMut(&[u8]) -> Result<(), ErrorCode>;

/// The session, for whoever carries its frames.
pub trait SessionPort {
    /// Where the session stands.
    fn status(&self) -> Status;
    /// Begins a session. `BUSY` when one is open, `FAIL` when the board was
    /// never minted.
    fn open(&self) -> Result<(), ErrorCode>;
    /// Takes a frame whose payload of `length` bytes `copy` writes. `BUSY` when
    /// none is taken now, `RESERVE` when no session is open, `SIZE`.
    fn receive(&self, frame_type: u8, length: usize, copy: CopyIn<'_>) -> Result<(), ErrorCode>;
    /// Gives the frame that waits to `copy`; answers its length in bytes, 0
    /// when none waits. When `copy` fails the frame stays.
    fn take(&self, copy: CopyOut<'_>) -> Result<usize, ErrorCode>;
    /// Ends the session: the connection is gone.
    fn close(&self);
    /// A person asked with the button for what follows: sessions that begin
    /// from now on say so, and another daemon than the one known may take over.
    fn button_pressed(&self);
    /// Gives the device's identifier to `copy`.
    fn device_id(&self, copy: CopyOut<'_>) -> Result<usize, ErrorCode>;
}

/// Is told that what `status` answers has changed. Never from within a call to
/// the session.
pub trait SessionClient {
    /// It has.
    fn changed(&self);
}

/// Is told how provisioning goes. Never from within a call to the session.
pub trait SessionObserver {
    /// The session is busy with something else.
    fn phase(&self, phase: Phase);
    /// The configuration is durable.
    fn committed(&self);
    /// The daemon has acknowledged the receipt.
    fn acknowledged(&self);
    /// The configuration was refused; the receipt that says so was taken or the
    /// connection is gone.
    fn refused(&self, refusal: Refusal);
    /// The configuration or the attempt counter could not be stored. What is
    /// wrong with the flash is not cured by trying again.
    fn storage_failed(&self);
    /// The session ended, after whatever was told before. `alert` is what it
    /// ended with, from either side; `None` when it was done or cut off.
    fn ended(&self, alert: Option<AlertCode>);
}
