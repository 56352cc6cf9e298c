// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! System calls from registers to their effect.
//!
//! Two processes make the calls that the input says, over one driver with grants.
//! A model knows what was subscribed and allowed, and after every call the memory
//! of the other process and the flash must be as before.

mod board;

use std::cell::Cell;
use std::collections::HashMap;

use crate::Caps;
use crate::arena::Arena;
use crate::chip::Event;
use board::{Board, DRIVER};
use kernel::ErrorCode;
use kernel::ipc::IPC;
use kernel::process::{FunctionCallSource, Process, ProcessAddresses, State};
use kernel::syscall::{ContextSwitchReason, Syscall, SyscallReturn, YieldVariant};
use kernel::utilities::arch_helpers::{
    encode_syscall_return_32bit, syscall_from_register_arguments_32bit,
};
use kernel::utilities::capability_ptr::CapabilityPtr;

/// Bytes of input per call: process and meaning of addresses, class, registers.
const RECORD: usize = 18;

/// More calls in one input find nothing that fewer don't.
const MOST_CALLS: usize = 64;

/// A subscription or buffer: class of the call, process, driver, number.
type Slot = (u8, usize, usize, usize);

pub fn syscalls(data: &[u8]) {
    let mut arena = Arena::default();
    // SAFETY: the board is gone before the arena, with all that refers to it.
    let board = unsafe { Board::new(&mut arena) };
    let mut model = Model::default();
    for record in data.chunks_exact(RECORD).take(MOST_CALLS) {
        let Some(process) = board.process(usize::from(record[0] & 1)) else {
            continue;
        };
        let word = |index: usize| {
            let bytes = &record[2 + 4 * index..][..4];
            u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
        };
        let registers = [word(0), word(1), word(2), word(3)];
        let [r0, r1, r2, r3] = registers;
        let reason = match syscall_from_register_arguments_32bit(record[1], r0, r1, r2, r3) {
            None => {
                let known = record[1] < 8;
                assert!(
                    !known || (record[1] == 0 && r0 > 2),
                    "{record:?} not decoded"
                );
                ContextSwitchReason::Fault
            }
            Some(syscall) => ContextSwitchReason::SyscallFired {
                syscall: relocate(syscall, record[0] >> 1, &process.get_addresses()),
            },
        };
        step(&board, &mut model, process, reason, registers);
    }
}

/// Turns the small numbers of the input into addresses of this machine.
fn relocate(syscall: Syscall, base: u8, addresses: &ProcessAddresses) -> Syscall {
    let base = match base % 8 {
        0 => return syscall,
        1 => addresses.sram_start,
        2 => addresses.sram_app_brk,
        3 => addresses.sram_grant_start,
        4 => addresses.sram_end,
        5 => addresses.flash_start,
        6 => addresses.flash_non_protected_start,
        _ => addresses.flash_end,
    };
    // To both sides of the base.
    let near = |address: usize| base.wrapping_add_signed(address as u32 as i16 as isize);
    match syscall {
        Syscall::Yield {
            yield_type: YieldVariant::NoWait { ptr },
        } => Syscall::Yield {
            yield_type: YieldVariant::NoWait {
                ptr: near(ptr.addr()) as *mut u8,
            },
        },
        Syscall::Subscribe {
            driver_number,
            subdriver_number,
            upcall_ptr,
            appdata,
        } => Syscall::Subscribe {
            driver_number,
            subdriver_number,
            upcall_ptr: CapabilityPtr::from(near(upcall_ptr.addr())),
            appdata,
        },
        Syscall::ReadWriteAllow {
            driver_number,
            subdriver_number,
            allow_address,
            allow_size,
        } => Syscall::ReadWriteAllow {
            driver_number,
            subdriver_number,
            allow_address: near(allow_address.addr()) as *mut u8,
            allow_size,
        },
        Syscall::UserspaceReadableAllow {
            driver_number,
            subdriver_number,
            allow_address,
            allow_size,
        } => Syscall::UserspaceReadableAllow {
            driver_number,
            subdriver_number,
            allow_address: near(allow_address.addr()) as *mut u8,
            allow_size,
        },
        Syscall::ReadOnlyAllow {
            driver_number,
            subdriver_number,
            allow_address,
            allow_size,
        } => Syscall::ReadOnlyAllow {
            driver_number,
            subdriver_number,
            allow_address: near(allow_address.addr()) as *const u8,
            allow_size,
        },
        Syscall::Memop { operand: 0, arg0 } => Syscall::Memop {
            operand: 0,
            arg0: near(arg0),
        },
        // Changes of the break are signed.
        Syscall::Memop { operand: 1, arg0 } => Syscall::Memop {
            operand: 1,
            arg0: arg0 as u32 as i16 as isize as usize,
        },
        other => other,
    }
}

