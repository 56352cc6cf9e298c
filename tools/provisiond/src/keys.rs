// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! From a HELLO to the prover's secret: setup code, then argon2id.
//!
//! Anybody on the network can send the HELLO of a device in the inventory, with
//! another salt each time. What that costs is bounded: a derivation holds
//! its permit until it has ended, whatever becomes of the connection; who waits
//! for a permit stops waiting when that connection ends; for one device only one
//! runs or waits for a permit; and a secret that a device has confirmed is only
//! replaced by another one that was confirmed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use provisioning_session::mint::KdfError;
use provisioning_session::setup_code::SetupCode;
use provisioning_session::spake2plus::ProverSecret;
use provisioning_wire::KdfParameters;
use provisioning_wire::limits::SALT_LEN;
use subtle::ConstantTimeEq;
use tokio::sync::{AcquireError, Semaphore};
use tokio::task::{JoinError, spawn_blocking};

use crate::failure::Failure;
use crate::id::DeviceId;
use crate::inventory::Inventory;

/// Derivations that run at the same time. Each may take 64 MiB, and anybody on
/// the network can ask for one.
const CONCURRENT_DERIVATIONS: usize = 2;

/// Why there is no secret for a device.
#[derive(Debug)]
pub enum KeyError {
    /// The inventory does not list the device.
    UnknownDevice,
    /// The device asks for parameters that are out of bounds.
    Parameters,
    /// The inventory cannot be read, or the derivation failed.
    Failed(String),
}

impl From<Failure> for KeyError {
    fn from(failure: Failure) -> Self {
        KeyError::Failed(failure.to_string())
    }
}

impl From<JoinError> for KeyError {
    fn from(error: JoinError) -> Self {
        KeyError::Failed(error.to_string())
    }
}

impl From<AcquireError> for KeyError {
    fn from(error: AcquireError) -> Self {
        KeyError::Failed(error.to_string())
    }
}

impl From<KdfError> for KeyError {
    fn from(error: KdfError) -> Self {
        match error {
            KdfError::Parameters => KeyError::Parameters,
            KdfError::Degenerate => KeyError::Failed(error.to_string()),
        }
    }
}

/// What a secret is derived from, besides the device id.
struct Source {
    salt: [u8; SALT_LEN],
    parameters: KdfParameters,
    code: SetupCode,
}

impl Source {
    fn is(&self, other: &Source) -> bool {
        self.salt == other.salt
            && self.parameters == other.parameters
            && bool::from(self.code.ct_eq(&other.code))
    }
}

/// A secret, and what it was derived from.
pub struct Derived {
    source: Source,
    secret: ProverSecret,
}

impl Derived {
    /// The secret.
    pub const fn secret(&self) -> &ProverSecret {
        &self.secret
    }
}

/// Slow by design; runs on a thread that may block.
type Derivation = dyn Fn(&DeviceId, &Source) -> Result<ProverSecret, KdfError> + Send + Sync;

/// Secrets of devices, derived when they are asked for.
pub struct Keys {
    inventory: Arc<Inventory>,
    // Of devices in the inventory only.
    devices: Mutex<HashMap<DeviceId, Device>>,
    permits: Arc<Semaphore>,
    derivation: Arc<Derivation>,
}

struct Device {
    /// Derived for the last HELLO whose sender knew the setup code.
    confirmed: Option<Arc<Derived>>,
    /// Derived for the last HELLO, whoever sent it: a device asks for the same
    /// every time.
    last: Option<Arc<Derived>>,
    /// Held by whoever derives for this device, or waits for a permit.
    turn: Arc<Semaphore>,
    /// Wrong confirmations since the last right one.
    wrong: u32,
}

impl Default for Device {
    fn default() -> Self {
        Device {
            confirmed: None,
            last: None,
            turn: Arc::new(Semaphore::new(1)),
            wrong: 0,
        }
    }
}

impl Keys {
    /// Keys for the devices of an inventory.
    pub fn new(inventory: Arc<Inventory>) -> Self {
        let derivation = |device: &DeviceId, source: &Source| {
            ProverSecret::derive(&source.code, &source.salt, &source.parameters, &device.0)
        };
        Self::with(inventory, Arc::new(derivation))
    }

    fn with(inventory: Arc<Inventory>, derivation: Arc<Derivation>) -> Self {
        Keys {
            inventory,
            devices: Mutex::new(HashMap::new()),
            permits: Arc::new(Semaphore::new(CONCURRENT_DERIVATIONS)),
            derivation,
        }
    }

