// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Reads and writes the configuration region, one flash operation at a time.
//!
//! ```text
//!   supervisor      session
//!       | StoreClient  | CommitClient
//!    +-----------------------+
//!    |      ConfigStore      |   <- this file   (seals and opens in KeyStore)
//!    +-----------------------+
//!       | hil::flash::Flash  \ DeviceRoot
//!     flash                 factory_page_root, or a key engine
//! ```
//! The order of operations, and what a power cut leaves, is
//! `provisioning_storage`'s. `Flash::write_page` must program without erasing,
//! as NOR flash does, and must leave places alone that already hold the byte
//! that is written: the journal adds records to a page that is in use.

use core::cell::Cell;

use kernel::ErrorCode;
use kernel::deferred_call::{DeferredCall, DeferredCallClient};
use kernel::hil::flash::{self, Flash};
use kernel::utilities::cells::{OptionalCell, TakeCell};
use provisioning_storage::journal::Entry;
use provisioning_storage::layout::Page;
use provisioning_storage::slot::NONCE_LEN;
use provisioning_storage::tasks::{Commit, Event, Fault, Index, Load, Record, Step, Task, Wipe};
use zeroize::Zeroize;

use crate::device_root::{Context, DerivedKey, DeviceRoot, DeviceRootClient};
use crate::interfaces::{Attempts, CommitClient, CommitStore, Store, StoreClient, Unusable};
use crate::key_store::KeyStore;

/// What is being done to the region.
enum Job {
    Factory,
    /// The device root derives the key.
    Key,
    Load(Load),
    Attempts(Record),
    Restarts(Record),
    Commit(Commit),
    Wipe(Wipe, Attempts),
    /// After a wipe: a person with the board in hand forgives what was tried
    /// before.
    Forgive(Record),
}

/// The flash region and what is known of it.
pub struct ConfigStore<'a, F: Flash + 'static> {
    flash: &'a F,
    /// Number of the region's first page, in pages of the flash.
    first_page: usize,
    key_store: &'a KeyStore,
    root: &'a dyn DeviceRoot<'a>,
    page: TakeCell<'static, F::Page>,
    /// Where the root puts the key.
    key: TakeCell<'static, DerivedKey>,
    job: Cell<Option<Job>>,
    /// What came of an operation that was over before the call that began it
    /// came back. The HIL forbids that, but it must not stop the store for good.
    early: Cell<Option<Event>>,
    /// A job that is over and whose client is still to be told: clients are
    /// never called from within the call that started the work.
    finished: Cell<Option<(Job, Result<(), Fault>)>>,
    deferred_call: DeferredCall,
    index: Cell<Index>,
    /// What came of the factory page, and then of the key.
    usable: Cell<Result<(), Unusable>>,
    /// Whether the region was looked at. Nothing may be written before.
    loaded: Cell<bool>,
    /// A wipe that waits for the job under way.
    wipe_next: Cell<Option<Attempts>>,
    store_client: OptionalCell<&'a dyn StoreClient>,
    commit_client: OptionalCell<&'a dyn CommitClient>,
}

impl<'a, F: Flash> ConfigStore<'a, F> {
    /// The region that begins at `first_page`, sealed under a key from `root`.
    /// It must be made the client of both. The flash's pages must be at least
    /// `provisioning_storage::layout::PAGE_LEN` bytes long.
    pub fn new(
        flash: &'a F,
        first_page: usize,
        key_store: &'a KeyStore,
        root: &'a dyn DeviceRoot<'a>,
        page: &'static mut F::Page,
        key: &'static mut DerivedKey,
    ) -> Self {
        Self {
            flash,
            first_page,
            key_store,
            root,
            page: TakeCell::new(page),
            key: TakeCell::new(key),
            job: Cell::new(None),
            early: Cell::new(None),
            finished: Cell::new(None),
            deferred_call: DeferredCall::new(),
            index: Cell::new(Index::new()),
            usable: Cell::new(Err(Unusable::NotMinted)),
            loaded: Cell::new(false),
            wipe_next: Cell::new(None),
            store_client: OptionalCell::empty(),
            commit_client: OptionalCell::empty(),
        }
    }

    /// Sets who is told about loading, wiping and the count of restarts.
    pub fn set_store_client(&self, client: &'a dyn StoreClient) {
        self.store_client.set(client);
    }

    /// Sets who is told about attempts and commits.
    pub fn set_commit_client(&self, client: &'a dyn CommitClient) {
        self.commit_client.set(client);
    }

    /// Serial number of the configuration in force.
    pub fn serial(&self) -> Option<u32> {
        self.index.get().serial()
    }

    /// Writing before reading could destroy what is there.
    fn ensure_loaded(&self) -> Result<(), ErrorCode> {
        self.loaded.get().then_some(()).ok_or(ErrorCode::RESERVE)
    }