#[derive(Default)]
struct Model {
    /// What the kernel must hand back next; absent is (0, 0).
    slots: HashMap<Slot, (usize, usize)>,
    /// The highest end of a buffer in RAM that a process shared.
    shared_up_to: [usize; 2],
}

impl Model {
    /// The process at `index` starts anew, or has ended.
    fn forget(&mut self, index: usize) {
        self.slots.retain(|slot, _| slot.1 != index);
        self.shared_up_to[index] = 0;
    }
}

/// One call of one process, and all that must hold after it.
fn step(
    board: &Board,
    model: &mut Model,
    process: &'static dyn Process,
    reason: ContextSwitchReason,
    registers: [u32; 4],
) {
    board.written.set(None);
    let id = process.processid().id();
    let others = board.memory_of_others(process);
    let yielded = process.get_state() != State::Running;
    if yielded && !process.has_tasks() {
        // It waits for an upcall: only a driver can wake it.
        board.upcall(process.processid());
    }
    let run = |reason| {
        board.chip.boundary.script.borrow_mut().extend(reason);
        board.current.set(Some(process.processid()));
        board.rounds.set(2);
        let ipc = None::<&IPC<0>>;
        board
            .kernel
            .kernel_loop_operation(board, board.chip, ipc, true, &Caps);
        board.current.set(None);
    };
    if yielded {
        // To the start of an upcall; ends in an interrupt.
        run(None);
    }
    if process.get_state() != State::Running {
        // Waits for another upcall, or has stopped for good.
        check_memory(board, process);
        return;
    }
    board.chip.boundary.events.borrow_mut().clear();
    let before = process.get_addresses();
    run(Some(reason));
    assert!(
        board.chip.boundary.script.borrow().is_empty(),
        "the process did not run"
    );
    let events = std::mem::take(&mut *board.chip.boundary.events.borrow_mut());
    if process.processid().id() == id {
        let returned = events.iter().find_map(|event| match event {
            Event::Returned(value) => Some(*value),
            Event::Called(_) => None,
        });
        if let ContextSwitchReason::SyscallFired { syscall } = reason {
            check_return(model, process, syscall, returned, &before, board);
        }
        for event in &events {
            check_event(process, event, registers);
        }
    } else {
        model.forget(board.index(process));
    }
    if !process.is_running() {
        model.forget(board.index(process));
    }
    let after = process.get_addresses();
    assert!(after.sram_app_brk >= model.shared_up_to[board.index(process)]);
    if after.sram_app_brk > before.sram_app_brk && process.processid().id() == id {
        let grown = board.memory(before.sram_app_brk..after.sram_app_brk);
        assert!(
            grown.iter().all(|byte| *byte == 0),
            "memory that was not cleared"
        );
    }
    assert_eq!(board.memory_of_others(process), others, "another's memory");
    assert!(board.flash_is_unchanged(), "flash was written");
    check_memory(board, process);
}

fn check_memory(board: &Board, process: &dyn Process) {
    let found = process.get_addresses();
    assert!(found.sram_start <= found.sram_app_brk);
    assert!(
        found.sram_app_brk <= found.sram_grant_start,
        "break in grants"
    );
    assert!(found.sram_grant_start <= found.sram_end);
    assert!(process.pending_tasks() <= 9);
    if let Some((start, length)) = board.written.get() {
        // What the driver wrote was in memory that the process could reach.
        assert!(start >= found.sram_start && start + length <= found.sram_app_brk);
    }
}

