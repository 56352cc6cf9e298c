// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What must outlive the daemon: its identity, and what each device has.
//!
//! ```text
//! STATE/lock               held while a daemon runs
//! STATE/daemon.json        daemon id
//! STATE/identity.key       private identity key, 64 hexadecimal digits
//! STATE/issued.csv         credentials that devices confirmed to hold
//! STATE/pending.csv        credentials that were sent, and no receipt decided on
//! STATE/devices/ID.json    last serials, keys, counters
//! ```
//!
//! Every file is readable by its owner only and replaced whole; rows are added to
//! the two CSV files. A configuration is in `devices` and `pending.csv` before it
//! leaves this host ([`State::reserve`], [`State::sending`]), so that neither a
//! serial nor a credential depends on what becomes of the daemon afterwards.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::mem;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use provisioning_session::identity::IdentityKey;
use provisioning_session::secret::Secret;
use provisioning_wire::limits::{ID_LEN, MAX_SERIAL, POINT_LEN};
use serde::{Deserialize, Serialize};

use crate::credentials::{self, Credential};
use crate::failure::{Failure, Kind};
use crate::files::{append_csv, create_private_dir, read_owned, replace};
use crate::id::{DeviceId, secret_from_hex, secret_hex};
use crate::pending::Pending;
use crate::random;

/// Version of the files.
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct DaemonFile {
    format: u32,
    daemon_id: DeviceId,
}

/// What is known about one device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceRecord {
    format: u32,
    /// Running number, from 1.
    pub number: u32,
    /// Serial of the last configuration that was sent, stored or not; or one
    /// below what the device said it takes.
    pub last_serial: u32,
    /// How many configurations the device confirmed to have stored.
    pub provisioned: u32,
    /// Serial of the last configuration that the device confirmed.
    #[serde(default)]
    pub confirmed_serial: u32,
    /// Key that the device proved when it first stored a configuration.
    #[serde(with = "point_hex")]
    pub identity_key: Option<[u8; POINT_LEN]>,
    /// Serial of the last configuration that was sent with a new credential.
    #[serde(default)]
    pub offered_serial: u32,
    /// Key that the device proved when it was sent that.
    #[serde(default, with = "point_hex")]
    pub offered_key: Option<[u8; POINT_LEN]>,
}

/// What [`State::reserve`] set aside for one configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// Serial number, higher than any before.
    pub serial: u32,
    /// The device's running number.
    pub device_number: u32,
    /// Number of this configuration among those that the device confirmed.
    pub configuration_number: u32,
}

/// The state directory, held by one daemon.
pub struct State {
    directory: PathBuf,
    daemon_id: [u8; ID_LEN],
    identity: IdentityKey,
    devices: Mutex<HashMap<DeviceId, DeviceRecord>>,
    pending: Pending,
    // Held while files change. Not with `devices`, which is also looked at where
    // nothing may wait for a disk.
    changing: Mutex<()>,
    // Unlocks when the state is dropped or the process ends, however it ends.
    _lock: File,
}

