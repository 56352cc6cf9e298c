// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Giving a process its memory, at load time and at each start.

use core::cell::Cell;
use core::mem::{MaybeUninit, align_of, size_of};
use core::ptr;

use super::control_block::{EXTRA_MPU_REGIONS, ProcessStandard, TASK_SLOTS};
use super::debug::ProcessStandardDebug;
use super::grants::GrantPointerEntry;
use crate::collections::queue::Queue;
use crate::collections::ring_buffer::RingBuffer;
use crate::kernel::Kernel;
use crate::platform::chip::Chip;
use crate::platform::mpu::{MPU, Permissions};
use crate::process::{
    FunctionCall, FunctionCallSource, Process, ProcessBinary, ProcessFaultPolicy, ProcessId,
    ProcessLoadError, ProcessStandardStoragePermissionsPolicy, ShortId, State, Task,
};
use crate::storage_permissions::StoragePermissions;
use crate::syscall::UserspaceKernelBoundary;
use crate::utilities::capability_ptr::CapabilityPtr;
use crate::utilities::cells::{MapCell, OptionalCell};
use crate::utilities::machine_register::MachineRegister;

/// What all processes of a load have in common.
pub(crate) struct Surroundings<'a, C: Chip + 'static, D: ProcessStandardDebug + 'static> {
    pub(crate) kernel: &'static Kernel,
    pub(crate) chip: &'static C,
    pub(crate) fault_policy: &'static dyn ProcessFaultPolicy,
    pub(crate) storage_policy: &'a dyn ProcessStandardStoragePermissionsPolicy<C, D>,
}

/// The memory that is not given to a process yet.
type FreeMemory = &'static mut [u8];

/// Bytes at the top of a process's RAM that the kernel uses from the start.
///
/// Each part is followed by at most its alignment minus one unused bytes.
fn kernel_overhead<P>(grant_count: usize) -> Option<usize> {
    let table = size_of::<GrantPointerEntry>().checked_mul(grant_count)?;
    let slack = align_of::<GrantPointerEntry>() + align_of::<Task>() + align_of::<P>() - 3;
    (TASK_SLOTS * size_of::<Task>() + size_of::<P>() + slack).checked_add(table)
}

/// Takes room for `count` values of type `S` off the top of the memory that
/// starts at `start` and still has `len` bytes.
///
/// The caller has made sure that there is room.
fn take_from_top<S>(start: *mut u8, len: &mut usize, count: usize) -> *mut S {
    let bytes = size_of::<S>() * count;
    let address = (start.addr() + *len - bytes) & !(align_of::<S>() - 1);
    *len = address - start.addr();
    start.with_addr(address).cast::<S>()
}

