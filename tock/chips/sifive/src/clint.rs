// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The core-local interruptor: the machine timer of hart 0.

use core::marker::PhantomData;
use kernel::ErrorCode;
use kernel::hil::time::{self, Alarm, Frequency, Ticks, Ticks64, Time};
use kernel::utilities::StaticRef;
use kernel::utilities::cells::OptionalCell;
use kernel::utilities::registers::interfaces::{Readable, Writeable};
use kernel::utilities::registers::{ReadWrite, register_structs};

register_structs! {
    pub ClintRegisters {
        /// Software interrupt of hart 0.
        (0x0000 => msip: ReadWrite<u32>),
        (0x0004 => _reserved0),
        /// When the timer interrupt of hart 0 becomes pending.
        (0x4000 => compare_low: ReadWrite<u32>),
        (0x4004 => compare_high: ReadWrite<u32>),
        (0x4008 => _reserved1),
        /// The time, common to all harts.
        (0xBFF8 => value_low: ReadWrite<u32>),
        (0xBFFC => value_high: ReadWrite<u32>),
        (0xC000 => @END),
    }
}

/// The machine timer as an alarm. It counts with frequency `F`.
///
/// The interrupt line is level: it stays up while the time has reached the
/// comparison value. "Not armed" is the greatest comparison value, which the
/// 64-bit counter does not reach in the life of a machine.
pub struct Clint<'a, F: Frequency> {
    registers: StaticRef<ClintRegisters>,
    client: OptionalCell<&'a dyn time::AlarmClient>,
    _frequency: PhantomData<F>,
}

/// Comparison value that stands for "not armed".
const NEVER: u64 = u64::MAX;

impl<'a, F: Frequency> Clint<'a, F> {
    /// Takes the timer at `base`. The registers are left as they are.
    pub const fn new(base: &'a StaticRef<ClintRegisters>) -> Self {
        Clint {
            registers: *base,
            client: OptionalCell::empty(),
            _frequency: PhantomData,
        }
    }

    /// Serves the timer interrupt: takes its line down and calls the client.
    pub fn handle_interrupt(&self) {
        self.disable_machine_timer();
        self.client.map(|client| client.alarm());
    }

    /// Takes the interrupt line down.
    pub fn disable_machine_timer(&self) {
        self.set_compare(NEVER);
    }

    /// Sets the comparison value. The two halves are written one after the
    /// other, and on the way the value never lies below the new one, so that
    /// there is no false interrupt.
    fn set_compare(&self, value: u64) {
        self.registers.compare_high.set(u32::MAX);
        self.registers.compare_low.set(value as u32);
        self.registers.compare_high.set((value >> 32) as u32);
    }

    fn compare(&self) -> u64 {
        let low = u64::from(self.registers.compare_low.get());
        (u64::from(self.registers.compare_high.get()) << 32) | low
    }
}

impl<F: Frequency> Time for Clint<'_, F> {
    type Frequency = F;
    type Ticks = Ticks64;

    fn now(&self) -> Ticks64 {
        // A carry between the two reads shows in the upper half.
        loop {
            let high = self.registers.value_high.get();
            let low = self.registers.value_low.get();
            if self.registers.value_high.get() == high {
                return Ticks64::from((u64::from(high) << 32) | u64::from(low));
            }
        }
    }
}

impl<'a, F: Frequency> Alarm<'a> for Clint<'a, F> {
    fn set_alarm_client(&self, client: &'a dyn time::AlarmClient) {
        self.client.set(client);
    }

    fn set_alarm(&self, reference: Ticks64, dt: Ticks64) {
        let now = self.now();
        let expiration = reference.wrapping_add(dt);
        // A reference in the future or more than dt ago: the alarm is due.
        let compare = if now.within_range(reference, expiration) {
            expiration
        } else {
            now
        };
        self.set_compare(core::cmp::min(compare.into_u64(), NEVER - 1));
    }

    fn get_alarm(&self) -> Ticks64 {
        Ticks64::from(self.compare())
    }

    fn disarm(&self) -> Result<(), ErrorCode> {
        self.disable_machine_timer();
        Ok(())
    }

    fn is_armed(&self) -> bool {
        self.compare() != NEVER
    }

    fn minimum_dt(&self) -> Ticks64 {
        // The comparison is "reached", not "equal": an alarm cannot be missed.
        Ticks64::from(1u64)
    }
}