impl State {
    /// Opens the directory; makes it, and the daemon's identity, when it is
    /// not there.
    pub fn open(directory: &Path) -> Result<Self, Failure> {
        let devices_directory = directory.join("devices");
        create_private_dir(&devices_directory)
            .map_err(|error| trouble("making", &devices_directory, error))?;
        let lock = lock(&directory.join("lock"))?;
        let (daemon_id, identity) = open_identity(directory)?;
        let mut devices = HashMap::new();
        let entries = fs::read_dir(&devices_directory)
            .map_err(|error| trouble("listing", &devices_directory, error))?;
        for entry in entries {
            let path = entry
                .map_err(|error| trouble("listing", &devices_directory, error))?
                .path();
            // Leftovers of an interrupted `replace` end in another way.
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
                continue;
            };
            let Some(Ok(id)) = name.strip_suffix(".json").map(str::parse::<DeviceId>) else {
                continue;
            };
            devices.insert(id, read_device(&path)?);
        }
        let pending = Pending::new(directory.join("pending.csv"));
        // A daemon that ended within `confirm` may have left them.
        pending
            .remove(|sent| {
                let known = devices.get(&sent.device);
                known.is_some_and(|known| sent.serial == known.confirmed_serial)
            })
            .map_err(|error| trouble("writing", pending.path(), error))?;
        Ok(State {
            directory: directory.to_owned(),
            daemon_id,
            identity,
            devices: Mutex::new(devices),
            pending,
            changing: Mutex::new(()),
            _lock: lock,
        })
    }

    /// Names this daemon.
    pub const fn daemon_id(&self) -> &[u8; ID_LEN] {
        &self.daemon_id
    }

    /// The daemon's identity key.
    pub const fn identity(&self) -> &IdentityKey {
        &self.identity
    }

    /// What is known about a device.
    pub fn device(&self, device: &DeviceId) -> Option<DeviceRecord> {
        self.lock_devices().get(device).cloned()
    }

    /// Sets a serial aside before it is sent, so that no serial is ever sent
    /// twice. `unix_time` keeps serials rising even when the state directory
    /// was lost: devices refuse a serial that is not above what they had.
    pub fn reserve(&self, device: &DeviceId, unix_time: u64) -> Result<Reservation, Failure> {
        let _changing = self.lock_changes();
        let mut record = {
            let devices = self.lock_devices();
            let numbers = devices.values().map(|known| known.number);
            let next_number = numbers.max().unwrap_or(0) + 1;
            devices.get(device).cloned().unwrap_or(DeviceRecord {
                format: FORMAT,
                number: next_number,
                last_serial: 0,
                provisioned: 0,
                confirmed_serial: 0,
                identity_key: None,
                offered_serial: 0,
                offered_key: None,
            })
        };
        let following = record.last_serial.saturating_add(1);
        if following > MAX_SERIAL {
            return Err(Failure::new(
                Kind::Files,
                format!("numbering the next configuration of {device}"),
                "its serial numbers are used up, so that no daemon can configure it any more",
                "mint the device anew; `provisiond mint --flash` also erases what the old one kept",
            ));
        }
        let time = u32::try_from(unix_time).ok();
        let time = time.filter(|time| *time <= MAX_SERIAL);
        record.last_serial = following.max(time.unwrap_or(following));
        let reservation = Reservation {
            serial: record.last_serial,
            device_number: record.number,
            configuration_number: record.provisioned.saturating_add(1),
        };
        self.write_device(device, record)?;
        Ok(reservation)
    }

    /// The credential that was last sent to a device, when no receipt has decided
    /// on it. Only to who proves the identity key that it was sent to: before a
    /// key is pinned, somebody else who read the label may have been sent it.
    pub fn undecided(
        &self,
        device: &DeviceId,
        identity_key: &[u8; POINT_LEN],
    ) -> Result<Option<Credential>, Failure> {
        let _changing = self.lock_changes();
        match self.device(device) {
            Some(record) if record.offered_key == Some(*identity_key) => {
                self.offered(device, &record)
            }
            _ => Ok(None),
        }
    }

    fn offered(
        &self,
        device: &DeviceId,
        record: &DeviceRecord,
    ) -> Result<Option<Credential>, Failure> {
        if record.offered_serial <= record.confirmed_serial {
            return Ok(None);
        }
        self.pending
            .find(device, record.offered_serial)
            .map_err(|error| trouble("reading", self.pending.path(), error))
    }

    /// Keeps a credential that is about to be sent. It is pending until a
    /// receipt decides: the device may commit it and never be heard of again.
    /// One that is sent again is kept with the serial that it was sent with first,
    /// so that a refusal of the later configuration does not make it forgotten.
    pub fn sending(
        &self,
        device: &DeviceId,
        serial: u32,
        identity_key: &[u8; POINT_LEN],
        credential: &Credential,
    ) -> Result<(), Failure> {
        let _changing = self.lock_changes();
        let mut record = self.reserved(device)?;
        let offered = self.offered(device, &record)?;
        if offered.is_some_and(|offered| offered.is(credential)) {
            return Ok(());
        }
        self.pending
            .add(device, serial, credential)
            .map_err(|error| trouble("writing", self.pending.path(), error))?;
        record.offered_serial = serial;
        record.offered_key = Some(*identity_key);
        self.write_device(device, record)
    }

    /// Notes that a device refused a configuration, so that its credential is
    /// pending no more. Only when no other was set aside since: that one may hold
    /// the same credential, and the device may have stored it.
    pub fn refused(&self, device: &DeviceId, serial: u32) -> Result<(), Failure> {
        let _changing = self.lock_changes();
        if self.reserved(device)?.last_serial != serial {
            return Ok(());
        }
        self.pending
            .remove(|sent| (sent.device, sent.serial) == (*device, serial))
            .map_err(|error| trouble("writing", self.pending.path(), error))
    }

    /// Notes that a device takes no serial number below `least`, so that the
    /// next one that is set aside for it is at least that.
    pub fn raise_serial(&self, device: &DeviceId, least: u32) -> Result<(), Failure> {
        let _changing = self.lock_changes();
        let before = least.saturating_sub(1);
        match self.device(device) {
            Some(mut record) if record.last_serial < before => {
                record.last_serial = before;
                self.write_device(device, record)
            }
            _ => Ok(()),
        }
    }

    /// Notes that a device confirmed to have stored a configuration: its key
    /// is pinned, and the credential kept for the server's side.
    ///
    /// A device falls back to the configuration before when the newest is damaged.
    /// That is the one that it confirmed before, or one that was sent since then
    /// and whose receipt was lost: these stay pending, and what was sent before
    /// both goes. After an error, and after a loss of power at any point, each
    /// credential that the device may use is in one file at least.
    pub fn confirm(
        &self,
        device: &DeviceId,
        serial: u32,
        identity_key: &[u8; POINT_LEN],
        credential: Option<&Credential>,
    ) -> Result<(), Failure> {
        let _changing = self.lock_changes();
        let mut record = self.reserved(device)?;
        // The receipt of an older one, read late from another connection.
        if serial < record.confirmed_serial {
            return Ok(());
        }
        if let Some(Credential { identity, psk }) = credential {
            let path = self.directory.join("issued.csv");
            let row = [&*device.to_string(), identity, &secret_hex(psk)];
            append_csv(&path, credentials::HEADER, &row)
                .map(drop)
                .map_err(|error| trouble("writing", &path, error))?;
        }
        record.provisioned = record.provisioned.saturating_add(1);
        let before = mem::replace(&mut record.confirmed_serial, serial);
        record.identity_key = Some(*identity_key);
        self.write_device(device, record)?;
        self.pending
            .remove(|sent| {
                let is_confirmed = sent.serial == serial
                    || sent.serial < serial
                        && credential.is_some_and(|held| sent.credential.is(held));
                sent.device == *device && (is_confirmed || sent.serial <= before)
            })
            .map_err(|error| trouble("writing", self.pending.path(), error))
    }

    /// The record of a device that a serial was set aside for.
    fn reserved(&self, device: &DeviceId) -> Result<DeviceRecord, Failure> {
        self.device(device).ok_or_else(|| {
            trouble(
                "noting a configuration in",
                &self.device_path(device),
                "the device is not known, though a serial was set aside for it",
            )
        })
    }

    fn lock_changes(&self) -> MutexGuard<'_, ()> {
        self.changing
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn lock_devices(&self) -> MutexGuard<'_, HashMap<DeviceId, DeviceRecord>> {
        self.devices
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn device_path(&self, device: &DeviceId) -> PathBuf {
        self.directory.join(format!("devices/{device}.json"))
    }

    fn write_device(&self, device: &DeviceId, record: DeviceRecord) -> Result<(), Failure> {
        write_json(&self.device_path(device), &record)?;
        self.lock_devices().insert(*device, record);
        Ok(())
    }
}

