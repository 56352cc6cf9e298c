// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The calls of the driver.

use libtock_platform::share;
use libtock_platform::{AllowRo, AllowRw, DefaultConfig, ErrorCode, Syscalls};

/// Number of the driver.
pub const DRIVER_NUM: u32 = 0x8000_0001;

/// Longest frame with type and length, in bytes.
pub const MAX_FRAME_LEN: usize = 1_027;

/// Length of a device id, in bytes.
pub const DEVICE_ID_LEN: usize = 16;

/// The provisioner's side of the driver.
pub struct Provisioning<S: Syscalls>(S);

/// What the process says about its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Link {
    /// Looking for the daemon.
    Looking = 0,
    /// Connecting to it.
    Connecting = 1,
    /// Connected.
    Connected = 2,
}

/// What the kernel says about the session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    bits: u32,
    /// Length of the frame that waits to be taken, in bytes.
    pub frame_len: u32,
    /// Why the session ended; 0 when it is done.
    pub alert_code: u32,
}

impl Status {
    /// A status as the driver reports it.
    pub const fn new(bits: u32, frame_len: u32, alert_code: u32) -> Self {
        Self {
            bits,
            frame_len,
            alert_code,
        }
    }

    /// A session is open.
    pub const fn is_open(self) -> bool {
        self.bits & 1 << 0 != 0
    }

    /// The session takes a frame.
    pub const fn takes_frame(self) -> bool {
        self.bits & 1 << 1 != 0
    }

    /// A frame waits to be taken.
    pub const fn frame_waits(self) -> bool {
        self.bits & 1 << 2 != 0
    }

    /// The session has ended.
    pub const fn has_ended(self) -> bool {
        self.bits & 1 << 3 != 0
    }

    /// The board waits for a configuration.
    pub const fn wants_configuration(self) -> bool {
        self.bits & 1 << 5 != 0
    }
}

impl<S: Syscalls> Provisioning<S> {
    /// Whether the kernel has the driver.
    pub fn exists() -> Result<(), ErrorCode> {
        S::command(DRIVER_NUM, command::EXISTS, 0, 0).to_result()
    }

    /// What is the case.
    pub fn status() -> Result<Status, ErrorCode> {
        let (bits, frame_len, alert_code) =
            S::command(DRIVER_NUM, command::STATUS, 0, 0).to_result::<_, ErrorCode>()?;
        Ok(Status {
            bits,
            frame_len,
            alert_code,
        })
    }

    /// Begins a session.
    pub fn open() -> Result<(), ErrorCode> {
        S::command(DRIVER_NUM, command::OPEN, 0, 0).to_result()
    }

    /// Hands a received frame to the session.
    pub fn receive(frame_type: u8, payload: &[u8]) -> Result<(), ErrorCode> {
        let length = u32::try_from(payload.len()).map_err(|_| ErrorCode::Size)?;
        share::scope::<AllowRo<S, DRIVER_NUM, { ro_allow::PAYLOAD }>, _, _>(|handle| {
            S::allow_ro::<DefaultConfig, DRIVER_NUM, { ro_allow::PAYLOAD }>(handle, payload)?;
            S::command(DRIVER_NUM, command::RECEIVE, u32::from(frame_type), length).to_result()
        })
    }

    /// Takes the frame that waits to be sent; gives its length in bytes.
    pub fn take(frame: &mut [u8]) -> Result<usize, ErrorCode> {
        Self::fill(command::TAKE, frame)
    }

    /// Ends the session.
    pub fn close() -> Result<(), ErrorCode> {
        S::command(DRIVER_NUM, command::CLOSE, 0, 0).to_result()
    }

    /// The daemon asks to be shown this device, or no longer.
    pub fn identify(on: bool) -> Result<(), ErrorCode> {
        S::command(DRIVER_NUM, command::IDENTIFY, u32::from(on), 0).to_result()
    }

    /// Reports the phase of the connection.
    pub fn link(link: Link) -> Result<(), ErrorCode> {
        S::command(DRIVER_NUM, command::LINK, link as u32, 0).to_result()
    }

    /// The device's identifier.
    pub fn device_id() -> Result<[u8; DEVICE_ID_LEN], ErrorCode> {
        let mut id = [0; DEVICE_ID_LEN];
        match Self::fill(command::DEVICE_ID, &mut id)? {
            DEVICE_ID_LEN => Ok(id),
            _ => Err(ErrorCode::BadRVal),
        }
    }

    fn fill(command: u32, buffer: &mut [u8]) -> Result<usize, ErrorCode> {
        let room = buffer.len();
        let length: u32 =
            share::scope::<AllowRw<S, DRIVER_NUM, { rw_allow::FRAME }>, _, _>(|handle| {
                S::allow_rw::<DefaultConfig, DRIVER_NUM, { rw_allow::FRAME }>(handle, buffer)?;
                S::command(DRIVER_NUM, command, 0, 0).to_result::<_, ErrorCode>()
            })?;
        // Callers use it as an index into their buffer.
        match usize::try_from(length) {
            Ok(length) if length <= room => Ok(length),
            _ => Err(ErrorCode::BadRVal),
        }
    }
}

/// Numbers for subscribing.
pub mod subscribe {
    /// Something changed that [`status`](super::Provisioning::status) reports.
    pub const CHANGED: u32 = 0;
}

mod command {
    pub const EXISTS: u32 = 0;
    pub const STATUS: u32 = 1;
    pub const OPEN: u32 = 2;
    pub const RECEIVE: u32 = 3;
    pub const TAKE: u32 = 4;
    pub const CLOSE: u32 = 5;
    pub const IDENTIFY: u32 = 6;
    pub const LINK: u32 = 7;
    pub const DEVICE_ID: u32 = 8;
}

mod ro_allow {
    pub const PAYLOAD: u32 = 0;
}

mod rw_allow {
    pub const FRAME: u32 = 0;
}
