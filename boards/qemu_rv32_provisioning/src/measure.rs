// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Counts what the kernel does, for `make bench`. Only with feature `measure`.
//!
//! The scheduler is asked before and after everything that the kernel's loop
//! does, so that one wrapped around it can count without a change to the
//! kernel. Instructions are those of `minstret`; the emulator must run with
//! `-icount`, or it counts time instead. What the loop sleeps is subtracted.

use core::cell::Cell;

use capsules_system::scheduler::round_robin::RoundRobinSched;
use kernel::debug;
use kernel::platform::chip::{Chip, ThreadIdProvider};
use kernel::process::{ProcessId, StoppedExecutingReason};
use kernel::scheduler::{Scheduler, SchedulingDecision};
use kernel::utilities::single_thread_value::SingleThreadValue;
use rv32i::csr::CSR;

static FIGURES: SingleThreadValue<Figures> = SingleThreadValue::new();

/// Counts so far.
struct Figures {
    /// When the loop went to sleep, if it has not been seen awake since.
    asleep_since: Cell<Option<u64>>,
    /// Instructions that the counter went on by while the loop slept.
    asleep: Cell<u64>,
    /// Most instructions between two times that the loop looked around.
    longest: Cell<u64>,
    /// Pieces of kernel work: interrupts, then one deferred call.
    pieces: Cell<u64>,
    /// Awake count when the provisioner was connected.
    connected: Cell<Option<u64>>,
}

fn count() -> u64 {
    CSR.read_instret_counter()
}

impl Figures {
    fn awake(&self) -> u64 {
        if let Some(since) = self.asleep_since.take() {
            self.asleep.set(self.asleep.get() + (count() - since));
        }
        count() - self.asleep.get()
    }
}

/// Begins to count.
pub(crate) fn begin<T: ThreadIdProvider>() {
    // Only a second call could find it bound.
    let _ = FIGURES.bind_to_thread::<T>(Figures {
        asleep_since: Cell::new(None),
        asleep: Cell::new(0),
        longest: Cell::new(0),
        pieces: Cell::new(0),
        connected: Cell::new(None),
    });
}

/// The provisioner is connected to the daemon.
pub(crate) fn connected() {
    if let Some(figures) = FIGURES.get()
        && figures.connected.get().is_none()
    {
        figures.connected.set(Some(figures.awake()));
    }
}

/// The tenants start: says what was counted.
pub(crate) fn tenants_start() {
    let Some(figures) = FIGURES.get() else {
        return;
    };
    let now = figures.awake();
    debug!(
        "provisioning: bench power-on-to-tenant {} instructions",
        now
    );
    if let Some(connected) = figures.connected.get() {
        debug!(
            "provisioning: bench connect-to-tenant {} instructions",
            now - connected
        );
    }
    debug!(
        "provisioning: bench longest-kernel-slice {} instructions, of {} slices",
        figures.longest.get(),
        figures.pieces.get()
    );
}

/// The scheduler, watched.
pub struct Measured(pub &'static RoundRobinSched<'static>);

impl<C: Chip> Scheduler<C> for Measured {
    fn next(&self) -> SchedulingDecision {
        let decision = Scheduler::<C>::next(self.0);
        if let (SchedulingDecision::TrySleep, Some(figures)) = (decision, FIGURES.get()) {
            figures.asleep_since.set(Some(count()));
        }
        decision
    }

    fn result(&self, result: StoppedExecutingReason, execution_time_us: Option<u32>) {
        Scheduler::<C>::result(self.0, result, execution_time_us);
    }

    fn execute_kernel_work(&self, chip: &C) {
        let before = count();
        self.0.execute_kernel_work(chip);
        let took = count() - before;
        if let Some(figures) = FIGURES.get() {
            figures.longest.set(figures.longest.get().max(took));
            figures.pieces.set(figures.pieces.get() + 1);
        }
    }

    fn do_kernel_work_now(&self, chip: &C) -> bool {
        if let Some(figures) = FIGURES.get() {
            figures.awake();
        }
        self.0.do_kernel_work_now(chip)
    }

    fn continue_process(&self, process: ProcessId, chip: &C) -> bool {
        self.0.continue_process(process, chip)
    }
}