    fn begin(&self, job: Job) -> Result<(), ErrorCode> {
        if self.is_busy() || self.deferred_call.is_pending() {
            return Err(ErrorCode::BUSY);
        }
        let page = self.page.take().ok_or(ErrorCode::BUSY)?;
        self.job.set(Some(job));
        self.advance(page, Event::Begin);
        Ok(())
    }

    /// Asks the job what is next until a flash operation is under way or the
    /// job is finished. Every step that is not a flash operation leads to one
    /// or to the end, so that this returns soon.
    fn advance(&self, mut page: &'static mut F::Page, mut event: Event) {
        let Some(mut job) = self.job.take() else {
            self.page.replace(page);
            return;
        };
        loop {
            self.early.set(None);
            let begun = match self.step(&mut job, event, page.as_mut()) {
                Step::Read(which) => self.flash.read_page(self.number(which), page),
                Step::Program(which) => self.flash.write_page(self.number(which), page),
                Step::Erase(which) => self.erase(self.number(which), page),
                Step::Seal(header) => {
                    event = outcome(self.key_store.seal_staged(&header, page.as_mut()));
                    continue;
                }
                Step::Open(_, header) => {
                    event = outcome(self.key_store.open(&header, page.as_mut()));
                    continue;
                }
                Step::Finished(result) => {
                    // The buffer may hold factory secrets or a configuration.
                    page.as_mut().zeroize();
                    self.page.replace(page);
                    self.finished.set(Some((job, result)));
                    self.deferred_call.set();
                    return;
                }
            };
            let over = self.early.take();
            let over = over.and_then(|outcome| Some((outcome, self.page.take()?)));
            match (begun, over) {
                (Ok(()), None) => {
                    self.job.set(Some(job));
                    return;
                }
                (Ok(()), Some((outcome, returned))) => {
                    page = returned;
                    event = outcome;
                }
                (Err((_, returned)), _) => {
                    page = returned;
                    event = Event::Failed;
                }
            }
        }
    }

    /// An operation is over.
    fn completed(&self, page: &'static mut F::Page, event: Event) {
        if self.is_busy() {
            self.advance(page, event);
        } else {
            // `advance` has the job and comes to it, or nobody asked.
            self.page.replace(page);
            self.early.set(Some(event));
        }
    }

    /// Erasing takes no buffer; it waits in its cell meanwhile.
    fn erase(
        &self,
        number: usize,
        page: &'static mut F::Page,
    ) -> Result<(), (ErrorCode, &'static mut F::Page)> {
        self.page.replace(page);
        match self.flash.erase_page(number) {
            Ok(()) => Ok(()),
            Err(error) => self.page.take().map_or(Ok(()), |page| Err((error, page))),
        }
    }

    fn number(&self, page: Page) -> usize {
        self.first_page + page.number()
    }

    fn step(&self, job: &mut Job, event: Event, page: &mut [u8]) -> Step {
        let mut index = self.index.get();
        let step = match job {
            Job::Factory => match event {
                Event::Begin => Step::Read(Page::Factory),
                Event::Done | Event::Failed => {
                    self.usable.set(self.take_factory(event, page));
                    Step::Finished(Ok(()))
                }
            },
            // Has no flash operation: `derived` ends it.
            Job::Key => Step::Finished(Ok(())),
            Job::Load(task) => task.resume(&mut index, event, page),
            Job::Attempts(task) | Job::Restarts(task) | Job::Forgive(task) => {
                task.resume(&mut index, event, page)
            }
            Job::Commit(task) => task.resume(&mut index, event, page),
            Job::Wipe(task, attempts) => match task.resume(&mut index, event, page) {
                // Not before: a board that still holds its configuration keeps
                // its lock.
                Step::Finished(Ok(()))
                    if *attempts == Attempts::Forgive && index.values().attempts > 0 =>
                {
                    let mut record = Record::new(Entry::Attempts(0));
                    let first = record.resume(&mut index, Event::Begin, page);
                    *job = Job::Forgive(record);
                    first
                }
                step => step,
            },
        };
        self.index.set(index);
        step
    }

    fn take_factory(&self, event: Event, page: &[u8]) -> Result<(), Unusable> {
        match event {
            Event::Done => self.key_store.learn_factory(page),
            Event::Begin | Event::Failed => Err(Unusable::FactoryDamaged),
        }
    }

    fn derive(&self) -> Result<(), Unusable> {
        let id = self.key_store.device_id().ok_or(Unusable::NotMinted)?;
        let key = self.key.take().ok_or(Unusable::NoKey(ErrorCode::BUSY))?;
        self.job.set(Some(Job::Key));
        self.root
            .derive(Context::storage(id), key)
            .map_err(|(error, key)| {
                self.job.set(None);
                self.key.replace(key);
                self.key_store.forget_root_secret();
                Unusable::NoKey(error)
            })
    }

    fn give_up(&self, why: Unusable) {
        self.store_client.map(|client| client.loaded(Err(why)));
    }