fn lock(path: &Path) -> Result<File, Failure> {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(|error| trouble("opening", path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::Error(error)) => Err(trouble("locking", path, error)),
        Err(TryLockError::WouldBlock) => Err(Failure::new(
            Kind::Files,
            format!("locking {}", path.display()),
            "another provisiond uses this state directory",
            "stop the other one, or give this one a directory of its own with --state",
        )),
    }
}

fn open_identity(directory: &Path) -> Result<([u8; ID_LEN], IdentityKey), Failure> {
    let key_path = directory.join("identity.key");
    let daemon_path = directory.join("daemon.json");
    let text = match read_owned(&key_path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            // The key last: it is what says that the identity is complete.
            write_json(
                &daemon_path,
                &DaemonFile {
                    format: FORMAT,
                    daemon_id: DeviceId(random::public()),
                },
            )?;
            let key = new_identity();
            let text = secret_hex(key.secret_bytes().expose_secret());
            replace(&key_path, text.as_bytes())
                .map_err(|error| trouble("writing", &key_path, error))?;
            text
        }
        Err(error) => return Err(trouble("reading", &key_path, error)),
    };
    let identity = secret_from_hex(text.trim())
        .and_then(|bytes| <[u8; 32]>::try_from(&bytes[..]).ok())
        .and_then(|mut bytes| IdentityKey::from_secret(&Secret::take(&mut bytes)).ok())
        .ok_or_else(|| {
            trouble(
                "reading",
                &key_path,
                "not a P-256 key in hexadecimal digits",
            )
        })?;
    let file: DaemonFile = read_json(&daemon_path)?;
    check_format(&daemon_path, file.format)?;
    Ok((file.daemon_id.0, identity))
}

