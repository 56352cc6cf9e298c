// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What is in a board's flash image, for people who give support.
//!
//! The image is looked at by the very task with which the device looks at its
//! flash, so that both come to the same answer. What a slot holds is opened
//! only with a root secret that the caller brings along; the one in the factory
//! page of boards without a hardware key serves to tell whether a slot opens,
//! and nothing that it opens leaves this module.

use std::fmt;
use std::path::Path;

use provisioning_session::config_seal::ConfigSeal;
use provisioning_storage::factory::{FactoryData, FactoryPage};
use provisioning_storage::journal::{ATTEMPTS_UNKNOWN, JournalPage};
use provisioning_storage::layout::{PAGE_LEN, Page};
use provisioning_storage::slot::{self, SlotHeader, SlotPage, TAG_LEN};
use provisioning_storage::tasks::{Event, Index, Load, Step, Task, Verdict};
use provisioning_wire::StoredConfig;
use serde::{Serialize, Serializer};
use zeroize::Zeroizing;

use crate::failure::{Failure, Kind};
use crate::id::{DeviceId, secret_hex, to_hex};

/// The five pages of a configuration region.
pub struct Image(Zeroizing<Vec<u8>>);

/// What is in an image. Holds no secret.
#[derive(Debug, PartialEq, Serialize)]
pub struct Report {
    /// Device id, when the device was minted.
    pub device_id: Option<DeviceId>,
    /// State of the factory page.
    pub factory: &'static str,
    /// What the device would find: `valid`, `fell-back`, `erased`, `corrupt`,
    /// `rolled-back`; `unknown` without a root secret.
    pub configuration: &'static str,
    /// Serial number of the configuration in force.
    pub serial: Option<u32>,
    /// Configurations with a lower serial number are refused.
    pub serial_floor: u32,
    /// Attempts since the last one that was confirmed; `None` when the journal
    /// is damaged.
    pub attempts: Option<u32>,
    /// Restarts in a row that a failure was the reason for.
    pub restarts: u32,
    /// Both slots.
    pub slots: [SlotReport; 2],
    /// Both journal pages.
    pub journal: [JournalReport; 2],
}

/// What is in a slot.
#[derive(Debug, PartialEq, Serialize)]
pub struct SlotReport {
    /// Number of the page.
    pub page: usize,
    /// `erased`, `corrupt`, `in-force`, `spare` (opens, but a newer one is in
    /// force), `refused` (older than the floor), `sealed` (no root secret is at
    /// hand to open it).
    pub state: &'static str,
    /// Rises with each store since the last wipe.
    pub sequence: Option<u32>,
    /// Given by the daemon.
    pub serial: Option<u32>,
    /// Length of the sealed content, in bytes.
    pub sealed_len: Option<u16>,
    /// How often it was erased, as the device noted before each time: one too
    /// many for each power cut in between (docs/reference/Flash_Layout.md, "Wear").
    pub erases: u32,
}

/// What is in a journal page.
#[derive(Debug, PartialEq, Serialize)]
pub struct JournalReport {
    /// Number of the page.
    pub page: usize,
    /// `erased`, `corrupt`, `valid`.
    pub state: &'static str,
    /// Rises with each move to the other page.
    pub generation: Option<u32>,
    /// Erases that the generation tells: one too few for each that was
    /// repeated, after a power cut for example.
    pub erases: u32,
}

/// The configuration in force, secrets and all.
#[derive(Serialize)]
pub struct Revealed {
    serial: u32,
    security_mode: u8,
    #[serde(serialize_with = "exposed")]
    psk: Zeroizing<String>,
    identity: String,
    bootstrap_uri: String,
    default_route: String,
    dns_server: String,
    endpoint_name: String,
    daemon_id: String,
}

fn exposed<S: Serializer>(secret: &Zeroizing<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret)
}

/// How often the page that an alternating number `count` stands in was erased:
/// every other time.
fn turns(count: u32) -> u32 {
    count.div_ceil(2)
}

impl Image {
    /// Reads an image whose pages begin `distance` bytes apart.
    pub fn read(path: &Path, distance: usize) -> Result<Self, Failure> {
        let trouble = |found: &dyn fmt::Display| {
            Failure::new(
                Kind::Files,
                format!("reading the flash image {}", path.display()),
                found,
                "name an image of the configuration flash; --page-distance tells how far apart its pages are",
            )
        };
        let bytes = Zeroizing::new(std::fs::read(path).map_err(|error| trouble(&error))?);
        let mut pages = Zeroizing::new(Vec::with_capacity(Page::ALL.len() * PAGE_LEN));
        for page in Page::ALL {
            let start = page.number().saturating_mul(distance);
            let found = bytes
                .get(start..start.saturating_add(PAGE_LEN))
                .ok_or_else(|| {
                    trouble(&format!(
                        "it has {} bytes, and page {} would begin at {start}",
                        bytes.len(),
                        page.number()
                    ))
                })?;
            pages.extend_from_slice(found);
        }
        Ok(Image(pages))
    }

