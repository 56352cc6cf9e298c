// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The system call drivers under the real kernel, with processes that the
//! test plays: grants, buffers, upcalls and dead processes included.

mod alarm;
mod console;
mod ethernet_tap;
mod harness;
mod low_level_debug;
mod pins;
mod process_info;
mod rng;
