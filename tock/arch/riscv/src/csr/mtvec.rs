// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! `mtvec`: where traps enter.

use kernel::utilities::registers::register_bitfields;

register_bitfields![usize,
    pub mtvec [
        mode OFFSET(0) NUMBITS(2) [
            DIRECT = 0,
            VECTORED = 1
        ],
        /// Bits of the address from bit 2 on.
        trap_addr OFFSET(2) NUMBITS(30) []
    ]
];
