// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The boot flow, event by event.

use super::*;

const WINDOW: u64 = 8_000;
const FAULTED: Event = Event::Faulted { restarts: 0 };

fn run(events: &[(u64, Event)]) -> (Boot, std::vec::Vec<Action>) {
    let mut boot = Boot::new();
    let actions = events
        .iter()
        .map(|(now, event)| boot.step(*now, WINDOW, *event))
        .filter(|action| *action != Action::None)
        .collect();
    (boot, actions)
}

/// A configured board, double-pressed at 1 s.
fn anew(events: &[(u64, Event)]) -> (Boot, std::vec::Vec<Action>) {
    let begin = [
        (0, Event::Found),
        (700, Event::ButtonDown),
        (1_000, Event::Made(Gesture::Double)),
    ];
    let (boot, mut actions) = run(&[&begin, events].concat());
    assert_eq!(
        actions.drain(..2).collect::<std::vec::Vec<_>>(),
        [Action::OpenWindow, Action::ProvisionAnew]
    );
    (boot, actions)
}

#[test]
fn an_unconfigured_board_provisions_and_then_runs_tenants() {
    let (boot, actions) = run(&[
        (0, Event::NotFound),
        (4_900, Event::Storing),
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
        (100, Event::ButtonDown),
        (900, Event::Made(Gesture::Press)),
        (9_000, Event::Tick),
        (9_001, Event::Wiped),
    ]);
    assert_eq!(boot, Boot::Provisioning);
    assert_eq!(
        actions,
        [
            Action::OpenWindow,
            Action::Wipe(Wipe::Configuration),
            Action::Provision
        ]
    );
}

#[test]
fn a_hold_that_begins_in_the_window_may_end_after_it() {
    let (boot, actions) = run(&[
        (0, Event::Found),
        (7_999, Event::ButtonDown),
        (8_000, Event::Tick),
        (17_999, Event::Made(Gesture::Hold)),
    ]);
    assert_eq!(boot, Boot::Wiping);
    assert_eq!(
        actions,
        [Action::OpenWindow, Action::Wipe(Wipe::Everything)]
    );
}

#[test]
fn a_press_after_the_window_does_nothing() {
    let (boot, actions) = run(&[
        (0, Event::Found),
        (8_000, Event::Tick),
        (8_001, Event::ButtonDown),
        (8_800, Event::Made(Gesture::Press)),
    ]);
    assert_eq!(boot, Boot::Tenant);
    assert_eq!(actions, [Action::OpenWindow, Action::StartTenants]);
}

#[test]
fn a_hold_unlocks_a_board_that_has_no_configuration() {
    let (boot, actions) = run(&[
        (0, Event::NotFound),
        (100_000, Event::ButtonDown),
        (110_000, Event::Made(Gesture::Hold)),
        (110_100, Event::Wiped),
    ]);
    assert_eq!(boot, Boot::Provisioning);
    assert_eq!(
        actions,
        [
            Action::Provision,
            Action::Wipe(Wipe::Everything),
            Action::Provision
        ]
    );
}

#[test]
fn leftovers_are_wiped_before_anything_else() {
    let (boot, actions) = run(&[(0, Event::Leftovers), (10, Event::Wiped)]);
    assert_eq!(boot, Boot::Provisioning);
    assert_eq!(actions, [Action::Wipe(Wipe::Leftovers), Action::Provision]);
}

#[test]
fn two_presses_provision_anew_and_wipe_nothing() {
    let (boot, actions) = anew(&[
        (9_000, Event::Tick),
        (20_000, Event::Storing),
        (20_100, Event::Committed),
        (20_200, Event::Acknowledged),
        (20_450, Event::Tick),
    ]);
    assert_eq!(boot, Boot::Tenant);
    assert_eq!(actions, [Action::StartTenants]);
}

#[test]
fn when_nobody_comes_tenants_start_with_what_there_is() {
    let end = 1_000 + ANEW_MS;
    let (boot, actions) = anew(&[(end - 1, Event::Tick)]);
    assert_eq!(
        (boot, actions.len()),
        (Boot::ProvisioningAnew { until: end }, 0)
    );
    let (boot, actions) = anew(&[(end - 1, Event::SessionEnded), (end, Event::Tick)]);
    assert_eq!(boot, Boot::Tenant);
    assert_eq!(actions, [Action::StartTenants]);
}

