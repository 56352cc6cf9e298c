// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Key agreement, sealed records and both ends of the conversation.
//!
//! Everything here is pure: no I/O, no clock, no random source, no heap. The
//! caller hands in frames, randomness and the outcomes of flash writes, and
//! takes out frames and requests. `docs/reference/Protocol.md` is what the code
//! speaks.
//!
//! | module | purpose |
//! |---|---|
//! | [`secret`] | bytes that are never printed and are zeroized |
//! | [`engine`] | P-256 in slices: multiplication, ECDSA |
//! | [`spake2plus`] | RFC 9383, verifier in slices and prover |
//! | [`setup_code`] | the code on the label, and what is derived from it |
//! | [`sealed`] | the record layer |
//! | [`transcript`] | what both ends sign and bind |
//! | [`config_seal`] | the configuration at rest |
//! | [`device`], [`daemon`] | the two ends of the conversation |
//!
//! Limits: what this crate holds between two calls is zeroized, but the stack is
//! not. States move by value and take their keys along (record keys, key
//! schedules), and values of the group and of the field are `Copy` in `p256`:
//! copies of both stay on the stack, where no `Drop` reaches them. A caller
//! overwrites the stack after a conversation, as the session capsule does.

#![cfg_attr(not(any(test, fuzzing)), no_std)]
#![forbid(unsafe_code)]

pub mod config_seal;
pub mod conversation;
pub mod daemon;
pub mod device;
pub mod engine;
pub mod identity;
#[cfg(feature = "host")]
pub mod mint;
pub mod sealed;
pub mod secret;
pub mod setup_code;
pub mod spake2plus;
pub mod transcript;

#[cfg(test)]
#[path = "../tests/support/vectors.rs"]
mod vectors;
