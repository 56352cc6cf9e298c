// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The command line of the provisioning daemon.

#![forbid(unsafe_code)]

#[cfg(fuzzing)]
compile_error!("with `--cfg fuzzing` every key is predictable: only the library is for fuzzers");

mod cli;
mod commands;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    match commands::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("provisiond: {failure}");
            ExitCode::from(failure.kind().exit_code())
        }
    }
}
