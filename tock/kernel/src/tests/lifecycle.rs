// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Exit, faults, restarts, holding and starting.

use core::num::NonZeroU32;
use std::string::String;

use super::board::{Board, Caps, DRIVER};
use super::chip::Event;
use super::tbf::app;
use crate::errorcode::ErrorCode;
use crate::introspection::KernelInfo;
use crate::process::{FaultAction, State, StoppedExecutingReason, StoppedState};
use crate::syscall::{ContextSwitchReason, Syscall, SyscallReturn, YieldVariant};

fn exit(which: usize, completion_code: usize) -> Syscall {
    Syscall::Exit {
        which,
        completion_code,
    }
}

#[test]
fn exit_terminate_ends_the_process_with_its_code() {
    let board = Board::running(&app("a"));
    assert_eq!(board.process().get_completion_code(), None);
    board.call_silently(exit(0, 42));
    assert_eq!(board.process().get_state(), State::Terminated);
    assert_eq!(board.process().get_completion_code(), Some(Some(42)));
    assert!(!board.process().ready());
}

#[test]
fn exit_restart_starts_afresh() {
    let board = Board::running(&app("a"));
    let start = board.process().get_addresses().sram_start;
    let old = board.process().processid();
    board.subscribe(DRIVER, 0, start, 5);
    board.allow_rw(DRIVER, 0, start, 8);
    board.command(DRIVER, 1, 0, 0);
    board.call_silently(exit(1, 3));

    let process = board.process();
    assert_eq!(process.get_state(), State::Yielded);
    assert_ne!(process.processid(), old);
    assert_eq!(process.get_restart_count(), 1);
    assert_eq!(process.get_completion_code(), Some(Some(3)));
    assert_eq!(process.get_addresses().sram_app_brk, start);
    assert_eq!(process.pending_tasks(), 1);
    assert_eq!(process.grant_allocated_count(), Some(0));
    assert_eq!(board.memop(0, start + 64), SyscallReturn::Success);
    let nothing = core::ptr::without_provenance_mut(0);
    assert_eq!(
        board.allow_rw(DRIVER, 0, start, 8),
        SyscallReturn::AllowReadWriteSuccess(nothing, 0)
    );
}

#[test]
fn a_restart_gives_all_memory_back_to_the_process() {
    let board = Board::empty();
    board.load(&app("a").build(), 64 * 1024).unwrap();
    let process = board.process();
    let fresh = process.get_addresses();
    board.memop(0, fresh.sram_start + 1024);
    board.allow_rw(DRIVER, 0, fresh.sram_start + 1000, 24);
    assert!(process.get_addresses().sram_grant_start < fresh.sram_grant_start);
    board.call_silently(exit(1, 0));
    let again = process.get_addresses();
    assert_eq!(again.sram_grant_start, fresh.sram_grant_start);
    assert_eq!(again.sram_app_brk, fresh.sram_app_brk);
    // What the last run shared does not bind this one.
    let low = board.memop(0, fresh.sram_start + 8);
    assert_eq!(low, SyscallReturn::Success);
}

#[test]
fn any_other_exit_is_refused() {
    let board = Board::running(&app("a"));
    let failure = SyscallReturn::Failure(ErrorCode::NOSUPPORT);
    assert_eq!(board.call(exit(2, 0)), failure);
    assert_eq!(board.process().get_state(), State::Running);
}

#[test]
fn a_fault_stops_or_restarts_as_the_policy_says() {
    let board = Board::running(&app("a"));
    board.act(ContextSwitchReason::Fault);
    assert_eq!(board.process().get_state(), State::Faulted);
    board.process().resume();
    board.process().start(&Caps);
    assert_eq!(board.process().get_state(), State::Faulted);

    let board = Board::with_policy(FaultAction::Restart);
    board.load(&app("a").build(), 64 * 1024).unwrap();
    board.act(ContextSwitchReason::Fault);
    assert_eq!(board.process().get_state(), State::Yielded);
    assert_eq!(board.process().get_restart_count(), 1);
    assert_eq!(board.process().get_completion_code(), Some(None));
}

#[test]
#[should_panic(expected = "a had a fault")]
fn a_fault_panics_if_the_policy_says_so() {
    let board = Board::with_policy(FaultAction::Panic);
    board.load(&app("a").build(), 64 * 1024).unwrap();
    board.act(ContextSwitchReason::Fault);
}

#[test]
fn one_process_that_faults_leaves_the_others_alone() {
    let board = Board::empty();
    let flash = [app("a").build(), app("b").build()].concat();
    board.load(&flash, 64 * 1024).unwrap();
    board.act(ContextSwitchReason::Fault);
    board.turn(1);
    let states: std::vec::Vec<_> = board.processes().iter().map(|p| p.get_state()).collect();
    assert_eq!(states, [State::Faulted, State::Running]);
}

#[test]
fn a_process_whose_registers_cannot_be_written_faults() {
    let board = Board::running(&app("a"));
    board.chip.boundary.refuse_writes.set(true);
    let events = board.act(ContextSwitchReason::SyscallFired {
        syscall: Syscall::Memop {
            operand: 2,
            arg0: 0,
        },
    });
    assert!(events.is_empty());
    assert_eq!(board.process().get_state(), State::Faulted);
}

