// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! QEMU plugin that ends the emulator at an exact instruction.
//!
//! A test tool: the emulated board's power is cut between two instructions, which
//! no clock of the host can do. `tools/emulator` starts QEMU with
//!
//! ```text
//! -plugin file=libinstruction_cut.so,report=FILE,from=ADDRESS,end=ADDRESS,after=N,note=ADDRESS
//! ```
//!
//! Instructions are counted from the first execution of `from` on, or from
//! power-on; with N of them executed, QEMU ends at once (exit code 86), as it does
//! when `end` is executed after that. Executions of each `note` are written into
//! the report at once, with the count before them (0 until it begins), and so is
//! where it ended.

mod cut;
mod plugin;
mod settings;
