// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Moves of a hostile process, drawn from a seed.

use capsules_provisioning::interfaces::{CommitStore, ProvisionedObserver};
use capsules_provisioning::session::{SessionPort, Status};
use capsules_provisioning::{provisioning_driver, tenant_config_driver};
use kernel::syscall::{Syscall, SyscallReturn};
use provisioning_wire::FrameType;

use crate::board::{ATTACKER, Board, OTHER};
use crate::daemon::Daemon;
use crate::fakes::factory::{config, factory_page, setup_code};
use crate::harness::Buffer;

const DRIVERS: [usize; 2] = [
    provisioning_driver::DRIVER_NUM,
    tenant_config_driver::DRIVER_NUM,
];

mod command {
    pub const STATUS: usize = 1;
    pub const OPEN: usize = 2;
    pub const RECEIVE: usize = 3;
    pub const TAKE: usize = 4;
    pub const CLOSE: usize = 5;
}

/// Arguments at the edges of what any command takes.
const ARGUMENTS: [usize; 20] = [
    0,
    1,
    2,
    3,
    0x21,
    0x22,
    0x24,
    0x28,
    0x2f,
    32,
    65,
    128,
    255,
    256,
    1_023,
    1_024,
    1_025,
    1_027,
    0x8000_0000,
    usize::MAX,
];
const LENGTHS: [usize; 11] = [0, 1, 3, 15, 16, 64, 97, 1_023, 1_024, 1_027, 1_500];
const PROVISIONER_COMMANDS: usize = 9;

/// How deep the sequences went.
#[derive(Clone, Copy, Debug, Default)]
pub struct Summary {
    pub calls: usize,
    pub shares: usize,
    pub confirmed: usize,
    pub committed: usize,
    pub spoiled: usize,
}

impl Summary {
    pub fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        self.shares += other.shares;
        self.confirmed += other.confirmed;
        self.committed += other.committed;
        self.spoiled += other.spoiled;
    }
}

/// Where decisions come from.
pub enum Dice {
    /// SplitMix64 from a seed.
    Seeded(u64),
    /// Bytes, such as a fuzzer gives, then zeroes.
    #[allow(dead_code, reason = "the fuzzer uses it")]
    Bytes(std::vec::IntoIter<u8>),
}

impl Dice {
    fn next(&mut self) -> u64 {
        let state = match self {
            Dice::Seeded(state) => state,
            Dice::Bytes(bytes) => {
                let mut next = || u64::from(bytes.next().unwrap_or(0));
                return next() | next() << 8;
            }
        };
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Whether it has run out. A seed never does.
    fn is_empty(&self) -> bool {
        matches!(self, Dice::Bytes(bytes) if bytes.len() == 0)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }

    fn of<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())]
    }

    fn argument(&mut self) -> usize {
        if self.one_in(8) {
            self.next() as usize
        } else {
            self.of(&ARGUMENTS)
        }
    }
}

/// A process, what it holds, and the daemon that it talks to.
pub struct Script<'a> {
    board: &'a Board,
    dice: Dice,
    /// Memory of each process, to be lent to drivers in parts.
    memory: [Buffer; 2],
    /// A frame that the board says, and one for it.
    frame: Buffer,
    payload: Buffer,
    /// The buffer that ends each process's memory.
    last: [Buffer; 2],
    /// Whether a process has ever taken an upcall back since it was started.
    unsubscribed: [bool; 2],
    daemon: Daemon,
    knows_code: bool,
    /// Frames of the daemon that the board was not given.
    answers: Vec<Vec<u8>>,
    /// Frames that were taken from the board.
    taken: Vec<Vec<u8>>,
    keys: Vec<(&'static str, Vec<u8>)>,
    serial: u32,
    attempts_at_share: u32,
    pub summary: Summary,
}