#[test]
fn introspection_counts_processes_and_what_they_did() {
    let board = Board::running(&app("sensor"));
    let info = KernelInfo::new(board.kernel);
    let id = board.process().processid();
    assert_eq!(info.process_name(id, &Caps), "sensor");
    let calls = info.number_app_syscalls(id, &Caps);
    board.memop(2, 0);
    assert_eq!(info.number_app_syscalls(id, &Caps), calls + 1);
    assert_eq!(info.number_active_processes(&Caps), 1);
    board.process().try_restart(None);
    board.process().terminate(None);
    assert_eq!(info.number_loaded_processes(&Caps), 1);
    assert_eq!(info.number_inactive_processes(&Caps), 1);
    assert_eq!(info.process_name(id, &Caps), "");
    let id = board.process().processid();
    assert_eq!(info.number_app_restarts(id, &Caps), 1);
}

#[test]
fn stop_and_resume_keep_what_the_process_was_doing() {
    let board = Board::running(&app("a"));
    let process = board.process();
    process.stop();
    assert_eq!(process.get_state(), State::Stopped(StoppedState::Running));
    assert!(process.is_running());
    assert!(!process.ready());
    process.resume();
    assert_eq!(process.get_state(), State::Running);
    board.call_silently(Syscall::Yield {
        yield_type: YieldVariant::Wait,
    });
    process.stop();
    process.resume();
    assert_eq!(process.get_state(), State::Yielded);
}

#[test]
fn a_process_held_by_termination_comes_back_by_start_only() {
    let board = Board::empty();
    board.load(&app("a").build(), 64 * 1024).unwrap();
    let process = board.process();
    process.terminate(None);
    process.resume();
    process.try_restart(None);
    assert_eq!(process.get_state(), State::Terminated);
    board.turn(5);
    assert!(board.take_events().is_empty());

    process.start(&Caps);
    assert_eq!(process.get_state(), State::Yielded);
    board.turn(1);
    assert!(matches!(board.take_events()[..], [Event::Called(_)]));
}

#[test]
fn a_start_that_fails_leaves_the_process_terminated() {
    let board = Board::running(&app("a"));
    board.process().terminate(None);
    board.chip.mpu.refuse_memory.set(true);
    board.process().start(&Caps);
    assert_eq!(board.process().get_state(), State::Terminated);
    board.chip.mpu.refuse_memory.set(false);
    board.process().start(&Caps);
    assert_eq!(board.process().get_state(), State::Yielded);
}

#[test]
fn nothing_can_be_queued_for_a_process_that_ended() {
    let board = Board::running(&app("a"));
    board.subscribe(DRIVER, 0, 0, 0);
    let task = board.process().dequeue_task();
    assert!(task.is_none());
    board.command(DRIVER, 1, 0, 0);
    let task = board.process().dequeue_task().unwrap();
    board.process().terminate(None);
    assert_eq!(board.process().enqueue_task(task), Err(ErrorCode::NODEVICE));
}

#[test]
fn a_process_runs_until_its_timeslice_or_the_kernel_s_work() {
    let board = Board::running(&app("a"));
    board.turn(3);
    let result = board.scheduler.last_result.get();
    assert_eq!(result, Some(StoppedExecutingReason::KernelPreemption));
    board.call_silently(Syscall::Yield {
        yield_type: YieldVariant::Wait,
    });
    board
        .driver
        .apps
        .enter(board.process().processid(), |_, kernel_data| {
            kernel_data.schedule_upcall(0, (0, 0, 0))
        })
        .unwrap()
        .unwrap();
    board.turn(3);
    let result = board.scheduler.last_result.get();
    assert_eq!(result, Some(StoppedExecutingReason::NoWorkLeft));
}

#[test]
fn a_process_is_not_entered_with_too_little_time_left() {
    let board = Board::running(&app("a"));
    board.scheduler.timeslice.set(NonZeroU32::new(1000));
    board.timer.cost_us.set(200);
    board.turn(100);
    // Entered with 1000, 800 and 600 microseconds left, but not with 400.
    let result = board.scheduler.last_result.get();
    assert_eq!(result, Some(StoppedExecutingReason::TimesliceExpired));
    assert_eq!(board.scheduler.last_time_us.get(), Some(600));
    assert_eq!(board.process().debug_timeslice_expiration_count(), 1);
    assert_eq!(board.process().get_state(), State::Running);
}

#[test]
fn a_process_without_a_limit_never_expires() {
    let board = Board::running(&app("a"));
    board.timer.cost_us.set(200);
    board.turn(100);
    let result = board.scheduler.last_result.get();
    assert_eq!(result, Some(StoppedExecutingReason::KernelPreemption));
    assert_eq!(board.scheduler.last_time_us.get(), None);
    assert_eq!(board.process().debug_timeslice_expiration_count(), 0);
}

#[test]
fn the_report_names_the_process_and_its_memory() {
    let board = Board::running(&app("sensor"));
    let mut report = String::new();
    board.process().print_full_process(&mut report);
    let addresses = board.process().get_addresses();
    for expected in [
        "sensor",
        "Running",
        &std::format!("{:#010x}", addresses.sram_app_brk),
        &std::format!("{:#010x}", addresses.flash_non_protected_start),
        "register writes: 2",
        "fake MPU up to",
    ] {
        assert!(report.contains(expected), "{expected} not in\n{report}");
    }
}
