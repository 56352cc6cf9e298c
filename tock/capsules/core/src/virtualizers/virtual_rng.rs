// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! One source of random numbers shared by any number of kernel clients.
//!
//! No random word is given to two clients.
//!
//! Usage
//! -----
//!
//! ```rust,ignore
//! let mux = static_init!(MuxRngMaster<'static>, MuxRngMaster::new(rng));
//! rng.set_client(mux);
//!
//! let device = static_init!(
//!     VirtualRngMasterDevice<'static>,
//!     VirtualRngMasterDevice::new(mux)
//! );
//! device.set_client(client);
//! ```

use core::cell::Cell;

use kernel::ErrorCode;
use kernel::collections::list::{List, ListLink, ListNode};
use kernel::hil::rng::{Client, Continue, Rng};
use kernel::utilities::cells::OptionalCell;

/// The owner of the source.
pub struct MuxRngMaster<'a> {
    rng: &'a dyn Rng<'a>,
    devices: List<'a, VirtualRngMasterDevice<'a>>,
    /// The source has been asked and has not answered `Done`-ward yet.
    running: Cell<bool>,
}

impl<'a> MuxRngMaster<'a> {
    /// Makes a mux over `rng`, whose client it must be made.
    pub const fn new(rng: &'a dyn Rng<'a>) -> MuxRngMaster<'a> {
        MuxRngMaster {
            rng,
            devices: List::new(),
            running: Cell::new(false),
        }
    }

    fn any_waiting(&self) -> bool {
        self.devices.iter().any(|device| device.waiting.get())
    }
}

impl Client for MuxRngMaster<'_> {
    fn randomness_available(
        &self,
        randomness: &mut dyn Iterator<Item = u32>,
        error: Result<(), ErrorCode>,
    ) -> Continue {
        for device in self.devices.iter() {
            if !device.waiting.replace(false) {
                continue;
            }
            let answer = device
                .client
                .map(|client| client.randomness_available(randomness, error));
            if matches!(answer, Some(Continue::More)) {
                device.waiting.set(true);
                if error.is_ok() {
                    // It has used up what there was.
                    break;
                }
            }
        }
        // Clients may have asked again from within the callback.
        if self.any_waiting() {
            Continue::More
        } else {
            self.running.set(false);
            Continue::Done
        }
    }
}

/// One of the devices that share a [`MuxRngMaster`].
///
/// It takes part from the moment its client is set.
pub struct VirtualRngMasterDevice<'a> {
    mux: &'a MuxRngMaster<'a>,
    waiting: Cell<bool>,
    next: ListLink<'a, VirtualRngMasterDevice<'a>>,
    client: OptionalCell<&'a dyn Client>,
}

impl<'a> VirtualRngMasterDevice<'a> {
    /// Makes a device of `mux`.
    pub const fn new(mux: &'a MuxRngMaster<'a>) -> VirtualRngMasterDevice<'a> {
        VirtualRngMasterDevice {
            mux,
            waiting: Cell::new(false),
            next: ListLink::empty(),
            client: OptionalCell::empty(),
        }
    }
}

impl<'a> ListNode<'a, VirtualRngMasterDevice<'a>> for VirtualRngMasterDevice<'a> {
    fn next(&'a self) -> &'a ListLink<'a, VirtualRngMasterDevice<'a>> {
        &self.next
    }
}

impl<'a> Rng<'a> for VirtualRngMasterDevice<'a> {
    fn get(&self) -> Result<(), ErrorCode> {
        self.waiting.set(true);
        if self.mux.running.replace(true) {
            return Ok(());
        }
        self.mux.rng.get().inspect_err(|_| {
            self.mux.running.set(false);
            self.waiting.set(false);
        })
    }

    fn cancel(&self) -> Result<(), ErrorCode> {
        self.waiting.set(false);
        if self.mux.running.get() && !self.mux.any_waiting() {
            self.mux.rng.cancel()?;
            self.mux.running.set(false);
        }
        Ok(())
    }

    fn set_client(&'a self, client: &'a dyn Client) {
        if self.client.is_none() {
            self.mux.devices.push_head(self);
        }
        self.client.set(client);
    }
}
