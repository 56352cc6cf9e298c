// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Arguments of the command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use provisiond::endpoint::EndpointPattern;
use provisioning_wire::limits::MAX_IDENTITY_LEN;
use provisioning_wire::{Grant, GrantFields, GrantOperations, SecurityMode};

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  2  wrong arguments, or something that cannot be done as asked
  3  a file or the state directory
  4  the network
  5  the running daemon cannot be reached, or the device is not connected";

/// Provisioning daemon for Tock boards: mints devices, finds them on the local
/// network and gives them their configuration.
#[derive(Parser)]
#[command(version, after_help = EXIT_CODES)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Make new devices: factory data, setup codes, inventory rows.
    #[command(after_help = EXIT_CODES)]
    Mint(Mint),
    /// Serve devices until SIGTERM or SIGINT.
    #[command(after_help = EXIT_CODES)]
    Serve(Box<Serve>),
    /// Make a connected device show itself by its LED.
    #[command(after_help = EXIT_CODES)]
    Identify(Identify),
    /// List connected devices.
    #[command(after_help = EXIT_CODES)]
    Devices(Devices),
    /// Say what is in a board's flash image.
    #[command(after_help = EXIT_CODES)]
    Flash(Flash),
}

#[derive(Args)]
pub struct Mint {
    /// Directory for ID.factory and codes.csv; made if it is not there.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// How many devices.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub count: u32,
    /// Also write the factory page into this flash image (32 MiB; made if it
    /// is not there). For one device only.
    #[arg(long, value_name = "IMG")]
    pub flash: Option<PathBuf>,
    /// Leave the root secret out: the board has one in hardware. A board that
    /// keeps it in the factory page does not work with such a page.
    #[arg(long)]
    pub hardware_root: bool,
    /// One JSON object per device instead of text and QR code.
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct Serve {
    /// CSV of `device_id,setup_code`; read again when it changes.
    #[arg(long, value_name = "FILE")]
    pub inventory: PathBuf,
    /// LwM2M bootstrap URI for all devices, such as coaps://leshan.example:5684.
    #[arg(long, value_name = "URI")]
    pub bootstrap_uri: String,
    /// Default route for all devices: the IP address of their router.
    #[arg(long, value_name = "ADDRESS")]
    pub default_route: String,
    /// DNS server for all devices: an IP address or a host name.
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = "",
        hide_default_value = true
    )]
    pub dns_server: String,
    /// Endpoint names. Place-holders in braces: id device id, t seconds since 1970,
    /// i number of the device, n number of its configuration.
    // Not in braces here: clap makes a new line of the last one.
    #[arg(long, value_name = "PATTERN", default_value = "tock-{id}")]
    pub endpoint_pattern: EndpointPattern,
    /// PSK identities when they are generated: {id} device id.
    #[arg(long, value_name = "PATTERN", default_value = "{id}", value_parser = identity_pattern)]
    pub identity_pattern: String,
    /// CSV of `device_id,identity,psk_hex` instead of generated credentials.
    #[arg(long, value_name = "FILE")]
    pub credentials: Option<PathBuf>,
    /// LwM2M security mode.
    #[arg(long, value_enum, default_value_t = Mode::Psk)]
    pub security_mode: Mode,
    /// What an application may do, APP:FIELDS:OPERATIONS, at most 8 times. APP is its
    /// ShortId (0x...), FIELDS a list of endpoint, uri, dns, route, identity,
    /// mode or all, OPERATIONS a list of tls, oscore or all; both may be empty:
    /// 0x00010101:endpoint,uri:tls
    #[arg(long = "grant", value_name = "GRANT", value_parser = grant)]
    pub grants: Vec<Grant>,
    /// Address and port.
    #[arg(long, value_name = "ADDRESS", default_value = "[::]:49300")]
    pub listen: SocketAddr,
    /// Answer multicast DNS on this interface only.
    #[arg(long, value_name = "NAME")]
    pub interface: Option<String>,
    /// Host name that multicast DNS answers for.
    #[arg(long, value_name = "NAME", default_value = "myCi40.local", value_parser = host_name)]
    pub host_name: String,
    /// Name of this daemon, told to devices.
    #[arg(long, value_name = "NAME", default_value = "provisiond")]
    pub display_name: String,
    /// Directory of the daemon's identity and of what devices have.
    #[arg(long, value_name = "DIR", default_value = "provisiond-state")]
    pub state: PathBuf,
    /// Control socket for `identify` and `devices`.
    #[arg(long, value_name = "SOCK")]
    pub control: Option<PathBuf>,
    /// Events as JSON objects.
    #[arg(long)]
    pub json: bool,
    /// Write session keys to this file, for captures in a laboratory.
    #[cfg(feature = "key-log")]
    #[arg(long, value_name = "FILE")]
    pub key_log: Option<PathBuf>,
    /// Send settings that devices must refuse, to test that they do.
    #[arg(long, hide = true)]
    pub allow_invalid_configuration: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Mode {
    /// Pre-shared key.
    Psk,
    /// No security.
    None,
}

impl From<Mode> for SecurityMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Psk => SecurityMode::Psk,
            Mode::None => SecurityMode::None,
        }
    }
}

