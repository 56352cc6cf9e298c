// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A board with two processes, and one driver that uses all that a grant has.

use std::cell::Cell;
use std::num::NonZeroU32;
use std::ops::Range;

use super::Written;
use crate::Caps;
use crate::arena::Arena;
use crate::chip::FakeChip;
use crate::tbf::set_checksum;
use capsules_system::process_policies::ThresholdRestartFaultPolicy;
use kernel::ErrorCode;
use kernel::Kernel;
use kernel::ProcessId;
use kernel::grant::{AllowRoCount, AllowRwCount, Grant, UpcallCount};
use kernel::platform::{KernelResources, SyscallDriverLookup};
use kernel::process::{Error, Process, ProcessArray, StoppedExecutingReason, load_processes};
use kernel::processbuffer::{ReadableProcessBuffer, WriteableProcessBuffer};
use kernel::scheduler::{Scheduler, SchedulingDecision};
use kernel::syscall::{CommandReturn, SyscallDriver};

pub(super) const DRIVER: usize = 1;

/// Bytes of flash and of RAM per process.
const FLASH: usize = 256;
const RAM: usize = 8 * 1024;

const PROCESSES: usize = 2;

type Apps = Grant<u32, UpcallCount<2>, AllowRoCount<2>, AllowRwCount<2>>;

pub(super) struct Board {
    pub(super) kernel: &'static Kernel,
    pub(super) chip: &'static FakeChip,
    processes: &'static ProcessArray<PROCESSES>,
    flash: &'static [u8],
    ram: Range<usize>,
    /// What flash was made of.
    image: Vec<u8>,
    apps: Apps,
    /// Who runs next, and how often the process is entered.
    pub(super) current: Cell<Option<ProcessId>>,
    pub(super) rounds: Cell<usize>,
    pub(super) written: Written,
}

/// A binary with two writeable flash regions, one beyond everything.
fn program(name: &[u8; 4]) -> Vec<u8> {
    let mut words = vec![2 | (68 << 16), FLASH as u32, 1, 0];
    words.extend([1 | (12 << 16), 0, 8, 2048]);
    words.extend([2 | (16 << 16), 128, 64, u32::MAX - 64, 64]);
    words.extend([3 | (4 << 16), u32::from_le_bytes(*name)]);
    words.extend([8 | (4 << 16), 2]);
    let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    bytes.resize(FLASH, 0x13);
    set_checksum(&mut bytes);
    bytes
}

impl Board {
    /// # Safety
    ///
    /// The board and all that it hands out must be gone before the arena.
    pub(super) unsafe fn new(arena: &mut Arena) -> Board {
        let image = [program(b"one "), program(b"two ")].concat();
        // SAFETY: the promise of this function.
        unsafe {
            let processes: &'static ProcessArray<PROCESSES> = arena.hold(ProcessArray::new());
            let kernel: &'static Kernel = arena.hold(Kernel::new(processes.as_slice()));
            let chip: &'static FakeChip = arena.hold(FakeChip::default());
            let flash: &'static [u8] = arena.bytes(&image);
            let ram = arena.bytes(&[0xee; PROCESSES * RAM]);
            let ram_start = ram.as_mut_ptr().expose_provenance();
            let policy = arena.hold(ThresholdRestartFaultPolicy::new(2));
            let board = Board {
                kernel,
                chip,
                processes,
                flash,
                ram: ram_start..ram_start + ram.len(),
                image,
                apps: kernel.create_grant(DRIVER, &Caps),
                current: Cell::new(None),
                rounds: Cell::new(0),
                written: Cell::new(None),
            };
            load_processes(kernel, chip, flash, ram, policy, &Caps).expect("no processes");
            assert!(board.process(1).is_some());
            board
        }
    }

    pub(super) fn process(&self, index: usize) -> Option<&'static dyn Process> {
        self.processes[index].get()
    }

    pub(super) fn index(&self, process: &dyn Process) -> usize {
        let id = process.processid();
        (0..PROCESSES)
            .find(|index| self.process(*index).is_some_and(|p| p.processid() == id))
            .expect("a process without a slot")
    }

    /// What the processes other than this hold in memory that they can reach.
    pub(super) fn memory_of_others(&self, process: &dyn Process) -> Vec<u8> {
        let own = self.index(process);
        let others = (0..PROCESSES).filter(|index| *index != own);
        let mut memory = Vec::new();
        for other in others.filter_map(|index| self.process(index)) {
            let found = other.get_addresses();
            memory.extend(self.memory(found.sram_start..found.sram_app_brk));
        }
        memory
    }

    /// A copy of memory that the kernel told to be of a process.
    pub(super) fn memory(&self, range: Range<usize>) -> Vec<u8> {
        assert!(range.start >= self.ram.start && range.end <= self.ram.end);
        let start = std::ptr::with_exposed_provenance::<u8>(range.start);
        // SAFETY: the range is in the RAM that the arena keeps, every byte of which
        // was written when it was made; nothing else looks at it now.
        unsafe { std::slice::from_raw_parts(start, range.len()) }.to_vec()
    }

    pub(super) fn flash_is_unchanged(&self) -> bool {
        *self.flash == *self.image
    }

    /// The driver schedules the first upcall.
    pub(super) fn upcall(&self, process: ProcessId) {
        let _ = self
            .apps
            .enter(process, |_, data| data.schedule_upcall(0, (1, 2, 3)));
    }
}