fn new_identity() -> IdentityKey {
    loop {
        // Randomness that reduces to zero never happens, and is no reason to
        // stop if it does.
        if let Ok(key) = IdentityKey::generate(&random::secret()) {
            return key;
        }
    }
}

fn read_device(path: &Path) -> Result<DeviceRecord, Failure> {
    let record: DeviceRecord = read_json(path)?;
    check_format(path, record.format)?;
    Ok(record)
}

fn check_format(path: &Path, format: u32) -> Result<(), Failure> {
    if format == FORMAT {
        return Ok(());
    }
    Err(trouble(
        "reading",
        path,
        format!("format {format}, of a later version of this program"),
    ))
}

fn read_json<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, Failure> {
    let text = fs::read(path).map_err(|error| trouble("reading", path, error))?;
    serde_json::from_slice(&text).map_err(|error| trouble("reading", path, error))
}

fn write_json(path: &Path, value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_vec(value).map_err(|error| trouble("writing", path, error))?;
    replace(path, &text).map_err(|error| trouble("writing", path, error))
}

fn trouble(doing: &str, path: &Path, found: impl std::fmt::Display) -> Failure {
    Failure::new(
        Kind::Files,
        format!("{doing} {}", path.display()),
        found,
        "the daemon keeps its identity and the devices' serials there (--state): \
         check its owner, permissions and free space; restore it from a copy if it is damaged",
    )
}

/// Points as hexadecimal digits.
mod point_hex {
    use provisioning_wire::limits::POINT_LEN;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

    use crate::id::{from_hex, to_hex};

    pub fn serialize<S: Serializer>(
        point: &Option<[u8; POINT_LEN]>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        point.map(|point| to_hex(&point)).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<[u8; POINT_LEN]>, D::Error> {
        Option::<String>::deserialize(deserializer)?
            .map(|text| {
                from_hex(&text)
                    .and_then(|bytes| bytes.try_into().ok())
                    .ok_or_else(|| de::Error::custom("not a point in hexadecimal digits"))
            })
            .transpose()
    }
}

#[cfg(test)]
mod tests;
