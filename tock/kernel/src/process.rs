// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Processes as the rest of the kernel sees them: identity, state and tasks.
//!
//! A board or capsule never names a concrete process type. It holds a
//! [`ProcessId`], asks [`Kernel`] for the process behind it, and works through
//! the [`Process`] trait. The one implementation in this kernel is
//! [`ProcessStandard`].

use core::fmt::{self, Write};
use core::num::NonZeroU32;
use core::ptr::NonNull;

use crate::capabilities::{ExternalProcessCapability, ProcessStartCapability};
use crate::errorcode::ErrorCode;
use crate::ipc;
use crate::kernel::Kernel;
use crate::platform::mpu;
use crate::process_checker::AcceptedCredential;
use crate::processbuffer::{ReadOnlyProcessBuffer, ReadWriteProcessBuffer};
use crate::storage_permissions::StoragePermissions;
use crate::syscall::{ContextSwitchReason, Syscall, SyscallReturn};
use crate::upcall::UpcallId;
use crate::utilities::capability_ptr::CapabilityPtr;
use crate::utilities::machine_register::MachineRegister;
use tock_tbf::types::CommandPermissions;

pub use crate::process_array::{ProcessArray, ProcessSlot};
pub use crate::process_binary::ProcessBinary;
pub use crate::process_checker::ProcessCheckerMachine;
pub use crate::process_loading::{
    ProcessLoadError, ProcessLoadingAsync, ProcessLoadingAsyncClient,
    SequentialProcessLoaderMachine, load_processes,
};
pub use crate::process_policies::{ProcessFaultPolicy, ProcessStandardStoragePermissionsPolicy};
pub use crate::process_printer::{ProcessPrinter, ProcessPrinterContext};
pub use crate::process_standard::{
    ProcessStandard, ProcessStandardDebug, ProcessStandardDebugFull,
};

/// Names one run of one process.
///
/// A restart gives the process a new identifier, so a `ProcessId` that was kept
/// across a restart names nothing any more instead of the new run.
#[derive(Clone, Copy)]
pub struct ProcessId {
    pub(crate) kernel: &'static Kernel,
    /// Slot of the process in the kernel's array: a hint for the look-up.
    pub(crate) index: usize,
    /// Unique over the uptime of the kernel.
    identifier: usize,
}

impl PartialEq for ProcessId {
    fn eq(&self, other: &ProcessId) -> bool {
        self.identifier == other.identifier
    }
}

impl Eq for ProcessId {}

impl fmt::Debug for ProcessId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.identifier)
    }
}

impl ProcessId {
    pub(crate) fn new(kernel: &'static Kernel, identifier: usize, index: usize) -> ProcessId {
        ProcessId {
            kernel,
            index,
            identifier,
        }
    }

    /// Makes the identifier of a process that code outside this crate manages.
    pub fn new_external(
        kernel: &'static Kernel,
        identifier: usize,
        index: usize,
        _capability: &dyn ExternalProcessCapability,
    ) -> ProcessId {
        ProcessId::new(kernel, identifier, index)
    }

    /// The number that is unique to this run of the process.
    pub fn id(&self) -> usize {
        self.identifier
    }

    /// The short form of the application's identity, or
    /// [`ShortId::LocallyUnique`] when the process is gone.
    pub fn short_app_id(&self) -> ShortId {
        self.kernel
            .process_map_or(ShortId::LocallyUnique, *self, |process| {
                process.short_app_id()
            })
    }

    /// Addresses `(start, end)` of the flash that the application owns, without
    /// its protected region. `(0, 0)` when the process is gone.
    pub fn get_editable_flash_range(&self) -> (usize, usize) {
        self.kernel.process_map_or((0, 0), *self, |process| {
            let addresses = process.get_addresses();
            (addresses.flash_non_protected_start, addresses.flash_end)
        })
    }

