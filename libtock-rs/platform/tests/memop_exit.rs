// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Memory operations, exits and what `main` may return.

use libtock_platform::{ErrorCode, Syscalls as _, Termination, YieldNoWaitReturn};
use libtock_unittest::fake::{self, Syscalls};
use libtock_unittest::{exit_test, ExitCall, ExpectedSyscall};

#[test]
fn the_break_grows_and_shrinks() {
    let _kernel = fake::Kernel::new();
    let start = Syscalls::memop_app_ram_start().unwrap();
    assert_eq!(Syscalls::memop_increment_brk(100), Ok(start));
    assert_eq!(
        Syscalls::memop_increment_brk(0),
        Ok(start.wrapping_add(100))
    );
    // SAFETY: Nothing lives in the fake process's memory.
    unsafe {
        assert_eq!(Syscalls::memop_sbrk(-60), Ok(start.wrapping_add(100)));
        assert_eq!(Syscalls::memop_sbrk(0), Ok(start.wrapping_add(40)));
        assert_eq!(Syscalls::memop_brk(start.wrapping_add(8)), Ok(()));
        assert_eq!(Syscalls::memop_sbrk(0), Ok(start.wrapping_add(8)));
    }
}

#[test]
fn a_break_outside_of_memory_is_refused_and_stays() {
    let _kernel = fake::Kernel::new();
    let start = Syscalls::memop_app_ram_start().unwrap();
    // SAFETY: Nothing lives in the fake process's memory.
    unsafe {
        assert_eq!(
            Syscalls::memop_brk(start.wrapping_sub(1)),
            Err(ErrorCode::NoMem)
        );
        assert_eq!(Syscalls::memop_sbrk(-1), Err(ErrorCode::NoMem));
        assert_eq!(Syscalls::memop_sbrk(i32::MAX), Err(ErrorCode::NoMem));
        assert_eq!(Syscalls::memop_sbrk(i32::MIN), Err(ErrorCode::NoMem));
    }
    assert_eq!(
        Syscalls::memop_increment_brk(1 << 31),
        Err(ErrorCode::Invalid)
    );
    assert_eq!(Syscalls::memop_increment_brk(0), Ok(start));
}

#[test]
fn debug_memops_are_made() {
    let kernel = fake::Kernel::new();
    for (memop_num, return_error) in [(10, None), (11, Some(ErrorCode::NoSupport))] {
        kernel.add_expected_syscall(ExpectedSyscall::Memop {
            memop_num,
            return_error,
        });
    }
    let address = std::ptr::null();
    assert_eq!(Syscalls::memop_debug_stack_start(address), Ok(()));
    assert_eq!(
        Syscalls::memop_debug_heap_start(address),
        Err(ErrorCode::NoSupport)
    );
}

#[test]
fn yields_can_be_overridden() {
    let kernel = fake::Kernel::new();
    kernel.add_expected_syscall(ExpectedSyscall::YieldWait { skip_upcall: true });
    kernel.add_expected_syscall(ExpectedSyscall::YieldNoWait {
        override_return: Some(YieldNoWaitReturn::Upcall),
    });
    Syscalls::yield_wait();
    assert_eq!(Syscalls::yield_no_wait(), YieldNoWaitReturn::Upcall);
    assert_eq!(Syscalls::yield_no_wait(), YieldNoWaitReturn::NoUpcall);
}

// These run the test binary once more, which Miri cannot.
#[cfg(not(miri))]
mod exits {
    use super::*;

    #[test]
    fn exits_pass_their_code() {
        let name = "exits::exits_pass_their_code";
        assert_eq!(
            exit_test(name, || Syscalls::exit_terminate(42)),
            ExitCall::Terminate(42)
        );
    }

    #[test]
    fn a_restart_is_told_apart() {
        let name = "exits::a_restart_is_told_apart";
        assert_eq!(
            exit_test(name, || Syscalls::exit_restart(7)),
            ExitCall::Restart(7)
        );
    }

    #[test]
    fn main_that_returns_nothing_succeeds() {
        let name = "exits::main_that_returns_nothing_succeeds";
        assert_eq!(
            exit_test(name, || ().complete::<Syscalls>()),
            ExitCall::Terminate(0)
        );
    }

    #[test]
    fn main_that_returns_an_error_passes_its_code() {
        let name = "exits::main_that_returns_an_error_passes_its_code";
        assert_eq!(
            exit_test(name, || Err::<(), _>(ErrorCode::NoMem)
                .complete::<Syscalls>()),
            ExitCall::Terminate(9)
        );
    }

    #[test]
    fn main_that_never_returns_is_accepted() {
        fn main() -> ! {
            Syscalls::exit_terminate(3)
        }
        let name = "exits::main_that_never_returns_is_accepted";
        assert_eq!(
            exit_test(name, || {
                #[allow(unreachable_code)]
                Termination::complete::<Syscalls>(main())
            }),
            ExitCall::Terminate(3)
        );
    }
}
