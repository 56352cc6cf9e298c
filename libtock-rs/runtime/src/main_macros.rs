// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What an application states about itself at its top.

/// Names the function that runs the application.
///
/// It may return `()`, `Result<(), ErrorCode>` or `!`. When it returns, the
/// process is terminated with completion code zero or the number of the error.
#[macro_export]
macro_rules! set_main {
    {$name:ident} => {
        // SAFETY: The entry code declares this symbol with this signature and
        // calls it once; there is no other definition of it.
        #[unsafe(no_mangle)]
        fn libtock_unsafe_main() -> ! {
            #[allow(unreachable_code)]
            $crate::__platform::Termination::complete::<$crate::TockSyscalls>($name())
        }
    };
}

/// Reserves `$size` bytes for the stack.
///
/// The stack lies at the very start of the process's memory, so that an
/// overflow faults instead of overwriting data.
#[macro_export]
macro_rules! stack_size {
    {$size:expr} => {
        // SAFETY: The symbol only reserves room in a section that holds nothing
        // else; no code reads or writes it by name. Its bytes become the stack.
        #[unsafe(no_mangle)]
        #[unsafe(link_section = ".stack_buffer")]
        #[used]
        pub static mut STACK_MEMORY: [u8; $size] = [0; $size];
    };
}
