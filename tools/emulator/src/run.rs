// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Runs the main job before a person or into a log.

use std::fs::{self, File, TryLockError};
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

/// Marks a folder as one of runs, and is locked while a run uses it.
const CLAIM: &str = "run.lock";

/// How the main job is run.
#[derive(Debug, Clone)]
pub struct Options {
    pub parts: Parts,
    /// Where images and logs go; what an earlier run left there is removed.
    pub directory: PathBuf,
    /// Plain lines even in a terminal.
    pub plain: bool,
    /// Grants besides those of the example tenants, in the daemon's notation.
    pub grants: Vec<String>,
}

/// Runs the main job; tells whether it succeeded. With a terminal on both sides
/// it shows the front panel and stays until the person quits.
pub fn run(options: Options) -> Result<bool> {
    let _claim = claim(&options.directory)?;
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
            fixture.daemon.grants.extend(options.grants);
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

/// Makes a folder that holds nothing of an earlier run, for one run at a time: it
/// is claimed until the returned file is closed. What a run did not put there is
/// never removed.
pub fn claim(directory: &Path) -> Result<File> {
    let doing = || format!("emptying {}", directory.display());
    let elsewhere = "Name another folder with --directory.";
    let lock = directory.join(CLAIM);
    let foreign =
        !lock.exists() && fs::read_dir(directory).is_ok_and(|mut entries| entries.next().is_some());
    if foreign {
        return Err(Failure::new(
            doing(),
            format!("it holds files, but not {CLAIM}, which a run leaves in its folder"),
        )
        .next(format!(
            "Remove the folder if nothing in it is needed. {elsewhere}"
        )));
    }
    let file = fs::create_dir_all(directory)
        .and_then(|()| File::create(&lock))
        .doing(doing)
        .map_err(|failure| failure.next(elsewhere))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(Failure::new(doing(), "another run uses it")
                .next("Wait until that one has ended, or name another folder with --directory."));
        }
        Err(TryLockError::Error(error)) => return Err(Failure::new(doing(), error)),
    }
    for entry in fs::read_dir(directory).doing(doing)? {
        let entry = entry.doing(doing)?;
        if entry.file_name() == CLAIM {
            continue;
        }
        match entry.file_type().doing(doing)?.is_dir() {
            true => fs::remove_dir_all(entry.path()).doing(doing)?,
            false => fs::remove_file(entry.path()).doing(doing)?,
        }
    }
    Ok(file)
}

/// Makes a folder that holds nothing of an earlier run.
pub fn empty(directory: &Path) -> Result<()> {
    let doing = || format!("emptying {}", directory.display());
    if directory.exists() {
        fs::remove_dir_all(directory).doing(doing)?;
    }
    fs::create_dir_all(directory).doing(doing)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of this test's own, not there yet.
    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&folder));
        folder
    }

    #[test]
    fn a_folder_is_emptied_for_one_run_at_a_time() {
        let folder = folder("emulator-claim");
        let first = claim(&folder).expect("nobody has it");
        fs::create_dir(folder.join("state")).expect("a folder in it");
        fs::write(folder.join("console.log"), "x").expect("a file in it");
        let refused = claim(&folder).expect_err("the first has it");
        assert_eq!(refused.found(), "another run uses it");
        assert!(folder.join("console.log").exists());
        drop(first);
        let second = claim(&folder).expect("the first has gone");
        assert_eq!(fs::read_dir(&folder).expect("it is there").count(), 1);
        drop(second);
        drop(fs::remove_dir_all(&folder));
    }

    #[test]
    fn files_that_are_no_runs_are_left_alone() {
        let folder = folder("emulator-foreign");
        fs::create_dir(&folder).expect("a folder");
        fs::write(folder.join("thesis.txt"), "x").expect("a file in it");
        assert!(claim(&folder).is_err());
        assert!(folder.join("thesis.txt").exists());
        drop(fs::remove_dir_all(&folder));
    }
}
