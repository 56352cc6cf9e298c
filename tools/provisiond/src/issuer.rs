// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What one device gets: credential, names, serial, in one CONFIG record.

use std::sync::Arc;

use provisioning_wire::limits::{MAX_RECORD_LEN, POINT_LEN};
use provisioning_wire::{Config, Grants, Network, Psk, SecurityMode, Server};
use zeroize::Zeroizing;

use crate::credentials::{Credential, Credentials};
use crate::endpoint::Values;
use crate::failure::{Failure, Kind};
use crate::id::DeviceId;
use crate::settings::{Settings, refused};
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
        let issuer = Issuer {
            settings,
            credentials,
            state,
            clock,
        };
        // The longest that numbers get; only the credential is of no device.
        let values = Values {
            device: &DeviceId([0xff; 16]),
            unix_time: clock(),
            device_number: u32::MAX,
            configuration_number: u32::MAX,
        };
        let endpoint = issuer.settings.endpoint.name(&values);
        let credential = Credential {
            identity: "identity".to_owned(),
            psk: Zeroizing::new(vec![0; 16]),
        };
        let config = issuer.config(0, &endpoint, Some(&credential));
        if !issuer.settings.allow_invalid {
            config
                .validate()
                .map_err(|refusal| refused(refusal.field, refusal))?;
            issuer.settings.check()?;
        }
        Ok(issuer)
    }

    /// Makes the next configuration for a device. Its serial counts as used,
    /// and its credential is on disk: the device may hold it as soon as the
    /// configuration goes out.
    pub fn issue(&self, device: &DeviceId) -> Result<Issued, Failure> {
        let unix_time = (self.clock)();
        let credential = match self.settings.security_mode {
            SecurityMode::Psk => Some(self.credentials.issue(device)?),
            SecurityMode::None => None,
        };
        let reserved = self.state.reserve(device, unix_time)?;
        let endpoint = self.settings.endpoint.name(&Values {
            device,
            unix_time,
            device_number: reserved.device_number,
            configuration_number: reserved.configuration_number,
        });
        let doing = format!("making the configuration of {device}");
        let config = self.config(reserved.serial, &endpoint, credential.as_ref());
        self.judge(&config, &doing)?;
        let mut record = Zeroizing::new(vec![0; MAX_RECORD_LEN]);
        let length = config.emit(&mut record).map_err(|error| {
            Failure::new(
                Kind::Usage,
                doing,
                error,
                "shorten the bootstrap URI, the routes or the endpoint pattern",
            )
        })?;
        record.truncate(length);
        if let Some(credential) = &credential {
            self.state.sending(device, reserved.serial, credential)?;
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
        if let Some(least_serial) = least_serial {
            self.state.raise_serial(device, least_serial)?;
        }
        match issued.credential {
            Some(_) => self.state.refused(device, issued.serial),
            None => Ok(()),
        }
    }

    fn config<'a>(
        &'a self,
        serial: u32,
        endpoint: &'a str,
        credential: Option<&'a Credential>,
    ) -> Config<'a> {
        let (psk, identity) = match credential {
            Some(Credential { identity, psk }) => (&psk[..], identity.as_str()),
            None => (&[][..], ""),
        };
        Config {
            serial,
            server: Server {
                security_mode: self.settings.security_mode as u8,
                psk: Psk::new(psk),
                identity,
                bootstrap_uri: &self.settings.bootstrap_uri,
            },
            network: Network {
                default_route: &self.settings.default_route,
                dns_server: &self.settings.dns_server,
                endpoint_name: endpoint,
            },
            grants: Grants::new(&self.settings.grants),
        }
    }

    fn judge(&self, config: &Config<'_>, doing: &str) -> Result<(), Failure> {
        if self.settings.allow_invalid {
            return Ok(());
        }
        config.validate().map(drop).map_err(|refusal| {
            Failure::new(
                Kind::Usage,
                doing,
                refusal,
                "every device would refuse it; correct the option that sets it",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::Generated;

    const DEVICE: DeviceId = DeviceId([0xab; 16]);

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
        let first = issuer.issue(&DEVICE).unwrap();
        issuer.confirm(&DEVICE, &[4; 65], &first).unwrap();
        let second = issuer.issue(&DEVICE).unwrap();
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
    fn what_devices_would_refuse_is_refused_at_the_start() {
        let directory = tempfile::tempdir().unwrap();
        let refused = |change: fn(&mut Settings), expected: &str| {
            let mut settings = settings();
            change(&mut settings);
            let error = issuer(settings.clone(), &directory).err().unwrap();
            assert!(error.to_string().contains(expected), "{error}");
            settings.allow_invalid = true;
            let issued = issuer(settings, &directory).unwrap().issue(&DEVICE);
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
        let issued = issuer(settings, &directory).unwrap().issue(&DEVICE);
        let issued = issued.unwrap();
        assert_eq!(issued.identity(), "");
        let config = Config::parse(&issued.record).unwrap();
        assert!(config.server.psk.is_empty());
    }
}
