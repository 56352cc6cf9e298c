// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! How a conversation ends, and what the device and people are told of it.
//!
//! Whether a device holds a configuration is known from its receipt only. An end
//! without one, after the configuration went out, says so and names the file that
//! keeps the credential.

use provisioning_wire::limits::MAX_FRAME_LEN;
use provisioning_wire::{Alert, AlertCode, FrameType, Refusal, Text, emit_frame_with};

use super::Conversation;
use crate::event::Event;
use crate::issuer::Issued;
use crate::registry::Phase;

impl Conversation {
    pub(super) fn provisioned(&mut self) {
        self.set_phase(Phase::Provisioned);
        if let (Some(device), Some(issued)) = (self.device(), &self.issued) {
            self.tell(Event::Provisioned {
                device,
                endpoint: issued.endpoint.clone(),
                identity: issued.identity().to_owned(),
                serial: issued.serial,
            });
        }
        self.ended = true;
    }

    pub(super) fn refused(&mut self, refusal: &Refusal, least_serial: Option<u32>) {
        self.set_phase(Phase::Refused);
        if let Some(device) = self.device() {
            self.tell(Event::Refused {
                device,
                field: refusal.field.to_string(),
                reason: refusal.reason.to_string(),
                least_serial,
            });
        }
        self.ended = true;
    }

    /// The device stored its configuration and starts with it, and that is not
    /// noted. What was not noted is not acknowledged.
    pub(super) fn not_noted(&mut self) {
        let Some(issued) = self.issued.clone() else {
            self.ended = true;
            return;
        };
        self.queue_alert(AlertCode::Internal, "");
        self.tell_failure(
            format!(
                "the device stored configuration {}, but that could not be noted{}; correct the \
                 trouble told before this and provision the device anew",
                issued.serial,
                kept(&issued)
            ),
            Some(issued.serial),
        );
    }

    /// Ends with an alert. `words` go to the device, which is mostly not known
    /// yet: they say nothing about this host. `reason` is told here.
    pub(super) fn end(&mut self, code: AlertCode, words: &str, reason: &str) {
        if self.ended {
            return;
        }
        self.queue_alert(code, words);
        self.failed(reason, "");
    }

    /// Tells of the end, and of what there is to do next. While a receipt is
    /// due, nobody here knows what the device holds.
    pub(super) fn failed(&mut self, found: &str, next: &str) {
        let sent = self.issued.clone();
        let pending = sent.filter(|_| self.phase == Phase::Sending);
        let reason = match &pending {
            Some(issued) => format!(
                "{found}; the device may have stored configuration {}{}, until a receipt decides",
                issued.serial,
                kept(issued)
            ),
            None if next.is_empty() => found.to_owned(),
            None => format!("{found}; {next}"),
        };
        self.tell_failure(reason, pending.map(|issued| issued.serial));
    }

    fn tell_failure(&mut self, reason: String, pending: Option<u32>) {
        self.ended = true;
        let device = self.device();
        let peer = self.peer.clone();
        self.tell(Event::Failed {
            device,
            peer,
            reason,
            pending,
        });
    }

    fn queue_alert(&mut self, code: AlertCode, words: &str) {
        let alert = Alert {
            code,
            text: Text::truncated(words),
        };
        let mut frame = [0; MAX_FRAME_LEN];
        // An alert always fits a frame.
        if let Ok(length) = emit_frame_with(FrameType::Alert, &mut frame, |room| alert.emit(room)) {
            self.queue.extend_from_slice(&frame[..length]);
        }
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        // Cut off as the daemon stops: that a receipt was due is told even so.
        if !self.ended && self.phase == Phase::Sending {
            let found = match self.is_noting() {
                true => "provisiond stopped while the receipt was being noted",
                false => "provisiond stopped before the receipt came",
            };
            self.failed(found, "");
        }
    }
}

/// Where a person finds a credential that a device may hold.
fn kept(issued: &Issued) -> &'static str {
    match issued.has_credential() {
        true => "; its PSK is kept in pending.csv of the state directory",
        false => "",
    }
}
