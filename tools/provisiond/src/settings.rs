// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What all devices get alike, and whether it makes sense.
//!
//! To a device the network settings are texts: it checks their lengths and hands them
//! to its tenants (docs/reference/Protocol.md). A slip of the pen would thus be
//! stored by every device and come to light far from here, so it is looked for
//! before the first device is served.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use fluent_uri::Uri;
use provisioning_wire::{Config, Field, Grant, Grants, Network, Psk, SecurityMode, Server};
use zeroize::Zeroizing;

use crate::credentials::Credential;
use crate::endpoint::{EndpointPattern, Values};
use crate::failure::{Failure, Kind};
use crate::id::DeviceId;

/// CoAP's schemes: RFC 7252 section 6, RFC 8323 section 8. LwM2M's URIs have one
/// of them.
const SCHEMES: [&str; 6] = [
    "coaps",
    "coap",
    "coaps+tcp",
    "coap+tcp",
    "coaps+ws",
    "coap+ws",
];

/// What all devices get alike.
#[derive(Clone, Debug)]
pub struct Settings {
    /// LwM2M security mode.
    pub security_mode: SecurityMode,
    /// Bootstrap URI.
    pub bootstrap_uri: String,
    /// Default route.
    pub default_route: String,
    /// DNS server, may be empty.
    pub dns_server: String,
    /// Endpoint names.
    pub endpoint: EndpointPattern,
    /// What applications may do.
    pub grants: Vec<Grant>,
    /// Send what devices must refuse, to see them refuse it.
    pub allow_invalid: bool,
}

impl Settings {
    /// Says which option holds what devices would refuse, or what none could use.
    /// `unix_time` is for names that it is a part of.
    pub fn check(&self, unix_time: u64) -> Result<(), Failure> {
        // The longest that numbers get; only the credential is of no device.
        let endpoint = self.endpoint.name(&Values {
            device: &DeviceId([0xff; 16]),
            unix_time,
            device_number: u32::MAX,
            configuration_number: u32::MAX,
        });
        let credential = Credential {
            identity: "identity".to_owned(),
            psk: Zeroizing::new(vec![0; 16]),
        };
        self.judge(&self.config(0, &endpoint, Some(&credential)))?;
        match self.allow_invalid {
            true => Ok(()),
            false => self.check_sense(),
        }
    }

    /// A configuration with these settings.
    pub(crate) fn config<'a>(
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
                security_mode: self.security_mode as u8,
                psk: Psk::new(psk),
                identity,
                bootstrap_uri: &self.bootstrap_uri,
            },
            network: Network {
                default_route: &self.default_route,
                dns_server: &self.dns_server,
                endpoint_name: endpoint,
            },
            grants: Grants::new(&self.grants),
        }
    }

    /// Says which option made what a device would refuse, if that matters.
    pub(crate) fn judge(&self, config: &Config<'_>) -> Result<(), Failure> {
        match config.validate() {
            Err(refusal) if !self.allow_invalid => Err(refused(refusal.field, refusal)),
            _ => Ok(()),
        }
    }

    /// Says which option holds what no device could use. An empty text is left to
    /// what the devices themselves check.
    fn check_sense(&self) -> Result<(), Failure> {
        let Settings {
            bootstrap_uri: uri,
            default_route: route,
            dns_server: server,
            ..
        } = self;
        let judged = [
            (Field::BootstrapUri, uri, bootstrap_uri(uri)),
            (Field::DefaultRoute, route, default_route(route)),
            (Field::DnsServer, server, dns_server(server)),
        ];
        for (field, text, result) in judged {
            if !text.is_empty()
                && let Err(nonsense) = result
            {
                return Err(refused(field, format!("{text:?} {nonsense}")));
            }
        }
        Ok(())
    }
}

/// An error about the option that sets `field`, with an example of it.
fn refused(field: Field, found: impl fmt::Display) -> Failure {
    let (option, next) = match field {
        Field::BootstrapUri => (
            "--bootstrap-uri",
            "name the LwM2M bootstrap server, such as --bootstrap-uri coaps://leshan.example:5684",
        ),
        Field::DefaultRoute => (
            "--default-route",
            "name the IP address of the devices' router, such as --default-route fe80::1",
        ),
        Field::DnsServer => (
            "--dns-server",
            "name an IP address or a host, such as --dns-server 2001:db8::53, or leave the option out",
        ),
        Field::EndpointName => (
            "--endpoint-pattern",
            "an endpoint name has 1 to 64 bytes, such as --endpoint-pattern tock-{id}",
        ),
        Field::Identity => (
            "--identity-pattern",
            "an identity has 1 to 128 bytes, such as --identity-pattern {id}",
        ),
        Field::Grants => (
            "--grant",
            "at most 8 grants, each for another application, such as --grant 0x00010101:endpoint,uri:tls",
        ),
        Field::Psk => (
            "the credentials",
            "a PSK has 1 to 64 bytes; leave --credentials out to have PSKs generated",
        ),
        Field::Serial | Field::SecurityMode | Field::Storage => (
            "the settings for all devices",
            "every device would refuse it; correct the option that sets it",
        ),
    };
    Failure::new(Kind::Usage, format!("checking {option}"), found, next)
}

