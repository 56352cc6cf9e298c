// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What the process asks of the kernel.

use libtock_platform::{ErrorCode, Syscalls};
use libtock_provisioning::{Link, Provisioning, Status};

/// The kernel's session, as the process sees it.
pub trait Session {
    /// What is the case.
    fn status(&self) -> Result<Status, ErrorCode>;
    /// Begins a session.
    fn open(&self) -> Result<(), ErrorCode>;
    /// Hands over a received frame.
    fn receive(&self, frame_type: u8, payload: &[u8]) -> Result<(), ErrorCode>;
    /// Takes the frame that waits to be sent; gives its length in bytes.
    fn take(&self, frame: &mut [u8]) -> Result<usize, ErrorCode>;
    /// Ends the session.
    fn close(&self);
    /// The daemon asks to be shown this device, or no longer.
    fn identify(&self, on: bool);
    /// The connection is in another phase.
    fn link(&self, link: Link);
}

/// The session behind the driver.
pub struct KernelSession<S: Syscalls>(pub core::marker::PhantomData<S>);

impl<S: Syscalls> Session for KernelSession<S> {
    fn status(&self) -> Result<Status, ErrorCode> {
        Provisioning::<S>::status()
    }

    fn open(&self) -> Result<(), ErrorCode> {
        Provisioning::<S>::open()
    }

    fn receive(&self, frame_type: u8, payload: &[u8]) -> Result<(), ErrorCode> {
        Provisioning::<S>::receive(frame_type, payload)
    }

    fn take(&self, frame: &mut [u8]) -> Result<usize, ErrorCode> {
        Provisioning::<S>::take(frame)
    }

    fn close(&self) {
        // Closing what is closed already is no error.
        let _ = Provisioning::<S>::close();
    }

    fn identify(&self, on: bool) {
        // Only an LED: nothing depends on it.
        let _ = Provisioning::<S>::identify(on);
    }

    fn link(&self, link: Link) {
        // Only the LEDs: nothing depends on them.
        let _ = Provisioning::<S>::link(link);
    }
}
