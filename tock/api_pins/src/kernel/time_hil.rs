// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Interfaces of time: ticks, frequencies, alarms and timers.

use core::fmt::Debug;

use crate::implements;
use kernel::ErrorCode;
use kernel::hil::time::{
    Alarm, AlarmClient, ConvertTicks, Counter, CounterOverflow, Freq1KHz, Freq1MHz, Freq10MHz,
    Freq16KHz, Freq16MHz, Freq32KHz, Freq100MHz, Freq600MHz, Frequency, OverflowClient, Ticks,
    Ticks16, Ticks24, Ticks32, Ticks64, Time, Timer, TimerClient, Timestamp,
};

pub fn ticks<T: Ticks, F: Frequency>() {
    fn bounds<T: Clone + Copy + From<u32> + Debug + Ord + PartialOrd + Eq>() {}
    bounds::<T>();
    let _: fn() -> u32 = T::width;
    let _: fn(T) -> usize = T::into_usize;
    let _: fn(T) -> u32 = T::into_u32;
    let _: fn() -> u32 = T::usize_padding;
    let _: fn(T) -> usize = T::into_usize_left_justified;
    let _: fn() -> usize = T::usize_left_justified_scale_freq::<F>;
    let _: fn() -> u32 = T::u32_padding;
    let _: fn(T) -> u32 = T::into_u32_left_justified;
    let _: fn() -> u32 = T::u32_left_justified_scale_freq::<F>;
    let _: fn(T, T) -> T = T::wrapping_add;
    let _: fn(T, T) -> T = T::wrapping_sub;
    let _: fn(T, T, T) -> bool = T::within_range;
    let _: fn() -> T = T::max_value;
    let _: fn() -> T = T::half_max_value;
    let _: fn(u64) -> T = T::from_or_max;
    let _: fn(T, u32, u32) -> u32 = T::saturating_scale;
}

implements!(Ticks16: Ticks);
implements!(Ticks24: Ticks);
implements!(Ticks32: Ticks);
implements!(Ticks64: Ticks);
const _: [fn() -> u32; 8] = [
    <Freq600MHz as Frequency>::frequency,
    <Freq100MHz as Frequency>::frequency,
    <Freq16MHz as Frequency>::frequency,
    <Freq10MHz as Frequency>::frequency,
    <Freq1MHz as Frequency>::frequency,
    <Freq32KHz as Frequency>::frequency,
    <Freq16KHz as Frequency>::frequency,
    <Freq1KHz as Frequency>::frequency,
];

pub enum OwnFrequency {}

impl Frequency for OwnFrequency {
    fn frequency() -> u32 {
        1
    }
}

pub struct Whole;

impl Time for Whole {
    type Frequency = OwnFrequency;
    type Ticks = Ticks64;

    fn now(&self) -> Ticks64 {
        Ticks64::from(0u32)
    }
}

implements!(Whole: ConvertTicks<Ticks64>);
const _: [fn(&Whole, u32) -> Ticks64; 3] = [
    <Whole as ConvertTicks<Ticks64>>::ticks_from_seconds,
    <Whole as ConvertTicks<Ticks64>>::ticks_from_ms,
    <Whole as ConvertTicks<Ticks64>>::ticks_from_us,
];
const _: [fn(&Whole, Ticks64) -> u32; 3] = [
    <Whole as ConvertTicks<Ticks64>>::ticks_to_seconds,
    <Whole as ConvertTicks<Ticks64>>::ticks_to_ms,
    <Whole as ConvertTicks<Ticks64>>::ticks_to_us,
];

impl<'a> Counter<'a> for Whole {
    fn start(&self) -> Result<(), ErrorCode> {
        Ok(())
    }
    fn stop(&self) -> Result<(), ErrorCode> {
        Ok(())
    }
    fn reset(&self) -> Result<(), ErrorCode> {
        Ok(())
    }
    fn is_running(&self) -> bool {
        true
    }
}

impl<'a> CounterOverflow<'a> for Whole {
    fn set_overflow_client(&self, _: &'a dyn OverflowClient) {}
}

impl Timestamp for Whole {}

impl AlarmClient for Whole {
    fn alarm(&self) {}
}

impl<'a> Alarm<'a> for Whole {
    fn set_alarm_client(&self, _: &'a dyn AlarmClient) {}
    fn set_alarm(&self, _: Ticks64, _: Ticks64) {}
    fn get_alarm(&self) -> Ticks64 {
        self.now()
    }
    fn disarm(&self) -> Result<(), ErrorCode> {
        Ok(())
    }
    fn is_armed(&self) -> bool {
        false
    }
    fn minimum_dt(&self) -> Ticks64 {
        self.now()
    }
}

impl<'a> Timer<'a> for Whole {
    fn set_timer_client(&self, _: &'a dyn TimerClient) {}
    fn oneshot(&self, interval: Ticks64) -> Ticks64 {
        interval
    }
    fn repeating(&self, interval: Ticks64) -> Ticks64 {
        interval
    }
    fn interval(&self) -> Option<Ticks64> {
        None
    }
    fn is_oneshot(&self) -> bool {
        true
    }
    fn is_repeating(&self) -> bool {
        true
    }
    fn time_remaining(&self) -> Option<Ticks64> {
        None
    }
    fn is_enabled(&self) -> bool {
        true
    }
    fn cancel(&self) -> Result<(), ErrorCode> {
        Ok(())
    }
}
