// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The RNG driver against a generator of its own, since the fake kernel ships
//! none.

extern crate std;

use core::cell::{Cell, RefCell};
use std::rc::Rc;

use libtock_platform::{share, CommandReturn, ErrorCode, Syscalls};
use libtock_unittest::{command_return, fake, DriverInfo, DriverShareRef, RwAllowBuffer};

use super::RngListener;

type Rng = super::Rng<fake::Syscalls>;

/// Writes 1, 2, 3… and at most `limit` of them per request.
struct CountingRng {
    buffer: RefCell<RwAllowBuffer>,
    limit: Cell<u32>,
    share: DriverShareRef,
}

impl CountingRng {
    fn new(limit: u32) -> Rc<CountingRng> {
        Rc::new(CountingRng {
            buffer: Default::default(),
            limit: Cell::new(limit),
            share: Default::default(),
        })
    }
}

impl fake::SyscallDriver for CountingRng {
    fn info(&self) -> DriverInfo {
        DriverInfo::new(0x40001).upcall_count(1)
    }

    fn register(&self, share: DriverShareRef) {
        self.share.replace(share);
    }

    fn command(&self, command_num: u32, argument0: u32, _argument1: u32) -> CommandReturn {
        match command_num {
            0 => command_return::success(),
            1 => {
                let mut buffer = self.buffer.borrow_mut();
                let bytes = argument0.min(self.limit.get()).min(buffer.len() as u32);
                for (i, byte) in buffer.iter_mut().take(bytes as usize).enumerate() {
                    *byte = i as u8 + 1;
                }
                self.share.schedule_upcall(0, (0, bytes, 0)).unwrap();
                command_return::success()
            }
            _ => command_return::failure(ErrorCode::NoSupport),
        }
    }

    fn allow_readwrite(
        &self,
        buffer_num: u32,
        buffer: RwAllowBuffer,
    ) -> Result<RwAllowBuffer, (RwAllowBuffer, ErrorCode)> {
        match buffer_num {
            0 => Ok(self.buffer.replace(buffer)),
            _ => Err((buffer, ErrorCode::NoSupport)),
        }
    }
}

#[test]
fn without_a_driver_nothing_works() {
    let _kernel = fake::Kernel::new();
    assert_eq!(Rng::exists(), Err(ErrorCode::NoDevice));
    assert_eq!(
        Rng::get_bytes_sync(&mut [0; 4], 4),
        Err(ErrorCode::NoDevice)
    );
}

#[test]
fn the_bytes_asked_for_arrive_and_no_more() {
    let kernel = fake::Kernel::new();
    kernel.add_driver(&CountingRng::new(u32::MAX));
    assert_eq!(Rng::exists(), Ok(()));

    let mut buffer = [0; 6];
    Rng::get_bytes_sync(&mut buffer, 4).unwrap();
    assert_eq!(buffer, [1, 2, 3, 4, 0, 0]);
}

#[test]
fn a_buffer_that_is_too_short_is_refused() {
    let kernel = fake::Kernel::new();
    kernel.add_driver(&CountingRng::new(u32::MAX));
    assert_eq!(Rng::get_bytes_sync(&mut [0; 3], 4), Err(ErrorCode::Size));
    assert!(kernel.take_syscall_log().is_empty());
}

#[test]
fn a_generator_that_delivers_less_is_an_error() {
    let kernel = fake::Kernel::new();
    kernel.add_driver(&CountingRng::new(3));
    assert_eq!(Rng::get_bytes_sync(&mut [0; 4], 4), Err(ErrorCode::Fail));
}

#[test]
fn the_listener_hears_how_many_arrived() {
    let kernel = fake::Kernel::new();
    kernel.add_driver(&CountingRng::new(3));

    let mut buffer = [0; 4];
    let heard = Cell::new(None);
    let listener = RngListener(|bytes| heard.set(Some(bytes)));
    share::scope::<(_, _), _, _>(|handle| {
        let (allow_rw, subscribe) = handle.split();
        Rng::allow_buffer(&mut buffer, allow_rw).unwrap();
        Rng::register_listener(&listener, subscribe).unwrap();
        Rng::get_bytes_async(4).unwrap();
        assert_eq!(heard.get(), None);
        fake::Syscalls::yield_wait();
        assert_eq!(heard.get(), Some(3));
        Rng::unregister_listener();
        Rng::unallow_buffer();
    });
    assert_eq!(buffer, [1, 2, 3, 0]);
}