impl SyscallDriver for Board {
    /// 1 schedules an upcall, 2 writes a buffer, 3 reads one, 4 touches the grants
    /// of all, 5 forgets upcalls, 6 copies from one buffer to the other.
    fn command(&self, num: usize, r2: usize, r3: usize, id: ProcessId) -> CommandReturn {
        let result = self.apps.enter(id, |count, data| {
            **count = count.wrapping_add(1);
            match num {
                0 => Ok(0),
                1 => Ok(data.schedule_upcall(r2, (r2, r3, 0)).is_ok().into()),
                2 => data.get_readwrite_processbuffer(r2).and_then(|buffer| {
                    buffer.mut_enter(|slice| {
                        slice.iter().for_each(|byte| byte.set(r3 as u8));
                        if !slice.is_empty() {
                            self.written.set(Some((buffer.ptr().addr(), slice.len())));
                        }
                        slice.len()
                    })
                }),
                3 => data.get_readonly_processbuffer(r2).and_then(|buffer| {
                    buffer.enter(|slice| slice.iter().map(|b| usize::from(b.get())).sum())
                }),
                5 => Ok(data.remove_pending_upcalls(r2)),
                6 => data.get_readonly_processbuffer(r2).and_then(|from| {
                    data.get_readwrite_processbuffer(r3).and_then(|to| {
                        let copy = |source: &kernel::processbuffer::ReadableProcessSlice| {
                            to.mut_enter(|slice| {
                                let pairs = source.iter().zip(slice.iter());
                                pairs.map(|(from, to)| to.set(from.get())).count()
                            })
                        };
                        from.enter(copy).and_then(|result| result)
                    })
                }),
                _ => Err(Error::KernelError),
            }
        });
        if num == 4 {
            self.apps.each(|_, count, _| **count = 0);
        }
        match result.and_then(|result| result) {
            Ok(value) => CommandReturn::success_u32(value as u32),
            Err(Error::KernelError) => CommandReturn::failure(ErrorCode::NOSUPPORT),
            Err(error) => error.into(),
        }
    }

    fn allocate_grant(&self, id: ProcessId) -> Result<(), Error> {
        self.apps.enter(id, |_, _| {})
    }
}

impl SyscallDriverLookup for Board {
    fn with_driver<F, R>(&self, driver_num: usize, f: F) -> R
    where
        F: FnOnce(Option<&dyn SyscallDriver>) -> R,
    {
        f((driver_num == DRIVER).then_some(self as &dyn SyscallDriver))
    }
}

impl Scheduler<FakeChip> for Board {
    fn next(&self) -> SchedulingDecision {
        match self.current.get() {
            Some(process) => SchedulingDecision::RunProcess((process, None::<NonZeroU32>)),
            None => SchedulingDecision::TrySleep,
        }
    }

    fn result(&self, _: StoppedExecutingReason, _: Option<u32>) {}

    fn continue_process(&self, _: ProcessId, _: &FakeChip) -> bool {
        let rounds = self.rounds.get();
        self.rounds.set(rounds.saturating_sub(1));
        rounds > 0
    }
}

impl KernelResources<FakeChip> for Board {
    type SyscallDriverLookup = Self;
    type SyscallFilter = ();
    type ProcessFault = ();
    type ContextSwitchCallback = ();
    type Scheduler = Self;
    type SchedulerTimer = ();
    type WatchDog = ();

    fn syscall_driver_lookup(&self) -> &Self {
        self
    }
    fn syscall_filter(&self) -> &() {
        &()
    }
    fn process_fault(&self) -> &() {
        &()
    }
    fn context_switch_callback(&self) -> &() {
        &()
    }
    fn scheduler(&self) -> &Self {
        self
    }
    fn scheduler_timer(&self) -> &() {
        &()
    }
    fn watchdog(&self) -> &() {
        &()
    }
}
