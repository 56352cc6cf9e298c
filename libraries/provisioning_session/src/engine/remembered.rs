// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Products that were computed before; while fuzzing only (`--cfg fuzzing`).
//!
//! A conversation is a dozen multiplications. They would take a fuzzer's whole
//! time, though it looks at states, frames and records, and the arithmetic has
//! tests of its own. So each product is computed once, by the code that computes
//! it elsewhere, and looked up when the same one is asked for again. It still
//! comes after as many slices.

use std::cell::RefCell;
use std::collections::HashMap;
use std::vec::Vec;

use p256::ProjectivePoint;
use zeroize::Zeroize;

use super::multiplication::{PointMultiplication, SlicedMultiplication};
use super::point::SecretPoint;
use super::scalar::{SCALAR_LEN, SecretScalar};

/// Scalars whose products are kept. Most come once: those of changed transcripts.
const MOST: usize = 4_096;

/// Points and what they are multiplied to, by scalar.
type Products = HashMap<[u8; SCALAR_LEN], Vec<(ProjectivePoint, ProjectivePoint)>>;

std::thread_local! {
    static PRODUCTS: RefCell<Products> = RefCell::default();
}

fn find(scalar: &SecretScalar, point: &ProjectivePoint) -> Option<ProjectivePoint> {
    PRODUCTS.with_borrow(|products| {
        let of_scalar = products.get(&*scalar.to_bytes())?;
        let found = of_scalar.iter().find(|(factor, _)| factor == point)?;
        Some(found.1)
    })
}

fn keep(scalar: &SecretScalar, point: ProjectivePoint, product: ProjectivePoint) {
    PRODUCTS.with_borrow_mut(|products| {
        if products.len() >= MOST {
            products.clear();
        }
        let of_scalar = products.entry(*scalar.to_bytes()).or_default();
        of_scalar.truncate(MOST);
        of_scalar.push((point, product));
    });
}

/// `scalar * point`, computed by `p256` the first time.
pub(crate) fn product(point: ProjectivePoint, scalar: &SecretScalar) -> SecretPoint {
    let product = find(scalar, &point).unwrap_or_else(|| {
        let product = point * scalar.expose_secret();
        keep(scalar, point, product);
        product
    });
    SecretPoint::new(product)
}

/// [`SlicedMultiplication`] with a memory.
pub struct RememberedMultiplication {
    sliced: SlicedMultiplication,
    slices: u16,
    asked: Option<(SecretScalar, ProjectivePoint)>,
    found: Option<SecretPoint>,
}

impl RememberedMultiplication {
    /// What [`SlicedMultiplication`] takes.
    const SLICES: u16 = 327;

    /// A multiplier that does nothing yet.
    pub const fn new() -> Self {
        Self {
            sliced: SlicedMultiplication::new(),
            slices: 0,
            asked: None,
            found: None,
        }
    }

    /// Runs every slice at once.
    pub fn run(scalar: &SecretScalar, point: &ProjectivePoint) -> SecretPoint {
        let mut multiplier = Self::new();
        multiplier.start(scalar, point);
        loop {
            if let Some(product) = multiplier.advance() {
                return product;
            }
        }
    }
}

impl Default for RememberedMultiplication {
    fn default() -> Self {
        Self::new()
    }
}

impl PointMultiplication for RememberedMultiplication {
    fn start(&mut self, scalar: &SecretScalar, point: &ProjectivePoint) {
        self.zeroize();
        match find(scalar, point) {
            Some(product) => self.found = Some(SecretPoint::new(product)),
            None => {
                self.asked = Some((scalar.clone(), *point));
                self.sliced.start(scalar, point);
            }
        }
    }

    fn advance(&mut self) -> Option<SecretPoint> {
        if self.found.is_some() {
            self.slices += 1;
            return (self.slices == Self::SLICES)
                .then(|| self.found.take())
                .flatten();
        }
        self.slices += 1;
        let product = self.sliced.advance()?;
        assert_eq!(self.slices, Self::SLICES);
        if let Some((scalar, point)) = self.asked.take() {
            keep(&scalar, point, *product.expose_secret());
        }
        Some(product)
    }
}

impl Zeroize for RememberedMultiplication {
    fn zeroize(&mut self) {
        self.sliced.zeroize();
        self.slices = 0;
        self.asked = None;
        self.found = None;
    }
}
