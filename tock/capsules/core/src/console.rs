// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! System call driver for a serial console.
//!
//! Any number of processes may write; their writes go out whole, one after
//! the other. One process at a time may read.
//!
//! ```text
//!   processes
//!       |                     system calls
//! +-----------+
//! |  Console  |               this file
//! +-----------+
//!       |                     hil::uart::UartData
//! +-----------+
//! |UartDevice |
//! +-----------+
//! ```
//!
//! System call interface
//! ---------------------
//!
//! | Command | Arguments | Result                                            |
//! |---------|-----------|---------------------------------------------------|
//! | 0       |           | Success                                           |
//! | 1       | length    | writes from read-only allow 1, then upcall 1      |
//! | 2       | length    | reads into read-write allow 1, then upcall 2      |
//! | 3       |           | aborts the read, which ends with status CANCEL    |
//!
//! Lengths clamp to the buffer; an operation of no bytes ends at once, with its
//! upcall. Upcall 1: `(length, 0, 0)`; upcall 2: `(status, length, 0)`. A write
//! takes the place of what is left of the one before, which has no upcall then.
//! A read gives BUSY while any process reads, and INVAL if it is longer than
//! the buffer of the driver.

use kernel::grant::{AllowRoCount, AllowRwCount, Grant, GrantKernelData, UpcallCount};
use kernel::hil::uart;
use kernel::processbuffer::{ReadableProcessBuffer, WriteableProcessBuffer};
use kernel::syscall::{CommandReturn, SyscallDriver};
use kernel::utilities::cells::{OptionalCell, TakeCell};
use kernel::{ErrorCode, ProcessId};

pub const DRIVER_NUM: usize = crate::driver::NUM::Console as usize;

/// Length that boards give each of the two buffers unless they choose
/// another, in bytes.
pub const DEFAULT_BUF_SIZE: usize = 64;

mod upcall {
    /// A write has ended.
    pub const WRITE_DONE: usize = 1;
    /// A read has ended.
    pub const READ_DONE: usize = 2;
    /// Number 0 was used by an interface of the past.
    pub const COUNT: u8 = 3;
}

mod ro_allow {
    /// What is to be written.
    pub const WRITE: usize = 1;
    /// Number 0 was used by an interface of the past.
    pub const COUNT: u8 = 2;
}

mod rw_allow {
    /// Takes what is read.
    pub const READ: usize = 1;
    /// Number 0 was used by an interface of the past.
    pub const COUNT: u8 = 2;
}

/// The write of a process.
#[derive(Default)]
pub struct App {
    write: Option<Write>,
}

#[derive(Clone, Copy)]
struct Write {
    length: usize,
    /// Bytes that are out, or on their way out.
    written: usize,
}

/// What a step of a write came to.
enum Progress {
    /// The port has a part of it.
    Started,
    /// All is out, or as much as there was.
    Done(usize),
    /// The port refused.
    Failed(ErrorCode),
}

/// The console driver.
pub struct Console<'a> {
    uart: &'a dyn uart::UartData<'a>,
    apps: Grant<
        App,
        UpcallCount<{ upcall::COUNT }>,
        AllowRoCount<{ ro_allow::COUNT }>,
        AllowRwCount<{ rw_allow::COUNT }>,
    >,
    tx_in_progress: OptionalCell<ProcessId>,
    tx_buffer: TakeCell<'static, [u8]>,
    rx_in_progress: OptionalCell<ProcessId>,
    rx_buffer: TakeCell<'static, [u8]>,
}

