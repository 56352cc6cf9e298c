// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What each cell does when full, empty and lent.

use crate::map_cell::MapCell;
use crate::numeric_cell_ext::NumericCellExt;
use crate::optional_cell::OptionalCell;
use crate::take_cell::TakeCell;
use core::cell::Cell;

#[test]
fn take_cell_lends_its_reference_once() {
    let mut buffer = [1u8, 2, 3];
    let cell = TakeCell::new(&mut buffer[..]);
    assert!(cell.is_some());
    let lent = cell.take().unwrap();
    assert!(cell.is_none());
    assert!(cell.take().is_none());
    lent[0] = 9;
    assert!(cell.replace(lent).is_none());
    assert_eq!(cell.map(|b| b[0]), Some(9));
}

#[test]
fn take_cell_is_empty_inside_its_own_map() {
    let mut value = 5u32;
    let cell = TakeCell::new(&mut value);
    let nested = cell.map(|_| cell.map(|_| ())).unwrap();
    assert_eq!(nested, None);
    assert!(cell.is_some(), "the reference comes back after the closure");
}

#[test]
fn take_cell_defaults_serve_the_empty_cell_only() {
    let mut value = 5u32;
    let full = TakeCell::new(&mut value);
    let empty: TakeCell<u32> = TakeCell::empty();
    assert_eq!(full.map_or(0, |v| *v), 5);
    assert_eq!(empty.map_or(7, |v| *v), 7);
    assert_eq!(full.map_or_else(|| 0, |v| *v), 5);
    assert_eq!(empty.map_or_else(|| 8, |v| *v), 8);
    assert_eq!(full.and_then(|v| v.checked_sub(6)), None);
    assert_eq!(full.and_then(|v| v.checked_sub(5)), Some(0));
}

#[test]
fn take_cell_modifies_or_replaces() {
    let (mut first, mut second) = (1u32, 2u32);
    let mut cell = TakeCell::empty();
    cell.modify_or_replace(|_| panic!("empty"), || &mut first);
    cell.modify_or_replace(|v| *v += 10, || &mut second);
    assert_eq!(cell.get_mut().map(|v| *v), Some(11));
    cell.put(None);
    assert!(cell.is_none());
}

#[test]
fn optional_cell_sets_takes_and_clears() {
    let cell = OptionalCell::empty();
    assert!(cell.is_none());
    cell.set(4);
    assert!(cell.contains(&4) && !cell.contains(&5));
    assert_eq!(cell.replace(5), Some(4));
    assert_eq!(cell.get(), Some(5));
    assert_eq!(cell.take(), Some(5));
    assert_eq!(cell.get(), None);
    cell.insert(Some(6));
    cell.clear();
    assert!(cell.is_none());
}

#[test]
fn optional_cell_maps_copies_and_leaves_the_value() {
    let cell = OptionalCell::new(3u8);
    assert_eq!(cell.map(|v| v + 1), Some(4));
    assert_eq!(cell.map_or(0, |v| v + 1), 4);
    assert_eq!(cell.map_or_else(|| 0, |v| v + 1), 4);
    assert_eq!(cell.and_then(|v| v.checked_sub(4)), None);
    assert_eq!(cell.unwrap_or(0), 3);
    assert_eq!(cell.unwrap_or_else(|| 0), 3);
    assert_eq!(cell.unwrap_or_panic(), 3);
    cell.clear();
    assert_eq!(cell.unwrap_or(1), 1);
    assert_eq!(cell.map(|v| v), None);
}

#[test]
#[should_panic(expected = "empty")]
fn optional_cell_unwrap_or_panic_panics_when_empty() {
    OptionalCell::<u8>::empty().unwrap_or_panic();
}

#[test]
fn optional_cell_consuming_forms_follow_option() {
    assert_eq!(OptionalCell::new(1).ok_or("none"), Ok(1));
    assert_eq!(OptionalCell::<u8>::empty().ok_or("none"), Err("none"));
    assert_eq!(OptionalCell::<u8>::empty().ok_or_else(|| 2), Err(2));
    assert_eq!(OptionalCell::new(1).and(Some("b")), Some("b"));
    assert_eq!(OptionalCell::new(1).filter(|v| *v > 1), None);
    assert_eq!(OptionalCell::empty().or(Some(2)), Some(2));
    assert_eq!(OptionalCell::new(1).or_else(|| Some(2)), Some(1));
    assert_eq!(OptionalCell::<u8>::empty().unwrap_or_default(), 0);
}

#[test]
fn map_cell_looks_empty_while_lent_and_keeps_its_value() {
    let cell = MapCell::new([1u8, 2]);
    cell.map(|value| {
        assert!(cell.is_none());
        assert_eq!(cell.take(), None);
        assert_eq!(cell.get(), None);
        assert_eq!(cell.replace([9, 9]), None);
        value[0] = 7;
    });
    assert_eq!(cell.get(), Some([7, 2]));
}

#[test]
fn map_cell_stores_takes_and_replaces() {
    let cell = MapCell::empty();
    assert_eq!(cell.map(|v: &mut u32| *v), None);
    assert_eq!(cell.map_or(8, |v| *v), 8);
    cell.modify_or_replace(|_| panic!("empty"), || 1);
    cell.modify_or_replace(|v| *v += 1, || 100);
    assert_eq!(cell.replace(5), Some(2));
    assert_eq!(cell.and_then(|v| v.checked_sub(6)), None);
    cell.put(6);
    assert_eq!(cell.take(), Some(6));
    assert!(cell.is_none());
}

#[test]
fn numeric_cell_counts() {
    let cell = Cell::new(5usize);
    cell.add(3);
    cell.subtract(1);
    assert_eq!(cell.get_and_increment(), 7);
    assert_eq!(cell.get_and_decrement(), 8);
    cell.increment();
    cell.decrement();
    assert_eq!(cell.get(), 7);
}
