// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The kernel as a whole, on the host: a board with a chip that plays scripts.

mod board;
mod chip;
mod tbf;

#[cfg(all(target_os = "linux", not(miri)))]
mod fixed_addresses;
mod grants;
mod lifecycle;
mod loader_machine;
mod loading;
mod memory;
mod processbuffer;
mod syscalls;
