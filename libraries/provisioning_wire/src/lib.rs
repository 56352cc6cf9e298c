// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Frames, messages and records of the provisioning protocol, generation 2.
//!
//! Everything here turns bytes into checked values and back, for both ends of
//! the connection and for the configuration at rest. Nothing here does I/O,
//! allocates, or knows a key. The normative text is
//! `docs/reference/Protocol.md`; `tests/vectors` pins it byte by byte.
//!
//! ```text
//!   TCP bytes -> FrameDecoder -> Frame -> Hello, ShareP, Sealed, Alert, ...
//!                                            |
//!                            (opened by the session layer)
//!                                            v
//!                            Proof, Config, Receipt, ReceiptAck
//!                                    |
//!                            Config::validate -> ValidConfig -> StoredConfig
//! ```
//!
//! Contract, for the whole crate:
//! - `parse` never panics; whatever is wrong with foreign bytes is one error,
//!   [`Malformed`].
//! - `emit` writes exactly `buffer_len()` bytes at the start of the buffer, or
//!   returns [`BufferTooSmall`] and leaves the buffer's content unspecified.

#![no_std]
#![forbid(unsafe_code)]

mod alert;
mod cbor;
mod config;
mod error;
mod frame;
mod hello;
pub mod limits;
mod messages;
mod record;
mod stored;
mod text;
mod validate;

pub use alert::{Alert, AlertCode};
pub use config::{
    Config, Grant, GrantFields, GrantOperations, Grants, Network, Psk, SecurityMode, Server,
};
pub use error::{BufferTooSmall, Malformed};
pub use frame::{Frame, FrameDecoder, FrameType, emit_frame, emit_frame_with, frame_header};
pub use hello::{Hello, HelloFlags, HelloReply, KdfParameters, ParametersOutOfBounds};
pub use messages::{ConfirmP, Sealed, ShareP, ShareV};
pub use record::{Field, Proof, Reason, Receipt, ReceiptAck, RecordKind, Refusal};
pub use stored::{DaemonPin, StoredConfig};
pub use text::{Text, TooLong};
pub use validate::ValidConfig;