    /// What the process may read and write in shared storage, or `None` when
    /// the process is gone.
    pub fn get_storage_permissions(&self) -> Option<StoragePermissions> {
        self.kernel.process_map_or(None, *self, |process| {
            Some(process.get_storage_permissions())
        })
    }
}

/// A 32-bit compression of an application's identity.
#[derive(Clone, Copy, Debug)]
pub enum ShortId {
    /// Different from every other application, itself included.
    LocallyUnique,
    /// An identity that other boots and boards give to the same application.
    Fixed(NonZeroU32),
}

impl PartialEq for ShortId {
    fn eq(&self, other: &ShortId) -> bool {
        match (self, other) {
            (ShortId::Fixed(a), ShortId::Fixed(b)) => a == b,
            _ => false,
        }
    }
}

impl From<Option<NonZeroU32>> for ShortId {
    fn from(id: Option<NonZeroU32>) -> ShortId {
        id.map_or(ShortId::LocallyUnique, ShortId::Fixed)
    }
}

impl fmt::Display for ShortId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ShortId::LocallyUnique => write!(formatter, "Unique"),
            ShortId::Fixed(id) => write!(formatter, "{:#010x}", id),
        }
    }
}

/// Version of an application binary, from its Program header. Never zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BinaryVersion(NonZeroU32);

impl BinaryVersion {
    /// Wraps the version number of a binary.
    pub fn new(version: NonZeroU32) -> BinaryVersion {
        BinaryVersion(version)
    }
}

/// What a process is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Has instructions to execute.
    Running,
    /// Waits for any upcall.
    Yielded,
    /// Waits for this one upcall.
    YieldedFor(UpcallId),
    /// Held by the kernel until [`Process::resume`].
    Stopped(StoppedState),
    /// Did something it may not do, and the fault policy said to stop it.
    Faulted,
    /// Exited or was terminated. Only [`Process::start`] brings it back.
    Terminated,
}

/// The state to which a stopped process returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoppedState {
    /// It was running.
    Running,
    /// It waited for any upcall.
    Yielded,
    /// It waited for this upcall.
    YieldedFor(UpcallId),
}

/// What the kernel does with a process that faulted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultAction {
    /// Panic the whole system.
    Panic,
    /// Start the process afresh.
    Restart,
    /// Stop the process for good.
    Stop,
}

/// Why an operation on a process failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// The process named is not, or no longer, in the process array.
    NoSuchApp,
    /// The process has no memory left for what was asked.
    OutOfMemory,
    /// The address or number is outside of what the process owns.
    AddressOutOfBounds,
    /// The process is faulted or terminated.
    InactiveApp,
    /// The kernel cannot do what was asked, through no fault of the caller.
    KernelError,
    /// Somebody else is using the resource, which takes one user at a time.
    AlreadyInUse,
}

impl From<Error> for ErrorCode {
    fn from(error: Error) -> ErrorCode {
        match error {
            Error::OutOfMemory => ErrorCode::NOMEM,
            Error::AddressOutOfBounds | Error::NoSuchApp => ErrorCode::INVAL,
            Error::InactiveApp | Error::KernelError | Error::AlreadyInUse => ErrorCode::FAIL,
        }
    }
}

impl<T> From<Error> for Result<T, ErrorCode> {
    fn from(error: Error) -> Result<T, ErrorCode> {
        Err(error.into())
    }
}

/// Why the kernel stopped executing a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoppedExecutingReason {
    /// The process yielded and nothing is queued for it.
    NoWorkLeft,
    /// The process faulted or ended.
    StoppedFaulted,
    /// The process was stopped.
    Stopped,
    /// The time that the scheduler gave is used up.
    TimesliceExpired,
    /// The kernel has work of its own to do.
    KernelPreemption,
}

/// Something queued for a process that yielded.
#[derive(Clone, Copy, Debug)]
pub enum Task {
    /// Call a function in the process.
    FunctionCall(FunctionCall),
    /// Values for a process that waits for this upcall without a function.
    ReturnValue(ReturnArguments),
    /// A message from another process. Never queued by this kernel.
    IPC((ProcessId, ipc::IPCUpcallType)),
}

