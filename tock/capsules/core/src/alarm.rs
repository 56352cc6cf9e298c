// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! System call driver for alarms: one per process.
//!
//! User space sees a counter of 32 bits whatever the hardware has. A narrower
//! counter is left-justified, so that it too wraps at 2^32, and its frequency
//! is scaled to match; of a wider one the low 32 bits are seen.
//!
//! Usage
//! -----
//!
//! ```rust,ignore
//! let alarm = static_init!(
//!     AlarmDriver<'static, VirtualMuxAlarm<'static, Clint>>,
//!     AlarmDriver::new(virtual_alarm, kernel.create_grant(alarm::DRIVER_NUM, &cap))
//! );
//! virtual_alarm.set_alarm_client(alarm);
//! ```
//!
//! System call interface
//! ---------------------
//!
//! | Command | Arguments       | Result                                       |
//! |---------|-----------------|----------------------------------------------|
//! | 0       |                 | Success                                      |
//! | 1       |                 | u32: frequency in Hz                         |
//! | 2       |                 | u32: now                                     |
//! | 3       |                 | stops the alarm; ALREADY if there is none    |
//! | 5       | dt              | u32: expiration, `dt` ticks from now         |
//! | 6       | reference, dt   | u32: expiration, `dt` ticks from `reference` |
//!
//! Upcall 0: `(now, expiration, 0)`. Setting an alarm replaces the one there
//! was. A reference is taken to be in the past.

use kernel::grant::{AllowRoCount, AllowRwCount, Grant, UpcallCount};
use kernel::hil::time::{Alarm, AlarmClient, Ticks};
use kernel::syscall::{CommandReturn, SyscallDriver};
use kernel::{ErrorCode, ProcessId};

pub const DRIVER_NUM: usize = crate::driver::NUM::Alarm as usize;

mod upcall {
    /// The alarm has fired.
    pub const FIRED: usize = 0;
    pub const COUNT: u8 = 1;
}

/// A moment, as a time in the past and the ticks from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Expiration<T: Ticks> {
    reference: T,
    dt: T,
}

impl<T: Ticks> Expiration<T> {
    /// Takes a moment as user space names it: left-justified, 32 bits.
    ///
    /// What the hardware cannot resolve is rounded up, so that no alarm fires
    /// early. `now` supplies the high bits of a counter wider than 32.
    fn from_user(now: T, reference: u32, dt: u32) -> Self {
        let padding = T::u32_padding();
        let mask = (1u64 << padding) - 1;

        let age = (now.into_u32_left_justified() >> padding).wrapping_sub(reference >> padding);
        // A narrow counter has wrapped where the subtraction borrowed.
        let age = age & (u32::MAX >> padding);
        let ticks = (u64::from(reference) & mask).wrapping_add(u64::from(dt)) + mask;
        Expiration {
            reference: now.wrapping_sub(T::from(age)),
            dt: narrow(ticks >> padding),
        }
    }

    fn end(&self) -> T {
        self.reference.wrapping_add(self.dt)
    }

    /// Ticks from `now` until the end; `None` if that has been reached.
    fn remaining(&self, now: T) -> Option<T> {
        now.within_range(self.reference, self.end())
            .then(|| self.end().wrapping_sub(now))
    }
}

/// As much of `ticks` as a `T` holds.
fn narrow<T: Ticks>(ticks: u64) -> T {
    let ticks = u32::try_from(ticks).unwrap_or(u32::MAX);
    if T::width() >= u32::BITS {
        T::from(ticks)
    } else {
        T::from(ticks.min(T::max_value().into_u32()))
    }
}

/// What a process has armed.
pub struct AlarmData<T: Ticks> {
    expiration: Option<Expiration<T>>,
}

impl<T: Ticks> Default for AlarmData<T> {
    fn default() -> Self {
        AlarmData { expiration: None }
    }
}

/// The alarm driver.
pub struct AlarmDriver<'a, A: Alarm<'a>> {
    alarm: &'a A,
    apps: Grant<
        AlarmData<A::Ticks>,
        UpcallCount<{ upcall::COUNT }>,
        AllowRoCount<0>,
        AllowRwCount<0>,
    >,
}

impl<'a, A: Alarm<'a>> AlarmDriver<'a, A> {
    /// Makes a driver over `alarm`, whose client it must be made.
    pub const fn new(
        alarm: &'a A,
        grant: Grant<
            AlarmData<A::Ticks>,
            UpcallCount<{ upcall::COUNT }>,
            AllowRoCount<0>,
            AllowRwCount<0>,
        >,
    ) -> AlarmDriver<'a, A> {
        AlarmDriver { alarm, apps: grant }
    }

    /// Sets the alarm for the process that is due first.
    ///
    /// One that is overdue is set as it is: the alarm then fires as soon as
    /// it can, and the upcall is made from there.
    fn update(&self) {
        let now = self.alarm.now();
        let mut first: Option<Expiration<A::Ticks>> = None;
        self.apps.each(|_, app, _| {
            if let Some(expiration) = app.expiration
                && first.is_none_or(|first| expiration.remaining(now) < first.remaining(now))
            {
                first = Some(expiration);
            }
        });
        match first {
            Some(expiration) => self.alarm.set_alarm(expiration.reference, expiration.dt),
            None => {
                // An alarm that cannot be disarmed finds nothing due.
                let _ = self.alarm.disarm();
            }
        }
    }

    fn set(&self, process_id: ProcessId, now: A::Ticks, reference: u32, dt: u32) -> CommandReturn {
        let expiration = Expiration::from_user(now, reference, dt);
        match self
            .apps
            .enter(process_id, |app, _| app.expiration = Some(expiration))
        {
            Ok(()) => {
                self.update();
                CommandReturn::success_u32(reference.wrapping_add(dt))
            }
            Err(error) => error.into(),
        }
    }

    fn stop(&self, process_id: ProcessId) -> CommandReturn {
        match self.apps.enter(process_id, |app, _| app.expiration.take()) {
            Ok(Some(_)) => {
                self.update();
                CommandReturn::success()
            }
            Ok(None) => CommandReturn::failure(ErrorCode::ALREADY),
            Err(error) => error.into(),
        }
    }
}

