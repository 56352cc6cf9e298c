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
//!
//! An attacker who answers each query first does not keep the daemon away. What
//! one sender names takes [`MAX_PER_SOURCE`] places at most. A late answer of
//! another sender takes the place of an address that failed, else that of the
//! one that came last; and after each failure the network is asked anew, before
//! the next address is tried. So the daemon is tried after at most
//! [`MAX_PER_SOURCE`] + 1 false addresses when they come from one sender, and
//! after at most [`MAX_CANDIDATES`] when senders are made up as well, as long as
//! the daemon's answer is the last to a query. `docs/reference/Protocol.md` has
//! the time that this takes.

use heapless::Vec;

/// Addresses that are kept.
pub const MAX_CANDIDATES: usize = 8;

/// Addresses that are kept of one sender of answers: a daemon's IPv6 and IPv4
/// address, and one more.
pub const MAX_PER_SOURCE: usize = 3;

/// The longest that one address keeps the device from the next, in milliseconds:
/// 10 s until it is connected, and all its waits there (Protocol.md, "Time").
pub const LONGEST_HOLD_MS: u64 = 70_000;

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
struct Candidate<A, S> {
    address: A,
    /// Who named it.
    source: S,
    due: u64,
    failures: u32,
}

/// The search for the daemon. `A` is an address with a port, `S` the address
/// that an answer came from.
#[derive(Clone, Debug)]
pub struct Discovery<A, S> {
    candidates: Vec<Candidate<A, S>, MAX_CANDIDATES>,
    query_due: u64,
    query_wait: u64,
    /// When no query may be sent yet.
    query_rests: u64,
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

impl<A: Copy + PartialEq, S: Copy + PartialEq> Discovery<A, S> {
    /// Begins at `now` (milliseconds on any steady clock). `seed` makes the
    /// jitter of this device differ from others'.
    pub fn new(now: u64, seed: u32) -> Self {
        Self {
            candidates: Vec::new(),
            query_due: now,
            query_wait: FIRST_QUERY_MS,
            query_rests: now,
            random: Jitter::new(seed),
        }
    }

    /// What is due at `now`. A query comes before an address, and the address
    /// that was due first before others: whoever makes new ones up keeps neither
    /// the network from being asked nor an old one from its turn.
    pub fn poll(&mut self, now: u64) -> Due<A> {
        if self.query_due <= now {
            let wait = self.random.around(self.query_wait);
            self.query_due = now.saturating_add(wait);
            self.query_rests = now.saturating_add(wait.min(FIRST_QUERY_MS));
            self.query_wait = (self.query_wait * 2).min(LAST_QUERY_MS);
            return Due::SendQuery;
        }
        let next = self
            .candidates
            .iter()
            .filter(|candidate| candidate.due <= now)
            .min_by_key(|candidate| candidate.due);
        match next {
            Some(candidate) => Due::Connect(candidate.address),
            None => Due::Nothing,
        }
    }

    /// When [`Discovery::poll`] has something to say.
    pub fn poll_at(&self) -> u64 {
        self.candidates
            .iter()
            .map(|candidate| candidate.due)
            .fold(self.query_due, u64::min)
    }

