// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The provisioning daemon: everything of `provisiond` but its command line.
//!
//! ```text
//!   server ── one task per connection ──> connection ──> provisioning_session
//!     │                                      │   │
//!   responder (mDNS)                         │   └─> issuer: what this device gets
//!     │                                      │         (credentials, endpoint, state)
//!   control <── Unix socket ── client        └─> keys: setup code -> prover secret
//!                                                  (inventory, argon2id)
//! ```
//!
//! | module | purpose |
//! |---|---|
//! | [`server`], [`connection`], [`conversation`] | the listener, bytes and time, one device's state |
//! | [`registry`] | who is connected now, and who makes room when it is full |
//! | [`keys`], [`inventory`] | setup codes and what is derived from them |
//! | [`issuer`], [`settings`], [`credentials`], [`endpoint`] | the configuration that a device gets |
//! | [`state`], [`pending`] | what must outlive the daemon |
//! | [`control`], [`client`] | the control socket, both ends |
//! | [`responder`] | multicast DNS |
//! | [`mint`], [`qr`] | new devices |
//! | [`flash`] | what is in a device's flash |
//! | [`event`], [`event_log`], [`failure`] | what people and programs are told |

#![forbid(unsafe_code)]

mod admission;
pub mod client;
pub mod connection;
pub mod control;
pub mod conversation;
pub mod credentials;
pub mod endpoint;
pub mod event;
pub mod event_log;
pub mod failure;
pub mod files;
pub mod flash;
pub mod id;
pub mod inventory;
pub mod issuer;
pub mod keys;
pub mod mint;
pub mod pending;
pub mod qr;
pub mod random;
mod reasons;
pub mod registry;
pub mod responder;
pub mod server;
pub mod settings;
pub mod state;
pub mod work;
