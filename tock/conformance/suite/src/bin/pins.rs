// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! LEDs and the button.

#![no_std]
#![no_main]

use conformance_suite::upcalls::{call, clear, count, recorder};
use conformance_suite::*;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x3000}

const OK: usize = variant::SUCCESS;

fn led(number: usize, index: usize) -> [usize; 2] {
    two(command(LED, number, index, 0))
}

fn lit(index: usize) -> [usize; 2] {
    led(4, index)
}

fn button(number: usize, index: usize) -> [usize; 2] {
    two(command(BUTTON, number, index, 0))
}

fn press(level: usize) {
    command(TEST, test::PRESS, level, 0);
}

fn main() {
    let mut report = Report::new("pins");
    let inval = [0, error::INVAL];
    case!(report, "led_off_at_start", "LEDs are off at first", (lit(0), lit(1)) => ([129, 0], [129, 0]));
    case!(report, "led_on", "1 turns one on, which 4 tells", (led(1, 0)[0], lit(0)) => (OK, [129, 1]));
    case!(report, "led_alone", "and no other", lit(1) => [129, 0]);
    case!(report, "led_toggle", "3 turns it off and on again", (led(3, 0)[0], lit(0)[1], led(3, 0)[0], lit(0)[1]) => (OK, 0, OK, 1));
    case!(report, "led_off", "2 turns it off", (led(2, 0)[0], lit(0)) => (OK, [129, 0]));
    case!(report, "led_on_out_of_range", "1 for an LED that there is not: INVAL", led(1, 2) => inval);
    case!(report, "led_off_out_of_range", "2: INVAL", led(2, 2) => inval);
    case!(report, "led_toggle_out_of_range", "3: INVAL", led(3, usize::MAX) => inval);
    case!(report, "led_state_out_of_range", "4: INVAL", led(4, 2) => inval);

    case!(report, "button_released", "3 tells that the button is released", button(3, 0) => [129, 0]);
    subscribe(BUTTON, 0, recorder(), 5);
    press(1);
    case!(report, "button_pressed", "and that it is pressed", button(3, 0) => [129, 1]);
    case!(report, "button_not_enabled", "Without command 1 no upcall tells of it", yield_no_wait() => 0);
    press(0);
    case!(report, "button_enable", "1 asks for upcalls", button(1, 0)[0] => OK);
    press(1);
    yield_no_wait();
    case!(report, "button_upcall_pressed", "which give the index and 1 when it is pressed", (count(), call(0)) => (1, [0, 1, 0, 5]));
    press(1);
    case!(report, "button_no_change", "A level that stays the same gives none", yield_no_wait() => 0);
    press(0);
    yield_no_wait();
    case!(report, "button_upcall_released", "0 when it is released", (count(), call(1)) => (2, [0, 0, 0, 5]));
    clear();
    case!(report, "button_disable", "2 ends that", (button(2, 0)[0], { press(1); yield_no_wait() }) => (OK, 0));
    press(0);
    case!(report, "button_enable_out_of_range", "1 for a button that there is not: INVAL", button(1, 1) => inval);
    case!(report, "button_disable_out_of_range", "2: INVAL", button(2, 1) => inval);
    case!(report, "button_state_out_of_range", "3: INVAL", button(3, usize::MAX) => inval);
    subscribe(BUTTON, 0, 0, 0);
    report.end();
}
