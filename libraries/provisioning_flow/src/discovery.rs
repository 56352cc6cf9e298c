// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! When to ask for the daemon, and which of its addresses to try next.
//!
//! ```text
//!            query due              address due
//! Discovery ----------> SendQuery  -----------> Connect(address)
//!     ^                                   |
//!     |  failed: the address waits,       |
//!     +--- doubling up to 60 s -----------+
//! ```
//! Nothing that an answer says is trusted: an address only waits for its turn.
//! The search never gives up; a person stops it.

use heapless::Vec;

/// Addresses that are kept. An attacker who answers first can fill the places;
/// an address that failed least gives way last, see [`Discovery::learn`].
pub const MAX_CANDIDATES: usize = 8;

/// First wait between two queries, in milliseconds (RFC 6762 section 5.2 asks
/// for at least one second).
pub const FIRST_QUERY_MS: u64 = 1_000;
/// Longest wait between two queries, in milliseconds.
pub const LAST_QUERY_MS: u64 = 60_000;
/// First wait after a failure at an address, in milliseconds.
pub const FIRST_RETRY_MS: u64 = 1_000;
/// Longest wait after a failure at an address, in milliseconds.
pub const LAST_RETRY_MS: u64 = 60_000;

/// A place to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Candidate<A> {
    address: A,
    due: u64,
    failures: u32,
}

/// The search for the daemon. `A` is an address with a port.
#[derive(Clone, Debug)]
pub struct Discovery<A> {
    candidates: Vec<Candidate<A>, MAX_CANDIDATES>,
    query_due: u64,
    query_wait: u64,
    random: Jitter,
}

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Due<A> {
    /// Nothing before [`Discovery::poll_at`].
    Nothing,
    /// Ask the network.
    SendQuery,
    /// Connect to this address.
    Connect(A),
}

impl<A: Copy + PartialEq> Discovery<A> {
    /// Begins at `now` (milliseconds on any steady clock). `seed` makes the
    /// jitter of this device differ from others'.
    pub fn new(now: u64, seed: u32) -> Self {
        Self {
            candidates: Vec::new(),
            query_due: now,
            query_wait: FIRST_QUERY_MS,
            random: Jitter::new(seed),
        }
    }

    /// What is due at `now`. An address comes before a query, and the address
    /// that was due first before others: whoever makes new ones up does not
    /// keep an old one from its turn.
    pub fn poll(&mut self, now: u64) -> Due<A> {
        let next = self
            .candidates
            .iter()
            .filter(|candidate| candidate.due <= now)
            .min_by_key(|candidate| candidate.due);
        if let Some(candidate) = next {
            return Due::Connect(candidate.address);
        }
        if self.query_due <= now {
            self.query_due = now.saturating_add(self.random.around(self.query_wait));
            self.query_wait = (self.query_wait * 2).min(LAST_QUERY_MS);
            return Due::SendQuery;
        }
        Due::Nothing
    }

    /// When [`Discovery::poll`] has something to say.
    pub fn poll_at(&self) -> u64 {
        self.candidates
            .iter()
            .map(|candidate| candidate.due)
            .fold(self.query_due, u64::min)
    }

    /// An answer named this address. When all places are taken, the address
    /// that failed most often gives way, but only if it failed at all. Answers
    /// whether the address is new and was kept.
    pub fn learn(&mut self, now: u64, address: A) -> bool {
        if self.candidates.iter().any(|known| known.address == address) {
            return false;
        }
        let candidate = Candidate {
            address,
            due: now,
            failures: 0,
        };
        let Err(candidate) = self.candidates.push(candidate) else {
            return true;
        };
        let worst = self
            .candidates
            .iter_mut()
            .filter(|known| known.failures > 0)
            .max_by_key(|known| known.failures);
        match worst {
            Some(worst) => {
                *worst = candidate;
                true
            }
            None => false,
        }
    }

    /// Something went wrong at this address: it waits, twice as long each time.
    pub fn failed(&mut self, now: u64, address: A) {
        if let Some(candidate) = self
            .candidates
            .iter_mut()
            .find(|known| known.address == address)
        {
            candidate.failures = candidate.failures.saturating_add(1);
            let doubled = 1u64.checked_shl(candidate.failures - 1);
            let wait = FIRST_RETRY_MS
                .saturating_mul(doubled.unwrap_or(u64::MAX))
                .min(LAST_RETRY_MS);
            candidate.due = now.saturating_add(self.random.around(wait));
        }
        // A daemon that went away may come back elsewhere: ask soon again.
        self.query_wait = FIRST_QUERY_MS;
        self.query_due = self
            .query_due
            .min(now.saturating_add(self.random.around(FIRST_QUERY_MS)));
    }

