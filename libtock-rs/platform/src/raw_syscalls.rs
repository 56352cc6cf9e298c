// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The few shapes of system call instruction that a platform must provide.

use crate::Register;

/// Makes system calls of any class with unchecked arguments.
///
/// The number in a method's name is the number of argument registers that it
/// sets. Use [`crate::Syscalls`], which every implementor has, to make calls.
///
/// # Safety
///
/// An implementation must make the system call that was asked for with exactly
/// the given arguments, must report the kernel's answer unchanged, and must
/// tell the compiler about every register and all memory that the kernel or an
/// upcall may change.
pub unsafe trait RawSyscalls: Sized {
    /// Yields with one argument (the yield number).
    ///
    /// # Safety
    ///
    /// The argument must be the number of a yield that reads no other argument.
    unsafe fn yield1(_: [Register; 1]);

    /// Yields with two arguments (the yield number and its parameter A).
    ///
    /// # Safety
    ///
    /// For yield-no-wait the second argument must be null or the address of a
    /// byte that the caller may write.
    unsafe fn yield2(_: [Register; 2]);

    /// Makes a call of class `CLASS` with one argument and two results.
    ///
    /// # Safety
    ///
    /// `CLASS` must be memop, the argument the number of a memory operation
    /// that takes no argument and leaves the memory of the process alone.
    unsafe fn syscall1<const CLASS: usize>(_: [Register; 1]) -> [Register; 2];

    /// Makes a call of class `CLASS` with two arguments and two results.
    ///
    /// # Safety
    ///
    /// `CLASS` must be exit or memop. A memory operation must not take memory
    /// away that is in use.
    unsafe fn syscall2<const CLASS: usize>(_: [Register; 2]) -> [Register; 2];

    /// Makes a call of class `CLASS` with four arguments and four results.
    ///
    /// # Safety
    ///
    /// `CLASS` must be subscribe, command, read-write allow or read-only allow.
    /// What a subscribe or an allow refers to must stay valid until the kernel
    /// has given it back, and may meanwhile be used only as the class permits.
    unsafe fn syscall4<const CLASS: usize>(_: [Register; 4]) -> [Register; 4];
}
