// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Components for flash: the mux, and one of its users.

use core::mem::MaybeUninit;

use capsules_core::virtualizers::virtual_flash::{FlashUser, MuxFlash};
use kernel::component::Component;
use kernel::hil::flash::{Flash, HasClient};

#[macro_export]
macro_rules! flash_mux_component_static {
    ($F:ty $(,)?) => {
        kernel::static_buf!(capsules_core::virtualizers::virtual_flash::MuxFlash<'static, $F>)
    };
}

#[macro_export]
macro_rules! flash_user_component_static {
    ($F:ty $(,)?) => {
        kernel::static_buf!(capsules_core::virtualizers::virtual_flash::FlashUser<'static, $F>)
    };
}

/// The mux over a flash controller.
pub struct FlashMuxComponent<F: 'static + Flash + HasClient<'static, MuxFlash<'static, F>>> {
    flash: &'static F,
}

impl<F: 'static + Flash + HasClient<'static, MuxFlash<'static, F>>> FlashMuxComponent<F> {
    /// Takes the controller, which nobody else may use.
    pub fn new(flash: &'static F) -> FlashMuxComponent<F> {
        FlashMuxComponent { flash }
    }
}

impl<F: 'static + Flash + HasClient<'static, MuxFlash<'static, F>>> Component
    for FlashMuxComponent<F>
{
    type StaticInput = &'static mut MaybeUninit<MuxFlash<'static, F>>;
    type Output = &'static MuxFlash<'static, F>;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        let mux = static_memory.write(MuxFlash::new(self.flash));
        HasClient::set_client(self.flash, mux);
        mux
    }
}

/// A user of a flash controller; setting its client is left to its owner.
pub struct FlashUserComponent<F: 'static + Flash + HasClient<'static, MuxFlash<'static, F>>> {
    mux_flash: &'static MuxFlash<'static, F>,
}

impl<F: 'static + Flash + HasClient<'static, MuxFlash<'static, F>>> FlashUserComponent<F> {
    pub fn new(mux_flash: &'static MuxFlash<'static, F>) -> FlashUserComponent<F> {
        FlashUserComponent { mux_flash }
    }
}

impl<F: 'static + Flash + HasClient<'static, MuxFlash<'static, F>>> Component
    for FlashUserComponent<F>
{
    type StaticInput = &'static mut MaybeUninit<FlashUser<'static, F>>;
    type Output = &'static FlashUser<'static, F>;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        static_memory.write(FlashUser::new(self.mux_flash))
    }
}
