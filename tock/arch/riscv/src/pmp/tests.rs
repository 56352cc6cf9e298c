// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The layout of regions, checked against a model of the PMP's rules.

use super::config::{TORUserPMP, TORUserPMPCFG, cfg};
use super::simple::encode;
use super::{PMPUserMPU, PMPUserMPUConfig};
use core::cell::{Cell, RefCell};
use core::ptr::without_provenance as at;
use kernel::platform::mpu::{MPU, Permissions};
use std::vec::Vec;

/// Encodes like the hardware below and remembers the entries.
#[derive(Default)]
struct ModelPmp {
    entries: RefCell<Vec<(u8, usize)>>,
    configured: Cell<usize>,
}

impl TORUserPMP<5> for ModelPmp {
    const CONST_ASSERT_CHECK: () = ();

    fn available_regions(&self) -> usize {
        5
    }

    fn configure_pmp(
        &self,
        regions: &[(TORUserPMPCFG, *const u8, *const u8); 5],
    ) -> Result<(), ()> {
        let (addresses, configs) = encode(regions);
        let entries = (0..10).map(|i| ((configs[i / 4] >> (8 * (i % 4))) as u8, addresses[i]));
        *self.entries.borrow_mut() = entries.collect();
        self.configured.set(self.configured.get() + 1);
        Ok(())
    }

    fn enable_user_pmp(&self) -> Result<(), ()> {
        Ok(())
    }

    fn disable_user_pmp(&self) {}
}

type Mpu = PMPUserMPU<5, ModelPmp>;

/// What user mode may do with the byte at `address`: the lowest matching entry
/// decides, and no match means no right.
fn rights(mpu: &Mpu, address: usize) -> u8 {
    let entries = mpu.pmp().entries.borrow();
    let mut below = 0;
    for &(config, top) in entries.iter() {
        if config & cfg::A_MASK == cfg::A_TOR && (below << 2..top << 2).contains(&address) {
            return config & (cfg::READ | cfg::WRITE | cfg::EXECUTE);
        }
        below = top;
    }
    0
}

const RX: u8 = cfg::READ | cfg::EXECUTE;
const RW: u8 = cfg::READ | cfg::WRITE;
const FLASH: usize = 0x8010_0000;
const RAM: usize = 0x8030_0000;

fn configure(mpu: &Mpu, config: &PMPUserMPUConfig<5>) {
    // SAFETY: The model protects nothing, so there is nothing to break.
    unsafe { mpu.configure_mpu(config) }
}

/// A process with 0x3578 bytes of flash and RAM of 0x2000 bytes.
fn process(mpu: &Mpu) -> PMPUserMPUConfig<5> {
    let mut config = mpu.new_config().unwrap();
    let flash = mpu.allocate_region(
        at(FLASH),
        0x3578,
        0x3578,
        Permissions::ReadExecuteOnly,
        &mut config,
    );
    assert_eq!(flash.unwrap().size(), 0x3578);
    let ram = mpu.allocate_app_memory_region(
        at(RAM),
        0x10_0000,
        0x2000,
        0,
        0x400,
        Permissions::ReadWriteOnly,
        &mut config,
    );
    assert_eq!(ram, Some((at(RAM), 0x2000)));
    config
}

#[test]
fn flash_is_readable_and_executable_to_the_last_byte_and_no_further() {
    let mpu = Mpu::new(ModelPmp::default());
    configure(&mpu, &process(&mpu));
    assert_eq!(rights(&mpu, FLASH - 1), 0);
    assert_eq!(rights(&mpu, FLASH), RX);
    assert_eq!(rights(&mpu, FLASH + 0x3577), RX);
    assert_eq!(rights(&mpu, FLASH + 0x3578), 0);
}

#[test]
fn ram_is_reachable_only_up_to_the_break() {
    let mpu = Mpu::new(ModelPmp::default());
    let mut config = process(&mpu);
    configure(&mpu, &config);
    assert_eq!(rights(&mpu, RAM), 0);

    let kernel_break = at(RAM + 0x1c00);
    mpu.update_app_memory_region(
        at(RAM + 0x1001),
        kernel_break,
        Permissions::ReadWriteOnly,
        &mut config,
    )
    .unwrap();
    configure(&mpu, &config);
    assert_eq!(rights(&mpu, RAM - 1), 0);
    assert_eq!(rights(&mpu, RAM), RW);
    assert_eq!(rights(&mpu, RAM + 0x1003), RW);
    assert_eq!(rights(&mpu, RAM + 0x1004), 0);
}

#[test]
fn the_break_cannot_enter_the_kernels_part_nor_leave_the_block() {
    let mpu = Mpu::new(ModelPmp::default());
    let mut config = process(&mpu);
    let mut update = |app: usize, kernel: usize| {
        mpu.update_app_memory_region(at(app), at(kernel), Permissions::ReadWriteOnly, &mut config)
    };
    assert_eq!(update(RAM + 0x1c00, RAM + 0x1c00), Ok(()));
    assert_eq!(update(RAM + 0x1c01, RAM + 0x1c00), Err(()));
    assert_eq!(update(RAM + 0x1bff, RAM + 0x1bfe), Err(()));
    assert_eq!(update(RAM - 4, RAM + 0x1c00), Err(()));
    assert_eq!(update(usize::MAX, usize::MAX), Err(()));
}