impl Task {
    /// Whether the task was scheduled for the upcall `id`, with or without a
    /// function subscribed to it.
    pub(crate) fn is_for(&self, id: UpcallId) -> bool {
        match self {
            Task::FunctionCall(call) => call.source == FunctionCallSource::Driver(id),
            Task::ReturnValue(arguments) => arguments.upcall_id == id,
            Task::IPC(_) => false,
        }
    }
}

/// Who asked for a function call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunctionCallSource {
    /// The kernel, to start the process.
    Kernel,
    /// A driver, through a subscribed upcall.
    Driver(UpcallId),
}

/// A function call that the kernel makes in a process.
#[derive(Clone, Copy, Debug)]
pub struct FunctionCall {
    /// Who asked for the call.
    pub source: FunctionCallSource,
    /// First argument.
    pub argument0: usize,
    /// Second argument.
    pub argument1: usize,
    /// Third argument.
    pub argument2: usize,
    /// Fourth argument; the application data of an upcall.
    pub argument3: MachineRegister,
    /// Address of the function.
    pub pc: CapabilityPtr,
}

/// The values that an upcall without a function carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReturnArguments {
    /// The upcall that was scheduled.
    pub upcall_id: UpcallId,
    /// First argument.
    pub argument0: usize,
    /// Second argument.
    pub argument1: usize,
    /// Third argument.
    pub argument2: usize,
}

/// Names memory that a process gave to a grant beyond the grant's own type.
#[derive(Clone, Copy, Debug)]
pub struct ProcessCustomGrantIdentifier {
    /// Bytes from the end of process memory down to the allocation.
    pub(crate) offset: usize,
}

/// The addresses that describe a process in memory.
#[derive(Clone, Copy, Debug)]
pub struct ProcessAddresses {
    /// Start of the application's flash: its TBF header.
    pub flash_start: usize,
    /// Start of the flash that the application itself may use.
    pub flash_non_protected_start: usize,
    /// End of the bytes that credentials are computed over.
    pub flash_integrity_end: *const u8,
    /// End of the application's flash.
    pub flash_end: usize,
    /// Start of the process's RAM.
    pub sram_start: usize,
    /// End of the RAM that the process can access.
    pub sram_app_brk: usize,
    /// Lowest address that the kernel uses for grants.
    pub sram_grant_start: usize,
    /// End of the process's RAM, grants included.
    pub sram_end: usize,
    /// Start of the heap, if the process told it.
    pub sram_heap_start: Option<usize>,
    /// Highest address of the stack, if the process told it.
    pub sram_stack_top: Option<usize>,
    /// Lowest stack pointer seen, if any was.
    pub sram_stack_bottom: Option<usize>,
}

/// Sizes in bytes of what the kernel keeps in a process's RAM.
#[derive(Clone, Copy, Debug)]
pub struct ProcessSizes {
    /// The table of grant pointers.
    pub grant_pointers: usize,
    /// The queue of tasks.
    pub upcall_list: usize,
    /// The process structure itself.
    pub process_control_block: usize,
}

/// Everything that the kernel does with a process.
///
/// Whoever holds a `&dyn Process` may call all of it; the methods are guarded by
/// the capabilities that it takes to obtain one.
pub trait Process {
    // Identity.

    /// Identifier of the current run.
    fn processid(&self) -> ProcessId;
    /// Short form of the application's identity.
    fn short_app_id(&self) -> ShortId;
    /// Version of the binary, if its header carries one.
    fn binary_version(&self) -> Option<BinaryVersion>;
    /// The credential that the checking policy accepted, if one was.
    fn get_credential(&self) -> Option<AcceptedCredential>;
    /// How many times the process was started again since it was loaded.
    fn get_restart_count(&self) -> usize;
    /// Name from the TBF header, or the empty string.
    fn get_process_name(&self) -> &'static str;

    // Tasks.

