// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! `mcause`: why the hart trapped (privileged specification, table 3.6).

use kernel::utilities::registers::register_bitfields;

register_bitfields![usize,
    pub mcause [
        reason OFFSET(0) NUMBITS(31) [],
        is_interrupt OFFSET(31) NUMBITS(1) []
    ]
];

/// Bit of `mcause` that tells interrupts from exceptions (rv32).
const INTERRUPT_BIT: usize = 1 << (usize::BITS - 1);

/// The two families of traps.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Trap {
    Interrupt(Interrupt),
    Exception(Exception),
}

/// Interrupts of machine mode; the lower modes' are never enabled.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Interrupt {
    MachineSoft,
    MachineTimer,
    MachineExternal,
    /// A number that this kernel does not use.
    Unknown,
}

/// Exceptions.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Exception {
    InstructionMisaligned,
    InstructionFault,
    IllegalInstruction,
    Breakpoint,
    LoadMisaligned,
    LoadFault,
    StoreMisaligned,
    StoreFault,
    UserEnvCall,
    SupervisorEnvCall,
    MachineEnvCall,
    InstructionPageFault,
    LoadPageFault,
    StorePageFault,
    /// A reserved number.
    Unknown,
}

impl From<usize> for Trap {
    fn from(mcause: usize) -> Self {
        let code = mcause & !INTERRUPT_BIT;
        if mcause & INTERRUPT_BIT != 0 {
            Trap::Interrupt(match code {
                3 => Interrupt::MachineSoft,
                7 => Interrupt::MachineTimer,
                11 => Interrupt::MachineExternal,
                _ => Interrupt::Unknown,
            })
        } else {
            Trap::Exception(match code {
                0 => Exception::InstructionMisaligned,
                1 => Exception::InstructionFault,
                2 => Exception::IllegalInstruction,
                3 => Exception::Breakpoint,
                4 => Exception::LoadMisaligned,
                5 => Exception::LoadFault,
                6 => Exception::StoreMisaligned,
                7 => Exception::StoreFault,
                8 => Exception::UserEnvCall,
                9 => Exception::SupervisorEnvCall,
                11 => Exception::MachineEnvCall,
                12 => Exception::InstructionPageFault,
                13 => Exception::LoadPageFault,
                15 => Exception::StorePageFault,
                _ => Exception::Unknown,
            })
        }
    }
}

impl Trap {
    /// The trap in words, for a person who reads a panic or a process dump.
    pub fn description(self) -> &'static str {
        match self {
            Trap::Interrupt(Interrupt::MachineSoft) => "Machine software interrupt",
            Trap::Interrupt(Interrupt::MachineTimer) => "Machine timer interrupt",
            Trap::Interrupt(Interrupt::MachineExternal) => "Machine external interrupt",
            Trap::Interrupt(Interrupt::Unknown) => "Unknown interrupt",
            Trap::Exception(exception) => match exception {
                Exception::InstructionMisaligned => "Instruction address misaligned",
                Exception::InstructionFault => "Instruction access fault",
                Exception::IllegalInstruction => "Illegal instruction",
                Exception::Breakpoint => "Breakpoint",
                Exception::LoadMisaligned => "Load address misaligned",
                Exception::LoadFault => "Load access fault",
                Exception::StoreMisaligned => "Store/AMO address misaligned",
                Exception::StoreFault => "Store/AMO access fault",
                Exception::UserEnvCall => "Environment call from user mode",
                Exception::SupervisorEnvCall => "Environment call from supervisor mode",
                Exception::MachineEnvCall => "Environment call from machine mode",
                Exception::InstructionPageFault => "Instruction page fault",
                Exception::LoadPageFault => "Load page fault",
                Exception::StorePageFault => "Store/AMO page fault",
                Exception::Unknown => "Reserved exception",
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interrupts_and_exceptions_of_one_number_differ() {
        assert_eq!(
            Trap::from(INTERRUPT_BIT | 7),
            Trap::Interrupt(Interrupt::MachineTimer)
        );
        assert_eq!(Trap::from(7), Trap::Exception(Exception::StoreFault));
    }

    #[test]
    fn reserved_numbers_are_unknown() {
        for code in [10, 14, 16, 24, 0x7fff_ffff] {
            assert_eq!(Trap::from(code), Trap::Exception(Exception::Unknown));
        }
        assert_eq!(
            Trap::from(INTERRUPT_BIT | 1),
            Trap::Interrupt(Interrupt::Unknown)
        );
    }

    #[test]
    fn ecall_from_user_mode_is_eight() {
        assert_eq!(Trap::from(8), Trap::Exception(Exception::UserEnvCall));
    }
}
