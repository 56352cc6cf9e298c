// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What a share scope guarantees, seen from the fake kernel.

use std::cell::{Cell, RefCell};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::rc::Rc;

use libtock_platform::share::{self, Handle, List};
use libtock_platform::subscribe::{AnyId, OneId};
use libtock_platform::{
    allow_ro, allow_rw, subscribe, AllowRo, AllowRw, CommandReturn, DefaultConfig, ErrorCode,
    Subscribe, Syscalls as _, Upcall, YieldNoWaitReturn,
};
use libtock_unittest::fake::{self, Syscalls};
use libtock_unittest::{
    command_return, DriverInfo, DriverShareRef, ExpectedSyscall, RoAllowBuffer, RwAllowBuffer,
    SyscallLogEntry,
};

const DRIVER_NUM: u32 = 0x8000_1234;

/// Two upcalls and one buffer of each kind. Command 1 schedules upcall `arg0`
/// with `arg1`; command 2 copies from one buffer to the other.
#[derive(Default)]
struct Driver {
    ro: RefCell<RoAllowBuffer>,
    rw: RefCell<RwAllowBuffer>,
    share: DriverShareRef,
}

impl fake::SyscallDriver for Driver {
    fn info(&self) -> DriverInfo {
        DriverInfo::new(DRIVER_NUM).upcall_count(2)
    }

    fn register(&self, share: DriverShareRef) {
        self.share.replace(share);
    }

    fn command(&self, command_num: u32, arg0: u32, arg1: u32) -> CommandReturn {
        match command_num {
            0 => command_return::success(),
            1 => match self.share.schedule_upcall(arg0, (arg1, arg1 + 1, arg1 + 2)) {
                Ok(()) => command_return::success(),
                Err(_) => command_return::failure(ErrorCode::Invalid),
            },
            2 => {
                let from = self.ro.borrow();
                let mut to = self.rw.borrow_mut();
                let len = from.len().min(to.len());
                to[..len].copy_from_slice(&from[..len]);
                command_return::success_u32(len as u32)
            }
            _ => command_return::failure(ErrorCode::NoSupport),
        }
    }

    fn allow_readonly(
        &self,
        buffer_num: u32,
        buffer: RoAllowBuffer,
    ) -> Result<RoAllowBuffer, (RoAllowBuffer, ErrorCode)> {
        match buffer_num {
            0 => Ok(self.ro.replace(buffer)),
            _ => Err((buffer, ErrorCode::NoSupport)),
        }
    }

    fn allow_readwrite(
        &self,
        buffer_num: u32,
        buffer: RwAllowBuffer,
    ) -> Result<RwAllowBuffer, (RwAllowBuffer, ErrorCode)> {
        match buffer_num {
            0 => Ok(self.rw.replace(buffer)),
            _ => Err((buffer, ErrorCode::NoSupport)),
        }
    }
}

fn kernel_and_driver() -> (fake::Kernel, Rc<Driver>) {
    let kernel = fake::Kernel::new();
    let driver = Rc::new(Driver::default());
    kernel.add_driver(&driver);
    (kernel, driver)
}

fn schedule(subscribe_num: u32, value: u32) {
    Syscalls::command(DRIVER_NUM, 1, subscribe_num, value)
        .to_result::<(), ErrorCode>()
        .unwrap();
}

type Sub<'share, const NUM: u32> = Subscribe<'share, Syscalls, DRIVER_NUM, NUM>;
type Ro<'share> = AllowRo<'share, Syscalls, DRIVER_NUM, 0>;
type Rw<'share> = AllowRw<'share, Syscalls, DRIVER_NUM, 0>;

#[test]
fn an_upcall_runs_in_a_yield_with_its_arguments() {
    let _kernel = kernel_and_driver();
    let called = Cell::new(None::<(u32, u32, u32)>);
    share::scope::<Sub<0>, _, _>(|handle| {
        Syscalls::subscribe::<_, _, DefaultConfig, DRIVER_NUM, 0>(handle, &called).unwrap();
        schedule(0, 7);
        assert_eq!(called.get(), None);
        Syscalls::yield_wait();
        assert_eq!(called.get(), Some((7, 8, 9)));
    });
}

