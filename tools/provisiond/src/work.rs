// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Work that a conversation waits for, done where it may take its time.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use tokio::task::spawn_blocking;

use crate::failure::{Failure, Kind};
use crate::issuer::Issued;
use crate::keys::{Derived, KeyError};

/// Work that a conversation waits for.
pub type Working = Pin<Box<dyn Future<Output = Work> + Send>>;

/// Finished work.
pub enum Work {
    /// The prover's secret.
    Secret(Result<Arc<Derived>, KeyError>),
    /// A configuration.
    Issued(Result<Issued, Failure>),
    /// The receipt was noted.
    Noted(Result<(), Failure>),
}

/// Runs `work` on a thread that may block; a panic of it is a failure. Once
/// begun it comes to its end, whatever becomes of who waits for it.
pub fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
    outcome: impl FnOnce(Result<T, Failure>) -> Work + Send + 'static,
) -> Working {
    let running = spawn_blocking(work);
    Box::pin(async move {
        let ended = running.await.map_err(|error| {
            Failure::new(
                Kind::Files,
                "working for a device",
                error,
                "this is a defect of provisiond",
            )
        });
        outcome(ended.unwrap_or_else(Err))
    })
}
