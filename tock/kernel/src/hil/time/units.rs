// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Frequencies in use.

use super::Frequency;

macro_rules! frequency {
    ($($name:ident = $hertz:literal, $doc:literal;)+) => {$(
        #[doc = $doc]
        #[derive(Debug)]
        pub enum $name {}

        impl Frequency for $name {
            fn frequency() -> u32 {
                $hertz
            }
        }
    )+};
}

frequency! {
    Freq600MHz = 600_000_000, "600 MHz.";
    Freq100MHz = 100_000_000, "100 MHz.";
    Freq16MHz = 16_000_000, "16 MHz.";
    Freq10MHz = 10_000_000, "10 MHz.";
    Freq1MHz = 1_000_000, "1 MHz.";
    Freq32KHz = 32_768, "32.768 kHz, as of watch crystals.";
    Freq16KHz = 16_000, "16 kHz.";
    Freq1KHz = 1_000, "1 kHz.";
}
