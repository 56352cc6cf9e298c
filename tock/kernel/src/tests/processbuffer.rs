// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Slices of process memory, and buffers whose process has gone.

use super::board::Board;
use super::tbf::app;
use crate::errorcode::ErrorCode;
use crate::process::Error;
use crate::processbuffer::{
    ReadOnlyProcessBuffer, ReadWriteProcessBuffer, ReadableProcessBuffer, ReadableProcessSlice,
    WriteableProcessBuffer, WriteableProcessSlice,
};

#[test]
fn slices_copy_only_between_equal_lengths() {
    let mut bytes = [1, 2, 3];
    let slice: &WriteableProcessSlice = (&mut bytes[..]).into();
    assert_eq!(slice.copy_from_slice_or_err(&[0; 2]), Err(ErrorCode::SIZE));
    assert_eq!(slice.copy_from_slice_or_err(&[4, 5, 6]), Ok(()));
    let mut short = [0; 2];
    assert_eq!(slice.copy_to_slice_or_err(&mut short), Err(ErrorCode::SIZE));
    let mut whole = [0; 3];
    slice.copy_to_slice(&mut whole);
    assert_eq!(whole, [4, 5, 6]);
}

#[test]
#[should_panic(expected = "differ in length")]
fn copying_from_another_length_panics_where_no_error_is_returned() {
    let mut bytes = [0; 3];
    let slice: &WriteableProcessSlice = (&mut bytes[..]).into();
    slice.copy_from_slice(&[1]);
}

#[test]
fn ranges_select_or_give_nothing() {
    let bytes = [10, 11, 12, 13];
    let slice: &ReadableProcessSlice = (&bytes[..]).into();
    let read = |part: Option<&ReadableProcessSlice>| {
        part.map(|part| {
            part.iter()
                .map(|byte| byte.get())
                .collect::<std::vec::Vec<_>>()
        })
    };
    assert_eq!(slice.get(3).map(|byte| byte.get()), Some(13));
    assert!(slice.get(4).is_none());
    assert_eq!(read(slice.get(1..3)), Some(std::vec![11, 12]));
    assert_eq!(read(slice.get(4..)), Some(std::vec![]));
    assert_eq!(read(slice.get(..5)), None);
    // Both come from a process; neither order may panic.
    let (start, end) = (3, 2);
    assert_eq!(read(slice.get(start..end)), None);
    assert_eq!(slice[2].get(), 12);
    assert_eq!(slice[..2].len(), 2);
    let lengths: std::vec::Vec<_> = slice.chunks(3).map(|chunk| chunk.len()).collect();
    assert_eq!(lengths, [3, 1]);
}

#[test]
#[should_panic(expected = "out of range")]
fn an_index_out_of_bounds_panics() {
    let bytes = [0; 4];
    let slice: &ReadableProcessSlice = (&bytes[..]).into();
    let _ = slice[2..5].len();
}

#[test]
fn buffers_of_no_process_are_empty() {
    let ro = ReadOnlyProcessBuffer::default();
    assert_eq!(ro.enter(|slice| slice.len()), Ok(0));
    let rw = ReadWriteProcessBuffer::const_default();
    assert_eq!(rw.mut_enter(|slice| slice.len()), Ok(0));
    assert!(ro.is_empty() && rw.is_empty());
}

#[test]
fn buffers_of_a_process_that_restarted_cannot_be_entered() {
    let board = Board::running(&app("a"));
    let process = board.process();
    let start = core::ptr::without_provenance_mut(process.get_addresses().sram_start);
    let rw = process.build_readwrite_process_buffer(start, 16).unwrap();
    let ro = process.build_readonly_process_buffer(start, 16).unwrap();
    assert_eq!((rw.len(), ro.len()), (16, 16));
    process.try_restart(None);
    assert_eq!((rw.len(), ro.len()), (0, 0));
    assert_eq!(rw.enter(|_| {}), Err(Error::NoSuchApp));
    assert_eq!(rw.mut_enter(|_| {}), Err(Error::NoSuchApp));
    assert_eq!(ro.enter(|_| {}), Err(Error::NoSuchApp));
}

#[test]
fn one_byte_may_be_shared_twice() {
    let board = Board::running(&app("a"));
    let process = board.process();
    let start = core::ptr::without_provenance_mut(process.get_addresses().sram_start);
    let one = process.build_readwrite_process_buffer(start, 2).unwrap();
    let other = process.build_readonly_process_buffer(start, 2).unwrap();
    let seen = one.mut_enter(|one| {
        other.enter(|other| {
            one[1].set(99);
            other[1].get()
        })
    });
    assert_eq!(seen, Ok(Ok(99)));
}
