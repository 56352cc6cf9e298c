// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Which of several binaries of one application is run.

use crate::kernel::Kernel;
use crate::process::{Process, ProcessBinary, ShortId};
use crate::process_checker::AppIdPolicy;

/// The short identity of a binary; without a policy it has none.
pub(super) fn short_id(policy: Option<&dyn AppIdPolicy>, binary: &ProcessBinary) -> ShortId {
    policy.map_or(ShortId::LocallyUnique, |policy| policy.to_short_id(binary))
}

/// Whether two binaries are of one application, by identity or its short form.
fn same_application(
    policy: Option<&dyn AppIdPolicy>,
    a: &ProcessBinary,
    b: &ProcessBinary,
) -> bool {
    policy.is_some_and(|policy| {
        !policy.different_identifier(a, b) || policy.to_short_id(a) == policy.to_short_id(b)
    })
}

/// Whether `process` is the application that `binary` is of.
fn is_process_of(
    policy: Option<&dyn AppIdPolicy>,
    binary: &ProcessBinary,
    process: &dyn Process,
) -> bool {
    policy.is_some_and(|policy| {
        !policy.different_identifier_process(binary, process)
            || policy.to_short_id(binary) == process.short_app_id()
    })
}

/// Whether the binary at `index` is the one to run of its application: none has
/// a higher version, and none of the same version was found before it.
pub(super) fn is_preferred(
    policy: Option<&dyn AppIdPolicy>,
    binaries: &[Option<ProcessBinary>],
    index: usize,
) -> bool {
    let Some(Some(binary)) = binaries.get(index) else {
        return false;
    };
    let version = binary.header.get_app_version();
    !binaries.iter().enumerate().any(|(other_index, other)| {
        let Some(other) = other else { return false };
        let other_version = other.header.get_app_version();
        let wins = other_version > version || (other_version == version && other_index < index);
        other_index != index && wins && same_application(policy, binary, other)
    })
}

/// Whether a process of the binary's application is running already.
pub(super) fn is_running_already(
    policy: Option<&dyn AppIdPolicy>,
    kernel: &Kernel,
    binary: &ProcessBinary,
) -> bool {
    kernel
        .processes()
        .any(|process| process.is_running() && is_process_of(policy, binary, process))
}