impl<'a> Console<'a> {
    /// Makes a console over `uart`, whose client for both directions it must
    /// be made. `tx_buffer` bounds what goes out at once, `rx_buffer` what can
    /// be read by one command.
    pub fn new(
        uart: &'a dyn uart::UartData<'a>,
        tx_buffer: &'static mut [u8],
        rx_buffer: &'static mut [u8],
        grant: Grant<
            App,
            UpcallCount<{ upcall::COUNT }>,
            AllowRoCount<{ ro_allow::COUNT }>,
            AllowRwCount<{ rw_allow::COUNT }>,
        >,
    ) -> Console<'a> {
        Console {
            uart,
            apps: grant,
            tx_in_progress: OptionalCell::empty(),
            tx_buffer: TakeCell::new(tx_buffer),
            rx_in_progress: OptionalCell::empty(),
            rx_buffer: TakeCell::new(rx_buffer),
        }
    }

    /// Hands the next part of the write of a process to the port.
    fn send(
        &self,
        process_id: ProcessId,
        app: &mut App,
        kernel_data: &GrantKernelData<'_>,
    ) -> Progress {
        let Some(write) = app.write else {
            return Progress::Done(0);
        };
        let Some(tx_buffer) = self.tx_buffer.take() else {
            return Progress::Failed(ErrorCode::BUSY);
        };
        // The process may have changed its buffer since the last part.
        let count = kernel_data
            .get_readonly_processbuffer(ro_allow::WRITE)
            .and_then(|buffer| {
                buffer.enter(|data| {
                    let end = write.length.min(data.len());
                    data.get(write.written.min(end)..end).map_or(0, |rest| {
                        let count = rest.len().min(tx_buffer.len());
                        for (to, from) in tx_buffer.iter_mut().zip(rest.iter()) {
                            *to = from.get();
                        }
                        count
                    })
                })
            })
            .unwrap_or(0);
        if count == 0 {
            self.tx_buffer.replace(tx_buffer);
            app.write = None;
            return Progress::Done(write.written);
        }
        match self.uart.transmit_buffer(tx_buffer, count) {
            Ok(()) => {
                app.write = Some(Write {
                    written: write.written + count,
                    ..write
                });
                self.tx_in_progress.set(process_id);
                Progress::Started
            }
            Err((error, tx_buffer)) => {
                self.tx_buffer.replace(tx_buffer);
                app.write = None;
                Progress::Failed(error)
            }
        }
    }

    fn write(&self, process_id: ProcessId, length: usize) -> CommandReturn {
        let entered = self.apps.enter(process_id, |app, kernel_data| {
            let available = kernel_data
                .get_readonly_processbuffer(ro_allow::WRITE)
                .map_or(0, |buffer| buffer.len());
            // One that is under way is replaced: what it has left would come
            // out of a buffer that the process may have swapped.
            app.write = Some(Write {
                length: length.min(available),
                written: 0,
            });
            if self.tx_in_progress.is_some() {
                // Its turn comes when the port is free.
                return Ok(());
            }
            match self.send(process_id, app, kernel_data) {
                Progress::Started => Ok(()),
                Progress::Done(written) => {
                    report_write(kernel_data, written);
                    Ok(())
                }
                Progress::Failed(error) => Err(error),
            }
        });
        match entered {
            Ok(result) => result.into(),
            Err(error) => error.into(),
        }
    }

    /// Goes on with the write of a process, or ends it. Tells whether the
    /// port is taken.
    fn proceed(
        &self,
        process_id: ProcessId,
        app: &mut App,
        kernel_data: &GrantKernelData<'_>,
    ) -> bool {
        let written = app.write.map_or(0, |write| write.written);
        match self.send(process_id, app, kernel_data) {
            Progress::Started => true,
            Progress::Done(written) => {
                report_write(kernel_data, written);
                false
            }
            Progress::Failed(_) => {
                // The upcall of a write has no status: the shorter length
                // tells.
                report_write(kernel_data, written);
                false
            }
        }
    }

    fn read(&self, process_id: ProcessId, length: usize) -> CommandReturn {
        if let Some(reader) = self.rx_in_progress.get()
            && self.apps.enter(reader, |_, _| ()).is_err()
        {
            // The reader has ended. Its read is ended too, lest nobody can
            // read until something comes in; its callback comes in either
            // case.
            let _ = self.uart.receive_abort();
        }
        let entered = self.apps.enter(process_id, |_, kernel_data| {
            let available = kernel_data
                .get_readwrite_processbuffer(rw_allow::READ)
                .map_or(0, |buffer| buffer.len());
            let length = length.min(available);
            if self.rx_in_progress.is_some() {
                return Err(ErrorCode::BUSY);
            }
            let rx_buffer = self.rx_buffer.take().ok_or(ErrorCode::BUSY)?;
            if length > rx_buffer.len() {
                self.rx_buffer.replace(rx_buffer);
                return Err(ErrorCode::INVAL);
            }
            if length == 0 {
                // The port would never come to its end.
                self.rx_buffer.replace(rx_buffer);
                report_read(kernel_data, Ok(()), 0);
                return Ok(());
            }
            self.rx_in_progress.set(process_id);
            self.uart
                .receive_buffer(rx_buffer, length)
                .map_err(|(error, rx_buffer)| {
                    self.rx_in_progress.clear();
                    self.rx_buffer.replace(rx_buffer);
                    error
                })
        });
        match entered {
            Ok(result) => result.into(),
            Err(error) => error.into(),
        }
    }
}