impl<'a> Script<'a> {
    pub fn new(board: &'a Board, seed: u64) -> Self {
        let memory = [ATTACKER, OTHER].map(|process| board.bench.buffer(process, 4_096));
        let payload = board.bench.buffer(ATTACKER, 1_024);
        let frame = board.bench.buffer(ATTACKER, 1_027);
        let mut script = Self {
            board,
            dice: Dice::Seeded(seed),
            memory,
            frame,
            payload,
            last: [frame, memory[OTHER]],
            unsubscribed: [false; 2],
            daemon: Daemon::new(true, 1),
            knows_code: true,
            answers: Vec::new(),
            taken: Vec::new(),
            keys: Vec::new(),
            serial: board.store.lowest_serial(),
            attempts_at_share: board.store.attempts(),
            summary: Summary::default(),
        };
        for process in [ATTACKER, OTHER] {
            script.subscribe_properly(process);
        }
        script
    }

    /// Plays one sequence and looks at what it left.
    pub fn play(&mut self, seed: u64, moves: usize) {
        self.play_by(Dice::Seeded(seed), seed, moves);
    }

    /// Plays one sequence that `dice` decides; `seed` names it.
    pub fn play_by(&mut self, dice: Dice, seed: u64, moves: usize) {
        self.dice = dice;
        self.knows_code = !self.dice.one_in(4);
        self.meet();
        let (committed, first_serial) = (self.board.observer.committed.get(), self.serial);
        for _ in 0..moves {
            if self.dice.is_empty() {
                break;
            }
            self.step(seed);
            if self.board.observer.committed.get() > committed {
                assert!(self.knows_code, "seed {seed:#x}: stored without the code");
            }
        }
        self.finish(seed, committed, first_serial);
    }

    /// Meets another daemon.
    fn meet(&mut self) {
        self.daemon = Daemon::new(self.knows_code, self.dice.next() as u8);
        self.answers.clear();
        self.serial += 1;
    }

    fn step(&mut self, seed: u64) {
        match self.dice.below(20) {
            0 | 1 => self.any_call(),
            2 => self.lend(),
            3 => self.subscribe(),
            4 => self.scribble(),
            5 => {
                self.command(command::OPEN, 0, 0);
                if self.dice.one_in(2) {
                    self.meet();
                }
            }
            6 if self.dice.one_in(4) => {
                self.command(command::CLOSE, 0, 0);
            }
            7 if self.dice.one_in(8) => self.die(ATTACKER),
            8 => self.listen(ATTACKER),
            9 => self.listen(OTHER),
            10..=12 => {
                for _ in 0..self.dice.below(30) {
                    self.board.work();
                }
                self.board.rng.deliver(self.dice.below(9));
            }
            13 => self.board.settle(),
            _ => self.carry_on(),
        }
        self.watch_attempts(seed);
    }

    fn command(&mut self, number: usize, r2: usize, r3: usize) -> SyscallReturn {
        self.summary.calls += 1;
        self.board
            .bench
            .command(ATTACKER, provisioning_driver::DRIVER_NUM, number, r2, r3)
    }

    fn any_call(&mut self) {
        let process = self.dice.of(&[ATTACKER, ATTACKER, OTHER]);
        let driver = self.dice.of(&[DRIVERS[0], DRIVERS[0], DRIVERS[1]]);
        let number = match self.dice.one_in(10) {
            true => self.dice.argument(),
            false => self.dice.below(PROVISIONER_COMMANDS + 1),
        };
        let (r2, r3) = (self.dice.argument(), self.dice.argument());
        self.summary.calls += 1;
        self.board.bench.command(process, driver, number, r2, r3);
    }