    /// Whether any task is queued.
    fn has_tasks(&self) -> bool;
    /// Number of tasks that are queued.
    fn pending_tasks(&self) -> usize;
    /// Queues a task.
    ///
    /// `NODEVICE` when the process is not running, `NOMEM` when the queue is
    /// full.
    fn enqueue_task(&self, task: Task) -> Result<(), ErrorCode>;
    /// Takes the oldest task.
    fn dequeue_task(&self) -> Option<Task>;
    /// Takes the oldest task of the upcall `upcall_id`.
    fn remove_upcall(&self, upcall_id: UpcallId) -> Option<Task>;
    /// Drops the function calls queued for `upcall_id`; returns how many.
    fn remove_pending_upcalls(&self, upcall_id: UpcallId) -> usize;

    // State.

    /// What the process is doing.
    fn get_state(&self) -> State;
    /// Whether running the process now would do something.
    fn ready(&self) -> bool;
    /// Whether the process is neither faulted nor terminated.
    fn is_running(&self) -> bool;
    /// Running process: now waits for any upcall.
    fn set_yielded_state(&self);
    /// Running process: now waits for `upcall_id`.
    fn set_yielded_for_state(&self, upcall_id: UpcallId);
    /// Holds the process until [`Process::resume`].
    fn stop(&self);
    /// Lets a stopped process go on.
    fn resume(&self);
    /// Applies the fault policy.
    fn set_fault_state(&self);
    /// Starts a terminated process afresh. Does nothing in other states, nor
    /// from within one of the process's grants.
    fn start(&self, capability: &dyn ProcessStartCapability);
    /// Ends the process and starts it afresh. Does nothing when terminated;
    /// from within one of the process's grants it only ends it.
    fn try_restart(&self, completion_code: Option<u32>);
    /// Ends the process.
    fn terminate(&self, completion_code: Option<u32>);
    /// How the process last ended: `None` never, `Some(None)` by the kernel,
    /// `Some(Some(code))` by itself.
    fn get_completion_code(&self) -> Option<Option<u32>>;

    // Memory.

    /// Moves the end of the accessible RAM; returns the old end.
    fn brk(&self, new_break: *const u8) -> Result<CapabilityPtr, Error>;
    /// Moves the end of the accessible RAM by `increment` bytes; returns the
    /// old end.
    fn sbrk(&self, increment: isize) -> Result<CapabilityPtr, Error>;
    /// Number of writeable flash regions in the header.
    fn number_writeable_flash_regions(&self) -> usize;
    /// Offset from the flash start and size of a region; `(0, 0)` if none.
    fn get_writeable_flash_region(&self, region_index: usize) -> (usize, usize);
    /// The process tells where its stack starts, for debugging.
    fn update_stack_start_pointer(&self, stack_pointer: *const u8);
    /// The process tells where its heap starts, for debugging.
    fn update_heap_start_pointer(&self, heap_pointer: *const u8);
    /// Checks a read-write buffer that the process shares.
    ///
    /// `INVAL` when it is not within accessible RAM, `FAIL` when the process is
    /// not running.
    fn build_readwrite_process_buffer(
        &self,
        buf_start_addr: *mut u8,
        size: usize,
    ) -> Result<ReadWriteProcessBuffer, ErrorCode>;
    /// Checks a read-only buffer that the process shares, in RAM or flash.
    fn build_readonly_process_buffer(
        &self,
        buf_start_addr: *const u8,
        size: usize,
    ) -> Result<ReadOnlyProcessBuffer, ErrorCode>;
    /// Writes one byte if it is within accessible RAM; returns whether it was.
    ///
    /// # Safety
    ///
    /// No Rust reference to that byte may be live: it is in the process's
    /// memory, so call this only when no buffer of the process is entered.
    unsafe fn set_byte(&self, addr: *mut u8, value: u8) -> bool;

    // Permissions.

