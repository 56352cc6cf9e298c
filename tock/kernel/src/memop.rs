// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The memop system call: a process asks about or moves its own memory.

use crate::errorcode::ErrorCode;
use crate::process::{Error, Process};
use crate::syscall::SyscallReturn;
use crate::utilities::capability_ptr::CapabilityPtr;

/// Executes memop `operand` with `argument` for `process`.
///
/// 0 brk, 1 sbrk, 2/3 RAM start and end, 4/5 flash start and end, 6 lowest
/// grant address, 7 number of writeable flash regions, 8/9 start and end of one
/// of them, 10/11 the process tells its stack top and heap start.
pub(crate) fn memop(process: &dyn Process, operand: usize, argument: usize) -> SyscallReturn {
    match operand {
        0 => match process.brk(CapabilityPtr::from(argument).as_ptr()) {
            Ok(_) => SyscallReturn::Success,
            Err(error) => break_failure(error),
        },
        // The argument is a signed number of bytes.
        1 => match process.sbrk(argument as isize) {
            Ok(old_break) => SyscallReturn::SuccessPtr(old_break),
            Err(error) => break_failure(error),
        },
        2 => SyscallReturn::SuccessAddr(process.get_addresses().sram_start),
        3 => SyscallReturn::SuccessAddr(process.get_addresses().sram_end),
        4 => SyscallReturn::SuccessAddr(process.get_addresses().flash_start),
        5 => SyscallReturn::SuccessAddr(process.get_addresses().flash_end),
        6 => SyscallReturn::SuccessAddr(process.get_addresses().sram_grant_start),
        7 => SyscallReturn::SuccessU32(process.number_writeable_flash_regions() as u32),
        8 => writeable_region(process, argument, |start, _| start),
        9 => writeable_region(process, argument, |_, end| end),
        10 => {
            process.update_stack_start_pointer(CapabilityPtr::from(argument).as_ptr());
            SyscallReturn::Success
        }
        11 => {
            process.update_heap_start_pointer(CapabilityPtr::from(argument).as_ptr());
            SyscallReturn::Success
        }
        _ => SyscallReturn::Failure(ErrorCode::NOSUPPORT),
    }
}

/// The ABI knows one failure of brk and sbrk, whatever the reason.
fn break_failure(_error: Error) -> SyscallReturn {
    SyscallReturn::Failure(ErrorCode::NOMEM)
}

fn writeable_region(
    process: &dyn Process,
    index: usize,
    pick: fn(usize, usize) -> usize,
) -> SyscallReturn {
    let (offset, size) = process.get_writeable_flash_region(index);
    if size == 0 {
        return SyscallReturn::Failure(ErrorCode::FAIL);
    }
    let flash_start = process.get_addresses().flash_start;
    // The header is not trusted: a sum past the address space is no region.
    let start = flash_start.checked_add(offset);
    let end = start.and_then(|start| start.checked_add(size));
    match (start, end) {
        (Some(start), Some(end)) => SyscallReturn::SuccessAddr(pick(start, end)),
        _ => SyscallReturn::Failure(ErrorCode::FAIL),
    }
}
