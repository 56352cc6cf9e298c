// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! From power-on to running tenants.
//!
//! ```text
//!            +----------+  erased, corrupt  +--------------+
//! power-on ->| Checking |------------------>| Provisioning |<--------+
//!            +----------+                   +--------------+         |
//!                 | valid                     | stored  | refused,   |
//!                 v                           |         | storage    |
//!            +--------+  pressed  +--------+  |         v fault      |
//!            | Window |---------->| Wiping |--|-----> +--------+     |
//!            +--------+           +--------+  |       | Failed |     |
//!                 | elapsed            | wiped|       +--------+     |
//!                 v                    +------|-------------|--------+
//!            +--------+                       |             v
//!            | Tenant |<----------------------+          restart
//!            +--------+
//! ```
//! A lost connection or a wrong code does not leave `Provisioning`: the
//! provisioner goes back to its search by itself.

/// How long the button is obeyed after power-on when the board does not say
/// otherwise, in milliseconds.
pub const DEFAULT_WINDOW_MS: u64 = 8_000;

/// How long both LEDs are lit before the restart, in milliseconds: long enough
/// to be seen.
pub const FAILURE_SHOWN_MS: u64 = 2_000;

/// How long the acknowledgement of the receipt is waited for once the
/// configuration is stored, in milliseconds (Protocol.md, "Order").
pub const ACKNOWLEDGEMENT_MS: u64 = 10_000;

/// How long the provisioner may still run once its session is over, in
/// milliseconds: it closes the connection, so that the daemon does not wait for
/// a device that is gone.
pub const FAREWELL_MS: u64 = 250;

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
    /// The configuration is being erased because a person asked.
    Wiping,
    /// The provisioner runs.
    Provisioning,
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
    /// The button was pressed.
    Pressed,
    /// Every page that held a configuration is erased.
    Wiped,
    /// A configuration came and is durable.
    Committed,
    /// The daemon has acknowledged the receipt.
    Acknowledged,
    /// The session ended before that; what is stored is stored.
    SessionEnded,
    /// The configuration was refused, or it could not be stored or wiped.
    Faulted,
    /// The time that [`Boot::poll_at`] named may have come.
    Tick,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Action {
    /// Go on as before.
    None,
    /// Watch the button, show the window.
    OpenWindow,
    /// Erase the configuration.
    Wipe,
    /// Start the provisioner.
    Provision,
    /// Stop the provisioner, release LEDs and button, start the tenants.
    StartTenants,
    /// Light both LEDs.
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
        let (next, action) = match (*self, event) {
            (Boot::Checking, Event::Found) => (
                Boot::Window {
                    until: now.saturating_add(window),
                },
                Action::OpenWindow,
            ),
            (Boot::Checking, Event::NotFound) => (Boot::Provisioning, Action::Provision),
            (Boot::Window { .. }, Event::Pressed) => (Boot::Wiping, Action::Wipe),
            (Boot::Window { until }, Event::Tick) if now >= until => {
                (Boot::Tenant, Action::StartTenants)
            }
            (Boot::Wiping, Event::Wiped) => (Boot::Provisioning, Action::Provision),
            (Boot::Provisioning, Event::Committed) => (
                Boot::Stored {
                    until: now.saturating_add(ACKNOWLEDGEMENT_MS),
                },
                Action::None,
            ),
            (Boot::Stored { until }, Event::Acknowledged | Event::SessionEnded) => (
                Boot::Stored {
                    until: until.min(now.saturating_add(FAREWELL_MS)),
                },
                Action::None,
            ),
            (Boot::Stored { until }, Event::Tick) if now >= until => {
                (Boot::Tenant, Action::StartTenants)
            }
            (Boot::Checking | Boot::Wiping | Boot::Provisioning, Event::Faulted) => (
                Boot::Failed {
                    until: now.saturating_add(FAILURE_SHOWN_MS),
                },
                Action::ShowFailure,
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
            Boot::Window { until } | Boot::Stored { until } | Boot::Failed { until } => {
                Some(*until)
            }
            Boot::Checking | Boot::Wiping | Boot::Provisioning | Boot::Tenant => None,
        }
    }
}

impl Default for Boot {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: u64 = 8_000;

    fn run(events: &[(u64, Event)]) -> (Boot, std::vec::Vec<Action>) {
        let mut boot = Boot::new();
        let actions = events
            .iter()
            .map(|(now, event)| boot.step(*now, WINDOW, *event))
            .filter(|action| *action != Action::None)
            .collect();
        (boot, actions)
    }