#[test]
fn regions_do_not_overlap() {
    let mpu = Mpu::new(ModelPmp::default());
    let mut config = process(&mpu);
    for start in [FLASH, FLASH + 0x3574, FLASH - 4] {
        let region = mpu.allocate_region(at(start), 8, 8, Permissions::ReadWriteOnly, &mut config);
        assert!(region.is_none(), "{start:#x}");
    }
}

#[test]
fn a_region_fits_into_the_memory_that_is_offered() {
    let mpu = Mpu::new(ModelPmp::default());
    let mut config = mpu.new_config().unwrap();
    let mut allocate = |start: usize, available, size| {
        mpu.allocate_region(
            at(start),
            available,
            size,
            Permissions::ReadOnly,
            &mut config,
        )
        .map(|region| (region.start_address().addr(), region.size()))
    };
    assert_eq!(allocate(0x1001, 8, 8), None);
    assert_eq!(allocate(0x1001, 11, 8), Some((0x1004, 8)));
    assert_eq!(allocate(0x2000, 6, 5), None);
    assert_eq!(allocate(0x2000, 8, 5), Some((0x2000, 8)));
    assert_eq!(allocate(0x3000, 8, 0), None);
    assert_eq!(allocate(usize::MAX - 6, 16, 4), None);
}

#[test]
fn ram_allocation_covers_both_parts() {
    let mpu = Mpu::new(ModelPmp::default());
    let allocate = |available, minimum, app, kernel| {
        let mut config = mpu.new_config().unwrap();
        mpu.allocate_app_memory_region(
            at(RAM),
            available,
            minimum,
            app,
            kernel,
            Permissions::ReadWriteOnly,
            &mut config,
        )
        .map(|(_, size)| size)
    };
    assert_eq!(allocate(0x1000, 0x100, 0x80, 0x200), Some(0x280));
    assert_eq!(allocate(0x1000, 0x300, 0x80, 0x200), Some(0x300));
    assert_eq!(allocate(0x1000, 0x301, 0x81, 0x200), Some(0x304));
    assert_eq!(allocate(0x27f, 0x100, 0x80, 0x200), None);
    assert_eq!(allocate(0x1000, usize::MAX, 0x80, 0x200), None);
}

#[test]
fn hardware_is_written_only_for_another_or_a_changed_configuration() {
    let mpu = Mpu::new(ModelPmp::default());
    let first = process(&mpu);
    let mut second = process(&mpu);
    let writes = || mpu.pmp().configured.get();

    configure(&mpu, &first);
    configure(&mpu, &first);
    assert_eq!(writes(), 1);
    configure(&mpu, &second);
    configure(&mpu, &first);
    assert_eq!(writes(), 3);
    configure(&mpu, &second);
    mpu.update_app_memory_region(
        at(RAM + 16),
        at(RAM + 0x1c00),
        Permissions::ReadWriteOnly,
        &mut second,
    )
    .unwrap();
    configure(&mpu, &second);
    assert_eq!(writes(), 5);
}

#[test]
fn a_reset_configuration_grants_nothing() {
    let mpu = Mpu::new(ModelPmp::default());
    let mut config = process(&mpu);
    configure(&mpu, &config);
    mpu.reset_config(&mut config);
    configure(&mpu, &config);
    assert_eq!(rights(&mpu, FLASH), 0);
    assert_eq!(rights(&mpu, RAM), 0);
}

#[test]
fn a_region_can_be_given_back_but_not_the_processs_ram() {
    let mpu = Mpu::new(ModelPmp::default());
    let mut config = process(&mpu);
    let region = mpu
        .allocate_region(
            at(0x9000_0000),
            64,
            64,
            Permissions::ReadWriteOnly,
            &mut config,
        )
        .unwrap();
    configure(&mpu, &config);
    assert_eq!(rights(&mpu, 0x9000_0000), RW);
    assert_eq!(mpu.remove_memory_region(region, &mut config), Ok(()));
    configure(&mpu, &config);
    assert_eq!(rights(&mpu, 0x9000_0000), 0);
    assert_eq!(mpu.remove_memory_region(region, &mut config), Err(()));
}

#[test]
fn regions_run_out_at_five() {
    let mpu = Mpu::new(ModelPmp::default());
    let mut config = process(&mpu);
    let mut granted = 0;
    for number in 0..5usize {
        let start = 0x9000_0000 + number * 0x1000;
        let region = mpu.allocate_region(at(start), 64, 64, Permissions::ReadOnly, &mut config);
        granted += usize::from(region.is_some());
    }
    assert_eq!(granted, 3);
}
