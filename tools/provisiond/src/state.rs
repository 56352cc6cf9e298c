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
//! STATE/devices/ID.json    last serial, pinned key, counters
//! ```
//!
//! Every file is readable by its owner only and replaced whole.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use provisioning_session::identity::IdentityKey;
use provisioning_session::secret::Secret;
use provisioning_wire::limits::{ID_LEN, POINT_LEN};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::credentials::{self, Credential};
use crate::failure::{Failure, Kind};
use crate::files::{append_csv, create_private_dir, replace};
use crate::id::{DeviceId, from_hex, to_hex};
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
    /// Serial of the last configuration that was sent, stored or not.
    pub last_serial: u32,
    /// How many configurations the device confirmed to have stored.
    pub provisioned: u32,
    /// Key that the device proved when it first stored a configuration.
    #[serde(with = "point_hex")]
    pub identity_key: Option<[u8; POINT_LEN]>,
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
        Ok(State {
            directory: directory.to_owned(),
            daemon_id,
            identity,
            devices: Mutex::new(devices),
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
        let mut devices = self.lock_devices();
        let next_number = devices
            .values()
            .map(|known| known.number)
            .max()
            .unwrap_or(0)
            + 1;
        let mut record = devices.get(device).cloned().unwrap_or(DeviceRecord {
            format: FORMAT,
            number: next_number,
            last_serial: 0,
            provisioned: 0,
            identity_key: None,
        });
        let following = record.last_serial.checked_add(1).ok_or_else(|| {
            Failure::new(
                Kind::Files,
                format!("numbering the next configuration of {device}"),
                "its serial numbers are used up",
                "mint the device anew",
            )
        })?;
        record.last_serial = following.max(u32::try_from(unix_time).unwrap_or(following));
        let reservation = Reservation {
            serial: record.last_serial,
            device_number: record.number,
            configuration_number: record.provisioned.saturating_add(1),
        };
        self.write_device(device, &record)?;
        devices.insert(*device, record);
        Ok(reservation)
    }

    /// Notes that a device confirmed to have stored a configuration: its key
    /// is pinned and the credential kept for the server's side.
    pub fn confirm(
        &self,
        device: &DeviceId,
        identity_key: &[u8; POINT_LEN],
        credential: Option<&Credential>,
    ) -> Result<(), Failure> {
        if let Some(Credential { identity, psk }) = credential {
            let path = self.directory.join("issued.csv");
            let line = Zeroizing::new(format!("{device},{identity},{}", to_hex(psk)));
            append_csv(&path, credentials::HEADER, &line)
                .map(drop)
                .map_err(|error| trouble("writing", &path, error))?;
        }
        let mut devices = self.lock_devices();
        let Some(known) = devices.get(device) else {
            return Ok(());
        };
        let mut record = known.clone();
        record.provisioned = record.provisioned.saturating_add(1);
        record.identity_key = Some(*identity_key);
        self.write_device(device, &record)?;
        devices.insert(*device, record);
        Ok(())
    }

    fn lock_devices(&self) -> MutexGuard<'_, HashMap<DeviceId, DeviceRecord>> {
        self.devices
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn write_device(&self, device: &DeviceId, record: &DeviceRecord) -> Result<(), Failure> {
        let path = self.directory.join(format!("devices/{device}.json"));
        write_json(&path, record)
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
    let text = match fs::read_to_string(&key_path) {
        Ok(text) => Zeroizing::new(text),
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
            let text = Zeroizing::new(to_hex(key.secret_bytes().expose_secret()));
            replace(&key_path, text.as_bytes())
                .map_err(|error| trouble("writing", &key_path, error))?;
            text
        }
        Err(error) => return Err(trouble("reading", &key_path, error)),
    };
    let identity = from_hex(text.trim())
        .map(Zeroizing::new)
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
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const DEVICE: DeviceId = DeviceId([1; 16]);
    const KEY: [u8; 65] = [4; 65];

    fn credential() -> Credential {
        Credential {
            identity: "me".into(),
            psk: Zeroizing::new(vec![0xab, 0xcd]),
        }
    }

    #[test]
    fn the_identity_stays_and_is_private() {
        let directory = tempfile::tempdir().unwrap();
        let (id, key) = {
            let state = State::open(directory.path()).unwrap();
            (*state.daemon_id(), *state.identity().public())
        };
        let state = State::open(directory.path()).unwrap();
        assert_eq!(*state.daemon_id(), id);
        assert_eq!(*state.identity().public(), key);
        let path = directory.path().join("identity.key");
        let mode = fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn two_daemons_do_not_share_a_directory() {
        let directory = tempfile::tempdir().unwrap();
        let _state = State::open(directory.path()).unwrap();
        let error = State::open(directory.path()).err().unwrap().to_string();
        assert!(error.contains("another provisiond"), "{error}");
    }

    #[test]
    fn serials_rise_across_restarts_clocks_and_losses() {
        let directory = tempfile::tempdir().unwrap();
        let serial = |time| {
            let state = State::open(directory.path()).unwrap();
            state.reserve(&DEVICE, time).unwrap().serial
        };
        assert_eq!(serial(0), 1);
        assert_eq!(serial(1_000), 1_000);
        assert_eq!(serial(1_000), 1_001);
        assert_eq!(serial(5), 1_002);
        assert_eq!(serial(u64::MAX), 1_003);
        fs::remove_dir_all(directory.path().join("devices")).unwrap();
        assert_eq!(serial(2_000), 2_000);
        assert_eq!(serial(u64::from(u32::MAX)), u32::MAX);
        let state = State::open(directory.path()).unwrap();
        let error = state.reserve(&DEVICE, 0).unwrap_err().to_string();
        assert!(error.contains("used up"), "{error}");
    }

    #[test]
    fn what_a_device_confirmed_is_kept() {
        let directory = tempfile::tempdir().unwrap();
        let other = DeviceId([2; 16]);
        {
            let state = State::open(directory.path()).unwrap();
            assert_eq!(state.device(&DEVICE), None);
            let first = state.reserve(&DEVICE, 0).unwrap();
            assert_eq!((first.device_number, first.configuration_number), (1, 1));
            assert_eq!(state.device(&DEVICE).unwrap().identity_key, None);
            state.confirm(&DEVICE, &KEY, Some(&credential())).unwrap();
            assert_eq!(state.reserve(&other, 0).unwrap().device_number, 2);
        }
        let state = State::open(directory.path()).unwrap();
        let record = state.device(&DEVICE).unwrap();
        assert_eq!(record.identity_key, Some(KEY));
        assert_eq!((record.provisioned, record.last_serial), (1, 1));
        let again = state.reserve(&DEVICE, 0).unwrap();
        assert_eq!((again.device_number, again.configuration_number), (1, 2));
        let issued = fs::read_to_string(directory.path().join("issued.csv")).unwrap();
        let expected = format!("device_id,identity,psk_hex\n{DEVICE},me,abcd\n");
        assert_eq!(issued, expected);
    }

    #[test]
    fn damaged_files_are_errors_that_name_them() {
        let directory = tempfile::tempdir().unwrap();
        State::open(directory.path())
            .unwrap()
            .reserve(&DEVICE, 0)
            .unwrap();
        let device = directory.path().join(format!("devices/{DEVICE}.json"));
        for (path, content) in [
            (&device, "{"),
            (&directory.path().join("identity.key"), "zz"),
            (
                &directory.path().join("daemon.json"),
                r#"{"format":2,"daemon_id":"00000000000000000000000000000000"}"#,
            ),
        ] {
            let good = fs::read(path).unwrap();
            fs::write(path, content).unwrap();
            let error = State::open(directory.path()).err().unwrap().to_string();
            assert!(error.contains(path.to_str().unwrap()), "{error}");
            fs::write(path, good).unwrap();
        }
        assert!(State::open(directory.path()).is_ok());
    }
}
