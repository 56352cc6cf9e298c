// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! System calls of the provisioner process.
//!
//! ```text
//!      provisioner process
//!   ---------|------------------ system calls, 0x80000001
//!   +--------------------+
//!   | ProvisioningDriver |   <- this file
//!   +--------------------+
//!      |             \
//!   SessionPort     LinkObserver
//! ```
//! Only exposes: frames go to and from the session, phases to the observer.
//! The process handles frames and ciphertext; no call gives it a key.
//!
//! System call interface: `docs/syscalls/80000001_provisioning.md`.

use kernel::grant::{AllowRoCount, AllowRwCount, Grant, UpcallCount};
use kernel::processbuffer::{ReadableProcessBuffer, WriteableProcessBuffer};
use kernel::syscall::{CommandReturn, SyscallDriver};
use kernel::utilities::cells::OptionalCell;
use kernel::{ErrorCode, ProcessId};
use provisioning_wire::limits::MAX_PAYLOAD_LEN;

use crate::interfaces::{Link, LinkObserver};
use crate::policy::{Policy, Role};
use crate::session::{SessionClient, SessionPort, Status};

/// Number of the driver. The most significant bit marks a number that is not
/// from upstream's list.
pub const DRIVER_NUM: usize = 0x8000_0001;

mod command {
    pub const EXISTS: usize = 0;
    pub const STATUS: usize = 1;
    pub const OPEN: usize = 2;
    pub const RECEIVE: usize = 3;
    pub const TAKE: usize = 4;
    pub const CLOSE: usize = 5;
    pub const IDENTIFY: usize = 6;
    pub const LINK: usize = 7;
    pub const DEVICE_ID: usize = 8;
}

mod upcall {
    pub const CHANGED: usize = 0;
    pub const COUNT: u8 = 1;
}

mod ro_allow {
    pub const PAYLOAD: usize = 0;
    pub const COUNT: u8 = 1;
}

mod rw_allow {
    pub const FRAME: usize = 0;
    pub const COUNT: u8 = 1;
}

mod status_bit {
    pub const OPEN: u32 = 1 << 0;
    pub const TAKES_FRAME: u32 = 1 << 1;
    pub const FRAME_WAITS: u32 = 1 << 2;
    pub const ENDED: u32 = 1 << 3;
    pub const PROVISIONED: u32 = 1 << 4;
    pub const WANTS_CONFIGURATION: u32 = 1 << 5;
}

/// What is kept for each process.
#[derive(Default)]
pub struct App;

/// Grant of the driver.
pub type ProvisioningGrant = Grant<
    App,
    UpcallCount<{ upcall::COUNT }>,
    AllowRoCount<{ ro_allow::COUNT }>,
    AllowRwCount<{ rw_allow::COUNT }>,
>;

/// The provisioner process's way to the session.
pub struct ProvisioningDriver<'a> {
    session: &'a dyn SessionPort,
    observer: &'a dyn LinkObserver,
    policy: Policy,
    /// The process that opened the session. One that was restarted since has
    /// another identifier.
    owner: OptionalCell<ProcessId>,
    apps: ProvisioningGrant,
}

impl<'a> ProvisioningDriver<'a> {
    /// Exposes `session` to the application that `policy` calls provisioner.
    pub fn new(
        session: &'a dyn SessionPort,
        observer: &'a dyn LinkObserver,
        policy: Policy,
        apps: ProvisioningGrant,
    ) -> Self {
        Self {
            session,
            observer,
            policy,
            owner: OptionalCell::empty(),
            apps,
        }
    }

    fn status(&self) -> (u32, u32, u32) {
        let mut bits = 0;
        if self.observer.wants_configuration() {
            bits |= status_bit::WANTS_CONFIGURATION;
        }
        if self.observer.is_provisioned() {
            bits |= status_bit::PROVISIONED;
        }
        let (mut length, mut code) = (0, 0);
        match self.session.status() {
            Status::None => {}
            Status::Open {
                takes_frame,
                frame_len,
            } => {
                bits |= status_bit::OPEN;
                if takes_frame {
                    bits |= status_bit::TAKES_FRAME;
                }
                length = frame_len;
            }
            Status::Ended { alert } => {
                bits |= status_bit::ENDED;
                code = alert.map_or(0, |alert| u32::from(alert.to_wire()));
            }
        }
        if length > 0 {
            bits |= status_bit::FRAME_WAITS;
        }
        (bits, length as u32, code)
    }

    fn receive(
        &self,
        frame_type: usize,
        length: usize,
        process: ProcessId,
    ) -> Result<(), ErrorCode> {
        let frame_type = u8::try_from(frame_type).map_err(|_| ErrorCode::INVAL)?;
        if length > MAX_PAYLOAD_LEN {
            return Err(ErrorCode::SIZE);
        }
        self.apps.enter(process, |_, kernel_data| {
            kernel_data
                .get_readonly_processbuffer(ro_allow::PAYLOAD)
                .and_then(|buffer| {
                    buffer.enter(|bytes| {
                        let payload = bytes.get(0..length).ok_or(ErrorCode::SIZE)?;
                        self.session.receive(frame_type, length, &mut |target| {
                            payload.copy_to_slice_or_err(target)
                        })
                    })
                })
                .unwrap_or(Err(ErrorCode::FAIL))
        })?
    }

