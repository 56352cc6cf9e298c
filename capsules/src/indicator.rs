// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Shows on two LEDs where provisioning stands.
//!
//! ```text
//!        supervisor            led driver (tenants)
//!            |                        |
//!      +-----------+   release   +----------+
//!      | Indicator |------------>| TenantLed|   <- this file
//!      +-----------+             +----------+
//!         |     \______ hil::led::Led ____/
//!    hil::time::Alarm
//! ```
//! While the board is not running tenants, the LEDs are the kernel's and a
//! tenant that drives them changes nothing.

use core::cell::Cell;

use kernel::hil::led::Led;
use kernel::hil::time::{Alarm, AlarmClient};
use provisioning_flow::indication::Indication;

use crate::interfaces::Indicate;
use crate::time::Clock;

/// Owner of the two LEDs until they are released.
pub struct Indicator<'a, A: Alarm<'a>, L: Led> {
    clock: Clock<'a, A>,
    left: &'a L,
    right: &'a L,
    shown: Cell<Indication>,
    since: Cell<u64>,
    released: Cell<bool>,
}

impl<'a, A: Alarm<'a>, L: Led> Indicator<'a, A, L> {
    /// Takes an alarm of its own and both LEDs.
    pub const fn new(alarm: &'a A, left: &'a L, right: &'a L) -> Self {
        Self {
            clock: Clock::new(alarm),
            left,
            right,
            shown: Cell::new(Indication::Dark),
            since: Cell::new(0),
            released: Cell::new(false),
        }
    }

    /// Shows `indication` from now on. LEDs that were released are taken back.
    pub fn show(&self, indication: Indication) {
        let taken_back = self.released.replace(false);
        if taken_back || !self.shown.get().keeps_rhythm(indication) {
            self.since.set(self.clock.now());
        }
        self.shown.set(indication);
        self.update();
    }

    /// Leaves the LEDs, dark, to the tenants.
    pub fn release(&self) {
        self.show(Indication::Dark);
        self.clock.wake_at(None);
        self.released.set(true);
    }

    /// Whether the LEDs are the tenants'.
    pub fn is_released(&self) -> bool {
        self.released.get()
    }

    fn update(&self) {
        let elapsed = self.clock.now().saturating_sub(self.since.get());
        let (left, right) = self.shown.get().levels(elapsed);
        set(self.left, left);
        set(self.right, right);
        let next = self.shown.get().next_change(elapsed);
        self.clock
            .wake_at(next.map(|change| self.since.get().saturating_add(change)));
    }
}

fn set<L: Led>(led: &L, lit: bool) {
    if led.read() == lit {
        return;
    }
    if lit {
        led.on();
    } else {
        led.off();
    }
}

impl<'a, A: Alarm<'a>, L: Led> AlarmClient for Indicator<'a, A, L> {
    fn alarm(&self) {
        if !self.released.get() {
            self.update();
        }
    }
}

/// An LED as tenants see it: without effect until the indicator releases it.
pub struct TenantLed<'a, A: Alarm<'a>, L: Led> {
    indicator: &'a Indicator<'a, A, L>,
    led: &'a L,
}

impl<'a, A: Alarm<'a>, L: Led> TenantLed<'a, A, L> {
    /// The tenants' view of `led`.
    pub const fn new(indicator: &'a Indicator<'a, A, L>, led: &'a L) -> Self {
        Self { indicator, led }
    }

    fn when_released(&self, act: impl FnOnce(&L)) {
        if self.indicator.is_released() {
            act(self.led);
        }
    }
}

impl<'a, A: Alarm<'a>, L: Led> Led for TenantLed<'a, A, L> {
    /// The indicator has set the LED up already.
    fn init(&self) {}

    fn on(&self) {
        self.when_released(L::on);
    }

    fn off(&self) {
        self.when_released(L::off);
    }

    fn toggle(&self) {
        self.when_released(L::toggle);
    }

    fn read(&self) -> bool {
        self.indicator.is_released() && self.led.read()
    }
}

impl<'a, A: Alarm<'a>, L: Led> Indicate for Indicator<'a, A, L> {
    fn show(&self, indication: Indication) {
        Indicator::show(self, indication);
    }

    fn release(&self) {
        Indicator::release(self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test::{FakeAlarm, FakeLed, leak};
    use std::vec::Vec;

    struct Board {
        alarm: &'static FakeAlarm,
        left: &'static FakeLed,
        right: &'static FakeLed,
        indicator: &'static Indicator<'static, FakeAlarm, FakeLed>,
    }

    impl Board {
        fn new() -> Self {
            let alarm: &'static FakeAlarm = leak(FakeAlarm::new());
            let left: &'static FakeLed = leak(FakeLed::default());
            let right: &'static FakeLed = leak(FakeLed::default());
            let indicator: &'static _ = leak(Indicator::new(alarm, left, right));
            alarm.set_alarm_client(indicator);
            Self {
                alarm,
                left,
                right,
                indicator,
            }
        }

        fn levels(&self) -> (bool, bool) {
            (self.left.read(), self.right.read())
        }
    }

    #[test]
    fn a_blink_changes_at_its_times() {
        let board = Board::new();
        board.indicator.show(Indication::Agreeing);
        let seen: Vec<_> = (0..4)
            .map(|_| {
                let levels = board.levels();
                board.alarm.pass_ms(100);
                levels
            })
            .collect();
        assert_eq!(
            seen,
            [(true, true), (true, false), (true, true), (true, false)]
        );
    }

    #[test]
    fn the_same_rhythm_goes_on_without_a_hitch() {
        let board = Board::new();
        board
            .indicator
            .show(Indication::Connected { identified: false });
        board.alarm.pass_ms(350);
        assert_eq!(board.levels(), (false, false));
        board
            .indicator
            .show(Indication::Connected { identified: true });
        assert_eq!(board.levels(), (false, true));
        board.alarm.pass_ms(250);
        assert_eq!(board.levels(), (true, true));
    }

    #[test]
    fn nothing_wakes_the_board_for_steady_leds() {
        let board = Board::new();
        board.indicator.show(Indication::Failed);
        assert_eq!(board.levels(), (true, true));
        assert!(!board.alarm.is_armed());
    }

    #[test]
    fn tenants_drive_the_leds_only_once_they_are_released() {
        let board = Board::new();
        let tenant = TenantLed::new(board.indicator, board.left);
        board.indicator.show(Indication::BootWindow);
        tenant.off();
        tenant.toggle();
        assert_eq!(board.levels(), (true, false));
        assert!(!tenant.read());

        board.indicator.release();
        assert_eq!(board.levels(), (false, false));
        tenant.on();
        assert!(board.left.read() && tenant.read());
        assert!(!board.alarm.is_armed());

        board.indicator.show(Indication::Looking);
        tenant.off();
        assert_eq!(board.levels(), (true, false));
    }
}
