// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The board's button: the space bar of a virtio keyboard.

use serde_json::json;

use crate::failure::Result;
use crate::qmp::Qmp;

fn set(qmp: &mut Qmp, down: bool) -> Result<()> {
    let event = json!({
        "type": "key",
        "data": { "down": down, "key": { "type": "qcode", "data": "spc" } },
    });
    qmp.execute("input-send-event", json!({ "events": [event] }))?;
    Ok(())
}

/// Holds the button down.
pub fn press(qmp: &mut Qmp) -> Result<()> {
    set(qmp, true)
}

/// Lets the button go.
pub fn release(qmp: &mut Qmp) -> Result<()> {
    set(qmp, false)
}
