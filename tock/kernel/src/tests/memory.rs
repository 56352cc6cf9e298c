// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Breaks, shared buffers and the memop call.

use super::board::{Board, DRIVER};
use super::tbf::{TRAILER, app};
use crate::errorcode::ErrorCode;
use crate::syscall::SyscallReturn;
use crate::utilities::capability_ptr::CapabilityPtr;

const NOMEM: SyscallReturn = SyscallReturn::Failure(ErrorCode::NOMEM);

fn pointer(address: usize) -> SyscallReturn {
    SyscallReturn::SuccessPtr(CapabilityPtr::from(address))
}

#[test]
fn memops_tell_where_the_process_is() {
    let board = Board::running(&app("a"));
    let addresses = board.process().get_addresses();
    let expected = [
        (2, SyscallReturn::SuccessAddr(addresses.sram_start)),
        (3, SyscallReturn::SuccessAddr(addresses.sram_end)),
        (4, SyscallReturn::SuccessAddr(addresses.flash_start)),
        (5, SyscallReturn::SuccessAddr(addresses.flash_end)),
        (6, SyscallReturn::SuccessAddr(addresses.sram_grant_start)),
        (7, SyscallReturn::SuccessU32(0)),
        (8, SyscallReturn::Failure(ErrorCode::FAIL)),
        (9, SyscallReturn::Failure(ErrorCode::FAIL)),
        (10, SyscallReturn::Success),
        (11, SyscallReturn::Success),
        (99, SyscallReturn::Failure(ErrorCode::NOSUPPORT)),
    ];
    for (operand, result) in expected {
        assert_eq!(board.memop(operand, 0), result, "memop {operand}");
    }
}

#[test]
fn stack_and_heap_are_remembered_for_debugging() {
    let board = Board::running(&app("a"));
    board.memop(10, 0x1234);
    board.memop(11, 0x5678);
    let addresses = board.process().get_addresses();
    assert_eq!(addresses.sram_stack_top, Some(0x1234));
    assert_eq!(addresses.sram_heap_start, Some(0x5678));
}

#[test]
fn sbrk_moves_both_ways_and_returns_the_old_break() {
    let board = Board::running(&app("a"));
    let start = board.process().get_addresses().sram_start;
    assert_eq!(board.memop(1, 0), pointer(start + 1024));
    assert_eq!(board.memop(1, 256), pointer(start + 1024));
    assert_eq!(board.memop(1, -512isize as usize), pointer(start + 1280));
    assert_eq!(board.process().get_addresses().sram_app_brk, start + 768);
}

#[test]
fn the_break_stays_between_ram_start_and_grants() {
    let board = Board::running(&app("a"));
    let addresses = board.process().get_addresses();
    for bad in [
        0,
        addresses.sram_start - 1,
        addresses.sram_grant_start + 1,
        addresses.sram_end,
        usize::MAX,
    ] {
        assert_eq!(board.memop(0, bad), NOMEM, "{bad:#x}");
    }
    for huge in [isize::MAX, isize::MIN, 1 << 20] {
        assert_eq!(board.memop(1, huge as usize), NOMEM, "{huge:#x}");
    }
    assert_eq!(
        board.process().get_addresses().sram_app_brk,
        addresses.sram_app_brk
    );
    assert_eq!(
        board.memop(0, addresses.sram_grant_start),
        SyscallReturn::Success
    );
}

#[test]
fn a_break_that_the_mpu_refuses_does_not_move() {
    let board = Board::running(&app("a"));
    let before = board.process().get_addresses().sram_app_brk;
    board.chip.mpu.refuse_updates.set(true);
    assert_eq!(board.memop(1, 8), NOMEM);
    assert_eq!(board.process().get_addresses().sram_app_brk, before);
}

#[test]
fn memory_is_zero_whenever_it_becomes_reachable() {
    let board = Board::running(&app("a"));
    let start = board.process().get_addresses().sram_start;
    board.allow_ro(DRIVER, 0, start, 1024);
    assert_eq!(board.command(DRIVER, 3, 0, 0), SyscallReturn::SuccessU32(0));

    let board = Board::running(&app("b"));
    let start = board.process().get_addresses().sram_start;
    // SAFETY: no buffer of the process is entered.
    let written = unsafe {
        let last = core::ptr::without_provenance_mut(start + 1023);
        board.process().set_byte(last, 9)
    };
    assert!(written);
    board.memop(1, -16isize as usize);
    board.memop(1, 16);
    board.allow_ro(DRIVER, 0, start, 1024);
    assert_eq!(board.command(DRIVER, 3, 0, 0), SyscallReturn::SuccessU32(0));
}

#[test]
fn the_break_never_goes_below_memory_that_was_shared() {
    let board = Board::running(&app("a"));
    let start = board.process().get_addresses().sram_start;
    board.allow_rw(DRIVER, 0, start + 100, 200);
    board.allow_rw(DRIVER, 0, 0, 0);
    assert_eq!(board.memop(0, start + 299), NOMEM);
    assert_eq!(board.memop(0, start + 300), SyscallReturn::Success);
}

#[test]
fn only_own_memory_can_be_shared() {
    let board = Board::running(&app("a"));
    let addresses = board.process().get_addresses();
    let start = addresses.sram_start;
    let protected = addresses.flash_start;
    let flash = addresses.flash_non_protected_start;
    assert!(flash - protected > TRAILER);

    let bad_rw = [
        (start - 1, 1),
        (start, 1025),
        (start + 1024, 1),
        (addresses.sram_grant_start, 4),
        (flash, 4),
        (start, usize::MAX),
        (usize::MAX, 2),
    ];
    for (address, size) in bad_rw {
        let buffer = core::ptr::without_provenance_mut(address);
        assert_eq!(
            board.allow_rw(DRIVER, 0, address, size),
            SyscallReturn::AllowReadWriteFailure(ErrorCode::INVAL, buffer, size)
        );
    }
    let bad_ro = [
        (protected, 4),
        (flash - 1, 4),
        (addresses.flash_end, 1),
        (flash, addresses.flash_end - flash + 1),
        (start + 1000, 25),
    ];
    for (address, size) in bad_ro {
        let buffer = core::ptr::without_provenance(address);
        assert_eq!(
            board.allow_ro(DRIVER, 0, address, size),
            SyscallReturn::AllowReadOnlyFailure(ErrorCode::INVAL, buffer, size)
        );
    }
    // The program is filled with one byte, which the driver can add up.
    board.allow_ro(DRIVER, 0, flash, 4);
    assert_eq!(
        board.command(DRIVER, 3, 0, 0),
        SyscallReturn::SuccessU32(4 * 0xA5)
    );
}

#[test]
fn a_driver_writes_into_shared_memory_only() {
    let board = Board::running(&app("a"));
    let start = board.process().get_addresses().sram_start;
    board.allow_rw(DRIVER, 0, start + 8, 4);
    assert_eq!(board.command(DRIVER, 2, 5, 0), SyscallReturn::SuccessU32(4));
    board.allow_ro(DRIVER, 0, start, 1024);
    assert_eq!(
        board.command(DRIVER, 3, 0, 0),
        SyscallReturn::SuccessU32(20)
    );
    board.allow_ro(DRIVER, 0, start + 8, 4);
    assert_eq!(
        board.command(DRIVER, 3, 0, 0),
        SyscallReturn::SuccessU32(20)
    );
}
