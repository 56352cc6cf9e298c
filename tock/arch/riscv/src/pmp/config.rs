// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What a process may reach, and the interface to the entries that enforce it.

use core::cell::Cell;
use core::fmt;
use core::num::NonZeroUsize;
use kernel::platform::mpu;

/// Fields of a `pmpcfg` byte (privileged specification, section 3.7.1).
pub(super) mod cfg {
    pub const READ: u8 = 1 << 0;
    pub const WRITE: u8 = 1 << 1;
    pub const EXECUTE: u8 = 1 << 2;
    /// Address matching: the entry is off.
    pub const A_OFF: u8 = 0;
    /// Address matching: from the entry before up to this one (top of range).
    pub const A_TOR: u8 = 1 << 3;
    /// All bits of address matching.
    #[cfg(test)]
    pub const A_MASK: u8 = 3 << 3;
}

/// The configuration byte of a region for user mode: off, or top-of-range with
/// permissions, never locked.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct TORUserPMPCFG(u8);

impl TORUserPMPCFG {
    /// A region that grants nothing.
    pub const OFF: TORUserPMPCFG = TORUserPMPCFG(cfg::A_OFF);

    /// The byte as `pmpcfg` takes it.
    pub fn get(self) -> u8 {
        self.0
    }
}

impl From<mpu::Permissions> for TORUserPMPCFG {
    fn from(permissions: mpu::Permissions) -> Self {
        let rights = match permissions {
            mpu::Permissions::ReadWriteExecute => cfg::READ | cfg::WRITE | cfg::EXECUTE,
            mpu::Permissions::ReadWriteOnly => cfg::READ | cfg::WRITE,
            mpu::Permissions::ReadExecuteOnly => cfg::READ | cfg::EXECUTE,
            mpu::Permissions::ReadOnly => cfg::READ,
            mpu::Permissions::ExecuteOnly => cfg::EXECUTE,
        };
        TORUserPMPCFG(cfg::A_TOR | rights)
    }
}

/// One region: configuration, first byte, first byte after.
pub(super) type UserRegion = (TORUserPMPCFG, *const u8, *const u8);

/// A region that grants nothing.
pub(super) const UNUSED: UserRegion = (TORUserPMPCFG::OFF, core::ptr::null(), core::ptr::null());

/// A way to have `MAX_REGIONS` top-of-range regions for user mode.
///
/// Start and end of each region are multiples of 4 and start <= end; an empty
/// region grants nothing.
pub trait TORUserPMP<const MAX_REGIONS: usize> {
    /// Evaluated at compile time; fails to compile when the hardware has too
    /// few entries for `MAX_REGIONS`.
    const CONST_ASSERT_CHECK: ();

    /// Regions that can be used, at most `MAX_REGIONS`.
    fn available_regions(&self) -> usize;

    /// Brings `regions` into the hardware.
    ///
    /// # Errors
    /// `Err(())` if an entry cannot be changed, because it is locked for
    /// example. No region may be taken for granted then.
    #[allow(clippy::result_unit_err)]
    fn configure_pmp(
        &self,
        regions: &[(TORUserPMPCFG, *const u8, *const u8); MAX_REGIONS],
    ) -> Result<(), ()>;

    /// Makes the regions effective for user mode.
    ///
    /// # Errors
    /// As for [`TORUserPMP::configure_pmp`].
    #[allow(clippy::result_unit_err)]
    fn enable_user_pmp(&self) -> Result<(), ()>;

    /// Gives machine mode its own view back, if the regions restrict it.
    fn disable_user_pmp(&self);
}

/// The regions of one process.
pub struct PMPUserMPUConfig<const MAX_REGIONS: usize> {
    /// Tells this configuration from others, so that the unit knows which one
    /// the hardware holds.
    pub(super) id: NonZeroUsize,
    /// Whether the regions changed since they were last written to hardware.
    pub(super) is_dirty: Cell<bool>,
    pub(super) regions: [UserRegion; MAX_REGIONS],
    /// Which region is the process's RAM, once it is allocated.
    pub(super) app_memory_region: Option<usize>,
}

impl<const MAX_REGIONS: usize> fmt::Display for PMPUserMPUConfig<MAX_REGIONS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\r\n PMP regions of the process:\r\n")?;
        for (number, &(config, start, end)) in self.regions.iter().enumerate() {
            if config == TORUserPMPCFG::OFF {
                write!(f, "  [{number}]: off\r\n")?;
                continue;
            }
            let flag = |bit, letter| if config.0 & bit != 0 { letter } else { '-' };
            write!(
                f,
                "  [{number}]: {start:p} - {end:p} {}{}{}\r\n",
                flag(cfg::READ, 'r'),
                flag(cfg::WRITE, 'w'),
                flag(cfg::EXECUTE, 'x'),
            )?;
        }
        Ok(())
    }
}
