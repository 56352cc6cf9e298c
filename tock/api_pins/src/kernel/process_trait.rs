// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The trait `Process`, every method of it spelled.

use core::fmt::Write;
use core::ptr::NonNull;

use kernel::ErrorCode;
use kernel::ProcessId;
use kernel::capabilities::ProcessStartCapability;
use kernel::platform::mpu;
use kernel::process::{
    BinaryVersion, Error, FunctionCall, Process, ProcessAddresses, ProcessCustomGrantIdentifier,
    ProcessSizes, ShortId, State, Task,
};
use kernel::process_checker::AcceptedCredential;
use kernel::processbuffer::{ReadOnlyProcessBuffer, ReadWriteProcessBuffer};
use kernel::storage_permissions::StoragePermissions;
use kernel::syscall::{ContextSwitchReason, Syscall, SyscallReturn};
use kernel::upcall::UpcallId;
use kernel::utilities::capability_ptr::CapabilityPtr;
use tock_tbf::types::CommandPermissions;

pub struct Whole;

#[allow(clippy::empty_loop)]
impl Process for Whole {
    fn processid(&self) -> ProcessId {
        loop {}
    }
    fn short_app_id(&self) -> ShortId {
        loop {}
    }
    fn binary_version(&self) -> Option<BinaryVersion> {
        loop {}
    }
    fn get_credential(&self) -> Option<AcceptedCredential> {
        loop {}
    }
    fn get_restart_count(&self) -> usize {
        loop {}
    }
    fn get_process_name(&self) -> &'static str {
        loop {}
    }
    fn has_tasks(&self) -> bool {
        loop {}
    }
    fn pending_tasks(&self) -> usize {
        loop {}
    }
    fn enqueue_task(&self, _: Task) -> Result<(), ErrorCode> {
        loop {}
    }
    fn dequeue_task(&self) -> Option<Task> {
        loop {}
    }
    fn remove_upcall(&self, _: UpcallId) -> Option<Task> {
        loop {}
    }
    fn remove_pending_upcalls(&self, _: UpcallId) -> usize {
        loop {}
    }
    fn get_state(&self) -> State {
        loop {}
    }
    fn ready(&self) -> bool {
        loop {}
    }
    fn is_running(&self) -> bool {
        loop {}
    }
    fn set_yielded_state(&self) {}
    fn set_yielded_for_state(&self, _: UpcallId) {}
    fn stop(&self) {}
    fn resume(&self) {}
    fn set_fault_state(&self) {}
    fn start(&self, _: &dyn ProcessStartCapability) {}
    fn try_restart(&self, _: Option<u32>) {}
    fn terminate(&self, _: Option<u32>) {}
    fn get_completion_code(&self) -> Option<Option<u32>> {
        loop {}
    }
    fn brk(&self, _: *const u8) -> Result<CapabilityPtr, Error> {
        loop {}
    }
    fn sbrk(&self, _: isize) -> Result<CapabilityPtr, Error> {
        loop {}
    }
    fn number_writeable_flash_regions(&self) -> usize {
        loop {}
    }
    fn get_writeable_flash_region(&self, _: usize) -> (usize, usize) {
        loop {}
    }
    fn update_stack_start_pointer(&self, _: *const u8) {}
    fn update_heap_start_pointer(&self, _: *const u8) {}
    fn build_readwrite_process_buffer(
        &self,
        _: *mut u8,
        _: usize,
    ) -> Result<ReadWriteProcessBuffer, ErrorCode> {
        loop {}
    }
    fn build_readonly_process_buffer(
        &self,
        _: *const u8,
        _: usize,
    ) -> Result<ReadOnlyProcessBuffer, ErrorCode> {
        loop {}
    }
    unsafe fn set_byte(&self, _: *mut u8, _: u8) -> bool {
        loop {}
    }
    fn get_command_permissions(&self, _: usize, _: usize) -> CommandPermissions {
        loop {}
    }
    fn get_storage_permissions(&self) -> StoragePermissions {
        loop {}
    }
    fn setup_mpu(&self) {}
    fn add_mpu_region(&self, _: *const u8, _: usize, _: usize) -> Option<mpu::Region> {
        loop {}
    }
    fn remove_mpu_region(&self, _: mpu::Region) -> Result<(), ErrorCode> {
        loop {}
    }
    fn allocate_grant(&self, _: usize, _: usize, _: usize, _: usize) -> Result<(), ()> {
        loop {}
    }
    fn grant_is_allocated(&self, _: usize) -> Option<bool> {
        loop {}
    }
    fn allocate_custom_grant(
        &self,
        _: usize,
        _: usize,
    ) -> Result<(ProcessCustomGrantIdentifier, NonNull<u8>), ()> {
        loop {}
    }
    fn enter_grant(&self, _: usize) -> Result<NonNull<u8>, Error> {
        loop {}
    }
    fn enter_custom_grant(&self, _: ProcessCustomGrantIdentifier) -> Result<*mut u8, Error> {
        loop {}
    }
    unsafe fn leave_grant(&self, _: usize) {}
    fn grant_allocated_count(&self) -> Option<usize> {
        loop {}
    }
    fn lookup_grant_from_driver_num(&self, _: usize) -> Result<usize, Error> {
        loop {}
    }
    fn is_valid_upcall_function_pointer(&self, _: *const ()) -> bool {
        loop {}
    }
    fn set_syscall_return_value(&self, _: SyscallReturn) {}
    fn set_process_function(&self, _: FunctionCall) {}
    fn switch_to(&self) -> Option<ContextSwitchReason> {
        loop {}
    }
    fn get_addresses(&self) -> ProcessAddresses {
        loop {}
    }
    fn get_sizes(&self) -> ProcessSizes {
        loop {}
    }
    fn get_stored_state(&self, _: &mut [u8]) -> Result<usize, ErrorCode> {
        loop {}
    }
    fn print_full_process(&self, _: &mut dyn Write) {}
    fn debug_syscall_count(&self) -> usize {
        loop {}
    }
    fn debug_dropped_upcall_count(&self) -> usize {
        loop {}
    }
    fn debug_timeslice_expiration_count(&self) -> usize {
        loop {}
    }
    fn debug_timeslice_expired(&self) {}
    fn debug_syscall_called(&self, _: Syscall) {}
    fn debug_syscall_last(&self) -> Option<Syscall> {
        loop {}
    }
}

/// Policies and capsules hold processes by reference to the trait.
pub const OBJECT: &dyn Process = &Whole;
