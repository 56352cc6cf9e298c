// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The main job: a board provisions itself, boots from what it stored, and is
//! provisioned anew after the button was pressed.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender};
use std::time::Duration;

use crate::daemon::{self, Minted};
use crate::failure::{Failure, Result, While};
use crate::image::{self, Application};
use crate::machine::Network;
use crate::namespace::TAP;
use crate::phase::Phase;
use crate::report::{Command, Report};
use crate::rig::{Mark, Rig, Seen};

/// What the daemon gives to its devices in every run.
pub const BOOTSTRAP_URI: &str = "coaps://bootstrap.example.org:5684";
pub const DEFAULT_ROUTE: &str = "fe80::1";
pub const DNS_SERVER: &str = "fe80::1";

/// The tenants `hello` and `blink` may read what they print, and use the PSK.
const GRANTS: [&str; 2] = ["0x00010101:all:tls", "0x00010102:endpoint:"];

/// No step of the main job may take longer, in the host's time: a net under a
/// hanging run, far above what any step takes.
const LIMIT: Duration = Duration::from_secs(60);

/// What the board's table (`applications.rs`) knows the provisioner by.
const PROVISIONER: u32 = 0x0001_0001;

const STEPS: [&str; 8] = [
    "mint a device and pack the flash images",
    "start the daemon and switch the board on",
    "provisioning: find the daemon, agree keys, store the configuration",
    "tenant runs with its configuration",
    "boot again with the network unplugged",
    "boot once more and press the button in the boot window",
    "provisioning again with a new credential",
    "tenant runs with its new configuration",
];

/// The programs and images that a run needs.
#[derive(Debug, Clone)]
pub struct Parts {
    /// The kernel, an ELF file.
    pub kernel: PathBuf,
    /// Applications to pack, in the order of their addresses.
    pub tabs: Vec<PathBuf>,
    pub tockloader: PathBuf,
    pub provisiond: PathBuf,
}

impl Parts {
    /// Says which of them are missing.
    pub fn check(&self) -> Result<()> {
        let files = [&self.kernel, &self.tockloader, &self.provisiond];
        let missing: Vec<String> = files
            .into_iter()
            .chain(&self.tabs)
            .filter(|path| !path.exists())
            .map(|path| path.display().to_string())
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(Failure::new(
            "looking for what a run needs",
            format!("not there: {}", missing.join(", ")),
        )
        .next("Run 'make' in the repository's folder to build it."))
    }
}

/// A bench with freshly made images and a minted device.
pub struct Fixture {
    pub rig: Rig,
    pub minted: Minted,
    pub daemon: daemon::Settings,
}

impl Fixture {
    /// Packs the flash images and mints a device, all of it below `directory`.
    pub fn new(
        parts: &Parts,
        directory: &Path,
        reports: Sender<Report>,
        commands: Receiver<Command>,
    ) -> Result<Fixture> {
        parts.check()?;
        let program = directory.join("program.bin");
        let flash = directory.join("configuration.img");
        let rig = Rig::new(
            directory,
            &parts.kernel,
            &program,
            &flash,
            reports,
            commands,
        )?;
        image::program(&parts.kernel, &parts.tabs, &parts.tockloader, &program)?;
        image::erased_configuration(&flash)?;
        let minted = daemon::mint(&parts.provisiond, &directory.join("factory"), &flash)?;
        let daemon = daemon::Settings {
            program: parts.provisiond.clone(),
            inventory: minted.inventory.clone(),
            bootstrap_uri: BOOTSTRAP_URI.to_owned(),
            default_route: DEFAULT_ROUTE.to_owned(),
            dns_server: DNS_SERVER.to_owned(),
            endpoint_pattern: None,
            grants: GRANTS.iter().map(|&grant| grant.to_owned()).collect(),
            invalid: false,
            listen: "[::]:49300".to_owned(),
            interface: TAP.to_owned(),
            state: directory.join("state"),
            control: directory.join("provisiond.sock"),
            credentials: None,
            key_log: None,
            log: directory.join("provisiond.log"),
        };
        Ok(Fixture {
            rig,
            minted,
            daemon,
        })
    }
}

/// What one provisioning ended with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provisioned {
    pub endpoint: String,
    pub identity: String,
    pub serial: u64,
}

/// Waits until the daemon has verified a receipt.
pub fn wait_provisioned(rig: &mut Rig, from: Mark, limit: Duration) -> Result<Provisioned> {
    let event = rig.wait(
        from,
        "for the daemon to call the device provisioned",
        limit,
        |seen| match seen {
            Seen::Daemon(event) => match event.name.as_str() {
                "provisioned" => Some(Ok(event.clone())),
                "refused" | "failed" => Some(Err(event.describe())),
                _ => None,
            },
            _ => None,
        },
    )?;
    let event = event.map_err(|said| {
        Failure::new(
            "provisioning the device",
            format!("the daemon says: {said}"),
        )
    })?;
    let serial = event.field("serial").parse().map_err(|error| {
        Failure::new(
            "reading the daemon's event",
            format!("serial number: {error}"),
        )
    })?;
    Ok(Provisioned {
        endpoint: event.field("endpoint"),
        identity: event.field("identity"),
        serial,
    })
}

/// Waits until a tenant has printed the endpoint name and the bootstrap URI
/// that it was given.
pub fn wait_tenant(rig: &mut Rig, from: Mark, endpoint: &str, limit: Duration) -> Result<()> {
    rig.wait_phase(from, Phase::Tenant, limit)?;
    for expected in [endpoint, BOOTSTRAP_URI] {
        rig.wait(
            from,
            &format!("for a tenant to print {expected:?}"),
            limit,
            |seen| match seen {
                Seen::Console(line) => {
                    (!line.starts_with("provision") && line.contains(expected)).then_some(())
                }
                _ => None,
            },
        )?;
    }
    Ok(())
}