    fn page(&self, page: Page) -> &[u8] {
        let start = page.number() * PAGE_LEN;
        &self.0[start..start + PAGE_LEN]
    }

    fn factory(&self) -> (&'static str, Option<FactoryData>) {
        match FactoryData::parse(self.page(Page::Factory)) {
            FactoryPage::Erased => ("erased", None),
            FactoryPage::Corrupt => ("corrupt", None),
            FactoryPage::Valid(data) => ("valid", Some(data)),
        }
    }

    /// Runs the device's own look at the region.
    fn load(&self, seal: Option<&ConfigSeal>) -> Index {
        let mut index = Index::new();
        let mut load = Load::default();
        let mut buffer = Zeroizing::new([0; PAGE_LEN]);
        let mut event = Event::Begin;
        loop {
            event = match load.resume(&mut index, event, buffer.as_mut_slice()) {
                Step::Read(page) => {
                    buffer.copy_from_slice(self.page(page));
                    Event::Done
                }
                Step::Open(_, header) => {
                    let mut page = Zeroizing::new(buffer.to_vec());
                    match seal.and_then(|seal| opened(seal, &header, &mut page)) {
                        Some(_) => Event::Done,
                        None => Event::Failed,
                    }
                }
                // Looking changes nothing.
                Step::Erase(_) | Step::Program(_) | Step::Seal(_) => Event::Failed,
                Step::Finished(_) => return index,
            };
        }
    }

    /// Says what is there.
    pub fn report(&self) -> Report {
        let (factory, data) = self.factory();
        let seal = data.as_ref().and_then(|data| {
            let root_secret = data.root_secret.as_ref()?;
            Some(ConfigSeal::derive(root_secret, &data.device_id))
        });
        let index = self.load(seal.as_ref());
        let values = index.values();
        let configuration = match (&seal, index.verdict()) {
            (_, Verdict::Erased) => "erased",
            (None, _) => "unknown",
            (_, Verdict::Corrupt) => "corrupt",
            (_, Verdict::RolledBack) => "rolled-back",
            (_, Verdict::Valid { fell_back: true }) => "fell-back",
            (_, Verdict::Valid { fell_back: false }) => "valid",
        };
        Report {
            device_id: data.as_ref().map(|data| DeviceId(data.device_id)),
            factory,
            configuration,
            serial: index.serial(),
            serial_floor: values.serial_floor,
            attempts: Some(values.attempts).filter(|count| *count != ATTEMPTS_UNKNOWN),
            restarts: values.restarts,
            slots: [Page::SlotA, Page::SlotB].map(|page| self.slot(page, seal.as_ref(), &index)),
            journal: [Page::JournalA, Page::JournalB].map(|page| self.journal(page)),
        }
    }

    fn slot(&self, page: Page, seal: Option<&ConfigSeal>, index: &Index) -> SlotReport {
        let parsed = SlotHeader::parse(self.page(page));
        let header = match parsed {
            SlotPage::Candidate(header) => Some(header),
            SlotPage::Erased | SlotPage::Corrupt => None,
        };
        let opens = |header: &SlotHeader, seal: &ConfigSeal| {
            let mut bytes = Zeroizing::new(self.page(page).to_vec());
            opened(seal, header, &mut bytes).is_some()
        };
        let state = match (&header, seal) {
            (None, _) if parsed == SlotPage::Erased => "erased",
            (None, _) => "corrupt",
            (Some(header), _) if header.serial < index.values().serial_floor => "refused",
            (Some(_), None) => "sealed",
            (Some(header), Some(seal)) if !opens(header, seal) => "corrupt",
            (Some(_), Some(_)) if index.current() == Some(page) => "in-force",
            (Some(_), Some(_)) => "spare",
        };
        SlotReport {
            page: page.number(),
            state,
            sequence: header.map(|header| header.sequence),
            serial: header.map(|header| header.serial),
            sealed_len: header.map(|header| header.sealed_len),
            erases: index.slot_erases(page),
        }
    }

    fn journal(&self, page: Page) -> JournalReport {
        let (state, generation) = match JournalPage::parse(self.page(page)) {
            JournalPage::Erased => ("erased", None),
            JournalPage::Corrupt => ("corrupt", None),
            JournalPage::Valid { generation, .. } => ("valid", Some(generation)),
        };
        JournalReport {
            page: page.number(),
            state,
            generation,
            erases: generation.map_or(0, turns),
        }
    }

