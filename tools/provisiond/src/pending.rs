// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Credentials that were sent to a device and that no receipt has decided on.
//!
//! A device commits its configuration before it sends the receipt, and starts
//! its applications whether the receipt arrives or not. So a credential is on
//! disk before it leaves this host, and stays in this file until a receipt says
//! which of them the device holds.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::credentials::Credential;
use crate::files::{append_csv, read_owned, replace};
use crate::id::{DeviceId, secret_from_hex, secret_hex};

/// First line of the file: the columns of issued credentials, then the serial
/// number of the configuration that the credential was sent with.
pub const HEADER: &str = "device_id,identity,psk_hex,serial";

/// A row: what was sent to whom, with its serial number. A credential that is sent
/// again keeps its first one.
pub struct Sent {
    /// Device.
    pub device: DeviceId,
    /// What it was sent.
    pub credential: Credential,
    /// Serial number of the configuration.
    pub serial: u32,
}

impl Sent {
    /// Nothing when the line is no whole row.
    fn parse(line: &str) -> Option<Self> {
        let mut fields = line.trim().split(',');
        let sent = Sent {
            device: fields.next()?.parse().ok()?,
            credential: Credential {
                identity: fields.next()?.to_owned(),
                psk: secret_from_hex(fields.next()?)?,
            },
            serial: fields.next()?.parse().ok()?,
        };
        fields.next().is_none().then_some(sent)
    }
}

/// The file. Whoever changes it must be the only one to do so.
pub struct Pending {
    path: PathBuf,
}

impl Pending {
    /// Names the file, which need not be there.
    pub fn new(path: PathBuf) -> Self {
        Pending { path }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a credential; afterwards no loss of power makes it forgotten.
    pub fn add(&self, device: &DeviceId, serial: u32, credential: &Credential) -> io::Result<()> {
        let psk = secret_hex(&credential.psk);
        let (device, serial) = (device.to_string(), serial.to_string());
        let row = [&*device, &credential.identity, &psk, &serial];
        append_csv(&self.path, HEADER, &row).map(drop)
    }

    /// The credential that was sent to a device with this serial number.
    pub fn find(&self, device: &DeviceId, serial: u32) -> io::Result<Option<Credential>> {
        let text = self.read()?;
        let mut rows = text.lines().filter_map(Sent::parse);
        let found = rows.find(|sent| sent.device == *device && sent.serial == serial);
        Ok(found.map(|sent| sent.credential))
    }

    /// Removes the rows that `is_decided` picks. Lines that are no rows stay as
    /// they are.
    pub fn remove(&self, is_decided: impl Fn(&Sent) -> bool) -> io::Result<()> {
        let text = self.read()?;
        let mut kept = Zeroizing::new(String::with_capacity(text.len()));
        for line in text.split_inclusive('\n') {
            if !Sent::parse(line).is_some_and(|sent| is_decided(&sent)) {
                kept.push_str(line);
            }
        }
        if kept.len() == text.len() {
            return Ok(());
        }
        replace(&self.path, kept.as_bytes())
    }

    /// The text, empty when there is no file.
    fn read(&self) -> io::Result<Zeroizing<String>> {
        match read_owned(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Zeroizing::default()),
            result => result,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn credential(psk: u8) -> Credential {
        Credential {
            identity: "me".into(),
            psk: Zeroizing::new(vec![psk; 2]),
        }
    }

    #[test]
    fn what_was_sent_stays_until_it_is_decided() {
        let directory = tempfile::tempdir().unwrap();
        let pending = Pending::new(directory.path().join("pending.csv"));
        let (one, two) = (DeviceId([1; 16]), DeviceId([2; 16]));
        pending.remove(|_| true).unwrap();
        assert!(!pending.path().exists());
        pending.add(&one, 10, &credential(0xaa)).unwrap();
        pending.add(&two, 11, &credential(0xbb)).unwrap();
        pending.add(&one, 12, &credential(0xcc)).unwrap();
        let content = || fs::read_to_string(pending.path()).unwrap();
        let whole = format!("{HEADER}\n{one},me,aaaa,10\n{two},me,bbbb,11\n{one},me,cccc,12\n");
        assert_eq!(content(), whole);
        pending
            .remove(|sent| {
                sent.device == one && (sent.serial <= 10 || sent.credential.is(&credential(0xbb)))
            })
            .unwrap();
        let rest = format!("{HEADER}\n{two},me,bbbb,11\n{one},me,cccc,12\n");
        assert_eq!(content(), rest);
        let psk = |device, serial| {
            let found = pending.find(device, serial).unwrap();
            found.map(|credential| credential.psk.to_vec())
        };
        assert_eq!(psk(&one, 10), None);
        assert_eq!(psk(&one, 11), None);
        assert_eq!(psk(&one, 12), Some(vec![0xcc; 2]));
        pending
            .remove(|sent| sent.credential.is(&credential(0xcc)))
            .unwrap();
        assert_eq!(content(), format!("{HEADER}\n{two},me,bbbb,11\n"));
    }

    #[test]
    fn lines_that_are_no_rows_are_not_lost() {
        let directory = tempfile::tempdir().unwrap();
        let pending = Pending::new(directory.path().join("pending.csv"));
        let one = DeviceId([1; 16]);
        let odd = format!("{HEADER}\n# a note\n{one},me,aa\n{one},me,aa,x\n{one},me,aa,1,2\n");
        fs::write(pending.path(), format!("{odd}{one},me,bb,7\n{one},me,c")).unwrap();
        pending.remove(|_| true).unwrap();
        let content = fs::read_to_string(pending.path()).unwrap();
        assert_eq!(content, format!("{odd}{one},me,c"));
    }
}
