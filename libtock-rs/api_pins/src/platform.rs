// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The crate `libtock_platform`.

use core::cell::Cell;
use core::fmt::Debug;

use crate::implements;
use libtock_platform::share::{self, Handle, List, SplittableHandle};
use libtock_platform::subscribe::{AnyId, OneId, SupportsId};
use libtock_platform::{
    allow_ro, allow_rw, command_return, exit_id, exit_on_drop, return_variant, subscribe,
    syscall_class, yield_id, AllowRo, AllowRw, CommandReturn, DefaultConfig, ErrorCode,
    RawSyscalls, Register, ReturnVariant, Subscribe, Syscalls, Termination, Upcall,
    YieldNoWaitReturn,
};

const _: () = {
    assert!(exit_id::TERMINATE == 0 && exit_id::RESTART == 1);
    assert!(yield_id::NO_WAIT == 0 && yield_id::WAIT == 1);
    assert!(syscall_class::SUBSCRIBE == 1 && syscall_class::COMMAND == 2);
    assert!(syscall_class::ALLOW_RW == 3 && syscall_class::ALLOW_RO == 4);
    assert!(syscall_class::MEMOP == 5 && syscall_class::EXIT == 6);
};

const _: fn() -> [ReturnVariant; 10] = || {
    [
        return_variant::FAILURE,
        return_variant::FAILURE_U32,
        return_variant::FAILURE_2_U32,
        return_variant::FAILURE_U64,
        return_variant::SUCCESS,
        return_variant::SUCCESS_U32,
        return_variant::SUCCESS_2_U32,
        return_variant::SUCCESS_U64,
        return_variant::SUCCESS_3_U32,
        return_variant::SUCCESS_U32_U64,
    ]
};

const _: &str = {
    let _ = size_of::<exit_on_drop::ExitOnDrop<Whole>>;
    "present"
};

/// A way to make system calls.
pub struct Whole;

// SAFETY: never run, and every call it makes diverges.
unsafe impl RawSyscalls for Whole {
    unsafe fn yield1(_: [Register; 1]) {
        panic!()
    }
    unsafe fn yield2(_: [Register; 2]) {
        panic!()
    }
    unsafe fn syscall1<const CLASS: usize>(_: [Register; 1]) -> [Register; 2] {
        panic!()
    }
    unsafe fn syscall2<const CLASS: usize>(_: [Register; 2]) -> [Register; 2] {
        panic!()
    }
    unsafe fn syscall4<const CLASS: usize>(_: [Register; 4]) -> [Register; 4] {
        panic!()
    }
}

implements!(Whole: Syscalls);

const _: fn(*mut ()) -> Register = Register;
implements!(Register: Copy, Debug, From<u32>, From<i32>, From<usize>);
implements!(Register: From<*mut u8>, From<*const u8>, From<ErrorCode>);
implements!(Register: Into<usize>, Into<*mut u8>, Into<*const u8>, TryInto<u32>);
const _: fn(Register) -> u32 = Register::as_u32;
const _: fn(Register) -> i32 = Register::as_i32;

const _: fn() -> YieldNoWaitReturn = Whole::yield_no_wait;
const _: fn() = Whole::yield_wait;
const _: [fn(u32, u32); 3] = [Whole::unsubscribe, Whole::unallow_ro, Whole::unallow_rw];
const _: fn(u32, u32, u32, u32) -> CommandReturn = Whole::command;
const _: unsafe fn(*const u8) -> Result<(), ErrorCode> = Whole::memop_brk;
const _: unsafe fn(i32) -> Result<*const u8, ErrorCode> = Whole::memop_sbrk;
const _: fn(u32) -> Result<*const u8, ErrorCode> = Whole::memop_increment_brk;
const _: fn() -> Result<*const u8, ErrorCode> = Whole::memop_app_ram_start;
const _: fn(*const u8) -> Result<(), ErrorCode> = Whole::memop_debug_stack_start;
const _: fn(*const u8) -> Result<(), ErrorCode> = Whole::memop_debug_heap_start;
const _: [fn(u32) -> !; 2] = [Whole::exit_terminate, Whole::exit_restart];

