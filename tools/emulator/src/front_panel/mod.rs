// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The front panel in the terminal.

mod model;
mod terminal;
mod view;

pub use terminal::show;
