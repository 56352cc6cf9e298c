// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Device types and their drivers.

mod device;
pub mod virtio_net;
pub mod virtio_rng;

pub use device::{VirtIODeviceDriver, VirtIODeviceType};
