// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The one implementation of [`Syscalls`], on top of raw system calls.

use core::mem::MaybeUninit;

use crate::exit_on_drop::ExitOnDrop;
use crate::{
    allow_ro, allow_rw, exit_id, return_variant, share, subscribe, syscall_class, yield_id,
    AllowRo, AllowRw, CommandReturn, ErrorCode, RawSyscalls, Register, ReturnVariant, Subscribe,
    Syscalls, Upcall, YieldNoWaitReturn,
};

/// Numbers of the memory operations made here (TRD104, 4.6).
mod memop {
    pub const BRK: u32 = 0;
    pub const SBRK: u32 = 1;
    pub const APP_RAM_START: u32 = 2;
    pub const DEBUG_STACK_START: u32 = 10;
    pub const DEBUG_HEAP_START: u32 = 11;
}

/// What the kernel calls: finds the upcall that was subscribed and runs it.
///
/// # Safety
///
/// `data` must be the `&U` that was subscribed together with this function, and
/// the reference must still be valid.
unsafe extern "C" fn kernel_upcall<S: Syscalls, IDS, U: Upcall<IDS>>(
    arg0: u32,
    arg1: u32,
    arg2: u32,
    data: Register,
) {
    let guard: ExitOnDrop<S> = Default::default();
    let upcall: *const U = data.into();
    // SAFETY: The caller promises that this points to a live `U`. Upcalls only
    // run inside a yield, so no other code is at work in this thread, and
    // `Upcall` takes a shared reference, so one may exist elsewhere.
    unsafe { (*upcall).upcall(arg0, arg1, arg2) };
    core::mem::forget(guard);
}

/// Reads the answer of a subscribe or an allow call: whether it failed, and if
/// not, the registers with what had been shared before.
///
/// Only the failure variant of these classes counts as one, as in libtock-rs. A
/// kernel answers a call that its system call filter refused with a plain
/// failure, which thus passes for a success: nothing was shared then.
fn swapped([r0, r1, r2, r3]: [Register; 4]) -> Result<(Register, Register), ErrorCode> {
    let _ = r3;
    if ReturnVariant::from(r0.as_u32()) == return_variant::FAILURE_2_U32 {
        return Err(ErrorCode::from_kernel(r1.as_u32()));
    }
    Ok((r1, r2))
}

/// Reads the answer of a memory operation that returns nothing.
fn memop_done([r0, r1]: [Register; 2]) -> Result<(), ErrorCode> {
    memop_value([r0, r1]).map(|_| ())
}

/// Reads the answer of a memory operation that returns a value.
fn memop_value([r0, r1]: [Register; 2]) -> Result<Register, ErrorCode> {
    if ReturnVariant::from(r0.as_u32()) == return_variant::FAILURE {
        return Err(ErrorCode::from_kernel(r1.as_u32()));
    }
    Ok(r1)
}

fn exit<S: RawSyscalls>(id: u32, exit_code: u32) -> ! {
    loop {
        // SAFETY: Exit takes two numbers and touches no memory. It returns only
        // for an unknown `id`, which neither caller passes.
        unsafe { S::syscall2::<{ syscall_class::EXIT }>([id.into(), exit_code.into()]) };
    }
}

impl<S: RawSyscalls> Syscalls for S {
    fn yield_no_wait() -> YieldNoWaitReturn {
        let mut flag = MaybeUninit::<u8>::new(YieldNoWaitReturn::NoUpcall as u8);
        // SAFETY: The second argument is the address of a byte of this frame,
        // which the kernel writes before the call returns.
        let flag = unsafe {
            Self::yield2([yield_id::NO_WAIT.into(), flag.as_mut_ptr().into()]);
            flag.assume_init()
        };
        match flag {
            0 => YieldNoWaitReturn::NoUpcall,
            _ => YieldNoWaitReturn::Upcall,
        }
    }

    fn yield_wait() {
        // SAFETY: Yield-wait reads no argument but its number.
        unsafe { Self::yield1([yield_id::WAIT.into()]) };
    }

