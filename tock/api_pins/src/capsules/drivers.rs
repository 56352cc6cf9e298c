// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! System call drivers: their constructors, grants and buffers.

use core::marker::PhantomData;

use crate::implements;
use crate::kernel::device_hils::Whole as Device;
use crate::kernel::storage_hils::Whole as Storage;
use crate::kernel::time_hil::Whole as Clock;
use capsules_core::alarm::{AlarmData, AlarmDriver};
use capsules_core::button::{self, Button};
use capsules_core::console::{self, Console};
use capsules_core::gpio::GPIO;
use capsules_core::led::LedDriver;
use capsules_core::low_level_debug::LowLevelDebug;
use capsules_core::rng::{Entropy32ToRandom, RngDriver};
use capsules_extra::ethernet_tap::{self, EthernetTapDriver};
use capsules_extra::nonvolatile_to_pages::NonvolatileToPages;
use capsules_extra::process_info_driver::ProcessInfo;
use kernel::Kernel;
use kernel::capabilities::{ProcessManagementCapability, ProcessStartCapability};
use kernel::grant::{AllowRoCount, AllowRwCount, Grant, UpcallCount};
use kernel::hil::ethernet::{EthernetAdapterDatapath, EthernetAdapterDatapathClient};
use kernel::hil::flash::{self, Flash};
use kernel::hil::gpio::{
    ActivationMode, ClientWithValue, FloatingState, InterruptPin, InterruptValueWrapper,
};
use kernel::hil::led::Led;
use kernel::hil::nonvolatile_storage::NonvolatileStorage;
use kernel::hil::rng::{self, Rng};
use kernel::hil::time::{Alarm, AlarmClient};
use kernel::hil::uart::{ReceiveClient, TransmitClient, UartData};
use kernel::syscall::SyscallDriver;

/// A grant of so many upcalls and buffers.
type GrantOf<T, const UPCALLS: u8, const ROS: u8, const RWS: u8> =
    Grant<T, UpcallCount<UPCALLS>, AllowRoCount<ROS>, AllowRwCount<RWS>>;

pub fn alarm<'a, A: Alarm<'a> + 'a>() {
    let _: fn(&'a A, GrantOf<AlarmData<A::Ticks>, 1, 0, 0>) -> AlarmDriver<'a, A> =
        AlarmDriver::new;
}
implements!(AlarmDriver<'static, Clock>: SyscallDriver, AlarmClient);

pub fn console<'a>() {
    let _: fn(
        &'a dyn UartData<'a>,
        &'static mut [u8],
        &'static mut [u8],
        GrantOf<console::App, 3, 2, 2>,
    ) -> Console<'a> = Console::new;
}
implements!(Console<'static>: SyscallDriver, TransmitClient, ReceiveClient);

pub fn led<'a, L: Led + 'a>() {
    let _: fn(&'a [&'a L; 3]) -> LedDriver<'a, L, 3> = LedDriver::new;
}
implements!(LedDriver<'static, Device, 3>: SyscallDriver);

pub fn buttons<'a, P: InterruptPin<'a> + 'a>() {
    let _: fn(
        &'a [(
            &'a InterruptValueWrapper<'a, P>,
            ActivationMode,
            FloatingState,
        )],
        GrantOf<button::App, 1, 0, 0>,
    ) -> Button<'a, P> = Button::new;
}
implements!(Button<'static, Device>: SyscallDriver, ClientWithValue);

pub fn gpio<'a, IP: InterruptPin<'a> + 'a>() {
    let _: fn(
        &'a [Option<&'a InterruptValueWrapper<'a, IP>>],
        GrantOf<(), 1, 0, 0>,
    ) -> GPIO<'a, IP> = GPIO::new;
}
implements!(GPIO<'static, Device>: SyscallDriver, ClientWithValue);

implements!(LowLevelDebug<'static, Device>: SyscallDriver, TransmitClient);

implements!(RngDriver<'static, Device>: SyscallDriver, rng::Client);
implements!(Entropy32ToRandom<'static, Device>: Rng<'static>);

pub fn process_info<C: ProcessManagementCapability + ProcessStartCapability>() {
    let _: fn(&'static Kernel, GrantOf<(), 0, 0, 1>, C) -> ProcessInfo<C> = ProcessInfo::new;
    fn driver<T: SyscallDriver>(_: PhantomData<T>) {}
    driver(PhantomData::<ProcessInfo<C>>);
}

const _: () = assert!(ethernet_tap::MAX_MTU == 1518usize);

pub fn ethernet_tap<'a, E: EthernetAdapterDatapath<'a>>(driver: &EthernetTapDriver<'a, E>) {
    let _: fn(
        &'a E,
        GrantOf<ethernet_tap::App, 2, 1, 2>,
        &'static mut [u8],
    ) -> EthernetTapDriver<'a, E> = EthernetTapDriver::new;
    driver.initialize();
}
implements!(EthernetTapDriver<'static, Device>: SyscallDriver, EthernetAdapterDatapathClient);

pub fn nonvolatile_to_pages<'a, F: Flash + 'static>() {
    let _: fn(&'a F, &'static mut F::Page) -> NonvolatileToPages<'a, F> = NonvolatileToPages::new;
}
implements!(NonvolatileToPages<'static, Storage>: NonvolatileStorage<'static>);
implements!(NonvolatileToPages<'static, Storage>: flash::Client<Storage>);
