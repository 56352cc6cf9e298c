// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The main loop: sleeps until a frame, the kernel or the clock wakes it.

use core::cell::Cell;
use core::fmt::{self, Write};
use core::marker::PhantomData;

use heapless::String;
use libtock::alarm::{Alarm, Hz};
use libtock::console::Console;
use libtock::platform::{DefaultConfig, ErrorCode, Subscribe, Syscalls, share};
use libtock::rng::Rng;
use libtock::runtime::{TockSyscalls, set_main, stack_size};
use libtock_ethernet_tap::Receiver;
use libtock_provisioning::Provisioning;
use provisioner::network::{Buffers, Memory, Queues};
use provisioner::provisioner::Provisioner;
use provisioner::session::KernelSession;
use provisioner::tap::TapDevice;
use static_cell::ConstStaticCell;

set_main! {main}
stack_size! {0x3000}

/// Host name of the daemon without `.local`; the Ci40 board's was this one.
const HOST: &str = match option_env!("PROVISIONING_HOST") {
    Some(host) => host,
    None => "myCi40",
};

/// Room for two frames of full length, or many small ones.
const RECEIVE_LEN: usize = 3_072;
/// Longest sleep, in milliseconds, so that no wrap of the 32-bit clock is missed.
const LONGEST_SLEEP_MS: u64 = 60_000;

/// Longest line on the console, in bytes.
const LINE_LEN: usize = 160;

const ALARM: u32 = 0x0;
const ALARM_SET_RELATIVE: u32 = 5;

static BUFFERS: ConstStaticCell<Buffers> = ConstStaticCell::new(Buffers::new());
static QUEUES: ConstStaticCell<Queues> = ConstStaticCell::new(Queues::new());
static FIRST: ConstStaticCell<[u8; RECEIVE_LEN]> = ConstStaticCell::new([0; RECEIVE_LEN]);
static SECOND: ConstStaticCell<[u8; RECEIVE_LEN]> = ConstStaticCell::new([0; RECEIVE_LEN]);

/// Milliseconds since the process started, from the kernel's 32-bit clock.
struct Clock {
    frequency: u64,
    last: u32,
    ticks: u64,
}

impl Clock {
    fn new() -> Result<Self, ErrorCode> {
        let Hz(frequency) = Alarm::get_frequency()?;
        Ok(Self {
            frequency: u64::from(frequency).max(1),
            last: Alarm::get_ticks()?,
            ticks: 0,
        })
    }

    fn now(&mut self) -> Result<u64, ErrorCode> {
        let ticks = Alarm::get_ticks()?;
        self.ticks += u64::from(ticks.wrapping_sub(self.last));
        self.last = ticks;
        Ok(self.ticks * 1_000 / self.frequency)
    }

    /// Has the kernel wake the process `wait` milliseconds from now.
    fn wake_after(&self, wait: u64) -> Result<(), ErrorCode> {
        let ticks = wait.clamp(1, LONGEST_SLEEP_MS) * self.frequency / 1_000;
        let ticks = u32::try_from(ticks).unwrap_or(u32::MAX / 2);
        TockSyscalls::command(ALARM, ALARM_SET_RELATIVE, ticks, 0)
            .to_result::<u32, ErrorCode>()
            .map(|_| ())
    }
}

fn main() -> Result<(), ErrorCode> {
    let Err(error) = run();
    say(format_args!("cannot go on: {error:?}"));
    Err(error)
}

/// Writes a line with one call, so that no other process's text gets into it.
fn say(text: fmt::Arguments<'_>) {
    let mut line = String::<LINE_LEN>::new();
    // A line that is too long or not printed changes nothing.
    let _ = writeln!(line, "provisioner: {text}");
    let _ = Console::write(line.as_bytes());
}

fn run() -> Result<core::convert::Infallible, ErrorCode> {
    let device_id = Provisioning::<TockSyscalls>::device_id()?;
    let mut seed = [0; 8];
    Rng::get_bytes_sync(&mut seed, 8)?;
    let mut clock = Clock::new()?;
    let receiver = Receiver::<TockSyscalls>::new(&mut FIRST.take()[..], &mut SECOND.take()[..])?;
    let mut provisioner = Provisioner::new(
        TapDevice::new(receiver),
        KernelSession::<TockSyscalls>(PhantomData),
        clock.now()?,
        &device_id,
        u64::from_le_bytes(seed),
        HOST,
        Memory {
            buffers: BUFFERS.take(),
            queues: QUEUES.take(),
        },
    );

    // Set by every upcall, also by one that comes while a frame is being sent,
    // so that none is slept over.
    let woken = Cell::new(false);
    share::scope::<
        (
            Subscribe<TockSyscalls, ALARM, 0>,
            Subscribe<
                TockSyscalls,
                { libtock_ethernet_tap::DRIVER_NUM },
                { libtock_ethernet_tap::subscribe::RECEIVED },
            >,
            Subscribe<
                TockSyscalls,
                { libtock_provisioning::DRIVER_NUM },
                { libtock_provisioning::subscribe::CHANGED },
            >,
        ),
        _,
        _,
    >(|handle| {
        let (alarm, received, changed) = handle.split();
        TockSyscalls::subscribe::<_, _, DefaultConfig, _, _>(alarm, &woken)?;
        TockSyscalls::subscribe::<_, _, DefaultConfig, _, _>(received, &woken)?;
        TockSyscalls::subscribe::<_, _, DefaultConfig, _, _>(changed, &woken)?;
        loop {
            woken.set(false);
            let now = clock.now()?;
            let next = provisioner.poll(now, &mut |event| say(format_args!("{event}")));
            let wait = next.saturating_sub(clock.now()?);
            clock.wake_after(wait)?;
            if !woken.get() {
                TockSyscalls::yield_wait();
            }
        }
    })
}
