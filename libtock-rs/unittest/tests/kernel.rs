// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The fake kernel catches what a real one could not tell the tester.

use std::cell::RefCell;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::rc::Rc;

use libtock_platform::{
    share, AllowRo, CommandReturn, DefaultConfig, ErrorCode, RawSyscalls, Syscalls as _,
};
use libtock_unittest::fake::{self, Syscalls};
use libtock_unittest::{
    command_return, DriverInfo, DriverShareRef, ExpectedSyscall, InvalidSubscribeNum,
    RoAllowBuffer, SyscallLogEntry,
};

/// The message of the panic that `fcn` must raise.
fn panic_of<T>(fcn: impl FnOnce() -> T) -> String {
    let payload = match catch_unwind(AssertUnwindSafe(fcn)) {
        Ok(_) => panic!("there was no panic"),
        Err(payload) => payload,
    };
    match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(payload) => payload
            .downcast_ref::<&str>()
            .copied()
            .unwrap_or_default()
            .into(),
    }
}

fn expected_command() -> ExpectedSyscall {
    ExpectedSyscall::Command {
        driver_id: 1,
        command_id: 2,
        argument0: 3,
        argument1: 4,
        override_return: Some(command_return::success_u32_u64(5, 0x6_0000_0007)),
    }
}

#[test]
fn drivers_are_found_by_number() {
    let kernel = fake::Kernel::new();
    assert!(!fake::Kernel::is_driver_present(8));
    kernel.add_driver(&fake::LowLevelDebug::new());
    assert!(fake::Kernel::is_driver_present(8));
    assert!(panic_of(|| kernel.add_driver(&fake::LowLevelDebug::new())).contains("0x8"));
}

#[test]
fn a_thread_has_one_kernel_at_a_time() {
    let kernel = fake::Kernel::new();
    assert!(panic_of(fake::Kernel::new).contains("already"));
    drop(kernel);
    fake::Kernel::new();
}

#[test]
fn a_call_without_a_kernel_is_a_defect() {
    assert!(panic_of(|| Syscalls::command(1, 0, 0, 0)).contains("without a fake::Kernel"));
}

#[test]
fn an_expected_call_gets_its_answer() {
    let kernel = fake::Kernel::new();
    kernel.add_expected_syscall(expected_command());
    let answer = Syscalls::command(1, 2, 3, 4);
    assert_eq!(answer.get_success_u32_u64(), Some((5, 0x6_0000_0007)));
    // Nothing is expected any more.
    assert!(Syscalls::command(1, 2, 3, 4).is_failure());
    let entry = SyscallLogEntry::Command {
        driver_id: 1,
        command_id: 2,
        argument0: 3,
        argument1: 4,
    };
    assert_eq!(kernel.take_syscall_log(), [entry.clone(), entry]);
    assert_eq!(kernel.take_syscall_log(), []);
}

#[test]
fn any_other_call_than_the_expected_is_a_defect() {
    for (driver_id, command_id, argument0, argument1) in
        [(0, 2, 3, 4), (1, 0, 3, 4), (1, 2, 0, 4), (1, 2, 3, 0)]
    {
        let kernel = fake::Kernel::new();
        kernel.add_expected_syscall(expected_command());
        let message = panic_of(|| Syscalls::command(driver_id, command_id, argument0, argument1));
        assert!(message.contains("expected the system call"), "{message}");
    }
    let kernel = fake::Kernel::new();
    kernel.add_expected_syscall(expected_command());
    assert!(panic_of(Syscalls::yield_no_wait).contains("YieldNoWait"));
}

#[test]
fn an_expected_call_that_does_not_come_is_a_defect() {
    let kernel = fake::Kernel::new();
    kernel.add_expected_syscall(expected_command());
    assert!(panic_of(|| drop(kernel)).contains("did not make"));
}

#[test]
fn waiting_for_nothing_is_a_defect() {
    let _kernel = fake::Kernel::new();
    assert!(panic_of(Syscalls::yield_wait).contains("wait forever"));
}

#[test]
fn arguments_must_fit_into_32_bits() {
    let _kernel = fake::Kernel::new();
    let message = panic_of(|| {
        let wide = usize::MAX.into();
        // SAFETY: There is no driver that could do anything.
        unsafe { Syscalls::syscall4::<2>([wide, wide, wide, wide]) }
    });
    assert!(message.contains("32 bits"), "{message}");
}

#[test]
fn upcalls_beyond_the_count_cannot_be_scheduled() {
    struct Driver(DriverShareRef);
    impl fake::SyscallDriver for Driver {
        fn info(&self) -> DriverInfo {
            DriverInfo::new(1).upcall_count(2)
        }
        fn register(&self, share: DriverShareRef) {
            self.0.replace(share);
        }
        fn command(&self, _: u32, _: u32, _: u32) -> CommandReturn {
            command_return::failure(ErrorCode::NoSupport)
        }
    }
    let driver = Rc::new(Driver(Default::default()));
    assert_eq!(driver.0.schedule_upcall(2, (0, 0, 0)), Ok(()));
    let kernel = fake::Kernel::new();
    kernel.add_driver(&driver);
    assert_eq!(driver.0.schedule_upcall(1, (0, 0, 0)), Ok(()));
    assert_eq!(
        driver.0.schedule_upcall(2, (0, 0, 0)),
        Err(InvalidSubscribeNum)
    );
    // Nobody has subscribed.
    assert!(!fake::Kernel::is_upcall_pending());
}

#[test]
fn a_driver_that_keeps_a_buffer_is_found_out() {
    #[derive(Default)]
    struct Hoarder(RefCell<Vec<RoAllowBuffer>>);
    impl fake::SyscallDriver for Hoarder {
        fn info(&self) -> DriverInfo {
            DriverInfo::new(1)
        }
        fn command(&self, _: u32, _: u32, _: u32) -> CommandReturn {
            command_return::success()
        }
        fn allow_readonly(
            &self,
            _: u32,
            buffer: RoAllowBuffer,
        ) -> Result<RoAllowBuffer, (RoAllowBuffer, ErrorCode)> {
            self.0.borrow_mut().push(buffer);
            Ok(RoAllowBuffer::default())
        }
    }
    let kernel = fake::Kernel::new();
    kernel.add_driver(&Rc::new(Hoarder::default()));
    let buffer = [1, 2, 3];
    let message = panic_of(|| {
        share::scope::<AllowRo<Syscalls, 1, 0>, _, _>(|handle| {
            Syscalls::allow_ro::<DefaultConfig, 1, 0>(handle, &buffer).unwrap();
        })
    });
    assert!(message.contains("another buffer"), "{message}");
}

#[test]
fn the_alarm_moves_the_time() {
    let kernel = fake::Kernel::new();
    kernel.add_driver(&fake::Alarm::new(1));
    let now = || Syscalls::command(0, 2, 0, 0).get_success_u32();
    assert_eq!(Syscalls::command(0, 5, 5, 0).get_success_u32(), Some(5));
    assert_eq!(now(), Some(5));
    // An alarm that lies in the past.
    assert_eq!(Syscalls::command(0, 6, 1, 2).get_success_u32(), Some(3));
    assert_eq!(now(), Some(5));
    // One that lies in the future, and one beyond the counter's end.
    assert_eq!(Syscalls::command(0, 6, 4, 6).get_success_u32(), Some(10));
    assert_eq!(now(), Some(10));
    let beyond = u32::MAX;
    assert_eq!(
        Syscalls::command(0, 5, beyond, 0).get_success_u32(),
        Some(9)
    );
    assert_eq!(now(), Some(9));
}
