// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! System call driver that gives processes an Ethernet interface, frame-wise.
//!
//! ```text
//!   processes, each with a network stack
//!       |                        system calls
//! +-------------------+
//! | EthernetTapDriver |          this file
//! +-------------------+
//!       |                        hil::ethernet::EthernetAdapterDatapath
//!   interface
//! ```
//!
//! Every frame that comes in goes to every process that shares a receive
//! buffer; nothing is filtered. Frames to send go out one after the other, one
//! per process at a time.
//!
//! Usage
//! -----
//!
//! ```rust,ignore
//! let tap = static_init!(
//!     EthernetTapDriver<'static, Interface>,
//!     EthernetTapDriver::new(
//!         interface,
//!         kernel.create_grant(ethernet_tap::DRIVER_NUM, &cap),
//!         static_init!([u8; ethernet_tap::MAX_MTU], [0; ethernet_tap::MAX_MTU]),
//!     )
//! );
//! interface.set_client(tap);
//! tap.initialize();
//! ```
//!
//! System call interface
//! ---------------------
//!
//! | Command | Arguments  | Result                                         |
//! |---------|------------|------------------------------------------------|
//! | 0       |            | Success                                        |
//! | 1       |            | u32, u32, u32: received frames, bytes, dropped |
//! | 2       |            | u32, u32: sent frames, bytes                   |
//! | 3       | length, id | sends from read-only allow 0, then upcall 1    |
//!
//! Upcall 0, a receive buffer that was swapped in has its first frame:
//! `(0, 0, 0)`. Upcall 1, a frame is sent: `(status, length | flags << 16,
//! id)`; flag 0 says that read-write allow 1 holds the time, a big-endian
//! `u64`.
//!
//! Read-write allow 0 is a `StreamingProcessSlice`. Each frame in it follows a
//! header of 12 bytes in native order: flags `u16`, of which bit 0 says that
//! there is a time, length `u16`, time `u64`. Frames are without FCS.

use kernel::grant::{AllowRoCount, AllowRwCount, Grant, GrantKernelData, UpcallCount};
use kernel::hil::ethernet::{EthernetAdapterDatapath, EthernetAdapterDatapathClient};
use kernel::processbuffer::{ReadableProcessBuffer, WriteableProcessBuffer};
use kernel::syscall::{CommandReturn, SyscallDriver};
use kernel::utilities::cells::{OptionalCell, TakeCell};
use kernel::utilities::streaming_process_slice::StreamingProcessSlice;
use kernel::{ErrorCode, ProcessId};

pub const DRIVER_NUM: usize = capsules_core::driver::NUM::EthernetTap as usize;

/// The longest frame, in bytes: header, VLAN tag, payload of 1500, no FCS.
pub const MAX_MTU: usize = 1518;

mod upcall {
    /// A receive buffer has its first frame.
    pub const RX_FRAME: usize = 0;
    /// A frame is sent, or has failed.
    pub const TX_FRAME: usize = 1;
    pub const COUNT: u8 = 2;
}

mod ro_allow {
    /// The frame to send.
    pub const TX_FRAME: usize = 0;
    pub const COUNT: u8 = 1;
}

mod rw_allow {
    /// Takes the frames that come in.
    pub const RX_FRAMES: usize = 0;
    /// Takes the time at which a frame was sent.
    pub const TX_FRAME_INFO: usize = 1;
    pub const COUNT: u8 = 2;
}

/// Length of the header of each received frame, in bytes.
const RX_HEADER_LEN: usize = 12;

/// Bit of the flags that says that there is a time.
const FLAG_TIMESTAMP: u16 = 1 << 0;

/// A frame that a process wants to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct TxRequest {
    length: u16,
    /// The number that the process gave it.
    id: usize,
}

/// What the driver keeps for a process.
#[derive(Default)]
pub struct App {
    tx: Option<TxRequest>,
    rx_frames: u32,
    rx_bytes: u32,
    rx_dropped: u32,
}

/// The Ethernet tap driver.
pub struct EthernetTapDriver<'a, E: EthernetAdapterDatapath<'a>> {
    iface: &'a E,
    apps: Grant<
        App,
        UpcallCount<{ upcall::COUNT }>,
        AllowRoCount<{ ro_allow::COUNT }>,
        AllowRwCount<{ rw_allow::COUNT }>,
    >,
    /// The process whose frame the interface has.
    sending: OptionalCell<ProcessId>,
    /// The transmit buffer, unless the interface has it.
    tx_buffer: TakeCell<'static, [u8]>,
}

/// The header of a received frame.
fn rx_header(length: u16, timestamp: Option<u64>) -> [u8; RX_HEADER_LEN] {
    let flags = if timestamp.is_some() {
        FLAG_TIMESTAMP
    } else {
        0
    };
    let mut header = [0; RX_HEADER_LEN];
    header[..2].copy_from_slice(&flags.to_ne_bytes());
    header[2..4].copy_from_slice(&length.to_ne_bytes());
    header[4..].copy_from_slice(&timestamp.unwrap_or(0).to_ne_bytes());
    header
}

