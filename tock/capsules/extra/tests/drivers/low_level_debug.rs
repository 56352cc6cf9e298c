// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The low-level debug driver over a port that the test plays.

use std::cell::Cell;

use capsules_core::low_level_debug::{BUF_LEN, DRIVER_NUM, LowLevelDebug};
use kernel::ErrorCode;
use kernel::hil::uart::{Transmit, TransmitClient};

use crate::harness::{Bench, assert_failure, assert_success};

#[derive(Default)]
struct Port {
    client: Cell<Option<&'static dyn TransmitClient>>,
    transmitting: Cell<Option<(&'static mut [u8], usize)>>,
}

impl Port {
    fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        while let Some((buffer, length)) = self.transmitting.take() {
            lines.push(String::from_utf8(buffer[..length].to_vec()).unwrap());
            let client = self.client.get().unwrap();
            client.transmitted_buffer(buffer, length, Ok(()));
        }
        lines
    }
}

impl Transmit<'static> for Port {
    fn set_transmit_client(&self, client: &'static dyn TransmitClient) {
        self.client.set(Some(client));
    }

    fn transmit_buffer(
        &self,
        buffer: &'static mut [u8],
        length: usize,
    ) -> Result<(), (ErrorCode, &'static mut [u8])> {
        let before = self.transmitting.replace(Some((buffer, length)));
        assert!(before.is_none(), "two transmissions at once");
        Ok(())
    }

    fn transmit_word(&self, _word: u32) -> Result<(), ErrorCode> {
        Err(ErrorCode::NOSUPPORT)
    }

    fn transmit_abort(&self) -> Result<(), ErrorCode> {
        Err(ErrorCode::FAIL)
    }
}

fn bench() -> (Bench, &'static Port) {
    let port: &'static Port = Box::leak(Box::default());
    let bench = Bench::new(|kernel, capability| {
        let driver: &'static LowLevelDebug<'static, Port> =
            Box::leak(Box::new(LowLevelDebug::new(
                Box::leak(Box::new([0; BUF_LEN])),
                port,
                kernel.create_grant(DRIVER_NUM, capability),
            )));
        port.set_transmit_client(driver);
        vec![(DRIVER_NUM, driver)]
    });
    (bench, port)
}

#[test]
fn each_command_prints_a_line() {
    let (bench, port) = bench();
    assert_success(bench.command(0, DRIVER_NUM, 0, 0, 0));
    assert_success(bench.command(0, DRIVER_NUM, 1, 2, 0));
    assert_success(bench.command(0, DRIVER_NUM, 2, 0xabc, 0));
    assert_success(bench.command(1, DRIVER_NUM, 3, 0x12, 0x34));
    let lines = port.lines();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].contains("wrong location"));
    assert!(lines[1].contains("0xabc"));
    assert!(lines[2].contains("0x12 0x34"));
    assert_failure(bench.command(0, DRIVER_NUM, 4, 0, 0), ErrorCode::NOSUPPORT);
}

#[test]
fn flood_of_one_process_loses_its_own_lines_only() {
    let (bench, port) = bench();
    for value in 0..20 {
        assert_success(bench.command(0, DRIVER_NUM, 2, value, 0));
    }
    assert_success(bench.command(1, DRIVER_NUM, 2, 0x999, 0));
    let lines = port.lines();
    assert_eq!(lines.iter().filter(|line| line.contains("lost")).count(), 1);
    assert!(lines.iter().any(|line| line.contains("0x999")));
    assert!(lines.len() < 10);
}
