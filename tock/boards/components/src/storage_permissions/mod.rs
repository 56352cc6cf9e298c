// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Components for the policies of shared storage.

pub mod individual;
pub mod null;
pub mod tbf_header;