    /// Lends a driver other memory, its own, or none, or what is not there.
    fn lend(&mut self) {
        let process = self.dice.of(&[ATTACKER, ATTACKER, OTHER]);
        let memory = self.memory[process];
        let driver_number = self.dice.of(&DRIVERS);
        let subdriver_number = self.dice.of(&[0, 0, 0, 1, 2, usize::MAX]);
        // Lengths up to 1,500 bytes fit behind every offset.
        let inside = memory.address.wrapping_add(self.dice.below(2_000));
        let mut allow_size = self.dice.of(&LENGTHS);
        let allow_address = match self.dice.below(12) {
            0 => {
                allow_size = 0;
                std::ptr::null_mut()
            }
            1 => memory.address.wrapping_sub(0x10_0000),
            2 => {
                allow_size = self.dice.argument();
                inside
            }
            _ => inside,
        };
        let syscall = if self.dice.one_in(2) {
            Syscall::ReadWriteAllow {
                driver_number,
                subdriver_number,
                allow_address,
                allow_size,
            }
        } else {
            Syscall::ReadOnlyAllow {
                driver_number,
                subdriver_number,
                allow_address,
                allow_size,
            }
        };
        self.board.bench.syscall(process, syscall);
    }

    fn subscribe(&mut self) {
        let process = self.dice.of(&[ATTACKER, OTHER]);
        let addresses = self.board.bench.process(process).get_addresses();
        let upcall = match self.dice.below(3) {
            0 => 0,
            1 => self.dice.argument(),
            _ => addresses.flash_non_protected_start,
        };
        self.unsubscribed[process] |= upcall == 0;
        let syscall = Syscall::Subscribe {
            driver_number: self.dice.of(&DRIVERS),
            subdriver_number: self.dice.of(&[0, 0, 1, usize::MAX]),
            upcall_ptr: upcall.into(),
            appdata: self.dice.argument().into(),
        };
        self.board.bench.syscall(process, syscall);
    }

    /// Takes the upcalls that wait. A process that yields for an upcall that it
    /// has unsubscribed from sleeps on, and would make no more calls: it dies
    /// first.
    fn listen(&mut self, process: usize) {
        if self.unsubscribed[process] {
            self.die(process);
        }
        self.board.bench.upcalls(process);
    }

    /// Writes to memory, lent or not.
    fn scribble(&mut self) {
        let mut target = self.memory[ATTACKER];
        let start = self.dice.below(target.length - 64);
        target.address = target.address.wrapping_add(start);
        target.length = 64;
        let bytes: Vec<u8> = (0..64).map(|_| self.dice.next() as u8).collect();
        target.write(&bytes);
    }

    /// The process dies and is started anew, and gets its memory back.
    fn die(&mut self, process: usize) {
        let bench = &self.board.bench;
        bench.process(process).try_restart(None);
        let last = self.last[process];
        let sbrk = Syscall::Memop {
            operand: 0,
            arg0: (last.address as usize + last.length).next_multiple_of(16),
        };
        let result = bench.syscall(process, sbrk);
        assert!(matches!(result, SyscallReturn::Success), "{result:?}");
        self.subscribe_properly(process);
    }

    fn subscribe_properly(&mut self, process: usize) {
        for driver in DRIVERS {
            self.board.bench.subscribe(process, driver, 0);
        }
        self.unsubscribed[process] = false;
    }

    fn lend_properly(&self) {
        let number = provisioning_driver::DRIVER_NUM;
        let bench = &self.board.bench;
        bench.allow_rw(ATTACKER, number, 0, self.frame);
        bench.allow_ro(ATTACKER, number, 0, self.payload);
    }

    /// Does the next thing of a real conversation, or something near it.
    fn carry_on(&mut self) {
        self.lend_properly();
        if let Some(frame) = self.take() {
            let config = config(self.serial, "endpoint");
            self.answers.extend(self.daemon.exchange(&frame, &config));
            let keys = self.daemon.keys();
            if !keys.is_empty() && self.keys.last() != keys.last() {
                self.summary.confirmed += 1;
                self.keys.extend(keys);
            }
        }
        if self.answers.is_empty() {
            return;
        }
        let Status::Open {
            takes_frame: true, ..
        } = self.board.session.status()
        else {
            return;
        };
        let at = match self.dice.one_in(20) {
            true => self.dice.below(self.answers.len()),
            false => 0,
        };
        let mut answer = match self.dice.one_in(30) {
            // Once more later.
            true => self.answers[at].clone(),
            false => self.answers.remove(at),
        };
        if self.dice.one_in(8) {
            self.summary.spoiled += 1;
            self.spoil(&mut answer);
        }
        self.hand_over(&answer);
        if self.dice.one_in(6) {
            // What was copied is copied.
            self.payload.write(&[0xa5; 512]);
        }
    }