impl<C: Chip + 'static, D: ProcessStandardDebug + 'static> ProcessStandard<'static, C, D> {
    /// Makes a process of `binary` in the next memory that fits.
    ///
    /// Returns the process and what memory is left; on failure all the memory
    /// comes back.
    pub(crate) fn create(
        surroundings: &Surroundings<'_, C, D>,
        binary: ProcessBinary,
        app_id: ShortId,
        index: usize,
        memory: FreeMemory,
    ) -> Result<(&'static dyn Process, FreeMemory), (ProcessLoadError, FreeMemory)> {
        let chip = surroundings.chip;
        let kernel = surroundings.kernel;
        let initial_app_size = chip
            .userspace_kernel_boundary()
            .initial_process_app_brk_size();
        let grant_count = kernel.grant_count_and_finalize();

        let Some(mut mpu_config) = chip.mpu().new_config() else {
            return Err((ProcessLoadError::MpuConfigurationError, memory));
        };
        if !allocate_flash_region(chip, binary.flash, &mut mpu_config) {
            return Err((ProcessLoadError::MpuInvalidFlashLength, memory));
        }

        // Memory below a fixed address is passed over, and lost if this works.
        let gap = match gap_before_fixed_address(&binary, memory) {
            Ok(gap) => gap,
            Err(error) => return Err((error, memory)),
        };
        let app_size = (binary.header.get_minimum_app_ram_size() as usize).max(initial_app_size);
        let sizes = kernel_overhead::<Self>(grant_count)
            .and_then(|overhead| Some((overhead, app_size.checked_add(overhead)?)));
        let Some((overhead, total_size)) = sizes else {
            return Err((ProcessLoadError::NotEnoughMemory, memory));
        };
        let Some(unallocated) = memory.len().checked_sub(gap) else {
            return Err((ProcessLoadError::NotEnoughMemory, memory));
        };
        let free_start = memory.as_ptr().addr();
        let Some((block_start, block_len)) = chip.mpu().allocate_app_memory_region(
            memory.as_ptr().wrapping_add(gap),
            unallocated,
            total_size,
            initial_app_size,
            overhead,
            Permissions::ReadWriteOnly,
            &mut mpu_config,
        ) else {
            return Err((ProcessLoadError::NotEnoughMemory, memory));
        };

        // The MPU is trusted with protection, but not with arithmetic: the
        // block must be what was asked for and within what was offered.
        let offset = block_start.addr().wrapping_sub(free_start);
        let end = offset.checked_add(block_len);
        if offset < gap || block_len < total_size || end.is_none_or(|end| end > memory.len()) {
            return Err((ProcessLoadError::MpuConfigurationError, memory));
        }
        if let Some(fixed) = binary.header.get_fixed_address_ram()
            && block_start.addr() != fixed as usize
        {
            return Err((address_mismatch(block_start.addr(), fixed), memory));
        }

        let rest_len = memory.len() - offset - block_len;
        // All pointers into the block come from this one. `memory` itself is
        // used again only where none of them is left.
        let memory_start = memory.as_mut_ptr().wrapping_add(offset);
        let mut free_len = block_len;
        let grants = take_from_top::<GrantPointerEntry>(memory_start, &mut free_len, grant_count);
        let tasks = take_from_top::<MaybeUninit<Task>>(memory_start, &mut free_len, TASK_SLOTS);
        let control_block = take_from_top::<Self>(memory_start, &mut free_len, 1);
        let kernel_break = control_block.addr();

        let process_id = ProcessId::new(kernel, kernel.create_process_identifier(), index);
        let process = ProcessStandard {
            kernel,
            chip,
            process_id: Cell::new(process_id),
            app_id,
            credential: binary.credential.take(),
            header: binary.header,
            flash: binary.flash,
            memory_start,
            memory_len: block_len,
            app_break: Cell::new(memory_start.addr() + initial_app_size),
            kernel_break: Cell::new(kernel_break),
            initial_kernel_break: kernel_break,
            allow_high_water_mark: Cell::new(memory_start.addr()),
            // SAFETY: the table lies in the block, aligned, and belongs to
            // nobody else from here on; it is filled before the slice is made.
            grants: unsafe {
                for entry in 0..grant_count {
                    grants.add(entry).write(GrantPointerEntry::empty());
                }
                core::slice::from_raw_parts(grants, grant_count)
            },
            // SAFETY: the queue lies in the block, aligned, and belongs to
            // nobody else from here on; its slots may be uninitialised.
            tasks: MapCell::new(RingBuffer::new(unsafe {
                core::slice::from_raw_parts_mut(tasks, TASK_SLOTS)
            })),
            state: Cell::new(State::Yielded),
            restart_count: Cell::new(0),
            completion_code: OptionalCell::empty(),
            fault_policy: surroundings.fault_policy,
            storage_permissions: Cell::new(StoragePermissions::new_null()),
            stored_state: MapCell::new(Default::default()),
            mpu_config: MapCell::new(mpu_config),
            extra_regions: [const { Cell::new(None) }; EXTRA_MPU_REGIONS],
            debug: D::default(),
        };
        if process.prepare_start().is_err() {
            return Err((ProcessLoadError::InternalError, memory));
        }
        let permissions = surroundings.storage_policy.get_permissions(&process);
        process.storage_permissions.set(permissions);

        // SAFETY: the place lies in the block, aligned, and belongs to nobody
        // else. The structure is never moved or dropped, and all else in the
        // block is reached through `memory_start`, so the reference is good for
        // ever. The rest of the memory is a part of the slice that came in,
        // after the block, to which no other reference exists.
        unsafe {
            control_block.write(process);
            let rest = memory_start.add(block_len);
            Ok((
                &*control_block,
                core::slice::from_raw_parts_mut(rest, rest_len),
            ))
        }
    }
}

