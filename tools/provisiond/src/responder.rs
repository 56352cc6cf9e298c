// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Answers multicast DNS: the service, and the daemon's host name.
//!
//! `mdns-sd` answers PTR, SRV and TXT for the service and A and AAAA for the
//! host name, from the addresses of the interface that the question came in
//! on, link-local ones included, and notices when addresses come and go. It
//! runs a thread of its own.

use std::time::Duration;

use mdns_sd::{IfKind, ServiceDaemon, ServiceInfo};

use crate::failure::{Failure, Kind};
use crate::id::to_hex;

/// Service type (RFC 6763).
const SERVICE: &str = "_provision._tcp.local.";
/// Generation of the protocol, in TXT.
const GENERATION: (&str, &str) = ("pv", "2");
/// How soon a new interface or address is noticed, seconds. A virtual network
/// comes up together with the daemon, so the crate's 5 s are too long.
const ADDRESS_CHECK_SECONDS: u32 = 1;

/// The good-bye gets so long; caches run out by themselves.
const STOP_LIMIT: Duration = Duration::from_secs(2);

/// A running responder; it says good-bye and stops with [`stop`](Self::stop).
pub struct Responder {
    daemon: ServiceDaemon,
    instance: String,
}

impl Responder {
    /// Starts answering for `host_name` and `port`, on one interface or on all.
    pub fn start(
        host_name: &str,
        port: u16,
        daemon_id: &[u8],
        interface: Option<&str>,
    ) -> Result<Self, Failure> {
        let trouble = |error: mdns_sd::Error| {
            Failure::new(
                Kind::Network,
                "starting the multicast DNS responder",
                error,
                "check --interface and --host-name, and that UDP port 5353 may be shared",
            )
        };
        let host_name = format!("{}.", host_name.trim_end_matches('.'));
        // One instance name per daemon, so that several on one network do not
        // contend for one.
        let instance = format!("provisiond-{}", to_hex(&daemon_id[..4]));
        let info = ServiceInfo::new(SERVICE, &instance, &host_name, "", port, &[GENERATION][..])
            .map_err(trouble)?
            .enable_addr_auto();
        let instance = info.get_fullname().to_owned();
        let daemon = ServiceDaemon::new().map_err(trouble)?;
        if let Some(interface) = interface {
            daemon.disable_interface(IfKind::All).map_err(trouble)?;
            daemon.enable_interface(interface).map_err(trouble)?;
        }
        daemon
            .set_ip_check_interval(ADDRESS_CHECK_SECONDS)
            .map_err(trouble)?;
        daemon.register(info).map_err(trouble)?;
        Ok(Responder { daemon, instance })
    }

    /// Says so when the interface is not there: it may come later, but a name that
    /// was mistyped never does.
    pub fn missing(interface: &str) -> Option<String> {
        // Of the network that this process sees, one line per interface.
        let list = std::fs::read_to_string("/proc/self/net/dev").ok()?;
        let names = list.lines().filter_map(|line| line.split_once(':'));
        let found = names.into_iter().any(|(name, _)| name.trim() == interface);
        (!found).then(|| {
            format!(
                "there is no interface {interface}: no device finds this daemon until there is \
                 (`ip link` lists those that are there)"
            )
        })
    }

    /// Tells the network that the service is gone, and stops.
    pub async fn stop(self) {
        let stopped = async {
            if let Ok(unregistered) = self.daemon.unregister(&self.instance) {
                let _ = unregistered.recv_async().await;
            }
            if let Ok(stopped) = self.daemon.shutdown() {
                let _ = stopped.recv_async().await;
            }
        };
        // The program ends whatever comes of this.
        let _ = tokio::time::timeout(STOP_LIMIT, stopped).await;
    }
}

#[cfg(test)]
mod tests {
    use super::Responder;

    #[test]
    fn an_interface_that_is_not_there_is_named() {
        assert_eq!(Responder::missing("lo"), None);
        let said = Responder::missing("nosuch0").unwrap();
        assert!(said.contains("nosuch0"), "{said}");
    }
}
