// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What the daemon tells people and programs, one line per event.

use std::fmt;

use provisioning_wire::limits::MAX_SERIAL;
use serde::Serialize;

use crate::id::DeviceId;

/// Something that happened. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum Event {
    /// Devices can connect.
    Listening {
        /// Where.
        address: String,
        /// Host name that multicast DNS answers for.
        host_name: String,
        /// Devices in the inventory.
        devices: usize,
    },
    /// Somebody connected.
    Connected {
        /// Address.
        peer: String,
    },
    /// A device said who it claims to be.
    Hello {
        /// Device id.
        device: DeviceId,
        /// Address.
        peer: String,
        /// Name of the board.
        board: String,
        /// Firmware.
        firmware: String,
        /// It holds no configuration.
        fresh: bool,
        /// A person pressed its button.
        button: bool,
        /// Failed attempts until it locks; none when it never does.
        #[serde(skip_serializing_if = "Option::is_none")]
        attempts_left: Option<u8>,
    },
    /// Keys are being agreed.
    Agreeing {
        /// Device id.
        device: DeviceId,
    },
    /// The device knows its setup code.
    Confirmed {
        /// Device id.
        device: DeviceId,
    },
    /// Whoever says to be the device does not know its setup code.
    Unconfirmed {
        /// Device id.
        device: DeviceId,
        /// Address.
        peer: String,
        /// How often since somebody did, or since the daemon was started.
        times: u32,
    },
    /// A configuration goes out.
    Sending {
        /// Device id.
        device: DeviceId,
        /// Its serial number.
        serial: u32,
    },
    /// The device stored its configuration.
    Provisioned {
        /// Device id.
        device: DeviceId,
        /// Endpoint name.
        endpoint: String,
        /// PSK identity.
        identity: String,
        /// Serial number.
        serial: u32,
    },
    /// The device refused its configuration.
    Refused {
        /// Device id.
        device: DeviceId,
        /// Field at fault.
        field: String,
        /// What is wrong with it.
        reason: String,
        /// The lowest serial number that it takes, when the one that it was
        /// sent is too low.
        #[serde(skip_serializing_if = "Option::is_none")]
        least_serial: Option<u32>,
    },
    /// A conversation ended before its end.
    Failed {
        /// Device id, when it was said.
        #[serde(skip_serializing_if = "Option::is_none")]
        device: Option<DeviceId>,
        /// Address.
        peer: String,
        /// What was found, and what to do.
        reason: String,
        /// Serial number of a configuration that went out and whose receipt did
        /// not come, or could not be noted: the device may hold it.
        #[serde(skip_serializing_if = "Option::is_none")]
        pending: Option<u32>,
    },
    /// A connection is gone.
    Disconnected {
        /// Device id, when it was said.
        #[serde(skip_serializing_if = "Option::is_none")]
        device: Option<DeviceId>,
        /// Address.
        peer: String,
    },
    /// A device was told to show itself, or to stop.
    Identify {
        /// Device id.
        device: DeviceId,
        /// Whether it shows itself now.
        on: bool,
    },
    /// The daemon has a trouble that no connection is to blame for.
    Trouble {
        /// What was found, and what to do.
        reason: String,
    },
    /// Events were dropped, as their reader was too slow.
    Lost {
        /// How many, since the event before this one.
        events: u64,
    },
    /// The daemon stops.
    Stopping {},
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::Listening {
                address,
                host_name,
                devices,
            } => write!(
                f,
                "listening on {address} as {host_name}, {devices} devices in the inventory"
            ),
            Event::Connected { peer } => write!(f, "connected: {peer}"),
            Event::Hello {
                device,
                peer,
                board,
                firmware,
                fresh,
                button,
                attempts_left,
            } => {
                // Words of an unauthenticated device must not reach a
                // terminal as they are.
                write!(
                    f,
                    "{device} hello from {peer}: {}, {}",
                    board.escape_debug(),
                    firmware.escape_debug()
                )?;
                if *fresh {
                    f.write_str(", not configured")?;
                }
                if *button {
                    f.write_str(", button pressed")?;
                }
                if let Some(attempts) = attempts_left {
                    write!(f, ", {attempts} attempts left")?;
                }
                Ok(())
            }
            Event::Agreeing { device } => write!(f, "{device} agreeing on keys"),
            Event::Confirmed { device } => write!(f, "{device} confirmed: setup code is right"),
            Event::Unconfirmed {
                device,
                peer,
                times,
            } => write!(
                f,
                "{device} not confirmed: setup code is wrong, {times} in a row, now from {peer}"
            ),
            Event::Sending { device, serial } => {
                write!(f, "{device} sending configuration {serial}")
            }
            Event::Provisioned {
                device,
                endpoint,
                identity,
                serial,
            } => write!(
                f,
                "{device} provisioned: endpoint {endpoint}, identity {identity}, serial {serial}"
            ),
            Event::Refused {
                device,
                field,
                reason,
                least_serial,
            } => {
                write!(f, "{device} refused its configuration: {field} is {reason}")?;
                match least_serial {
                    None => Ok(()),
                    Some(least) if *least <= MAX_SERIAL => write!(
                        f,
                        "; another daemon, or one whose clock was ahead, gave it higher numbers, so \
                         that it takes {least} and higher; it tries again and gets that"
                    ),
                    Some(_) => f.write_str(
                        "; its serial numbers are used up, so that no daemon can configure it any \
                         more: mint the device anew",
                    ),
                }
            }
            Event::Failed {
                device: Some(device),
                reason,
                ..
            } => write!(f, "{device} failed: {reason}"),
            Event::Failed {
                device: None,
                peer,
                reason,
                ..
            } => write!(f, "{peer} failed: {reason}"),
            Event::Disconnected {
                device: Some(device),
                ..
            } => write!(f, "{device} disconnected"),
            Event::Disconnected { device: None, peer } => write!(f, "disconnected: {peer}"),
            Event::Identify { device, on: true } => write!(f, "{device} shows itself"),
            Event::Identify { device, on: false } => write!(f, "{device} stops showing itself"),
            Event::Trouble { reason } => write!(f, "trouble: {reason}"),
            Event::Lost { events } => {
                write!(f, "{events} events lost: their reader is too slow")
            }
            Event::Stopping {} => f.write_str("stopping"),
        }
    }
}

