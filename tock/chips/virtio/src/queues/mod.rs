// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Queues of buffers that a driver and a device share.

pub mod split_queue;
mod virtqueue;

pub use virtqueue::{Virtqueue, VirtqueueAddresses};
