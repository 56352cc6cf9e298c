// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Tests of code that ends the process.

use std::env;
use std::process::{self, Command};

/// How the process ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ExitCall {
    Terminate(u32),
    Restart(u32),
}

/// Tells a child process which test it is to run up to its exit.
const VARIABLE: &str = "LIBTOCK_UNITTEST_EXIT_TEST";

const TERMINATE: &str = "libtock_unittest: exit-terminate ";
const RESTART: &str = "libtock_unittest: exit-restart ";

/// Runs `fcn` up to the exit system call that it makes and returns that call.
///
/// An exit does not return, not even by unwinding, so `fcn` runs in a process of
/// its own: another run of the test binary with only the test `test_name`. The
/// name is that which the test runner prints, with the path of its module.
///
/// # Panics
///
/// If `fcn` does not exit, or if there is no test of that name.
pub fn exit_test<F: FnOnce()>(test_name: &str, fcn: F) -> ExitCall {
    if is_child() {
        fcn();
        eprintln!("exit_test: the function returned instead of exiting");
        process::exit(1);
    }

    let binary = env::current_exe().expect("cannot tell which program this test is in");
    let output = Command::new(binary)
        .args(["--exact", test_name, "--nocapture", "--test-threads=1"])
        .env(VARIABLE, test_name)
        .output()
        .expect("cannot run the test in a process of its own");
    let stdout = String::from_utf8_lossy(&output.stdout);
    // The test runner may leave text of its own in front of it on the line.
    for (marker, call) in [
        (TERMINATE, ExitCall::Terminate as fn(u32) -> ExitCall),
        (RESTART, ExitCall::Restart),
    ] {
        let code = stdout
            .split_once(marker)
            .and_then(|(_, rest)| rest.lines().next())
            .and_then(|code| code.parse().ok());
        if let Some(code) = code {
            return call(code);
        }
    }
    panic!(
        "test {test_name:?} did not exit.\nIts output:\n{stdout}\nIts errors:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn is_child() -> bool {
    env::var_os(VARIABLE).is_some()
}

/// Ends the process that [`exit_test`] started, with word of how.
pub(crate) fn exit(call: ExitCall) -> ! {
    if !is_child() {
        panic!("the process exited outside of exit_test: {call:?}");
    }
    let (marker, code) = match call {
        ExitCall::Terminate(code) => (TERMINATE, code),
        ExitCall::Restart(code) => (RESTART, code),
    };
    println!("{marker}{code}");
    process::exit(0);
}
