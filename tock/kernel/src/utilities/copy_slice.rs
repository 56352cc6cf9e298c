// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Copying between slices without a panic for unequal lengths.

use crate::errorcode::ErrorCode;

/// A checked `copy_from_slice`.
pub trait CopyOrErr {
    /// Copies all elements of `src`.
    ///
    /// # Errors
    ///
    /// `SIZE` if the lengths differ; nothing is copied then.
    fn copy_from_slice_or_err(&mut self, src: &Self) -> Result<(), ErrorCode>;
}

macro_rules! copy_or_err {
    ($($T:ty),+) => {$(
        impl CopyOrErr for [$T] {
            fn copy_from_slice_or_err(&mut self, src: &Self) -> Result<(), ErrorCode> {
                if self.len() != src.len() {
                    return Err(ErrorCode::SIZE);
                }
                self.copy_from_slice(src);
                Ok(())
            }
        }
    )+};
}

copy_or_err!(u8, u16, u32, u64, usize);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unequal_lengths_copy_nothing() {
        let mut destination = [0u8; 3];
        assert_eq!(
            destination.copy_from_slice_or_err(&[1, 2][..]),
            Err(ErrorCode::SIZE)
        );
        assert_eq!(destination, [0; 3]);
        assert_eq!(destination.copy_from_slice_or_err(&[1, 2, 3][..]), Ok(()));
        assert_eq!(destination, [1, 2, 3]);
    }
}
