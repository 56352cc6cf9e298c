// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Macros for boards: static memory and capabilities.
//!
//! Those that make capabilities expand to `unsafe impl`, with the lint allowed,
//! which a crate with `#![forbid(unsafe_code)]` refuses. So capsules cannot make
//! capabilities. Those for static memory call an unsafe function and leave the
//! `unsafe` block to the place of use.

/// Evaluates to `&'static mut $T` that holds `$e`, in memory of this very place.
///
/// # Panics
///
/// If the same place runs twice.
///
/// # Safety
///
/// Unless `$T` is `Send`, the value must stay in the thread that makes it.
#[macro_export]
macro_rules! static_init {
    ($T:ty, $e:expr $(,)?) => {{
        // Memory first, so that a second run panics before the value is made.
        let memory = $crate::static_buf!($T);
        memory.write($e)
    }};
}

/// Evaluates to `&'static mut MaybeUninit<$T>`, memory of this very place.
///
/// # Panics
///
/// If the same place runs twice.
///
/// # Safety
///
/// Unless `$T` is `Send`, the value must stay in the thread that takes it.
#[macro_export]
macro_rules! static_buf {
    ($T:ty $(,)?) => {{
        static MEMORY: $crate::utilities::static_init::StaticBuf<$T> =
            $crate::utilities::static_init::StaticBuf::new();
        MEMORY.take()
    }};
}

/// Like `static_buf!`, with a symbol name that debuggers and linker scripts know.
#[macro_export]
macro_rules! static_named_buf {
    ($T:ty, $name:expr $(,)?) => {{
        // SAFETY: whoever names the symbol sees to it that nothing else has the
        // name; the linker refuses a second one.
        #[unsafe(export_name = $name)]
        static MEMORY: $crate::utilities::static_init::StaticBuf<$T> =
            $crate::utilities::static_init::StaticBuf::new();
        MEMORY.take()
    }};
}

/// Reserves the kernel's stack, in bytes: `stack_size! {0x2000}`.
#[macro_export]
macro_rules! stack_size {
    {$size:expr} => {
        /// The kernel's stack.
        // SAFETY: the linker script, which alone names this section and symbol,
        // places them where the stack belongs; no code uses the bytes by name.
        #[unsafe(no_mangle)]
        #[unsafe(link_section = ".stack_buffer")]
        #[used]
        static STACK_MEMORY: $crate::utilities::static_init::StackMemory<{ $size }> =
            $crate::utilities::static_init::StackMemory::new();
    };
}

/// Reserves kilobytes of flash for storage: `storage_volume!(NAME, 32);`.
#[macro_export]
macro_rules! storage_volume {
    ($name:ident, $kB:expr $(,)?) => {
        // SAFETY: the section is flash for constant bytes, which these are.
        #[unsafe(link_section = ".storage")]
        #[used]
        pub static $name: [u8; $kB * 1024] = [0x00; $kB * 1024];
    };
}

/// How many expressions are given.
#[macro_export]
macro_rules! count_expressions {
    () => { 0usize };
    ($head:expr $(,)?) => { 1usize };
    ($head:expr, $($tail:expr),* $(,)?) => { 1usize + $crate::count_expressions!($($tail),*) };
}

/// Evaluates to a value that has the given capabilities.
#[macro_export]
macro_rules! create_capability {
    ($($T:path),+ $(,)?) => {{
        struct Capability;
        $(
            #[allow(
                unsafe_code,
                clippy::undocumented_unsafe_blocks,
                reason = "clippy does not find the comment where the macro is expanded"
            )]
            // SAFETY: the board, which alone can write this, grants it.
            unsafe impl $T for Capability {}
        )+
        Capability
    }};
}

/// Declares a type with the given capabilities and binds a variable to a value of
/// it: `create_typed_capability!(cap, CapType: capabilities::X, capabilities::Y);`.
#[macro_export]
macro_rules! create_typed_capability {
    ($var:ident, $name:ident : $($T:path),+ $(,)?) => {
        struct $name;
        $(
            #[allow(
                unsafe_code,
                clippy::undocumented_unsafe_blocks,
                reason = "clippy does not find the comment where the macro is expanded"
            )]
            // SAFETY: the board, which alone can write this, grants it.
            unsafe impl $T for $name {}
        )+
        let $var = $name;
    };
}

/// Declares a public type with the given capabilities, for the types of fields.
/// Its value comes from `mint_defined_capability!` in the same module.
#[macro_export]
macro_rules! define_capability_type {
    ($name:ident : $($T:path),+ $(,)?) => {
        pub struct $name {
            _private: (),
        }

        impl $name {
            /// # Safety
            ///
            /// Whoever gets the value has the capabilities of its type.
            #[allow(unsafe_code, dead_code, reason = "minting is what has to be unsafe")]
            unsafe fn __mint() -> Self {
                Self { _private: () }
            }
        }

        $(
            #[allow(
                unsafe_code,
                clippy::undocumented_unsafe_blocks,
                reason = "clippy does not find the comment where the macro is expanded"
            )]
            // SAFETY: the board, which alone can write this, grants it.
            unsafe impl $T for $name {}
        )+
    };
}

/// Makes a value of a type of `define_capability_type!`; unsafe.
#[macro_export]
macro_rules! mint_defined_capability {
    ($name:ty) => {
        <$name>::__mint()
    };
}

#[cfg(test)]
mod tests {
    use crate::capabilities::{MainLoopCapability, MemoryAllocationCapability};

    fn needs_main_loop(_cap: &dyn MainLoopCapability) {}
    fn needs_memory<C: MemoryAllocationCapability>(_cap: C) {}

    define_capability_type!(Both: MainLoopCapability, MemoryAllocationCapability);

    #[test]
    fn capabilities_are_accepted_where_they_are_needed() {
        let anonymous = create_capability!(MainLoopCapability, MemoryAllocationCapability);
        needs_main_loop(&anonymous);
        needs_memory(anonymous);
        create_typed_capability!(typed, Typed: MainLoopCapability);
        let typed: Typed = typed;
        needs_main_loop(&typed);
        // SAFETY: this test is the board.
        let both: Both = unsafe { mint_defined_capability!(Both) };
        needs_main_loop(&both);
        needs_memory(both);
    }

    #[test]
    fn expressions_are_counted() {
        assert_eq!(count_expressions!(), 0);
        assert_eq!(count_expressions!(1), 1);
        assert_eq!(count_expressions!(1, "two", 3.0,), 3);
    }

    fn make(value: u32) -> &'static mut u32 {
        // SAFETY: `u32` is `Send`.
        unsafe { static_init!(u32, value) }
    }

    #[test]
    fn static_init_panics_when_its_place_runs_twice() {
        let first = make(5);
        *first += 1;
        assert!(std::panic::catch_unwind(|| *make(7)).is_err());
        assert_eq!(*first, 6);
    }

    #[test]
    fn each_place_has_its_own_memory() {
        // SAFETY: arrays of bytes are `Send`.
        let (a, b) = unsafe { (static_buf!([u8; 4]), static_init!([u8; 4], [2; 4])) };
        assert_eq!((a.write([1; 4]), b), (&mut [1; 4], &mut [2; 4]));
    }
}
