// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! From looking for the daemon to the end of the session, again and again.
//!
//! ```text
//!             address due           established
//! Searching -------------> Connecting ---------> Connected
//!     ^                        |                     |
//!     +------ failed ----------+------- ended -------+
//! ```

use core::fmt;

use libtock_provisioning::Link;
use provisioning_flow::discovery::{Discovery, Due, LONGEST_HOLD_MS};
use provisioning_wire::limits::WAIT_LIMIT_MS;
use smoltcp::phy::Device;
use smoltcp::time::Instant;
use smoltcp::wire::IpAddress;

use crate::exchange::{Ended, Exchange};
use crate::mdns::Place;
use crate::network::{Memory, Network};
use crate::session::Session;

/// How long a connection may take to be made, in milliseconds: a lost first
/// segment is repeated three times in it.
const CONNECT_MS: u64 = 10_000;

const _: () = assert!(CONNECT_MS + WAIT_LIMIT_MS as u64 <= LONGEST_HOLD_MS);

/// What a person may want to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// An answer named this place.
    Found(Place),
    /// Connecting.
    Connecting(Place),
    /// Connected.
    Connected(Place),
    /// The place could not be reached.
    Unreachable(Place),
    /// The kernel would not begin a session for this place.
    NoSession(Place),
    /// The connection is over.
    Ended(Place, Ended),
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::Found(place) => write!(f, "found a daemon at {place}"),
            Event::Connecting(place) => write!(f, "connecting to {place}"),
            Event::Connected(place) => write!(f, "connected to {place}"),
            Event::Unreachable(place) => write!(f, "{place} cannot be reached, trying again"),
            Event::NoSession(place) => {
                write!(f, "no session for {place} by the kernel, trying again")
            }
            Event::Ended(place, ended) => write!(f, "{place}: {ended}"),
        }
    }
}

enum State {
    /// Looking for the daemon; ends when an address is due.
    Searching,
    /// Connecting; ends when that worked, failed or took too long.
    Connecting { place: Place, until: u64 },
    /// Connected; ends with the exchange.
    Connected { place: Place },
}

/// The whole process but for its main loop.
pub struct Provisioner<D: Device, S: Session> {
    device: D,
    session: S,
    network: Network,
    discovery: Discovery<Place, IpAddress>,
    host: &'static str,
    state: State,
    /// In use while connected. Its buffers would be moved about in the state.
    exchange: Exchange,
}

impl<D: Device, S: Session> Provisioner<D, S> {
    /// Begins to look for the daemon at `now` (milliseconds). `host` is the
    /// daemon's host name without `.local`; `seed` need not be secret but has to
    /// differ from boot to boot.
    pub fn new(
        mut device: D,
        session: S,
        now: u64,
        device_id: &[u8],
        seed: u64,
        host: &'static str,
        memory: Memory,
    ) -> Self {
        let network = Network::new(&mut device, instant(now), device_id, seed, memory);
        session.link(Link::Looking);
        Self {
            device,
            session,
            network,
            discovery: Discovery::new(now, seed as u32),
            host,
            state: State::Searching,
            exchange: Exchange::new(),
        }
    }

    /// Does what is to be done at `now` (milliseconds); answers when it must be
    /// called again though nothing comes.
    pub fn poll(&mut self, now: u64, report: &mut impl FnMut(Event)) -> u64 {
        loop {
            let more = self.network.receive(instant(now), &mut self.device);
            if self.network.configure_ipv4() {
                // Whoever lives there was not asked yet.
                self.discovery.ask_again(now);
            }
            self.listen(now, report);
            let changed = self.step(now, report);
            self.network.send(instant(now), &mut self.device);
            if more {
                // Whoever floods the network does not keep the rest from its turn.
                return now;
            }
            if !changed {
                return self.poll_at(now);
            }
        }
    }

    fn poll_at(&mut self, now: u64) -> u64 {
        let own = match &self.state {
            State::Searching => self.discovery.poll_at(),
            State::Connecting { until, .. } => *until,
            State::Connected { .. } => self.exchange.poll_at(),
        };
        match self.network.poll_at(instant(now)) {
            Some(network) => own.min(network.total_millis().max(0) as u64),
            None => own,
        }
    }

    fn listen(&mut self, now: u64, report: &mut impl FnMut(Event)) {
        let discovery = &mut self.discovery;
        self.network.answers(self.host, |source, place| {
            if discovery.learn(now, source, place) {
                report(Event::Found(place));
            }
        });
    }

    /// Answers whether there may be more to do.
    fn step(&mut self, now: u64, report: &mut impl FnMut(Event)) -> bool {
        match &self.state {
            State::Searching => match self.discovery.poll(now) {
                Due::Nothing => false,
                Due::SendQuery => {
                    self.network.ask(self.host);
                    true
                }
                Due::Connect(place) => {
                    self.connect(now, place, report);
                    true
                }
            },
            State::Connecting { place, until } => {
                let (place, until) = (*place, *until);
                let socket = self.network.tcp();
                // The daemon may have closed its side already.
                if socket.may_send() {
                    self.session.link(Link::Connected);
                    report(Event::Connected(place));
                    self.exchange.begin(now);
                    self.state = State::Connected { place };
                    true
                } else if socket.is_active() && now < until {
                    false
                } else {
                    socket.abort();
                    self.session.close();
                    report(Event::Unreachable(place));
                    self.search(now, place);
                    true
                }
            }
            State::Connected { place } => {
                let place = *place;
                let Some(ended) = self.exchange.poll(now, self.network.tcp(), &self.session) else {
                    return false;
                };
                // The last frame is on its way before the kernel is told, which
                // may restart the board.
                self.network.tcp().close();
                self.network.send(instant(now), &mut self.device);
                self.session.close();
                report(Event::Ended(place, ended));
                self.search(now, place);
                true
            }
        }
    }

    fn connect(&mut self, now: u64, place: Place, report: &mut impl FnMut(Event)) {
        // What is left of the connection before ends with a reset.
        self.network.tcp().abort();
        self.network.send(instant(now), &mut self.device);
        if !self.network.reaches(place) {
            report(Event::Unreachable(place));
        } else if self.session.open().is_err() {
            report(Event::NoSession(place));
        } else if !self.network.connect(place) {
            self.session.close();
            report(Event::Unreachable(place));
        } else {
            // The kernel makes HELLO meanwhile: it goes out at once.
            self.session.link(Link::Connecting);
            report(Event::Connecting(place));
            self.state = State::Connecting {
                place,
                until: now.saturating_add(CONNECT_MS),
            };
            return;
        }
        self.search(now, place);
    }

    /// Back to the search; the place waits for its next turn.
    fn search(&mut self, now: u64, place: Place) {
        self.discovery.failed(now, place);
        self.session.link(Link::Looking);
        self.state = State::Searching;
    }
}

fn instant(now: u64) -> Instant {
    Instant::from_millis(i64::try_from(now).unwrap_or(i64::MAX))
}
