// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! From binaries in flash to processes in the process array.
//!
//! Flash holds one TBF after the other. [`load_processes`] makes processes of
//! them at once; [`SequentialProcessLoaderMachine`] does so in the background
//! and has credentials checked and identities assigned.

mod machine;
mod selection;
mod sync;

use core::fmt;

use crate::config::CONFIG;
use crate::process::Process;
use crate::process_binary::ProcessBinaryError;
use crate::process_checker::{AppIdPolicy, ProcessCheckError};

pub use machine::SequentialProcessLoaderMachine;
pub use sync::load_processes;

/// Why no process was made of a binary.
pub enum ProcessLoadError {
    /// Not enough RAM is left for it.
    NotEnoughMemory,
    /// The MPU cannot protect flash of its length and address.
    MpuInvalidFlashLength,
    /// The MPU cannot protect it.
    MpuConfigurationError,
    /// Its RAM must be at an address that is not to be had.
    MemoryAddressMismatch {
        /// The address that is to be had.
        actual_address: *mut u8,
        /// The address that it was linked for.
        expected_address: *mut u8,
    },
    /// The process array is full.
    NoProcessSlot,
    /// The binary is not one that may run here.
    BinaryError(ProcessBinaryError),
    /// The check of its credentials says no.
    CheckError(ProcessCheckError),
    /// The kernel is at fault.
    InternalError,
}

impl fmt::Debug for ProcessLoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProcessLoadError::NotEnoughMemory => write!(f, "not enough RAM is left"),
            ProcessLoadError::MpuInvalidFlashLength => {
                write!(f, "the MPU cannot protect its flash")
            }
            ProcessLoadError::MpuConfigurationError => write!(f, "the MPU cannot protect it"),
            ProcessLoadError::MemoryAddressMismatch {
                actual_address,
                expected_address,
            } => write!(
                f,
                "its RAM must start at {:?}, but memory is free from {:?} on",
                expected_address, actual_address
            ),
            ProcessLoadError::NoProcessSlot => write!(f, "the process array is full"),
            ProcessLoadError::BinaryError(error) => write!(f, "{:?}", error),
            ProcessLoadError::CheckError(error) => write!(f, "{:?}", error),
            ProcessLoadError::InternalError => write!(f, "internal error"),
        }
    }
}

/// Is told how loading goes.
pub trait ProcessLoadingAsyncClient {
    /// A process was made of a binary, or was not. Others follow.
    fn process_loaded(&self, result: Result<(), ProcessLoadError>);

    /// No more binaries follow. Called in the same deferred call in which the
    /// processes were made, so none of them has executed yet.
    fn process_loading_finished(&self);
}

/// Loads processes in the background.
pub trait ProcessLoadingAsync<'a> {
    /// Sets who is told how loading goes.
    fn set_client(&self, client: &'a dyn ProcessLoadingAsyncClient);

    /// Sets who decides about identities.
    fn set_policy(&self, policy: &'a dyn AppIdPolicy);

    /// Starts to load. The client is called later.
    fn start(&self);
}

/// Tells people that flash at `address` holds a binary that is not run.
///
/// Padding is there for no other purpose, so it is passed over in silence.
fn tell_skipped(address: usize, error: &ProcessBinaryError) {
    if !matches!(error, ProcessBinaryError::Padding) {
        crate::debug!("[loader] app at {:#010x} skipped: {:?}", address, error);
    }
}

/// Tells people about a new process, if the board wants that.
fn tell_loaded(process: &dyn Process) {
    if CONFIG.debug_load_processes {
        let addresses = process.get_addresses();
        crate::debug!(
            "[loader] app {} loaded: flash {:#010x}-{:#010x}, RAM {:#010x}-{:#010x}",
            process.get_process_name(),
            addresses.flash_start,
            addresses.flash_end,
            addresses.sram_start,
            addresses.sram_end
        );
    }
}
