// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Golden registers for every class and every return variant.

use super::*;
use core::ptr::{without_provenance as at, without_provenance_mut as at_mut};

/// What the registers hold before; it must stay where a variant says nothing.
const OLD: [u32; 4] = [0x0101_0101, 0x0202_0202, 0x0303_0303, 0x0404_0404];

fn encode(value: SyscallReturn) -> [u32; 4] {
    let [mut r0, mut r1, mut r2, mut r3] = OLD;
    encode_syscall_return_32bit(&value, &mut r0, &mut r1, &mut r2, &mut r3);
    [r0, r1, r2, r3]
}

fn decode(class: u8, registers: [u32; 4]) -> Option<Syscall> {
    let [r0, r1, r2, r3] = registers;
    syscall_from_register_arguments_32bit(class, r0, r1, r2, r3)
}

#[test]
fn plain_variants_use_the_registers_of_the_table() {
    use SyscallReturn::*;
    let long = 0x1122_3344_5566_7788;
    for (value, registers) in [
        (Failure(ErrorCode::FAIL), [0, 1, OLD[2], OLD[3]]),
        (FailureU32(ErrorCode::BUSY, 0xA), [1, 2, 0xA, OLD[3]]),
        (
            FailureU32U32(ErrorCode::ALREADY, 0xA, 0xB),
            [2, 3, 0xA, 0xB],
        ),
        (
            FailureU64(ErrorCode::OFF, long),
            [3, 4, 0x5566_7788, 0x1122_3344],
        ),
        (Success, [128, OLD[1], OLD[2], OLD[3]]),
        (SuccessU32(0xA), [129, 0xA, OLD[2], OLD[3]]),
        (SuccessU32U32(0xA, 0xB), [130, 0xA, 0xB, OLD[3]]),
        (SuccessU64(long), [131, 0x5566_7788, 0x1122_3344, OLD[3]]),
        (SuccessU32U32U32(0xA, 0xB, 0xC), [132, 0xA, 0xB, 0xC]),
        (
            SuccessU32U64(0xA, long),
            [133, 0xA, 0x5566_7788, 0x1122_3344],
        ),
    ] {
        assert_eq!(encode(value), registers, "{value:?}");
    }
}

#[test]
fn kernel_variants_map_to_plain_ones() {
    use SyscallReturn::*;
    let pointer = CapabilityPtr::from(0x8000_1000);
    for (value, registers) in [
        (SuccessAddr(0x8000_0000), [129, 0x8000_0000, OLD[2], OLD[3]]),
        (SuccessPtr(pointer), [129, 0x8000_1000, OLD[2], OLD[3]]),
        (
            AllowReadWriteSuccess(at_mut(0xA), 0xB),
            [130, 0xA, 0xB, OLD[3]],
        ),
        (
            UserspaceReadableAllowSuccess(at_mut(0xA), 0xB),
            [130, 0xA, 0xB, OLD[3]],
        ),
        (AllowReadOnlySuccess(at(0xA), 0xB), [130, 0xA, 0xB, OLD[3]]),
        (SubscribeSuccess(at(0xA), 0xB), [130, 0xA, 0xB, OLD[3]]),
        (
            AllowReadWriteFailure(ErrorCode::INVAL, at_mut(0xA), 0xB),
            [2, 6, 0xA, 0xB],
        ),
        (
            UserspaceReadableAllowFailure(ErrorCode::NOMEM, at_mut(0xA), 0xB),
            [2, 9, 0xA, 0xB],
        ),
        (
            AllowReadOnlyFailure(ErrorCode::NOSUPPORT, at(0xA), 0xB),
            [2, 10, 0xA, 0xB],
        ),
        (
            SubscribeFailure(ErrorCode::NODEVICE, at(0xA), 0xB),
            [2, 11, 0xA, 0xB],
        ),
        (YieldWaitFor(0, 0xB, 0xC), [0, 0xB, 0xC, OLD[3]]),
    ] {
        assert_eq!(encode(value), registers, "{value:?}");
    }
}

#[test]
fn every_class_takes_its_arguments_from_the_registers_of_the_table() {
    let registers = [0x1_0001, 2, 0x8030_0000, 0xFFFF_FFFF];
    let [driver_number, subdriver_number] = [0x1_0001, 2];
    let allow_size = 0xFFFF_FFFF;
    for (class, syscall) in [
        (
            1,
            Syscall::Subscribe {
                driver_number,
                subdriver_number,
                upcall_ptr: 0x8030_0000.into(),
                appdata: 0xFFFF_FFFF.into(),
            },
        ),
        (
            2,
            Syscall::Command {
                driver_number,
                subdriver_number,
                arg0: 0x8030_0000,
                arg1: 0xFFFF_FFFF,
            },
        ),
        (
            3,
            Syscall::ReadWriteAllow {
                driver_number,
                subdriver_number,
                allow_address: at_mut(0x8030_0000),
                allow_size,
            },
        ),
        (
            4,
            Syscall::ReadOnlyAllow {
                driver_number,
                subdriver_number,
                allow_address: at(0x8030_0000),
                allow_size,
            },
        ),
        (
            5,
            Syscall::Memop {
                operand: driver_number,
                arg0: 2,
            },
        ),
        (
            6,
            Syscall::Exit {
                which: driver_number,
                completion_code: 2,
            },
        ),
        (
            7,
            Syscall::UserspaceReadableAllow {
                driver_number,
                subdriver_number,
                allow_address: at_mut(0x8030_0000),
                allow_size,
            },
        ),
    ] {
        assert_eq!(decode(class, registers), Some(syscall), "class {class}");
    }
}

#[test]
fn yield_has_three_variants() {
    for (registers, yield_type) in [
        (
            [0, 0x8030_0001, 9, 9],
            YieldVariant::NoWait {
                ptr: at_mut(0x8030_0001),
            },
        ),
        ([1, 9, 9, 9], YieldVariant::Wait),
        (
            [2, 0x4_0001, 3, 9],
            YieldVariant::WaitFor {
                driver_number: 0x4_0001,
                subdriver_number: 3,
            },
        ),
    ] {
        assert_eq!(decode(0, registers), Some(Syscall::Yield { yield_type }));
    }
}

#[test]
fn unknown_classes_and_yield_variants_do_not_decode() {
    for class in 8..=u8::MAX {
        assert_eq!(decode(class, [0; 4]), None, "class {class}");
    }
    for variant in [3, 0x100, 0x8000_0000, u32::MAX] {
        assert_eq!(decode(0, [variant, 0, 0, 0]), None, "yield {variant}");
    }
}

#[test]
fn driver_and_subdriver_are_known_for_calls_to_drivers_only() {
    for class in 0..=7 {
        let syscall = decode(class, [1, 2, 3, 4]).unwrap();
        let expected = !matches!(class, 0 | 5 | 6);
        assert_eq!(syscall.driver_number(), expected.then_some(1));
        assert_eq!(syscall.subdriver_number(), expected.then_some(2));
    }
}
