// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What reaches the registered writer.

use super::*;
use crate::create_capability;
use crate::hil::gpio::{Configuration, Configure, FloatingState, Input, Output, Pin};
use core::cell::{Cell, RefCell};
use std::boxed::Box;
use std::string::String;
use std::vec::Vec;

struct HostThreads;

std::thread_local! {
    static MARK: u8 = const { 0 };
}

// SAFETY: the address of a thread-local is unique among living threads.
unsafe impl ThreadIdProvider for HostThreads {
    fn running_thread_id() -> usize {
        MARK.with(|mark| core::ptr::from_ref(mark).addr())
    }
}

/// A writer with room for so many bytes.
struct Buffer {
    bytes: RefCell<Vec<u8>>,
    room: Cell<usize>,
    published: Cell<usize>,
}

impl DebugWriter for Buffer {
    fn write(&self, buf: &[u8], overflow: &[u8]) -> usize {
        let taken = buf.len().min(self.room.get());
        self.room.set(self.room.get() - taken);
        self.bytes.borrow_mut().extend(&buf[..taken]);
        if taken < buf.len() {
            self.bytes.borrow_mut().extend(overflow);
        }
        taken
    }

    fn available_len(&self) -> usize {
        self.room.get()
    }

    fn to_write_len(&self) -> usize {
        self.bytes.borrow().len()
    }

    fn publish(&self) -> usize {
        self.published.set(self.published.get() + 1);
        self.to_write_len()
    }

    fn flush(&self, writer: &mut dyn IoWrite) {
        writer.write(&self.bytes.take());
    }
}

impl Buffer {
    fn text(&self) -> String {
        String::from_utf8(self.bytes.take()).unwrap()
    }
}

#[derive(Default)]
struct Console(Vec<u8>);

impl IoWrite for Console {
    fn write(&mut self, buf: &[u8]) -> usize {
        self.0.extend(buf);
        buf.len()
    }
}

impl Write for Console {
    fn write_str(&mut self, s: &str) -> core::fmt::Result {
        IoWrite::write(self, s.as_bytes());
        Ok(())
    }
}

/// One test, as there is one writer in a program.
#[test]
fn output_goes_to_the_writer_once_there_is_one() {
    let buffer: &'static Buffer = Box::leak(Box::new(Buffer {
        bytes: RefCell::default(),
        room: Cell::new(1000),
        published: Cell::new(0),
    }));
    let cap = create_capability!(SetDebugWriterCapability);
    debug!("nobody hears this {}", 1);
    set_debug_writer_wrapper(buffer, cap);
    debug!("nor this, for the thread is not bound");
    assert_eq!((debug_available_len(), buffer.to_write_len()), (0, 0));

    initialize_debug_writer_wrapper::<HostThreads>();
    let cap = create_capability!(SetDebugWriterCapability);
    set_debug_writer_wrapper(buffer, cap);
    let inline = 2;
    debug!();
    debug!("one");
    debug!("{inline}, {:#x}", 3);
    assert_eq!(buffer.text(), "\r\none\r\n2, 0x3\r\n");
    assert_eq!(buffer.published.get(), 3);

    assert_eq!(debug_expr!(1 + 1), 2);
    let line = line!() - 1;
    let expected = std::format!("TOCK_DEBUG: {}:{line}: 1 + 1 = 2\r\n", file!());
    assert_eq!(buffer.text(), expected);

    let mut shared = [b'x'; 70];
    assert_eq!(debug_process_slice!((&mut shared[..]).into()), 70);
    assert_eq!(buffer.text(), "x".repeat(70));

    debug!("before the panic");
    let mut console = Console::default();
    flush(&mut console);
    let flushed = String::from_utf8(console.0).unwrap();
    assert!(
        flushed.ends_with("Flushing.\r\nbefore the panic\r\n"),
        "{flushed}"
    );
    let mut again = Console::default();
    flush(&mut again);
    assert!(again.0.is_empty());

    buffer.room.set(4);
    debug!("too long");
    let overflowed = buffer.text();
    assert!(
        overflowed.starts_with("too \n*** DEBUG BUFFER FULL"),
        "{overflowed}"
    );

    let elsewhere = std::thread::spawn(|| debug!("other threads are not heard"));
    elsewhere.join().unwrap();
    assert_eq!(buffer.to_write_len(), 0);
}

struct Line(Cell<bool>, Cell<Configuration>);

impl Configure for Line {
    fn configuration(&self) -> Configuration {
        self.1.get()
    }
    fn make_output(&self) -> Configuration {
        self.1.replace(Configuration::Output);
        self.1.get()
    }
    fn disable_output(&self) -> Configuration {
        self.1.get()
    }
    fn make_input(&self) -> Configuration {
        self.1.get()
    }
    fn disable_input(&self) -> Configuration {
        self.1.get()
    }
    fn deactivate_to_low_power(&self) {}
    fn set_floating_state(&self, _state: FloatingState) {}
    fn floating_state(&self) -> FloatingState {
        FloatingState::PullNone
    }
}

impl Output for Line {
    fn set(&self) {
        self.0.set(true);
    }
    fn clear(&self) {
        self.0.set(false);
    }
    fn toggle(&self) -> bool {
        self.0.set(!self.0.get());
        self.0.get()
    }
}

impl Input for Line {
    fn read(&self) -> bool {
        self.0.get()
    }
}

#[test]
fn debug_gpio_drives_assigned_pins_and_ignores_others() {
    let line: &'static Line = Box::leak(Box::new(Line(
        Cell::new(false),
        Cell::new(Configuration::LowPower),
    )));
    let pins: &'static [&'static dyn Pin] = Box::leak(Box::new([line as &dyn Pin]));
    debug_gpio!(0, set);
    assign_gpios(pins);
    debug_gpio!(0, set);
    assert!(!line.read(), "nothing is bound yet");
    initialize_debug_gpio::<HostThreads>();
    assign_gpios(pins);
    assert!(line.is_output());
    debug_gpio!(0, toggle);
    debug_gpio!(1, toggle);
    assert!(line.read());
}
