// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Options of the kernel that a board chooses by cargo features.

/// The options as constants, so that code they switch off is compiled out but
/// still type-checked.
pub(crate) struct Config {
    /// Print each system call and its result.
    pub(crate) trace_syscalls: bool,
    /// Print what the process loader finds and does.
    pub(crate) debug_load_processes: bool,
    /// Print the state of chip and processes on panic.
    pub(crate) debug_panics: bool,
    /// Print what the checker of credentials decides.
    pub(crate) debug_process_credentials: bool,
}

/// The options of this build.
pub(crate) const CONFIG: Config = Config {
    trace_syscalls: cfg!(feature = "trace_syscalls"),
    debug_load_processes: cfg!(feature = "debug_load_processes"),
    debug_panics: !cfg!(feature = "no_debug_panics"),
    debug_process_credentials: cfg!(feature = "debug_process_credentials"),
};
