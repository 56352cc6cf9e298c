// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A private network for board and daemon that changes nothing on the host.
//!
//! The tool starts itself again under `unshare` in a network namespace of its
//! own. What is made there, the tap device above all, vanishes with the last
//! process in it. Root needs no more than that; an ordinary user gets a user
//! namespace around it, where the system allows this and opens /dev/net/tun.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::command::complete;
use crate::failure::{Failure, Result};

/// Set in the processes that run inside, so that they do not start over.
const INSIDE: &str = "EMULATOR_NAMESPACE";

/// The tap device that the board's network card is plugged into.
pub const TAP: &str = "tap0";
/// The host side's address on the private network. It is set by hand, without
/// duplicate detection, so that it is there while the board is switched off.
pub const HOST_V6: &str = "fe80::1";
pub const HOST_V4: &str = "10.77.0.1";

/// Whether this process was started by [`command`].
pub fn is_inside() -> bool {
    env::var_os(INSIDE).is_some()
}

/// A command that runs a program in a new private network.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("unshare");
    command.arg("--net");
    if !rustix::process::geteuid().is_root() {
        command.args(["--user", "--map-root-user"]);
    }
    command.arg("--").arg(program).env(INSIDE, "1");
    command
}

/// Makes this process one inside a private network, by starting it again if it
/// is not. Sets up the tap device before it returns.
pub fn enter() -> Result<()> {
    if !is_inside() {
        probe()?;
        let program = env::current_exe()
            .map_err(|error| Failure::new("looking for this program's own file", error))?;
        let error = command(program).args(env::args_os().skip(1)).exec();
        return Err(Failure::new("starting again under unshare", error));
    }
    prepare()
}

/// Tells why a private network is not to be had, before anything is started.
pub fn probe() -> Result<()> {
    const DOING: &str = "making a private network for the board";
    let root = rustix::process::geteuid().is_root();
    let mut look = command("true");
    if let Err(error) = Command::new("unshare").arg("--version").output() {
        return Err(Failure::new(DOING, format!("unshare: {error}"))
            .next("Install it: it is in util-linux, which 'make setup' installs."));
    }
    complete(&mut look, DOING).map_err(|failure| {
        failure.next(if root {
            "Creating network namespaces needs CAP_SYS_ADMIN; in a container, run it with --privileged."
        } else {
            "This system does not let ordinary users create namespaces. Run it as root, or allow it:\n    \
             sudo sysctl kernel.unprivileged_userns_clone=1 (Debian 10), or\n    \
             sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0 (AppArmor)"
        })
    })?;
    if let Err(error) = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/net/tun")
    {
        return Err(Failure::new(DOING, format!("/dev/net/tun: {error}")).next(if root {
            "Load the driver (modprobe tun), or give the container the device /dev/net/tun."
        } else {
            "Run it as root, or open the device to users: sudo modprobe tun; sudo chmod 666 /dev/net/tun"
        }));
    }
    Ok(())
}

/// `ip`, which ordinary users do not have in their path on Debian.
fn ip() -> PathBuf {
    ["/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip", "/bin/ip"]
        .iter()
        .map(PathBuf::from)
        .find(|path| path.exists())
        .unwrap_or_else(|| PathBuf::from("ip"))
}

fn prepare() -> Result<()> {
    const DOING: &str = "setting up the tap device";
    let steps: [&[&str]; 7] = [
        &["link", "set", "lo", "up"],
        &["tuntap", "add", "dev", TAP, "mode", "tap"],
        &["link", "set", "dev", TAP, "addrgenmode", "none"],
        &["addr", "add", &format!("{HOST_V6}/64"), "dev", TAP, "nodad"],
        &["addr", "add", &format!("{HOST_V4}/24"), "dev", TAP],
        &["link", "set", TAP, "up"],
        // Multicast without an interface named goes to the board as well.
        &["route", "add", "224.0.0.0/4", "dev", TAP],
    ];
    for step in steps {
        complete(Command::new(ip()).args(step).stderr(Stdio::piped()), DOING)?;
    }
    Ok(())
}

/// The index of the tap device, for multicast on it.
pub fn tap_index() -> Result<u32> {
    const DOING: &str = "asking for the index of the tap device";
    // Not from /sys: it shows the network of the process that mounted it.
    let output = complete(Command::new(ip()).args(["-o", "link", "show", TAP]), DOING)?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split(':')
        .next()
        .and_then(|number| number.trim().parse().ok())
        .ok_or_else(|| Failure::new(DOING, text))
}
