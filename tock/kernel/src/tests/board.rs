// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A board with one driver, on which a test plays the processes.

use core::cell::Cell;
use core::num::NonZeroU32;
use std::boxed::Box;
use std::vec::Vec;

use super::chip::{Event, FakeChip};
use super::tbf::Tbf;
use crate::capabilities::{
    MainLoopCapability, MemoryAllocationCapability, ProcessManagementCapability,
    ProcessStartCapability,
};
use crate::grant::{AllowRoCount, AllowRwCount, Grant, UpcallCount};
use crate::ipc::IPC;
use crate::kernel::Kernel;
use crate::platform::scheduler_timer::SchedulerTimer;
use crate::platform::{KernelResources, SyscallDriverLookup, SyscallFilter};
use crate::process::{
    self, FaultAction, Process, ProcessArray, ProcessFaultPolicy, ProcessId, ProcessLoadError,
    StoppedExecutingReason, load_processes,
};
use crate::processbuffer::{ReadableProcessBuffer, WriteableProcessBuffer};
use crate::scheduler::{Scheduler, SchedulingDecision};
use crate::syscall::{CommandReturn, ContextSwitchReason, Syscall, SyscallDriver, SyscallReturn};
use crate::utilities::capability_ptr::CapabilityPtr;
use crate::utilities::machine_register::MachineRegister;
use crate::{ErrorCode, platform::chip::Chip};

pub(super) struct Caps;

// SAFETY: a test may do everything; it stands in for the board.
unsafe impl MainLoopCapability for Caps {}
// SAFETY: as above.
unsafe impl MemoryAllocationCapability for Caps {}
// SAFETY: as above.
unsafe impl ProcessManagementCapability for Caps {}
// SAFETY: as above.
unsafe impl ProcessStartCapability for Caps {}

pub(super) const DRIVER: usize = 0x90;
/// A driver without a grant.
pub(super) const BARE_DRIVER: usize = 0x91;
pub(super) const NO_DRIVER: usize = 0x92;
/// Refused by the filter.
pub(super) const FILTERED_DRIVER: usize = 0x93;

pub(super) const UPCALLS: u8 = 2;

/// State with a default that is not all zeros, and of an odd alignment.
#[repr(align(16))]
pub(super) struct App {
    pub(super) count: u32,
}

impl Default for App {
    fn default() -> App {
        App { count: 7 }
    }
}

pub(super) type DriverGrant = Grant<App, UpcallCount<UPCALLS>, AllowRoCount<1>, AllowRwCount<1>>;

pub(super) struct TestDriver {
    pub(super) apps: DriverGrant,
}

impl SyscallDriver for TestDriver {
    /// 0 exists, 1 schedules upcall 0, 2 fills the buffer with `r2`, 3 sums the
    /// read-only buffer.
    fn command(&self, num: usize, r2: usize, r3: usize, id: ProcessId) -> CommandReturn {
        let result = self.apps.enter(id, |_, kernel_data| match num {
            0 => CommandReturn::success(),
            1 => match kernel_data.schedule_upcall(0, (r2, r3, 3)) {
                Ok(()) => CommandReturn::success(),
                Err(_) => CommandReturn::failure(ErrorCode::BUSY),
            },
            2 => kernel_data
                .get_readwrite_processbuffer(0)
                .and_then(|buffer| {
                    buffer.mut_enter(|slice| {
                        slice.iter().for_each(|byte| byte.set(r2 as u8));
                        CommandReturn::success_u32(slice.len() as u32)
                    })
                })
                .unwrap_or_else(|error| CommandReturn::failure(error.into())),
            3 => kernel_data
                .get_readonly_processbuffer(0)
                .and_then(|buffer| {
                    buffer.enter(|slice| {
                        let sum = slice.iter().map(|byte| u32::from(byte.get())).sum();
                        CommandReturn::success_u32(sum)
                    })
                })
                .unwrap_or_else(|error| CommandReturn::failure(error.into())),
            _ => CommandReturn::failure(ErrorCode::NOSUPPORT),
        });
        result.unwrap_or_else(|error| CommandReturn::failure(error.into()))
    }

    fn allocate_grant(&self, id: ProcessId) -> Result<(), process::Error> {
        self.apps.enter(id, |_, _| {})
    }
}

struct BareDriver;

impl SyscallDriver for BareDriver {
    fn allocate_grant(&self, _id: ProcessId) -> Result<(), process::Error> {
        Ok(())
    }
}

/// Runs the first process that is ready, for as many rounds as it is given.
pub(super) struct FirstReady {
    kernel: &'static Kernel,
    pub(super) rounds: Cell<usize>,
    pub(super) timeslice: Cell<Option<NonZeroU32>>,
    pub(super) last_result: Cell<Option<StoppedExecutingReason>>,
    pub(super) last_time_us: Cell<Option<u32>>,
}

