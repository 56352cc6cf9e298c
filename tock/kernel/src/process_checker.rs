// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Who an application is, and whether its credentials prove it.

mod machine;

use crate::errorcode::ErrorCode;
use crate::process::{Process, ProcessBinary, ShortId};
use tock_tbf::types::TbfFooterV2Credentials;

pub use machine::{ProcessCheckError, ProcessCheckerMachine, ProcessCheckerMachineClient};

/// What a policy says about one credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckResult {
    /// It proves the application; look at no others.
    Accept(Option<CheckResultAcceptMetadata>),
    /// It says nothing; look at the next.
    Pass,
    /// The application must not run.
    Reject,
}

/// What a policy wants to be remembered with an accepted credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckResultAcceptMetadata {
    /// Meaningful to the policy only.
    pub metadata: usize,
}

/// A credential that a policy accepted.
#[derive(Clone, Copy, Debug)]
pub struct AcceptedCredential {
    /// The credential.
    pub credential: TbfFooterV2Credentials,
    /// What the policy said about it.
    pub metadata: Option<CheckResultAcceptMetadata>,
}

/// Checks the credentials of applications.
pub trait AppCredentialsPolicy<'a> {
    /// Sets who is told of the outcomes.
    fn set_client(&self, client: &'a dyn AppCredentialsPolicyClient<'a>);

    /// Whether an application without an accepted credential may not run.
    fn require_credentials(&self) -> bool;

    /// Starts to check one credential of the bytes in `integrity_region`.
    ///
    /// `Ok` means that `check_done` will be called, once, later.
    ///
    /// # Errors
    ///
    /// `NOSUPPORT` when this is no credential that the policy knows; it counts
    /// as [`CheckResult::Pass`]. Any other error ends the check.
    fn check_credentials(
        &self,
        credentials: TbfFooterV2Credentials,
        integrity_region: &'a [u8],
    ) -> Result<(), (ErrorCode, TbfFooterV2Credentials, &'a [u8])>;
}

/// Is told how the check of a credential ended.
pub trait AppCredentialsPolicyClient<'a> {
    /// The check that `check_credentials` started has ended.
    fn check_done(
        &self,
        result: Result<CheckResult, ErrorCode>,
        credentials: TbfFooterV2Credentials,
        integrity_region: &'a [u8],
    );
}

/// Decides whether two binaries are versions of one application.
pub trait AppUniqueness {
    /// Whether two binaries are of different applications.
    fn different_identifier(&self, process_a: &ProcessBinary, process_b: &ProcessBinary) -> bool;

    /// Whether a binary and a process are of different applications.
    fn different_identifier_process(
        &self,
        process_a: &ProcessBinary,
        process_b: &dyn Process,
    ) -> bool;

    /// Whether two processes are of different applications.
    fn different_identifier_processes(
        &self,
        process_a: &dyn Process,
        process_b: &dyn Process,
    ) -> bool;
}

/// Every binary is an application of its own.
impl AppUniqueness for () {
    fn different_identifier(&self, _a: &ProcessBinary, _b: &ProcessBinary) -> bool {
        true
    }

    fn different_identifier_process(&self, _a: &ProcessBinary, _b: &dyn Process) -> bool {
        true
    }

    fn different_identifier_processes(&self, _a: &dyn Process, _b: &dyn Process) -> bool {
        true
    }
}

/// Shortens the identity of an application to 32 bits.
pub trait Compress {
    /// The short identity of a binary.
    fn to_short_id(&self, process: &ProcessBinary) -> ShortId;
}

/// No application has an identity.
impl Compress for () {
    fn to_short_id(&self, _process: &ProcessBinary) -> ShortId {
        ShortId::LocallyUnique
    }
}

/// Everything that the loader asks about identities.
pub trait AppIdPolicy: AppUniqueness + Compress {}

impl<T: AppUniqueness + Compress> AppIdPolicy for T {}
