// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Schedulers, policies, credential checks and filters.

use crate::implements;
use crate::kernel::crypto_hils::Whole as Crypto;
use crate::kernel::macros::Whole as Capability;
use crate::kernel::platform::PinChip;
use capsules_extra::sha256::Sha256Software;
use capsules_system::process_checker::basic::{
    AppCheckerNull, AppCheckerSha256, AppIdAssignerNames,
};
use capsules_system::process_checker::signature::AppCheckerSignature;
use capsules_system::process_checker::tbf::AppIdAssignerTbfHeader;
use capsules_system::process_policies::{
    PanicFaultPolicy, RestartFaultPolicy, RestartWithDebugFaultPolicy, StopFaultPolicy,
    StopWithDebugFaultPolicy, ThresholdRestartFaultPolicy, ThresholdRestartThenPanicFaultPolicy,
};
use capsules_system::process_printer::ProcessPrinterText;
use capsules_system::scheduler::cooperative::CooperativeSched;
use capsules_system::scheduler::priority::PrioritySched;
use capsules_system::scheduler::round_robin::RoundRobinSched;
use capsules_system::storage_permissions::individual::IndividualStoragePermissions;
use capsules_system::storage_permissions::null::NullStoragePermissions;
use capsules_system::storage_permissions::tbf_header::TbfHeaderStoragePermissions;
use capsules_system::syscall_filter::tbf_header_filter::TbfHeaderFilterDefaultAllow;
use ecdsa_sw::p256::EcdsaP256SignatureVerifier;
use kernel::deferred_call::DeferredCallClient;
use kernel::hil::digest::{
    ClientData, ClientHash, ClientVerify, Digest, DigestDataHash, DigestDataVerify, Sha256,
};
use kernel::hil::public_key_crypto::signature::{self, SignatureVerify};
use kernel::platform::SyscallFilter;
use kernel::process::{
    ProcessFaultPolicy, ProcessPrinter, ProcessStandardDebugFull,
    ProcessStandardStoragePermissionsPolicy,
};
use kernel::process_checker::{AppCredentialsPolicy, AppIdPolicy};
use kernel::scheduler::Scheduler;

implements!(CooperativeSched<'static>: Scheduler<PinChip>);
implements!(RoundRobinSched<'static>: Scheduler<PinChip>);
implements!(PrioritySched<Capability>: Scheduler<PinChip>);

implements!(PanicFaultPolicy: ProcessFaultPolicy);
implements!(StopFaultPolicy: ProcessFaultPolicy);
implements!(StopWithDebugFaultPolicy: ProcessFaultPolicy);
implements!(RestartFaultPolicy: ProcessFaultPolicy);
implements!(RestartWithDebugFaultPolicy: ProcessFaultPolicy);
implements!(ThresholdRestartFaultPolicy: ProcessFaultPolicy);
implements!(ThresholdRestartThenPanicFaultPolicy: ProcessFaultPolicy);

implements!(ProcessPrinterText: ProcessPrinter);

implements!(AppCheckerNull: AppCredentialsPolicy<'static>);
implements!(AppCheckerSha256: AppCredentialsPolicy<'static>, ClientData<32>, ClientVerify<32>);
implements!(AppIdAssignerNames<'static, fn(&'static str) -> u32>: AppIdPolicy);
implements!(AppIdAssignerTbfHeader: AppIdPolicy);

// Software cryptography: the interfaces that it implements.
implements!(Sha256Software<'static>: Sha256, Digest<'static, 32>, DigestDataHash<'static, 32>);
implements!(Sha256Software<'static>: DigestDataVerify<'static, 32>, DeferredCallClient);
const _: fn() -> Sha256Software<'static> = Sha256Software::new;
implements!(EcdsaP256SignatureVerifier<'static>: SignatureVerify<'static, 32, 64>);
implements!(EcdsaP256SignatureVerifier<'static>: DeferredCallClient);

type Signed = AppCheckerSignature<'static, Crypto, Crypto, 32, 64>;
implements!(Signed: AppCredentialsPolicy<'static>, ClientData<32>, ClientHash<32>);
implements!(Signed: signature::ClientVerify<32, 64>);

macro_rules! storage_policy {
    ($($t:ty),*) => {
        $(implements!($t: ProcessStandardStoragePermissionsPolicy<PinChip, ProcessStandardDebugFull>);)*
    };
}
storage_policy!(
    NullStoragePermissions,
    IndividualStoragePermissions<Capability>,
    TbfHeaderStoragePermissions<Capability>
);

implements!(TbfHeaderFilterDefaultAllow: SyscallFilter);
pub const FILTER: TbfHeaderFilterDefaultAllow = TbfHeaderFilterDefaultAllow {};