    fn subscribe<
        'share,
        IDS: subscribe::SupportsId<DRIVER_NUM, SUBSCRIBE_NUM>,
        U: Upcall<IDS>,
        CONFIG: subscribe::Config,
        const DRIVER_NUM: u32,
        const SUBSCRIBE_NUM: u32,
    >(
        _subscribe: share::Handle<Subscribe<'share, Self, DRIVER_NUM, SUBSCRIBE_NUM>>,
        upcall: &'share U,
    ) -> Result<(), ErrorCode> {
        /// The part that does not depend on the upcall's type.
        ///
        /// # Safety
        ///
        /// `function` must be callable with `data` until this subscription is
        /// replaced.
        unsafe fn inner<S: Syscalls, CONFIG: subscribe::Config>(
            driver_num: u32,
            subscribe_num: u32,
            function: Register,
            data: Register,
        ) -> Result<(), ErrorCode> {
            // SAFETY: The caller promises that function and data stay valid.
            let answer = unsafe {
                S::syscall4::<{ syscall_class::SUBSCRIBE }>([
                    driver_num.into(),
                    subscribe_num.into(),
                    function,
                    data,
                ])
            };
            let (old_function, _) = swapped(answer)?;
            if !old_function.0.is_null() {
                CONFIG::returned_nonnull_upcall(driver_num, subscribe_num);
            }
            Ok(())
        }

        let function = kernel_upcall::<S, IDS, U> as *const ();
        // SAFETY: `kernel_upcall` asks for a live `&U` as its data. This one
        // lives for `'share`, and the handle proves that a `Subscribe` exists
        // that unsubscribes before `'share` ends.
        unsafe {
            inner::<S, CONFIG>(
                DRIVER_NUM,
                SUBSCRIBE_NUM,
                function.into(),
                core::ptr::from_ref(upcall).into(),
            )
        }
    }

    fn unsubscribe(driver_num: u32, subscribe_num: u32) {
        // SAFETY: The null upcall is never called.
        unsafe {
            Self::syscall4::<{ syscall_class::SUBSCRIBE }>([
                driver_num.into(),
                subscribe_num.into(),
                0u32.into(),
                0u32.into(),
            ]);
        }
    }

    fn command(driver_id: u32, command_id: u32, argument0: u32, argument1: u32) -> CommandReturn {
        // SAFETY: A command takes numbers only; what it may do to memory is
        // bounded by what was allowed before.
        let [r0, r1, r2, r3] = unsafe {
            Self::syscall4::<{ syscall_class::COMMAND }>([
                driver_id.into(),
                command_id.into(),
                argument0.into(),
                argument1.into(),
            ])
        };
        // SAFETY: These are the registers of the kernel's answer to a command.
        unsafe { CommandReturn::new(r0.as_u32().into(), r1.as_u32(), r2.as_u32(), r3.as_u32()) }
    }

