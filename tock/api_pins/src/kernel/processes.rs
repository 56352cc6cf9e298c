// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What processes are made of: identifiers, states, tasks and policies.

use core::fmt::{Debug, Display, Write};
use core::num::NonZeroU32;

use crate::implements;
use kernel::capabilities::ExternalProcessCapability;
use kernel::platform::chip::Chip;
use kernel::process::{
    BinaryVersion, Error, FaultAction, FunctionCall, FunctionCallSource, Process, ProcessAddresses,
    ProcessArray, ProcessBinary, ProcessFaultPolicy, ProcessPrinter, ProcessPrinterContext,
    ProcessSizes, ProcessSlot, ProcessStandard, ProcessStandardDebug, ProcessStandardDebugFull,
    ProcessStandardStoragePermissionsPolicy, ReturnArguments, ShortId, State,
    StoppedExecutingReason, StoppedState, Task,
};
use kernel::process_checker::AcceptedCredential;
use kernel::storage_permissions::StoragePermissions;
use kernel::upcall::UpcallId;
use kernel::utilities::binary_write::BinaryWrite;
use kernel::utilities::capability_ptr::CapabilityPtr;
use kernel::utilities::cells::OptionalCell;
use kernel::utilities::machine_register::MachineRegister;
use kernel::{ErrorCode, Kernel, ProcessId};
use tock_tbf::types::TbfHeader;