#[test]
fn one_yield_runs_one_upcall() {
    let _kernel = kernel_and_driver();
    let called = Cell::new(None::<(u32,)>);
    share::scope::<Sub<0>, _, _>(|handle| {
        Syscalls::subscribe::<_, _, DefaultConfig, DRIVER_NUM, 0>(handle, &called).unwrap();
        schedule(0, 1);
        schedule(0, 2);
        assert_eq!(Syscalls::yield_no_wait(), YieldNoWaitReturn::Upcall);
        assert_eq!(called.get(), Some((1,)));
        assert_eq!(Syscalls::yield_no_wait(), YieldNoWaitReturn::Upcall);
        assert_eq!(called.get(), Some((2,)));
        assert_eq!(Syscalls::yield_no_wait(), YieldNoWaitReturn::NoUpcall);
    });
}

#[test]
fn nothing_is_called_after_the_scope() {
    let _kernel = kernel_and_driver();
    let called = Cell::new(false);
    share::scope::<Sub<0>, _, _>(|handle| {
        Syscalls::subscribe::<_, _, DefaultConfig, DRIVER_NUM, 0>(handle, &called).unwrap();
        schedule(0, 7);
    });
    assert_eq!(Syscalls::yield_no_wait(), YieldNoWaitReturn::NoUpcall);
    schedule(0, 7);
    assert_eq!(Syscalls::yield_no_wait(), YieldNoWaitReturn::NoUpcall);
    assert!(!called.get());
}

#[test]
fn buffers_are_shared_within_the_scope_only() {
    let (_kernel, driver) = kernel_and_driver();
    let from = [1, 2, 3, 4];
    let mut to = [0; 3];
    share::scope::<(Ro, Rw), _, _>(|handle| {
        let (ro, rw) = handle.split();
        Syscalls::allow_ro::<DefaultConfig, DRIVER_NUM, 0>(ro, &from).unwrap();
        Syscalls::allow_rw::<DefaultConfig, DRIVER_NUM, 0>(rw, &mut to).unwrap();
        assert_eq!(
            Syscalls::command(DRIVER_NUM, 2, 0, 0).to_result::<u32, ErrorCode>(),
            Ok(3)
        );
    });
    assert_eq!(to, [1, 2, 3]);
    assert!(driver.ro.borrow().is_empty());
    assert!(driver.rw.borrow().is_empty());
}

#[test]
fn a_scope_left_by_a_panic_takes_everything_back() {
    let (_kernel, driver) = kernel_and_driver();
    let called = Cell::new(false);
    let buffer = [1, 2, 3];
    let result = catch_unwind(AssertUnwindSafe(|| {
        share::scope::<(Ro, Sub<0>), _, _>(|handle| {
            let (ro, sub) = handle.split();
            Syscalls::allow_ro::<DefaultConfig, DRIVER_NUM, 0>(ro, &buffer).unwrap();
            Syscalls::subscribe::<_, _, DefaultConfig, DRIVER_NUM, 0>(sub, &called).unwrap();
            schedule(0, 1);
            std::panic::resume_unwind(Box::new(()));
        })
    }));
    assert!(result.is_err());
    assert!(driver.ro.borrow().is_empty());
    assert_eq!(Syscalls::yield_no_wait(), YieldNoWaitReturn::NoUpcall);
    assert!(!called.get());
}

#[test]
fn twelve_parts_can_be_split() {
    /// Counts how many of it were dropped.
    struct Part<const N: usize>;
    thread_local!(static DROPPED: Cell<u32> = const { Cell::new(0) });
    impl<const N: usize> Default for Part<N> {
        fn default() -> Self {
            Part
        }
    }
    impl<const N: usize> Drop for Part<N> {
        fn drop(&mut self) {
            DROPPED.set(DROPPED.get() | 1 << N);
        }
    }
    impl<const N: usize> List for Part<N> {}
    fn takes<const N: usize>(_: Handle<Part<N>>) {}

    share::scope::<(_, _, _, _, _, _, _, _, _, _, _, _), _, _>(|handle| {
        let (a, b, c, d, e, f, g, h, i, j, k, l) = handle.split();
        takes::<0>(a);
        takes::<1>(b);
        takes::<2>(c);
        takes::<3>(d);
        takes::<4>(e);
        takes::<5>(f);
        takes::<6>(g);
        takes::<7>(h);
        takes::<8>(i);
        takes::<9>(j);
        takes::<10>(k);
        takes::<11>(l);
        assert_eq!(DROPPED.get(), 0);
    });
    assert_eq!(DROPPED.get(), (1 << 12) - 1);
}