    fn spoil(&mut self, frame: &mut Vec<u8>) {
        match self.dice.below(4) {
            0 => frame[0] = self.dice.next() as u8,
            1 => {
                let length = 3 + self.dice.below(frame.len() - 2);
                frame.truncate(length);
            }
            2 if frame.len() < 900 => frame.extend([7; 100]),
            _ => {
                let at = self.dice.below(frame.len());
                frame[at] ^= 1 << self.dice.below(8);
            }
        }
    }

    /// Takes the frame that waits.
    fn take(&mut self) -> Option<Vec<u8>> {
        let length = match self.command(command::TAKE, 0, 0) {
            SyscallReturn::SuccessU32(length) if length > 0 => length as usize,
            _ => return None,
        };
        let frame = self.frame.bytes()[..length].to_vec();
        if frame[0] == FrameType::ShareV.to_wire() {
            self.summary.shares += 1;
            let attempts = self.board.store.attempts();
            assert!(
                attempts > self.attempts_at_share,
                "a share left uncounted: {attempts}"
            );
            self.attempts_at_share = attempts;
        }
        self.taken.push(frame.clone());
        Some(frame)
    }

    fn hand_over(&mut self, frame: &[u8]) -> SyscallReturn {
        self.payload.write(&frame[3..]);
        self.command(command::RECEIVE, usize::from(frame[0]), frame.len() - 3)
    }

    /// The count only falls to zero, when a daemon has shown that it knows the
    /// code.
    fn watch_attempts(&mut self, seed: u64) {
        let attempts = self.board.store.attempts();
        if attempts < self.attempts_at_share {
            assert_eq!(attempts, 0, "seed {seed:#x}");
            assert!(
                self.knows_code,
                "seed {seed:#x}: forgotten without the code"
            );
            self.attempts_at_share = 0;
        }
    }

    fn finish(&mut self, seed: u64, committed: usize, first_serial: u32) {
        self.board.settle();
        self.watch_attempts(seed);
        let stored = self.board.observer.committed.get() - committed;
        self.summary.committed += stored;
        assert!(stored <= 1, "seed {seed:#x}: {stored} configurations");
        if stored > 0 {
            let serial = self.board.store.serial();
            let expected = first_serial..=self.serial;
            assert!(
                serial.is_some_and(|serial| expected.contains(&serial)),
                "seed {seed:#x}: serial {serial:?} of {expected:?}"
            );
            // The tenants run, and ask for what they may have.
            self.board.tenants.provisioned(true);
            for _ in 0..20 {
                self.any_call();
            }
        }
        // The search takes Miri a minute, and finds no fault of the kernel.
        if !cfg!(miri) {
            assert_eq!(self.leaks(), [""; 0], "seed {seed:#x}");
        }
        self.keys.clear();
        self.taken.clear();
        if stored > 0 {
            self.press_button();
        }
        // It answers as it should.
        let status = self.command(command::STATUS, 0, 0);
        assert!(
            matches!(status, SyscallReturn::SuccessU32U32U32(..)),
            "seed {seed:#x}: {status:?}"
        );
        self.command(command::CLOSE, 0, 0);
        self.board.settle();
        assert_eq!(self.board.session.status(), Status::None, "seed {seed:#x}");
    }

    /// A person has the board forget its configuration and its failures.
    pub fn press_button(&mut self) {
        self.board.wipe();
        self.attempts_at_share = 0;
    }

