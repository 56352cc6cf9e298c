// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Grants: who may enter them, and what they cost whom.

use core::cell::Cell;
use std::boxed::Box;

use super::board::{Board, DRIVER};
use super::tbf::app;
use crate::errorcode::ErrorCode;
use crate::grant::{AllowRoCount, AllowRwCount, CustomGrant, Grant, UpcallCount};
use crate::kernel::Kernel;
use crate::process::{Error, State};
use crate::processbuffer::ReadableProcessBuffer;
use crate::syscall::SyscallReturn;
use crate::upcall::UpcallError;

#[test]
fn a_grant_starts_with_its_default_and_keeps_its_value() {
    let board = Board::running(&app("a"));
    let id = board.process().processid();
    let apps = &board.driver.apps;
    let first = apps.enter(id, |app, _| {
        assert!(core::ptr::from_ref(&**app).is_aligned());
        core::mem::replace(&mut app.count, 8)
    });
    assert_eq!(first, Ok(7));
    assert_eq!(apps.enter(id, |app, _| app.count), Ok(8));
}

#[test]
fn a_grant_lies_above_what_the_process_reaches() {
    let board = Board::running(&app("a"));
    let id = board.process().processid();
    let before = board.process().get_addresses().sram_grant_start;
    let place = board
        .driver
        .apps
        .enter(id, |app, _| core::ptr::from_ref(&**app).addr())
        .unwrap();
    let addresses = board.process().get_addresses();
    assert!(addresses.sram_app_brk <= addresses.sram_grant_start);
    assert!((addresses.sram_grant_start..before).contains(&place));
}

#[test]
#[should_panic(expected = "re-enter")]
fn entering_a_grant_twice_panics() {
    let board = Board::running(&app("a"));
    let id = board.process().processid();
    let apps = &board.driver.apps;
    let _ = apps.enter(id, |_, _| apps.enter(id, |_, _| {}));
}

#[test]
fn trying_to_enter_a_grant_twice_gives_nothing() {
    let board = Board::running(&app("a"));
    let id = board.process().processid();
    let apps = &board.driver.apps;
    let tries = || {
        apps.iter()
            .map(|grant| grant.try_enter(|_, _| {}))
            .collect()
    };
    let inside: std::vec::Vec<_> = apps.enter(id, |_, _| tries()).unwrap();
    assert_eq!(inside, [None]);
    let outside: std::vec::Vec<_> = tries();
    assert_eq!(outside, [Some(())]);
}

#[test]
fn each_visits_running_processes_that_have_a_grant() {
    let board = Board::empty();
    let flash = [app("a").build(), app("b").build(), app("c").build()].concat();
    board.load(&flash, 64 * 1024).unwrap();
    let processes = board.processes();
    for process in &processes[..2] {
        board
            .driver
            .apps
            .enter(process.processid(), |_, _| {})
            .unwrap();
    }
    let visited = || {
        let mut ids = std::vec::Vec::new();
        board.driver.apps.each(|id, _, _| ids.push(id.id()));
        ids
    };
    assert_eq!(
        visited(),
        [processes[0].processid().id(), processes[1].processid().id()]
    );
    processes[0].terminate(None);
    assert_eq!(visited(), [processes[1].processid().id()]);
}

#[test]
fn a_process_that_ended_has_no_grants() {
    let board = Board::running(&app("a"));
    let old = board.process().processid();
    board.process().terminate(None);
    let enter = |id| board.driver.apps.enter(id, |app, _| app.count);
    assert_eq!(enter(old), Err(Error::InactiveApp));
    board.process().start(&super::board::Caps);
    assert_eq!(enter(old), Err(Error::NoSuchApp));
    assert_eq!(enter(board.process().processid()), Ok(7));
}

#[test]
fn a_process_does_not_start_while_its_grant_is_entered() {
    let board = Board::running(&app("a"));
    let process = board.process();
    let apps = &board.driver.apps;
    let old = process.processid();
    apps.enter(old, |app, _| {
        process.try_restart(None);
        process.start(&super::board::Caps);
        assert_eq!(process.get_state(), State::Terminated);
        app.count = 9;
    })
    .unwrap();
    process.start(&super::board::Caps);
    assert_eq!(process.get_state(), State::Yielded);
    assert_eq!(apps.enter(process.processid(), |app, _| app.count), Ok(7));
}

#[test]
fn a_process_without_room_for_a_grant_is_told_so() {
    let board = Board::running(&app("a"));
    let grant_start = board.process().get_addresses().sram_grant_start;
    assert_eq!(board.memop(0, grant_start), SyscallReturn::Success);
    let id = board.process().processid();
    assert_eq!(
        board.driver.apps.enter(id, |_, _| {}),
        Err(Error::OutOfMemory)
    );
    let pointer = core::ptr::without_provenance(0);
    assert_eq!(
        board.subscribe(DRIVER, 0, 0, 0),
        SyscallReturn::SubscribeFailure(ErrorCode::NOMEM, pointer, 0)
    );
    assert_eq!(
        board.process().get_addresses().sram_grant_start,
        grant_start
    );
}

