// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! System call filter: what the header of the binary lists.
//!
//! A header without a permissions list allows everything. One with a list
//! allows the commands listed, and subscribe and allow for each driver that is
//! listed; all else gives NODEVICE.

use kernel::ErrorCode;
use kernel::platform::SyscallFilter;
use kernel::process::Process;
use kernel::syscall::Syscall;
use tock_tbf::types::CommandPermissions;

/// Commands that one word of the permissions covers.
const COMMANDS_PER_WORD: usize = u64::BITS as usize;

/// Filters by the permissions in the header, if there are any.
pub struct TbfHeaderFilterDefaultAllow {}

/// Whether a command, or a call of another class if `None`, is allowed.
fn is_allowed(permissions: CommandPermissions, command: Option<usize>) -> bool {
    match permissions {
        CommandPermissions::NoPermsAtAll => true,
        CommandPermissions::NoPermsThisDriver => false,
        CommandPermissions::Mask(mask) => {
            command.is_none_or(|command| mask & (1 << (command % COMMANDS_PER_WORD)) != 0)
        }
    }
}

impl SyscallFilter for TbfHeaderFilterDefaultAllow {
    fn filter_syscall(&self, process: &dyn Process, syscall: &Syscall) -> Result<(), ErrorCode> {
        let (driver, command) = match *syscall {
            Syscall::Command {
                driver_number,
                subdriver_number,
                ..
            } => (driver_number, Some(subdriver_number)),
            Syscall::Subscribe { driver_number, .. }
            | Syscall::ReadWriteAllow { driver_number, .. }
            | Syscall::UserspaceReadableAllow { driver_number, .. }
            | Syscall::ReadOnlyAllow { driver_number, .. } => (driver_number, None),
            // These name no driver.
            Syscall::Yield { .. } | Syscall::Memop { .. } | Syscall::Exit { .. } => return Ok(()),
        };
        let word = command.unwrap_or(0) / COMMANDS_PER_WORD;
        if is_allowed(process.get_command_permissions(driver, word), command) {
            Ok(())
        } else {
            Err(ErrorCode::NODEVICE)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_list_allows_everything() {
        assert!(is_allowed(CommandPermissions::NoPermsAtAll, Some(7)));
        assert!(is_allowed(CommandPermissions::NoPermsAtAll, None));
    }

    #[test]
    fn driver_that_is_not_listed_is_refused() {
        assert!(!is_allowed(CommandPermissions::NoPermsThisDriver, Some(0)));
        assert!(!is_allowed(CommandPermissions::NoPermsThisDriver, None));
    }

    #[test]
    fn each_command_has_a_bit() {
        let mask = CommandPermissions::Mask;
        assert!(is_allowed(mask(1 << 3), Some(3)));
        assert!(!is_allowed(mask(1 << 3), Some(2)));
        assert!(is_allowed(mask(1 << 63), Some(127)));
        assert!(!is_allowed(mask(0), Some(64)));
    }

    #[test]
    fn listed_driver_may_be_subscribed_to_and_shared_with() {
        assert!(is_allowed(CommandPermissions::Mask(0), None));
    }
}