    /// Does what a provisioner does, with a daemon that knows the code.
    pub fn provision_in_good_faith(&mut self) {
        self.serial += 1;
        self.daemon = Daemon::new(true, 0x77);
        self.lend_properly();
        let opened = self.command(command::OPEN, 0, 0);
        assert!(matches!(opened, SyscallReturn::Success), "{opened:?}");
        self.board.settle();
        while let Some(frame) = self.take() {
            let config = config(self.serial, "endpoint");
            for answer in self.daemon.exchange(&frame, &config) {
                self.board.settle();
                let taken = self.hand_over(&answer);
                assert!(matches!(taken, SyscallReturn::Success), "{taken:?}");
            }
            self.board.settle();
        }
        self.keys.extend(self.daemon.keys());
        assert!(self.board.holds_configuration());
        assert_eq!(self.leaks(), [""; 0]);
        self.command(command::CLOSE, 0, 0);
        self.board.settle();
    }

    /// One guess with a wrong code; answers how many shares came out.
    pub fn guess(&mut self) -> usize {
        let before = self.summary.shares;
        self.knows_code = false;
        self.daemon = Daemon::new(false, 0x55);
        self.lend_properly();
        self.command(command::OPEN, 0, 0);
        self.board.settle();
        while let Some(frame) = self.take() {
            let config = config(self.serial, "endpoint");
            for answer in self.daemon.exchange(&frame, &config) {
                self.board.settle();
                self.hand_over(&answer);
            }
            self.board.settle();
        }
        self.command(command::CLOSE, 0, 0);
        self.board.settle();
        self.summary.shares - before
    }

    /// Everything that must not come out, by name.
    pub fn secrets(&self) -> Vec<(&'static str, Vec<u8>)> {
        let page = factory_page();
        let provisioning_storage::factory::FactoryPage::Valid(factory) =
            provisioning_storage::factory::FactoryData::parse(&page)
        else {
            panic!("the factory page does not parse");
        };
        let code = setup_code();
        let mut secrets = vec![
            ("w0", factory.w0.to_vec()),
            ("the identity key", factory.identity_key.to_vec()),
            ("the root secret", factory.root_secret.unwrap().to_vec()),
            ("w0*M", factory.w0_m[1..33].to_vec()),
            ("w0*N", factory.w0_n[1..33].to_vec()),
            ("L", factory.l[1..33].to_vec()),
            ("the PSK", b"pre-shared key of the test".to_vec()),
            ("the setup code", code.expose_secret().to_vec()),
        ];
        secrets.extend(self.keys.iter().cloned());
        secrets
    }

    /// Names of the secrets that a process can read.
    pub fn leaks(&self) -> Vec<&'static str> {
        let mut places: Vec<Vec<u8>> = [ATTACKER, OTHER]
            .map(|process| {
                let addresses = self.board.bench.process(process).get_addresses();
                let mut all = self.memory[process];
                all.address = all.address.with_addr(addresses.sram_start);
                all.length = addresses.sram_app_brk - addresses.sram_start;
                all.bytes()
            })
            .into();
        places.extend(self.taken.iter().cloned());
        let secrets = self.secrets();
        let mut begins = [false; 256];
        for (_, secret) in &secrets {
            begins[usize::from(secret[0])] = true;
        }
        let mut found = vec![false; secrets.len()];
        for place in &places {
            let starts = place.iter().enumerate();
            for (at, _) in starts.filter(|(_, byte)| begins[usize::from(**byte)]) {
                for (found, (_, secret)) in found.iter_mut().zip(&secrets) {
                    *found |= place[at..].starts_with(secret);
                }
            }
        }
        let found = found.into_iter().zip(secrets);
        found
            .filter(|(found, _)| *found)
            .map(|(_, (name, _))| name)
            .collect()
    }

    /// Puts bytes where a process can read them.
    pub fn write_to_memory(&self, bytes: &[u8]) {
        self.memory[OTHER].write(bytes);
    }
}
