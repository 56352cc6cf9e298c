// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What a process may not do: each is a fault with its cause and its address.
//! The kernel's policy is not asked here.

#![no_std]
#![no_main]

use conformance_suite::fault::{self, NONE, call_class, cause, jump, load, load_word, store};
use conformance_suite::*;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x3000}

/// Where the emulator has a device that ends it.
const TEST_FINISHER: usize = 0x10_0000;
const VIRTIO: usize = 0x1000_1000;

fn loads(report: &mut Report) {
    let fault = |address| [cause::LOAD, address];
    case!(report, "load_null", "Load from address 0", load_word(0) => fault(0));
    case!(report, "load_kernel_flash", "Load from the kernel's flash", load_word(KERNEL_FLASH) => fault(KERNEL_FLASH));
    case!(report, "load_kernel_ram", "Load from the kernel's RAM", load_word(KERNEL_RAM) => fault(KERNEL_RAM));
    case!(report, "load_uart", "Load from the UART", load(UART + 5) => fault(UART + 5));
    case!(report, "load_clint", "Load from the timer", load_word(CLINT + 0xbff8) => fault(CLINT + 0xbff8));
    case!(report, "load_plic", "Load from the interrupt controller", load_word(PLIC) => fault(PLIC));
    case!(report, "load_virtio", "Load from a VirtIO device", load_word(VIRTIO) => fault(VIRTIO));
    case!(report, "load_unmapped", "Load from where there is nothing", load_word(0x4000_0000) => fault(0x4000_0000));
    case!(report, "load_top", "Load from the last word", load_word(usize::MAX - 3) => fault(usize::MAX - 3));
    let other = ram_start() - STRIDE;
    case!(report, "load_another", "Load from another process's RAM", load_word(other) => fault(other));
    let other = flash_start() - STRIDE;
    case!(report, "load_another_flash", "Load from another process's flash", load_word(other) => fault(other));
    let before = ram_start() - 4;
    case!(report, "load_before_ram", "Load of the word before RAM", load_word(before) => fault(before));
    let end = app_break();
    case!(report, "load_at_break", "Load at the break", load_word(end) => fault(end));
    let grant = lowest_grant();
    case!(report, "load_grant", "Load from the grants in the process's own RAM", load_word(grant) => fault(grant));
    let last = ram_end() - 4;
    case!(report, "load_control_block", "Load of the last word of its RAM, which is the kernel's", load_word(last) => fault(last));
    let before = flash_start() - 4;
    case!(report, "load_before_flash", "Load of the word before its flash", load_word(before) => fault(before));
    let after = flash_end();
    case!(report, "load_after_flash", "Load of the word after its flash", load_word(after) => fault(after));
    case!(report, "load_header", "The header of its flash can be read", load_word(flash_start()) => NONE);
    case!(report, "load_last_of_flash", "and its last word", load_word(flash_end() - 4) => NONE);
    case!(report, "load_first_of_ram", "and the first word of RAM", load_word(ram_start()) => NONE);
    case!(report, "load_last_of_ram", "and the last before the break", load_word(end - 4) => NONE);
    case!(report, "load_reserved", "A load-reserved from the kernel", attempt!("lr.w a3, (a0)", KERNEL_RAM) => fault(KERNEL_RAM));
}

fn stores(report: &mut Report) {
    let fault = |address| [cause::STORE, address];
    case!(report, "store_null", "Store to address 0", store(0) => fault(0));
    case!(report, "store_kernel_flash", "Store to the kernel's flash", store(KERNEL_FLASH) => fault(KERNEL_FLASH));
    case!(report, "store_kernel_ram", "Store to the kernel's RAM", store(KERNEL_RAM) => fault(KERNEL_RAM));
    case!(report, "store_uart", "Store to the UART", store(UART) => fault(UART));
    case!(report, "store_clint", "Store to the timer", store(CLINT + 0x4000) => fault(CLINT + 0x4000));
    case!(report, "store_finisher", "Store to the device that ends the emulator", store(TEST_FINISHER) => fault(TEST_FINISHER));
    let own = flash_start() + PROTECTED;
    case!(report, "store_own_code", "Store to its own code", store(own) => fault(own));
    case!(report, "store_header", "Store to its own header", store(flash_start()) => fault(flash_start()));
    let other = ram_start() - STRIDE;
    case!(report, "store_another", "Store to another process's RAM", store(other) => fault(other));
    let before = ram_start() - 4;
    case!(report, "store_before_ram", "Store before RAM, as a stack does that overflows", store(before) => fault(before));
    let end = app_break();
    case!(report, "store_at_break", "Store at the break", store(end) => fault(end));
    let grant = lowest_grant();
    case!(report, "store_grant", "Store to the grants", store(grant) => fault(grant));
    let [amo, at] = attempt!("amoadd.w a3, zero, (a0)", KERNEL_RAM);
    // The specification says store, the emulator load.
    case!(
        report,
        "store_amo",
        "An atomic add in the kernel",
        at == KERNEL_RAM && (amo == cause::STORE || amo == cause::LOAD)
    );
}

