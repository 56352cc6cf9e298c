// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The hash function SHA-256 of FIPS 180-4.

/// Bytes in a block.
const BLOCK: usize = 64;

/// FIPS 180-4, section 5.3.3.
const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// FIPS 180-4, section 4.2.2.
#[rustfmt::skip]
const ROUND: [u32; 64] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

/// A hash under way.
#[derive(Clone)]
pub(super) struct Engine {
    state: [u32; 8],
    /// The start of a block that is not full yet.
    block: [u8; BLOCK],
    /// Bytes hashed, modulo 2^64; its remainder by the block says how full that is.
    length: u64,
}

impl Engine {
    pub(super) const fn new() -> Engine {
        Engine {
            state: INITIAL,
            block: [0; BLOCK],
            length: 0,
        }
    }

    pub(super) fn update(&mut self, mut data: &[u8]) {
        while !data.is_empty() {
            let at = (self.length % BLOCK as u64) as usize;
            let free = &mut self.block[at..];
            let count = free.len().min(data.len());
            let (now, later) = data.split_at(count);
            free[..count].copy_from_slice(now);
            data = later;
            self.length = self.length.wrapping_add(count as u64);
            if at + count == BLOCK {
                compress(&mut self.state, &self.block);
            }
        }
    }

    pub(super) fn finish(mut self) -> [u8; 32] {
        let bits = self.length.wrapping_mul(8);
        self.update(&[0x80]);
        while self.length % BLOCK as u64 != (BLOCK - 8) as u64 {
            self.update(&[0]);
        }
        self.update(&bits.to_be_bytes());
        let mut digest = [0; 32];
        for (bytes, word) in digest.chunks_exact_mut(4).zip(self.state) {
            bytes.copy_from_slice(&word.to_be_bytes());
        }
        digest
    }
}

/// FIPS 180-4, section 6.2.2, with a schedule of the last 16 words only.
fn compress(state: &mut [u32; 8], block: &[u8; BLOCK]) {
    let mut schedule = [0u32; 16];
    for (word, bytes) in schedule.iter_mut().zip(block.chunks_exact(4)) {
        *word = bytes
            .iter()
            .fold(0, |word, byte| word << 8 | u32::from(*byte));
    }
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    for (round, constant) in ROUND.iter().enumerate() {
        let word = schedule[round % 16];
        let choice = (e & f) ^ (!e & g);
        let mixed_e = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
        let first = h
            .wrapping_add(mixed_e)
            .wrapping_add(choice)
            .wrapping_add(*constant)
            .wrapping_add(word);
        let majority = (a & b) ^ (a & c) ^ (b & c);
        let mixed_a = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
        let second = mixed_a.wrapping_add(majority);
        (h, g, f, e) = (g, f, e, d.wrapping_add(first));
        (d, c, b, a) = (c, b, a, first.wrapping_add(second));

        // The word that takes this one's place, 16 rounds on.
        let (early, late) = (schedule[(round + 1) % 16], schedule[(round + 14) % 16]);
        let small_0 = early.rotate_right(7) ^ early.rotate_right(18) ^ (early >> 3);
        let small_1 = late.rotate_right(17) ^ late.rotate_right(19) ^ (late >> 10);
        schedule[round % 16] = word
            .wrapping_add(small_0)
            .wrapping_add(schedule[(round + 9) % 16])
            .wrapping_add(small_1);
    }
    for (word, add) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *word = word.wrapping_add(add);
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::string::String;
    use std::vec;

    use super::*;

    fn hash(data: &[u8]) -> String {
        let mut engine = Engine::new();
        engine.update(data);
        let digest = engine.finish();
        digest
            .iter()
            .map(|byte| std::format!("{byte:02x}"))
            .collect()
    }

    /// The examples of FIPS 180-2, appendix B, and the empty message.
    #[test]
    fn published_examples_hash_as_published() {
        assert_eq!(
            hash(b""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!(
            hash(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(
            hash(b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        );
        assert_eq!(
            hash(&vec![b'a'; 1_000_000]),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        );
    }

    /// Lengths around the end of a block, where the padding changes shape.
    #[test]
    fn pieces_hash_like_the_whole() {
        let data: vec::Vec<u8> = (0..200u32).map(|byte| byte as u8).collect();
        for length in [0, 1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128, 200] {
            for piece in [1, 3, 64, 65] {
                let mut engine = Engine::new();
                for part in data[..length].chunks(piece) {
                    engine.update(part);
                }
                let digest = engine.finish();
                let text: String = digest.iter().map(|b| std::format!("{b:02x}")).collect();
                assert_eq!(text, hash(&data[..length]), "{length} by {piece}");
            }
        }
    }
}
