// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! `mie`: which interrupt sources are let through.

use kernel::utilities::registers::register_bitfields;

register_bitfields![usize,
    pub mie [
        msoft OFFSET(3) NUMBITS(1) [],
        mtimer OFFSET(7) NUMBITS(1) [],
        mext OFFSET(11) NUMBITS(1) []
    ]
];