fn jumps(report: &mut Report) {
    let fault = |address| [cause::FETCH, address];
    case!(report, "jump_null", "Jump to address 0", jump(0) => fault(0));
    case!(report, "jump_kernel", "Jump to the kernel", jump(KERNEL_FLASH) => fault(KERNEL_FLASH));
    case!(report, "jump_device", "Jump to a device", jump(UART) => fault(UART));
    case!(report, "jump_own_ram", "Jump to its own RAM", jump(ram_start()) => fault(ram_start()));
    let other = flash_start() - STRIDE + PROTECTED;
    case!(report, "jump_another", "Jump to another process's flash", jump(other) => fault(other));
    let after = flash_end();
    case!(report, "jump_after_flash", "Jump behind its own flash", jump(after) => fault(after));
}

fn instructions(report: &mut Report) {
    case!(report, "illegal_ones", "An instruction of ones", attempt!(".word 0xffffffff", 0)[0] => cause::ILLEGAL);
    case!(report, "illegal_zeros", "An instruction of zeros", attempt!(".word 0", 0)[0] => cause::ILLEGAL);
    case!(report, "csr_mstatus", "Read of mstatus", attempt!("csrr a3, mstatus", 0)[0] => cause::ILLEGAL);
    case!(report, "csr_pmpcfg", "Write of the PMP's configuration", attempt!("csrw pmpcfg0, zero", 0)[0] => cause::ILLEGAL);
    case!(report, "csr_mtvec", "Write of the trap vector", attempt!("csrw mtvec, zero", 0)[0] => cause::ILLEGAL);
    case!(report, "csr_mscratch", "Read of what the kernel keeps in mscratch", attempt!("csrr a3, mscratch", 0)[0] => cause::ILLEGAL);
    case!(report, "csr_satp", "Write of the address translation", attempt!("csrw satp, zero", 0)[0] => cause::ILLEGAL);
    case!(report, "csr_cycle", "Read of the cycle counter", attempt!("rdcycle a3", 0)[0] => cause::ILLEGAL);
    case!(report, "mret", "Return from a machine trap", attempt!("mret", 0)[0] => cause::ILLEGAL);
    case!(report, "sret", "Return from a supervisor trap", attempt!("sret", 0)[0] => cause::ILLEGAL);
    case!(report, "float", "Floating point, which the kernel does not keep", attempt!(".word 0xf0000053", 0)[0] => cause::ILLEGAL);
    case!(report, "breakpoint", "A breakpoint", attempt!("ebreak", 0)[0] => cause::BREAKPOINT);
}

fn calls(report: &mut Report) {
    case!(report, "class_8", "System call class 8", call_class(8, 0)[0] => cause::CALL);
    case!(report, "class_255", "System call class 255", call_class(255, 0)[0] => cause::CALL);
    case!(report, "yield_3", "Yield number 3", call_class(0, 3)[0] => cause::CALL);
    case!(report, "yield_highest", "Yield number 0xffff_ffff", call_class(0, usize::MAX)[0] => cause::CALL);
}

/// A function pointer into RAM is accepted, but RAM cannot be executed.
fn upcall_in_ram(report: &mut Report) {
    let ram = ram_start();
    subscribe(TEST, 0, ram, 0);
    command(TEST, test::QUEUE, 0, 1);
    case!(report, "upcall_in_ram", "An upcall to a function in RAM", call_class(0, 0) => [cause::FETCH, ram]);
    subscribe(TEST, 0, 0, 0);
}

fn main() {
    let mut report = Report::new("faults");
    command(TEST, test::CALLS, 0, 0);
    fault::begin();
    loads(&mut report);
    stores(&mut report);
    jumps(&mut report);
    instructions(&mut report);
    calls(&mut report);
    upcall_in_ram(&mut report);
    fault::end();
    report.end();
}
