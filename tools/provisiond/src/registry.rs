// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Who is connected now, and the limits on who may connect.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::admission::{Held, Origin, makes_room};
use crate::id::DeviceId;

/// Connections at the same time.
const MAX_CONNECTIONS: usize = 1_024;
/// Connections at the same time from one address. A device needs one; after a
/// power cut the old one lingers until its silence is noticed.
const MAX_PER_ADDRESS: usize = 8;
/// Commands that wait for a connection.
const COMMAND_QUEUE: usize = 8;
/// Of these, places that [`Command::MakeRoom`] and [`Command::Close`] always find.
const RESERVED: usize = 2;

/// Told to a connection from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Make the device show itself, or stop.
    Identify(bool),
    /// End, unless the device has shown since that it knows its setup code.
    MakeRoom,
    /// End, unless the device has its configuration and its receipt is due.
    Close,
}

/// Where a conversation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Waiting for HELLO.
    Connected,
    /// The setup code is being looked up and derived.
    DerivingKeys,
    /// Waiting for the device's share.
    Agreeing,
    /// Waiting for the device's proof.
    Proving,
    /// Waiting for the receipt.
    Sending,
    /// The device stored its configuration.
    Provisioned,
    /// The device refused its configuration.
    Refused,
}

impl Phase {
    /// Whether the device has shown that it knows its setup code.
    pub const fn is_confirmed(self) -> bool {
        match self {
            Phase::Connected | Phase::DerivingKeys | Phase::Agreeing => false,
            Phase::Proving | Phase::Sending | Phase::Provisioned | Phase::Refused => true,
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Connected => "connected",
            Phase::DerivingKeys => "deriving keys",
            Phase::Agreeing => "agreeing",
            Phase::Proving => "proving",
            Phase::Sending => "sending",
            Phase::Provisioned => "provisioned",
            Phase::Refused => "refused",
        })
    }
}

/// A connection as it is shown to people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Device id, once it was said.
    pub device: Option<DeviceId>,
    /// Address.
    pub peer: String,
    /// Name of the board; words of an unauthenticated device.
    pub board: String,
    /// Firmware; words of an unauthenticated device.
    pub firmware: String,
    /// Where the conversation is.
    pub phase: Phase,
    /// Seconds since it connected.
    pub seconds: u64,
    /// Whether it shows itself.
    pub identifying: bool,
}

struct Entry {
    origin: Option<Origin>,
    since: Instant,
    shown: Snapshot,
    commands: mpsc::Sender<Command>,
    /// Whether it was told to make room.
    displaced: bool,
}

impl Entry {
    /// Whether it ends as soon as it hears that it is to make room. One that
    /// confirms before it does stays, and is there as if it had not been told.
    fn is_leaving(&self) -> bool {
        self.displaced && !self.shown.phase.is_confirmed()
    }
}

/// All connections.
#[derive(Default)]
pub struct Registry {
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    next: u64,
    connections: BTreeMap<u64, Entry>,
}

impl Entries {
    /// All but those that make room.
    fn staying(&self) -> impl Iterator<Item = (&u64, &Entry)> {
        self.connections
            .iter()
            .filter(|(_, entry)| !entry.is_leaving())
    }
}

/// There are too many connections, in all or from this address, and nobody is
/// to make room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

impl Registry {
    /// Enters a connection; it leaves when the registration is dropped.
    /// Without an address the limit per address does not hold. When every place
    /// is taken, another connection may have to make room, and counts no more.
    pub fn enter(
        self: &Arc<Self>,
        peer: String,
        address: Option<SocketAddr>,
    ) -> Result<(Registration, mpsc::Receiver<Command>), Busy> {
        let origin = address.map(Origin::from);
        let mut entries = self.lock();
        let from_there = entries
            .staying()
            .filter(|(_, entry)| origin.is_some() && entry.origin == origin)
            .count();
        if from_there >= MAX_PER_ADDRESS {
            return Err(Busy);
        }
        if entries.staying().count() >= MAX_CONNECTIONS {
            let held = entries.staying().map(|(number, entry)| Held {
                number: *number,
                origin: entry.origin,
                age: entry.since.elapsed(),
                is_confirmed: entry.shown.phase.is_confirmed(),
            });
            let displaced = makes_room(held).ok_or(Busy)?;
            if let Some(entry) = entries.connections.get_mut(&displaced) {
                // There is room, as it is told this once only.
                let _ = entry.commands.try_send(Command::MakeRoom);
                entry.displaced = true;
            }
        }
        let (commands, receiver) = mpsc::channel(COMMAND_QUEUE);
        let number = entries.next;
        entries.next += 1;
        let shown = Snapshot {
            device: None,
            peer,
            board: String::new(),
            firmware: String::new(),
            phase: Phase::Connected,
            seconds: 0,
            identifying: false,
        };
        let entry = Entry {
            origin,
            since: Instant::now(),
            shown,
            commands,
            displaced: false,
        };
        entries.connections.insert(number, entry);
        let registration = Registration {
            registry: self.clone(),
            number,
        };
        Ok((registration, receiver))
    }

    /// All connections but those that make room, the oldest first.
    pub fn snapshot(&self) -> Vec<Snapshot> {
        let shown = |entry: &Entry| Snapshot {
            seconds: entry.since.elapsed().as_secs(),
            ..entry.shown.clone()
        };
        let entries = self.lock();
        entries.staying().map(|(_, entry)| shown(entry)).collect()
    }

    /// Tells a command to every connection whose device `wanted` picks;
    /// returns those devices.
    pub fn tell(&self, command: Command, wanted: impl Fn(&DeviceId) -> bool) -> Vec<DeviceId> {
        let entries = self.lock();
        let mut told = Vec::new();
        for (_, entry) in entries.staying() {
            if let Some(device) = entry.shown.device
                && wanted(&device)
                && entry.commands.capacity() > RESERVED
                && entry.commands.try_send(command).is_ok()
            {
                told.push(device);
            }
        }
        told
    }

