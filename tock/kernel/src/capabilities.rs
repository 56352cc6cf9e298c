// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Marker traits that a caller must hold to do what not every capsule may.
//!
//! A type that implements one of these is a permission slip. Implementing one
//! takes `unsafe`, which capsules cannot write, so only boards can hand slips
//! out; see `create_capability!` and `define_capability_type!`.

macro_rules! capability {
    ($(#[doc = $doc:literal])+ $name:ident) => {
        $(#[doc = $doc])+
        ///
        /// # Safety
        ///
        /// The implementing type permits whoever holds a value of it to act; it
        /// must be given only to code that the board trusts with that.
        pub unsafe trait $name {}
    };
}

capability! {
    /// Permits to list, stop, resume, terminate and restart processes.
    ProcessManagementCapability
}
capability! {
    /// Permits to start a process that was terminated.
    ProcessStartCapability
}
capability! {
    /// Permits to run the main loop of the kernel.
    MainLoopCapability
}
capability! {
    /// Permits to allocate memory: to create grants.
    MemoryAllocationCapability
}
capability! {
    /// Permits to make processes and identifiers outside of the kernel crate.
    ExternalProcessCapability
}
capability! {
    /// Permits to use storage with the rights of the kernel.
    KerneluserStorageCapability
}
capability! {
    /// Permits to assign storage rights to applications.
    ApplicationStorageCapability
}
capability! {
    /// Permits to act as the UDP driver.
    UdpDriverCapability
}
capability! {
    /// Permits to create the table of bound UDP ports.
    CreatePortTableCapability
}
capability! {
    /// Permits to create capabilities to use the network.
    NetworkCapabilityCreationCapability
}
capability! {
    /// Permits to say where debug output goes.
    SetDebugWriterCapability
}