    fn allow_rw<'share, CONFIG: allow_rw::Config, const DRIVER_NUM: u32, const BUFFER_NUM: u32>(
        _allow_rw: share::Handle<AllowRw<'share, Self, DRIVER_NUM, BUFFER_NUM>>,
        buffer: &'share mut [u8],
    ) -> Result<(), ErrorCode> {
        // SAFETY: The buffer is borrowed for `'share`, and the handle proves
        // that an `AllowRw` exists that takes it back before `'share` ends. The
        // borrow is exclusive, so the process cannot look while the kernel
        // writes.
        let answer = unsafe {
            Self::syscall4::<{ syscall_class::ALLOW_RW }>([
                DRIVER_NUM.into(),
                BUFFER_NUM.into(),
                buffer.as_mut_ptr().into(),
                buffer.len().into(),
            ])
        };
        let (_, old_len) = swapped(answer)?;
        if usize::from(old_len) != 0 {
            CONFIG::returned_nonzero_buffer(DRIVER_NUM, BUFFER_NUM);
        }
        Ok(())
    }

    fn unallow_rw(driver_num: u32, buffer_num: u32) {
        // SAFETY: There is nothing in an empty buffer that could be misused.
        unsafe {
            Self::syscall4::<{ syscall_class::ALLOW_RW }>([
                driver_num.into(),
                buffer_num.into(),
                0u32.into(),
                0u32.into(),
            ]);
        }
    }

    fn allow_ro<'share, CONFIG: allow_ro::Config, const DRIVER_NUM: u32, const BUFFER_NUM: u32>(
        _allow_ro: share::Handle<AllowRo<'share, Self, DRIVER_NUM, BUFFER_NUM>>,
        buffer: &'share [u8],
    ) -> Result<(), ErrorCode> {
        // SAFETY: The buffer is borrowed for `'share`, and the handle proves
        // that an `AllowRo` exists that takes it back before `'share` ends. The
        // kernel only reads it, as does whoever else holds a shared borrow.
        let answer = unsafe {
            Self::syscall4::<{ syscall_class::ALLOW_RO }>([
                DRIVER_NUM.into(),
                BUFFER_NUM.into(),
                buffer.as_ptr().into(),
                buffer.len().into(),
            ])
        };
        let (_, old_len) = swapped(answer)?;
        if usize::from(old_len) != 0 {
            CONFIG::returned_nonzero_buffer(DRIVER_NUM, BUFFER_NUM);
        }
        Ok(())
    }

    fn unallow_ro(driver_num: u32, buffer_num: u32) {
        // SAFETY: There is nothing in an empty buffer that could be misused.
        unsafe {
            Self::syscall4::<{ syscall_class::ALLOW_RO }>([
                driver_num.into(),
                buffer_num.into(),
                0u32.into(),
                0u32.into(),
            ]);
        }
    }

    unsafe fn memop_brk(addr: *const u8) -> Result<(), ErrorCode> {
        // SAFETY: The caller promises not to use what lies beyond the new end.
        memop_done(unsafe {
            Self::syscall2::<{ syscall_class::MEMOP }>([memop::BRK.into(), addr.into()])
        })
    }

    unsafe fn memop_sbrk(incr: i32) -> Result<*const u8, ErrorCode> {
        // SAFETY: The caller promises not to use what lies beyond the new end.
        memop_value(unsafe {
            Self::syscall2::<{ syscall_class::MEMOP }>([memop::SBRK.into(), incr.into()])
        })
        .map(Into::into)
    }

    fn memop_increment_brk(incr: u32) -> Result<*const u8, ErrorCode> {
        let incr = i32::try_from(incr).map_err(|_| ErrorCode::Invalid)?;
        // SAFETY: The increment is not negative, so no memory is given up.
        unsafe { Self::memop_sbrk(incr) }
    }

    fn memop_app_ram_start() -> Result<*const u8, ErrorCode> {
        // SAFETY: This operation takes no argument and changes nothing.
        memop_value(unsafe {
            Self::syscall1::<{ syscall_class::MEMOP }>([memop::APP_RAM_START.into()])
        })
        .map(Into::into)
    }

    fn memop_debug_stack_start(stack_top: *const u8) -> Result<(), ErrorCode> {
        // SAFETY: The kernel keeps the address for its debug output only.
        memop_done(unsafe {
            Self::syscall2::<{ syscall_class::MEMOP }>([
                memop::DEBUG_STACK_START.into(),
                stack_top.into(),
            ])
        })
    }

    fn memop_debug_heap_start(heap_bottom: *const u8) -> Result<(), ErrorCode> {
        // SAFETY: The kernel keeps the address for its debug output only.
        memop_done(unsafe {
            Self::syscall2::<{ syscall_class::MEMOP }>([
                memop::DEBUG_HEAP_START.into(),
                heap_bottom.into(),
            ])
        })
    }

    fn exit_terminate(exit_code: u32) -> ! {
        exit::<S>(exit_id::TERMINATE, exit_code)
    }

    fn exit_restart(exit_code: u32) -> ! {
        exit::<S>(exit_id::RESTART, exit_code)
    }
}