/// Tells a process that its write has ended.
fn report_write(kernel_data: &GrantKernelData<'_>, written: usize) {
    // A process whose queue is full loses the upcall; the kernel counts that.
    let _ = kernel_data.schedule_upcall(upcall::WRITE_DONE, (written, 0, 0));
}

/// Tells a process that its read has ended, and how.
fn report_read(kernel_data: &GrantKernelData<'_>, result: Result<(), ErrorCode>, count: usize) {
    let status = kernel::errorcode::into_statuscode(result);
    // As for a write.
    let _ = kernel_data.schedule_upcall(upcall::READ_DONE, (status, count, 0));
}

impl SyscallDriver for Console<'_> {
    fn command(
        &self,
        command_num: usize,
        length: usize,
        _: usize,
        process_id: ProcessId,
    ) -> CommandReturn {
        match command_num {
            0 => CommandReturn::success(),
            1 => self.write(process_id, length),
            2 => self.read(process_id, length),
            3 => {
                // Only one's own read. The upcall tells how it ended.
                if self.rx_in_progress.contains(&process_id) {
                    let _ = self.uart.receive_abort();
                }
                CommandReturn::success()
            }
            _ => CommandReturn::failure(ErrorCode::NOSUPPORT),
        }
    }

    fn allocate_grant(&self, process_id: ProcessId) -> Result<(), kernel::process::Error> {
        self.apps.enter(process_id, |_, _| {})
    }
}

impl uart::TransmitClient for Console<'_> {
    fn transmitted_buffer(
        &self,
        tx_buffer: &'static mut [u8],
        _tx_len: usize,
        _rval: Result<(), ErrorCode>,
    ) {
        self.tx_buffer.replace(tx_buffer);
        // First the rest of the write that is under way. The process may have
        // ended meanwhile, and its write with it.
        if let Some(process_id) = self.tx_in_progress.take() {
            let started = self.apps.enter(process_id, |app, kernel_data| {
                self.proceed(process_id, app, kernel_data)
            });
            if matches!(started, Ok(true)) {
                return;
            }
        }
        for process in self.apps.iter() {
            let process_id = process.processid();
            let started = process.enter(|app, kernel_data| {
                app.write.is_some() && self.proceed(process_id, app, kernel_data)
            });
            if started {
                return;
            }
        }
    }
}

impl uart::ReceiveClient for Console<'_> {
    fn received_buffer(
        &self,
        rx_buffer: &'static mut [u8],
        rx_len: usize,
        rval: Result<(), ErrorCode>,
        _error: uart::Error,
    ) {
        if let Some(process_id) = self.rx_in_progress.take() {
            // What came in before an abort is good; what a faulty line gave
            // is not.
            let received = match rval {
                Ok(()) | Err(ErrorCode::CANCEL) => rx_buffer.get(..rx_len).unwrap_or(&[]),
                Err(_) => &[],
            };
            // A process that has ended wants nothing any more.
            let _ = self.apps.enter(process_id, |_, kernel_data| {
                let count = kernel_data
                    .get_readwrite_processbuffer(rw_allow::READ)
                    .and_then(|buffer| {
                        buffer.mut_enter(|data| {
                            for (to, from) in data.iter().zip(received) {
                                to.set(*from);
                            }
                            data.len().min(received.len())
                        })
                    })
                    .unwrap_or(0);
                report_read(kernel_data, rval, count);
            });
        }
        self.rx_buffer.replace(rx_buffer);
    }
}
