// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A board on the host: the real kernel, two processes, the real session.

use std::cell::Cell;
use std::rc::Rc;

use capsules_provisioning::config_store::ConfigStore;
use capsules_provisioning::device_root::{DerivedKey, DeviceRoot};
use capsules_provisioning::factory_page_root::FactoryPageRoot;
use capsules_provisioning::interfaces::{
    Attempts, CommitStore, Link, LinkObserver, ProvisionedObserver, Store, StoreClient, Unusable,
};
use capsules_provisioning::key_store::KeyStore;
use capsules_provisioning::policy::{Application, Policy, Role};
use capsules_provisioning::provisioning_driver::{self, ProvisioningDriver};
use capsules_provisioning::session::{About, Phase, Session, SessionObserver, SessionPort};
use capsules_provisioning::tenant_config_driver::{self, TenantConfigDriver};
use capsules_system::process_checker::basic::AppCheckerNull;
use capsules_system::process_checker::tbf::AppIdAssignerTbfHeader;
use capsules_system::process_policies::StopFaultPolicy;
use kernel::Kernel;
use kernel::capabilities::{MemoryAllocationCapability, ProcessManagementCapability};
use kernel::create_capability;
use kernel::deferred_call::{DeferredCall, DeferredCallClient};
use kernel::hil::flash::HasClient;
use kernel::hil::rng::Rng;
use kernel::hil::time::Alarm;
use kernel::process::{
    ProcessBinary, ProcessCheckerMachine, ProcessLoadingAsync, ProcessStandardDebugFull,
    SequentialProcessLoaderMachine,
};
use kernel::process_checker::AppCredentialsPolicy;
use provisioning_storage::tasks::{Fault, Verdict};
use provisioning_wire::{AlertCode, GrantFields, Refusal};

use crate::fakes::alarm::FakeAlarm;
use crate::fakes::flash::{Pages, RamFlash};
use crate::fakes::rng::FakeRng;
use crate::harness::{self, Bench, FakeChip};

/// The process that attacks.
pub const ATTACKER: usize = 0;
/// Another process: a tenant, or another one with the attacker's rights.
pub const OTHER: usize = 1;

const ONE: u32 = 0x1_0001;
const TWO: u32 = 0x1_0101;

const fn application(short_id: u32, role: Role, fields: u32) -> Application {
    Application {
        short_id,
        role,
        fields: GrantFields(fields),
    }
}

static WITH_A_TENANT: [Application; 2] = [
    application(ONE, Role::Provisioner, 0),
    application(TWO, Role::Tenant, GrantFields::ALL),
];
static WITH_AN_ACCOMPLICE: [Application; 2] = [
    application(ONE, Role::Provisioner, 0),
    application(TWO, Role::Provisioner, 0),
];

/// What the supervisor of a board would be told.
pub struct Observer {
    /// Whether the board wants a configuration.
    pub wants: Cell<bool>,
    /// How often one was stored.
    pub committed: Cell<usize>,
}

impl SessionObserver for Observer {
    fn phase(&self, _phase: Phase) {}

    fn committed(&self) {
        self.wants.set(false);
        self.committed.set(self.committed.get() + 1);
    }

    fn acknowledged(&self) {}

    fn refused(&self, _refusal: Refusal) {}

    fn storage_failed(&self) {}

    fn ended(&self, _alert: Option<AlertCode>) {}
}

impl LinkObserver for Observer {
    fn link(&self, _link: Link) {}

    fn identify(&self, _on: bool) {}

    fn wants_configuration(&self) -> bool {
        self.wants.get()
    }

    fn is_provisioned(&self) -> bool {
        !self.wants.get()
    }
}

impl StoreClient for Observer {
    fn loaded(&self, _found: Result<Verdict, Unusable>) {}

    fn wiped(&self, _result: Result<(), Fault>) {}

    fn restarts_recorded(&self, _result: Result<(), Fault>) {}
}

pub fn leak<T>(value: T) -> &'static mut T {
    Box::leak(Box::new(value))
}

/// The parts that a sequence plays with.
pub struct Board {
    pub bench: Bench,
    pub rng: &'static FakeRng,
    pub flash: &'static RamFlash,
    pub store: &'static ConfigStore<'static, RamFlash>,
    pub session: &'static Session<'static, FakeRng, FakeAlarm>,
    pub observer: &'static Observer,
    pub tenants: &'static TenantConfigDriver<'static>,
}