/// Takes events.
pub trait Sink: Send + Sync {
    /// Takes one event. It must not block: it is called from where all devices
    /// are served.
    fn emit(&self, event: &Event);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_events_carry_their_name_and_fields() {
        let device = DeviceId([1; 16]);
        let event = Event::Refused {
            device,
            field: "endpoint name".into(),
            reason: "empty".into(),
            least_serial: None,
        };
        assert_eq!(
            serde_json::to_string(&event).unwrap(),
            r#"{"event":"refused","device":"01010101010101010101010101010101","field":"endpoint name","reason":"empty"}"#
        );
        let event = Event::Failed {
            device: None,
            peer: "p".into(),
            reason: "r".into(),
            pending: None,
        };
        assert_eq!(
            serde_json::to_string(&event).unwrap(),
            r#"{"event":"failed","peer":"p","reason":"r"}"#
        );
    }

    #[test]
    fn a_device_cannot_write_escape_sequences_or_lines() {
        let event = Event::Hello {
            device: DeviceId([1; 16]),
            peer: "p".into(),
            board: "\x1b[2J\nprovisioned".into(),
            firmware: "1".into(),
            fresh: true,
            button: false,
            attempts_left: Some(3),
        };
        for line in [event.to_string(), serde_json::to_string(&event).unwrap()] {
            assert!(!line.contains(['\x1b', '\n']), "{line:?}");
        }
    }
}
