// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! `mstatus`: privilege and interrupt state of the hart.

use kernel::utilities::registers::register_bitfields;

register_bitfields![usize,
    pub mstatus [
        /// Machine mode takes interrupts.
        mie OFFSET(3) NUMBITS(1) [],
        /// What `mie` becomes with the next `mret`.
        mpie OFFSET(7) NUMBITS(1) [],
        /// State of the vector unit; 0 makes its instructions illegal.
        vs OFFSET(9) NUMBITS(2) [],
        /// Mode that the next `mret` enters.
        mpp OFFSET(11) NUMBITS(2) [
            USER = 0,
            SUPERVISOR = 1,
            MACHINE = 3
        ],
        /// State of the floating point unit; 0 makes its instructions illegal.
        fs OFFSET(13) NUMBITS(2) [],
        /// Machine mode loads and stores with the rights of `mpp`.
        mprv OFFSET(17) NUMBITS(1) []
    ]
];
