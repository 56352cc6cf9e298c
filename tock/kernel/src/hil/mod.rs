// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Hardware interface layers: what chips provide and capsules use.

pub mod digest;
pub mod entropy;
pub mod ethernet;
pub mod flash;
pub mod gpio;
pub mod hasher;
pub mod kv;
pub mod led;
pub mod nonvolatile_storage;
pub mod public_key_crypto;
pub mod rng;
pub mod symmetric_encryption;
pub mod time;
pub mod uart;
