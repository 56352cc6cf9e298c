// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Time: counters, alarms and timers, of any width and frequency.

use crate::errorcode::ErrorCode;
use core::fmt::Debug;

mod ticks;
mod units;

pub use ticks::{Ticks16, Ticks24, Ticks32, Ticks64};
pub use units::{
    Freq1KHz, Freq1MHz, Freq10MHz, Freq16KHz, Freq16MHz, Freq32KHz, Freq100MHz, Freq600MHz,
};

/// A value of a counter that wraps around.
///
/// Counters narrower than 32 bits are handed to processes left-justified, so that
/// they wrap around where `u32` does; the frequency is scaled along.
pub trait Ticks: Clone + Copy + From<u32> + Debug + Ord + PartialOrd + Eq {
    /// Bits of the counter.
    fn width() -> u32;

    /// The value, cut off to what `usize` holds.
    fn into_usize(self) -> usize;

    /// The value, cut off to its lower 32 bits.
    fn into_u32(self) -> u32;

    /// Bits by which `usize` is wider than the counter.
    fn usize_padding() -> u32 {
        usize::BITS.saturating_sub(Self::width())
    }

    /// The value, shifted such that it wraps around where `usize` does.
    fn into_usize_left_justified(self) -> usize {
        self.into_usize() << Self::usize_padding()
    }

    /// Frequency of left-justified values, in Hz; at most what `usize` holds.
    fn usize_left_justified_scale_freq<F: Frequency>() -> usize {
        let scaled = u128::from(F::frequency()) << Self::usize_padding();
        usize::try_from(scaled).unwrap_or(usize::MAX)
    }

    /// Bits by which `u32` is wider than the counter.
    fn u32_padding() -> u32 {
        u32::BITS.saturating_sub(Self::width())
    }

    /// The value, shifted such that it wraps around where `u32` does.
    fn into_u32_left_justified(self) -> u32 {
        self.into_u32() << Self::u32_padding()
    }

    /// Frequency of left-justified values, in Hz; at most what `u32` holds.
    fn u32_left_justified_scale_freq<F: Frequency>() -> u32 {
        let scaled = u64::from(F::frequency()) << Self::u32_padding();
        u32::try_from(scaled).unwrap_or(u32::MAX)
    }

    /// The sum, wrapped around at the width of the counter.
    fn wrapping_add(self, other: Self) -> Self;

    /// The difference, wrapped around at the width of the counter.
    fn wrapping_sub(self, other: Self) -> Self;

    /// Whether `self` lies in `start..end`, on the circle.
    fn within_range(self, start: Self, end: Self) -> bool {
        self.wrapping_sub(start) < end.wrapping_sub(start)
    }

    /// The greatest value.
    fn max_value() -> Self;

    /// Half of the greatest value.
    fn half_max_value() -> Self;

    /// `val`, or the greatest value if `val` exceeds it.
    fn from_or_max(val: u64) -> Self;

    /// `self` times `numerator` by `denominator`, at most what `u32` holds.
    fn saturating_scale(self, numerator: u32, denominator: u32) -> u32;
}

/// A frequency, as a type.
pub trait Frequency {
    /// In Hz.
    fn frequency() -> u32;
}

/// Something that counts.
pub trait Time {
    /// Counts per second.
    type Frequency: Frequency;
    /// What it counts in.
    type Ticks: Ticks;

    /// The present value.
    fn now(&self) -> Self::Ticks;
}

/// Conversion of durations; fractions are cut off, and what is too great becomes
/// the greatest value.
pub trait ConvertTicks<T: Ticks> {
    /// Seconds to ticks.
    fn ticks_from_seconds(&self, s: u32) -> T;

    /// Milliseconds to ticks.
    fn ticks_from_ms(&self, ms: u32) -> T;

    /// Microseconds to ticks.
    fn ticks_from_us(&self, us: u32) -> T;

    /// Ticks to seconds.
    fn ticks_to_seconds(&self, tick: T) -> u32;

    /// Ticks to milliseconds.
    fn ticks_to_ms(&self, tick: T) -> u32;

    /// Ticks to microseconds.
    fn ticks_to_us(&self, tick: T) -> u32;
}

impl<T: Time + ?Sized> ConvertTicks<T::Ticks> for T {
    fn ticks_from_seconds(&self, s: u32) -> T::Ticks {
        from_fraction_of_second::<T>(s, 1)
    }

