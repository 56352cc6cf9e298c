// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! From power-on to running tenants.
//!
//! ```text
//!            +----------+ erased, corrupt                +--------------+
//! power-on ->| Checking |------------------------------->| Provisioning |
//!            +----------+                                +--------------+
//!                 | valid   \ rolled back: leftovers     ^   | pressed  |
//!                 v          \       press, hold   wiped |   v          |
//!            +--------+  down +---------+ -----------> +--------+       | committed
//!            | Window |------>| Pressed |              | Wiping |       v
//!            +--------+       +---------+              +--------+   +--------+
//!                 |                | double press                   | Stored |
//!                 | elapsed        v                                +--------+
//!                 |           +-------------------+  committed          ^ |
//!                 |           | ProvisioningAnew  |---------------------+ |
//!                 v           +-------------------+                       |
//!            +--------+ nobody came |                        acknowledged |
//!            | Tenant |<------------+-------------------------------------+
//!            +--------+
//!
//! Checking, Wiping, Provisioning, ProvisioningAnew -- refused, storage fault -->
//!            +--------+  back-off
//!            | Failed |----------> restart
//!            +--------+
//! ```
//! A lost connection or a wrong code does not leave `Provisioning`: the
//! provisioner goes back to its search by itself. In `ProvisioningAnew` the
//! configuration stays in force until another one is committed, and comes back
//! into use when that does not happen in time.

use crate::button::Gesture;
use crate::discovery::{FIRST_QUERY_MS, LONGEST_HOLD_MS, MAX_CANDIDATES};

/// How long the button is obeyed after power-on when the board does not say
/// otherwise, in milliseconds.
pub const DEFAULT_WINDOW_MS: u64 = 8_000;

/// How long both LEDs are lit before the first restart of a row, in
/// milliseconds: long enough to be seen. It doubles with each restart.
pub const FAILURE_SHOWN_MS: u64 = 2_000;

/// The longest that a board waits before it restarts, in milliseconds.
pub const LONGEST_BACK_OFF_MS: u64 = 60_000;

/// How long the acknowledgement of the receipt is waited for once the
/// configuration is stored, in milliseconds (Protocol.md, "Order").
pub const ACKNOWLEDGEMENT_MS: u64 = 10_000;

/// How long the provisioner may still run once its session is over, in
/// milliseconds: it closes the connection, so that the daemon does not wait for
/// a device that is gone.
pub const FAREWELL_MS: u64 = 250;

/// How long a board that has a configuration waits for another one, in
/// milliseconds. Then the tenants start with what it has. A session that fails
/// does not shorten it: anybody on the network can make one fail.
pub const ANEW_MS: u64 = 600_000;

// Strangers cannot keep the right daemon waiting for as long (Protocol.md,
// "Discovery").
const _: () = assert!(ANEW_MS > MAX_CANDIDATES as u64 * LONGEST_HOLD_MS + 2 * FIRST_QUERY_MS);

/// How long storing is given beyond [`ANEW_MS`], in milliseconds: tenants do not
/// start while their configuration is being replaced. A flash that takes as long
/// has failed before.
pub const STORING_MS: u64 = 40_000;

/// How long both LEDs are lit after so many restarts in a row, in milliseconds.
pub const fn back_off(restarts: u32) -> u64 {
    // Capped before it is shifted, so that no bit is lost.
    let doublings = if restarts < 16 { restarts } else { 16 };
    let wait = FAILURE_SHOWN_MS << doublings;
    if wait < LONGEST_BACK_OFF_MS {
        wait
    } else {
        LONGEST_BACK_OFF_MS
    }
}

/// Where the board stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boot {
    /// The configuration is being looked for.
    Checking,
    /// Configured; the button is obeyed until then.
    Window {
        /// End of the window.
        until: u64,
    },
    /// The button went down in the window. What is meant by it may become clear
    /// after the window only; tenants wait for it.
    Pressed,
    /// The configuration is being erased.
    Wiping,
    /// The provisioner runs, and the button is obeyed.
    Provisioning,
    /// The provisioner runs; the configuration stays in force meanwhile.
    ProvisioningAnew {
        /// The tenants start with what there is then.
        until: u64,
    },
    /// The configuration is stored; the receipt is on its way.
    Stored {
        /// The tenants start at the latest then.
        until: u64,
    },
    /// Both LEDs are lit.
    Failed {
        /// The board restarts then.
        until: u64,
    },
    /// The tenants run.
    Tenant,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A configuration was found and opened.
    Found,
    /// There is none, or none that opens.
    NotFound,
    /// What is there was refused as older than what was stored: a wipe that was
    /// cut short, or somebody who put it back.
    Leftovers,
    /// The button went down.
    ButtonDown,
    /// What was meant by the button is clear.
    Made(Gesture),
    /// Every page that held a configuration is erased.
    Wiped,
    /// A valid configuration came and is being stored.
    Storing,
    /// A configuration came and is durable.
    Committed,
    /// The daemon has acknowledged the receipt.
    Acknowledged,
    /// The session ended before that; what is stored is stored.
    SessionEnded,
    /// The configuration was refused, or the flash failed.
    Faulted {
        /// Restarts in a row before this one.
        restarts: u32,
    },
    /// This restart could not be counted, so that the next boot will not know
    /// of it.
    Uncounted,
    /// The time that [`Boot::poll_at`] named may have come.
    Tick,
}

