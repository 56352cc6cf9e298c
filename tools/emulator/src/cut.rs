// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Cutting the board's power between two instructions.
//!
//! A plugin in QEMU counts what the board executes and ends the emulator at the
//! instruction asked for (`tools/instruction_cut`). This is its other side: the
//! arguments, the report, and the addresses of the kernel's functions.

use std::fs;
use std::path::{Path, PathBuf};

use object::{Object, ObjectSymbol, SymbolKind};

use crate::failure::{Failure, Result, While};

/// How an emulator ends that the plugin has cut.
pub(crate) const EXIT_CODE: i32 = 86;

/// Where to cut, and what to tell on the way. Addresses are those of functions,
/// as [`Functions`] finds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The plugin, a shared library.
    pub library: PathBuf,
    /// Where it writes its report.
    pub report: PathBuf,
    /// Instructions are counted from the first execution of this on, or from
    /// power-on.
    pub from: Option<u64>,
    /// The first execution of this, after that, is a cut at the latest.
    pub end: Option<u64>,
    /// Cuts with so many instructions executed.
    pub after: Option<u64>,
    /// What to tell of each execution; before counting begins the count is 0.
    pub notes: Vec<u64>,
}

impl Cut {
    /// The value of QEMU's option `-plugin`.
    pub(crate) fn argument(&self) -> String {
        let path = |path: &Path| path.display().to_string().replace(',', ",,");
        let mut text = format!("file={}", path(&self.library));
        text.push_str(&format!(",report={}", path(&self.report)));
        for (name, value) in [("from", self.from), ("end", self.end)] {
            if let Some(address) = value {
                text.push_str(&format!(",{name}={address:#x}"));
            }
        }
        if let Some(count) = self.after {
            text.push_str(&format!(",after={count}"));
        }
        for address in &self.notes {
            text.push_str(&format!(",note={address:#x}"));
        }
        text
    }

    /// What the plugin has told so far.
    pub fn read_report(&self) -> Result<Report> {
        let doing = || format!("reading the cut's report {}", self.report.display());
        let text = fs::read_to_string(&self.report).doing(doing)?;
        Report::parse(&text).ok_or_else(|| Failure::new(doing(), format!("it says {text:?}")))
    }
}

/// A moment between two instructions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Of the instruction that comes next.
    pub address: u64,
    /// Instructions executed before it, since counting began.
    pub count: u64,
}

/// What was told of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    pub notes: Vec<Place>,
    /// Where it was cut, if it was.
    pub cut: Option<Place>,
    /// Whether that was the end that was asked for, not a count.
    pub at_end: bool,
}

impl Report {
    fn parse(text: &str) -> Option<Report> {
        let mut report = Report::default();
        // The last line may be under way.
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        for line in whole.lines() {
            let mut words = line.split(' ');
            let word = words.next()?;
            let place = Place {
                address: u64::from_str_radix(words.next()?.strip_prefix("0x")?, 16).ok()?,
                count: words.next()?.parse().ok()?,
            };
            match word {
                "note" => report.notes.push(place),
                "cut" | "end" => {
                    report.cut = Some(place);
                    report.at_end = word == "end";
                }
                _ => return None,
            }
        }
        Some(report)
    }

    /// The count at the first execution of a noted function from `count` on.
    pub fn first(&self, address: u64, count: u64) -> Option<u64> {
        let mut places = self.notes.iter();
        places
            .find(|place| place.address == address && place.count >= count)
            .map(|place| place.count)
    }
}

/// Addresses of a kernel's functions, by their names.
#[derive(Debug)]
pub struct Functions(Vec<(String, u64)>);

impl Functions {
    /// Reads the symbols of an ELF file.
    pub fn of(kernel: &Path) -> Result<Functions> {
        let doing = || format!("reading the functions of {}", kernel.display());
        let bytes = fs::read(kernel).doing(doing)?;
        let file = object::File::parse(&*bytes).doing(doing)?;
        let functions = file.symbols().filter_map(|symbol| {
            let name = symbol.name().ok()?;
            let whole = format!("{:#}", rustc_demangle::demangle(name));
            (symbol.kind() == SymbolKind::Text).then_some((whole, symbol.address()))
        });
        Ok(Functions(functions.collect()))
    }

    /// The one method of this name whose type or trait is named like this. It is a
    /// failure when there is none, as when the compiler has merged it into its
    /// caller, or when there are several.
    pub fn find(&self, of: &str, method: &str) -> Result<u64> {
        let doing = || format!("looking for the kernel's function {method} of {of}");
        let ends = format!("::{method}");
        let mut found = self
            .0
            .iter()
            .filter(|(name, _)| name.contains(of) && name.ends_with(&ends));
        match (found.next(), found.next()) {
            (Some((_, address)), None) => Ok(*address),
            (None, _) => Err(Failure::new(doing(), "there is none")),
            (Some((one, _)), Some((other, _))) => Err(Failure::new(
                doing(),
                format!("there are {one} and {other}"),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read_back() {
        let report = Report::parse("note 0x80001000 7\nnote 0x80001000 9\ncut 0x80000004 12\n")
            .expect("a report");
        assert_eq!(report.first(0x8000_1000, 8), Some(9));
        assert_eq!(report.first(0x8000_1000, 10), None);
        let place = Place {
            address: 0x8000_0004,
            count: 12,
        };
        assert_eq!((report.cut, report.at_end), (Some(place), false));
        assert!(Report::parse("end 0x80000004 12\n").expect("one").at_end);
        assert_eq!(Report::parse("").expect("one").cut, None);
        assert_eq!(Report::parse("cut 12\n"), None);
        let report = Report::parse("note 0x1 1\nno").expect("one");
        assert_eq!(report.notes.len(), 1);
    }

    #[test]
    fn arguments_keep_commas_of_paths_apart() {
        let cut = Cut {
            library: "/a,b/x.so".into(),
            report: "/r".into(),
            from: Some(0x8000_0000),
            end: None,
            after: Some(5),
            notes: vec![1, 2],
        };
        assert_eq!(
            cut.argument(),
            "file=/a,,b/x.so,report=/r,from=0x80000000,after=5,note=0x1,note=0x2"
        );
    }
}
