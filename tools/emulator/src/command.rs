// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Child processes that do not outlive the tool.

use std::ffi::OsStr;
use std::process::{Child, Command, Output, Stdio};

use crate::failure::{Failure, Result, While};

/// A command whose process is killed by the kernel when the thread that started
/// it ends, however it ends. `setpriv` (util-linux) replaces itself by the
/// program, so the process id is the program's.
pub fn bound(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--"]).arg(program);
    command
}

/// Ends a process at once, by SIGKILL, which none can ignore.
pub(crate) fn end(child: &mut Child) {
    // An error here means that it has ended already.
    drop(child.kill());
    drop(child.wait());
}

/// Runs a command to its end and returns its output; a failing exit code is a
/// failure that carries what the command said.
pub fn complete(command: &mut Command, doing: &str) -> Result<Output> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .doing(|| format!("{doing} (starting {program})"))?;
    if output.status.success() {
        return Ok(output);
    }
    let said = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    Err(Failure::new(
        doing,
        format!(
            "{program} ended with {}: {}",
            output.status,
            String::from_utf8_lossy(&said).trim()
        ),
    ))
}
