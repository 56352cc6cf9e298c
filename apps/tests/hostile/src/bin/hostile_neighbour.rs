// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! In the place of the tenant blink, with its rights.

#![cfg_attr(target_os = "none", no_std, no_main)]
#![forbid(unsafe_code)]

hostile::process! {"hostile_neighbour"}