    /// Which commands of a driver the TBF header permits.
    fn get_command_permissions(&self, driver_num: usize, offset: usize) -> CommandPermissions;
    /// What the process may do with shared storage.
    fn get_storage_permissions(&self) -> StoragePermissions;

    // Memory protection.

    /// Loads the memory protection unit with this process's regions.
    fn setup_mpu(&self);
    /// Gives the process access to further memory.
    fn add_mpu_region(
        &self,
        unallocated_memory_start: *const u8,
        unallocated_memory_size: usize,
        min_region_size: usize,
    ) -> Option<mpu::Region>;
    /// Takes such access away again.
    fn remove_mpu_region(&self, region: mpu::Region) -> Result<(), ErrorCode>;

    // Grants.

    /// Allocates a grant's memory, uninitialised.
    // The error carries nothing because the trait's shape is fixed upstream.
    #[allow(clippy::result_unit_err)]
    fn allocate_grant(
        &self,
        grant_num: usize,
        driver_num: usize,
        size: usize,
        align: usize,
    ) -> Result<(), ()>;
    /// Whether a grant is allocated; `None` when the process is not running or
    /// there is no such grant.
    fn grant_is_allocated(&self, grant_num: usize) -> Option<bool>;
    /// Allocates memory beside the numbered grants, uninitialised.
    #[allow(clippy::result_unit_err)]
    fn allocate_custom_grant(
        &self,
        size: usize,
        align: usize,
    ) -> Result<(ProcessCustomGrantIdentifier, NonNull<u8>), ()>;
    /// Marks a grant as entered and returns its memory.
    ///
    /// `AlreadyInUse` when it is entered already.
    fn enter_grant(&self, grant_num: usize) -> Result<NonNull<u8>, Error>;
    /// Returns the memory of a custom grant.
    fn enter_custom_grant(
        &self,
        identifier: ProcessCustomGrantIdentifier,
    ) -> Result<*mut u8, Error>;
    /// Marks a grant as left.
    ///
    /// # Safety
    ///
    /// Every reference into the grant's memory must be dead.
    unsafe fn leave_grant(&self, grant_num: usize);
    /// Number of grants that are allocated; `None` when not running.
    fn grant_allocated_count(&self) -> Option<usize>;
    /// Number of the first allocated grant of a driver.
    fn lookup_grant_from_driver_num(&self, driver_num: usize) -> Result<usize, Error>;

    // Execution.

    /// Whether an upcall may point here: the application's flash or RAM.
    fn is_valid_upcall_function_pointer(&self, upcall_fn: *const ()) -> bool;
    /// Sets what the system call under way returns, and lets the process run.
    fn set_syscall_return_value(&self, return_value: SyscallReturn);
    /// Makes the process execute a function next.
    fn set_process_function(&self, callback: FunctionCall);
    /// Executes the process until it traps; `None` when it cannot run.
    fn switch_to(&self) -> Option<ContextSwitchReason>;

    // Debugging.

    /// Where the process is in memory.
    fn get_addresses(&self) -> ProcessAddresses;
    /// What the kernel's share of the process memory costs.
    fn get_sizes(&self) -> ProcessSizes;
    /// Serializes the saved registers; returns the number of bytes.
    fn get_stored_state(&self, out: &mut [u8]) -> Result<usize, ErrorCode>;
    /// Prints all that is known of the process.
    fn print_full_process(&self, writer: &mut dyn Write);
    /// Number of system calls since the last start.
    fn debug_syscall_count(&self) -> usize;
    /// Number of upcalls that found the queue full since the last start.
    fn debug_dropped_upcall_count(&self) -> usize;
    /// Number of timeslices used up since the last start.
    fn debug_timeslice_expiration_count(&self) -> usize;
    /// Counts a timeslice that was used up.
    fn debug_timeslice_expired(&self);
    /// Counts and remembers a system call.
    fn debug_syscall_called(&self, last_syscall: Syscall);
    /// The last system call.
    fn debug_syscall_last(&self) -> Option<Syscall>;
}
