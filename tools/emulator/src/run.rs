// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Runs the main job before a person or into a log.

use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use crate::failure::{Failure, Result, While};
use crate::front_panel;
use crate::plain;
use crate::report::{Command, Report};
use crate::scenario::{self, Fixture, Parts};

/// How the main job is run.
#[derive(Debug, Clone)]
pub struct Options {
    pub parts: Parts,
    /// Where images and logs go; emptied first.
    pub directory: PathBuf,
    /// Plain lines even in a terminal.
    pub plain: bool,
}

/// Runs the main job; tells whether it succeeded. With a terminal on both sides
/// it shows the front panel and stays until the person quits.
pub fn run(options: Options) -> Result<bool> {
    empty(&options.directory)?;
    let interactive = !options.plain && io::stdin().is_terminal() && io::stdout().is_terminal();
    let (reports, shown) = mpsc::channel();
    let (keys, commands) = mpsc::channel();
    let directory = options.directory.clone();
    // The emulator and the daemon end with the thread that started them, so the
    // scenario stays in one thread to the end.
    let worker = thread::spawn(move || perform(options, interactive, reports, commands));
    let result = if interactive {
        front_panel::show(&shown, &keys)
    } else {
        plain::show(&shown, &mut io::stdout().lock())
    };
    // A scenario that waits for keys ends when nobody can press one any more.
    drop(keys);
    let good = result.doing(|| "showing the run".into())?;
    worker.join().map_err(|_| {
        Failure::new(
            "running the scenario",
            "the tool itself failed, as told above",
        )
    })?;
    println!("Logs: {}", directory.display());
    Ok(good)
}

fn perform(
    options: Options,
    interactive: bool,
    reports: Sender<Report>,
    commands: Receiver<Command>,
) {
    let directory = &options.directory;
    let made = Fixture::new(&options.parts, directory, reports.clone(), commands);
    let end = |result: &Result<String>| {
        // Nobody listens when the person has quit already.
        drop(reports.send(Report::End(match result {
            Ok(summary) => Ok(summary.clone()),
            Err(failure) => Err(format!(
                "{failure}\n  The logs lie in {}.",
                directory.display()
            )),
        })));
    };
    match made {
        Err(failure) => end(&Err(failure)),
        Ok(mut fixture) => {
            let result = scenario::main_job(&mut fixture);
            end(&result);
            while interactive && !fixture.rig.has_quit() {
                if let Err(failure) = fixture.rig.pump(Duration::from_millis(100))
                    && !fixture.rig.has_quit()
                {
                    fixture.rig.note(failure.to_string());
                }
            }
        }
    }
}

/// Makes a folder that holds nothing of an earlier run.
pub fn empty(directory: &Path) -> Result<()> {
    let doing = || format!("emptying {}", directory.display());
    if directory.exists() {
        fs::remove_dir_all(directory).doing(doing)?;
    }
    fs::create_dir_all(directory).doing(doing)
}