    /// Tells every connection to end.
    pub fn close_all(&self) {
        for entry in self.lock().connections.values() {
            // One that does not read it is cut off when the time to stop is over.
            let _ = entry.commands.try_send(Command::Close);
        }
    }

    /// Number of connections, without those that make room.
    pub fn len(&self) -> usize {
        self.lock().staying().count()
    }

    /// Whether nobody is connected.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// A connection's place in the registry.
pub struct Registration {
    registry: Arc<Registry>,
    number: u64,
}

impl Registration {
    /// Changes what is shown.
    pub fn update(&self, change: impl FnOnce(&mut Snapshot)) {
        if let Some(entry) = self.registry.lock().connections.get_mut(&self.number) {
            change(&mut entry.shown);
        }
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.registry.lock().connections.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv6Addr, SocketAddrV6};

    use tokio::sync::mpsc::error::TryRecvError;

    use super::*;
    use crate::admission::GRACE;

    /// The `number`th address of a link, all of which share their prefix.
    fn address(number: u16) -> Option<SocketAddr> {
        let address = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, number);
        Some(SocketAddrV6::new(address, 1, 0, 2).into())
    }

    #[test]
    fn connections_of_one_address_are_limited_and_leave_when_dropped() {
        let registry = Arc::new(Registry::default());
        let enter = |number| registry.enter(String::new(), address(number));
        let held: Vec<_> = (0..MAX_PER_ADDRESS).map(|_| enter(1).unwrap()).collect();
        assert!(enter(1).is_err());
        assert!(enter(2).is_ok());
        drop(held);
        assert!(enter(1).is_ok());
        assert!(registry.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn connections_are_limited_in_all_and_the_oldest_makes_room() {
        let registry = Arc::new(Registry::default());
        let enter = |number| registry.enter(String::new(), address(number));
        let mut held: Vec<_> = (0..MAX_CONNECTIONS as u16)
            .map(|number| enter(number).unwrap())
            .collect();
        assert!(enter(2_000).is_err(), "all are new");
        tokio::time::advance(GRACE).await;
        held[0].0.update(|shown| shown.phase = Phase::Proving);
        let late = enter(2_000).unwrap();
        assert_eq!(registry.len(), MAX_CONNECTIONS);
        let ended = |held: &mut (Registration, mpsc::Receiver<Command>)| {
            held.1.try_recv() == Ok(Command::MakeRoom)
        };
        assert!(!ended(&mut held[0]), "it confirmed");
        assert!(ended(&mut held[1]));
        assert!(!ended(&mut held[2]));
        // Who makes room is not counted twice, and is not shown any more.
        held[1].0.update(|shown| shown.identifying = true);
        assert!(registry.snapshot().iter().all(|shown| !shown.identifying));
        drop(held.remove(1));
        assert_eq!(registry.len(), MAX_CONNECTIONS);
        drop((held, late));
        assert!(registry.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn who_confirms_before_it_made_room_is_there_as_before() {
        let registry = Arc::new(Registry::default());
        let enter = |number| registry.enter(String::new(), address(number)).unwrap();
        let mut held: Vec<_> = (0..MAX_CONNECTIONS as u16).map(enter).collect();
        tokio::time::advance(GRACE).await;
        let id = DeviceId([1; 16]);
        held[0].0.update(|shown| shown.device = Some(id));
        // However many wait for it: what it must hear finds its place.
        while !registry.tell(Command::Identify(true), |_| true).is_empty() {}
        let _late = enter(2_000);
        held[0].0.update(|shown| shown.phase = Phase::Proving);
        assert_eq!(registry.len(), MAX_CONNECTIONS + 1);
        assert_eq!(registry.snapshot()[0].device, Some(id));
        registry.close_all();
        let told = std::iter::from_fn(|| held[0].1.try_recv().ok());
        let told: Vec<_> = told
            .filter(|command| *command != Command::Identify(true))
            .collect();
        assert_eq!(told, [Command::MakeRoom, Command::Close]);
    }

    #[test]
    fn one_host_with_many_addresses_keeps_nobody_out() {
        let registry = Arc::new(Registry::default());
        let enter = |number| registry.enter(String::new(), address(number));
        let device = enter(0).unwrap();
        let hosts = (1..).flat_map(|number| [number; MAX_PER_ADDRESS]);
        let _held: Vec<_> = hosts
            .take(MAX_CONNECTIONS - 1)
            .map(|number| enter(number).unwrap())
            .collect();
        // Devices come, and the one that was there stays.
        let mut devices = vec![device];
        for number in 1_000..1_100 {
            devices.push(enter(number).unwrap());
        }
        for (_, commands) in &mut devices {
            assert_eq!(commands.try_recv(), Err(TryRecvError::Empty));
        }
    }

    #[test]
    fn commands_reach_the_devices_that_are_meant() {
        let registry = Arc::new(Registry::default());
        let (one, mut to_one) = registry.enter("a".into(), None).unwrap();
        let (_two, mut to_two) = registry.enter("b".into(), None).unwrap();
        let id = DeviceId([1; 16]);
        one.update(|shown| shown.device = Some(id));
        assert_eq!(registry.tell(Command::Identify(true), |_| true), [id]);
        assert_eq!(to_one.try_recv(), Ok(Command::Identify(true)));
        assert!(to_two.try_recv().is_err());
        registry.close_all();
        assert_eq!(to_two.try_recv(), Ok(Command::Close));
        let shown = registry.snapshot();
        assert_eq!((shown.len(), shown[0].device), (2, Some(id)));
    }
}
