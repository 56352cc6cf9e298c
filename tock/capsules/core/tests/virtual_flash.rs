// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The flash mux over a flash that the test plays.

use std::cell::{Cell, RefCell};

use capsules_core::virtualizers::virtual_flash::{FlashUser, MuxFlash};
use kernel::ErrorCode;
use kernel::hil::flash::{self, Flash, HasClient};

#[derive(Default)]
struct Page([u8; 16]);

impl AsMut<[u8]> for Page {
    fn as_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

enum Running {
    Read(usize, &'static mut Page),
    Write(usize, &'static mut Page),
    Erase(usize),
}

/// Four pages; operations end when the test says so.
struct FakeFlash {
    pages: RefCell<[[u8; 16]; 4]>,
    running: Cell<Option<Running>>,
    refusal: Cell<Option<ErrorCode>>,
    client: Cell<Option<&'static MuxFlash<'static, FakeFlash>>>,
    order: RefCell<Vec<usize>>,
}

impl FakeFlash {
    fn start<T>(
        &self,
        page: usize,
        buffer: T,
        make: impl FnOnce(T) -> Running,
    ) -> Result<(), (ErrorCode, T)> {
        if let Some(error) = self.refusal.take() {
            return Err((error, buffer));
        }
        assert!(!self.is_busy(), "two operations at once");
        self.order.borrow_mut().push(page);
        self.running.set(Some(make(buffer)));
        Ok(())
    }

    fn is_busy(&self) -> bool {
        let running = self.running.take();
        let busy = running.is_some();
        self.running.set(running);
        busy
    }

    fn finish(&self) {
        use flash::Client;
        let client = self.client.get().unwrap();
        match self.running.take().expect("nothing runs") {
            Running::Read(page, buffer) => {
                buffer.0 = self.pages.borrow()[page];
                client.read_complete(buffer, Ok(()));
            }
            Running::Write(page, buffer) => {
                self.pages.borrow_mut()[page] = buffer.0;
                client.write_complete(buffer, Ok(()));
            }
            Running::Erase(page) => {
                self.pages.borrow_mut()[page] = [0xff; 16];
                client.erase_complete(Ok(()));
            }
        }
    }
}

impl HasClient<'static, MuxFlash<'static, FakeFlash>> for FakeFlash {
    fn set_client(&'static self, client: &'static MuxFlash<'static, FakeFlash>) {
        self.client.set(Some(client));
    }
}

impl Flash for FakeFlash {
    type Page = Page;

    fn read_page(
        &self,
        page: usize,
        buffer: &'static mut Page,
    ) -> Result<(), (ErrorCode, &'static mut Page)> {
        self.start(page, buffer, |buffer| Running::Read(page, buffer))
    }

    fn write_page(
        &self,
        page: usize,
        buffer: &'static mut Page,
    ) -> Result<(), (ErrorCode, &'static mut Page)> {
        self.start(page, buffer, |buffer| Running::Write(page, buffer))
    }

    fn erase_page(&self, page: usize) -> Result<(), ErrorCode> {
        self.start(page, (), |()| Running::Erase(page))
            .map_err(|(error, ())| error)
    }
}

type User = FlashUser<'static, FakeFlash>;

#[derive(Debug, PartialEq)]
enum Event {
    Read(u8, Result<(), flash::Error>),
    Write(Result<(), flash::Error>),
    Erase(Result<(), flash::Error>),
}

#[derive(Default)]
struct Client {
    events: RefCell<Vec<Event>>,
    then: RefCell<Option<Box<dyn FnOnce()>>>,
}

impl Client {
    fn note(&self, event: Event) {
        self.events.borrow_mut().push(event);
        if let Some(then) = self.then.take() {
            then();
        }
    }
}

impl flash::Client<User> for Client {
    fn read_complete(&self, buffer: &'static mut Page, result: Result<(), flash::Error>) {
        self.note(Event::Read(buffer.0[0], result));
    }

    fn write_complete(&self, _buffer: &'static mut Page, result: Result<(), flash::Error>) {
        self.note(Event::Write(result));
    }

    fn erase_complete(&self, result: Result<(), flash::Error>) {
        self.note(Event::Erase(result));
    }
}

fn bench(count: usize) -> (&'static FakeFlash, Vec<(&'static User, &'static Client)>) {
    let hardware: &'static FakeFlash = Box::leak(Box::new(FakeFlash {
        pages: RefCell::new([[0; 16], [1; 16], [2; 16], [3; 16]]),
        running: Cell::new(None),
        refusal: Cell::new(None),
        client: Cell::new(None),
        order: RefCell::default(),
    }));
    let mux: &'static MuxFlash<'static, FakeFlash> = Box::leak(Box::new(MuxFlash::new(hardware)));
    hardware.set_client(mux);
    let users = (0..count)
        .map(|_| {
            let user: &'static User = Box::leak(Box::new(FlashUser::new(mux)));
            let client: &'static Client = Box::leak(Box::default());
            user.set_client(client);
            (user, client)
        })
        .collect();
    (hardware, users)
}