/// Why a text is not what it should be; follows the text itself.
#[derive(Debug, PartialEq, Eq)]
enum Nonsense {
    NotAUri,
    Scheme,
    NoServer,
    UserInformation,
    Port,
    Fragment,
    NotAnAddress,
    NeitherAddressNorHost,
    Zone,
    OfNoHost,
    ItsOwn,
}

impl fmt::Display for Nonsense {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Nonsense::NotAUri => "is no URI (RFC 3986)",
            Nonsense::Scheme => {
                return write!(f, "does not begin with a scheme of CoAP ({})", {
                    SCHEMES.map(|scheme| format!("{scheme}://")).join(", ")
                });
            }
            Nonsense::NoServer => "names no server",
            Nonsense::UserInformation => "names a user, and devices prove themselves otherwise",
            Nonsense::Port => "has a port that is not from 1 to 65535",
            Nonsense::Fragment => "has a fragment, which a URI of CoAP never has",
            Nonsense::NotAnAddress => "is no IP address",
            Nonsense::NeitherAddressNorHost => {
                "is neither an IP address nor a host name with a dot"
            }
            Nonsense::Zone => "has a zone (%...), which says something on this host only",
            Nonsense::OfNoHost => "is the address of no single host",
            Nonsense::ItsOwn => "is a loopback address: a device would ask itself",
        })
    }
}

fn bootstrap_uri(text: &str) -> Result<(), Nonsense> {
    let uri = Uri::parse(text).map_err(|_| Nonsense::NotAUri)?;
    let scheme = uri.scheme().as_str();
    if !SCHEMES
        .iter()
        .any(|known| known.eq_ignore_ascii_case(scheme))
    {
        return Err(Nonsense::Scheme);
    }
    let authority = uri.authority().ok_or(Nonsense::NoServer)?;
    if authority.host().is_empty() {
        return Err(Nonsense::NoServer);
    }
    if authority.userinfo().is_some() {
        return Err(Nonsense::UserInformation);
    }
    // None, or an empty one, is the scheme's own (RFC 3986 section 3.2.3).
    let port = authority.port().map_or("", |port| port.as_str());
    if !port.is_empty() && !port.parse::<u16>().is_ok_and(|port| port != 0) {
        return Err(Nonsense::Port);
    }
    match uri.fragment() {
        Some(_) => Err(Nonsense::Fragment),
        None => Ok(()),
    }
}

/// A route cannot be looked up by name: without it no name server is reached.
fn default_route(text: &str) -> Result<(), Nonsense> {
    address(text)?.ok_or(Nonsense::NotAnAddress)
}

/// A name may be resolved otherwise, by multicast for example.
fn dns_server(text: &str) -> Result<(), Nonsense> {
    match address(text)? {
        None if !is_host_name(text) => Err(Nonsense::NeitherAddressNorHost),
        _ => Ok(()),
    }
}

/// Whether it is an address, and if so, one that a host can have.
fn address(text: &str) -> Result<Option<()>, Nonsense> {
    if let Some((before, _)) = text.split_once('%')
        && before.parse::<Ipv6Addr>().is_ok()
    {
        return Err(Nonsense::Zone);
    }
    let Ok(address) = text.parse::<IpAddr>() else {
        return Ok(None);
    };
    let broadcast = address == IpAddr::V4(Ipv4Addr::BROADCAST);
    if address.is_unspecified() || address.is_multicast() || broadcast {
        return Err(Nonsense::OfNoHost);
    }
    if address.is_loopback() {
        return Err(Nonsense::ItsOwn);
    }
    Ok(Some(()))
}

