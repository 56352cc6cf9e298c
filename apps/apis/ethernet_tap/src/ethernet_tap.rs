// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Sending frames.

use core::cell::Cell;

use libtock_platform::share;
use libtock_platform::{AllowRo, DefaultConfig, ErrorCode, Subscribe, Syscalls};

/// Number of the driver.
pub const DRIVER_NUM: u32 = 0x30007;

/// Longest frame that the driver sends, in bytes, without its check sequence.
pub const MAX_FRAME_LEN: usize = 1_518;

/// The calls of the driver.
pub struct EthernetTap<S: Syscalls>(S);

impl<S: Syscalls> EthernetTap<S> {
    /// Whether the kernel has the driver.
    pub fn exists() -> Result<(), ErrorCode> {
        S::command(DRIVER_NUM, command::EXISTS, 0, 0).to_result()
    }

    /// Sends a frame and waits until the interface has taken it, while upcalls
    /// of other drivers run.
    pub fn transmit(frame: &[u8]) -> Result<(), ErrorCode> {
        let length = u32::try_from(frame.len()).map_err(|_| ErrorCode::Size)?;
        let sent: Cell<Option<(u32, u32, u32)>> = Cell::new(None);
        share::scope::<
            (
                AllowRo<S, DRIVER_NUM, { ro_allow::TRANSMIT }>,
                Subscribe<S, DRIVER_NUM, { subscribe::TRANSMITTED }>,
            ),
            _,
            _,
        >(|handle| {
            let (allow_ro, subscribe) = handle.split();
            S::allow_ro::<DefaultConfig, DRIVER_NUM, { ro_allow::TRANSMIT }>(allow_ro, frame)?;
            S::subscribe::<_, _, DefaultConfig, DRIVER_NUM, { subscribe::TRANSMITTED }>(
                subscribe, &sent,
            )?;
            S::command(DRIVER_NUM, command::TRANSMIT, length, 0).to_result::<(), ErrorCode>()?;
            loop {
                S::yield_wait();
                if let Some((status, _, _)) = sent.get() {
                    return match status {
                        0 => Ok(()),
                        code => Err(ErrorCode::try_from(code).unwrap_or(ErrorCode::BadRVal)),
                    };
                }
            }
        })
    }
}

/// Numbers for subscribing.
pub mod subscribe {
    /// The first frame came into a buffer.
    pub const RECEIVED: u32 = 0;
    /// A frame was sent.
    pub const TRANSMITTED: u32 = 1;
}

mod command {
    pub const EXISTS: u32 = 0;
    pub const TRANSMIT: u32 = 3;
}

mod ro_allow {
    pub const TRANSMIT: u32 = 0;
}
