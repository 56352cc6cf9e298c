// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Registers, error codes and command answers.

use libtock_platform::{return_variant as rv, CommandReturn, ErrorCode, Register, ReturnVariant};

fn answer(variant: u32, r1: u32, r2: u32, r3: u32) -> CommandReturn {
    // SAFETY: The tests choose the registers as a kernel would, or ask for what
    // happens when it does not.
    unsafe { CommandReturn::new(variant.into(), r1, r2, r3) }
}

#[test]
fn every_code_from_1_to_1024_is_an_error_code() {
    for number in 1..=1024 {
        assert_eq!(ErrorCode::try_from(number).unwrap() as u32, number);
    }
    for number in [0, 1025, 1026, u32::MAX] {
        assert!(ErrorCode::try_from(number).is_err(), "{number}");
    }
}

#[test]
fn error_codes_have_their_numbers() {
    use ErrorCode::*;
    let named = [
        Fail,
        Busy,
        Already,
        Off,
        Reserve,
        Invalid,
        Size,
        Cancel,
        NoMem,
        NoSupport,
        NoDevice,
        Uninstalled,
        NoAck,
    ];
    for (i, code) in named.into_iter().enumerate() {
        assert_eq!(code as usize, i + 1);
    }
    assert_eq!(N00014 as u32, 14);
    assert_eq!(N00500 as u32, 500);
    assert_eq!(N01023 as u32, 1023);
    assert_eq!(BadRVal as u32, 1024);
}

#[test]
fn error_codes_print_their_names() {
    assert_eq!(format!("{:?}", ErrorCode::NoAck), "NoAck");
    assert_eq!(format!("{:?}", ErrorCode::N00014), "N00014");
    assert_eq!(format!("{:?}", ErrorCode::N01023), "N01023");
    assert_eq!(format!("{:?}", ErrorCode::BadRVal), "BadRVal");
}

#[test]
fn variants_have_their_numbers() {
    for (variant, number) in [
        (rv::FAILURE, 0),
        (rv::FAILURE_U32, 1),
        (rv::FAILURE_2_U32, 2),
        (rv::FAILURE_U64, 3),
        (rv::SUCCESS, 128),
        (rv::SUCCESS_U32, 129),
        (rv::SUCCESS_2_U32, 130),
        (rv::SUCCESS_U64, 131),
        (rv::SUCCESS_3_U32, 132),
        (rv::SUCCESS_U32_U64, 133),
    ] {
        assert_eq!(u32::from(variant), number);
        assert_eq!(ReturnVariant::from(number), variant);
    }
}

/// What each of the ten tests and ten getters says about an answer.
fn tests_of(answer: CommandReturn) -> [bool; 10] {
    [
        answer.is_failure(),
        answer.is_failure_u32(),
        answer.is_failure_2_u32(),
        answer.is_failure_u64(),
        answer.is_success(),
        answer.is_success_u32(),
        answer.is_success_2_u32(),
        answer.is_success_u64(),
        answer.is_success_3_u32(),
        answer.is_success_u32_u64(),
    ]
}

#[test]
fn each_variant_passes_one_test_only() {
    let variants = [0, 1, 2, 3, 128, 129, 130, 131, 132, 133];
    for (i, variant) in variants.into_iter().enumerate() {
        let answer = answer(variant, 2, 3, 4);
        for (j, passed) in tests_of(answer).into_iter().enumerate() {
            assert_eq!(passed, i == j, "variant {variant}, test {j}");
        }
        let gets = [
            answer.get_failure().is_some(),
            answer.get_failure_u32().is_some(),
            answer.get_failure_2_u32().is_some(),
            answer.get_failure_u64().is_some(),
            answer.is_success(),
            answer.get_success_u32().is_some(),
            answer.get_success_2_u32().is_some(),
            answer.get_success_u64().is_some(),
            answer.get_success_3_u32().is_some(),
            answer.get_success_u32_u64().is_some(),
        ];
        assert_eq!(gets, tests_of(answer));
        assert_eq!(answer.raw_values(), (variant.into(), 2, 3, 4));
        assert_eq!(answer.return_variant(), variant.into());
    }
    for unknown in [4, 127, 134, u32::MAX] {
        assert_eq!(tests_of(answer(unknown, 2, 3, 4)), [false; 10]);
    }
}

