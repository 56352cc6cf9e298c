// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Virtualizers: one hardware resource shared by several kernel clients.

pub mod virtual_alarm;
pub mod virtual_flash;
pub mod virtual_rng;
pub mod virtual_timer;
pub mod virtual_uart;
