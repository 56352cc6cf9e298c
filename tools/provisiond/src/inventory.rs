// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The inventory: which setup code belongs to which device.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::SystemTime;
use std::{fs, io};

use provisioning_session::setup_code::SetupCode;

use crate::failure::{Failure, Kind};
use crate::files::{csv_rows, read_shared};
use crate::id::DeviceId;

/// First line of an inventory.
pub const HEADER: &str = "device_id,setup_code";

/// Setup codes from a file, which is read again when it changes.
pub struct Inventory {
    path: PathBuf,
    read: Mutex<Read>,
}

/// What was read, and from which state of the file.
struct Read {
    stamp: Stamp,
    codes: HashMap<DeviceId, SetupCode>,
}

/// Tells one state of the file from another.
type Stamp = (SystemTime, u64);

impl Inventory {
    /// Reads the file; one that is not there or not right is an error.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let read = Read::new(path)?;
        Ok(Inventory {
            path: path.to_owned(),
            read: Mutex::new(read),
        })
    }

    /// How many devices it lists.
    pub fn len(&self) -> usize {
        self.lock().codes.len()
    }

    /// Whether it lists no device.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The code of a device. The file is read again when it has changed; while
    /// it is not right, the answer is the error and what was read before stays.
    pub fn code(&self, device: &DeviceId) -> Result<Option<SetupCode>, Failure> {
        let mut read = self.lock();
        if stamp(&self.path).map_err(|error| unreadable(&self.path, error))? != read.stamp {
            *read = Read::new(&self.path)?;
        }
        Ok(read.codes.get(device).cloned())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Read> {
        self.read
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Read {
    fn new(path: &Path) -> Result<Self, Failure> {
        // The stamp first: a change in between is then seen the next time.
        let stamp = stamp(path).map_err(|error| unreadable(path, error))?;
        let text = read_shared(path).map_err(|error| unreadable(path, error))?;
        let mut codes = HashMap::new();
        for (line, row) in csv_rows::<2>(&text, HEADER) {
            let bad = |found: &dyn std::fmt::Display| {
                Failure::new(
                    Kind::Files,
                    format!("reading the inventory {}, line {line}", path.display()),
                    found,
                    format!("each line is `{HEADER}`, as `provisiond mint` writes it"),
                )
            };
            let [id, code] = row.ok_or_else(|| bad(&"not two fields"))?;
            let id: DeviceId = id.parse().map_err(|error| bad(&error))?;
            let code = SetupCode::parse(code).map_err(|error| bad(&error))?;
            if codes.insert(id, code).is_some() {
                return Err(bad(&format!("device {id} is listed a second time")));
            }
        }
        Ok(Read { stamp, codes })
    }
}

fn stamp(path: &Path) -> io::Result<Stamp> {
    let metadata = fs::metadata(path)?;
    Ok((metadata.modified()?, metadata.len()))
}

fn unreadable(path: &Path, error: io::Error) -> Failure {
    Failure::new(
        Kind::Files,
        format!("reading the inventory {}", path.display()),
        error,
        "name a file with --inventory; `provisiond mint --out DIR` makes DIR/codes.csv",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZEROS: &str = "00000-00000-00000";

    fn id(fill: u8) -> DeviceId {
        DeviceId([fill; 16])
    }

    #[test]
    fn a_device_added_later_is_found_without_a_restart() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("codes.csv");
        fs::write(&path, format!("{HEADER}\n{},{ZEROS}\n", id(1))).unwrap();
        let inventory = Inventory::open(&path).unwrap();
        assert_eq!(inventory.len(), 1);
        assert!(inventory.code(&id(1)).unwrap().is_some());
        assert!(inventory.code(&id(2)).unwrap().is_none());
        let both = format!("{HEADER}\n{},{ZEROS}\n{},{ZEROS}\n", id(1), id(2));
        fs::write(&path, both).unwrap();
        assert!(inventory.code(&id(2)).unwrap().is_some());
        fs::write(&path, "nonsense").unwrap();
        assert!(inventory.code(&id(2)).is_err());
        assert_eq!(inventory.len(), 2);
    }

    #[test]
    fn codes_that_are_shorter_than_those_minted_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("codes.csv");
        // Zeros have a zero for their check symbol, however many they are.
        for length in 0..ZEROS.replace('-', "").len() {
            fs::write(&path, format!("{},{}\n", id(1), "0".repeat(length))).unwrap();
            let error = Inventory::open(&path).err().unwrap().to_string();
            assert!(error.contains("has 15 letters and digits"), "{error}");
        }
        fs::write(&path, format!("{},{}\n", id(1), "0".repeat(15))).unwrap();
        assert!(Inventory::open(&path).is_ok());
    }

    #[test]
    fn errors_name_the_line_and_no_code() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("codes.csv");
        for (content, expected) in [
            ("x\n", "line 1: not two fields"),
            ("\nzz,00000-00000-00000", "line 2: not a device id"),
            (
                "01010101010101010101010101010101,SESAM-SESAM-SESAM",
                "line 1: the setup code was mistyped",
            ),
        ] {
            fs::write(&path, content).unwrap();
            let error = Inventory::open(&path).err().unwrap().to_string();
            assert!(error.contains(expected), "{error}");
            assert!(!error.contains("SESAM"), "{error}");
        }
        let twice = format!("{},{ZEROS}\n{},{ZEROS}", id(1), id(1));
        fs::write(&path, twice).unwrap();
        let error = Inventory::open(&path).err().unwrap().to_string();
        assert!(error.contains("line 2: device 0101"), "{error}");
    }
}