/// The second argument of the upcall for a sent frame.
fn tx_flags_length(length: u16, timestamp: Option<u64>) -> usize {
    let flags = if timestamp.is_some() {
        FLAG_TIMESTAMP
    } else {
        0
    };
    (usize::from(flags) << 16) | usize::from(length)
}

impl<'a, E: EthernetAdapterDatapath<'a>> EthernetTapDriver<'a, E> {
    /// Makes a driver over `iface`, whose client it must be made. `tx_buffer`
    /// should hold [`MAX_MTU`] bytes: longer frames are refused.
    pub fn new(
        iface: &'a E,
        grant: Grant<
            App,
            UpcallCount<{ upcall::COUNT }>,
            AllowRoCount<{ ro_allow::COUNT }>,
            AllowRwCount<{ rw_allow::COUNT }>,
        >,
        tx_buffer: &'static mut [u8],
    ) -> Self {
        Self {
            iface,
            apps: grant,
            sending: OptionalCell::empty(),
            tx_buffer: TakeCell::new(tx_buffer),
        }
    }

    /// Starts to receive.
    pub fn initialize(&self) {
        self.iface.enable_receive();
    }

    /// Hands the frame of a process to the interface. Tells whether it has
    /// been taken; `SIZE` if the process took back its buffer.
    fn start(
        &self,
        process_id: ProcessId,
        request: TxRequest,
        kernel_data: &GrantKernelData<'_>,
    ) -> Result<(), ErrorCode> {
        let tx_buffer = self.tx_buffer.take().ok_or(ErrorCode::BUSY)?;
        let length = usize::from(request.length);
        let copied = kernel_data
            .get_readonly_processbuffer(ro_allow::TX_FRAME)
            .and_then(|buffer| {
                buffer.enter(
                    |frame| match (frame.get(0..length), tx_buffer.get_mut(..length)) {
                        (Some(from), Some(to)) => from.copy_to_slice_or_err(to),
                        _ => Err(ErrorCode::SIZE),
                    },
                )
            })
            .unwrap_or(Err(ErrorCode::SIZE));
        if let Err(error) = copied {
            self.tx_buffer.replace(tx_buffer);
            return Err(error);
        }
        self.sending.set(process_id);
        self.iface
            .transmit_frame(tx_buffer, request.length, request.id)
            .map_err(|(error, tx_buffer)| {
                self.sending.clear();
                self.tx_buffer.replace(tx_buffer);
                error
            })
    }

    fn transmit(&self, process_id: ProcessId, length: usize, id: usize) -> CommandReturn {
        let entered = self.apps.enter(process_id, |app, kernel_data| {
            if app.tx.is_some() {
                return Err(ErrorCode::BUSY);
            }
            let available = kernel_data
                .get_readonly_processbuffer(ro_allow::TX_FRAME)
                .map_or(0, |buffer| buffer.len());
            if length > MAX_MTU || length > available {
                return Err(ErrorCode::SIZE);
            }
            let length = u16::try_from(length).map_err(|_| ErrorCode::SIZE)?;
            let request = TxRequest { length, id };
            if self.tx_buffer.is_some() {
                self.start(process_id, request, kernel_data)?;
            }
            app.tx = Some(request);
            Ok(())
        });
        match entered {
            Ok(result) => result.into(),
            Err(error) => error.into(),
        }
    }

    /// Hands the next frame that waits to the interface, processes after
    /// `last` first.
    fn transmit_next(&self, last: Option<ProcessId>) {
        // Where to begin: nobody waits forever for one that sends a lot.
        let place = |process_id| self.apps.iter().position(|p| p.processid() == process_id);
        let skip = last.and_then(place).map_or(0, |place| place + 1);
        let turns = self
            .apps
            .iter()
            .skip(skip)
            .chain(self.apps.iter().take(skip));
        for process in turns {
            let process_id = process.processid();
            let started = process.enter(|app, kernel_data| {
                let Some(request) = app.tx else {
                    return false;
                };
                match self.start(process_id, request, kernel_data) {
                    Ok(()) => true,
                    Err(error) => {
                        app.tx = None;
                        report_tx(kernel_data, Err(error), request, None);
                        false
                    }
                }
            });
            if started {
                return;
            }
        }
    }
}

/// Tells a process what became of its frame.
fn report_tx(
    kernel_data: &GrantKernelData<'_>,
    result: Result<(), ErrorCode>,
    request: TxRequest,
    timestamp: Option<u64>,
) {
    // A process whose queue is full loses the upcall; the kernel counts that.
    let _ = kernel_data.schedule_upcall(
        upcall::TX_FRAME,
        (
            kernel::errorcode::into_statuscode(result),
            tx_flags_length(request.length, timestamp),
            request.id,
        ),
    );
}

