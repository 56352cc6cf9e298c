// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Error codes as user space sees them.

/// Why an operation failed; the numbers are part of the system call interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum ErrorCode {
    /// A failure that no other code describes.
    FAIL = 1,
    /// The resource works on something else; trying again may succeed.
    BUSY = 2,
    /// The state asked for holds already.
    ALREADY = 3,
    /// The component is powered down.
    OFF = 4,
    /// The resource has to be reserved first.
    RESERVE = 5,
    /// An argument is invalid.
    INVAL = 6,
    /// A size is too large or too small.
    SIZE = 7,
    /// The operation was cancelled.
    CANCEL = 8,
    /// Memory is short.
    NOMEM = 9,
    /// The operation is not supported.
    NOSUPPORT = 10,
    /// The device does not exist.
    NODEVICE = 11,
    /// The device is not physically installed.
    UNINSTALLED = 12,
    /// A packet was sent and not acknowledged.
    NOACK = 13,
}

impl From<ErrorCode> for usize {
    fn from(err: ErrorCode) -> usize {
        err as usize
    }
}

impl From<ErrorCode> for Result<(), ErrorCode> {
    fn from(err: ErrorCode) -> Self {
        Err(err)
    }
}

impl TryFrom<Result<(), ErrorCode>> for ErrorCode {
    type Error = ();

    fn try_from(rc: Result<(), ErrorCode>) -> Result<Self, Self::Error> {
        match rc {
            Ok(()) => Err(()),
            Err(error) => Ok(error),
        }
    }
}

/// The number that upcalls carry for a result: 0, or that of the error.
pub fn into_statuscode(r: Result<(), ErrorCode>) -> usize {
    match r {
        Ok(()) => 0,
        Err(error) => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_the_numbers_of_the_interface() {
        let codes = [
            ErrorCode::FAIL,
            ErrorCode::BUSY,
            ErrorCode::ALREADY,
            ErrorCode::OFF,
            ErrorCode::RESERVE,
            ErrorCode::INVAL,
            ErrorCode::SIZE,
            ErrorCode::CANCEL,
            ErrorCode::NOMEM,
            ErrorCode::NOSUPPORT,
            ErrorCode::NODEVICE,
            ErrorCode::UNINSTALLED,
            ErrorCode::NOACK,
        ];
        for (index, code) in codes.into_iter().enumerate() {
            assert_eq!(usize::from(code), index + 1);
            assert_eq!(into_statuscode(Err(code)), index + 1);
            assert_eq!(ErrorCode::try_from(Err(code)), Ok(code));
        }
        assert_eq!(into_statuscode(Ok(())), 0);
        assert_eq!(ErrorCode::try_from(Ok(())), Err(()));
    }
}