    /// The secret for a device that sent this salt and these parameters.
    pub async fn secret(
        &self,
        device: DeviceId,
        salt: [u8; SALT_LEN],
        parameters: KdfParameters,
    ) -> Result<Arc<Derived>, KeyError> {
        parameters
            .check_bounds()
            .map_err(|_| KeyError::Parameters)?;
        let inventory = self.inventory.clone();
        let code = spawn_blocking(move || inventory.code(&device))
            .await??
            .ok_or(KeyError::UnknownDevice)?;
        let source = Source {
            salt,
            parameters,
            code,
        };
        if let Some(derived) = self.known(device, &source) {
            return Ok(derived);
        }
        let turn = self.lock().entry(device).or_default().turn.clone();
        let turn = turn.acquire_owned().await?;
        // Whoever had the turn before may have derived the same.
        if let Some(derived) = self.known(device, &source) {
            return Ok(derived);
        }
        let permit = self.permits.clone().acquire_owned().await?;
        let derivation = self.derivation.clone();
        let derived = spawn_blocking(move || {
            // This goes on when the connection is gone, so that the permits
            // must stay with it.
            let _held = (turn, permit);
            let secret = derivation(&device, &source)?;
            Ok::<_, KdfError>(Arc::new(Derived { source, secret }))
        })
        .await??;
        self.lock().entry(device).or_default().last = Some(derived.clone());
        Ok(derived)
    }

    /// Notes that the device behind a HELLO knew its setup code: no HELLO of
    /// anybody else makes this forgotten.
    pub fn confirmed(&self, device: DeviceId, derived: Arc<Derived>) {
        let mut devices = self.lock();
        let known = devices.entry(device).or_default();
        known.confirmed = Some(derived);
        known.wrong = 0;
    }

    /// Counts that whoever is behind a HELLO, for which a secret was given, did not
    /// know the setup code; returns how often since somebody did, or since the
    /// daemon was started. Nothing but words depends on it: codes are too long to
    /// be guessed ([`SetupCode`]), and nobody on the network is to keep a device
    /// from its daemon.
    pub fn wrong(&self, device: DeviceId) -> u32 {
        let mut devices = self.lock();
        let known = devices.entry(device).or_default();
        known.wrong = known.wrong.saturating_add(1);
        known.wrong
    }

