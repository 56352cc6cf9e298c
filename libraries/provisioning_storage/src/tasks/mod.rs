// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What is done to the region, one flash operation at a time.
//!
//! A task is a state machine without I/O. The caller starts it with
//! [`Event::Begin`], carries out the [`Step`] that it answers with on one page
//! buffer, and reports back with [`Event::Done`] or [`Event::Failed`], until
//! the step is [`Step::Finished`]. Cutting the power is to stop calling.

mod commit;
mod erase;
mod index;
mod load;
mod record;
mod step;
mod wipe;

pub use commit::Commit;
pub use index::{Index, Verdict};
pub use load::Load;
pub use record::Record;
pub use step::{Event, Fault, Step, Task};
pub use wipe::Wipe;
