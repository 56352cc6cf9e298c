// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What an alert means to a person, and what to do about it.

use provisioning_wire::AlertCode;

/// Words for an alert that this daemon raised against a device, and what to do.
pub fn ours(code: AlertCode) -> (String, &'static str) {
    let next = match code {
        AlertCode::ConfirmationFailed => {
            "compare the label of the device with its line in the inventory"
        }
        AlertCode::Locked => {
            "the device counted too many wrong setup codes; press its button and try again"
        }
        AlertCode::NoCommonVersion => "update the older of device and daemon",
        AlertCode::ParametersOutOfBounds => {
            "no device that was minted properly asks for these; mint it anew"
        }
        AlertCode::BadProof => {
            "the device did not prove the identity key that it named; mint it anew"
        }
        AlertCode::Timeout => "see whether the device is still there; it will try again",
        AlertCode::Protocol
        | AlertCode::Malformed
        | AlertCode::BadPoint
        | AlertCode::BadSealedRecord => {
            "this is no provisioning device, or somebody interferes; a device will try again"
        }
        AlertCode::Internal => {
            "this is a defect of the daemon; tell its makers, with the events before this one"
        }
        _ => "a device will try again",
    };
    (code.to_string(), next)
}

/// Words for an alert that the device raised against this daemon, and what to do.
pub fn theirs(code: AlertCode) -> (String, &'static str) {
    let next = match code {
        AlertCode::ConfirmationFailed => {
            "compare the label of the device with its line in the inventory"
        }
        AlertCode::Locked => "hold the button of the device for 10 seconds and try again",
        AlertCode::OtherDaemonPinned => {
            "it belongs to a daemon with another identity; use that one's state directory, \
             or press the button of the device twice to let this one take over"
        }
        AlertCode::NoCommonVersion => "update the older of device and daemon",
        AlertCode::BadProof => "the state directory of this daemon may be damaged",
        _ => "the device will try again",
    };
    (format!("the device says: {code}"), next)
}
