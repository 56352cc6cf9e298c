// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What the supervisor and the parts that it drives ask of each other.
//!
//! ```text
//!                          supervisor
//!     Indicate | Window | Store | Launch | Restart | ProvisionedObserver
//!              |        |       |        |
//!       indicator  reset_button | launcher   (the board)  tenant_config_driver
//!                          config_store
//!                               | CommitStore
//!                            session            (and back: the traits *Client)
//! ```
//! The supervisor and its parts know these traits and not each other, so that
//! a host can play any of them, and a board may bring its own.

use kernel::ErrorCode;
use provisioning_flow::button::Gesture;
use provisioning_flow::indication::Indication;
use provisioning_storage::slot::NONCE_LEN;
use provisioning_storage::tasks::{Fault, Verdict};

/// The LEDs.
pub trait Indicate {
    /// Shows this from now on.
    fn show(&self, indication: Indication);
    /// Leaves the LEDs to the tenants.
    fn release(&self);
}

/// The button.
pub trait Window {
    /// Begins to watch it, for one gesture.
    fn open(&self);
    /// Stops; answers whether it was down all the time.
    fn close(&self) -> bool;
}

/// Is told what a person did with the button. Called from an interrupt's bottom
/// half or an alarm, never from within [`Window::open`].
pub trait ResetButtonClient {
    /// It went down while it was watched.
    fn down(&self);
    /// What this became. Nothing more is told until it is watched anew.
    fn made(&self, gesture: Gesture);
}

/// What a wipe makes of the attempt counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempts {
    /// A board that is locked stays so.
    Keep,
    /// They are cleared once everything is erased.
    Forgive,
}

/// The configuration region. `Ok` means that the callback will come.
pub trait Store {
    /// Reads factory data and configuration into the key store, then calls
    /// [`StoreClient::loaded`]. `BUSY`: something else is under way.
    fn load(&self) -> Result<(), ErrorCode>;
    /// Erases every page that ever held a configuration, and the copy in
    /// memory, as soon as what is under way is done; then calls
    /// [`StoreClient::wiped`]. `BUSY`: a wipe waits already. `RESERVE`: the
    /// region was not loaded.
    fn wipe(&self, attempts: Attempts) -> Result<(), ErrorCode>;
    /// Whether flash or device root have not answered yet, whoever asked.
    fn is_busy(&self) -> bool;
    /// Restarts in a row that a failure was the reason for; 0 before `load`.
    fn restarts(&self) -> u32;
    /// Makes this count of restarts durable, then calls
    /// [`StoreClient::restarts_recorded`]. `BUSY`: something else is under way.
    /// `RESERVE`: the region was not loaded, so that writing might destroy what
    /// is there.
    fn record_restarts(&self, restarts: u32) -> Result<(), ErrorCode>;
}

/// Why no configuration can be looked for. None of it is cured by provisioning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// The factory page is erased: the board was never minted.
    NotMinted,
    /// The factory page is not what was minted, or cannot be read.
    FactoryDamaged,
    /// The device root derived no key, for this reason.
    NoKey(ErrorCode),
}

/// Is told about loading, wiping and the count of restarts.
pub trait StoreClient {
    /// The region has been looked at. When the verdict is valid, the key store
    /// holds the configuration. When the region is unusable, no slot was
    /// looked at and nothing will be written.
    fn loaded(&self, found: Result<Verdict, Unusable>);
    /// The configuration was wiped, or could not be.
    fn wiped(&self, result: Result<(), Fault>);
    /// The count of restarts was written, or could not be.
    fn restarts_recorded(&self, result: Result<(), Fault>);
}

/// What a session needs of the region. `Ok` means that the callback will come;
/// `BUSY` that something else is under way, `RESERVE` that the region was not
/// loaded.
pub trait CommitStore {
    /// Attempts counted since the last confirmed session or the last wipe that
    /// forgave them.
    fn attempts(&self) -> u32;
    /// The lowest serial number that may be stored.
    fn lowest_serial(&self) -> u32;
    /// Whether a configuration is in force.
    fn holds_configuration(&self) -> bool;
    /// Makes the attempt counter durable, then calls
    /// [`CommitClient::attempts_recorded`].
    fn record_attempts(&self, attempts: u32) -> Result<(), ErrorCode>;
    /// Stores the configuration that is staged in the key store, then calls
    /// [`CommitClient::committed`]. `nonce` must be fresh from the random number
    /// generator. `RESERVE` also when nothing is staged.
    fn commit(&self, serial: u32, nonce: [u8; NONCE_LEN]) -> Result<(), ErrorCode>;
}

/// Is told about what a session makes durable.
pub trait CommitClient {
    /// The attempt counter was written, or could not be.
    fn attempts_recorded(&self, result: Result<(), Fault>);
    /// The staged configuration is in force, or could not be stored.
    fn committed(&self, result: Result<(), Fault>);
}

/// The applications.
pub trait Launch {
    /// Stops the tenants and starts the provisioner.
    fn run_provisioner(&self);
    /// Stops the provisioner and starts the tenants.
    fn run_tenants(&self);
    /// Stops all.
    fn stop_all(&self);
    /// Whether the provisioner was started and runs no more: it faulted more
    /// often than the board's fault policy restarts it, it ended, or it could
    /// not be started. Not, when none is installed.
    fn provisioner_stopped(&self) -> bool;
}

/// Is told when applications can be started.
pub trait LauncherClient {
    /// All applications are loaded and held.
    fn loaded(&self);
}

/// Restarts the board. The kernel has no interface for it, each chip has its
/// own way.
pub trait Restart {
    /// Does not have to return.
    fn restart(&self);
}

/// Is told when the board turns from unprovisioned to provisioned or back.
pub trait ProvisionedObserver {
    /// Tenants may ask for their configuration, or no longer.
    fn provisioned(&self, provisioned: bool);
}

/// What the provisioner process says about its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Looking for the daemon.
    Looking,
    /// Connecting to it.
    Connecting,
    /// Connected.
    Connected,
}

/// Is told by the provisioner process, through its driver.
pub trait LinkObserver {
    /// The connection is in another phase.
    fn link(&self, link: Link);
    /// The daemon asks to be shown this device, or no longer.
    fn identify(&self, on: bool);
    /// Whether the board is waiting for a configuration.
    fn wants_configuration(&self) -> bool;
    /// Whether the board holds a configuration that is in force.
    fn is_provisioned(&self) -> bool;
}
