// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Reproducible secrets: SHA-256 over the seed, a label and a number.

use sha2::{Digest, Sha256};

/// What every secret of a run comes from. It is printed with the results.
pub const SEED: &str = "tock-provisioning-bench-1";

/// `N` octets that belong to `label` and `index`.
pub fn octets<const N: usize>(label: &str, index: usize) -> [u8; N] {
    let mut out = [0; N];
    for (block, chunk) in (0u32..).zip(out.chunks_mut(32)) {
        let digest = Sha256::new()
            .chain_update(SEED)
            .chain_update((label.len() as u64).to_be_bytes())
            .chain_update(label)
            .chain_update((index as u64).to_be_bytes())
            .chain_update(block.to_be_bytes())
            .finalize();
        chunk.copy_from_slice(&digest[..chunk.len()]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_numbers_and_blocks_give_different_octets() {
        let first: [u8; 64] = octets("a", 0);
        assert_eq!(first, octets::<64>("a", 0));
        assert_ne!(first, octets::<64>("b", 0));
        assert_ne!(first, octets::<64>("a", 1));
        assert_ne!(first[..32], first[32..]);
    }
}