impl Board {
    /// Boots from `pages`. `accomplice`: the other process is a provisioner too.
    pub fn new(pages: Pages, attempt_limit: Option<u8>, accomplice: bool) -> Self {
        let rng: &'static FakeRng = leak(FakeRng::default());
        let alarm: &'static FakeAlarm = leak(FakeAlarm::new());
        let flash = RamFlash::new(pages);
        let key_store: &'static KeyStore = leak(KeyStore::new());
        let root: &'static FactoryPageRoot<'static> = leak(FactoryPageRoot::new(key_store));
        root.register();
        let store: &'static ConfigStore<'static, RamFlash> = leak(ConfigStore::new(
            flash,
            0,
            key_store,
            root,
            leak(Default::default()),
            leak(DerivedKey::zeroed()),
        ));
        let about = About {
            board: "board under attack",
            firmware: "firmware 1",
            attempt_limit,
        };
        let session: &'static Session<'static, FakeRng, FakeAlarm> =
            leak(Session::new(rng, alarm, key_store, store, about));
        let observer: &'static Observer = leak(Observer {
            wants: Cell::new(true),
            committed: Cell::new(0),
        });
        flash.set_client(store);
        root.set_client(store);
        store.register();
        store.set_store_client(observer);
        store.set_commit_client(session);
        rng.set_client(session);
        alarm.set_alarm_client(session);
        session.register();
        session.set_observer(observer);

        let policy = Policy::new(if accomplice {
            &WITH_AN_ACCOMPLICE
        } else {
            &WITH_A_TENANT
        });
        let tenants = Rc::new(Cell::new(None));
        let made = tenants.clone();
        let bench = Bench::loaded_by(
            move |kernel, capability| {
                let drivers = drivers(kernel, capability, session, observer, key_store, policy);
                made.set(Some(drivers.1));
                vec![
                    (provisioning_driver::DRIVER_NUM, drivers.0),
                    (tenant_config_driver::DRIVER_NUM, drivers.1),
                ]
            },
            load,
        );
        store.load().unwrap();
        let board = Self {
            bench,
            rng,
            flash,
            store,
            session,
            observer,
            tenants: tenants.take().unwrap(),
        };
        board.settle();
        board.observer.wants.set(!board.holds_configuration());
        board.tenants.provisioned(board.holds_configuration());
        board
    }

    pub fn holds_configuration(&self) -> bool {
        self.store.holds_configuration()
    }

    /// Lets the kernel do one thing; answers whether there was one.
    pub fn work(&self) -> bool {
        DeferredCall::service_next_pending().is_some()
    }

    /// Lets the kernel work until it waits.
    pub fn settle(&self) {
        loop {
            let mut count = 0;
            while self.work() {
                count += 1;
                assert!(count < 1_000_000, "deferred calls never end");
            }
            if !self.rng.deliver(7) {
                return;
            }
        }
    }

    /// A person holds the button: the configuration goes, and the board wants
    /// another one.
    pub fn wipe(&self) {
        self.session.close();
        self.settle();
        self.session.button_pressed();
        self.store.wipe(Attempts::Forgive).unwrap();
        self.settle();
        self.tenants.provisioned(false);
        self.observer.wants.set(true);
        assert!(!self.holds_configuration());
    }
}

fn drivers(
    kernel: &'static Kernel,
    capability: &dyn MemoryAllocationCapability,
    session: &'static Session<'static, FakeRng, FakeAlarm>,
    observer: &'static Observer,
    key_store: &'static KeyStore,
    policy: Policy,
) -> (
    &'static ProvisioningDriver<'static>,
    &'static TenantConfigDriver<'static>,
) {
    let driver: &'static ProvisioningDriver<'static> = leak(ProvisioningDriver::new(
        session,
        observer,
        policy,
        kernel.create_grant(provisioning_driver::DRIVER_NUM, capability),
    ));
    session.set_client(driver);
    let tenants: &'static TenantConfigDriver<'static> = leak(TenantConfigDriver::new(
        key_store,
        policy,
        kernel.create_grant(tenant_config_driver::DRIVER_NUM, capability),
    ));
    (driver, tenants)
}

type Loader = SequentialProcessLoaderMachine<'static, FakeChip, ProcessStandardDebugFull>;

/// Loads two programs with the ShortIds of the table, as a board does.
fn load(kernel: &'static Kernel, chip: &'static FakeChip, ram: &'static mut [u8]) {
    let flash = [
        harness::program(b"one ", Some(ONE)),
        harness::program(b"two ", Some(TWO)),
    ]
    .concat();
    let checking: &'static AppCheckerNull = leak(AppCheckerNull::new());
    let checker: &'static ProcessCheckerMachine = leak(ProcessCheckerMachine::new(checking));
    checking.set_client(checker);
    let binaries: &'static mut [Option<ProcessBinary>] = leak([const { None }; 2]);
    let loader: &'static Loader = leak(SequentialProcessLoaderMachine::new(
        checker,
        binaries,
        kernel,
        chip,
        flash.leak(),
        ram,
        leak(StopFaultPolicy {}),
        &(),
        leak(AppIdAssignerTbfHeader {}),
        &create_capability!(ProcessManagementCapability),
    ));
    checker.set_client(loader);
    checker.register();
    loader.register();
    loader.start();
    while DeferredCall::service_next_pending().is_some() {}
}

/// Runs in a thread of its own, which has deferred calls of its own, as a board
/// has after a restart.
pub fn on_a_board<R: Send>(run: impl FnOnce() -> R + Send) -> R {
    std::thread::scope(|scope| match scope.spawn(run).join() {
        Ok(result) => result,
        Err(panic) => std::panic::resume_unwind(panic),
    })
}
