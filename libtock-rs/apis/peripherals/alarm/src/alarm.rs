// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Reading the clock and sleeping over the alarm driver (0x0).

use core::cell::Cell;

use libtock_platform as platform;
use platform::{share, DefaultConfig, ErrorCode, Subscribe, Syscalls};

use crate::{Convert, Hz};

/// The alarm. There is one per process.
pub struct Alarm<S: Syscalls, C: platform::subscribe::Config = DefaultConfig>(S, C);

impl<S: Syscalls, C: Config> Alarm<S, C> {
    /// Whether the kernel has an alarm driver; an error says why not.
    pub fn exists() -> Result<(), ErrorCode> {
        S::command(DRIVER_NUM, command::EXISTS, 0, 0).to_result()
    }

    /// How fast the counter runs.
    pub fn get_frequency() -> Result<Hz, ErrorCode> {
        S::command(DRIVER_NUM, command::FREQUENCY, 0, 0)
            .to_result()
            .map(Hz)
    }

    /// The counter, which wraps around after 2^32 ticks.
    pub fn get_ticks() -> Result<u32, ErrorCode> {
        S::command(DRIVER_NUM, command::TIME, 0, 0).to_result()
    }

    /// The counter in milliseconds. Wraps around when the counter does.
    ///
    /// [`ErrorCode::Fail`] if the kernel claims a frequency of zero.
    pub fn get_milliseconds() -> Result<u64, ErrorCode> {
        let ticks = u64::from(Self::get_ticks()?);
        let Hz(freq) = Self::get_frequency()?;
        (ticks * 1000)
            .checked_div(u64::from(freq))
            .ok_or(ErrorCode::Fail)
    }

    /// Waits until `time` has passed, while upcalls of other drivers run.
    ///
    /// An alarm that this process had set otherwise is replaced. For the longest
    /// duration see [`Convert`] for [`Milliseconds`](crate::Milliseconds).
    pub fn sleep_for<T: Convert>(time: T) -> Result<(), ErrorCode> {
        let freq = Self::get_frequency()?;
        let ticks = time.to_ticks(freq);

        let called: Cell<Option<(u32, u32)>> = Cell::new(None);
        share::scope::<Subscribe<S, DRIVER_NUM, { subscribe::CALLBACK }>, _, _>(|subscribe| {
            S::subscribe::<_, _, C, DRIVER_NUM, { subscribe::CALLBACK }>(subscribe, &called)?;

            S::command(DRIVER_NUM, command::SET_RELATIVE, ticks.0, 0)
                .to_result::<u32, ErrorCode>()?;

            while called.get().is_none() {
                S::yield_wait();
            }
            Ok(())
        })
    }
}

/// What the calls of this driver do about surprises.
pub trait Config: platform::subscribe::Config {}

impl<T: platform::subscribe::Config> Config for T {}

const DRIVER_NUM: u32 = 0x0;

mod command {
    pub const EXISTS: u32 = 0;
    pub const FREQUENCY: u32 = 1;
    pub const TIME: u32 = 2;
    pub const SET_RELATIVE: u32 = 5;
}

mod subscribe {
    pub const CALLBACK: u32 = 0;
}