    /// Copies what `source` gives into the process's buffer.
    fn give(
        &self,
        process: ProcessId,
        source: impl FnOnce(&mut dyn FnMut(&[u8]) -> Result<(), ErrorCode>) -> Result<usize, ErrorCode>,
    ) -> CommandReturn {
        let copied = self.apps.enter(process, |_, kernel_data| {
            kernel_data
                .get_readwrite_processbuffer(rw_allow::FRAME)
                .and_then(|buffer| {
                    buffer.mut_enter(|bytes| {
                        source(&mut |from| {
                            bytes
                                .get(0..from.len())
                                .ok_or(ErrorCode::SIZE)?
                                .copy_from_slice_or_err(from)
                        })
                    })
                })
                .unwrap_or(Err(ErrorCode::FAIL))
        });
        match copied {
            Ok(Ok(length)) => CommandReturn::success_u32(length as u32),
            Ok(Err(error)) => CommandReturn::failure(error),
            Err(error) => CommandReturn::failure(error.into()),
        }
    }

    fn link(&self, number: usize) -> Result<(), ErrorCode> {
        let link = match number {
            0 => Link::Looking,
            1 => Link::Connecting,
            2 => Link::Connected,
            _ => return Err(ErrorCode::INVAL),
        };
        self.observer.link(link);
        Ok(())
    }

    fn identify(&self, value: usize) -> Result<(), ErrorCode> {
        match value {
            0 => self.observer.identify(false),
            1 => self.observer.identify(true),
            _ => return Err(ErrorCode::INVAL),
        }
        Ok(())
    }

    fn open(&self, process: ProcessId) -> Result<(), ErrorCode> {
        if !self.observer.wants_configuration() {
            return Err(ErrorCode::OFF);
        }
        self.owner.set(process);
        self.session.open()
    }

    /// Closes the session of a process that died with its connection: `process`
    /// is what was started in its place.
    fn disown_dead(&self, process: ProcessId) {
        if self.owner.get().is_some_and(|owner| owner != process) {
            self.owner.clear();
            self.session.close();
        }
    }
}

impl SessionClient for ProvisioningDriver<'_> {
    fn changed(&self) {
        let (bits, length, code) = self.status();
        let arguments = (bits as usize, length as usize, code as usize);
        self.apps.each(|process, _, kernel_data| {
            if self.policy.role(process.short_app_id()) != Role::Provisioner {
                return;
            }
            // At most one waits: the state is asked for, not counted.
            kernel_data.remove_pending_upcalls(upcall::CHANGED);
            // A full queue loses nothing: the process asks for the state after
            // each upcall of any kind.
            let _ = kernel_data.schedule_upcall(upcall::CHANGED, arguments);
        });
    }
}

impl SyscallDriver for ProvisioningDriver<'_> {
    fn command(&self, number: usize, r2: usize, r3: usize, process: ProcessId) -> CommandReturn {
        if number == command::EXISTS {
            return CommandReturn::success();
        }
        if self.policy.role(process.short_app_id()) != Role::Provisioner {
            return CommandReturn::failure(ErrorCode::NODEVICE);
        }
        self.disown_dead(process);
        match number {
            command::STATUS => {
                let (bits, length, code) = self.status();
                CommandReturn::success_u32_u32_u32(bits, length, code)
            }
            command::OPEN => self.open(process).into(),
            command::RECEIVE => self.receive(r2, r3, process).into(),
            command::TAKE => self.give(process, |copy| self.session.take(copy)),
            command::CLOSE => {
                self.session.close();
                CommandReturn::success()
            }
            command::IDENTIFY => self.identify(r2).into(),
            command::LINK => self.link(r2).into(),
            command::DEVICE_ID => self.give(process, |copy| self.session.device_id(copy)),
            _ => CommandReturn::failure(ErrorCode::NOSUPPORT),
        }
    }

    fn allocate_grant(&self, process: ProcessId) -> Result<(), kernel::process::Error> {
        self.apps.enter(process, |_, _| {})
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test::Document;

    const PAGE: Document =
        Document::new(include_str!("../../docs/syscalls/80000001_provisioning.md"));

    #[test]
    fn the_page_has_the_numbers_of_the_code() {
        assert_eq!(PAGE.driver_number(), DRIVER_NUM);
        assert_eq!(
            PAGE.numbers("Command"),
            [
                command::EXISTS,
                command::STATUS,
                command::OPEN,
                command::RECEIVE,
                command::TAKE,
                command::CLOSE,
                command::IDENTIFY,
                command::LINK,
                command::DEVICE_ID,
            ]
        );
        assert_eq!(PAGE.numbers("Subscribe"), [upcall::CHANGED]);
        assert_eq!(PAGE.numbers("Read-only allow"), [ro_allow::PAYLOAD]);
        assert_eq!(PAGE.numbers("Read-write allow"), [rw_allow::FRAME]);
    }
}