fn page(value: u8) -> &'static mut Page {
    Box::leak(Box::new(Page([value; 16])))
}

fn read(user: &User, number: usize) -> Result<(), ErrorCode> {
    user.read_page(number, page(0)).map_err(|(error, _)| error)
}

#[test]
fn operations_run_one_after_the_other() {
    let (hardware, users) = bench(3);
    read(users[0].0, 3).unwrap();
    assert!(users[1].0.write_page(1, page(9)).is_ok());
    users[2].0.erase_page(2).unwrap();
    for _ in 0..3 {
        hardware.finish();
    }
    assert_eq!(*users[0].1.events.borrow(), [Event::Read(3, Ok(()))]);
    assert_eq!(*users[1].1.events.borrow(), [Event::Write(Ok(()))]);
    assert_eq!(*users[2].1.events.borrow(), [Event::Erase(Ok(()))]);
    assert_eq!(hardware.pages.borrow()[1], [9; 16]);
    assert_eq!(hardware.pages.borrow()[2], [0xff; 16]);
    assert!(!hardware.is_busy());
}

#[test]
fn user_has_one_operation_at_a_time() {
    let (hardware, users) = bench(2);
    read(users[0].0, 0).unwrap();
    assert_eq!(read(users[0].0, 0), Err(ErrorCode::BUSY));
    read(users[1].0, 0).unwrap();
    assert_eq!(users[1].0.erase_page(0), Err(ErrorCode::BUSY));
    hardware.finish();
    read(users[0].0, 0).unwrap();
}

#[test]
fn user_that_goes_on_waits_for_the_others() {
    let (hardware, users) = bench(3);
    let first = users[0].0;
    *users[0].1.then.borrow_mut() = Some(Box::new(move || read(first, 3).unwrap()));
    read(users[0].0, 0).unwrap();
    read(users[1].0, 1).unwrap();
    read(users[2].0, 2).unwrap();
    for _ in 0..4 {
        hardware.finish();
    }
    let order = hardware.order.borrow();
    assert_eq!((order[0], order[3]), (0, 3));
}

#[test]
fn refusal_by_a_free_controller_is_returned() {
    let (hardware, users) = bench(1);
    hardware.refusal.set(Some(ErrorCode::INVAL));
    assert_eq!(read(users[0].0, 99), Err(ErrorCode::INVAL));
    assert_eq!(*users[0].1.events.borrow(), []);
    read(users[0].0, 0).unwrap();
}

#[test]
fn refusal_of_one_that_waited_is_called_back_and_the_next_goes() {
    let (hardware, users) = bench(3);
    for (user, _) in &users {
        read(user, 1).unwrap();
    }
    hardware.refusal.set(Some(ErrorCode::INVAL));
    hardware.finish();
    hardware.finish();
    let failed = |(_, client): &&(&User, &Client)| {
        *client.events.borrow() == [Event::Read(0, Err(flash::Error::FlashError))]
    };
    assert_eq!(users.iter().filter(failed).count(), 1);
    assert_eq!(hardware.order.borrow().len(), 2);
}

#[test]
fn user_without_a_client_is_refused() {
    let (hardware, _) = bench(0);
    let user = FlashUser::new(hardware.client.get().unwrap());
    assert_eq!(user.erase_page(0), Err(ErrorCode::OFF));
}
