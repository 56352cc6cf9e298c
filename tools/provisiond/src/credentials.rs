// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Where credentials come from.

use std::collections::HashMap;
use std::path::Path;

use provisioning_wire::limits::{MAX_IDENTITY_LEN, MAX_PSK_LEN};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::failure::{Failure, Kind};
use crate::files::{csv_rows, read_shared};
use crate::id::{DeviceId, secret_from_hex};
use crate::random;

/// First line of a file of credentials.
pub const HEADER: &str = "device_id,identity,psk_hex";

/// Length of a generated PSK, bytes.
const GENERATED_PSK_LEN: usize = 16;

/// What a device proves itself with at its server.
#[derive(Clone)]
pub struct Credential {
    /// PSK identity.
    pub identity: String,
    /// Pre-shared key.
    pub psk: Zeroizing<Vec<u8>>,
}

impl Credential {
    /// Whether both are the same, in a time that tells nothing of the keys.
    pub fn is(&self, other: &Credential) -> bool {
        self.identity == other.identity && bool::from(self.psk.ct_eq(&other.psk))
    }
}

/// A source of credentials.
pub trait Credentials: Send + Sync {
    /// A credential for a device. Called once for each configuration given;
    /// `undecided` was sent to this very device before, which may hold it.
    fn issue(
        &self,
        device: &DeviceId,
        undecided: Option<Credential>,
    ) -> Result<Credential, Failure>;
}

/// Random PSKs, a new one when a receipt has decided on the one before; the
/// identity follows a pattern with `{id}`.
pub struct Generated {
    pattern: String,
}

impl Generated {
    /// `{id}` in the pattern stands for the device id.
    pub fn new(pattern: impl Into<String>) -> Self {
        Generated {
            pattern: pattern.into(),
        }
    }
}

impl Credentials for Generated {
    fn issue(
        &self,
        device: &DeviceId,
        undecided: Option<Credential>,
    ) -> Result<Credential, Failure> {
        let identity = self.pattern.replace("{id}", &device.to_string());
        // Not one that came from a file, or from another pattern.
        let same = |before: &Credential| {
            before.identity == identity && before.psk.len() == GENERATED_PSK_LEN
        };
        Ok(undecided.filter(same).unwrap_or_else(|| Credential {
            identity,
            psk: random::secret_vec(GENERATED_PSK_LEN),
        }))
    }
}

/// Credentials that somebody prepared in a file.
pub struct FromFile {
    path: String,
    credentials: HashMap<DeviceId, Credential>,
}

impl FromFile {
    /// Reads the file whole; anything not right in it is an error.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let shown = path.display().to_string();
        let text = read_shared(path).map_err(|error| {
            Failure::new(
                Kind::Files,
                format!("reading the credentials {shown}"),
                error,
                "name a file with --credentials, or leave it out to have them generated",
            )
        })?;
        let mut credentials = HashMap::new();
        for (line, row) in csv_rows::<3>(&text, HEADER) {
            let bad = |found: &str| {
                Failure::new(
                    Kind::Files,
                    format!("reading the credentials {shown}, line {line}"),
                    found,
                    format!("each line is `{HEADER}`"),
                )
            };
            let [id, identity, psk] = row.ok_or_else(|| bad("not three fields"))?;
            let id: DeviceId = id.parse().map_err(|_| bad("not a device id"))?;
            let psk =
                secret_from_hex(psk).ok_or_else(|| bad("the PSK is not in hexadecimal digits"))?;
            if psk.is_empty() || psk.len() > MAX_PSK_LEN {
                return Err(bad("a PSK has 1 to 64 bytes"));
            }
            if identity.is_empty() || identity.len() > MAX_IDENTITY_LEN {
                return Err(bad("an identity has 1 to 128 bytes"));
            }
            let identity = identity.to_owned();
            let credential = Credential { identity, psk };
            if credentials.insert(id, credential).is_some() {
                return Err(bad("the device is listed a second time"));
            }
        }
        Ok(FromFile {
            path: shown,
            credentials,
        })
    }
}

impl Credentials for FromFile {
    fn issue(&self, device: &DeviceId, _: Option<Credential>) -> Result<Credential, Failure> {
        self.credentials.get(device).cloned().ok_or_else(|| {
            Failure::new(
                Kind::Files,
                format!("looking for the credential of {device}"),
                format!("{} does not list it", self.path),
                "add a line for the device and start the daemon again",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn credentials_are_the_same_in_identity_and_key() {
        let credential = |identity: &str, psk: &[u8]| Credential {
            identity: identity.into(),
            psk: Zeroizing::new(psk.to_vec()),
        };
        let one = credential("me", &[1, 2]);
        assert!(one.is(&one.clone()));
        for other in [
            credential("you", &[1, 2]),
            credential("me", &[1, 3]),
            credential("me", &[1]),
        ] {
            assert!(!one.is(&other));
        }
    }

    #[test]
    fn generated_keys_are_new_unless_one_is_undecided() {
        let source = Generated::new("id-{id}");
        let device = DeviceId([7; 16]);
        let issue = |undecided| source.issue(&device, undecided).unwrap();
        let (one, two) = (issue(None), issue(None));
        assert_eq!(one.identity, format!("id-{device}"));
        assert_eq!(one.psk.len(), 16);
        assert_ne!(one.psk, two.psk);
        let psk = one.psk.clone();
        assert_eq!(issue(Some(one)).psk, psk);
        // Of another source, or under another pattern.
        let before = |identity: &str, psk: &[u8]| Credential {
            identity: identity.into(),
            psk: Zeroizing::new(psk.to_vec()),
        };
        let short = issue(Some(before(&two.identity, &psk[1..])));
        assert_eq!(short.psk.len(), 16);
        let renamed = issue(Some(before("else", &psk)));
        assert_eq!(renamed.identity, two.identity);
        assert_ne!(renamed.psk, psk);
    }

    #[test]
    fn credentials_come_from_the_file_and_errors_name_the_line() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("c.csv");
        let device = DeviceId([7; 16]);
        fs::write(&path, format!("{HEADER}\n{device},me,00ff\n")).unwrap();
        let source = FromFile::open(&path).unwrap();
        let credential = source.issue(&device, None).unwrap();
        assert_eq!(credential.identity, "me");
        assert_eq!(*credential.psk, [0, 255]);
        // What the file says now is what counts.
        let before = Credential {
            psk: Zeroizing::new(vec![1]),
            ..credential
        };
        let again = source.issue(&device, Some(before)).unwrap();
        assert_eq!(*again.psk, [0, 255]);
        assert!(source.issue(&DeviceId([8; 16]), None).is_err());
        for (line, expected) in [
            (format!("{device},me"), "not three fields"),
            (format!("{device},me,5ecrex"), "hexadecimal"),
            (format!("{device},me,"), "1 to 64 bytes"),
            (format!("{device},me,{}", "ab".repeat(65)), "1 to 64 bytes"),
            (format!("{device},{},ab", "i".repeat(129)), "1 to 128"),
            (format!("{device},,ab"), "1 to 128"),
            ("seven,me,ab".into(), "not a device id"),
        ] {
            fs::write(&path, format!("{HEADER}\n{line}\n")).unwrap();
            let error = FromFile::open(&path).err().expect("refused").to_string();
            assert!(error.contains(expected), "{error}");
            assert!(error.contains("line 2"), "{error}");
            assert!(!error.contains("5ecre"), "{error}");
        }
    }
}
