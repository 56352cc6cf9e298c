// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The drivers, over the system calls of this process.

pub mod alarm {
    use libtock_alarm as alarm;
    pub type Alarm = alarm::Alarm<crate::runtime::TockSyscalls>;
    pub use alarm::{Convert, Hz, Milliseconds, Ticks};
}

pub mod buttons {
    use libtock_buttons as buttons;
    pub type Buttons = buttons::Buttons<crate::runtime::TockSyscalls>;
    pub use buttons::{ButtonListener, ButtonState};
}

pub mod console {
    use libtock_console as console;
    pub type Console = console::Console<crate::runtime::TockSyscalls>;
    pub use console::ConsoleWriter;
}

pub mod gpio {
    use libtock_gpio as gpio;
    pub type Gpio = gpio::Gpio<crate::runtime::TockSyscalls>;
    pub use gpio::{
        GpioInterruptListener, GpioState, InputPin, OutputPin, Pin, PinInterruptEdge, Pull,
        PullDown, PullNone, PullUp,
    };
}

pub mod leds {
    use libtock_leds as leds;
    pub type Leds = leds::Leds<crate::runtime::TockSyscalls>;
}

pub mod low_level_debug {
    use libtock_low_level_debug as low_level_debug;
    pub type LowLevelDebug = low_level_debug::LowLevelDebug<crate::runtime::TockSyscalls>;
    pub use low_level_debug::AlertCode;
}

pub mod rng {
    use libtock_rng as rng;
    pub type Rng = rng::Rng<crate::runtime::TockSyscalls>;
    pub use rng::RngListener;
}
