// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! LEDs, button and restart of the emulated front panel.

use capsules_provisioning::interfaces::{Indicate, Restart};
use emulated_panel::{KeyPin, PanelLed, PanelTrace, SifiveTest};
use kernel::utilities::StaticRef;
use kernel::utilities::registers::interfaces::Readable;
use kernel::utilities::registers::{ReadOnly, WriteOnly};
use provisioning_components::indicator::IndicatorHw;
use provisioning_flow::indication::Indication;

use crate::platform::AlarmHw;

/// The state of the LEDs and its history. Programs outside of the emulator find
/// it by this symbol.
// SAFETY: Nothing else that is linked defines a symbol of this name.
#[unsafe(no_mangle)]
pub static PANEL_TRACE: PanelTrace = PanelTrace::new();

/// Bits of [`PANEL_TRACE`]'s state.
const LEFT_BIT: u32 = 0;
const RIGHT_BIT: u32 = 1;
const RELEASED_MASK: u32 = 1 << 2;

/// Linux's `KEY_SPACE`: the space bar is the button.
const BUTTON_KEY: u16 = 57;

// SAFETY: The machine timer is at these addresses, and reading it changes
// nothing.
const TIME_LOW: StaticRef<ReadOnly<u32>> =
    unsafe { StaticRef::new(0x0200_bff8 as *const ReadOnly<u32>) };
// SAFETY: As above.
const TIME_HIGH: StaticRef<ReadOnly<u32>> =
    unsafe { StaticRef::new(0x0200_bffc as *const ReadOnly<u32>) };

// SAFETY: The machine has this device at this address, and nothing else
// accesses it.
const SIFIVE_TEST: StaticRef<WriteOnly<u32>> =
    unsafe { StaticRef::new(0x0010_0000 as *const WriteOnly<u32>) };

/// Ticks of the machine timer, of which there are ten million a second.
fn machine_time() -> u64 {
    loop {
        let high = TIME_HIGH.get();
        let low = TIME_LOW.get();
        // The low half may have wrapped in between.
        if TIME_HIGH.get() == high {
            return u64::from(high) << 32 | u64::from(low);
        }
    }
}

/// The left LED.
pub(crate) const fn left_led() -> PanelLed {
    PanelLed::new(&PANEL_TRACE, LEFT_BIT, machine_time)
}

/// The right LED.
pub(crate) const fn right_led() -> PanelLed {
    PanelLed::new(&PANEL_TRACE, RIGHT_BIT, machine_time)
}

/// The button. Each view has a client of its own.
pub(crate) const fn button() -> KeyPin {
    KeyPin::new(BUTTON_KEY)
}

/// The indicator, with the release of the LEDs noted in the trace.
pub(crate) struct TracedIndicator(pub(crate) &'static IndicatorHw<AlarmHw, PanelLed>);

impl Indicate for TracedIndicator {
    fn show(&self, indication: Indication) {
        PANEL_TRACE.write(RELEASED_MASK, false, machine_time());
        self.0.show(indication);
        #[cfg(feature = "measure")]
        if let Indication::Connected { .. } = indication {
            crate::measure::connected();
        }
    }

    fn release(&self) {
        self.0.release();
        PANEL_TRACE.write(RELEASED_MASK, true, machine_time());
        #[cfg(feature = "measure")]
        crate::measure::tenants_start();
    }
}

/// Restarts the machine.
pub(crate) struct PanelRestart;

impl Restart for PanelRestart {
    fn restart(&self) {
        SifiveTest::new(SIFIVE_TEST).restart();
    }
}