impl<'a, A: Alarm<'a>> AlarmClient for AlarmDriver<'a, A> {
    fn alarm(&self) {
        let now = self.alarm.now();
        self.apps.each(|_, app, kernel_data| {
            if let Some(expiration) = app.expiration.filter(|e| e.remaining(now).is_none()) {
                app.expiration = None;
                // A process whose queue is full loses the upcall; the kernel
                // counts that.
                let _ = kernel_data.schedule_upcall(
                    upcall::FIRED,
                    (
                        now.into_u32_left_justified() as usize,
                        expiration.end().into_u32_left_justified() as usize,
                        0,
                    ),
                );
            }
        });
        self.update();
    }
}

impl<'a, A: Alarm<'a>> SyscallDriver for AlarmDriver<'a, A> {
    fn command(
        &self,
        command_num: usize,
        arg0: usize,
        arg1: usize,
        process_id: ProcessId,
    ) -> CommandReturn {
        let now = self.alarm.now();
        match command_num {
            0 => CommandReturn::success(),
            1 => CommandReturn::success_u32(<A::Ticks>::u32_left_justified_scale_freq::<
                A::Frequency,
            >()),
            2 => CommandReturn::success_u32(now.into_u32_left_justified()),
            3 => self.stop(process_id),
            5 => self.set(process_id, now, now.into_u32_left_justified(), arg0 as u32),
            6 => self.set(process_id, now, arg0 as u32, arg1 as u32),
            _ => CommandReturn::failure(ErrorCode::NOSUPPORT),
        }
    }

    fn allocate_grant(&self, process_id: ProcessId) -> Result<(), kernel::process::Error> {
        self.apps.enter(process_id, |_, _| {})
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::hil::time::{Ticks24, Ticks32, Ticks64};

    fn t64(value: u64) -> Ticks64 {
        Ticks64::from_or_max(value)
    }

    #[test]
    fn reference_of_a_wide_counter_gets_the_high_bits_of_now() {
        let e = Expiration::from_user(t64(0x5_0000_0100), 0x0000_0080, 0x10);
        assert_eq!(e.reference, t64(0x5_0000_0080));
        assert_eq!(e.end(), t64(0x5_0000_0090));
    }

    #[test]
    fn reference_before_the_wrap_of_the_low_bits_is_in_the_past() {
        let e = Expiration::from_user(t64(0x5_0000_0010), 0xffff_fff0, 0x40);
        assert_eq!(e.reference, t64(0x4_ffff_fff0));
        assert_eq!(e.remaining(t64(0x5_0000_0010)), Some(t64(0x20)));
    }

    #[test]
    fn longest_dt_is_kept() {
        let now = Ticks32::from(7u32);
        let e = Expiration::from_user(now, 7, u32::MAX);
        assert_eq!(e.dt, Ticks32::from(u32::MAX));
        assert_eq!(e.remaining(now), Some(Ticks32::from(u32::MAX)));
    }

    #[test]
    fn zero_dt_is_due_at_once() {
        let e = Expiration::from_user(Ticks32::from(7u32), 7, 0);
        assert_eq!(e.remaining(Ticks32::from(7u32)), None);
    }

    #[test]
    fn past_end_is_due() {
        let e = Expiration::from_user(Ticks32::from(1000u32), 100, 50);
        assert_eq!(e.remaining(Ticks32::from(1000u32)), None);
    }

    #[test]
    fn narrow_counter_is_left_justified_and_rounds_up() {
        // 24 bits: user ticks are 256 to one of the hardware.
        let now = Ticks24::from(0x10u32);
        let e = Expiration::from_user(now, 0x10 << 8, 1);
        assert_eq!(e.reference, now);
        assert_eq!(e.dt, Ticks24::from(1u32));

        let e = Expiration::from_user(now, (0x0f << 8) | 0xff, 2);
        assert_eq!(e.reference, Ticks24::from(0x0fu32));
        assert_eq!(e.end(), Ticks24::from(0x11u32));
    }

    #[test]
    fn narrow_counter_wraps_where_it_is_left_justified() {
        let now = Ticks24::from(2u32);
        let e = Expiration::from_user(now, 0xffff_fe00, 6 << 8);
        assert_eq!(e.reference, Ticks24::from(0xff_fffeu32));
        assert_eq!(e.end(), Ticks24::from(4u32));
    }

    #[test]
    fn narrow_counter_saturates() {
        let e = Expiration::from_user(Ticks24::from(0u32), 0, u32::MAX);
        assert_eq!(e.dt, Ticks24::max_value());
    }
}