impl<'a, E: EthernetAdapterDatapath<'a>> EthernetAdapterDatapathClient
    for EthernetTapDriver<'a, E>
{
    fn transmit_frame_done(
        &self,
        err: Result<(), ErrorCode>,
        frame_buffer: &'static mut [u8],
        _len: u16,
        _transmission_identifier: usize,
        timestamp: Option<u64>,
    ) {
        self.tx_buffer.replace(frame_buffer);
        let process_id = self.sending.take();
        if let Some(process_id) = process_id {
            // A process that has ended wants nothing any more.
            let _ = self.apps.enter(process_id, |app, kernel_data| {
                let Some(request) = app.tx.take() else {
                    return;
                };
                // A time that the process has no room for is as good as none.
                let stored = timestamp.filter(|timestamp| {
                    kernel_data
                        .get_readwrite_processbuffer(rw_allow::TX_FRAME_INFO)
                        .and_then(|buffer| {
                            buffer.mut_enter(|info| match info.get(0..8) {
                                Some(info) => info
                                    .copy_from_slice_or_err(&timestamp.to_be_bytes())
                                    .is_ok(),
                                None => false,
                            })
                        })
                        .unwrap_or(false)
                });
                report_tx(kernel_data, err, request, stored);
            });
        }
        self.transmit_next(process_id);
    }

    fn received_frame(&self, frame: &[u8], timestamp: Option<u64>) {
        let Ok(length) = u16::try_from(frame.len()) else {
            return;
        };
        let header = rx_header(length, timestamp);
        self.apps.each(|_, app, kernel_data| {
            let appended = kernel_data
                .get_readwrite_processbuffer(rw_allow::RX_FRAMES)
                .and_then(|buffer| {
                    buffer.mut_enter(|buffer| {
                        // A process that shares no buffer does not receive,
                        // which is not a loss.
                        (!buffer.is_empty()).then(|| {
                            StreamingProcessSlice::new(buffer).append_chunk_from_iter(
                                header.iter().copied().chain(frame.iter().copied()),
                            )
                        })
                    })
                });
            match appended {
                Ok(Some(Ok((first, _)))) => {
                    app.rx_frames = app.rx_frames.wrapping_add(1);
                    app.rx_bytes = app.rx_bytes.wrapping_add(u32::from(length));
                    if first {
                        // A process whose queue is full loses the upcall; the
                        // kernel counts that.
                        let _ = kernel_data.schedule_upcall(upcall::RX_FRAME, (0, 0, 0));
                    }
                }
                Ok(Some(Err(_))) => app.rx_dropped = app.rx_dropped.wrapping_add(1),
                Ok(None) | Err(_) => {}
            }
        });
    }
}

impl<'a, E: EthernetAdapterDatapath<'a>> SyscallDriver for EthernetTapDriver<'a, E> {
    fn command(
        &self,
        command_num: usize,
        arg0: usize,
        arg1: usize,
        process_id: ProcessId,
    ) -> CommandReturn {
        match command_num {
            0 => CommandReturn::success(),
            1 => {
                let counts = self.apps.enter(process_id, |app, _| {
                    (app.rx_frames, app.rx_bytes, app.rx_dropped)
                });
                match counts {
                    Ok((frames, bytes, dropped)) => {
                        CommandReturn::success_u32_u32_u32(frames, bytes, dropped)
                    }
                    Err(error) => error.into(),
                }
            }
            // The interface reserves the counts of what was sent; as
            // elsewhere they stay zero.
            2 => CommandReturn::success_u32_u32(0, 0),
            3 => self.transmit(process_id, arg0, arg1),
            _ => CommandReturn::failure(ErrorCode::NOSUPPORT),
        }
    }

    fn allocate_grant(&self, process_id: ProcessId) -> Result<(), kernel::process::Error> {
        self.apps.enter(process_id, |_, _| {})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_without_time() {
        let header = rx_header(0x0123, None);
        assert_eq!(header[..2], [0, 0]);
        assert_eq!(header[2..4], 0x0123u16.to_ne_bytes());
        assert_eq!(header[4..], [0; 8]);
    }

    #[test]
    fn header_with_time() {
        let header = rx_header(60, Some(0x0102_0304_0506_0708));
        assert_eq!(header[..2], 1u16.to_ne_bytes());
        assert_eq!(header[4..], 0x0102_0304_0506_0708u64.to_ne_bytes());
    }

    #[test]
    fn sent_frame_tells_length_and_whether_there_is_a_time() {
        assert_eq!(tx_flags_length(1514, None), 1514);
        assert_eq!(tx_flags_length(1514, Some(0)), 0x1_0000 | 1514);
    }
}
