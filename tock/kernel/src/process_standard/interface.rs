// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! [`ProcessStandard`] as a [`Process`]; the work is done in its own modules.

use core::fmt::Write;
use core::mem::{size_of, size_of_val};
use core::num::NonZeroU32;
use core::ptr::NonNull;

use super::control_block::{ProcessStandard, TASK_SLOTS};
use super::debug::ProcessStandardDebug;
use crate::capabilities::ProcessStartCapability;
use crate::collections::queue::Queue;
use crate::errorcode::ErrorCode;
use crate::platform::chip::Chip;
use crate::platform::mpu::{self, MPU};
use crate::process::{
    BinaryVersion, Error, FunctionCall, Process, ProcessAddresses, ProcessCustomGrantIdentifier,
    ProcessId, ProcessSizes, ShortId, State, Task,
};
use crate::process_checker::AcceptedCredential;
use crate::processbuffer::{ReadOnlyProcessBuffer, ReadWriteProcessBuffer};
use crate::storage_permissions::StoragePermissions;
use crate::syscall::{ContextSwitchReason, Syscall, SyscallReturn, UserspaceKernelBoundary};
use crate::upcall::UpcallId;
use crate::utilities::capability_ptr::CapabilityPtr;
use tock_tbf::types::CommandPermissions;

impl<C: Chip, D: 'static + ProcessStandardDebug> Process for ProcessStandard<'_, C, D> {
    fn processid(&self) -> ProcessId {
        self.process_id.get()
    }

    fn short_app_id(&self) -> ShortId {
        self.app_id
    }

    fn binary_version(&self) -> Option<BinaryVersion> {
        NonZeroU32::new(self.header.get_app_version()).map(BinaryVersion::new)
    }

    fn get_credential(&self) -> Option<AcceptedCredential> {
        self.credential
    }

    fn get_restart_count(&self) -> usize {
        self.restart_count.get()
    }