#[test]
fn sessions_that_end_do_not_shorten_the_wait() {
    let end = 1_000 + ANEW_MS;
    let (boot, actions) = anew(&[
        (2_000, Event::SessionEnded),
        (3_000, Event::SessionEnded),
        (end - 1, Event::Tick),
    ]);
    assert_eq!(boot, Boot::ProvisioningAnew { until: end });
    assert_eq!(actions, []);
}

#[test]
fn tenants_do_not_start_while_their_configuration_is_replaced() {
    let end = 1_000 + ANEW_MS;
    let (boot, actions) = anew(&[(end - 1, Event::Storing), (end, Event::Tick)]);
    let until = end - 1 + STORING_MS;
    assert_eq!((boot, actions.len()), (Boot::ProvisioningAnew { until }, 0));
    // Nor can anything keep them for ever.
    let (boot, _) = anew(&[(end - 1, Event::Storing), (until, Event::Tick)]);
    assert_eq!(boot, Boot::Tenant);
}

#[test]
fn a_fault_while_provisioning_anew_restarts_and_wipes_nothing() {
    let (boot, actions) = anew(&[(5_000, FAULTED), (7_000, Event::Tick)]);
    assert_eq!(boot, Boot::Failed { until: 7_000 });
    assert_eq!(actions, [Action::ShowFailure, Action::Restart]);
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
    for end in [Event::Acknowledged, Event::SessionEnded] {
        let (boot, actions) = run(&[(0, Event::NotFound), (1_000, end)]);
        assert_eq!(boot, Boot::Provisioning);
        assert_eq!(actions, [Action::Provision]);
    }
}

#[test]
fn a_fault_is_shown_and_then_restarts_the_board() {
    let (boot, actions) = run(&[
        (0, Event::NotFound),
        (1_000, FAULTED),
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
fn restarts_in_a_row_back_off() {
    let waits: std::vec::Vec<_> = (0..7).map(back_off).collect();
    assert_eq!(waits, [2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    assert_eq!(back_off(u32::MAX), LONGEST_BACK_OFF_MS);
    let (boot, _) = run(&[(0, Event::NotFound), (10, Event::Faulted { restarts: 3 })]);
    assert_eq!(boot, Boot::Failed { until: 16_010 });
}

#[test]
fn a_restart_that_cannot_be_counted_waits_the_longest() {
    let (boot, actions) = run(&[
        (0, Event::NotFound),
        (1_000, FAULTED),
        (1_010, Event::Uncounted),
        (61_009, Event::Tick),
    ]);
    assert_eq!(boot, Boot::Failed { until: 61_010 });
    assert_eq!(actions, [Action::Provision, Action::ShowFailure]);
}

#[test]
fn no_event_is_a_surprise_in_any_state() {
    let states = [
        Boot::Checking,
        Boot::Window { until: 5 },
        Boot::Pressed,
        Boot::Wiping,
        Boot::Provisioning,
        Boot::ProvisioningAnew { until: 5 },
        Boot::Stored { until: 5 },
        Boot::Failed { until: 5 },
        Boot::Tenant,
    ];
    let events = [
        Event::Found,
        Event::NotFound,
        Event::Leftovers,
        Event::ButtonDown,
        Event::Made(Gesture::Press),
        Event::Made(Gesture::Double),
        Event::Made(Gesture::Hold),
        Event::Wiped,
        Event::Storing,
        Event::Committed,
        Event::Acknowledged,
        Event::SessionEnded,
        FAULTED,
        Event::Uncounted,
        Event::Tick,
    ];
    for state in states {
        for event in events {
            let mut boot = state;
            let action = boot.step(u64::MAX, WINDOW, event);
            // Only a person's wish, or what was refused, erases anything, and a
            // person with a configuration asks in the window only.
            let may_wipe = match (state, event) {
                (Boot::Checking, Event::Leftovers) => true,
                (Boot::Pressed, Event::Made(gesture)) => gesture != Gesture::Double,
                (Boot::Provisioning, Event::Made(_)) => true,
                _ => false,
            };
            assert_eq!(
                matches!(action, Action::Wipe(_)),
                may_wipe,
                "{state:?} {event:?}"
            );
            // Tenants never start from a state without a configuration.
            if action == Action::StartTenants {
                assert!(matches!(
                    state,
                    Boot::Window { .. } | Boot::Stored { .. } | Boot::ProvisioningAnew { .. }
                ));
            }
        }
    }
}