#[test]
fn tuples_nest() {
    let _kernel = kernel_and_driver();
    let called = Cell::new(None::<(u32,)>);
    share::scope::<((), (Ro, (Sub<1>,))), _, _>(|handle| {
        let (_, inner) = handle.split();
        let (_, innermost) = inner.split();
        let (sub,) = innermost.split();
        Syscalls::subscribe::<_, _, DefaultConfig, DRIVER_NUM, 1>(sub, &called).unwrap();
        schedule(1, 5);
        Syscalls::yield_wait();
    });
    assert_eq!(called.get(), Some((5,)));
}

#[test]
fn a_new_subscription_replaces_the_old_one_and_its_pending_calls() {
    let _kernel = kernel_and_driver();
    let first = Cell::new(false);
    let second = Cell::new(false);
    share::scope::<Sub<0>, _, _>(|handle| {
        Syscalls::subscribe::<_, _, DefaultConfig, DRIVER_NUM, 0>(handle, &first).unwrap();
        schedule(0, 1);
        Syscalls::subscribe::<_, _, DefaultConfig, DRIVER_NUM, 0>(handle, &second).unwrap();
        assert_eq!(Syscalls::yield_no_wait(), YieldNoWaitReturn::NoUpcall);
        schedule(0, 1);
        Syscalls::yield_wait();
    });
    assert!(!first.get());
    assert!(second.get());
}

