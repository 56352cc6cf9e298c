// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Cells, as `tock_cells` has them and as the kernel re-exports them.

use core::cell::Cell;

use kernel::utilities::cells::{MapCell, NumericCellExt, OptionalCell, TakeCell};

use crate::implements;

/// The paths below `kernel::utilities::cells` are those of `tock_cells`.
pub fn same<T>(
    take: TakeCell<'static, T>,
    optional: OptionalCell<T>,
    map: MapCell<T>,
) -> (
    tock_cells::take_cell::TakeCell<'static, T>,
    tock_cells::optional_cell::OptionalCell<T>,
    tock_cells::map_cell::MapCell<T>,
) {
    (take, optional, map)
}

pub const TAKEN: TakeCell<'static, [u8]> = TakeCell::empty();

pub fn take_cell<'a, T: ?Sized, R>(
    make: fn() -> &'a mut T,
    f: fn(&mut T) -> R,
    g: fn(&mut T) -> Option<R>,
    modify: fn(&mut T),
    d: fn() -> R,
) {
    let _: fn(&'a mut T) -> TakeCell<'a, T> = TakeCell::new;
    let _: [fn(&TakeCell<'a, T>) -> bool; 2] = [TakeCell::is_none, TakeCell::is_some];
    let _: fn(&TakeCell<'a, T>) -> Option<&'a mut T> = TakeCell::take;
    let _: fn(&TakeCell<'a, T>, Option<&'a mut T>) = TakeCell::put;
    let _: fn(&TakeCell<'a, T>, &'a mut T) -> Option<&'a mut T> = TakeCell::replace;
    let mut cell: TakeCell<'a, T> = TakeCell::empty();
    let _: Option<&mut T> = cell.get_mut();
    let _: Option<R> = cell.map(f);
    let _: R = cell.map_or(d(), f);
    let _: R = cell.map_or_else(d, f);
    let _: Option<R> = cell.and_then(g);
    let (): () = cell.modify_or_replace(modify, make);
}

pub const OPTIONAL: OptionalCell<u8> = OptionalCell::new(1);
pub const NO_OPTIONAL: OptionalCell<u8> = OptionalCell::empty();

pub fn optional_cell<T: PartialEq, E>(
    error: fn() -> E,
    and: fn() -> Option<T>,
    filter: fn(&T) -> bool,
) {
    let _: fn(T) -> OptionalCell<T> = OptionalCell::new;
    let _: fn() -> OptionalCell<T> = OptionalCell::empty;
    let _: fn(&OptionalCell<T>, T) = OptionalCell::set;
    let _: fn(&OptionalCell<T>, Option<T>) = OptionalCell::insert;
    let _: fn(&OptionalCell<T>, T) -> Option<T> = OptionalCell::replace;
    let _: fn(&OptionalCell<T>) = OptionalCell::clear;
    let _: [fn(&OptionalCell<T>) -> bool; 2] = [OptionalCell::is_some, OptionalCell::is_none];
    let _: fn(&OptionalCell<T>, &T) -> bool = OptionalCell::contains;
    let _: fn(&OptionalCell<T>) -> Option<T> = OptionalCell::take;
    let cell = OptionalCell::<T>::empty;
    let _: Result<T, E> = cell().ok_or(error());
    let _: Result<T, E> = cell().ok_or_else(error);
    let _: Option<T> = cell().and(and());
    let _: Option<T> = cell().filter(filter);
    let _: Option<T> = cell().or(and());
    let _: Option<T> = cell().or_else(and);
}

pub fn defaults<T: Default>(cell: OptionalCell<T>) -> T {
    cell.unwrap_or_default()
}

pub fn copied<T: Copy, R>(
    cell: &OptionalCell<T>,
    make: fn() -> T,
    f: fn(T) -> R,
    g: fn(T) -> Option<R>,
    d: fn() -> R,
) {
    let _: Option<T> = cell.get();
    let _: T = cell.unwrap_or_panic();
    let _: T = cell.unwrap_or(make());
    let _: T = cell.unwrap_or_else(make);
    let _: Option<R> = cell.map(f);
    let _: R = cell.map_or(d(), f);
    let _: R = cell.map_or_else(d, f);
    let _: Option<R> = cell.and_then(g);
}

pub const MAPPED: MapCell<u8> = MapCell::new(1);
pub const NOT_MAPPED: MapCell<u8> = MapCell::empty();

pub fn map_cell<T, R>(
    make: fn() -> T,
    f: fn(&mut T) -> R,
    g: fn(&mut T) -> Option<R>,
    modify: fn(&mut T),
    d: fn() -> R,
) {
    let cell: MapCell<T> = MapCell::empty();
    let _: fn(T) -> MapCell<T> = MapCell::new;
    let _: [fn(&MapCell<T>) -> bool; 2] = [MapCell::is_none, MapCell::is_some];
    let _: fn(&MapCell<T>) -> Option<T> = MapCell::take;
    let _: fn(&MapCell<T>, T) = MapCell::put;
    let _: fn(&MapCell<T>, T) -> Option<T> = MapCell::replace;
    let _: Option<R> = cell.map(f);
    let _: R = cell.map_or(d(), f);
    let _: Option<R> = cell.and_then(g);
    let (): () = cell.modify_or_replace(modify, make);
}

pub fn map_cell_of_copy<T: Copy>(cell: &MapCell<T>) -> Option<T> {
    cell.get()
}

implements!(Cell<usize>: NumericCellExt<usize>);

pub fn numeric(cell: &Cell<usize>) -> (usize, usize) {
    cell.add(1usize);
    cell.subtract(1usize);
    cell.increment();
    cell.decrement();
    (cell.get_and_increment(), cell.get_and_decrement())
}
