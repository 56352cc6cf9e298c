// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Components for random numbers, from entropy or from a finished source.

use core::mem::MaybeUninit;

use capsules_core::rng::{Entropy32ToRandom, RngDriver};
use kernel::Kernel;
use kernel::capabilities::MemoryAllocationCapability;
use kernel::component::Component;
use kernel::hil::entropy::Entropy32;
use kernel::hil::rng::Rng;

#[macro_export]
macro_rules! rng_component_static {
    ($E:ty $(,)?) => {
        (
            kernel::static_buf!(capsules_core::rng::Entropy32ToRandom<'static, $E>),
            kernel::static_buf!(
                capsules_core::rng::RngDriver<
                    'static,
                    capsules_core::rng::Entropy32ToRandom<'static, $E>,
                >
            ),
        )
    };
}

#[macro_export]
macro_rules! rng_random_component_static {
    ($R:ty $(,)?) => {
        kernel::static_buf!(capsules_core::rng::RngDriver<'static, $R>)
    };
}

/// The random number driver over a source of entropy.
pub struct RngComponent<E: 'static + Entropy32<'static>, CAP: 'static + MemoryAllocationCapability>
{
    board_kernel: &'static Kernel,
    driver_num: usize,
    trng: &'static E,
    cap: CAP,
}

impl<E: 'static + Entropy32<'static>, CAP: 'static + MemoryAllocationCapability>
    RngComponent<E, CAP>
{
    pub fn new(
        board_kernel: &'static Kernel,
        driver_num: usize,
        trng: &'static E,
        cap: CAP,
    ) -> Self {
        Self {
            board_kernel,
            driver_num,
            trng,
            cap,
        }
    }
}

impl<E: 'static + Entropy32<'static>, CAP: 'static + MemoryAllocationCapability> Component
    for RngComponent<E, CAP>
{
    type StaticInput = (
        &'static mut MaybeUninit<Entropy32ToRandom<'static, E>>,
        &'static mut MaybeUninit<RngDriver<'static, Entropy32ToRandom<'static, E>>>,
    );
    type Output = &'static RngDriver<'static, Entropy32ToRandom<'static, E>>;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        let random = static_memory.0.write(Entropy32ToRandom::new(self.trng));
        let grant = self.board_kernel.create_grant(self.driver_num, &self.cap);
        let driver = static_memory.1.write(RngDriver::new(random, grant));
        self.trng.set_client(random);
        random.set_client(driver);
        driver
    }
}

/// The random number driver over a source of random numbers.
pub struct RngRandomComponent<R: 'static + Rng<'static>, CAP: 'static + MemoryAllocationCapability>
{
    board_kernel: &'static Kernel,
    driver_num: usize,
    rng: &'static R,
    cap: CAP,
}

impl<R: 'static + Rng<'static>, CAP: 'static + MemoryAllocationCapability>
    RngRandomComponent<R, CAP>
{
    pub fn new(
        board_kernel: &'static Kernel,
        driver_num: usize,
        rng: &'static R,
        cap: CAP,
    ) -> Self {
        Self {
            board_kernel,
            driver_num,
            rng,
            cap,
        }
    }
}

impl<R: 'static + Rng<'static>, CAP: 'static + MemoryAllocationCapability> Component
    for RngRandomComponent<R, CAP>
{
    type StaticInput = &'static mut MaybeUninit<RngDriver<'static, R>>;
    type Output = &'static RngDriver<'static, R>;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        let grant = self.board_kernel.create_grant(self.driver_num, &self.cap);
        let driver = static_memory.write(RngDriver::new(self.rng, grant));
        self.rng.set_client(driver);
        driver
    }
}
