// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What each command does.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use provisiond::client;
use provisiond::control::{Answer, Control, Request};
use provisiond::conversation::Context;
use provisiond::credentials::{Credentials, FromFile, Generated};
use provisiond::event::{Event, Sink};
use provisiond::event_log::{EventLog, Format};
use provisiond::failure::{Failure, Kind};
use provisiond::files::read_owned;
use provisiond::flash::Image;
use provisiond::id::secret_from_hex;
use provisiond::inventory::Inventory;
use provisiond::issuer::Issuer;
use provisiond::keys::Keys;
use provisiond::mint::{FlashImage, Minted, PARAMETERS};
use provisiond::registry::Registry;
use provisiond::responder::Responder;
use provisiond::settings::Settings;
use provisiond::state::State;
use provisiond::{qr, server};
use tokio::signal::unix::{SignalKind, signal};
use zeroize::Zeroizing;

use crate::cli::{Arguments, Command, Devices, Flash, Identify, Mint, Serve};

/// Length of a root secret, bytes.
const ROOT_SECRET_LEN: usize = 32;
/// Most that is read of its text.
const MAX_SECRET_TEXT: usize = 256;

/// Runs the command.
pub fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        Command::Mint(arguments) => mint(&arguments),
        Command::Serve(arguments) => server::runtime()?.block_on(serve(*arguments)),
        Command::Identify(arguments) => server::runtime()?.block_on(identify(&arguments)),
        Command::Devices(arguments) => server::runtime()?.block_on(devices(&arguments)),
        Command::Flash(arguments) => flash(&arguments),
    }
}

/// Prints lines. A reader that went away ends the command quietly.
fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

fn mint(arguments: &Mint) -> Result<(), Failure> {
    if arguments.flash.is_some() && arguments.count != 1 {
        return Err(Failure::new(
            Kind::Usage,
            "minting into a flash image",
            format!("{} devices were asked for", arguments.count),
            "an image holds one device: leave --count out",
        ));
    }
    for _ in 0..arguments.count {
        let minted = match arguments.hardware_root {
            true => Minted::with_hardware_root(&PARAMETERS),
            false => Minted::new(&PARAMETERS),
        };
        let minted =
            minted.map_err(|error| Failure::new(Kind::Usage, "minting", error, "try again"))?;
        let image = arguments.flash.as_deref().map(FlashImage::open);
        let page = minted.write(&arguments.out, image.transpose()?)?;
        let code = minted.printed_code();
        let qr_text = minted.qr_text();
        if arguments.json {
            let object = serde_json::json!({
                "device_id": minted.device,
                "setup_code": &*code,
                "qr": &*qr_text,
                "factory": page,
            });
            print(&format!("{object}\n"));
        } else {
            let drawn = qr::half_blocks(qr_text.as_bytes()).unwrap_or_default();
            print(&format!(
                "device      {}\nsetup code  {}\nfactory     {}\n{drawn}\n",
                minted.device,
                *code,
                page.display(),
            ));
        }
    }
    Ok(())
}

