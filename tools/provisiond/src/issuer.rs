// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What one device gets: credential, names, serial, in one CONFIG record.

use std::sync::Arc;

use provisioning_wire::SecurityMode;
use provisioning_wire::limits::{MAX_RECORD_LEN, POINT_LEN};
use zeroize::Zeroizing;

use crate::credentials::{Credential, Credentials};
use crate::endpoint::Values;
use crate::failure::{Failure, Kind};
use crate::id::DeviceId;
use crate::settings::Settings;
use crate::state::State;

/// Seconds since 1970.
pub type Clock = fn() -> u64;

/// One configuration for one device.
pub struct Issued {
    /// The CONFIG record, to be sealed.
    pub record: Zeroizing<Vec<u8>>,
    /// Serial number.
    pub serial: u32,
    /// Endpoint name.
    pub endpoint: String,
    credential: Option<Credential>,
}

impl Issued {
    /// Whether it holds a PSK.
    pub const fn has_credential(&self) -> bool {
        self.credential.is_some()
    }

    /// PSK identity; empty without security.
    pub fn identity(&self) -> &str {
        self.credential
            .as_ref()
            .map_or("", |credential| &credential.identity)
    }
}

/// Makes configurations.
pub struct Issuer {
    settings: Settings,
    credentials: Box<dyn Credentials>,
    state: Arc<State>,
    clock: Clock,
}

impl Issuer {
    /// Settings that no device would take are refused here, before any device
    /// is kept waiting.
    pub fn new(
        settings: Settings,
        credentials: Box<dyn Credentials>,
        state: Arc<State>,
        clock: Clock,
    ) -> Result<Self, Failure> {
        settings.check(clock())?;
        Ok(Issuer {
            settings,
            credentials,
            state,
            clock,
        })
    }

    /// Makes the next configuration for a device that proved this identity key.
    /// Its serial counts as used, and its credential is on disk: the device may
    /// hold it as soon as the configuration goes out.
    ///
    /// A credential that no receipt has decided on goes out again: the device may
    /// hold it already, and whoever keeps its receipts away does not make more
    /// and more of them.
    pub fn issue(
        &self,
        device: &DeviceId,
        identity_key: &[u8; POINT_LEN],
    ) -> Result<Issued, Failure> {
        let unix_time = (self.clock)();
        let credential = match self.settings.security_mode {
            SecurityMode::Psk => {
                let undecided = self.state.undecided(device, identity_key)?;
                Some(self.credentials.issue(device, undecided)?)
            }
            SecurityMode::None => None,
        };
        let reserved = self.state.reserve(device, unix_time)?;
        let endpoint = self.settings.endpoint.name(&Values {
            device,
            unix_time,
            device_number: reserved.device_number,
            configuration_number: reserved.configuration_number,
        });
        let config = self
            .settings
            .config(reserved.serial, &endpoint, credential.as_ref());
        self.settings.judge(&config)?;
        let mut record = Zeroizing::new(vec![0; MAX_RECORD_LEN]);
        let length = config.emit(&mut record).map_err(|error| {
            Failure::new(
                Kind::Usage,
                format!("making the configuration of {device}"),
                error,
                "shorten the bootstrap URI, the routes or the endpoint pattern",
            )
        })?;
        record.truncate(length);
        if let Some(credential) = &credential {
            self.state
                .sending(device, reserved.serial, identity_key, credential)?;
        }
        Ok(Issued {
            record,
            serial: reserved.serial,
            endpoint,
            credential,
        })
    }

    /// Notes that the device stored it.
    pub fn confirm(
        &self,
        device: &DeviceId,
        identity_key: &[u8; POINT_LEN],
        issued: &Issued,
    ) -> Result<(), Failure> {
        let credential = issued.credential.as_ref();
        self.state
            .confirm(device, issued.serial, identity_key, credential)
    }

