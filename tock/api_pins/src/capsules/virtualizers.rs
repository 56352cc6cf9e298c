// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Virtualizers.

use crate::implements;
use crate::kernel::storage_hils::Whole as Storage;
use crate::kernel::time_hil::Whole as Clock;
use capsules_core::virtualizers::virtual_alarm::{MuxAlarm, VirtualMuxAlarm};
use capsules_core::virtualizers::virtual_flash::{FlashUser, MuxFlash};
use capsules_core::virtualizers::virtual_rng::{MuxRngMaster, VirtualRngMasterDevice};
use capsules_core::virtualizers::virtual_timer::{MuxTimer, VirtualTimer};
use capsules_core::virtualizers::virtual_uart::{self, MuxUart, UartDevice};
use kernel::hil::flash::{self, Flash, HasClient};
use kernel::hil::rng::{self, Rng};
use kernel::hil::time::{Alarm, AlarmClient, Time, Timer};
use kernel::hil::uart::{ReceiveClient, Transmit, TransmitClient, Uart, UartData};

static CLOCK: Clock = Clock;
pub const CONST_MUX_ALARM: MuxAlarm<'static, Clock> = MuxAlarm::new(&CLOCK);

pub fn alarms<'a, A: Alarm<'a> + 'a>(alarm: &'a VirtualMuxAlarm<'a, A>) {
    let _: fn(&'a A) -> MuxAlarm<'a, A> = MuxAlarm::new;
    let _: fn(&'a MuxAlarm<'a, A>) -> VirtualMuxAlarm<'a, A> = VirtualMuxAlarm::new;
    let (): () = alarm.setup();
}
implements!(MuxAlarm<'static, Clock>: AlarmClient);
implements!(VirtualMuxAlarm<'static, Clock>: Time, Alarm<'static>);

pub fn timers<'a, A: Alarm<'a> + 'a>(timer: &'a VirtualTimer<'a, A>) {
    let _: fn(&'a MuxTimer<'a, A>) -> VirtualTimer<'a, A> = VirtualTimer::new;
    let (): () = timer.setup();
}
implements!(MuxTimer<'static, Clock>: AlarmClient);
implements!(VirtualTimer<'static, Clock>: Time, Timer<'static>);

const _: () = assert!(virtual_uart::RX_BUF_LEN == 64usize);

pub fn ports<'a>(mux: &'a MuxUart<'a>, device: &'a UartDevice<'a>) {
    let _: fn(&'a dyn Uart<'a>, &'static mut [u8], u32) -> MuxUart<'a> = MuxUart::new;
    let (): () = mux.initialize();
    let _: fn(&'a MuxUart<'a>, bool) -> UartDevice<'a> = UartDevice::new;
    let (): () = device.setup();
}
implements!(MuxUart<'static>: TransmitClient, ReceiveClient);
implements!(UartDevice<'static>: UartData<'static>, Transmit<'static>);

static STORAGE: Storage = Storage;
pub const CONST_MUX_FLASH: MuxFlash<'static, Storage> = MuxFlash::new(&STORAGE);

pub fn flash_users<'a, F: Flash + 'static>() {
    let _: fn(&'a F) -> MuxFlash<'a, F> = MuxFlash::new;
    let _: fn(&'a MuxFlash<'a, F>) -> FlashUser<'a, F> = FlashUser::new;
}
implements!(MuxFlash<'static, Storage>: flash::Client<Storage>);
implements!(FlashUser<'static, Storage>: Flash);
implements!(FlashUser<'static, Storage>: HasClient<'static, Storage>);

pub fn random_devices<'a>() {
    let _: fn(&'a dyn Rng<'a>) -> MuxRngMaster<'a> = MuxRngMaster::new;
    let _: fn(&'a MuxRngMaster<'a>) -> VirtualRngMasterDevice<'a> = VirtualRngMasterDevice::new;
}
implements!(MuxRngMaster<'static>: rng::Client);
implements!(VirtualRngMasterDevice<'static>: Rng<'static>);
