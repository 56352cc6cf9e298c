// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Loaders, credential checks and identifiers of apps.

use core::fmt::Debug;

use crate::implements;
use crate::kernel::platform::PinChip;
use kernel::capabilities::ProcessManagementCapability;
use kernel::deferred_call::DeferredCallClient;
use kernel::platform::chip::Chip;
use kernel::process::{
    Process, ProcessBinary, ProcessCheckerMachine, ProcessFaultPolicy, ProcessLoadError,
    ProcessLoadingAsync, ProcessLoadingAsyncClient, ProcessStandardDebug,
    ProcessStandardStoragePermissionsPolicy, SequentialProcessLoaderMachine, ShortId,
    load_processes,
};
use kernel::process_checker::{
    AcceptedCredential, AppCredentialsPolicy, AppCredentialsPolicyClient, AppIdPolicy,
    AppUniqueness, CheckResult, CheckResultAcceptMetadata, Compress, ProcessCheckError,
    ProcessCheckerMachineClient,
};
use kernel::{ErrorCode, Kernel};
use tock_tbf::types::TbfFooterV2Credentials;

const _: fn(
    &'static Kernel,
    &'static PinChip,
    &'static [u8],
    &'static mut [u8],
    &'static dyn ProcessFaultPolicy,
    &dyn ProcessManagementCapability,
) -> Result<(), ProcessLoadError> = load_processes::<PinChip>;

implements!(ProcessLoadError: Debug);

pub fn load_errors(error: ProcessLoadError) {
    match error {
        ProcessLoadError::NotEnoughMemory
        | ProcessLoadError::MpuInvalidFlashLength
        | ProcessLoadError::MpuConfigurationError
        | ProcessLoadError::NoProcessSlot
        | ProcessLoadError::InternalError => {}
        ProcessLoadError::MemoryAddressMismatch {
            actual_address,
            expected_address,
        } => {
            let _: (*mut u8, *mut u8) = (actual_address, expected_address);
        }
        ProcessLoadError::BinaryError(_) => {}
        ProcessLoadError::CheckError(error) => match error {
            ProcessCheckError::CredentialsNotAccepted | ProcessCheckError::InternalError => {}
            ProcessCheckError::CredentialsRejected(format) => {
                let _: u32 = format;
            }
        },
    }
}

/// A board's share of loading.
pub struct Whole;

impl ProcessLoadingAsyncClient for Whole {
    fn process_loaded(&self, _: Result<(), ProcessLoadError>) {}
    fn process_loading_finished(&self) {}
}

impl<'a> ProcessLoadingAsync<'a> for Whole {
    fn set_client(&self, _: &'a dyn ProcessLoadingAsyncClient) {}
    fn set_policy(&self, _: &'a dyn AppIdPolicy) {}
    fn start(&self) {}
}

impl<'a> AppCredentialsPolicy<'a> for Whole {
    fn set_client(&self, _: &'a dyn AppCredentialsPolicyClient<'a>) {}
    fn require_credentials(&self) -> bool {
        true
    }
    fn check_credentials(
        &self,
        _: TbfFooterV2Credentials,
        _: &'a [u8],
    ) -> Result<(), (ErrorCode, TbfFooterV2Credentials, &'a [u8])> {
        Ok(())
    }
}

impl<'a> AppCredentialsPolicyClient<'a> for Whole {
    fn check_done(
        &self,
        _: Result<CheckResult, ErrorCode>,
        _: TbfFooterV2Credentials,
        _: &'a [u8],
    ) {
    }
}

impl ProcessCheckerMachineClient for Whole {
    fn done(&self, _: ProcessBinary, _: Result<Option<AcceptedCredential>, ProcessCheckError>) {}
}

impl AppUniqueness for Whole {
    fn different_identifier(&self, _: &ProcessBinary, _: &ProcessBinary) -> bool {
        true
    }
    fn different_identifier_process(&self, _: &ProcessBinary, _: &dyn Process) -> bool {
        true
    }
    fn different_identifier_processes(&self, _: &dyn Process, _: &dyn Process) -> bool {
        true
    }
}

impl Compress for Whole {
    fn to_short_id(&self, _: &ProcessBinary) -> ShortId {
        ShortId::LocallyUnique
    }
}

implements!(Whole: AppIdPolicy);
implements!((): AppUniqueness, Compress, AppIdPolicy);

pub fn check_results(result: CheckResult) -> Option<usize> {
    match result {
        CheckResult::Accept(Some(CheckResultAcceptMetadata { metadata })) => Some(metadata),
        CheckResult::Accept(None) | CheckResult::Pass | CheckResult::Reject => None,
    }
}

pub fn accepted(credential: TbfFooterV2Credentials) -> AcceptedCredential {
    AcceptedCredential {
        credential,
        metadata: None::<CheckResultAcceptMetadata>,
    }
}

const _: fn(&'static dyn AppCredentialsPolicy<'static>) -> ProcessCheckerMachine =
    ProcessCheckerMachine::new;
const _: fn(&ProcessCheckerMachine, &'static dyn ProcessCheckerMachineClient) =
    ProcessCheckerMachine::set_client;
const _: fn(&ProcessCheckerMachine, &'static dyn AppCredentialsPolicy<'static>) =
    ProcessCheckerMachine::set_policy;
const _: fn(&ProcessCheckerMachine, ProcessBinary) -> Result<(), ProcessCheckError> =
    ProcessCheckerMachine::check;

/// The loader, for any chip.
pub fn machine<'a, C: Chip + 'static, D: ProcessStandardDebug + 'static>() {
    type Machine<'a, C, D> = SequentialProcessLoaderMachine<'a, C, D>;
    let _: fn(
        &'static ProcessCheckerMachine,
        &'static mut [Option<ProcessBinary>],
        &'static Kernel,
        &'static C,
        &'static [u8],
        &'static mut [u8],
        &'static dyn ProcessFaultPolicy,
        &'static dyn ProcessStandardStoragePermissionsPolicy<C, D>,
        &'static dyn AppIdPolicy,
        &dyn ProcessManagementCapability,
    ) -> Machine<'a, C, D> = Machine::<'a, C, D>::new;
    let _: fn(&Machine<'a, C, D>, &'a dyn ProcessLoadingAsyncClient) =
        Machine::<'a, C, D>::set_runtime_client;
    let _: fn(&Machine<'a, C, D>, usize, usize) -> bool =
        Machine::<'a, C, D>::check_if_within_flash_bounds;
    let _: fn(&Machine<'a, C, D>, usize, usize) -> Result<(), ProcessLoadError> =
        Machine::<'a, C, D>::load_new_process_binary;
    fn bounds<'a, T: DeferredCallClient + ProcessCheckerMachineClient + ProcessLoadingAsync<'a>>() {
    }
    bounds::<'a, Machine<'a, C, D>>();
}
