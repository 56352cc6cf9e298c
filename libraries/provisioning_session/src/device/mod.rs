// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The device's end of the conversation, without I/O.
//!
//! ```text
//! AwaitReply -> AwaitShare -> CountAttempt -> Agree -> AwaitConfirm -> ClearAttempts
//!     -> AwaitProof -> Verify -> Verified -> Sign -> AwaitConfig -> Store -> AwaitAck -> Ended
//! ```
//! Inside, each state is a type whose transitions consume it (`states`);
//! outside, [`DeviceSession`] is one value that a capsule can hold. It does one
//! slice of work per [`DeviceSession::advance`] and asks for everything else
//! by what that returns.

mod session;
mod states;

pub use session::{DeviceSession, Phase, Progress, StorageFailed};
pub use states::{DeviceSetup, HelloFacts};