    /// An answer from `source` named this address. Answers whether the address
    /// is new and was kept. It takes the place of another when `source` or the
    /// whole search has no free one: of the one that failed most often, else,
    /// unless it would be one of the same source, of the one that came last.
    pub fn learn(&mut self, now: u64, source: S, address: A) -> bool {
        if self.candidates.iter().any(|known| known.address == address) {
            return false;
        }
        let candidate = Candidate {
            address,
            source,
            due: now,
            failures: 0,
        };
        let of_source = |known: &Candidate<A, S>| known.source == source;
        let kept = self.candidates.iter().filter(|known| of_source(known));
        let crowded = kept.count() >= MAX_PER_SOURCE;
        if !crowded && self.candidates.push(candidate).is_ok() {
            return true;
        }
        let worst = self
            .candidates
            .iter_mut()
            .filter(|known| known.failures > 0 && (!crowded || of_source(known)))
            .max_by_key(|known| known.failures);
        let replaced = match worst {
            Some(worst) => Some(worst),
            None if crowded => None,
            None => self.candidates.iter_mut().max_by_key(|known| known.due),
        };
        match replaced {
            Some(replaced) => {
                *replaced = candidate;
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
        // A daemon that went away may come back elsewhere, and whoever held this
        // device has kept it from asking: ask before the next one is tried.
        self.query_wait = FIRST_QUERY_MS;
        self.query_due = self.query_due.min(now.max(self.query_rests));
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

    /// An address, and a source in its hundreds.
    type Search = Discovery<u16, u16>;

    impl Search {
        /// An answer of the source that the hundreds are.
        fn told(&mut self, now: u64, address: u16) -> bool {
            self.learn(now, address / 100, address)
        }
    }

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
        search.told(10, 5);
        assert_eq!(search.poll_at(), 10);
        assert_eq!(search.poll(10), Due::Connect(5));
    }

    #[test]
    fn an_address_that_failed_waits_while_others_are_tried() {
        let mut search = Search::new(0, 1);
        search.told(0, 1);
        search.told(0, 2);
        assert_eq!(search.poll(0), Due::SendQuery);
        assert_eq!(search.poll(0), Due::Connect(1));
        search.failed(0, 1);
        assert_eq!(search.poll(0), Due::Connect(2));
        search.failed(0, 2);
        assert_eq!(search.poll(0), Due::Nothing);
        assert_eq!(search.poll(1_250), Due::SendQuery);
        assert!(matches!(search.poll(1_250), Due::Connect(_)));
    }

    #[test]
    fn new_addresses_do_not_keep_an_old_one_from_its_turn() {
        let mut search = Search::new(0, 1);
        search.told(0, 1);
        search.failed(0, 1);
        let due = search.candidates[0].due;
        search.told(due + 1, 2);
        search.told(due + 1, 3);
        assert_eq!(search.poll(due + 1), Due::SendQuery);
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
        search.told(0, 1);
        let mut expected = FIRST_RETRY_MS;
        // More often than a shift has bits.
        for _ in 0..100 {
            search.failed(0, 1);
            let due = search.candidates[0].due;
            assert!(due >= expected - expected / 4 && due <= expected + expected / 4);
            expected = (expected * 2).min(LAST_RETRY_MS);
        }
    }

    /// The places, oldest first.
    fn known(search: &Search) -> StdVec<u16> {
        let mut known = search.candidates.to_vec();
        known.sort_by_key(|candidate| candidate.due);
        known.iter().map(|candidate| candidate.address).collect()
    }

    #[test]
    fn one_source_takes_three_places_whatever_it_says() {
        let mut search = Search::new(0, 1);
        for address in 0..100 {
            assert_eq!(search.told(0, address), address < MAX_PER_SOURCE as u16);
        }
        assert_eq!(known(&search), [0, 1, 2]);
        assert!(search.told(1, 100));
        // What failed gives way to something else of the same source.
        search.failed(2, 1);
        assert!(search.told(3, 50));
        assert!(!search.told(3, 51));
        assert_eq!(known(&search), [0, 2, 100, 50]);
    }

    #[test]
    fn a_source_that_is_crowded_does_not_take_anothers_place() {
        let mut search = Search::new(0, 1);
        search.told(0, 100);
        search.failed(0, 100);
        for address in 0..4 {
            search.told(0, address);
        }
        assert!(known(&search).contains(&100));
        assert_eq!(known(&search).len(), 4);
    }

    #[test]
    fn a_late_answer_takes_the_place_of_the_last_one_when_nothing_failed() {
        let mut search = Search::new(0, 1);
        for source in 0..MAX_CANDIDATES as u16 {
            assert!(search.told(u64::from(source), source * 100));
        }
        assert!(search.told(10, 900));
        assert!(known(&search).contains(&900));
        assert!(!known(&search).contains(&700));
        // What failed most often gives way first, and 900 stays.
        search.failed(11, 300);
        search.failed(11, 300);
        search.failed(11, 400);
        assert!(search.told(12, 1_000));
        assert!(!known(&search).contains(&300));
        assert!(known(&search).contains(&900));
    }

    #[test]
    fn after_a_failure_the_network_is_asked_before_the_next_address_is_tried() {
        let mut search = Search::new(0, 1);
        let _ = queries(&mut search, 200_000);
        search.told(200_001, 1);
        search.told(200_001, 2);
        while search.poll(200_001) != Due::Connect(1) {}
        search.failed(260_000, 1);
        assert_eq!(search.poll(260_000), Due::SendQuery);
        assert_eq!(search.poll(260_000), Due::Connect(2));
        // Failures that follow at once do not make it ask more often.
        search.failed(260_000, 2);
        assert_eq!(search.poll(260_000), Due::Nothing);
        assert!(search.poll_at() >= 260_000 + FIRST_QUERY_MS * 3 / 4);
    }

    /// An attacker answers each query first, with as many new addresses as are
    /// taken, and holds the device at each; the daemon answers after him.
    /// Answers how often the device was held before it tried the daemon.
    fn held(sources: u16, starts_after: usize) -> usize {
        const DAEMON: u16 = u16::MAX;
        let mut search = Search::new(0, 1);
        let (mut now, mut fresh, mut holds) = (0, 0, 0);
        loop {
            match search.poll(now) {
                Due::Nothing => now = search.poll_at(),
                Due::SendQuery => {
                    for _ in 0..20 {
                        search.learn(now, fresh % sources, fresh);
                        fresh += 1;
                    }
                    if holds >= starts_after {
                        search.learn(now, sources, DAEMON);
                    }
                }
                Due::Connect(DAEMON) => return holds - starts_after,
                Due::Connect(address) => {
                    holds += 1;
                    assert!(holds < 1_000, "{sources} senders keep the daemon away");
                    now += LONGEST_HOLD_MS;
                    search.failed(now, address);
                }
            }
        }
    }

    #[test]
    fn who_answers_first_holds_the_device_a_bounded_number_of_times() {
        for starts_after in [0, 1, 5, 50] {
            let one = held(1, starts_after);
            assert!(one <= MAX_PER_SOURCE, "{one} after {starts_after}");
            for sources in [2, 3, 8, 1_000] {
                let many = held(sources, starts_after);
                assert!(many < MAX_CANDIDATES, "{many} after {starts_after}");
            }
        }
    }
}
