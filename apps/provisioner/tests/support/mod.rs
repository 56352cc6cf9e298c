// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A network with a daemon's host on it, a kernel, and a clock to move.

// Each test file uses a part of it.
#![allow(dead_code, unused_imports)]

mod attacker;
mod daemon;
mod kernel;
mod link;
mod world;

pub use attacker::{Attacker, Hold};
pub use daemon::{DAEMON, answer_of_host, answer_of_service};
pub use kernel::{Call, HELLO};
pub use link::{Direction, Fate};
pub use world::World;
