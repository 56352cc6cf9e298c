// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Subscribing, allowing, yielding: the calls as a process sees them.

use core::ptr::{without_provenance, without_provenance_mut};

use super::board::{BARE_DRIVER, Board, DRIVER, FILTERED_DRIVER, NO_DRIVER};
use super::chip::Event;
use super::tbf::app;
use crate::errorcode::ErrorCode;
use crate::process::State;
use crate::syscall::{ContextSwitchReason, Syscall, SyscallReturn, YieldVariant};
use crate::upcall::UpcallId;

fn subscribed(function: usize, appdata: usize) -> SyscallReturn {
    SyscallReturn::SubscribeSuccess(without_provenance(function), appdata)
}

fn not_subscribed(error: ErrorCode, function: usize, appdata: usize) -> SyscallReturn {
    SyscallReturn::SubscribeFailure(error, without_provenance(function), appdata)
}

fn yields(yield_type: YieldVariant) -> ContextSwitchReason {
    ContextSwitchReason::SyscallFired {
        syscall: Syscall::Yield { yield_type },
    }
}

fn wait_for(subscribe_num: usize) -> ContextSwitchReason {
    yields(YieldVariant::WaitFor {
        driver_number: DRIVER,
        subdriver_number: subscribe_num,
    })
}

fn upcall(subscribe_num: usize) -> UpcallId {
    UpcallId {
        driver_num: DRIVER,
        subscribe_num,
    }
}

/// An address that the process may have called.
fn function(board: &Board) -> usize {
    board.process().get_addresses().flash_non_protected_start + 8
}

fn schedule(board: &Board, subscribe_num: usize, first: usize) {
    board
        .driver
        .apps
        .enter(board.process().processid(), |_, kernel_data| {
            kernel_data.schedule_upcall(subscribe_num, (first, 20, 30))
        })
        .unwrap()
        .unwrap();
}

#[test]
fn subscribe_returns_what_was_subscribed_before() {
    let board = Board::running(&app("a"));
    let function = function(&board);
    assert_eq!(board.subscribe(DRIVER, 1, function, 0xaa), subscribed(0, 0));
    assert_eq!(board.subscribe(DRIVER, 1, 0, 5), subscribed(function, 0xaa));
    assert_eq!(board.subscribe(DRIVER, 1, 0, 0), subscribed(0, 5));
    assert_eq!(board.subscribe(DRIVER, 0, 0, 0), subscribed(0, 0));
}

#[test]
fn subscribe_checks_function_then_driver_then_number() {
    let board = Board::running(&app("a"));
    let addresses = board.process().get_addresses();
    let good = function(&board);
    for bad in [
        addresses.flash_start,
        addresses.flash_end - 1,
        addresses.sram_app_brk,
        addresses.sram_grant_start,
        1,
        usize::MAX,
    ] {
        let expected = not_subscribed(ErrorCode::INVAL, bad, 3);
        assert_eq!(board.subscribe(NO_DRIVER, 9, bad, 3), expected, "{bad:#x}");
    }
    let expected = not_subscribed(ErrorCode::NODEVICE, good, 3);
    assert_eq!(board.subscribe(NO_DRIVER, 9, good, 3), expected);
    let expected = not_subscribed(ErrorCode::NOMEM, good, 3);
    assert_eq!(board.subscribe(BARE_DRIVER, 9, good, 3), expected);
    let expected = not_subscribed(ErrorCode::NOSUPPORT, good, 3);
    assert_eq!(board.subscribe(DRIVER, 2, good, 3), expected);
    let in_ram = addresses.sram_start;
    assert_eq!(board.subscribe(DRIVER, 0, in_ram, 3), subscribed(0, 0));
}

#[test]
fn allow_returns_what_was_allowed_before() {
    let board = Board::running(&app("a"));
    let start = board.process().get_addresses().sram_start;
    let rw =
        |address, size| SyscallReturn::AllowReadWriteSuccess(without_provenance_mut(address), size);
    assert_eq!(board.allow_rw(DRIVER, 0, start, 16), rw(0, 0));
    assert_eq!(board.allow_rw(DRIVER, 0, 0x1234, 0), rw(start, 16));
    assert_eq!(board.allow_rw(DRIVER, 0, 0, 0), rw(0x1234, 0));

    let ro = |address, size| SyscallReturn::AllowReadOnlySuccess(without_provenance(address), size);
    assert_eq!(board.allow_ro(DRIVER, 0, start, 16), ro(0, 0));
    assert_eq!(board.allow_ro(DRIVER, 0, start, 16), ro(start, 16));
}

