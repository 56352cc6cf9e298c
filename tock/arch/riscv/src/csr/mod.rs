// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The control and status registers that the kernel uses.

pub mod mcause;
pub mod mie;
pub mod mip;
pub mod mstatus;
pub mod mtvec;
pub mod pmp;
mod registers;

pub use registers::{CSR, Csr};
