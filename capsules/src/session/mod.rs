// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The device's end of the conversation with the daemon, in the kernel.

mod beginning;
mod calls;
mod capsule;
mod pace;
mod port;
#[cfg(test)]
mod tests;

pub use capsule::{About, Session};
pub use port::{CopyIn, CopyOut, Phase, SessionClient, SessionObserver, SessionPort, Status};
