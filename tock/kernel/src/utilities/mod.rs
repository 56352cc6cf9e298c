// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Small things that kernel, chips and capsules share.

pub mod arch_helpers;
pub mod binary_write;
pub mod capability_ptr;
pub mod copy_range;
pub mod copy_slice;
pub mod helpers;
pub mod io_write;
pub mod leasable_buffer;
pub mod machine_register;
pub mod math;
pub mod mut_imut_buffer;
pub mod single_thread_value;
#[doc(hidden)]
pub mod static_init;
pub mod static_ref;
pub mod streaming_process_slice;

mod macros;

pub use static_ref::StaticRef;

/// Cells of the crate `tock-cells`.
pub mod cells {
    pub use tock_cells::map_cell::MapCell;
    pub use tock_cells::numeric_cell_ext::NumericCellExt;
    pub use tock_cells::optional_cell::OptionalCell;
    pub use tock_cells::take_cell::TakeCell;
}

/// Register access of the crate `tock-registers`.
pub mod registers {
    pub use tock_registers::fields::{Field, FieldValue};
    pub use tock_registers::registers::{
        Aliased, InMemoryRegister, ReadOnly, ReadWrite, WriteOnly,
    };
    pub use tock_registers::{LocalRegisterCopy, interfaces};
    pub use tock_registers::{register_bitfields, register_structs};
}
