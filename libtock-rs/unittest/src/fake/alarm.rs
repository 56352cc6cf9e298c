// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A fake alarm driver (0x0), whose time only passes while alarms are set.

use std::cell::Cell;
use std::rc::Rc;

use libtock_platform::{CommandReturn, ErrorCode};

use crate::{command_return, DriverInfo, DriverShareRef};

/// The alarm. Setting it lets the time up to its expiration pass at once.
pub struct Alarm {
    frequency_hz: u32,
    now: Cell<u32>,
    share_ref: DriverShareRef,
}

impl Alarm {
    /// An alarm whose counter runs at this frequency and starts at zero.
    pub fn new(frequency_hz: u32) -> Rc<Alarm> {
        Rc::new(Alarm {
            frequency_hz,
            now: Cell::new(0),
            share_ref: Default::default(),
        })
    }

    fn set(&self, reference: u32, dt: u32) -> CommandReturn {
        let now = self.now.get();
        let expiration = reference.wrapping_add(dt);
        // An alarm in the past expires now.
        if now.wrapping_sub(reference) < dt {
            self.now.set(expiration);
        }
        self.share_ref
            .schedule_upcall(0, (self.now.get(), expiration, 0))
            .expect("the driver has upcall 0");
        command_return::success_u32(expiration)
    }
}

impl crate::fake::SyscallDriver for Alarm {
    fn info(&self) -> DriverInfo {
        DriverInfo::new(0x0).upcall_count(1)
    }

    fn register(&self, share_ref: DriverShareRef) {
        self.share_ref.replace(share_ref);
    }

    fn command(&self, command_num: u32, argument0: u32, argument1: u32) -> CommandReturn {
        match command_num {
            0 => command_return::success(),
            1 => command_return::success_u32(self.frequency_hz),
            2 => command_return::success_u32(self.now.get()),
            // Every alarm has expired by the time it could be stopped.
            3 => command_return::failure(ErrorCode::Already),
            5 => self.set(self.now.get(), argument0),
            6 => self.set(argument0, argument1),
            _ => command_return::failure(ErrorCode::NoSupport),
        }
    }
}