#[test]
fn allow_checks_driver_then_address_then_number() {
    let board = Board::running(&app("a"));
    let start = board.process().get_addresses().sram_start;
    let cases = [
        (NO_DRIVER, 5, 1, 4, ErrorCode::NODEVICE),
        (BARE_DRIVER, 5, 1, 4, ErrorCode::INVAL),
        (BARE_DRIVER, 5, start, 4, ErrorCode::NOMEM),
        (DRIVER, 1, start, 4, ErrorCode::NOSUPPORT),
    ];
    for (driver, num, address, size, error) in cases {
        let rw = without_provenance_mut(address);
        assert_eq!(
            board.allow_rw(driver, num, address, size),
            SyscallReturn::AllowReadWriteFailure(error, rw, size)
        );
        let ro = without_provenance(address);
        assert_eq!(
            board.allow_ro(driver, num, address, size),
            SyscallReturn::AllowReadOnlyFailure(error, ro, size)
        );
    }
}

#[test]
fn a_buffer_the_process_can_read_goes_to_the_driver_itself() {
    let board = Board::running(&app("a"));
    let start = board.process().get_addresses().sram_start;
    for (driver, address, error) in [
        (NO_DRIVER, start, ErrorCode::NODEVICE),
        (DRIVER, 1, ErrorCode::INVAL),
        (DRIVER, start, ErrorCode::NOSUPPORT),
    ] {
        let result = board.call(Syscall::UserspaceReadableAllow {
            driver_number: driver,
            subdriver_number: 0,
            allow_address: without_provenance_mut(address),
            allow_size: 8,
        });
        let pointer = without_provenance_mut(address);
        assert_eq!(
            result,
            SyscallReturn::UserspaceReadableAllowFailure(error, pointer, 8)
        );
    }
}

#[test]
fn a_filtered_call_fails_plainly_whatever_its_class() {
    let board = Board::running(&app("a"));
    let start = board.process().get_addresses().sram_start;
    let refused = SyscallReturn::Failure(ErrorCode::NODEVICE);
    assert_eq!(board.command(FILTERED_DRIVER, 0, 0, 0), refused);
    assert_eq!(board.subscribe(FILTERED_DRIVER, 0, 0, 0), refused);
    assert_eq!(board.allow_rw(FILTERED_DRIVER, 0, start, 1), refused);
    assert_eq!(board.allow_ro(FILTERED_DRIVER, 0, start, 1), refused);
}

#[test]
fn a_command_to_nobody_fails() {
    let board = Board::running(&app("a"));
    let failure = SyscallReturn::Failure(ErrorCode::NODEVICE);
    assert_eq!(board.command(NO_DRIVER, 0, 0, 0), failure);
    assert_eq!(board.command(DRIVER, 0, 0, 0), SyscallReturn::Success);
}

#[test]
fn an_upcall_runs_when_the_process_yields() {
    let board = Board::running(&app("a"));
    let function = function(&board);
    board.subscribe(DRIVER, 0, function, 0xdd);
    board.command(DRIVER, 1, 11, 12);
    assert_eq!(board.process().pending_tasks(), 1);
    assert!(board.act(yields(YieldVariant::Wait)).is_empty());
    board.turn(1);
    let [Event::Called(call)] = board.take_events()[..] else {
        panic!("no single call");
    };
    assert_eq!(call.pc.addr(), function);
    assert_eq!(
        (call.argument0, call.argument1, call.argument2),
        (11, 12, 3)
    );
    assert_eq!(call.argument3.as_usize(), 0xdd);
    assert_eq!(board.process().get_state(), State::Running);
}

#[test]
fn yield_no_wait_tells_whether_there_was_a_task() {
    let board = Board::running(&app("a"));
    let start = board.process().get_addresses().sram_start;
    board.subscribe(DRIVER, 0, function(&board), 0);
    board.allow_ro(DRIVER, 0, start, 1);
    let flag = without_provenance_mut(start);
    // SAFETY: no buffer of the process is entered.
    unsafe { board.process().set_byte(flag, 7) };

    assert!(
        board
            .act(yields(YieldVariant::NoWait { ptr: flag }))
            .is_empty()
    );
    assert_eq!(board.process().get_state(), State::Running);
    assert_eq!(board.command(DRIVER, 3, 0, 0), SyscallReturn::SuccessU32(0));

    schedule(&board, 0, 10);
    board.act(yields(YieldVariant::NoWait { ptr: flag }));
    board.turn(1);
    assert!(matches!(board.take_events()[..], [Event::Called(_)]));
    assert_eq!(board.command(DRIVER, 3, 0, 0), SyscallReturn::SuccessU32(1));
}

