// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What a chip provides: interrupts, sleep, memory protection, panics.

use crate::platform::mpu;
use crate::syscall;
use crate::utilities::io_write::IoWrite;
use core::fmt::Write;

/// A microcontroller or processor that runs the kernel.
pub trait Chip {
    /// Its memory protection.
    type MPU: mpu::MPU;

    /// How to tell its threads of execution apart.
    type ThreadIdProvider: ThreadIdProvider;

    /// How its processes run.
    type UserspaceKernelBoundary: syscall::UserspaceKernelBoundary;

    /// Sets up what must be set up before anything else of the kernel runs.
    fn init();

    /// Serves all pending interrupts.
    fn service_pending_interrupts(&self);

    /// Whether an interrupt waits to be served.
    fn has_pending_interrupts(&self) -> bool;

    /// The memory protection.
    fn mpu(&self) -> &Self::MPU;

    /// The means to run processes.
    fn userspace_kernel_boundary(&self) -> &Self::UserspaceKernelBoundary;

    /// Sleeps until an interrupt is pending; called with interrupts disabled.
    fn sleep(&self);

    /// Runs `f` such that no interrupt handler runs in between.
    fn with_interrupts_disabled<F, R>(&self, f: F) -> R
    where
        F: FnOnce() -> R;

    /// Prints the state of the processor, of the chip too if `this` is given.
    ///
    /// # Safety
    ///
    /// To be called on panic only: other code may be in the middle of using what
    /// is read here.
    unsafe fn print_state(this: Option<&Self>, writer: &mut dyn Write);
}

/// Tells which thread of execution runs: the main loop or an interrupt handler,
/// on which hart.
///
/// # Safety
///
/// Two threads that can run at once, or of which one can interrupt the other,
/// must never get the same identifier, and a thread must always get the same
/// one: values bound to a thread are accessed on that ground.
pub unsafe trait ThreadIdProvider {
    /// Identifier of the thread that calls.
    fn running_thread_id() -> usize;
}

/// The part of a chip that knows which peripheral an interrupt belongs to.
pub trait InterruptService {
    /// Serves an interrupt; returns whether it is one of this chip's.
    fn service_interrupt(&self, interrupt: u32) -> bool;
}

impl InterruptService for () {
    fn service_interrupt(&self, _interrupt: u32) -> bool {
        false
    }
}

/// A clock that a peripheral needs.
pub trait ClockInterface {
    /// Whether the clock runs.
    fn is_enabled(&self) -> bool;

    /// Starts the clock.
    fn enable(&self);

    /// Stops the clock.
    fn disable(&self);
}

/// The clock of a peripheral whose clock always runs.
#[derive(Clone, Copy, Debug)]
pub struct NoClockControl {}

impl ClockInterface for NoClockControl {
    fn is_enabled(&self) -> bool {
        true
    }

    fn enable(&self) {}

    fn disable(&self) {}
}

/// For peripherals whose clock always runs.
pub const NO_CLOCK_CONTROL: NoClockControl = NoClockControl {};

/// Output that works when nothing else can be relied on.
pub trait PanicWriter {
    /// What it takes to make one, such as the base address of a UART.
    type Config;

    /// Makes a writer that prints synchronously.
    ///
    /// # Safety
    ///
    /// To be called on panic only: the device is taken over from its driver.
    unsafe fn create_panic_writer(config: Self::Config) -> impl IoWrite + core::fmt::Write;
}
