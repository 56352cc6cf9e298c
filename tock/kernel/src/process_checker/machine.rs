// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Puts the credentials of a binary before the policy, one after the other.

use core::cell::Cell;
use core::fmt;

use super::{AcceptedCredential, AppCredentialsPolicy, AppCredentialsPolicyClient, CheckResult};
use crate::config::CONFIG;
use crate::deferred_call::{DeferredCall, DeferredCallClient};
use crate::errorcode::ErrorCode;
use crate::process::ProcessBinary;
use crate::utilities::cells::{MapCell, OptionalCell};
use tock_tbf::parse::parse_tbf_footer;
use tock_tbf::types::TbfFooterV2Credentials;

/// Why a binary may not run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ProcessCheckError {
    /// The policy demands a credential and accepted none.
    CredentialsNotAccepted,
    /// The policy rejected a credential, of this format.
    CredentialsRejected(u32),
    /// The check could not be made.
    InternalError,
}

impl fmt::Debug for ProcessCheckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProcessCheckError::CredentialsNotAccepted => {
                write!(f, "no credential was accepted, and one is required")
            }
            ProcessCheckError::CredentialsRejected(format) => {
                write!(f, "its credential of format {} was rejected", format)
            }
            ProcessCheckError::InternalError => write!(f, "the check could not be made"),
        }
    }
}

/// Is told how the check of a binary ended.
pub trait ProcessCheckerMachineClient {
    /// The check has ended; without an error the binary may run.
    fn done(
        &self,
        process_binary: ProcessBinary,
        result: Result<Option<AcceptedCredential>, ProcessCheckError>,
    );
}

/// A binary on its way through the check.
struct Check {
    binary: ProcessBinary,
    /// Footers that the policy has not seen yet.
    footers: &'static [u8],
    /// The policy works on a credential; its callback is awaited.
    at_policy: bool,
}

/// Checks one binary at a time.
pub struct ProcessCheckerMachine {
    client: OptionalCell<&'static dyn ProcessCheckerMachineClient>,
    policy: Cell<&'static dyn AppCredentialsPolicy<'static>>,
    check: MapCell<Check>,
    deferred_call: DeferredCall,
}

/// What the machine does next.
enum Step {
    /// Nothing: the policy will call back.
    Wait,
    /// Look at the next footer.
    Again,
    /// Tell the client.
    Finish(Result<Option<AcceptedCredential>, ProcessCheckError>),
}

impl ProcessCheckerMachine {
    /// A machine that asks `policy`, whose client it must be made.
    pub fn new(policy: &'static dyn AppCredentialsPolicy<'static>) -> ProcessCheckerMachine {
        ProcessCheckerMachine {
            client: OptionalCell::empty(),
            policy: Cell::new(policy),
            check: MapCell::empty(),
            deferred_call: DeferredCall::new(),
        }
    }

    /// Sets who is told of the outcomes.
    pub fn set_client(&self, client: &'static dyn ProcessCheckerMachineClient) {
        self.client.set(client);
    }

    /// Asks another policy from the next binary on.
    pub fn set_policy(&self, policy: &'static dyn AppCredentialsPolicy<'static>) {
        self.policy.set(policy);
    }

    /// Starts to check a binary. `Ok` means that the client will be called,
    /// once, later, and gets the binary back.
    ///
    /// # Errors
    ///
    /// `InternalError` while another binary is being checked or when there is no
    /// client.
    pub fn check(&self, process_binary: ProcessBinary) -> Result<(), ProcessCheckError> {
        if self.check.is_some() || self.client.is_none() {
            return Err(ProcessCheckError::InternalError);
        }
        let footers = process_binary.footers;
        self.check.put(Check {
            binary: process_binary,
            footers,
            at_policy: false,
        });
        self.deferred_call.set();
        Ok(())
    }

    /// Shows the policy the next credential, if there is one.
    fn step(&self) -> Step {
        let policy = self.policy.get();
        let Some(next) = self.check.map(|check| {
            // What is no credential ends the footers, padding for one.
            let (credentials, length) = parse_tbf_footer(check.footers).ok()?;
            check.footers = check.footers.get(length as usize..).unwrap_or(&[]);
            check.at_policy = true;
            Some((credentials, check.binary.integrity_region()))
        }) else {
            return Step::Wait;
        };
        let Some((credentials, integrity_region)) = next else {
            return Step::Finish(if policy.require_credentials() {
                Err(ProcessCheckError::CredentialsNotAccepted)
            } else {
                Ok(None)
            });
        };
        match policy.check_credentials(credentials, integrity_region) {
            Ok(()) => Step::Wait,
            Err((error, _, _)) => {
                self.check.map(|check| check.at_policy = false);
                match error {
                    ErrorCode::NOSUPPORT => Step::Again,
                    _ => Step::Finish(Err(ProcessCheckError::InternalError)),
                }
            }
        }
    }

    fn take(&self, step: Step) {
        match step {
            Step::Wait => {}
            // One credential per deferred call: other work comes in between.
            Step::Again => self.deferred_call.set(),
            Step::Finish(result) => {
                if let Some(check) = self.check.take() {
                    self.client.map(|client| client.done(check.binary, result));
                }
            }
        }
    }
}

impl DeferredCallClient for ProcessCheckerMachine {
    fn handle_deferred_call(&self) {
        self.take(self.step());
    }

    fn register(&'static self) {
        self.deferred_call.register(self);
    }
}

impl AppCredentialsPolicyClient<'static> for ProcessCheckerMachine {
    fn check_done(
        &self,
        result: Result<CheckResult, ErrorCode>,
        credentials: TbfFooterV2Credentials,
        _integrity_region: &'static [u8],
    ) {
        if CONFIG.debug_process_credentials {
            crate::debug!("[checker] {:?}: {:?}", credentials.format(), result);
        }
        let awaited = self.check.map_or(false, |check| {
            core::mem::replace(&mut check.at_policy, false)
        });
        if !awaited {
            return;
        }
        self.take(match result {
            Ok(CheckResult::Accept(metadata)) => Step::Finish(Ok(Some(AcceptedCredential {
                credential: credentials,
                metadata,
            }))),
            Ok(CheckResult::Pass) => Step::Again,
            Ok(CheckResult::Reject) => Step::Finish(Err(ProcessCheckError::CredentialsRejected(
                credentials.format() as u32,
            ))),
            Err(_) => Step::Finish(Err(ProcessCheckError::InternalError)),
        });
    }
}