#[test]
fn yield_no_wait_ignores_an_address_that_is_not_the_process_s() {
    let board = Board::running(&app("a"));
    for address in [0, 1, board.process().get_addresses().sram_grant_start] {
        let ptr = without_provenance_mut(address);
        assert!(board.act(yields(YieldVariant::NoWait { ptr })).is_empty());
    }
    assert_eq!(board.command(DRIVER, 0, 0, 0), SyscallReturn::Success);
}

#[test]
fn yield_wait_for_returns_the_values_with_and_without_a_function() {
    for with_function in [false, true] {
        let board = Board::running(&app("a"));
        let function = if with_function { function(&board) } else { 0 };
        board.subscribe(DRIVER, 0, function, 0);
        assert!(board.act(wait_for(0)).is_empty());
        assert_eq!(board.process().get_state(), State::YieldedFor(upcall(0)));
        assert!(!board.process().ready());
        schedule(&board, 0, 10);
        board.turn(1);
        let [Event::Returned(values)] = board.take_events()[..] else {
            panic!("no single return");
        };
        assert_eq!(values, SyscallReturn::YieldWaitFor(10, 20, 30));
        assert_eq!(board.process().pending_tasks(), 0);
    }
}

#[test]
fn a_later_upcall_does_not_hide_the_one_that_is_waited_for() {
    let board = Board::running(&app("a"));
    board.command(DRIVER, 0, 0, 0);
    board.act(wait_for(0));
    schedule(&board, 1, 1);
    assert!(!board.process().ready());
    schedule(&board, 0, 2);
    schedule(&board, 1, 3);
    assert!(board.process().ready());
    board.turn(1);
    assert!(matches!(
        board.take_events()[..],
        [Event::Returned(SyscallReturn::YieldWaitFor(2, 20, 30))]
    ));
    assert_eq!(board.process().pending_tasks(), 2);
}

#[test]
fn a_value_without_a_function_does_not_end_yield_wait() {
    let board = Board::running(&app("a"));
    board.command(DRIVER, 0, 0, 0);
    board.act(yields(YieldVariant::Wait));
    schedule(&board, 0, 1);
    board.turn(2);
    assert!(board.take_events().is_empty());
    assert_eq!(board.process().get_state(), State::Yielded);
    assert!(!board.process().has_tasks());
}

#[test]
fn a_new_subscription_drops_queued_calls_but_not_bare_values() {
    let board = Board::running(&app("a"));
    board.command(DRIVER, 0, 0, 0);
    schedule(&board, 0, 1);
    board.subscribe(DRIVER, 0, function(&board), 0);
    schedule(&board, 0, 2);
    board.subscribe(DRIVER, 1, function(&board), 0);
    schedule(&board, 1, 3);
    assert_eq!(board.process().pending_tasks(), 3);
    board.subscribe(DRIVER, 0, 0, 0);
    assert_eq!(board.process().pending_tasks(), 2);
    assert!(board.process().remove_upcall(upcall(0)).is_some());
    assert!(board.process().remove_upcall(upcall(0)).is_none());
    assert!(board.process().remove_upcall(upcall(1)).is_some());
}

#[test]
fn nine_tasks_fit_and_the_tenth_is_counted_as_dropped() {
    let board = Board::running(&app("a"));
    for _ in 0..9 {
        assert_eq!(board.command(DRIVER, 1, 0, 0), SyscallReturn::Success);
    }
    let busy = SyscallReturn::Failure(ErrorCode::BUSY);
    assert_eq!(board.command(DRIVER, 1, 0, 0), busy);
    assert_eq!(board.process().pending_tasks(), 9);
    assert_eq!(board.process().debug_dropped_upcall_count(), 1);
}

#[test]
fn the_first_call_of_a_process_gets_its_memory() {
    let board = Board::empty();
    board.load(&app("a").build(), 16 * 1024).unwrap();
    board.turn(1);
    let [Event::Called(call)] = board.take_events()[..] else {
        panic!("not started");
    };
    let addresses = board.process().get_addresses();
    assert_eq!(call.pc.addr(), addresses.flash_non_protected_start);
    assert_eq!(call.argument0, addresses.flash_non_protected_start);
    assert_eq!(call.argument1, addresses.sram_start);
    assert_eq!(call.argument2, addresses.sram_end - addresses.sram_start);
    assert_eq!(call.argument3.as_usize(), addresses.sram_app_brk);
    assert_eq!(addresses.sram_app_brk, addresses.sram_start);
}