    fn ticks_from_ms(&self, ms: u32) -> T::Ticks {
        from_fraction_of_second::<T>(ms, 1_000)
    }

    fn ticks_from_us(&self, us: u32) -> T::Ticks {
        from_fraction_of_second::<T>(us, 1_000_000)
    }

    fn ticks_to_seconds(&self, tick: T::Ticks) -> u32 {
        tick.saturating_scale(1, T::Frequency::frequency())
    }

    fn ticks_to_ms(&self, tick: T::Ticks) -> u32 {
        tick.saturating_scale(1_000, T::Frequency::frequency())
    }

    fn ticks_to_us(&self, tick: T::Ticks) -> u32 {
        tick.saturating_scale(1_000_000, T::Frequency::frequency())
    }
}

/// `count` pieces of a second, of which `per_second` make one, in ticks.
fn from_fraction_of_second<T: Time + ?Sized>(count: u32, per_second: u64) -> T::Ticks {
    let ticks = u64::from(count) * u64::from(T::Frequency::frequency()) / per_second;
    T::Ticks::from_or_max(ticks)
}

/// Time that counts from one boot on and does not stop.
pub trait Timestamp: Time {}

/// A counter that can be started and stopped.
pub trait Counter<'a>: Time {
    /// Starts it.
    ///
    /// # Errors
    ///
    /// `FAIL` if it cannot be started.
    fn start(&self) -> Result<(), ErrorCode>;

    /// Stops it; the value stays.
    ///
    /// # Errors
    ///
    /// `BUSY` if someone else needs it.
    fn stop(&self) -> Result<(), ErrorCode>;

    /// Sets the value to 0.
    ///
    /// # Errors
    ///
    /// `FAIL` if it cannot be reset.
    fn reset(&self) -> Result<(), ErrorCode>;

    /// Whether it counts.
    fn is_running(&self) -> bool;
}

/// Hears that a counter has wrapped around.
pub trait OverflowClient {
    /// It has.
    fn overflow(&self);
}

/// A counter that tells when it wraps around.
pub trait CounterOverflow<'a>: Counter<'a> {
    /// Sets who hears of it.
    fn set_overflow_client(&self, client: &'a dyn OverflowClient);
}

/// Hears of an alarm.
pub trait AlarmClient {
    /// The time has come.
    fn alarm(&self);
}

/// An alarm at a point in time.
pub trait Alarm<'a>: Time {
    /// Sets who hears of the alarm.
    fn set_alarm_client(&self, client: &'a dyn AlarmClient);

    /// Sets the alarm for `reference + dt`, in place of one that was set. `reference`
    /// lies in the past, so that an alarm that was due already comes at once.
    fn set_alarm(&self, reference: Self::Ticks, dt: Self::Ticks);

    /// The time that was set last.
    fn get_alarm(&self) -> Self::Ticks;

    /// Takes the alarm back; no callback comes any more.
    ///
    /// # Errors
    ///
    /// `FAIL` if it cannot be taken back.
    fn disarm(&self) -> Result<(), ErrorCode>;

    /// Whether an alarm is set.
    fn is_armed(&self) -> bool;

    /// The least `dt` that is kept exactly.
    fn minimum_dt(&self) -> Self::Ticks;
}

/// Hears of a timer.
pub trait TimerClient {
    /// The interval is over.
    fn timer(&self);
}

/// Calls back after an interval, once or again and again.
pub trait Timer<'a>: Time {
    /// Sets who hears of the timer.
    fn set_timer_client(&self, client: &'a dyn TimerClient);

    /// Starts one interval, in place of what ran; returns the interval in effect.
    fn oneshot(&self, interval: Self::Ticks) -> Self::Ticks;

    /// Starts repeated intervals, in place of what ran; returns the interval in
    /// effect.
    fn repeating(&self, interval: Self::Ticks) -> Self::Ticks;

    /// The interval in effect.
    fn interval(&self) -> Option<Self::Ticks>;

    /// Whether one interval runs.
    fn is_oneshot(&self) -> bool;

    /// Whether repeated intervals run.
    fn is_repeating(&self) -> bool;

    /// What is left of the present interval.
    fn time_remaining(&self) -> Option<Self::Ticks>;

    /// Whether any interval runs.
    fn is_enabled(&self) -> bool;

    /// Stops; no callback comes any more.
    ///
    /// # Errors
    ///
    /// `FAIL` if it cannot be stopped.
    fn cancel(&self) -> Result<(), ErrorCode>;
}