const _: () = {
    assert!(YieldNoWaitReturn::NoUpcall as u32 == 0 && YieldNoWaitReturn::Upcall as u32 == 1);
};

pub fn yields(returned: YieldNoWaitReturn) {
    match returned {
        YieldNoWaitReturn::NoUpcall | YieldNoWaitReturn::Upcall => {}
    }
}

/// Sharing, with the generic parameters in their order.
pub fn sharing<'share, S: Syscalls, IDS: SupportsId<1, 2>, U: Upcall<IDS> + 'share>() {
    let _: fn(Handle<Subscribe<'share, S, 1, 2>>, &'share U) -> Result<(), ErrorCode> =
        S::subscribe::<IDS, U, DefaultConfig, 1, 2>;
    let _: fn(Handle<AllowRw<'share, S, 1, 2>>, &'share mut [u8]) -> Result<(), ErrorCode> =
        S::allow_rw::<DefaultConfig, 1, 2>;
    let _: fn(Handle<AllowRo<'share, S, 1, 2>>, &'share [u8]) -> Result<(), ErrorCode> =
        S::allow_ro::<DefaultConfig, 1, 2>;
}

pub fn scopes<L: List, Output, F: FnOnce(Handle<L>) -> Output>() {
    let _: fn(F) -> Output = share::scope::<L, Output, F>;
}