/// Says at once what the main job would wait for in vain.
fn check_applications(applications: &[Application]) -> Result<()> {
    const DOING: &str = "looking at the applications of this run";
    let is_provisioner = |found: &Application| found.short_id == Some(PROVISIONER);
    if !applications.iter().any(is_provisioner) {
        let names: Vec<&str> = applications.iter().map(|found| &*found.name).collect();
        let found = format!(
            "the provisioner (ShortId {PROVISIONER:#010x}) is not among them, only {}",
            match &names[..] {
                [] => "none at all".to_owned(),
                names => names.join(", "),
            }
        );
        return Err(Failure::new(DOING, found)
            .next("Without it no board is provisioned: give provisioner.tab, which APPS in the Makefile names."));
    }
    if applications.iter().all(is_provisioner) {
        return Err(Failure::new(
            DOING,
            "there is no tenant, which is what the board is provisioned for",
        )
        .next("Give the TAB of a tenant, such as hello.tab, as APPS in the Makefile does."));
    }
    Ok(())
}

/// Runs the main job and leaves the bench as it is at the end.
pub fn main_job(fixture: &mut Fixture) -> Result<String> {
    let Fixture {
        rig,
        minted,
        daemon: daemon_settings,
    } = fixture;
    let step = |rig: &Rig, number: usize| {
        rig.report(Report::Step(
            number,
            STEPS.len(),
            STEPS[number - 1].to_owned(),
        ));
    };
    step(rig, 1);
    let program = rig.machine_settings().program.clone();
    let image = fs::read(&program).doing(|| format!("reading the image {}", program.display()))?;
    check_applications(&image::applications(&image))?;
    rig.report(Report::Code(minted.printed.clone()));

    step(rig, 2);
    let first = rig.mark();
    rig.start_daemon(daemon_settings)?;
    rig.wait_daemon(first, "listening", LIMIT)?;
    rig.power_on()?;

    step(rig, 3);
    rig.wait_daemon(first, "hello", LIMIT)?;
    // The light on the device tells the person which one is being served.
    rig.identify(true)?;
    let before = wait_provisioned(rig, first, LIMIT)?;
    rig.note(format!(
        "provisioned as {} with identity {}, serial number {}",
        before.endpoint, before.identity, before.serial
    ));

    step(rig, 4);
    wait_tenant(rig, first, &before.endpoint, LIMIT)?;

    step(rig, 5);
    rig.power_off()?;
    rig.kill_daemon();
    rig.machine_settings().network = Network::Unplugged;
    let second = rig.mark();
    rig.power_on()?;
    wait_tenant(rig, second, &before.endpoint, LIMIT)?;
    let phases = rig.phases(second);
    if phases.contains(&Phase::Looking) {
        return Err(Failure::new(
            "booting from the stored configuration",
            format!("the board looked for a daemon; its phases were {phases:?}"),
        ));
    }

    step(rig, 6);
    rig.power_off()?;
    rig.machine_settings().network = Network::Tap;
    let third = rig.mark();
    rig.start_daemon(daemon_settings)?;
    rig.wait_daemon(third, "listening", LIMIT)?;
    rig.power_on()?;
    rig.wait_phase(third, Phase::BootWindow, LIMIT)?;
    rig.press_button()?;
    rig.wait_phase(third, Phase::Wiping, LIMIT)?;

    step(rig, 7);
    let after = wait_provisioned(rig, third, LIMIT)?;
    if after.serial <= before.serial {
        return Err(Failure::new(
            "provisioning the wiped board",
            format!("the serial number did not rise: {before:?}, then {after:?}"),
        ));
    }
    let psks = daemon::issued(&daemon_settings.state, &minted.device)?;
    if !matches!(&psks[..], [first, second] if first != second) {
        return Err(Failure::new(
            "provisioning the wiped board",
            format!(
                "two different PSKs were to be issued, not {} or equal ones",
                psks.len()
            ),
        ));
    }

    step(rig, 8);
    wait_tenant(rig, third, &after.endpoint, LIMIT)?;
    Ok(format!(
        "device {}\n\
         first boot:  provisioned as {}, identity {}, serial number {}; tenant started\n\
         second boot: no network; configuration found; tenant started\n\
         third boot:  button pressed; wiped; provisioned again with another PSK, identity {}, serial number {}; tenant started",
        minted.device,
        before.endpoint,
        before.identity,
        before.serial,
        after.identity,
        after.serial
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn application(name: &str, short_id: Option<u32>) -> Application {
        Application {
            name: name.to_owned(),
            short_id,
            offset: 0,
            size: 0,
            minimum_ram: 0,
        }
    }

    #[test]
    fn a_run_without_provisioner_or_tenant_is_told_at_once() {
        let provisioner = application("provisioner", Some(PROVISIONER));
        let hello = application("hello", Some(0x0001_0101));
        let tenant = application("mine", None);
        let said = |list: &[Application]| match check_applications(list) {
            Ok(()) => String::new(),
            Err(failure) => failure.to_string(),
        };
        assert_eq!(said(&[provisioner.clone(), tenant.clone()]), "");
        let text = said(&[hello, tenant]);
        assert!(text.contains("only hello, mine"), "{text}");
        assert!(said(&[]).contains("none at all"));
        assert!(said(&[provisioner]).contains("no tenant"));
    }
}