impl Scheduler<FakeChip> for FirstReady {
    fn next(&self) -> SchedulingDecision {
        match self.kernel.processes().find(|process| process.ready()) {
            Some(process) => {
                SchedulingDecision::RunProcess((process.processid(), self.timeslice.get()))
            }
            None => SchedulingDecision::TrySleep,
        }
    }

    fn result(&self, result: StoppedExecutingReason, execution_time_us: Option<u32>) {
        self.last_time_us.set(execution_time_us);
        self.last_result.set(Some(result));
    }

    fn continue_process(&self, _process: ProcessId, _chip: &FakeChip) -> bool {
        let rounds = self.rounds.get();
        self.rounds.set(rounds.saturating_sub(1));
        rounds > 0
    }
}

/// Virtual time: each entry into a process costs the same.
#[derive(Default)]
pub(super) struct Timer {
    pub(super) cost_us: Cell<u32>,
    remaining_us: Cell<u32>,
}

impl SchedulerTimer for Timer {
    fn start(&self, us: NonZeroU32) {
        self.remaining_us.set(us.get());
    }

    fn reset(&self) {
        self.remaining_us.set(0);
    }

    fn arm(&self) {}

    fn disarm(&self) {
        let left = self.remaining_us.get().saturating_sub(self.cost_us.get());
        self.remaining_us.set(left);
    }

    fn get_remaining_us(&self) -> Option<NonZeroU32> {
        NonZeroU32::new(self.remaining_us.get())
    }
}

pub(super) struct Filter;

impl SyscallFilter for Filter {
    fn filter_syscall(&self, _process: &dyn Process, syscall: &Syscall) -> Result<(), ErrorCode> {
        match syscall.driver_number() {
            Some(FILTERED_DRIVER) => Err(ErrorCode::NODEVICE),
            _ => Ok(()),
        }
    }
}

pub(super) struct Policy(pub(super) FaultAction);

impl ProcessFaultPolicy for Policy {
    fn action(&self, _process: &dyn Process) -> FaultAction {
        self.0
    }
}

pub(super) struct Board {
    pub(super) kernel: &'static Kernel,
    pub(super) chip: &'static FakeChip,
    pub(super) driver: &'static TestDriver,
    pub(super) policy: &'static Policy,
    pub(super) scheduler: FirstReady,
    pub(super) timer: Timer,
    bare_driver: BareDriver,
    filter: Filter,
}

impl SyscallDriverLookup for Board {
    fn with_driver<F, R>(&self, driver_num: usize, f: F) -> R
    where
        F: FnOnce(Option<&dyn SyscallDriver>) -> R,
    {
        match driver_num {
            DRIVER | FILTERED_DRIVER => f(Some(self.driver)),
            BARE_DRIVER => f(Some(&self.bare_driver)),
            _ => f(None),
        }
    }
}

impl KernelResources<FakeChip> for Board {
    type SyscallDriverLookup = Board;
    type SyscallFilter = Filter;
    type ProcessFault = ();
    type ContextSwitchCallback = ();
    type Scheduler = FirstReady;
    type SchedulerTimer = Timer;
    type WatchDog = ();

    fn syscall_driver_lookup(&self) -> &Board {
        self
    }
    fn syscall_filter(&self) -> &Filter {
        &self.filter
    }
    fn process_fault(&self) -> &() {
        &()
    }
    fn context_switch_callback(&self) -> &() {
        &()
    }
    fn scheduler(&self) -> &FirstReady {
        &self.scheduler
    }
    fn scheduler_timer(&self) -> &Timer {
        &self.timer
    }
    fn watchdog(&self) -> &() {
        &()
    }
}

/// Memory for ever, as the linker gives it to a board; aligned to a word.
pub(super) fn forever(bytes: &[u8]) -> &'static mut [u8] {
    let words: Box<[u64]> = std::vec![0; bytes.len().div_ceil(8)].into();
    let start = Box::leak(words).as_mut_ptr().cast::<u8>();
    // SAFETY: the words were leaked, are at least as many bytes, and nothing
    // else refers to them.
    let memory = unsafe { core::slice::from_raw_parts_mut(start, bytes.len()) };
    memory.copy_from_slice(bytes);
    memory
}

/// RAM as it may be found: not cleared.
pub(super) fn ram(size: usize) -> &'static mut [u8] {
    forever(&std::vec![0xEE; size])
}

