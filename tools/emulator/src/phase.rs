// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The phases that the kernel announces on its console.

use std::fmt;

/// What the board is doing, in the kernel's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    BootWindow,
    Button,
    Wiping,
    ComputingKeys,
    Looking,
    Connecting,
    Connected,
    Agreeing,
    Storing,
    Stored,
    Failed,
    Restarting,
    Tenant,
}

impl Phase {
    pub const ALL: [Phase; 13] = [
        Phase::BootWindow,
        Phase::Button,
        Phase::Wiping,
        Phase::ComputingKeys,
        Phase::Looking,
        Phase::Connecting,
        Phase::Connected,
        Phase::Agreeing,
        Phase::Storing,
        Phase::Stored,
        Phase::Failed,
        Phase::Restarting,
        Phase::Tenant,
    ];

    /// The name on the console.
    pub fn name(self) -> &'static str {
        match self {
            Phase::BootWindow => "boot-window",
            Phase::Button => "button",
            Phase::Wiping => "wiping",
            Phase::ComputingKeys => "computing-keys",
            Phase::Looking => "looking",
            Phase::Connecting => "connecting",
            Phase::Connected => "connected",
            Phase::Agreeing => "agreeing",
            Phase::Storing => "storing",
            Phase::Stored => "stored",
            Phase::Failed => "failed",
            Phase::Restarting => "restarting",
            Phase::Tenant => "tenant",
        }
    }

    /// The phase that a console line announces, if it announces one. What a process
    /// has written and not ended stands before it.
    pub fn announced(line: &str) -> Option<Phase> {
        let (_, name) = line.trim().split_once("provisioning: phase ")?;
        Phase::ALL.into_iter().find(|phase| phase.name() == name)
    }

    /// How far provisioning has come, in percent, for a progress line.
    pub fn progress(self) -> u16 {
        match self {
            Phase::BootWindow
            | Phase::Button
            | Phase::Wiping
            | Phase::Failed
            | Phase::Restarting => 0,
            Phase::ComputingKeys => 10,
            Phase::Looking => 20,
            Phase::Connecting => 30,
            Phase::Connected => 40,
            Phase::Agreeing => 60,
            Phase::Storing => 80,
            Phase::Stored => 90,
            Phase::Tenant => 100,
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Phase;

    #[test]
    fn a_phase_is_read_from_its_line_only() {
        assert_eq!(
            Phase::announced("provisioning: phase looking"),
            Some(Phase::Looking)
        );
        assert_eq!(
            Phase::announced("provisioning: phase looking\r"),
            Some(Phase::Looking)
        );
        assert_eq!(
            Phase::announced("provisioner: lookprovisioning: phase looking"),
            Some(Phase::Looking)
        );
        assert_eq!(Phase::announced("provisioning: phase dancing"), None);
        assert_eq!(Phase::announced("hello: phase looking"), None);
    }

    #[test]
    fn every_phase_reads_its_own_name() {
        for phase in Phase::ALL {
            let line = format!("provisioning: phase {phase}");
            assert_eq!(Phase::announced(&line), Some(phase));
        }
    }
}