    /// The network is another one: asks at once, and often again.
    pub fn ask_again(&mut self, now: u64) {
        self.query_wait = FIRST_QUERY_MS;
        self.query_due = now;
    }
}

/// Spreads waits by a quarter, so that devices that were switched on together
/// do not ask together. Not for secrets.
#[derive(Clone, Debug)]
struct Jitter {
    state: u32,
}

impl Jitter {
    fn new(seed: u32) -> Self {
        // A state of zero would stay zero.
        Self { state: seed | 1 }
    }

    /// A number from three quarters to five quarters of `wait`.
    fn around(&mut self, wait: u64) -> u64 {
        // Marsaglia, "Xorshift RNGs" (2003), the 32-bit generator.
        self.state ^= self.state << 13;
        self.state ^= self.state >> 17;
        self.state ^= self.state << 5;
        let span = wait / 2;
        let offset = u64::from(self.state) % (span + 1);
        wait - wait / 4 + offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec as StdVec;

    type Search = Discovery<u8>;

    /// Times of the queries in the first `until` milliseconds.
    fn queries(search: &mut Search, until: u64) -> StdVec<u64> {
        let mut times = StdVec::new();
        let mut now = 0;
        while now <= until {
            if search.poll(now) == Due::SendQuery {
                times.push(now);
            }
            now = search.poll_at().max(now + 1);
        }
        times
    }

    #[test]
    fn it_asks_at_once_and_then_less_and_less_often() {
        let times = queries(&mut Search::new(0, 7), 600_000);
        assert_eq!(times[0], 0);
        let waits: StdVec<_> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let mut wait = FIRST_QUERY_MS;
        for measured in &waits {
            assert!(*measured >= wait - wait / 4 && *measured <= wait + wait / 4);
            wait = (wait * 2).min(LAST_QUERY_MS);
        }
        // It never gives up.
        assert!(*times.last().unwrap() > 600_000 - 2 * LAST_QUERY_MS);
    }

    #[test]
    fn two_devices_do_not_ask_together() {
        let first = queries(&mut Search::new(0, 1), 100_000);
        let second = queries(&mut Search::new(0, 3), 100_000);
        assert_ne!(first[1..], second[1..]);
    }

    #[test]
    fn an_address_is_tried_at_once() {
        let mut search = Search::new(0, 1);
        assert_eq!(search.poll(0), Due::SendQuery);
        search.learn(10, 5);
        assert_eq!(search.poll_at(), 10);
        assert_eq!(search.poll(10), Due::Connect(5));
    }

    #[test]
    fn an_address_that_failed_waits_while_others_are_tried() {
        let mut search = Search::new(0, 1);
        search.learn(0, 1);
        search.learn(0, 2);
        assert_eq!(search.poll(0), Due::Connect(1));
        search.failed(0, 1);
        assert_eq!(search.poll(0), Due::Connect(2));
        search.failed(0, 2);
        assert_eq!(search.poll(0), Due::SendQuery);
        assert!(matches!(search.poll(1_250), Due::Connect(_)));
    }

    #[test]
    fn new_addresses_do_not_keep_an_old_one_from_its_turn() {
        let mut search = Search::new(0, 1);
        search.learn(0, 1);
        search.failed(0, 1);
        let due = search.candidates[0].due;
        search.learn(due + 1, 2);
        search.learn(due + 1, 3);
        assert_eq!(search.poll(due + 1), Due::Connect(1));
    }

    #[test]
    fn another_network_is_asked_at_once() {
        let mut search = Search::new(0, 1);
        let _ = queries(&mut search, 300_000);
        search.ask_again(300_001);
        assert_eq!(search.poll(300_001), Due::SendQuery);
        assert!(search.poll_at() <= 300_001 + FIRST_QUERY_MS * 5 / 4);
    }

    #[test]
    fn waits_double_up_to_a_minute() {
        let mut search = Search::new(0, 1);
        search.learn(0, 1);
        let mut expected = FIRST_RETRY_MS;
        // More often than a shift has bits.
        for _ in 0..100 {
            search.failed(0, 1);
            let due = search.candidates[0].due;
            assert!(due >= expected - expected / 4 && due <= expected + expected / 4);
            expected = (expected * 2).min(LAST_RETRY_MS);
        }
    }

    #[test]
    fn an_attacker_who_fills_all_places_gives_way_once_he_failed() {
        let mut search = Search::new(0, 1);
        for address in 0..MAX_CANDIDATES as u8 {
            search.learn(0, address);
        }
        search.learn(0, 100);
        assert!(!search.candidates.iter().any(|known| known.address == 100));
        search.failed(0, 3);
        search.learn(1, 100);
        assert!(search.candidates.iter().any(|known| known.address == 100));
        assert!(!search.candidates.iter().any(|known| known.address == 3));
    }
}