    fn known(&self, device: DeviceId, source: &Source) -> Option<Arc<Derived>> {
        let devices = self.lock();
        let known = devices.get(&device)?;
        [&known.confirmed, &known.last]
            .into_iter()
            .flatten()
            .find(|derived| derived.source.is(source))
            .cloned()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<DeviceId, Device>> {
        self.devices
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;

    use provisioning_session::secret::Secret;
    use provisioning_wire::limits::KDF_ARGON2ID;
    use tempfile::TempDir;
    use tokio::task::JoinHandle;

    use super::*;

    const PARAMETERS: KdfParameters = KdfParameters {
        kdf: KDF_ARGON2ID,
        memory_kib: 8,
        passes: 1,
        lanes: 1,
    };

    fn id(number: u8) -> DeviceId {
        DeviceId([number; 16])
    }

    fn inventory(directory: &TempDir, devices: u8) -> Arc<Inventory> {
        let path = directory.path().join("codes.csv");
        let row = |number| format!("{},00000-00000-00000\n", id(number));
        fs::write(&path, (0..devices).map(row).collect::<String>()).unwrap();
        Arc::new(Inventory::open(&path).unwrap())
    }

    fn secret() -> ProverSecret {
        ProverSecret::from_hash(&Secret::copied(&[7; ProverSecret::HASH_LEN])).unwrap()
    }

    /// Counts derivations that began, and those that run.
    #[derive(Default)]
    struct Counts {
        begun: Mutex<Vec<DeviceId>>,
        running: AtomicUsize,
        most: AtomicUsize,
    }

    impl Counts {
        fn begun(&self) -> usize {
            self.begun.lock().unwrap().len()
        }
    }

    /// Keys whose derivations end when a word comes out of the channel, or
    /// when its other end is dropped.
    fn counted(inventory: Arc<Inventory>) -> (Arc<Keys>, Arc<Counts>, mpsc::Sender<()>) {
        let (end, ends) = mpsc::channel();
        let ends = Mutex::new(ends);
        let counts = Arc::new(Counts::default());
        let counting = counts.clone();
        let derivation = move |device: &DeviceId, _: &Source| {
            let running = counting.running.fetch_add(1, Ordering::SeqCst) + 1;
            counting.most.fetch_max(running, Ordering::SeqCst);
            counting.begun.lock().unwrap().push(*device);
            // A sender that is gone ends all.
            let _ = ends.lock().unwrap().recv();
            counting.running.fetch_sub(1, Ordering::SeqCst);
            Ok(secret())
        };
        let keys = Keys::with(inventory, Arc::new(derivation));
        (Arc::new(keys), counts, end)
    }

    /// What a HELLO of this device with this salt asks for.
    fn ask(keys: &Arc<Keys>, device: u8, salt: u8) -> JoinHandle<Result<Arc<Derived>, KeyError>> {
        let keys = keys.clone();
        tokio::spawn(async move { keys.secret(id(device), [salt; 16], PARAMETERS).await })
    }

    async fn until(condition: impl Fn() -> bool) {
        while !condition() {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn connections_that_went_away_free_no_permit_of_a_derivation_that_runs() {
        let directory = tempfile::tempdir().unwrap();
        let (keys, counts, end) = counted(inventory(&directory, 12));
        let ask = |device, salt| ask(&keys, device, salt);
        // Two take both permits; then their connections, and all that come
        // after them, go away.
        let first: Vec<_> = (0..2).map(|device| ask(device, 1)).collect();
        until(|| counts.running.load(Ordering::SeqCst) == 2).await;
        for asked in first {
            asked.abort();
            assert!(asked.await.is_err());
        }
        for device in 2..12 {
            let asked = ask(device, 1);
            for _ in 0..50 {
                tokio::task::yield_now().await;
            }
            asked.abort();
            assert!(asked.await.is_err());
        }
        // One that stays gets its turn as soon as one of the two has ended,
        // so nobody who went away is before it.
        let stays = ask(11, 2);
        assert_eq!(keys.permits.available_permits(), 0);
        end.send(()).unwrap();
        until(|| counts.begun() == 3).await;
        drop(end);
        assert!(stays.await.unwrap().is_ok());
        until(|| keys.permits.available_permits() == CONCURRENT_DERIVATIONS).await;
        assert_eq!(counts.begun(), 3);
        assert_eq!(counts.most.load(Ordering::SeqCst), CONCURRENT_DERIVATIONS);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn hellos_of_one_device_leave_a_permit_to_the_others() {
        let directory = tempfile::tempdir().unwrap();
        let (keys, counts, end) = counted(inventory(&directory, 2));
        let ask = |device, salt| ask(&keys, device, salt);
        let many: Vec<_> = (0..8).map(|salt| ask(0, salt)).collect();
        until(|| counts.begun() > 0).await;
        let other = ask(1, 0);
        until(|| counts.begun() == 2).await;
        assert_eq!(*counts.begun.lock().unwrap(), [id(0), id(1)]);
        drop(end);
        assert!(other.await.unwrap().is_ok());
        for asked in many {
            assert!(asked.await.unwrap().is_ok());
        }
    }

    #[tokio::test]
    async fn what_a_device_confirmed_is_not_derived_again_whatever_strangers_send() {
        let directory = tempfile::tempdir().unwrap();
        let (keys, counts, end) = counted(inventory(&directory, 1));
        drop(end);
        let ask = |salt: u8| keys.secret(id(0), [salt; 16], PARAMETERS);
        let begun = || counts.begun();
        let own = ask(1).await.unwrap();
        // A stranger comes before the device has confirmed.
        ask(2).await.unwrap();
        keys.confirmed(id(0), own);
        assert_eq!(begun(), 2);
        for salt in 2..6 {
            ask(salt).await.unwrap();
        }
        assert_eq!(begun(), 5, "the stranger's last one was known");
        ask(1).await.unwrap();
        assert_eq!(begun(), 5);
        // Another code in the inventory is another secret.
        let codes = directory.path().join("codes.csv");
        let other = SetupCode::from_entropy(&Secret::copied(&[9; 9])).printed();
        let other = std::str::from_utf8(other.expose_secret()).unwrap();
        fs::write(&codes, format!("\n{},{other}\n", id(0))).unwrap();
        ask(1).await.unwrap();
        assert_eq!(begun(), 6);
    }

    #[tokio::test]
    async fn devices_that_are_not_listed_leave_nothing_behind() {
        let directory = tempfile::tempdir().unwrap();
        let (keys, _, _end) = counted(inventory(&directory, 1));
        for device in 1..20 {
            let asked = keys.secret(id(device), [0; 16], PARAMETERS).await;
            assert!(matches!(asked, Err(KeyError::UnknownDevice)));
        }
        assert!(keys.lock().is_empty());
    }
}