    #[test]
    fn an_unconfigured_board_provisions_and_then_runs_tenants() {
        let (boot, actions) = run(&[
            (0, Event::NotFound),
            (5_000, Event::Committed),
            (5_100, Event::Acknowledged),
            (5_110, Event::SessionEnded),
            (5_349, Event::Tick),
            (5_350, Event::Tick),
        ]);
        assert_eq!(boot, Boot::Tenant);
        assert_eq!(actions, [Action::Provision, Action::StartTenants]);
    }

    #[test]
    fn a_configured_board_runs_tenants_after_the_window() {
        let (boot, actions) = run(&[
            (10, Event::Found),
            (8_009, Event::Tick),
            (8_010, Event::Tick),
        ]);
        assert_eq!(boot, Boot::Tenant);
        assert_eq!(actions, [Action::OpenWindow, Action::StartTenants]);
    }

    #[test]
    fn a_press_in_the_window_wipes_and_provisions() {
        let (boot, actions) = run(&[
            (0, Event::Found),
            (100, Event::Pressed),
            (9_000, Event::Tick),
            (9_001, Event::Wiped),
        ]);
        assert_eq!(boot, Boot::Provisioning);
        assert_eq!(
            actions,
            [Action::OpenWindow, Action::Wipe, Action::Provision]
        );
    }

    #[test]
    fn a_press_after_the_window_does_nothing() {
        let (boot, actions) = run(&[
            (0, Event::Found),
            (8_000, Event::Tick),
            (8_001, Event::Pressed),
        ]);
        assert_eq!(boot, Boot::Tenant);
        assert_eq!(actions, [Action::OpenWindow, Action::StartTenants]);
    }

    #[test]
    fn the_farewell_does_not_put_the_tenants_off() {
        let (boot, _) = run(&[
            (0, Event::NotFound),
            (1_000, Event::Committed),
            (10_900, Event::SessionEnded),
        ]);
        assert_eq!(boot, Boot::Stored { until: 11_000 });
    }

    #[test]
    fn without_an_acknowledgement_the_tenants_start_after_ten_seconds() {
        let (boot, actions) = run(&[
            (0, Event::NotFound),
            (1_000, Event::Committed),
            (10_999, Event::Tick),
            (11_000, Event::Tick),
        ]);
        assert_eq!(boot, Boot::Tenant);
        assert_eq!(actions, [Action::Provision, Action::StartTenants]);
    }

    #[test]
    fn a_session_that_ends_before_the_commit_changes_nothing() {
        let (boot, actions) = run(&[(0, Event::NotFound), (1_000, Event::SessionEnded)]);
        assert_eq!(boot, Boot::Provisioning);
        assert_eq!(actions, [Action::Provision]);
    }

    #[test]
    fn a_fault_is_shown_and_then_restarts_the_board() {
        let (boot, actions) = run(&[
            (0, Event::NotFound),
            (1_000, Event::Faulted),
            (2_999, Event::Tick),
            (3_000, Event::Tick),
        ]);
        assert_eq!(boot, Boot::Failed { until: 3_000 });
        assert_eq!(
            actions,
            [Action::Provision, Action::ShowFailure, Action::Restart]
        );
    }

    #[test]
    fn no_event_is_a_surprise_in_any_state() {
        let states = [
            Boot::Checking,
            Boot::Window { until: 5 },
            Boot::Wiping,
            Boot::Provisioning,
            Boot::Stored { until: 5 },
            Boot::Failed { until: 5 },
            Boot::Tenant,
        ];
        let events = [
            Event::Found,
            Event::NotFound,
            Event::Pressed,
            Event::Wiped,
            Event::Committed,
            Event::Acknowledged,
            Event::SessionEnded,
            Event::Faulted,
            Event::Tick,
        ];
        for state in states {
            for event in events {
                let mut boot = state;
                let action = boot.step(u64::MAX, WINDOW, event);
                // Only a wipe that a person asked for may erase anything.
                assert_eq!(
                    action == Action::Wipe,
                    matches!((state, event), (Boot::Window { .. }, Event::Pressed))
                );
                // Tenants never start from a state without a configuration.
                if action == Action::StartTenants {
                    assert!(matches!(state, Boot::Window { .. } | Boot::Stored { .. }));
                }
            }
        }
    }
}