thread_local!(static SURPRISES: RefCell<Vec<(&'static str, u32, u32)>> = const { RefCell::new(Vec::new()) });

struct Surprised;

fn note(what: &'static str, driver_num: u32, num: u32) {
    SURPRISES.with_borrow_mut(|surprises| surprises.push((what, driver_num, num)));
}

impl subscribe::Config for Surprised {
    fn returned_nonnull_upcall(driver_num: u32, subscribe_num: u32) {
        note("upcall", driver_num, subscribe_num);
    }
}

impl allow_ro::Config for Surprised {
    fn returned_nonzero_buffer(driver_num: u32, buffer_num: u32) {
        note("ro", driver_num, buffer_num);
    }
}

impl allow_rw::Config for Surprised {
    fn returned_nonzero_buffer(driver_num: u32, buffer_num: u32) {
        note("rw", driver_num, buffer_num);
    }
}

#[test]
fn the_configuration_hears_of_what_was_replaced() {
    let _kernel = kernel_and_driver();
    let called = Cell::new(false);
    let (mut first, mut second) = ([1; 2], [2; 3]);
    let read_only = [3; 4];
    share::scope::<(Ro, Rw, Sub<1>), _, _>(|handle| {
        let (ro, rw, sub) = handle.split();
        Syscalls::subscribe::<_, _, Surprised, DRIVER_NUM, 1>(sub, &called).unwrap();
        Syscalls::allow_ro::<Surprised, DRIVER_NUM, 0>(ro, &read_only).unwrap();
        Syscalls::allow_rw::<Surprised, DRIVER_NUM, 0>(rw, &mut first).unwrap();
        assert_eq!(SURPRISES.take(), []);
        Syscalls::subscribe::<_, _, Surprised, DRIVER_NUM, 1>(sub, &called).unwrap();
        Syscalls::allow_ro::<Surprised, DRIVER_NUM, 0>(ro, &read_only).unwrap();
        Syscalls::allow_rw::<Surprised, DRIVER_NUM, 0>(rw, &mut second).unwrap();
        assert_eq!(
            SURPRISES.take(),
            [
                ("upcall", DRIVER_NUM, 1),
                ("ro", DRIVER_NUM, 0),
                ("rw", DRIVER_NUM, 0)
            ]
        );
    });
}

#[test]
fn refusals_are_reported() {
    let (kernel, _driver) = kernel_and_driver();
    let called = Cell::new(false);
    let buffer = [1; 2];
    share::scope::<(Sub<2>, AllowRo<Syscalls, DRIVER_NUM, 1>, Ro), _, _>(|handle| {
        let (sub, ro1, ro0) = handle.split();
        assert_eq!(
            Syscalls::subscribe::<_, _, DefaultConfig, DRIVER_NUM, 2>(sub, &called),
            Err(ErrorCode::NoSupport)
        );
        assert_eq!(
            Syscalls::allow_ro::<DefaultConfig, DRIVER_NUM, 1>(ro1, &buffer),
            Err(ErrorCode::NoSupport)
        );
        kernel.add_expected_syscall(ExpectedSyscall::AllowRo {
            driver_num: DRIVER_NUM,
            buffer_num: 0,
            return_error: Some(ErrorCode::NoMem),
        });
        assert_eq!(
            Syscalls::allow_ro::<DefaultConfig, DRIVER_NUM, 0>(ro0, &buffer),
            Err(ErrorCode::NoMem)
        );
    });
}

#[test]
fn the_parts_are_taken_back_in_order() {
    let (kernel, _driver) = kernel_and_driver();
    share::scope::<(Ro, Sub<1>, Rw), _, _>(|_handle| {});
    assert_eq!(
        kernel.take_syscall_log(),
        [
            SyscallLogEntry::AllowRo {
                driver_num: DRIVER_NUM,
                buffer_num: 0,
                len: 0
            },
            SyscallLogEntry::Subscribe {
                driver_num: DRIVER_NUM,
                subscribe_num: 1
            },
            SyscallLogEntry::AllowRw {
                driver_num: DRIVER_NUM,
                buffer_num: 0,
                len: 0
            },
        ]
    );
}

#[test]
fn an_upcall_may_subscribe_and_yield_itself() {
    let _kernel = kernel_and_driver();

    struct Nested<'a>(&'a Cell<Option<(u32,)>>);
    impl Upcall<OneId<DRIVER_NUM, 0>> for Nested<'_> {
        fn upcall(&self, _: u32, _: u32, _: u32) {
            share::scope::<Sub<1>, _, _>(|handle| {
                Syscalls::subscribe::<AnyId, _, DefaultConfig, DRIVER_NUM, 1>(handle, self.0)
                    .unwrap();
                schedule(1, 9);
                Syscalls::yield_wait();
            });
        }
    }

    let inner = Cell::new(None);
    let nested = Nested(&inner);
    share::scope::<Sub<0>, _, _>(|handle| {
        Syscalls::subscribe::<_, _, DefaultConfig, DRIVER_NUM, 0>(handle, &nested).unwrap();
        schedule(0, 1);
        Syscalls::yield_wait();
    });
    assert_eq!(inner.get(), Some((9,)));
}

#[test]
fn status_upcalls_read_the_first_argument() {
    for (status, expected) in [
        (0, Ok((1, 2))),
        (2, Err(ErrorCode::Busy)),
        (1024, Err(ErrorCode::BadRVal)),
        (1025, Err(ErrorCode::BadRVal)),
        (u32::MAX, Err(ErrorCode::BadRVal)),
    ] {
        let cell = Cell::new(None::<Result<(u32, u32), ErrorCode>>);
        cell.upcall(status, 1, 2);
        assert_eq!(cell.get(), Some(expected), "status {status}");

        let cell = Cell::new(None::<Result<(u32,), ErrorCode>>);
        cell.upcall(status, 1, 2);
        assert_eq!(cell.get(), Some(expected.map(|args| (args.0,))));

        let cell = Cell::new(None::<Result<(), ErrorCode>>);
        cell.upcall(status, 1, 2);
        assert_eq!(cell.get(), Some(expected.map(|_| ())));
    }
}