async fn serve(arguments: Serve) -> Result<(), Failure> {
    let inventory = Arc::new(Inventory::open(&arguments.inventory)?);
    let credentials: Box<dyn Credentials> = match &arguments.credentials {
        Some(path) => Box::new(FromFile::open(path)?),
        None => Box::new(Generated::new(&arguments.identity_pattern)),
    };
    let settings = Settings {
        security_mode: arguments.security_mode.into(),
        bootstrap_uri: arguments.bootstrap_uri,
        default_route: arguments.default_route,
        dns_server: arguments.dns_server,
        endpoint: arguments.endpoint_pattern,
        grants: arguments.grants,
        allow_invalid: arguments.allow_invalid_configuration,
    };
    // Before a folder is made.
    settings.check(unix_time())?;
    let state = Arc::new(State::open(&arguments.state)?);
    let issuer = Issuer::new(settings, credentials, state.clone(), unix_time)?;
    let registry = Arc::new(Registry::default());
    // Before the socket: whoever sees it may send the signal.
    let stop = stop_signal()?;
    let control = arguments.control.as_deref().map(Control::bind);
    let control = control
        .transpose()?
        .map(|control| tokio::spawn(control.serve(registry.clone())));
    let listener = server::listen(arguments.listen)?;
    let address = listener.local_addr().unwrap_or(arguments.listen);
    let responder = Responder::start(
        &arguments.host_name,
        address.port(),
        state.daemon_id(),
        arguments.interface.as_deref(),
    )?;
    let events = EventLog::stdout(if arguments.json {
        Format::Json
    } else {
        Format::Human
    });
    let events = events.map_err(|error| {
        Failure::new(
            Kind::Network,
            "starting",
            error,
            "the system has no threads left",
        )
    })?;
    events.emit(&Event::Listening {
        address: address.to_string(),
        host_name: arguments.host_name,
        devices: inventory.len(),
    });
    let missing = arguments.interface.as_deref().and_then(Responder::missing);
    if let Some(reason) = missing {
        events.emit(&Event::Trouble { reason });
    }
    let context = Arc::new(Context {
        display_name: arguments.display_name,
        state,
        keys: Keys::new(inventory),
        issuer,
        events: Box::new(events),
        #[cfg(feature = "key-log")]
        key_log: arguments.key_log,
    });
    server::serve(listener, context, registry, stop).await;
    if let Some(control) = control {
        control.abort();
        // Ends with "cancelled", and takes the socket's file away.
        let _ = control.await;
    }
    responder.stop().await;
    Ok(())
}

/// Ready when the daemon is to stop.
fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    let listen = |kind| {
        signal(kind).map_err(|error| {
            Failure::new(Kind::Usage, "preparing to be stopped", error, "try again")
        })
    };
    let mut terminate = listen(SignalKind::terminate())?;
    let mut interrupt = listen(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => (),
            _ = interrupt.recv() => (),
        }
    })
}

fn unix_time() -> u64 {
    // A clock before 1970 only means that serials count from where they are.
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

async fn identify(arguments: &Identify) -> Result<(), Failure> {
    let on = !arguments.off;
    let request = match &arguments.device {
        Some(device) => Request::Identify {
            device: device.clone(),
            on,
        },
        None => Request::IdentifyAll { on },
    };
    if let Answer::Identified(devices) = client::ask(&arguments.control, request).await? {
        let shows = if on {
            "shows itself"
        } else {
            "stops showing itself"
        };
        if devices.is_empty() {
            print("no device is connected\n");
        }
        for device in devices {
            print(&format!("{device} {shows}\n"));
        }
    }
    Ok(())
}

async fn devices(arguments: &Devices) -> Result<(), Failure> {
    if let Answer::Devices(devices) = client::ask(&arguments.control, Request::Devices).await? {
        if arguments.json {
            print(&format!("{}\n", serde_json::json!(devices)));
        } else {
            print(&client::table(&devices));
        }
    }
    Ok(())
}

/// Reads a root secret; `-` is standard input.
fn root_secret(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let trouble = |found: &dyn std::fmt::Display| {
        Failure::new(
            Kind::Usage,
            format!("reading the root secret from {}", path.display()),
            found,
            "name a file of 64 hexadecimal digits with --root-secret-file, or - for standard input",
        )
    };
    let text = if path == Path::new("-") {
        let mut text = Zeroizing::new(String::with_capacity(MAX_SECRET_TEXT));
        let input = std::io::stdin().lock().take(MAX_SECRET_TEXT as u64);
        { input }.read_to_string(&mut text).map(|_| text)
    } else {
        read_owned(path)
    };
    let text = text.map_err(|error| trouble(&error))?;
    secret_from_hex(text.trim())
        .filter(|secret| secret.len() == ROOT_SECRET_LEN)
        .ok_or_else(|| trouble(&"no root secret is there"))
}

fn flash(arguments: &Flash) -> Result<(), Failure> {
    let image = Image::read(&arguments.image, arguments.page_distance)?;
    let report = image.report();
    let revealed = match &arguments.root_secret_file {
        Some(path) => Some(image.reveal(&root_secret(path)?[..])?),
        None => None,
    };
    if arguments.json {
        let mut object = serde_json::json!(report);
        if let Some(revealed) = &revealed {
            object["revealed"] = serde_json::json!(revealed);
        }
        print(&format!("{object}\n"));
    } else {
        print(&report.to_string());
        if let Some(revealed) = &revealed {
            print(&revealed.to_string());
        }
    }
    Ok(())
}