    fn tell(&self, job: Job, result: Result<(), Fault>) {
        match job {
            Job::Factory => {
                if let Err(why) = self.usable.get().and_then(|()| self.derive()) {
                    self.give_up(why);
                }
            }
            Job::Key => {
                self.key_store.forget_root_secret();
                let begun = self.usable.get().and_then(|()| {
                    self.begin(Job::Load(Load::default()))
                        .map_err(Unusable::NoKey)
                });
                if let Err(why) = begun {
                    self.give_up(why);
                }
            }
            Job::Load(_) => {
                self.loaded.set(true);
                let verdict = self.index.get().verdict();
                self.store_client.map(|client| client.loaded(Ok(verdict)));
            }
            Job::Attempts(_) => {
                self.commit_client
                    .map(|client| client.attempts_recorded(result));
            }
            Job::Restarts(_) => {
                self.store_client
                    .map(|client| client.restarts_recorded(result));
            }
            Job::Commit(_) => {
                self.key_store.unstage();
                self.commit_client.map(|client| client.committed(result));
            }
            Job::Forgive(_) | Job::Wipe(..) => {
                self.key_store.forget_configuration();
                self.store_client.map(|client| client.wiped(result));
            }
        }
    }
}

fn outcome<E>(done: Result<(), E>) -> Event {
    match done {
        Ok(()) => Event::Done,
        Err(_) => Event::Failed,
    }
}

impl<'a, F: Flash> flash::Client<F> for ConfigStore<'a, F> {
    fn read_complete(&self, read_buffer: &'static mut F::Page, result: Result<(), flash::Error>) {
        self.completed(read_buffer, outcome(result));
    }

    fn write_complete(&self, write_buffer: &'static mut F::Page, result: Result<(), flash::Error>) {
        self.completed(write_buffer, outcome(result));
    }

    fn erase_complete(&self, result: Result<(), flash::Error>) {
        if let Some(page) = self.page.take() {
            self.completed(page, outcome(result));
        }
    }
}

impl<'a, F: Flash> DeviceRootClient for ConfigStore<'a, F> {
    fn derived(&self, key: &'static mut DerivedKey, result: Result<(), ErrorCode>) {
        match self.job.take() {
            Some(Job::Key) => {
                if result.is_ok() {
                    self.key_store.take_key(key);
                }
                self.usable.set(result.map_err(Unusable::NoKey));
                self.finished.set(Some((Job::Key, Ok(()))));
                self.deferred_call.set();
            }
            // Nobody asked.
            other => self.job.set(other),
        }
        key.zeroize();
        self.key.replace(key);
    }
}

impl<'a, F: Flash> DeferredCallClient for ConfigStore<'a, F> {
    fn handle_deferred_call(&self) {
        if let Some((job, result)) = self.finished.take() {
            self.tell(job, result);
        }
        // A client may have begun something else, which ends here as well.
        if let Some(attempts) = self.wipe_next.take()
            && self.begin(Job::Wipe(Wipe::default(), attempts)).is_err()
        {
            self.wipe_next.set(Some(attempts));
        }
    }

    fn register(&'static self) {
        self.deferred_call.register(self);
    }
}

impl<'a, F: Flash> Store for ConfigStore<'a, F> {
    fn load(&self) -> Result<(), ErrorCode> {
        self.begin(Job::Factory)
    }

    fn wipe(&self, attempts: Attempts) -> Result<(), ErrorCode> {
        self.ensure_loaded()?;
        if self.wipe_next.get().is_some() {
            return Err(ErrorCode::BUSY);
        }
        if self.begin(Job::Wipe(Wipe::default(), attempts)).is_err() {
            self.wipe_next.set(Some(attempts));
        }
        Ok(())
    }

    fn is_busy(&self) -> bool {
        let job = self.job.take();
        let busy = job.is_some();
        self.job.set(job);
        busy
    }

    fn restarts(&self) -> u32 {
        self.index.get().values().restarts
    }

    fn record_restarts(&self, restarts: u32) -> Result<(), ErrorCode> {
        self.ensure_loaded()?;
        self.begin(Job::Restarts(Record::new(Entry::Restarts(restarts))))
    }
}

impl<'a, F: Flash> CommitStore for ConfigStore<'a, F> {
    fn attempts(&self) -> u32 {
        self.index.get().values().attempts
    }

    fn lowest_serial(&self) -> u32 {
        let index = self.index.get();
        index.serial().unwrap_or(0).max(index.values().serial_floor)
    }

    fn holds_configuration(&self) -> bool {
        self.serial().is_some()
    }

    fn record_attempts(&self, attempts: u32) -> Result<(), ErrorCode> {
        self.ensure_loaded()?;
        self.begin(Job::Attempts(Record::new(Entry::Attempts(attempts))))
    }

    fn commit(&self, serial: u32, nonce: [u8; NONCE_LEN]) -> Result<(), ErrorCode> {
        self.ensure_loaded()?;
        let sealed_len = self
            .key_store
            .staged_sealed_len()
            .ok_or(ErrorCode::RESERVE)?;
        self.begin(Job::Commit(Commit::new(serial, nonce, sealed_len)))
    }
}

#[cfg(test)]
mod tests;
