// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The boundary to QEMU: the few functions of its plugin interface that are used.
//!
//! They have the same form in all versions of the interface from 1 (QEMU 7.2) on.
//! QEMU loads a plugin only when the number that it exports is one that it knows:
//! 1 before QEMU 9.0, 2 from then on. The library finds out when it is loaded;
//! a QEMU that knows neither refuses it and says so.

use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::ptr;
use std::sync::atomic::{AtomicI32, Ordering};

use crate::cut::{self, Watch};
use crate::settings::Settings;

/// A plugin's number, given by QEMU.
type Id = u64;
/// A block of instructions under translation, and an instruction of it.
type Block = c_void;
type Instruction = c_void;
/// Called before an instruction, with the processor's number and what was asked
/// to be handed over.
type Executed = extern "C" fn(c_uint, *mut c_void);

/// The called function does not look at the guest's registers.
const NO_REGISTERS: c_int = 0;

// SAFETY: names and types are those of QEMU's plugin interface and of the C
// library; both are in the process that loads this.
unsafe extern "C" {
    fn qemu_plugin_register_vcpu_tb_trans_cb(id: Id, translated: extern "C" fn(Id, *mut Block));
    fn qemu_plugin_tb_n_insns(block: *const Block) -> usize;
    fn qemu_plugin_tb_get_insn(block: *const Block, index: usize) -> *mut Instruction;
    fn qemu_plugin_insn_vaddr(instruction: *const Instruction) -> u64;
    fn qemu_plugin_register_vcpu_insn_exec_cb(
        instruction: *mut Instruction,
        executed: Executed,
        flags: c_int,
        handed_over: *mut c_void,
    );
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
    #[link_name = "_exit"]
    fn exit_now(code: c_int) -> !;
}

// SAFETY: the only symbol of this name; QEMU reads it as an int, which an
// AtomicI32 is laid out as, after the constructor below has run.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals, reason = "QEMU looks for this name")]
pub static qemu_plugin_version: AtomicI32 = AtomicI32::new(1);

// SAFETY: a pointer to a function without arguments, which the loader calls once.
#[unsafe(link_section = ".init_array")]
#[used]
static CHOOSE_VERSION: extern "C" fn() = choose_version;

/// Looks for a function that came with version 2 of the interface.
extern "C" fn choose_version() {
    let newer = c"qemu_plugin_scoreboard_new";
    // SAFETY: a null library stands for the whole process (RTLD_DEFAULT), and the
    // name ends in a zero.
    let found = unsafe { dlsym(ptr::null_mut(), newer.as_ptr()) };
    if !found.is_null() {
        qemu_plugin_version.store(2, Ordering::Relaxed);
    }
}

/// Ends the process without running anything that would tidy up: what was
/// written stays, and nothing else happens any more.
pub fn exit_at_once(code: i32) -> ! {
    // SAFETY: it has no preconditions.
    unsafe { exit_now(code) }
}

/// Called by QEMU when it has loaded the library; anything but 0 ends QEMU.
///
/// # Safety
/// `arguments` points to `count` strings, each ending in a zero, that live for as
/// long as the call.
// SAFETY: the only symbol of this name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qemu_plugin_install(
    id: Id,
    _about: *const c_void,
    count: c_int,
    arguments: *const *const c_char,
) -> c_int {
    let arguments: Vec<String> = (0..usize::try_from(count).unwrap_or(0))
        .map(|index| {
            // SAFETY: the caller vouches for `count` strings that end in a zero.
            let text = unsafe { CStr::from_ptr(*arguments.add(index)) };
            text.to_string_lossy().into_owned()
        })
        .collect();
    let settings = Settings::parse(arguments.iter().map(String::as_str));
    if let Err(error) = settings.and_then(cut::prepare) {
        eprintln!("instruction_cut: {error}");
        return 1;
    }
    // SAFETY: `id` is this plugin's, and the function has the type asked for.
    unsafe { qemu_plugin_register_vcpu_tb_trans_cb(id, translated) };
    0
}

extern "C" fn translated(_id: Id, block: *mut Block) {
    // SAFETY: QEMU hands over a block that is valid during this call.
    let length = unsafe { qemu_plugin_tb_n_insns(block) };
    for index in 0..length {
        // SAFETY: as above; the index is below the length.
        let instruction = unsafe { qemu_plugin_tb_get_insn(block, index) };
        // SAFETY: the instruction is of a block that is valid during this call.
        let address = unsafe { qemu_plugin_insn_vaddr(instruction) };
        let watched = cut::watched(address).map(|watch| match watch {
            Watch::Begin => begin as Executed,
            Watch::Note => note,
            Watch::End => end,
        });
        // They are called in this order.
        for executed in watched.chain([count as Executed]) {
            let address = ptr::without_provenance_mut(address as usize);
            // SAFETY: as above; the functions have the type asked for and take
            // the address as a number only.
            unsafe {
                qemu_plugin_register_vcpu_insn_exec_cb(
                    instruction,
                    executed,
                    NO_REGISTERS,
                    address,
                );
            }
        }
    }
}

extern "C" fn begin(_processor: c_uint, address: *mut c_void) {
    cut::reached(Watch::Begin, address.addr() as u64);
}

extern "C" fn note(_processor: c_uint, address: *mut c_void) {
    cut::reached(Watch::Note, address.addr() as u64);
}

extern "C" fn end(_processor: c_uint, address: *mut c_void) {
    cut::reached(Watch::End, address.addr() as u64);
}

extern "C" fn count(_processor: c_uint, address: *mut c_void) {
    cut::count(address.addr() as u64);
}