#[test]
#[should_panic(expected = "before the first process")]
fn a_grant_made_after_the_first_process_panics() {
    use crate::grant::{AllowRoCount, AllowRwCount, Grant, UpcallCount};
    let board = Board::running(&app("a"));
    let _: Grant<(), UpcallCount<0>, AllowRoCount<0>, AllowRwCount<0>> =
        board.kernel.create_grant(1, &super::board::Caps);
}

#[test]
fn numbers_beyond_the_counts_are_refused() {
    let board = Board::running(&app("a"));
    let id = board.process().processid();
    board
        .driver
        .apps
        .enter(id, |_, kernel_data| {
            assert!(matches!(
                kernel_data.schedule_upcall(2, (0, 0, 0)),
                Err(UpcallError::InvalidSubscribeNum)
            ));
            let ro = kernel_data.get_readonly_processbuffer(1);
            assert!(matches!(ro, Err(Error::AddressOutOfBounds)));
            let rw = kernel_data.get_readwrite_processbuffer(1);
            assert!(matches!(rw, Err(Error::AddressOutOfBounds)));
        })
        .unwrap();
}

#[test]
fn a_buffer_that_was_never_allowed_is_empty() {
    let board = Board::running(&app("a"));
    let id = board.process().processid();
    let len = board.driver.apps.enter(id, |_, kernel_data| {
        kernel_data
            .get_readonly_processbuffer(0)
            .and_then(|buffer| buffer.enter(|slice| slice.len()))
    });
    assert_eq!(len, Ok(Ok(0)));
}

#[test]
fn custom_grants_live_beside_the_numbered_ones() {
    let board = Board::running(&app("a"));
    let id = board.process().processid();
    let custom: CustomGrant<[u64; 3]> = board
        .driver
        .apps
        .enter_with_allocator(id, |_, _, allocator| {
            allocator.alloc_n_with(|index| index as u64 + 40)
        })
        .unwrap()
        .unwrap();
    assert_eq!(custom.processid(), id);
    let values = custom.enter(|mut values| {
        values[1] = 0;
        *values
    });
    assert_eq!(values, Ok([40, 0, 42]));
    assert_eq!(
        custom.enter(|_| custom.enter(|_| {})),
        Ok(Err(Error::AlreadyInUse))
    );
    board.process().try_restart(None);
    assert_eq!(custom.enter(|_| {}), Err(Error::NoSuchApp));
}

#[test]
fn a_process_does_not_start_while_a_custom_grant_is_entered() {
    let board = Board::running(&app("a"));
    let process = board.process();
    let id = process.processid();
    let custom = board
        .driver
        .apps
        .enter_with_allocator(id, |_, _, allocator| allocator.alloc_with(|| 7))
        .unwrap()
        .unwrap();
    custom
        .enter(|mut value| {
            process.try_restart(None);
            assert_eq!(process.get_state(), State::Terminated);
            *value += 1;
        })
        .unwrap();
    process.start(&super::board::Caps);
    assert_eq!(process.get_state(), State::Yielded);
}

#[test]
fn a_kernel_has_no_grants_in_processes_of_another() {
    let board = Board::running(&app("a"));
    let id = board.process().processid();
    let other: &'static Kernel = Box::leak(Box::new(Kernel::new(board.kernel.slots())));
    // Of the same number as the driver's grant, and another type.
    let grant: Grant<[u64; 8], UpcallCount<0>, AllowRoCount<0>, AllowRwCount<0>> =
        other.create_grant(DRIVER, &super::board::Caps);
    assert_eq!(board.driver.apps.enter(id, |_, _| {}), Ok(()));
    assert_eq!(grant.enter(id, |_, _| {}), Err(Error::NoSuchApp));
    assert!(grant.iter().next().is_none());
}

#[test]
fn custom_grants_stop_at_the_end_of_memory() {
    let board = Board::running(&app("a"));
    let id = board.process().processid();
    let made = Cell::new(0);
    let last = board
        .driver
        .apps
        .enter_with_allocator(id, |_, _, allocator| {
            loop {
                match allocator.alloc_with(|| [0u8; 64]) {
                    Ok(_) => made.set(made.get() + 1),
                    Err(error) => break error,
                }
            }
        });
    assert_eq!(last, Ok(Error::OutOfMemory));
    // 4096 bytes were asked for, of which the process reaches 1024.
    assert!((20..=48).contains(&made.get()), "{}", made.get());
    let addresses = board.process().get_addresses();
    assert!(addresses.sram_grant_start >= addresses.sram_app_brk);
}
