// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The types of inter-process communication, which this kernel does not offer.
//!
//! [`Kernel::kernel_loop`](crate::Kernel::kernel_loop) takes an optional
//! `&IPC<N>`. A board without the service passes `None::<&IPC<0>>`. No task of
//! the kind [`Task::IPC`](crate::process::Task::IPC) is ever queued.

use crate::capabilities::MemoryAllocationCapability;
use crate::kernel::Kernel;

/// Driver number of inter-process communication.
pub const DRIVER_NUM: usize = 0x10000;

/// Which side of a conversation an upcall is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IPCUpcallType {
    /// The process that registered a service.
    Service,
    /// The process that uses a service.
    Client,
}

/// Inter-process communication between up to `NUM_PROCS` processes.
pub struct IPC<const NUM_PROCS: u8>(());

impl<const NUM_PROCS: u8> IPC<NUM_PROCS> {
    /// Makes the value that `kernel_loop` takes; it offers no system calls.
    pub fn new(
        _kernel: &'static Kernel,
        _driver_num: usize,
        _capability: &dyn MemoryAllocationCapability,
    ) -> IPC<NUM_PROCS> {
        IPC(())
    }
}