impl<C: Chip + 'static, D: ProcessStandardDebug + 'static> ProcessStandard<'_, C, D> {
    /// Gives an ended process a new identity and a fresh memory layout.
    ///
    /// Its tasks and grants went when it ended. Fails while one of those grants
    /// is still entered, or a custom grant of any process, or when the MPU refuses
    /// the memory.
    pub(super) fn reset(&self) -> Result<(), ()> {
        if self.any_grant_entered() || self.kernel.any_custom_grant_entered() {
            return Err(());
        }
        let boundary = self.chip.userspace_kernel_boundary();
        let initial_app_size = boundary.initial_process_app_brk_size();
        self.mpu_config
            .map(|config| {
                let mpu = self.chip.mpu();
                mpu.reset_config(config);
                if !allocate_flash_region(self.chip, self.flash, config) {
                    return Err(());
                }
                let (start, len) = mpu
                    .allocate_app_memory_region(
                        self.memory_start,
                        self.memory_len,
                        self.memory_len,
                        initial_app_size,
                        self.memory_end() - self.initial_kernel_break,
                        Permissions::ReadWriteOnly,
                        config,
                    )
                    .ok_or(())?;
                if start.addr() == self.memory_start.addr() && len == self.memory_len {
                    Ok(())
                } else {
                    Err(())
                }
            })
            .unwrap_or(Err(()))?;

        let index = self.process_id.get().index;
        let identifier = self.kernel.create_process_identifier();
        self.process_id
            .set(ProcessId::new(self.kernel, identifier, index));
        self.app_break
            .set(self.memory_start.addr() + initial_app_size);
        self.kernel_break.set(self.initial_kernel_break);
        self.allow_high_water_mark.set(self.memory_start.addr());
        for region in &self.extra_regions {
            region.set(None);
        }
        self.debug.reset();
        self.restart_count.set(self.restart_count.get() + 1);
        self.state.set(State::Yielded);
        self.prepare_start()
    }

    /// Sets up the registers and queues the call that starts the process.
    fn prepare_start(&self) -> Result<(), ()> {
        let app_break = self.app_break.get();
        let break_pointer = self.pointer_to(app_break).cast_const();
        self.stored_state
            .map(|state| {
                // SAFETY: the addresses are the bounds of RAM that belongs to
                // this process alone, and the process is not executing.
                unsafe {
                    self.chip.userspace_kernel_boundary().initialize_process(
                        self.memory_start,
                        break_pointer,
                        state,
                    )
                }
            })
            .unwrap_or(Err(()))?;
        let entry = self.flash_start() + self.header.get_init_function_offset() as usize;
        let app_start = self.flash_start() + self.header.get_app_start_offset() as usize;
        let call = Task::FunctionCall(FunctionCall {
            source: FunctionCallSource::Kernel,
            argument0: app_start,
            argument1: self.memory_start.addr(),
            argument2: self.memory_len,
            argument3: MachineRegister::from(app_break),
            pc: CapabilityPtr::from(entry),
        });
        let queued = self.tasks.map_or(false, |tasks| tasks.enqueue(call));
        if queued { Ok(()) } else { Err(()) }
    }
}

/// Lets the process read and execute its whole TBF.
fn allocate_flash_region<C: Chip>(
    chip: &C,
    flash: &[u8],
    config: &mut <C::MPU as MPU>::MpuConfig,
) -> bool {
    chip.mpu()
        .allocate_region(
            flash.as_ptr(),
            flash.len(),
            flash.len(),
            Permissions::ReadExecuteOnly,
            config,
        )
        .is_some()
}

/// Bytes of `memory` to pass over for the RAM address in the header, if any.
fn gap_before_fixed_address(
    binary: &ProcessBinary,
    memory: &[u8],
) -> Result<usize, ProcessLoadError> {
    let Some(fixed) = binary.header.get_fixed_address_ram() else {
        return Ok(0);
    };
    let start = memory.as_ptr().addr();
    match (fixed as usize).checked_sub(start) {
        Some(gap) if gap <= memory.len() => Ok(gap),
        // Memory is given out upwards only, and this lies behind or beyond it.
        _ => Err(address_mismatch(start, fixed)),
    }
}

fn address_mismatch(actual: usize, expected: u32) -> ProcessLoadError {
    ProcessLoadError::MemoryAddressMismatch {
        actual_address: ptr::without_provenance_mut(actual),
        expected_address: ptr::without_provenance_mut(expected as usize),
    }
}
