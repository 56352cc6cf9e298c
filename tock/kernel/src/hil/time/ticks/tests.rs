// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Arithmetic on the circle, scaling and saturation.

use super::*;
use crate::hil::time::*;

fn wraps<T: Ticks>() {
    let (zero, one) = (T::from(0), T::from(1));
    assert_eq!(T::max_value().wrapping_add(one), zero);
    assert_eq!(zero.wrapping_sub(one), T::max_value());
    assert_eq!(T::from_or_max(u64::MAX), T::max_value());
    assert_eq!(
        T::half_max_value().wrapping_add(T::half_max_value()),
        T::max_value().wrapping_sub(one)
    );
}

#[test]
fn every_width_wraps_around_at_its_own_end() {
    wraps::<Ticks16>();
    wraps::<Ticks24>();
    wraps::<Ticks32>();
    wraps::<Ticks64>();
    assert_eq!(Ticks24::from(0x0100_0001), Ticks24::from(1));
    assert_eq!(Ticks16::from_or_max(0x1_0000).into_u32(), 0xFFFF);
}

#[test]
fn ranges_hold_across_the_wrap() {
    let (start, end) = (Ticks16::from(0xFFF0), Ticks16::from(0x0010));
    for (value, inside) in [
        (0xFFEF, false),
        (0xFFF0, true),
        (0xFFFF, true),
        (0x000F, true),
        (0x0010, false),
    ] {
        assert_eq!(
            Ticks16::from(value).within_range(start, end),
            inside,
            "{value:#x}"
        );
    }
    assert!(
        !start.within_range(start, start),
        "an empty range holds nothing"
    );
}

#[test]
fn narrow_counters_are_left_justified_with_their_frequency() {
    assert_eq!(
        Ticks24::from(0xAB_CDEF).into_u32_left_justified(),
        0xABCD_EF00
    );
    assert_eq!(Ticks16::from(0xABCD).into_u32_left_justified(), 0xABCD_0000);
    assert_eq!(Ticks32::from(0xABCD).into_u32_left_justified(), 0xABCD);
    assert_eq!(
        Ticks64::from(0x1_0000_0002_u64).into_u32_left_justified(),
        2
    );
    assert_eq!(
        Ticks16::u32_left_justified_scale_freq::<Freq32KHz>(),
        32_768 << 16
    );
    assert_eq!(
        Ticks16::u32_left_justified_scale_freq::<Freq16MHz>(),
        u32::MAX
    );
    assert_eq!(
        Ticks64::u32_left_justified_scale_freq::<Freq10MHz>(),
        10_000_000
    );
    assert_eq!(
        Ticks16::from(1).into_usize_left_justified(),
        1 << (usize::BITS - 16)
    );
}

#[test]
fn scaling_saturates_and_does_not_overflow_on_the_way() {
    assert_eq!(
        Ticks64::from(u64::MAX).saturating_scale(u32::MAX, 1),
        u32::MAX
    );
    assert_eq!(
        Ticks64::from(1_u64 << 62).saturating_scale(1, 1 << 31),
        1 << 31
    );
    assert_eq!(Ticks32::from(7).saturating_scale(3, 2), 10);
    assert_eq!(
        Ticks32::from(u32::MAX).saturating_scale(u32::MAX, u32::MAX),
        u32::MAX
    );
    assert_eq!(Ticks16::from(1).saturating_scale(1, 0), u32::MAX);
}

struct Clock;

impl Time for Clock {
    type Frequency = Freq32KHz;
    type Ticks = Ticks24;

    fn now(&self) -> Ticks24 {
        Ticks24::from(0)
    }
}

#[test]
fn durations_convert_to_ticks_and_back() {
    assert_eq!(Clock.ticks_from_seconds(2).into_u32(), 65_536);
    assert_eq!(Clock.ticks_from_ms(1_500).into_u32(), 49_152);
    assert_eq!(Clock.ticks_from_us(31).into_u32(), 1);
    assert_eq!(Clock.ticks_from_seconds(u32::MAX), Ticks24::max_value());
    assert_eq!(Clock.ticks_to_seconds(Ticks24::from(65_535)), 1);
    assert_eq!(Clock.ticks_to_ms(Ticks24::from(49_152)), 1_500);
    assert_eq!(Clock.ticks_to_us(Ticks24::from(32_768)), 1_000_000);
}