/// RFC 1123 section 2.1. The last label is no number, so that a mistyped IPv4
/// address is no host; a name of one label is more often a slip than a host.
fn is_host_name(text: &str) -> bool {
    let name = text.strip_suffix('.').unwrap_or(text);
    let labels_fit = name.split('.').all(|label| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    });
    let is_number = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
    labels_fit
        && name
            .rsplit_once('.')
            .is_some_and(|(_, last)| !is_number(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_of_lwm2m_servers_are_taken() {
        for good in [
            "coaps://leshan.example:5684",
            "coap://leshan.example",
            "COAPS://[2001:db8::1]:5684/bs?a=b",
            "coaps://[fe80::1]",
            "coaps://192.0.2.1:5684",
            "coaps://s",
            "coaps://s:",
            "coap+tcp://s:5683",
        ] {
            assert_eq!(bootstrap_uri(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn uris_that_lead_nowhere_are_refused() {
        for (wrong, expected) in [
            ("leshan", Nonsense::NotAUri),
            ("coaps://a b", Nonsense::NotAUri),
            (" coaps://a", Nonsense::NotAUri),
            ("coaps://a\n", Nonsense::NotAUri),
            ("coaps://[fe80::1", Nonsense::NotAUri),
            ("coaps://fe80::1", Nonsense::NotAUri),
            ("coaps://ü.example", Nonsense::NotAUri),
            ("leshan.example:5684", Nonsense::Scheme),
            ("http://leshan.example", Nonsense::Scheme),
            ("coap:s//leshan", Nonsense::NoServer),
            ("coaps:///bs", Nonsense::NoServer),
            ("coaps://:5684", Nonsense::NoServer),
            ("coaps://me:secret@leshan", Nonsense::UserInformation),
            ("coaps://leshan:0", Nonsense::Port),
            ("coaps://leshan:65536", Nonsense::Port),
            ("coaps://leshan#top", Nonsense::Fragment),
        ] {
            assert_eq!(bootstrap_uri(wrong), Err(expected), "{wrong}");
        }
    }

    #[test]
    fn routes_are_addresses_of_one_other_host() {
        for good in [
            "fe80::1",
            "2001:1418:0100::1",
            "192.168.1.1",
            "::ffff:c000:201",
        ] {
            assert_eq!(default_route(good), Ok(()), "{good}");
        }
        for (wrong, expected) in [
            ("r", Nonsense::NotAnAddress),
            ("router.example", Nonsense::NotAnAddress),
            ("192.168.1", Nonsense::NotAnAddress),
            ("192.168.1.256", Nonsense::NotAnAddress),
            ("192.168.1.1/24", Nonsense::NotAnAddress),
            ("[fe80::1]", Nonsense::NotAnAddress),
            ("fe80::1 ", Nonsense::NotAnAddress),
            ("fe80::1%eth0", Nonsense::Zone),
            ("::", Nonsense::OfNoHost),
            ("0.0.0.0", Nonsense::OfNoHost),
            ("ff02::2", Nonsense::OfNoHost),
            ("255.255.255.255", Nonsense::OfNoHost),
            ("::1", Nonsense::ItsOwn),
        ] {
            assert_eq!(default_route(wrong), Err(expected), "{wrong}");
        }
    }

    #[test]
    fn name_servers_are_addresses_or_hosts() {
        for good in [
            "2001:db8::53",
            "8.8.8.8",
            "ns.example",
            "Ns-1.local.",
            "8.example",
        ] {
            assert_eq!(dns_server(good), Ok(()), "{good}");
        }
        for (wrong, expected) in [
            ("dns", Nonsense::NeitherAddressNorHost),
            ("8.8.8", Nonsense::NeitherAddressNorHost),
            ("8.8.8.8:53", Nonsense::NeitherAddressNorHost),
            ("ns..example", Nonsense::NeitherAddressNorHost),
            ("-ns.example", Nonsense::NeitherAddressNorHost),
            ("ns.exa mple", Nonsense::NeitherAddressNorHost),
            ("fe80::1%1", Nonsense::Zone),
            ("127.0.0.53", Nonsense::ItsOwn),
        ] {
            assert_eq!(dns_server(wrong), Err(expected), "{wrong}");
        }
    }

    #[test]
    fn errors_name_the_option_the_text_and_an_example() {
        let settings = Settings {
            security_mode: SecurityMode::Psk,
            bootstrap_uri: "http://s".into(),
            default_route: "r".into(),
            dns_server: String::new(),
            endpoint: "{id}".parse().unwrap(),
            grants: Vec::new(),
            allow_invalid: false,
        };
        let said = settings.check(0).unwrap_err().to_string();
        let parts = [
            "checking --bootstrap-uri",
            "\"http://s\"",
            "coaps://",
            "such as",
        ];
        assert!(parts.iter().all(|part| said.contains(part)), "{said}");
        let bootstrap_uri = "coap://s".into();
        let settings = Settings {
            bootstrap_uri,
            ..settings
        };
        let said = settings.check(0).unwrap_err().to_string();
        let expected = "checking --default-route: \"r\" is no IP address\n";
        assert!(said.starts_with(expected), "{said}");
    }
}
