// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! ECDSA signatures in software.
//!
//! A crate of its own, because it depends on one from outside of Tock.

#![forbid(unsafe_code)]
#![no_std]

pub mod p256;