/// A call returns what the model knows, in the shape of its class.
fn check_return(
    model: &mut Model,
    process: &dyn Process,
    syscall: Syscall,
    returned: Option<SyscallReturn>,
    before: &ProcessAddresses,
    board: &Board,
) {
    use SyscallReturn as Return;

    let index = board.index(process);
    let in_ram = |start: usize, length: usize| {
        let end = start.checked_add(length);
        start >= before.sram_start && end.is_some_and(|end| end <= before.sram_app_brk)
    };
    let in_flash = |start: usize, length: usize| {
        let end = start.checked_add(length);
        start >= before.flash_non_protected_start && end.is_some_and(|end| end <= before.flash_end)
    };
    let slots = &mut model.slots;
    let mut swapped = |class, driver, number, new, old| {
        assert_eq!(driver, DRIVER);
        let previous = slots.insert((class, index, driver, number), new);
        assert_eq!(
            previous.unwrap_or((0, 0)),
            old,
            "not what was swapped in before"
        );
    };
    match (syscall, returned) {
        (Syscall::Yield { .. }, _) => {}
        (
            Syscall::Subscribe {
                driver_number,
                subdriver_number,
                upcall_ptr,
                appdata,
            },
            Some(Return::SubscribeSuccess(function, data)),
        ) => {
            let pointer = upcall_ptr.addr();
            assert!(pointer == 0 || in_ram(pointer, 1) || in_flash(pointer, 1));
            let new = (pointer, appdata.as_usize());
            let old = (function.addr(), data);
            swapped(1, driver_number, subdriver_number, new, old);
        }
        (
            Syscall::Subscribe {
                upcall_ptr,
                appdata,
                ..
            },
            Some(Return::SubscribeFailure(_, function, data)),
        ) => assert_eq!(
            (function.addr(), data),
            (upcall_ptr.addr(), appdata.as_usize())
        ),
        (
            Syscall::ReadWriteAllow {
                driver_number,
                subdriver_number,
                allow_address,
                allow_size,
            },
            Some(Return::AllowReadWriteSuccess(address, size)),
        ) => {
            assert!(allow_size == 0 || in_ram(allow_address.addr(), allow_size));
            let new = (allow_address.addr(), allow_size);
            let old = (address.addr(), size);
            if allow_size > 0 {
                let highest = &mut model.shared_up_to[index];
                *highest = (*highest).max(new.0 + new.1);
            }
            swapped(3, driver_number, subdriver_number, new, old);
        }
        (
            Syscall::ReadOnlyAllow {
                driver_number,
                subdriver_number,
                allow_address,
                allow_size,
            },
            Some(Return::AllowReadOnlySuccess(address, size)),
        ) => {
            let start = allow_address.addr();
            assert!(allow_size == 0 || in_ram(start, allow_size) || in_flash(start, allow_size));
            let new = (start, allow_size);
            let old = (address.addr(), size);
            if allow_size > 0 && in_ram(start, allow_size) {
                let highest = &mut model.shared_up_to[index];
                *highest = (*highest).max(start + allow_size);
            }
            swapped(4, driver_number, subdriver_number, new, old);
        }
        (
            Syscall::ReadWriteAllow {
                allow_address,
                allow_size,
                ..
            },
            Some(Return::AllowReadWriteFailure(_, address, size)),
        )
        | (
            Syscall::UserspaceReadableAllow {
                allow_address,
                allow_size,
                ..
            },
            Some(Return::UserspaceReadableAllowFailure(_, address, size)),
        ) => assert_eq!((address, size), (allow_address, allow_size)),
        (
            Syscall::ReadOnlyAllow {
                allow_address,
                allow_size,
                ..
            },
            Some(Return::AllowReadOnlyFailure(_, address, size)),
        ) => assert_eq!((address, size), (allow_address, allow_size)),
        (Syscall::Command { driver_number, .. }, Some(value)) => {
            if driver_number != DRIVER {
                assert_eq!(value, Return::Failure(ErrorCode::NODEVICE));
            }
        }
        (Syscall::Memop { operand, .. }, Some(value)) => match operand {
            0 | 10 | 11 => assert!(matches!(value, Return::Success | Return::Failure(_))),
            1 => assert!(matches!(
                value,
                Return::SuccessPtr(_) | Return::SuccessAddr(_) | Return::Failure(ErrorCode::NOMEM)
            )),
            2..=9 => assert!(!matches!(value, Return::Success), "{value:?}"),
            _ => assert_eq!(value, Return::Failure(ErrorCode::NOSUPPORT)),
        },
        (Syscall::Exit { which, .. }, value) => {
            let expected = (which > 1).then_some(Return::Failure(ErrorCode::NOSUPPORT));
            assert_eq!(value, expected);
        }
        (syscall, value) => panic!("{syscall:?} returned {value:?}"),
    }
}

/// Registers are written as the variant says, and calls go where they may.
fn check_event(process: &dyn Process, event: &Event, registers: [u32; 4]) {
    match event {
        Event::Returned(value) => {
            let [mut r0, mut r1, mut r2, mut r3] = registers;
            encode_syscall_return_32bit(value, &mut r0, &mut r1, &mut r2, &mut r3);
            if !matches!(value, SyscallReturn::YieldWaitFor(..)) {
                assert!(matches!(r0, 0..=3 | 128..=133));
                assert!(r0 > 3 || (1..=13).contains(&r1), "error {r1}");
            }
        }
        Event::Called(call) => {
            let found = process.get_addresses();
            let pc = call.pc.addr();
            let in_flash = (found.flash_start..found.flash_end).contains(&pc);
            let in_ram = (found.sram_start..found.sram_grant_start).contains(&pc);
            let entry = call.source == FunctionCallSource::Kernel;
            assert!(in_flash || (in_ram && !entry), "called {pc:#x}");
        }
    }
}

/// What the driver last wrote: address and length.
type Written = Cell<Option<(usize, usize)>>;
