// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Counts one piece of work, and compares the counts of many.

use core::fmt;
use core::hint::black_box;

use crate::machine::Machine;

/// Counts instructions. What counting itself takes is subtracted.
#[derive(Clone, Copy, Debug)]
pub struct Meter {
    overhead: u32,
}

impl Meter {
    /// Measures what counting takes.
    pub fn new<M: Machine>(machine: &M) -> Self {
        let (overhead, ()) = Self { overhead: 0 }.count(machine, || ());
        Self { overhead }
    }

    /// Instructions of `work`, and what it gave. The call itself and the
    /// move of the result count, some ten instructions.
    pub fn count<M: Machine, T>(&self, machine: &M, work: impl FnOnce() -> T) -> (u32, T) {
        let before = machine.instructions();
        let result = black_box(work());
        let after = machine.instructions();
        let count = after.wrapping_sub(before).wrapping_sub(self.overhead);
        (count, result)
    }
}

/// Whether everything passed so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Verdict {
    failures: usize,
}

impl Verdict {
    /// Nothing failed.
    pub const fn passed(&self) -> bool {
        self.failures == 0
    }

    /// Reports one check.
    ///
    /// # Errors
    /// The machine's console fails.
    pub fn check<M: Machine>(
        &mut self,
        machine: &mut M,
        passed: bool,
        what: fmt::Arguments<'_>,
    ) -> fmt::Result {
        if !passed {
            self.failures += 1;
        }
        let word = if passed { "PASS" } else { "FAIL" };
        writeln!(machine, "{word} {what}")
    }
}

/// Different counts that a series keeps apart; any further one is counted
/// among the `others`.
const KEPT: usize = 16;

/// Counts of one piece of work over many secrets.
#[derive(Clone, Debug)]
pub struct Series {
    name: &'static str,
    /// Each count and how often it came.
    counts: [(u32, usize); KEPT],
    kept: usize,
    others: usize,
    runs: usize,
}

impl Series {
    /// An empty series.
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            counts: [(0, 0); KEPT],
            kept: 0,
            others: 0,
            runs: 0,
        }
    }

    /// Takes one run's count.
    pub fn add(&mut self, count: u32) {
        self.runs += 1;
        let kept = &mut self.counts[..self.kept];
        if let Some((_, times)) = kept.iter_mut().find(|(value, _)| *value == count) {
            *times += 1;
        } else if let Some(free) = self.counts.get_mut(self.kept) {
            *free = (count, 1);
            self.kept += 1;
        } else {
            self.others += 1;
        }
    }

    /// Whether there were runs, and all took the same number of instructions.
    pub const fn is_constant(&self) -> bool {
        self.kept == 1 && self.others == 0
    }

    /// Reports every count and whether there was only one.
    ///
    /// # Errors
    /// The machine's console fails.
    pub fn report<M: Machine>(&self, machine: &mut M, verdict: &mut Verdict) -> fmt::Result {
        verdict.check(machine, self.is_constant(), format_args!("{self}"))
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} runs", self.name, self.runs)?;
        if self.is_constant() {
            return write!(f, " of {} instructions", self.counts[0].0);
        }
        for (index, (count, times)) in self.counts[..self.kept].iter().enumerate() {
            let sign = if index == 0 { ':' } else { ',' };
            write!(f, "{sign} {count} x {times}")?;
        }
        if self.others > 0 {
            write!(f, ", others x {}", self.others)?;
        }
        Ok(())
    }
}

/// Slices in the longest piece of work: three multiplications of 327 slices,
/// and what stands between them.
const SLICES: usize = 1024;

/// Counts of each slice of a piece of work, over many secrets: says where a
/// difference comes from.
#[derive(Clone, Debug)]
pub struct Slices {
    /// The least and the most that the slice took.
    bounds: [(u32, u32); SLICES],
    /// The slice that comes next in this run.
    next: usize,
    total: u32,
    longest: u32,
}

impl Default for Slices {
    fn default() -> Self {
        Self {
            bounds: [(u32::MAX, 0); SLICES],
            next: 0,
            total: 0,
            longest: 0,
        }
    }
}

impl Slices {
    /// Starts another run.
    pub fn begin(&mut self) {
        self.next = 0;
        self.total = 0;
    }

    /// Takes the count of the next slice.
    pub fn add(&mut self, count: u32) {
        if let Some((least, most)) = self.bounds.get_mut(self.next) {
            *least = count.min(*least);
            *most = count.max(*most);
        }
        self.next += 1;
        self.total = self.total.wrapping_add(count);
        self.longest = self.longest.max(count);
    }

    /// Slices in this run.
    pub const fn slices(&self) -> usize {
        self.next
    }

    /// Instructions in this run.
    pub const fn total(&self) -> u32 {
        self.total
    }

    /// Instructions of the longest slice in all runs.
    pub const fn longest(&self) -> u32 {
        self.longest
    }

    /// Names the slices that differed between runs.
    ///
    /// # Errors
    /// The machine's console fails.
    pub fn explain<M: Machine>(&self, machine: &mut M, name: &str) -> fmt::Result {
        for (index, (least, most)) in self.bounds.iter().enumerate() {
            if least < most {
                writeln!(machine, "# {name} slice {index}: {least}..={most}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use core::cell::Cell;

    use super::*;

    /// Counts its own queries, ten instructions each.
    #[derive(Default)]
    pub(crate) struct Fake {
        now: Cell<u32>,
        pub(crate) text: String,
    }

    impl Fake {
        fn spend(&self, instructions: u32) {
            self.now.set(self.now.get().wrapping_add(instructions));
        }
    }

    impl Machine for Fake {
        fn instructions(&self) -> u32 {
            self.spend(10);
            self.now.get()
        }
    }

    impl fmt::Write for Fake {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.text.push_str(text);
            Ok(())
        }
    }

    #[test]
    fn counting_itself_costs_nothing() {
        let machine = Fake::default();
        machine.spend(u32::MAX - 60);
        let meter = Meter::new(&machine);
        assert_eq!(meter.count(&machine, || machine.spend(77)).0, 77);
        assert_eq!(meter.count(&machine, || ()).0, 0);
    }

    #[test]
    fn one_count_passes_and_two_fail() {
        let mut machine = Fake::default();
        let mut verdict = Verdict::default();
        let mut series = Series::new("work");
        series.add(5);
        series.add(5);
        series.report(&mut machine, &mut verdict).unwrap();
        assert!(verdict.passed());
        series.add(6);
        series.report(&mut machine, &mut verdict).unwrap();
        assert!(!verdict.passed());
        assert_eq!(
            machine.text,
            "PASS work 2 runs of 5 instructions\nFAIL work 3 runs: 5 x 2, 6 x 1\n"
        );
    }

    #[test]
    fn a_series_without_runs_fails() {
        assert!(!Series::new("nothing").is_constant());
    }

    #[test]
    fn more_counts_than_are_kept_still_fail() {
        let mut series = Series::new("noise");
        for count in 0..40 {
            series.add(count);
        }
        assert!(!series.is_constant());
        assert!(series.to_string().ends_with(", others x 24"));
    }

    #[test]
    fn slices_that_differ_are_named() {
        let mut machine = Fake::default();
        let mut slices = Slices::default();
        for odd in [7, 9] {
            slices.begin();
            slices.add(4);
            slices.add(odd);
        }
        assert_eq!((slices.slices(), slices.total()), (2, 13));
        assert_eq!(slices.longest(), 9);
        slices.explain(&mut machine, "work").unwrap();
        assert_eq!(machine.text, "# work slice 1: 7..=9\n");
    }
}
