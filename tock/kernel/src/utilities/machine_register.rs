// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The content of a register of user space, a number or a pointer.

use crate::utilities::capability_ptr::CapabilityPtr;
use core::fmt;

/// As wide as the wider of `usize` and a pointer with its authority. The kernel
/// passes it through without knowing which of both it is.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
#[repr(transparent)]
pub struct MachineRegister {
    value: CapabilityPtr,
}

impl MachineRegister {
    /// The content as a pointer.
    pub fn as_capability_ptr(self) -> CapabilityPtr {
        self.value
    }

    /// The content as a number.
    pub fn as_usize(self) -> usize {
        self.value.addr()
    }

    /// The content as a number, for processes whose registers have 32 bits: the
    /// upper half, where the kernel's are wider, is cut off.
    // On a 32-bit machine the mask changes nothing.
    #[allow(clippy::identity_op)]
    pub fn as_usize_32bit(self) -> usize {
        self.value.addr() & 0xFFFF_FFFF
    }
}

impl From<usize> for MachineRegister {
    fn from(from: usize) -> Self {
        Self {
            value: CapabilityPtr::from(from),
        }
    }
}

impl From<CapabilityPtr> for MachineRegister {
    fn from(from: CapabilityPtr) -> Self {
        Self { value: from }
    }
}

impl fmt::Debug for MachineRegister {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.value, f)
    }
}

impl fmt::UpperHex for MachineRegister {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::UpperHex::fmt(&self.value, f)
    }
}

impl fmt::LowerHex for MachineRegister {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::LowerHex::fmt(&self.value, f)
    }
}
