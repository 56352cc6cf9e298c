// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Interfaces of LEDs, pins, ports, random sources and networks.

use crate::implements;
use kernel::ErrorCode;
use kernel::hil::ethernet::{EthernetAdapterDatapath, EthernetAdapterDatapathClient};
use kernel::hil::gpio::{
    ActivationMode, ActivationState, Client, ClientWithValue, Configuration, Configure,
    ConfigureInputOutput, FloatingState, Input, Interrupt, InterruptEdge, InterruptPin,
    InterruptValuePin, InterruptValueWrapper, InterruptWithValue, Output, Pin,
};
use kernel::hil::led::{Led, LedHigh, LedLow};
use kernel::hil::{entropy, rng, uart};

pub struct Whole;

impl Led for Whole {
    fn init(&self) {}
    fn on(&self) {}
    fn off(&self) {}
    fn toggle(&self) {}
    fn read(&self) -> bool {
        false
    }
}

pub fn leds<'a, P: Pin>(pin: &'a P) -> (LedHigh<'a, P>, LedLow<'a, P>) {
    let _: fn(&'a P) -> LedHigh<'a, P> = LedHigh::new;
    let _: fn(&'a P) -> LedLow<'a, P> = LedLow::new;
    fn led<L: Led>() {}
    led::<LedHigh<'a, P>>();
    led::<LedLow<'a, P>>();
    (LedHigh { pin }, LedLow { pin })
}

impl Configure for Whole {
    fn configuration(&self) -> Configuration {
        Configuration::Other
    }
    fn make_output(&self) -> Configuration {
        Configuration::Output
    }
    fn disable_output(&self) -> Configuration {
        Configuration::LowPower
    }
    fn make_input(&self) -> Configuration {
        Configuration::Input
    }
    fn disable_input(&self) -> Configuration {
        Configuration::LowPower
    }
    fn deactivate_to_low_power(&self) {}
    fn set_floating_state(&self, _: FloatingState) {}
    fn floating_state(&self) -> FloatingState {
        FloatingState::PullNone
    }
    fn is_input(&self) -> bool {
        true
    }
    fn is_output(&self) -> bool {
        true
    }
}

impl ConfigureInputOutput for Whole {
    fn make_input_output(&self) -> Configuration {
        Configuration::InputOutput
    }
    fn is_input_output(&self) -> bool {
        true
    }
}

impl Output for Whole {
    fn set(&self) {}
    fn clear(&self) {}
    fn toggle(&self) -> bool {
        false
    }
    fn write_activation(&self, _: ActivationState, _: ActivationMode) {}
}

impl Input for Whole {
    fn read(&self) -> bool {
        false
    }
    fn read_activation(&self, _: ActivationMode) -> ActivationState {
        ActivationState::Inactive
    }
}

impl<'a> Interrupt<'a> for Whole {
    fn set_client(&self, _: &'a dyn Client) {}
    fn enable_interrupts(&self, _: InterruptEdge) {}
    fn disable_interrupts(&self) {}
    fn is_pending(&self) -> bool {
        false
    }
}

impl Client for Whole {
    fn fired(&self) {}
}

impl ClientWithValue for Whole {
    fn fired(&self, _: u32) {}
}

/// The pin of a port expander, say.
pub struct Valued;

impl Input for Valued {
    fn read(&self) -> bool {
        false
    }
}

impl Output for Valued {
    fn set(&self) {}
    fn clear(&self) {}
    fn toggle(&self) -> bool {
        false
    }
}

impl Configure for Valued {
    fn configuration(&self) -> Configuration {
        Configuration::Function
    }
    fn make_output(&self) -> Configuration {
        Configuration::Output
    }
    fn disable_output(&self) -> Configuration {
        Configuration::LowPower
    }
    fn make_input(&self) -> Configuration {
        Configuration::Input
    }
    fn disable_input(&self) -> Configuration {
        Configuration::LowPower
    }
    fn deactivate_to_low_power(&self) {}
    fn set_floating_state(&self, _: FloatingState) {}
    fn floating_state(&self) -> FloatingState {
        FloatingState::PullNone
    }
}

impl<'a> InterruptWithValue<'a> for Valued {
    fn set_client(&self, _: &'a dyn ClientWithValue) {}
    fn enable_interrupts(&self, _: InterruptEdge) -> Result<(), ErrorCode> {
        Ok(())
    }
    fn disable_interrupts(&self) {}
    fn is_pending(&self) -> bool {
        false
    }
    fn set_value(&self, _: u32) {}
    fn value(&self) -> u32 {
        0
    }
}

implements!(Whole: Pin, InterruptPin<'static>);
implements!(Valued: Pin, InterruptValuePin<'static>);
implements!(InterruptValueWrapper<'static, Whole>: Pin, InterruptValuePin<'static>, Client);
const _: fn(&'static Whole) -> InterruptValueWrapper<'static, Whole> = InterruptValueWrapper::new;
const _: fn(
    &'static InterruptValueWrapper<'static, Whole>,
) -> &'static InterruptValueWrapper<'static, Whole> = InterruptValueWrapper::finalize;

const _: () = {
    assert!(ActivationState::Inactive as usize == 0 && ActivationState::Active as usize == 1);
};

pub fn pin_enums(
    floating: FloatingState,
    edge: InterruptEdge,
    configuration: Configuration,
    state: ActivationState,
    mode: ActivationMode,
) {
    match floating {
        FloatingState::PullUp | FloatingState::PullDown | FloatingState::PullNone => {}
    }
    match edge {
        InterruptEdge::RisingEdge | InterruptEdge::FallingEdge | InterruptEdge::EitherEdge => {}
    }
    match configuration {
        Configuration::LowPower
        | Configuration::Input
        | Configuration::Output
        | Configuration::InputOutput
        | Configuration::Function
        | Configuration::Other => {}
    }
    match state {
        ActivationState::Inactive | ActivationState::Active => {}
    }
    match mode {
        ActivationMode::ActiveHigh | ActivationMode::ActiveLow => {}
    }
}

type Buffer = &'static mut [u8];

impl uart::Configure for Whole {
    fn configure(&self, _: uart::Parameters) -> Result<(), ErrorCode> {
        Ok(())
    }
}

impl<'a> uart::Transmit<'a> for Whole {
    fn set_transmit_client(&self, _: &'a dyn uart::TransmitClient) {}
    fn transmit_buffer(&self, _: Buffer, _: usize) -> Result<(), (ErrorCode, Buffer)> {
        Ok(())
    }
    fn transmit_word(&self, _: u32) -> Result<(), ErrorCode> {
        Ok(())
    }
    fn transmit_abort(&self) -> Result<(), ErrorCode> {
        Ok(())
    }
}

impl<'a> uart::Receive<'a> for Whole {
    fn set_receive_client(&self, _: &'a dyn uart::ReceiveClient) {}
    fn receive_buffer(&self, _: Buffer, _: usize) -> Result<(), (ErrorCode, Buffer)> {
        Ok(())
    }
    fn receive_word(&self) -> Result<(), ErrorCode> {
        Ok(())
    }
    fn receive_abort(&self) -> Result<(), ErrorCode> {
        Ok(())
    }
}

impl<'a> uart::ReceiveAdvanced<'a> for Whole {
    fn receive_automatic(&self, _: Buffer, _: usize, _: u8) -> Result<(), (ErrorCode, Buffer)> {
        Ok(())
    }
}

impl uart::TransmitClient for Whole {
    fn transmitted_word(&self, _: Result<(), ErrorCode>) {}
    fn transmitted_buffer(&self, _: Buffer, _: usize, _: Result<(), ErrorCode>) {}
}

impl uart::ReceiveClient for Whole {
    fn received_word(&self, _: u32, _: Result<(), ErrorCode>, _: uart::Error) {}
    fn received_buffer(&self, _: Buffer, _: usize, _: Result<(), ErrorCode>, _: uart::Error) {}
}

impl uart::TransmitClient for Valued {
    fn transmitted_buffer(&self, _: Buffer, _: usize, _: Result<(), ErrorCode>) {}
}

impl uart::ReceiveClient for Valued {
    fn received_buffer(&self, _: Buffer, _: usize, _: Result<(), ErrorCode>, _: uart::Error) {}
}

implements!(Whole: uart::Uart<'static>, uart::UartData<'static>, uart::Client);

pub const PARAMETERS: uart::Parameters = uart::Parameters {
    baud_rate: 115_200u32,
    width: uart::Width::Eight,
    parity: uart::Parity::None,
    stop_bits: uart::StopBits::One,
    hw_flow_control: false,
};

const _: () = {
    use uart::{Parity, StopBits, Width};
    assert!(StopBits::One as usize == 1 && StopBits::Two as usize == 2);
    assert!(Parity::None as usize == 0 && Parity::Odd as usize == 1 && Parity::Even as usize == 2);
    assert!(Width::Six as usize == 6 && Width::Seven as usize == 7 && Width::Eight as usize == 8);
};

pub fn uart_enums(
    error: uart::Error,
    stop: uart::StopBits,
    parity: uart::Parity,
    width: uart::Width,
) {
    match error {
        uart::Error::None
        | uart::Error::ParityError
        | uart::Error::FramingError
        | uart::Error::OverrunError
        | uart::Error::RepeatCallError
        | uart::Error::ResetError
        | uart::Error::BreakError
        | uart::Error::Aborted => {}
    }
    match stop {
        uart::StopBits::One | uart::StopBits::Two => {}
    }
    match parity {
        uart::Parity::None | uart::Parity::Odd | uart::Parity::Even => {}
    }
    match width {
        uart::Width::Six | uart::Width::Seven | uart::Width::Eight => {}
    }
}

impl<'a> entropy::Entropy32<'a> for Whole {
    fn get(&self) -> Result<(), ErrorCode> {
        Ok(())
    }
    fn cancel(&self) -> Result<(), ErrorCode> {
        Ok(())
    }
    fn set_client(&'a self, _: &'a dyn entropy::Client32) {}
}

impl entropy::Client32 for Whole {
    fn entropy_available(
        &self,
        _: &mut dyn Iterator<Item = u32>,
        _: Result<(), ErrorCode>,
    ) -> entropy::Continue {
        entropy::Continue::Done
    }
}

impl<'a> entropy::Entropy8<'a> for Whole {
    fn get(&self) -> Result<(), ErrorCode> {
        Ok(())
    }
    fn cancel(&self) -> Result<(), ErrorCode> {
        Ok(())
    }
    fn set_client(&'a self, _: &'a dyn entropy::Client8) {}
}

impl entropy::Client8 for Whole {
    fn entropy_available(
        &self,
        _: &mut dyn Iterator<Item = u8>,
        _: Result<(), ErrorCode>,
    ) -> entropy::Continue {
        entropy::Continue::Done
    }
}

impl<'a> rng::Rng<'a> for Whole {
    fn get(&self) -> Result<(), ErrorCode> {
        Ok(())
    }
    fn cancel(&self) -> Result<(), ErrorCode> {
        Ok(())
    }
    fn set_client(&'a self, _: &'a dyn rng::Client) {}
}

impl rng::Client for Whole {
    fn randomness_available(
        &self,
        _: &mut dyn Iterator<Item = u32>,
        _: Result<(), ErrorCode>,
    ) -> rng::Continue {
        rng::Continue::More
    }
}

impl<'a> rng::Random<'a> for Whole {
    fn initialize(&'a self) {}
    fn reseed(&self, _: u32) {}
    fn random(&self) -> u32 {
        0
    }
}

/// The two are distinct types, as the sources are distinct in quality.
pub fn continues(a: entropy::Continue, b: rng::Continue) {
    match a {
        entropy::Continue::More | entropy::Continue::Done => {}
    }
    match b {
        rng::Continue::More | rng::Continue::Done => {}
    }
}

impl EthernetAdapterDatapathClient for Whole {
    fn transmit_frame_done(
        &self,
        _: Result<(), ErrorCode>,
        _: Buffer,
        _: u16,
        _: usize,
        _: Option<u64>,
    ) {
    }
    fn received_frame(&self, _: &[u8], _: Option<u64>) {}
}

impl<'a> EthernetAdapterDatapath<'a> for Whole {
    fn set_client(&self, _: &'a dyn EthernetAdapterDatapathClient) {}
    fn enable_receive(&self) {}
    fn disable_receive(&self) {}
    fn transmit_frame(&self, _: Buffer, _: u16, _: usize) -> Result<(), (ErrorCode, Buffer)> {
        Ok(())
    }
}