    /// Opens the configuration in force with `root_secret`.
    pub fn reveal(&self, root_secret: &[u8]) -> Result<Revealed, Failure> {
        let trouble = |found: &str, next: &str| {
            Failure::new(Kind::Usage, "opening the configuration", found, next)
        };
        let (_, Some(data)) = self.factory() else {
            return Err(trouble(
                "the image holds no device id",
                "take an image with its factory page",
            ));
        };
        let seal = ConfigSeal::derive(root_secret, &data.device_id);
        let index = self.load(Some(&seal));
        let in_force = index
            .current()
            .and_then(|page| match SlotHeader::parse(self.page(page)) {
                SlotPage::Candidate(header) => Some((page, header)),
                SlotPage::Erased | SlotPage::Corrupt => None,
            });
        let Some((page, header)) = in_force else {
            return Err(trouble(
                "there is none that opens with this root secret",
                "compare the device id with the one that the root secret belongs to",
            ));
        };
        let mut bytes = Zeroizing::new(self.page(page).to_vec());
        let stored = opened(&seal, &header, &mut bytes)
            .ok_or_else(|| trouble("it does not open", "try again"))?;
        let config = stored.config.config();
        Ok(Revealed {
            serial: config.serial,
            security_mode: config.server.security_mode,
            psk: secret_hex(config.server.psk.expose_secret()),
            identity: config.server.identity.to_string(),
            bootstrap_uri: config.server.bootstrap_uri.to_string(),
            default_route: config.network.default_route.to_string(),
            dns_server: config.network.dns_server.to_string(),
            endpoint_name: config.network.endpoint_name.to_string(),
            daemon_id: to_hex(&stored.daemon.daemon_id),
        })
    }
}

/// Opens what stands behind the header, in place.
fn opened<'a>(
    seal: &ConfigSeal,
    header: &SlotHeader,
    page: &'a mut [u8],
) -> Option<StoredConfig<'a>> {
    let (head, sealed) = slot::split(page, header)?;
    let (text, tag) = sealed.split_last_chunk_mut::<TAG_LEN>()?;
    seal.open(&header.nonce, head, text, tag).ok()?;
    StoredConfig::parse(text).ok()
}

/// "erases" and not "erased", which is a state. The count lies in the page.
fn erases(state: &str, count: u32) -> String {
    match (state, count) {
        ("corrupt", _) => "erases unknown".to_owned(),
        (_, 1) => "1 erase so far".to_owned(),
        _ => format!("{count} erases so far"),
    }
}

fn or_dash(value: Option<impl fmt::Display>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "device         {}", or_dash(self.device_id))?;
        writeln!(f, "factory page   {}", self.factory)?;
        writeln!(f, "configuration  {}", self.configuration)?;
        writeln!(f, "serial         {}", or_dash(self.serial))?;
        writeln!(f, "serial floor   {}", self.serial_floor)?;
        let attempts = self.attempts.map(|count| count.to_string());
        let attempts = attempts.unwrap_or_else(|| "unknown, the journal is damaged".to_owned());
        writeln!(f, "attempts       {attempts}")?;
        writeln!(f, "restarts       {}", self.restarts)?;
        for slot in &self.slots {
            write!(f, "slot, page {}    {}", slot.page, slot.state)?;
            if let (Some(sequence), Some(serial), Some(len)) =
                (slot.sequence, slot.serial, slot.sealed_len)
            {
                write!(
                    f,
                    ", serial {serial}, sequence {sequence}, {len} bytes sealed"
                )?;
            }
            writeln!(f, "; {}", erases(slot.state, slot.erases))?;
        }
        for journal in &self.journal {
            write!(f, "journal, page {} {}", journal.page, journal.state)?;
            if let Some(generation) = journal.generation {
                write!(f, ", generation {generation}")?;
            }
            writeln!(f, "; {}", erases(journal.state, journal.erases))?;
        }
        Ok(())
    }
}

impl fmt::Display for Revealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "security mode  {}", self.security_mode)?;
        writeln!(f, "PSK            {}", *self.psk)?;
        writeln!(f, "identity       {}", self.identity)?;
        writeln!(f, "bootstrap URI  {}", self.bootstrap_uri)?;
        writeln!(f, "default route  {}", self.default_route)?;
        writeln!(f, "DNS server     {}", self.dns_server)?;
        writeln!(f, "endpoint name  {}", self.endpoint_name)?;
        writeln!(f, "daemon         {}", self.daemon_id)
    }
}
