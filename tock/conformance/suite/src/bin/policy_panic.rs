// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Faults as soon as it runs; its name says what the kernel does then.

#![no_std]
#![no_main]

use conformance_suite::fault::crash;
use libtock::runtime::{set_main, stack_size};

set_main! {crash}
stack_size! {0x800}
