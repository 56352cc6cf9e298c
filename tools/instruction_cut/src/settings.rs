// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The plugin's arguments.

/// What the plugin is to do; addresses are those that the guest executes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Where the result is written.
    pub report: String,
    /// Counting begins when this is executed first; without it, at power-on.
    pub from: Option<u64>,
    /// Executed after that, it ends the emulator, however many there were.
    pub end: Option<u64>,
    /// With so many instructions executed, the emulator ends.
    pub after: Option<u64>,
    /// Executions of these are told in the report.
    pub notes: Vec<u64>,
}

impl Settings {
    /// Reads arguments of the form `name=value`, numbers in decimal or, with
    /// `0x` before them, in hexadecimal digits. An error names the argument.
    pub fn parse<'a>(arguments: impl Iterator<Item = &'a str>) -> Result<Settings, String> {
        let mut settings = Settings::default();
        for argument in arguments {
            let bad = || format!("cannot read the argument {argument:?}");
            let (name, value) = argument.split_once('=').ok_or_else(bad)?;
            if name == "report" {
                settings.report = value.to_owned();
                continue;
            }
            let number = match value.strip_prefix("0x") {
                Some(digits) => u64::from_str_radix(digits, 16),
                None => value.parse(),
            };
            let number = number.map_err(|_| bad())?;
            match name {
                "from" => settings.from = Some(number),
                "end" => settings.end = Some(number),
                "after" => settings.after = Some(number),
                "note" => settings.notes.push(number),
                _ => return Err(bad()),
            }
        }
        match settings.report.is_empty() {
            true => Err("the argument report=FILE is missing".to_owned()),
            false => Ok(settings),
        }
    }
}
