// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Runs the emulated board from the command line.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use emulator::bench::Subjects;
use emulator::failure::Result;
use emulator::run::Options;
use emulator::scenario::Parts;
use emulator::{bench, image, namespace, run, size};

/// Runs the emulated Tock board, its provisioning daemon and a private network.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Provision a board, boot it again, press its button, provision it anew.
    Run {
        #[command(flatten)]
        parts: PartsArgs,
        /// Where images and logs go; what an earlier run left there is removed.
        #[arg(long, default_value = "target/run")]
        directory: PathBuf,
        /// Plain lines even in a terminal.
        #[arg(long)]
        plain: bool,
        /// What a tenant of yours may read and do, besides `hello` and `blink`:
        /// APP:FIELDS:OPERATIONS as `provisiond serve` takes it, at most 6 times.
        #[arg(long = "grant", value_name = "GRANT")]
        grants: Vec<String>,
    },
    /// Measure a provisioning and a boot.
    Bench {
        #[command(flatten)]
        parts: PartsArgs,
        #[arg(long, default_value = "target/bench")]
        directory: PathBuf,
        /// A kernel that counts instructions (feature `measure`).
        #[arg(long)]
        measured_kernel: PathBuf,
        /// The kernel of Tock's own board.
        #[arg(long)]
        plain_kernel: PathBuf,
        /// That kernel with feature `measure`.
        #[arg(long)]
        costs_kernel: PathBuf,
        /// The processes that count with it.
        #[arg(long, required = true)]
        costs_tab: Vec<PathBuf>,
        /// The bare image that runs the cryptography.
        #[arg(long)]
        cryptography: PathBuf,
    },
    /// Report the sizes of kernels and of the applications in a flash image.
    Size {
        #[arg(long)]
        kernel: PathBuf,
        /// The kernel of Tock's own board, to compare with.
        #[arg(long)]
        plain_kernel: PathBuf,
        #[arg(long)]
        program: PathBuf,
    },
    /// Pack a program flash image from a kernel and TABs.
    Pack {
        #[arg(long)]
        kernel: PathBuf,
        #[arg(long, default_value = "target/tools/tockloader/bin/tockloader")]
        tockloader: PathBuf,
        #[arg(long)]
        out: PathBuf,
        tabs: Vec<PathBuf>,
    },
    /// Tell whether a private network can be made here.
    Probe,
}

#[derive(Args)]
struct PartsArgs {
    /// The kernel, an ELF file.
    #[arg(long, env = "EMULATOR_KERNEL")]
    kernel: PathBuf,
    #[arg(
        long,
        env = "EMULATOR_PROVISIOND",
        default_value = "target/release/provisiond"
    )]
    provisiond: PathBuf,
    #[arg(
        long,
        env = "EMULATOR_TOCKLOADER",
        default_value = "target/tools/tockloader/bin/tockloader"
    )]
    tockloader: PathBuf,
    /// Applications, in the order of their addresses.
    #[arg(env = "EMULATOR_TABS", value_delimiter = ' ', required = true)]
    tabs: Vec<PathBuf>,
}

impl From<PartsArgs> for Parts {
    fn from(args: PartsArgs) -> Parts {
        Parts {
            kernel: args.kernel,
            tabs: args.tabs,
            tockloader: args.tockloader,
            provisiond: args.provisiond,
        }
    }
}

fn perform(command: Command) -> Result<bool> {
    match command {
        Command::Run {
            parts,
            directory,
            plain,
            grants,
        } => {
            let parts = Parts::from(parts);
            parts.check()?;
            namespace::enter()?;
            run::run(Options {
                parts,
                directory,
                plain,
                grants,
            })
        }
        Command::Bench {
            parts,
            directory,
            measured_kernel,
            plain_kernel,
            costs_kernel,
            costs_tab,
            cryptography,
        } => {
            namespace::enter()?;
            let subjects = Subjects {
                parts: parts.into(),
                measured_kernel,
                plain_kernel,
                costs_kernel,
                costs_tabs: costs_tab,
                cryptography,
            };
            print!("{}", bench::report(&subjects, &directory)?);
            Ok(true)
        }
        Command::Size {
            kernel,
            plain_kernel,
            program,
        } => {
            print!("{}", size::report(&plain_kernel, &kernel, &program)?);
            Ok(true)
        }
        Command::Pack {
            kernel,
            tockloader,
            out,
            tabs,
        } => {
            image::program(&kernel, &tabs, &tockloader, &out)?;
            Ok(true)
        }
        Command::Probe => {
            namespace::enter()?;
            println!("A private network with a tap device is at hand.");
            Ok(true)
        }
    }
}

fn main() -> ExitCode {
    match perform(Cli::parse().command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("emulator: {failure}");
            ExitCode::FAILURE
        }
    }
}
