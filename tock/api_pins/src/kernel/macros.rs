// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Deferred calls, capabilities, components and the macros of the crate root.

use core::mem::MaybeUninit;

use crate::implements;
use crate::kernel::platform::PinThread;
use kernel::capabilities;
use kernel::component::Component;
use kernel::deferred_call::{
    DeferredCall, DeferredCallClient, initialize_deferred_call_state,
    initialize_deferred_call_state_unsafe,
};

pub struct Whole;

impl DeferredCallClient for Whole {
    fn handle_deferred_call(&self) {}
    fn register(&'static self) {}
}

const _: fn() -> DeferredCall = DeferredCall::new;
const _: fn(&DeferredCall, &'static Whole) = DeferredCall::register::<Whole>;
const _: fn(&DeferredCall) = DeferredCall::set;
const _: fn(&DeferredCall) -> bool = DeferredCall::is_pending;
const _: fn() -> Option<usize> = DeferredCall::service_next_pending;
const _: fn() -> bool = DeferredCall::has_tasks;
const _: fn() = DeferredCall::verify_setup;
const _: fn() = initialize_deferred_call_state::<PinThread>;
const _: unsafe fn() = initialize_deferred_call_state_unsafe::<PinThread>;

impl Component for Whole {
    type StaticInput = &'static mut MaybeUninit<u8>;
    type Output = &'static u8;

    fn finalize(self, static_memory: &'static mut MaybeUninit<u8>) -> &'static u8 {
        static_memory.write(0)
    }
}

// SAFETY: no code is ever given a value of this type.
unsafe impl capabilities::ProcessManagementCapability for Whole {}
// SAFETY: as above.
unsafe impl capabilities::ProcessStartCapability for Whole {}
// SAFETY: as above.
unsafe impl capabilities::MainLoopCapability for Whole {}
// SAFETY: as above.
unsafe impl capabilities::MemoryAllocationCapability for Whole {}
// SAFETY: as above.
unsafe impl capabilities::ExternalProcessCapability for Whole {}
// SAFETY: as above.
unsafe impl capabilities::KerneluserStorageCapability for Whole {}
// SAFETY: as above.
unsafe impl capabilities::ApplicationStorageCapability for Whole {}
// SAFETY: as above.
unsafe impl capabilities::UdpDriverCapability for Whole {}
// SAFETY: as above.
unsafe impl capabilities::CreatePortTableCapability for Whole {}
// SAFETY: as above.
unsafe impl capabilities::NetworkCapabilityCreationCapability for Whole {}
// SAFETY: as above.
unsafe impl capabilities::SetDebugWriterCapability for Whole {}

kernel::define_capability_type!(Defined: capabilities::ProcessManagementCapability, capabilities::ProcessStartCapability);
implements!(Defined: capabilities::ProcessManagementCapability, capabilities::ProcessStartCapability);

/// Expands the macros that make capabilities.
pub fn capability_macros() {
    fn by_value<T: capabilities::MainLoopCapability + capabilities::ProcessStartCapability>(_: T) {}
    fn by_reference(_: &dyn capabilities::MemoryAllocationCapability) {}

    by_value(kernel::create_capability!(
        capabilities::MainLoopCapability,
        capabilities::ProcessStartCapability
    ));
    by_reference(&kernel::create_capability!(
        capabilities::MemoryAllocationCapability
    ));
    kernel::create_typed_capability!(
        typed,
        Typed: capabilities::MainLoopCapability,
        capabilities::ProcessStartCapability
    );
    let typed: Typed = typed;
    by_value(typed);
    // SAFETY: no code that runs can reach this value.
    let _: Defined = unsafe { kernel::mint_defined_capability!(Defined) };
}

/// Expands the macros that set memory aside.
///
/// # Safety
/// Not to be called at all.
pub unsafe fn memory_macros() -> (&'static mut u32, &'static mut MaybeUninit<[u8; 4]>) {
    // SAFETY: the promise of this function.
    unsafe { (kernel::static_init!(u32, 7), kernel::static_buf!([u8; 4])) }
}

const _: () = assert!(kernel::count_expressions!(1, "2", [3]) == 3usize);

/// Expands the macros that print.
pub fn debug_macros() {
    kernel::debug!("{} {}", 1, 2);
    kernel::debug_verbose!("{}", 1);
    let _: u8 = kernel::debug_expr!(3u8);
    kernel::debug_gpio!(0, set);
}

pub fn debug_process_slice(slice: &kernel::processbuffer::ReadableProcessSlice) {
    kernel::debug_process_slice!(slice);
}

/// Macros that expand to items.
pub mod items {
    kernel::stack_size! {0x8000}
    kernel::storage_volume!(VOLUME, 4);
}