implements!(Handle<'static, ()>: Copy);
const _: unsafe fn(&'static ()) -> Handle<'static, ()> = Handle::new;
const _: unsafe fn(Handle<'static, ()>) -> Handle<'static, (Ro,)> = Handle::change_type::<(Ro,)>;

type Ro = AllowRo<'static, Whole, 1, 1>;
type Rw = AllowRw<'static, Whole, 1, 1>;
type Sub = Subscribe<'static, Whole, 1, 1>;
implements!(Ro: Default, List);
implements!(Rw: Default, List);
implements!(Sub: Default, List);

const _: () = {
    assert!(core::mem::needs_drop::<Ro>());
    assert!(core::mem::needs_drop::<Rw>());
    assert!(core::mem::needs_drop::<Sub>());
};

pub fn split<'handle>(
    handle: Handle<'handle, (Ro, Rw, Sub)>,
) -> (
    Handle<'handle, Ro>,
    Handle<'handle, Rw>,
    Handle<'handle, Sub>,
) {
    handle.split()
}

implements!((): List);
implements!((Ro,): List, SplittableHandle<'static>);
implements!((Ro, Rw): List, SplittableHandle<'static>);
type Twelve = (Ro, Ro, Ro, Ro, Ro, Ro, Rw, Rw, Rw, Sub, Sub, Sub);
implements!(Twelve: List, SplittableHandle<'static>);

pub struct OneUpcall;

impl Upcall<OneId<1, 2>> for OneUpcall {
    fn upcall(&self, _: u32, _: u32, _: u32) {}
}

implements!(AnyId: SupportsId<1, 2>);
implements!(OneId<1, 2>: SupportsId<1, 2>);
implements!(Cell<bool>: Upcall<AnyId>);
implements!(Cell<Option<()>>: Upcall<AnyId>);
implements!(Cell<Option<(u32,)>>: Upcall<AnyId>);
implements!(Cell<Option<(u32, u32)>>: Upcall<AnyId>);
implements!(Cell<Option<(u32, u32, u32)>>: Upcall<AnyId>);
implements!(Cell<Option<Result<(), ErrorCode>>>: Upcall<AnyId>);
implements!(Cell<Option<Result<(u32,), ErrorCode>>>: Upcall<AnyId>);
implements!(Cell<Option<Result<(u32, u32), ErrorCode>>>: Upcall<AnyId>);

pub struct OwnConfig;

impl subscribe::Config for OwnConfig {
    fn returned_nonnull_upcall(_: u32, _: u32) {}
}
impl allow_ro::Config for OwnConfig {
    fn returned_nonzero_buffer(_: u32, _: u32) {}
}
impl allow_rw::Config for OwnConfig {
    fn returned_nonzero_buffer(_: u32, _: u32) {}
}

pub struct LeastConfig;

impl subscribe::Config for LeastConfig {}
impl allow_ro::Config for LeastConfig {}
impl allow_rw::Config for LeastConfig {}
implements!(DefaultConfig: subscribe::Config, allow_ro::Config, allow_rw::Config);

const _: unsafe fn(ReturnVariant, u32, u32, u32) -> CommandReturn = CommandReturn::new;
const _: [fn(&CommandReturn) -> bool; 10] = [
    CommandReturn::is_failure,
    CommandReturn::is_failure_u32,
    CommandReturn::is_failure_2_u32,
    CommandReturn::is_failure_u64,
    CommandReturn::is_success,
    CommandReturn::is_success_u32,
    CommandReturn::is_success_2_u32,
    CommandReturn::is_success_u64,
    CommandReturn::is_success_3_u32,
    CommandReturn::is_success_u32_u64,
];
const _: fn(&CommandReturn) -> Option<ErrorCode> = CommandReturn::get_failure;
const _: fn(&CommandReturn) -> Option<(ErrorCode, u32)> = CommandReturn::get_failure_u32;
const _: fn(&CommandReturn) -> Option<(ErrorCode, u32, u32)> = CommandReturn::get_failure_2_u32;
const _: fn(&CommandReturn) -> Option<(ErrorCode, u64)> = CommandReturn::get_failure_u64;
const _: fn(&CommandReturn) -> Option<u32> = CommandReturn::get_success_u32;
const _: fn(&CommandReturn) -> Option<(u32, u32)> = CommandReturn::get_success_2_u32;
const _: fn(&CommandReturn) -> Option<u64> = CommandReturn::get_success_u64;
const _: fn(&CommandReturn) -> Option<(u32, u32, u32)> = CommandReturn::get_success_3_u32;
const _: fn(&CommandReturn) -> Option<(u32, u64)> = CommandReturn::get_success_u32_u64;
const _: fn(&CommandReturn) -> ReturnVariant = CommandReturn::return_variant;
const _: fn(&CommandReturn) -> (ReturnVariant, u32, u32, u32) = CommandReturn::raw_values;

pub fn results<T: command_return::SuccessData, E: command_return::FailureData>() {
    let _: fn(CommandReturn) -> Result<T, E> = CommandReturn::to_result::<T, E>;
}
implements!((): command_return::SuccessData);
implements!(u32: command_return::SuccessData);
implements!(u64: command_return::SuccessData);
implements!((u32, u32): command_return::SuccessData);
implements!((u32, u64): command_return::SuccessData);
implements!((u32, u32, u32): command_return::SuccessData);
implements!(ErrorCode: command_return::FailureData);
implements!((ErrorCode, u32): command_return::FailureData);
implements!((ErrorCode, u32, u32): command_return::FailureData);
implements!((ErrorCode, u64): command_return::FailureData);

implements!(ErrorCode: Copy, Debug, Eq, TryFrom<u32>);
const _: fn(u32) -> Result<ErrorCode, libtock_platform::NotAnErrorCode> =
    <ErrorCode as TryFrom<u32>>::try_from;
const _: () = {
    use ErrorCode::*;
    let named = [
        Fail,
        Busy,
        Already,
        Off,
        Reserve,
        Invalid,
        Size,
        Cancel,
        NoMem,
        NoSupport,
        NoDevice,
        Uninstalled,
        NoAck,
        N00014,
        N00015,
    ];
    let mut index = 0;
    while index < named.len() {
        assert!(named[index] as u32 as usize == index + 1);
        index += 1;
    }
    assert!(N00100 as u32 == 100 && N01023 as u32 == 1023 && BadRVal as u32 == 1024);
    assert!(size_of::<ErrorCode>() == 4);
};

implements!((): Termination);
implements!(Result<(), ErrorCode>: Termination);

/// The value of `main` may be one that never comes.
pub fn never(main: fn() -> !) {
    #[allow(unreachable_code)]
    Termination::complete::<Whole>(main())
}
