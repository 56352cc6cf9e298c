// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Endpoint names made from a pattern.

use std::fmt;
use std::str::FromStr;

use crate::id::DeviceId;

/// What the pattern's place-holders stand for.
pub struct Values<'a> {
    /// `{id}`: the device id.
    pub device: &'a DeviceId,
    /// `{t}`: seconds since 1970.
    pub unix_time: u64,
    /// `{i}`: number of the device, 1 for the first that this daemon met.
    pub device_number: u32,
    /// `{n}`: 1 for the device's first configuration, then counting up.
    pub configuration_number: u32,
}

/// A pattern whose place-holders are all known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointPattern(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Time,
    DeviceNumber,
    Id,
    ConfigurationNumber,
}

/// A pattern has a brace that belongs to no known place-holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownPlaceholder;

impl fmt::Display for UnknownPlaceholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "place-holders are {id} (device id), {t} (seconds since 1970), \
             {i} (number of the device), {n} (number of its configuration)",
        )
    }
}

impl std::error::Error for UnknownPlaceholder {}

impl FromStr for EndpointPattern {
    type Err = UnknownPlaceholder;

    fn from_str(pattern: &str) -> Result<Self, UnknownPlaceholder> {
        let mut parts = Vec::new();
        let mut rest = pattern;
        while let Some(brace) = rest.find(['{', '}']) {
            if brace > 0 {
                parts.push(Part::Text(rest[..brace].to_owned()));
            }
            rest = &rest[brace..];
            let (part, length) = if rest.starts_with("{t}") {
                (Part::Time, 3)
            } else if rest.starts_with("{i}") {
                (Part::DeviceNumber, 3)
            } else if rest.starts_with("{n}") {
                (Part::ConfigurationNumber, 3)
            } else if rest.starts_with("{id}") {
                (Part::Id, 4)
            } else {
                return Err(UnknownPlaceholder);
            };
            parts.push(part);
            rest = &rest[length..];
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(EndpointPattern(parts))
    }
}

impl EndpointPattern {
    /// The name. Its length is judged with the rest of the configuration.
    pub fn name(&self, values: &Values<'_>) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Time => values.unix_time.to_string(),
            Part::DeviceNumber => values.device_number.to_string(),
            Part::Id => values.device.to_string(),
            Part::ConfigurationNumber => values.configuration_number.to_string(),
        };
        self.0.iter().map(part).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_placeholder_is_filled_in() {
        let device = DeviceId([0xab; 16]);
        let values = Values {
            device: &device,
            unix_time: 1_700_000_000,
            device_number: 7,
            configuration_number: 3,
        };
        let name = |pattern: &str| pattern.parse::<EndpointPattern>().unwrap().name(&values);
        assert_eq!(name("cd{t}-{i}.{n}!"), "cd1700000000-7.3!");
        assert_eq!(name("{id}{id}"), "ab".repeat(32));
        assert_eq!(name("plain"), "plain");
        assert_eq!(name(""), "");
    }

    #[test]
    fn other_braces_are_refused() {
        for pattern in ["{x}", "{", "}", "a{id", "{{id}}", "{ID}"] {
            let parsed = pattern.parse::<EndpointPattern>();
            assert_eq!(parsed, Err(UnknownPlaceholder), "{pattern}");
        }
    }
}