impl Board {
    pub(super) fn with_policy(action: FaultAction) -> Board {
        let processes: &'static ProcessArray<3> = Box::leak(Box::new(ProcessArray::new()));
        let kernel: &'static Kernel = Box::leak(Box::new(Kernel::new(processes.as_slice())));
        let driver = TestDriver {
            apps: kernel.create_grant(DRIVER, &Caps),
        };
        Board {
            kernel,
            chip: Box::leak(Box::default()),
            driver: Box::leak(Box::new(driver)),
            policy: Box::leak(Box::new(Policy(action))),
            scheduler: FirstReady {
                kernel,
                rounds: Cell::new(0),
                timeslice: Cell::new(None),
                last_result: Cell::new(None),
                last_time_us: Cell::new(None),
            },
            timer: Timer::default(),
            bare_driver: BareDriver,
            filter: Filter,
        }
    }

    pub(super) fn empty() -> Board {
        Self::with_policy(FaultAction::Stop)
    }

    pub(super) fn load(&self, flash: &[u8], ram_size: usize) -> Result<(), ProcessLoadError> {
        let flash: &'static [u8] = forever(flash);
        load_processes(
            self.kernel,
            self.chip,
            flash,
            ram(ram_size),
            self.policy,
            &Caps,
        )
    }

    /// A board on which this app runs, with its accessible RAM at 1024 bytes.
    pub(super) fn running(tbf: &Tbf) -> Board {
        let board = Self::empty();
        board.load(&tbf.build(), 64 * 1024).unwrap();
        let start = board.process().get_addresses().sram_start;
        let result = board.memop(0, start + 1024);
        assert_eq!(result, SyscallReturn::Success);
        board
    }

    pub(super) fn processes(&self) -> Vec<&'static dyn Process> {
        self.kernel.processes().collect()
    }

    pub(super) fn names(&self) -> Vec<&'static str> {
        self.kernel
            .processes()
            .map(|p| p.get_process_name())
            .collect()
    }

    pub(super) fn process(&self) -> &'static dyn Process {
        self.kernel.processes().next().unwrap()
    }

    /// Runs the main loop once, with up to `rounds` entries into a process.
    pub(super) fn turn(&self, rounds: usize) {
        self.scheduler.rounds.set(rounds);
        self.kernel
            .kernel_loop_operation(self, self.chip, None::<&IPC<0>>, true, &Caps);
    }

    pub(super) fn take_events(&self) -> Vec<Event> {
        core::mem::take(&mut *self.chip.userspace_kernel_boundary().events.borrow_mut())
    }

    /// The running process does this; returns what came back to it.
    pub(super) fn act(&self, action: ContextSwitchReason) -> Vec<Event> {
        // A process that just started gets to its first instruction.
        if self.process().get_state() == process::State::Yielded {
            self.turn(1);
        }
        self.take_events();
        self.chip.boundary.script.borrow_mut().push_back(action);
        self.turn(1);
        self.take_events()
    }

    /// The running process makes this system call, which must return.
    pub(super) fn call(&self, syscall: Syscall) -> SyscallReturn {
        match self.act(ContextSwitchReason::SyscallFired { syscall })[..] {
            [Event::Returned(result)] => result,
            ref other => panic!("no single return but {other:?}"),
        }
    }

    /// The running process makes a call that returns nothing.
    pub(super) fn call_silently(&self, syscall: Syscall) {
        let events = self.act(ContextSwitchReason::SyscallFired { syscall });
        assert!(events.is_empty(), "{events:?}");
    }

    pub(super) fn memop(&self, operand: usize, arg0: usize) -> SyscallReturn {
        self.call(Syscall::Memop { operand, arg0 })
    }

    pub(super) fn command(
        &self,
        driver: usize,
        num: usize,
        arg0: usize,
        arg1: usize,
    ) -> SyscallReturn {
        self.call(Syscall::Command {
            driver_number: driver,
            subdriver_number: num,
            arg0,
            arg1,
        })
    }

    pub(super) fn subscribe(
        &self,
        driver: usize,
        num: usize,
        function: usize,
        appdata: usize,
    ) -> SyscallReturn {
        self.call(Syscall::Subscribe {
            driver_number: driver,
            subdriver_number: num,
            upcall_ptr: CapabilityPtr::from(function),
            appdata: MachineRegister::from(appdata),
        })
    }

    pub(super) fn allow_rw(
        &self,
        driver: usize,
        num: usize,
        address: usize,
        size: usize,
    ) -> SyscallReturn {
        self.call(Syscall::ReadWriteAllow {
            driver_number: driver,
            subdriver_number: num,
            allow_address: core::ptr::without_provenance_mut(address),
            allow_size: size,
        })
    }

    pub(super) fn allow_ro(
        &self,
        driver: usize,
        num: usize,
        address: usize,
        size: usize,
    ) -> SyscallReturn {
        self.call(Syscall::ReadOnlyAllow {
            driver_number: driver,
            subdriver_number: num,
            allow_address: core::ptr::without_provenance(address),
            allow_size: size,
        })
    }
}