implements!(ProcessId: Copy, Debug, Eq);
const _: fn(&ProcessId) -> usize = ProcessId::id;
const _: fn(&ProcessId) -> ShortId = ProcessId::short_app_id;
const _: fn(&ProcessId) -> (usize, usize) = ProcessId::get_editable_flash_range;
const _: fn(&ProcessId) -> Option<StoragePermissions> = ProcessId::get_storage_permissions;
const _: fn(&'static Kernel, usize, usize, &dyn ExternalProcessCapability) -> ProcessId =
    ProcessId::new_external;

implements!(ShortId: Copy, Display, PartialEq, From<Option<NonZeroU32>>);

pub fn short_ids(id: ShortId) -> Option<NonZeroU32> {
    match id {
        ShortId::LocallyUnique => None,
        ShortId::Fixed(number) => Some(number),
    }
}

pub fn states(state: State) -> Option<UpcallId> {
    match state {
        State::YieldedFor(id) | State::Stopped(StoppedState::YieldedFor(id)) => Some(id),
        State::Running
        | State::Yielded
        | State::Stopped(StoppedState::Running | StoppedState::Yielded)
        | State::Faulted
        | State::Terminated => None,
    }
}

implements!(State: PartialEq);

pub fn fault_actions(action: FaultAction) {
    match action {
        FaultAction::Panic | FaultAction::Restart | FaultAction::Stop => {}
    }
}

pub fn errors(error: Error) {
    match error {
        Error::NoSuchApp
        | Error::OutOfMemory
        | Error::AddressOutOfBounds
        | Error::InactiveApp
        | Error::KernelError
        | Error::AlreadyInUse => {}
    }
}

const _: fn(Error) -> ErrorCode = <ErrorCode as From<Error>>::from;
const _: fn(Error) -> Result<u8, ErrorCode> = <Result<u8, ErrorCode> as From<Error>>::from;

pub fn stopped_executing_reasons(reason: StoppedExecutingReason) {
    match reason {
        StoppedExecutingReason::NoWorkLeft
        | StoppedExecutingReason::StoppedFaulted
        | StoppedExecutingReason::Stopped
        | StoppedExecutingReason::TimesliceExpired
        | StoppedExecutingReason::KernelPreemption => {}
    }
}

pub fn tasks(task: Task) {
    match task {
        Task::FunctionCall(FunctionCall {
            source: FunctionCallSource::Kernel | FunctionCallSource::Driver(UpcallId { .. }),
            ..
        }) => {}
        Task::ReturnValue(ReturnArguments { .. }) => {}
        Task::IPC(pair) => {
            let _: (ProcessId, kernel::ipc::IPCUpcallType) = pair;
        }
    }
}

pub fn task_fields(
    upcall_id: UpcallId,
    argument3: MachineRegister,
    pc: CapabilityPtr,
) -> (FunctionCall, ReturnArguments) {
    (
        FunctionCall {
            source: FunctionCallSource::Driver(upcall_id),
            argument0: 0usize,
            argument1: 0usize,
            argument2: 0usize,
            argument3,
            pc,
        },
        ReturnArguments {
            upcall_id,
            argument0: 0usize,
            argument1: 0usize,
            argument2: 0usize,
        },
    )
}

const _: fn(NonZeroU32) -> BinaryVersion = BinaryVersion::new;

pub fn addresses(integrity_end: *const u8) -> ProcessAddresses {
    ProcessAddresses {
        flash_start: 0usize,
        flash_non_protected_start: 0usize,
        flash_integrity_end: integrity_end,
        flash_end: 0usize,
        sram_start: 0usize,
        sram_app_brk: 0usize,
        sram_grant_start: 0usize,
        sram_end: 0usize,
        sram_heap_start: None::<usize>,
        sram_stack_top: None::<usize>,
        sram_stack_bottom: None::<usize>,
    }
}

pub const SIZES: ProcessSizes = ProcessSizes {
    grant_pointers: 0usize,
    upcall_list: 0usize,
    process_control_block: 0usize,
};

pub const PROCESSES: ProcessArray<3> = ProcessArray::new();
const _: fn(&ProcessArray<3>) -> &[ProcessSlot] = ProcessArray::as_slice;
const _: fn(&ProcessArray<3>, usize) -> &ProcessSlot =
    <ProcessArray<3> as core::ops::Index<usize>>::index;
const _: fn(&ProcessSlot) -> Option<&'static dyn Process> = ProcessSlot::get;
const _: fn(&ProcessSlot, usize) -> bool = ProcessSlot::contains_process_with_id;

pub struct Policy;

impl ProcessFaultPolicy for Policy {
    fn action(&self, _: &dyn Process) -> FaultAction {
        FaultAction::Stop
    }
}

impl<C: Chip, D: ProcessStandardDebug> ProcessStandardStoragePermissionsPolicy<C, D> for Policy {
    fn get_permissions(&self, _: &ProcessStandard<C, D>) -> StoragePermissions {
        StoragePermissions::new_null()
    }
}

impl ProcessPrinter for Policy {
    fn print_overview(
        &self,
        _: &dyn Process,
        _: &mut dyn BinaryWrite,
        _: Option<ProcessPrinterContext>,
    ) -> Option<ProcessPrinterContext> {
        None
    }
}

/// Bounds that hold whatever the chip is.
pub fn standard<C: Chip + 'static, D: ProcessStandardDebug + Default + 'static>() {
    fn policy<
        C: Chip,
        D: ProcessStandardDebug,
        P: ProcessStandardStoragePermissionsPolicy<C, D>,
    >() {
    }
    policy::<C, D, ()>();
    fn process<P: Process>() {}
    process::<ProcessStandard<'static, C, D>>();
    let _: for<'a> fn(
        &'a ProcessStandard<'static, C, D>,
    ) -> Option<(bool, usize, [u32; 8], usize, [u32; 8])> =
        ProcessStandard::get_tbf_storage_permissions;
}

implements!((): ProcessStandardDebug);
implements!(ProcessStandardDebugFull: ProcessStandardDebug);

pub fn binary(binary: ProcessBinary) {
    let _: &'static [u8] = binary.flash;
    let _: &'static [u8] = binary.footers;
    let _: OptionalCell<AcceptedCredential> = binary.credential;
    let _: TbfHeader<'static> = binary.header;
}

const _: fn(&mut dyn Write, &dyn Process) = |writer, process| process.print_full_process(writer);