    fn get_process_name(&self) -> &'static str {
        self.header.get_package_name().unwrap_or("")
    }

    fn has_tasks(&self) -> bool {
        self.tasks.map_or(false, |tasks| tasks.has_elements())
    }

    fn pending_tasks(&self) -> usize {
        self.tasks.map_or(0, |tasks| tasks.len())
    }

    fn enqueue_task(&self, task: Task) -> Result<(), ErrorCode> {
        self.push_task(task)
    }

    fn dequeue_task(&self) -> Option<Task> {
        self.tasks.and_then(|tasks| tasks.dequeue())
    }

    fn remove_upcall(&self, upcall_id: UpcallId) -> Option<Task> {
        self.take_task_of(upcall_id)
    }

    fn remove_pending_upcalls(&self, upcall_id: UpcallId) -> usize {
        self.drop_calls_of(upcall_id)
    }

    fn get_state(&self) -> State {
        self.state.get()
    }

    fn ready(&self) -> bool {
        self.has_something_to_do()
    }

    fn is_running(&self) -> bool {
        !matches!(self.state.get(), State::Faulted | State::Terminated)
    }

    fn set_yielded_state(&self) {
        if self.state.get() == State::Running {
            self.state.set(State::Yielded);
        }
    }

    fn set_yielded_for_state(&self, upcall_id: UpcallId) {
        if self.state.get() == State::Running {
            self.state.set(State::YieldedFor(upcall_id));
        }
    }

    fn stop(&self) {
        self.hold();
    }

    fn resume(&self) {
        self.release();
    }

    fn set_fault_state(&self) {
        self.apply_fault_policy();
    }

    fn start(&self, _capability: &dyn ProcessStartCapability) {
        if self.state.get() == State::Terminated {
            self.start_again();
        }
    }

    fn try_restart(&self, completion_code: Option<u32>) {
        if self.state.get() != State::Terminated {
            self.terminate(completion_code);
            self.start_again();
        }
    }

    fn terminate(&self, completion_code: Option<u32>) {
        self.end(completion_code);
    }

    fn get_completion_code(&self) -> Option<Option<u32>> {
        self.completion_code.get()
    }

    fn brk(&self, new_break: *const u8) -> Result<CapabilityPtr, Error> {
        self.move_break(new_break.addr())
    }

    fn sbrk(&self, increment: isize) -> Result<CapabilityPtr, Error> {
        self.move_break_by(increment)
    }

    fn number_writeable_flash_regions(&self) -> usize {
        self.header.number_writeable_flash_regions()
    }

    fn get_writeable_flash_region(&self, region_index: usize) -> (usize, usize) {
        let (offset, size) = self.header.get_writeable_flash_region(region_index);
        (offset as usize, size as usize)
    }

    fn update_stack_start_pointer(&self, stack_pointer: *const u8) {
        self.debug.set_stack_top(stack_pointer.addr());
    }

    fn update_heap_start_pointer(&self, heap_pointer: *const u8) {
        self.debug.set_heap_start(heap_pointer.addr());
    }

    fn build_readwrite_process_buffer(
        &self,
        buf_start_addr: *mut u8,
        size: usize,
    ) -> Result<ReadWriteProcessBuffer, ErrorCode> {
        self.readwrite_buffer(buf_start_addr, size)
    }

    fn build_readonly_process_buffer(
        &self,
        buf_start_addr: *const u8,
        size: usize,
    ) -> Result<ReadOnlyProcessBuffer, ErrorCode> {
        self.readonly_buffer(buf_start_addr, size)
    }

    unsafe fn set_byte(&self, addr: *mut u8, value: u8) -> bool {
        // SAFETY: the caller keeps the same contract.
        unsafe { self.write_byte(addr, value) }
    }

    fn get_command_permissions(&self, driver_num: usize, offset: usize) -> CommandPermissions {
        self.header.get_command_permissions(driver_num, offset)
    }

    fn get_storage_permissions(&self) -> StoragePermissions {
        self.storage_permissions.get()
    }

    fn setup_mpu(&self) {
        self.mpu_config.map(|config| {
            // SAFETY: the configuration holds this process's own flash and RAM
            // and what `add_mpu_region` was given, and no kernel memory.
            unsafe { self.chip.mpu().configure_mpu(config) }
        });
    }

    fn add_mpu_region(
        &self,
        unallocated_memory_start: *const u8,
        unallocated_memory_size: usize,
        min_region_size: usize,
    ) -> Option<mpu::Region> {
        self.add_region(
            unallocated_memory_start,
            unallocated_memory_size,
            min_region_size,
        )
    }

    fn remove_mpu_region(&self, region: mpu::Region) -> Result<(), ErrorCode> {
        self.remove_region(region)
    }

    fn allocate_grant(
        &self,
        grant_num: usize,
        driver_num: usize,
        size: usize,
        align: usize,
    ) -> Result<(), ()> {
        self.allocate_numbered_grant(grant_num, driver_num, size, align)
            .ok_or(())
    }

    fn grant_is_allocated(&self, grant_num: usize) -> Option<bool> {
        self.is_grant_allocated(grant_num)
    }

    fn allocate_custom_grant(
        &self,
        size: usize,
        align: usize,
    ) -> Result<(ProcessCustomGrantIdentifier, NonNull<u8>), ()> {
        self.allocate_unnumbered_grant(size, align).ok_or(())
    }

    fn enter_grant(&self, grant_num: usize) -> Result<NonNull<u8>, Error> {
        self.enter_numbered_grant(grant_num)
    }

    fn enter_custom_grant(
        &self,
        identifier: ProcessCustomGrantIdentifier,
    ) -> Result<*mut u8, Error> {
        self.enter_unnumbered_grant(identifier)
    }

    unsafe fn leave_grant(&self, grant_num: usize) {
        self.leave_numbered_grant(grant_num);
    }

    fn grant_allocated_count(&self) -> Option<usize> {
        self.allocated_grants()
    }

    fn lookup_grant_from_driver_num(&self, driver_num: usize) -> Result<usize, Error> {
        self.grant_of_driver(driver_num)
    }

    fn is_valid_upcall_function_pointer(&self, upcall_fn: *const ()) -> bool {
        self.may_be_called(upcall_fn)
    }

    fn set_syscall_return_value(&self, return_value: SyscallReturn) {
        self.return_from_syscall(return_value);
    }

    fn set_process_function(&self, callback: FunctionCall) {
        self.call_function(callback);
    }

    fn switch_to(&self) -> Option<ContextSwitchReason> {
        self.execute()
    }

    fn get_addresses(&self) -> ProcessAddresses {
        ProcessAddresses {
            flash_start: self.flash_start(),
            flash_non_protected_start: self.flash_non_protected_start(),
            flash_integrity_end: self
                .flash
                .as_ptr()
                .wrapping_add(self.header.get_binary_end() as usize),
            flash_end: self.flash_end(),
            sram_start: self.memory_start.addr(),
            sram_app_brk: self.app_break.get(),
            sram_grant_start: self.kernel_break.get(),
            sram_end: self.memory_end(),
            sram_heap_start: self.debug.heap_start(),
            sram_stack_top: self.debug.stack_top(),
            sram_stack_bottom: self.debug.stack_bottom(),
        }
    }

    fn get_sizes(&self) -> ProcessSizes {
        ProcessSizes {
            grant_pointers: size_of_val(self.grants),
            upcall_list: TASK_SLOTS * size_of::<Task>(),
            process_control_block: size_of::<Self>(),
        }
    }

    fn get_stored_state(&self, out: &mut [u8]) -> Result<usize, ErrorCode> {
        self.stored_state.map_or(Err(ErrorCode::FAIL), |state| {
            self.chip
                .userspace_kernel_boundary()
                .store_context(state, out)
        })
    }

    fn print_full_process(&self, writer: &mut dyn Write) {
        self.report(writer);
    }

    fn debug_syscall_count(&self) -> usize {
        self.debug.syscall_count()
    }

    fn debug_dropped_upcall_count(&self) -> usize {
        self.debug.dropped_task_count()
    }

    fn debug_timeslice_expiration_count(&self) -> usize {
        self.debug.timeslice_expiration_count()
    }

    fn debug_timeslice_expired(&self) {
        self.debug.timeslice_expired();
    }

    fn debug_syscall_called(&self, last_syscall: Syscall) {
        self.debug.called(last_syscall);
    }

    fn debug_syscall_last(&self) -> Option<Syscall> {
        self.debug.last_syscall()
    }
}