#[derive(Args)]
pub struct Identify {
    /// Device id, or a beginning that only one connected device has.
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    pub device: Option<String>,
    /// Every connected device.
    #[arg(long)]
    pub all: bool,
    /// Stop showing.
    #[arg(long)]
    pub off: bool,
    /// Control socket of the daemon.
    #[arg(long, value_name = "SOCK")]
    pub control: PathBuf,
}

#[derive(Args)]
pub struct Devices {
    /// Control socket of the daemon.
    #[arg(long, value_name = "SOCK")]
    pub control: PathBuf,
    /// A JSON array instead of a table.
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct Flash {
    /// Image of the configuration flash.
    pub image: PathBuf,
    /// Bytes from the beginning of a page to the next one's.
    #[arg(long, value_name = "BYTES", default_value_t = provisiond::mint::FLASH_BLOCK_LEN as usize)]
    pub page_distance: usize,
    /// One JSON object instead of text.
    #[arg(long)]
    pub json: bool,
    /// Print the configuration in force, the PSK included.
    #[arg(long, requires = "root_secret_file")]
    pub reveal: bool,
    /// The device's root secret, for --reveal: a file of 64 hexadecimal digits,
    /// or - for standard input.
    #[arg(long, value_name = "FILE", requires = "reveal")]
    pub root_secret_file: Option<PathBuf>,
}

fn host_name(text: &str) -> Result<String, &'static str> {
    let name = text.trim_end_matches('.');
    let labels_fit = name
        .split('.')
        .all(|label| (1..=63).contains(&label.len()) && label.is_ascii());
    if labels_fit && name.len() <= 250 && name.to_ascii_lowercase().ends_with(".local") {
        Ok(name.to_owned())
    } else {
        Err("a host name of multicast DNS looks like NAME.local")
    }
}

fn identity_pattern(text: &str) -> Result<String, &'static str> {
    // Issued identities are kept in a CSV file.
    if text.contains([',', '"']) || text.contains(char::is_control) {
        return Err("no commas, quotes or control characters");
    }
    let id = provisiond::id::DeviceId([0; 16]).to_string();
    match text.replace("{id}", &id).len() {
        1..=MAX_IDENTITY_LEN => Ok(text.to_owned()),
        _ => Err("an identity has 1 to 128 bytes; {id} stands for 32"),
    }
}

fn grant(text: &str) -> Result<Grant, String> {
    let mut parts = text.split(':');
    let (Some(application), Some(fields), Some(operations), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err("a grant is APP:FIELDS:OPERATIONS".to_owned());
    };
    let application = match application.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(&digits.replace('_', ""), 16),
        None => application.parse(),
    };
    let application = application
        .ok()
        .filter(|application| *application != 0)
        .ok_or("APP is a ShortId above 0, such as 0x00010101")?;
    let fields = bits(fields, |name| match name {
        "endpoint" => Some(GrantFields::ENDPOINT_NAME),
        "uri" => Some(GrantFields::BOOTSTRAP_URI),
        "dns" => Some(GrantFields::DNS_SERVER),
        "route" => Some(GrantFields::DEFAULT_ROUTE),
        "identity" => Some(GrantFields::IDENTITY),
        "mode" => Some(GrantFields::SECURITY_MODE),
        "all" => Some(GrantFields::ALL),
        _ => None,
    })?;
    let operations = bits(operations, |name| match name {
        "tls" => Some(GrantOperations::TLS_PSK),
        "oscore" => Some(GrantOperations::OSCORE),
        "all" => Some(GrantOperations::ALL),
        _ => None,
    })?;
    Ok(Grant {
        application,
        fields: GrantFields(fields),
        operations: GrantOperations(operations),
    })
}

fn bits(list: &str, bit: impl Fn(&str) -> Option<u32>) -> Result<u32, String> {
    list.split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .try_fold(0, |bits, name| {
            bit(name)
                .map(|bit| bits | bit)
                .ok_or_else(|| format!("{name:?} is nothing that can be granted"))
        })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn grants_are_read() {
        let read = grant("0x0001_0101:endpoint,uri:tls").unwrap();
        assert_eq!(read.application, 0x0001_0101);
        assert_eq!((read.fields.0, read.operations.0), (3, 1));
        let read = grant("65538::all").unwrap();
        assert_eq!((read.application, read.fields.0), (0x0001_0002, 0));
        assert_eq!(read.operations.0, GrantOperations::ALL);
        for wrong in ["", "1", "1:2", "1:::", "0::", "x::", "1:psk:", "1::read"] {
            assert!(grant(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn identities_fit_into_a_configuration() {
        let longest = format!("{{id}}{}", "x".repeat(96));
        assert!(identity_pattern(&longest).is_ok());
        for wrong in ["", "a,b", "a\nb", &format!("{longest}x")] {
            assert!(identity_pattern(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn host_names_are_of_multicast_dns() {
        for good in ["myCi40.local", "a.b.local.", "x.LOCAL"] {
            assert!(host_name(good).is_ok(), "{good}");
        }
        for wrong in ["", "local", "a.example", "a..local", ".local"] {
            assert!(host_name(wrong).is_err(), "{wrong}");
        }
    }
}