    /// Notes that the device refused it, and the lowest serial number that it
    /// takes, if it told one.
    pub fn refused(
        &self,
        device: &DeviceId,
        issued: &Issued,
        least_serial: Option<u32>,
    ) -> Result<(), Failure> {
        if issued.has_credential() {
            self.state.refused(device, issued.serial)?;
        }
        match least_serial {
            Some(least_serial) => self.state.raise_serial(device, least_serial),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use provisioning_wire::Config;

    use super::*;
    use crate::credentials::Generated;

    const DEVICE: DeviceId = DeviceId([0xab; 16]);
    const KEY: [u8; POINT_LEN] = [4; POINT_LEN];

    fn settings() -> Settings {
        Settings {
            security_mode: SecurityMode::Psk,
            bootstrap_uri: "coaps://s:5684".into(),
            default_route: "fe80::1".into(),
            dns_server: String::new(),
            endpoint: "ep-{i}-{n}-{t}".parse().unwrap(),
            grants: Vec::new(),
            allow_invalid: false,
        }
    }

    fn issuer(settings: Settings, directory: &tempfile::TempDir) -> Result<Issuer, Failure> {
        let state = Arc::new(State::open(directory.path())?);
        let credentials = Box::new(Generated::new("{id}"));
        Issuer::new(settings, credentials, state, || 1_000)
    }

    #[test]
    fn every_configuration_is_new_and_valid() {
        let directory = tempfile::tempdir().unwrap();
        let issuer = issuer(settings(), &directory).unwrap();
        let first = issuer.issue(&DEVICE, &KEY).unwrap();
        issuer.confirm(&DEVICE, &KEY, &first).unwrap();
        let second = issuer.issue(&DEVICE, &KEY).unwrap();
        assert_eq!((first.serial, second.serial), (1_000, 1_001));
        assert_eq!(first.endpoint, "ep-1-1-1000");
        assert_eq!(second.endpoint, "ep-1-2-1000");
        let [first, second] = [&first, &second].map(|issued| {
            let config = Config::parse(&issued.record).unwrap();
            assert!(config.validate().is_ok());
            assert_eq!(config.server.identity, DEVICE.to_string());
            config.server.psk.expose_secret().to_vec()
        });
        assert_ne!(first, second);
    }

    #[test]
    fn what_no_receipt_decided_on_goes_out_again_to_the_same_key_only() {
        let directory = tempfile::tempdir().unwrap();
        let issuer = issuer(settings(), &directory).unwrap();
        let issue = |key: [u8; POINT_LEN]| {
            let issued = issuer.issue(&DEVICE, &key).unwrap();
            let config = Config::parse(&issued.record).unwrap();
            let psk = config.server.psk.expose_secret().to_vec();
            (issued, psk)
        };
        let rows = || {
            let text = std::fs::read_to_string(directory.path().join("pending.csv")).unwrap();
            text.lines().count() - 1
        };
        let (_, first) = issue(KEY);
        for _ in 0..20 {
            assert_eq!(issue(KEY).1, first);
        }
        assert_eq!(rows(), 1);
        // Somebody else with the same setup code never gets it, nor the other
        // way round.
        let (_, stranger) = issue([5; POINT_LEN]);
        let (last, own) = issue(KEY);
        assert!(first != stranger && own != stranger && own != first);
        assert_eq!(rows(), 3);
        // One that is refused later may be held since an earlier time.
        let (again, psk) = issue(KEY);
        assert_eq!(psk, own);
        issuer.refused(&DEVICE, &again, None).unwrap();
        assert_eq!((rows(), issue(KEY).1), (3, psk));
        // A receipt decides, and the next one is new.
        issuer.confirm(&DEVICE, &KEY, &last).unwrap();
        assert!(![first, stranger, own].contains(&issue(KEY).1));
    }

    #[test]
    fn what_devices_would_refuse_is_refused_at_the_start() {
        let directory = tempfile::tempdir().unwrap();
        let refused = |change: fn(&mut Settings), expected: &str| {
            let mut settings = settings();
            change(&mut settings);
            let error = issuer(settings.clone(), &directory).err().unwrap();
            assert!(error.to_string().contains(expected), "{error}");
            settings.allow_invalid = true;
            let issued = issuer(settings, &directory).unwrap().issue(&DEVICE, &KEY);
            let issued = issued.unwrap();
            assert!(Config::parse(&issued.record).unwrap().validate().is_err());
        };
        refused(|s| s.default_route.clear(), "default route: empty");
        refused(|s| s.bootstrap_uri.clear(), "bootstrap URI: empty");
        refused(|s| s.endpoint = "".parse().unwrap(), "endpoint name: empty");
        refused(
            |s| s.endpoint = "{id}{id}x".parse().unwrap(),
            "endpoint name: too long",
        );
        refused(|s| s.dns_server = "d".repeat(101), "DNS server: too long");
    }

    #[test]
    fn without_security_no_credential_is_issued() {
        let directory = tempfile::tempdir().unwrap();
        let mut settings = settings();
        settings.security_mode = SecurityMode::None;
        let issued = issuer(settings, &directory).unwrap().issue(&DEVICE, &KEY);
        let issued = issued.unwrap();
        assert_eq!(issued.identity(), "");
        let config = Config::parse(&issued.record).unwrap();
        assert!(config.server.psk.is_empty());
    }
}