#[test]
fn payloads_are_read_low_word_first() {
    let busy = ErrorCode::Busy;
    assert_eq!(answer(0, 2, 3, 4).get_failure(), Some(busy));
    assert_eq!(answer(1, 2, 3, 4).get_failure_u32(), Some((busy, 3)));
    assert_eq!(answer(2, 2, 3, 4).get_failure_2_u32(), Some((busy, 3, 4)));
    assert_eq!(
        answer(3, 2, 3, 4).get_failure_u64(),
        Some((busy, 0x4_0000_0003))
    );
    assert_eq!(answer(129, 2, 3, 4).get_success_u32(), Some(2));
    assert_eq!(answer(130, 2, 3, 4).get_success_2_u32(), Some((2, 3)));
    assert_eq!(answer(131, 2, 3, 4).get_success_u64(), Some(0x3_0000_0002));
    assert_eq!(answer(132, 2, 3, 4).get_success_3_u32(), Some((2, 3, 4)));
    assert_eq!(
        answer(133, 2, 3, 4).get_success_u32_u64(),
        Some((2, 0x4_0000_0003))
    );
}

#[test]
fn to_result_takes_the_expected_variants_only() {
    let bad = ErrorCode::BadRVal;
    assert_eq!(answer(128, 9, 9, 9).to_result::<(), ErrorCode>(), Ok(()));
    assert_eq!(answer(129, 9, 8, 7).to_result::<u32, ErrorCode>(), Ok(9));
    assert_eq!(
        answer(130, 9, 8, 7).to_result::<(u32, u32), ErrorCode>(),
        Ok((9, 8))
    );
    assert_eq!(
        answer(131, 9, 8, 7).to_result::<u64, ErrorCode>(),
        Ok(0x8_0000_0009)
    );
    assert_eq!(
        answer(132, 9, 8, 7).to_result::<(u32, u32, u32), ErrorCode>(),
        Ok((9, 8, 7))
    );
    assert_eq!(
        answer(133, 9, 8, 7).to_result::<(u32, u64), ErrorCode>(),
        Ok((9, 0x7_0000_0008))
    );
    assert_eq!(
        answer(0, 2, 3, 4).to_result::<(), ErrorCode>(),
        Err(ErrorCode::Busy)
    );
    assert_eq!(
        answer(1, 2, 3, 4).to_result::<(), (ErrorCode, u32)>(),
        Err((ErrorCode::Busy, 3))
    );
    assert_eq!(
        answer(2, 2, 3, 4).to_result::<(), (ErrorCode, u32, u32)>(),
        Err((ErrorCode::Busy, 3, 4))
    );
    assert_eq!(
        answer(3, 2, 3, 4).to_result::<(), (ErrorCode, u64)>(),
        Err((ErrorCode::Busy, 0x4_0000_0003))
    );

    // Another success, another failure, and no variant at all.
    for variant in [129, 1, 2, 3, 77] {
        let answer = answer(variant, 2, 3, 4);
        assert_eq!(answer.to_result::<(), ErrorCode>(), Err(bad), "{variant}");
    }
    assert_eq!(
        answer(0, 2, 3, 4).to_result::<(), (ErrorCode, u32)>(),
        Err((bad, 0))
    );
    // A failure whose code is none.
    for code in [0, 1025, u32::MAX] {
        assert_eq!(answer(0, code, 0, 0).get_failure(), Some(bad));
    }
}

#[test]
fn registers_keep_numbers_and_pointers() {
    assert_eq!(Register::from(7u32).as_u32(), 7);
    assert_eq!(Register::from(-7i32).as_i32(), -7);
    assert_eq!(Register::from(-1i32).as_u32(), u32::MAX);
    assert_eq!(usize::from(Register::from(usize::MAX)), usize::MAX);
    assert_eq!(u32::try_from(Register::from(u32::MAX)), Ok(u32::MAX));
    assert_eq!(Register::from(ErrorCode::NoAck).as_u32(), 13);

    let value = 42u8;
    let pointer: *const u8 = Register::from(&raw const value).into();
    // SAFETY: It is the address of a local variable, gone through a register.
    assert_eq!(unsafe { *pointer }, 42);
}

#[cfg(target_pointer_width = "64")]
#[test]
fn a_wide_register_does_not_pass_for_a_32_bit_number() {
    assert!(u32::try_from(Register::from(1usize << 32)).is_err());
    assert!(u32::try_from(Register::from(-1i32)).is_err());
}
