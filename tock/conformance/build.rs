// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Links the processes where the environment says.

fn main() {
    libtock_build_scripts::auto_layout();
}
