// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The daemon's end of the conversation, without I/O.
//!
//! ```text
//! AwaitHello -> NeedSecret -> AwaitShare -> AwaitProof -> NeedConfig -> AwaitReceipt -> Ended
//! ```
//! A host may stall for a multiplication, so each frame is answered within
//! [`DaemonSession::receive`]. Only the password hash, which takes long, is the
//! caller's to run, wherever it likes: between [`Progress::NeedSecret`] and
//! [`DaemonSession::provide`].

#[cfg(feature = "key-log")]
mod key_log;
mod session;
mod states;

#[cfg(feature = "key-log")]
pub use key_log::SessionSecrets;
pub use session::{DaemonSession, Progress};
pub use states::DaemonSetup;