/// How much is wiped, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wipe {
    /// What is left of a wipe that was cut short. Nobody asked just now.
    Leftovers,
    /// A person asked for the configuration to be wiped.
    Configuration,
    /// A person asked for all to be forgotten: the attempt counter as well.
    Everything,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Action {
    /// Go on as before.
    None,
    /// Watch the button, show the window.
    OpenWindow,
    /// Stop what runs and erase the configuration.
    Wipe(Wipe),
    /// Start the provisioner, watch the button.
    Provision,
    /// Start the provisioner; a person has asked for it.
    ProvisionAnew,
    /// Stop the provisioner, release LEDs and button, start the tenants.
    StartTenants,
    /// Light both LEDs, and count the restart that will follow.
    ShowFailure,
    /// Restart the board.
    Restart,
}

impl Boot {
    /// A board that has just been switched on.
    pub const fn new() -> Self {
        Boot::Checking
    }

    /// Takes in an event at `now` (milliseconds on any steady clock).
    /// `window` is the length of the boot window in milliseconds.
    pub fn step(&mut self, now: u64, window: u64, event: Event) -> Action {
        let after = |time: u64| now.saturating_add(time);
        let (next, action) = match (*self, event) {
            (Boot::Checking, Event::Found) => (
                Boot::Window {
                    until: after(window),
                },
                Action::OpenWindow,
            ),
            (Boot::Checking, Event::NotFound) | (Boot::Wiping, Event::Wiped) => {
                (Boot::Provisioning, Action::Provision)
            }
            (Boot::Checking, Event::Leftovers) => (Boot::Wiping, Action::Wipe(Wipe::Leftovers)),
            (Boot::Window { .. }, Event::ButtonDown) => (Boot::Pressed, Action::None),
            (Boot::Window { until }, Event::Tick) if now >= until => {
                (Boot::Tenant, Action::StartTenants)
            }
            (Boot::Pressed, Event::Made(Gesture::Double)) => (
                Boot::ProvisioningAnew {
                    until: after(ANEW_MS),
                },
                Action::ProvisionAnew,
            ),
            // Without a configuration there is nothing to keep meanwhile.
            (Boot::Provisioning, Event::Made(Gesture::Double))
            | (Boot::Pressed | Boot::Provisioning, Event::Made(Gesture::Press)) => {
                (Boot::Wiping, Action::Wipe(Wipe::Configuration))
            }
            (Boot::Pressed | Boot::Provisioning, Event::Made(Gesture::Hold)) => {
                (Boot::Wiping, Action::Wipe(Wipe::Everything))
            }
            (Boot::ProvisioningAnew { until }, Event::Storing) => (
                Boot::ProvisioningAnew {
                    until: until.max(after(STORING_MS)),
                },
                Action::None,
            ),
            (Boot::ProvisioningAnew { until }, Event::Tick) if now >= until => {
                (Boot::Tenant, Action::StartTenants)
            }
            (Boot::Provisioning | Boot::ProvisioningAnew { .. }, Event::Committed) => (
                Boot::Stored {
                    until: after(ACKNOWLEDGEMENT_MS),
                },
                Action::None,
            ),
            (Boot::Stored { until }, Event::Acknowledged | Event::SessionEnded) => (
                Boot::Stored {
                    until: until.min(after(FAREWELL_MS)),
                },
                Action::None,
            ),
            (Boot::Stored { until }, Event::Tick) if now >= until => {
                (Boot::Tenant, Action::StartTenants)
            }
            (
                Boot::Checking | Boot::Wiping | Boot::Provisioning | Boot::ProvisioningAnew { .. },
                Event::Faulted { restarts },
            ) => (
                Boot::Failed {
                    until: after(back_off(restarts)),
                },
                Action::ShowFailure,
            ),
            // Without memory of it the next boot would fail as soon as this one.
            (Boot::Failed { until }, Event::Uncounted) => (
                Boot::Failed {
                    until: until.max(after(LONGEST_BACK_OFF_MS)),
                },
                Action::None,
            ),
            (Boot::Failed { until }, Event::Tick) if now >= until => (*self, Action::Restart),
            (state, _) => (state, Action::None),
        };
        *self = next;
        action
    }

    /// When [`Event::Tick`] is due.
    pub const fn poll_at(&self) -> Option<u64> {
        match self {
            Boot::Window { until }
            | Boot::ProvisioningAnew { until }
            | Boot::Stored { until }
            | Boot::Failed { until } => Some(*until),
            Boot::Checking | Boot::Pressed | Boot::Wiping | Boot::Provisioning | Boot::Tenant => {
                None
            }
        }
    }
}

impl Default for Boot {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
