// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A device in memory: NOR flash that can be cut and worn, a seal, a driver.

// Each test binary uses its own part of this.
#![allow(dead_code)]

use std::collections::{HashMap, HashSet};

use provisioning_storage::factory::{FACTORY_LEN, FactoryData, FactoryPage, KdfParameters};
use provisioning_storage::journal::{Entry, Values};
use provisioning_storage::layout::{ERASED, PAGE_LEN, Page};
use provisioning_storage::slot::{self, NONCE_LEN, SlotHeader, TAG_LEN};
use provisioning_storage::tasks::{
    Commit, Event, Fault, Index, Load, Record, Step, Task, Verdict, Wipe,
};
use sha2::{Digest, Sha256};

pub const WORD_LEN: usize = 4;

/// SplitMix64 (Steele, Lea, Flood 2014): small, seeded, good enough for tears.
#[derive(Clone)]
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.next() as u8)
    }
}

/// The power went away.
#[derive(Debug, PartialEq, Eq)]
pub struct Cut;

/// How a page misbehaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worn {
    /// Erasing fails and changes nothing.
    Erase,
    /// Programming fails and changes nothing.
    Program,
    /// Programming says that it worked and leaves this byte erased.
    Stuck(usize),
    /// Reading fails.
    Read,
    /// Reading shows this byte with its lowest bit 0.
    Disturbed(usize),
}

/// Five pages of NOR flash. Programming clears bits, erasing sets them.
#[derive(Clone)]
pub struct Flash {
    pub pages: [[u8; PAGE_LEN]; 5],
    pub erases: [u32; 5],
    /// How often the power went away.
    pub cuts: u32,
    /// Words programmed and pages erased, all together.
    pub operations: u64,
    /// The operation, counted from now, within which the power goes away.
    pub fuse: Option<u64>,
    pub worn: Vec<(Page, Worn)>,
    random: Random,
}

impl Flash {
    pub fn new(seed: u64) -> Self {
        Self {
            pages: [[ERASED; PAGE_LEN]; 5],
            erases: [0; 5],
            cuts: 0,
            operations: 0,
            fuse: None,
            worn: Vec::new(),
            random: Random(seed),
        }
    }

    /// Tears from here on depend on `seed`.
    pub fn seed(&mut self, seed: u64) {
        self.random = Random(seed);
    }

    pub fn page(&mut self, page: Page) -> &mut [u8; PAGE_LEN] {
        &mut self.pages[page.number()]
    }

    fn is_worn(&self, page: Page, how: Worn) -> bool {
        self.worn.contains(&(page, how))
    }

    /// Counts an operation; true when the power goes away within it.
    fn burn(&mut self) -> bool {
        self.operations += 1;
        match &mut self.fuse {
            Some(0) => {
                self.cuts += 1;
                true
            }
            Some(left) => {
                *left -= 1;
                false
            }
            None => false,
        }
    }

    fn read(&mut self, page: Page, into: &mut [u8]) -> Event {
        if self.is_worn(page, Worn::Read) {
            // What a failed read leaves in the buffer is anything.
            into.fill(0x5a);
            return Event::Failed;
        }
        into.copy_from_slice(&self.pages[page.number()]);
        for (which, how) in &self.worn {
            if let Worn::Disturbed(byte) = how
                && *which == page
            {
                into[*byte] &= 0xfe;
            }
        }
        Event::Done
    }

    fn erase(&mut self, page: Page) -> Result<Event, Cut> {
        if self.is_worn(page, Worn::Erase) {
            return Ok(Event::Failed);
        }
        self.erases[page.number()] += 1;
        if self.burn() {
            self.tear_erase(page);
            return Err(Cut);
        }
        self.pages[page.number()].fill(ERASED);
        Ok(Event::Done)
    }

    /// Bits that were to become 1 did so, or not: few, many, a part of the page.
    fn tear_erase(&mut self, page: Page) {
        let random = &mut self.random;
        let content = &mut self.pages[page.number()];
        match random.below(6) {
            0 => {}
            1 => content.fill(ERASED),
            2 => {
                for _ in 0..=random.below(8) {
                    content[random.below(64) as usize] |= 1 << random.below(8);
                }
            }
            3 => {
                let kept = random.below(PAGE_LEN as u64) as usize;
                content[..kept].fill(ERASED);
            }
            4 => {
                let kept = random.below(PAGE_LEN as u64) as usize;
                content[kept..].fill(ERASED);
            }
            _ => content
                .iter_mut()
                .for_each(|byte| *byte |= random.next() as u8),
        }
    }

    /// Programs word by word. Refuses to turn a 0 into a 1, as the emulated
    /// board's driver does.
    fn program(&mut self, page: Page, from: &[u8]) -> Result<Event, Cut> {
        if self.is_worn(page, Worn::Program) {
            return Ok(Event::Failed);
        }
        let content = self.pages[page.number()];
        let words = differing_words(&content, from);
        if words
            .iter()
            .any(|start| (*start..start + WORD_LEN).any(|byte| from[byte] & !content[byte] != 0))
        {
            return Ok(Event::Failed);
        }
        for start in words {
            let word = start..start + WORD_LEN;
            let cut = self.burn();
            // Of a word under way, none, all or some bits were programmed.
            let tear = if cut { self.random.below(4) } else { 1 };
            for byte in word {
                if self.is_worn(page, Worn::Stuck(byte)) {
                    continue;
                }
                let missing = match tear {
                    0 => u8::MAX,
                    1 => 0,
                    _ => self.random.next() as u8,
                };
                self.pages[page.number()][byte] &= from[byte] | missing;
            }
            if cut {
                return Err(Cut);
            }
        }
        Ok(Event::Done)
    }

    /// Every run of eight bytes in the image, at any offset.
    pub fn runs(&self) -> HashSet<[u8; 8]> {
        let image = self.pages.concat();
        image
            .windows(8)
            .map(|run| std::array::from_fn(|index| run[index]))
            .collect()
    }
}

/// Where the words start that differ. Looks at long pieces first: a million
/// records are written in a test.
fn differing_words(old: &[u8], new: &[u8]) -> Vec<usize> {
    const PIECE: usize = 128;
    (0..PAGE_LEN)
        .step_by(PIECE)
        .filter(|piece| old[*piece..piece + PIECE] != new[*piece..piece + PIECE])
        .flat_map(|piece| (piece..piece + PIECE).step_by(WORD_LEN))
        .filter(|word| old[*word..word + WORD_LEN] != new[*word..word + WORD_LEN])
        .collect()
}

/// An AEAD of hashes, good for a test: any change is noticed, and sealed bytes
/// look like nothing.
fn keystream(key: &[u8], nonce: &[u8], text: &mut [u8]) {
    for (index, chunk) in text.chunks_mut(32).enumerate() {
        let block = Sha256::digest([key, nonce, &index.to_le_bytes(), b"stream"].concat());
        chunk
            .iter_mut()
            .zip(block)
            .for_each(|(byte, key)| *byte ^= key);
    }
}

fn tag(key: &[u8], nonce: &[u8], head: &[u8], text: &[u8]) -> [u8; TAG_LEN] {
    let digest = Sha256::digest([key, nonce, head, text, b"tag"].concat());
    std::array::from_fn(|index| digest[index])
}

/// A configuration as the test knows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Config {
    pub serial: u32,
    pub text: Vec<u8>,
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digest = Sha256::digest(&self.text);
        write!(
            f,
            "serial {} text {:02x}{:02x}",
            self.serial, digest[0], digest[1]
        )
    }
}

impl Config {
    /// Random text of `len` bytes.
    pub fn random(serial: u32, len: usize, random: &mut Random) -> Self {
        let text = (0..len).map(|_| random.next() as u8).collect();
        Self { serial, text }
    }
}

/// What the device is, across power cuts (flash) and within one (the rest).
#[derive(Clone)]
pub struct Device {
    pub flash: Flash,
    pub index: Index,
    /// What was last opened: the configuration in force.
    pub opened: Option<Config>,
    /// Each nonce that was sealed with, and for what: never for two things.
    nonces: HashMap<[u8; NONCE_LEN], Vec<u8>>,
    /// All bytes that must be gone after a wipe.
    pub secrets: Vec<Vec<u8>>,
    pub random: Random,
    root: [u8; 32],
}

pub fn factory() -> FactoryData {
    FactoryData {
        device_id: [0x11; 16],
        salt: [0x22; 16],
        kdf: KdfParameters {
            algorithm: 1,
            memory_kib: 19_456,
            passes: 2,
            lanes: 1,
        },
        w0: [0x33; 32],
        w0_m: [0x44; 65],
        w0_n: [0x55; 65],
        l: [0x66; 65],
        identity_key: [0x77; 32],
        identity_public: [0x88; 65],
        root_secret: Some([0x99; 32]),
    }
}

impl Device {
    /// Minted, never provisioned.
    pub fn new(seed: u64) -> Self {
        let mut flash = Flash::new(seed);
        factory().emit(flash.page(Page::Factory)).unwrap();
        Self {
            flash,
            index: Index::new(),
            opened: None,
            nonces: HashMap::new(),
            secrets: Vec::new(),
            random: Random(!seed),
            root: factory().root_secret.unwrap(),
        }
    }

    /// Another device, whose root secret is another.
    pub fn set_root(&mut self, root: [u8; 32]) {
        self.root = root;
    }

    /// Carries a task out. The page buffer starts with rubbish.
    pub fn run(
        &mut self,
        task: &mut impl Task,
        staged: Option<&Config>,
    ) -> Result<Result<(), Fault>, Cut> {
        let mut page = [0xa5; PAGE_LEN];
        let mut event = Event::Begin;
        for _ in 0..64 {
            let step = task.resume(&mut self.index, event, &mut page);
            event = match step {
                Step::Read(which) => self.flash.read(which, &mut page),
                Step::Erase(which) => {
                    assert_ne!(which, Page::Factory, "the factory page is not to be erased");
                    self.flash.erase(which)?
                }
                Step::Program(which) => {
                    assert_ne!(
                        which,
                        Page::Factory,
                        "the factory page is not to be written"
                    );
                    self.flash.program(which, &page)?
                }
                Step::Seal(header) => self.seal(&header, staged, &mut page),
                Step::Open(_, header) => self.open(&header, &mut page),
                Step::Finished(result) => return Ok(result),
            };
        }
        panic!("the task does not end");
    }

    fn seal(&mut self, header: &SlotHeader, staged: Option<&Config>, page: &mut [u8]) -> Event {
        let Some(config) = staged else {
            return Event::Failed;
        };
        let (head, sealed) = slot::split(page, header).unwrap();
        let made_of = [head, &config.text].concat();
        let before = self.nonces.insert(header.nonce, made_of.clone());
        assert!(
            before.is_none_or(|before| before == made_of),
            "a nonce was used for two texts"
        );
        let (text, room) = sealed.split_at_mut(config.text.len());
        text.copy_from_slice(&config.text);
        keystream(&self.root, &header.nonce, text);
        room.copy_from_slice(&tag(&self.root, &header.nonce, head, text));
        self.secrets.push(config.text.clone());
        self.secrets.push(text.to_vec());
        self.secrets.push(room.to_vec());
        self.secrets.push(header.nonce.to_vec());
        Event::Done
    }

    fn open(&mut self, header: &SlotHeader, page: &mut [u8]) -> Event {
        let (head, sealed) = slot::split(page, header).unwrap();
        let (text, found) = sealed.split_last_chunk_mut::<TAG_LEN>().unwrap();
        if tag(&self.root, &header.nonce, head, text) != *found {
            return Event::Failed;
        }
        keystream(&self.root, &header.nonce, text);
        self.opened = Some(Config {
            serial: header.serial,
            text: text.to_vec(),
        });
        Event::Done
    }

    /// Switches on: what was in memory is gone. Answers the configuration in
    /// force.
    pub fn boot(&mut self) -> Option<Config> {
        self.index = Index::new();
        self.opened = None;
        self.flash.fuse = None;
        let before = self.flash.operations;
        assert_eq!(self.run(&mut Load::default(), None), Ok(Ok(())));
        assert_eq!(self.flash.operations, before, "looking writes nothing");
        match self.index.verdict() {
            Verdict::Valid { .. } => {
                let opened = self.opened.clone().expect("valid without being opened");
                assert_eq!(self.index.serial(), Some(opened.serial));
                Some(opened)
            }
            Verdict::Erased | Verdict::Corrupt | Verdict::RolledBack => {
                assert_eq!((self.index.current(), self.index.serial()), (None, None));
                None
            }
        }
    }

    pub fn store(&mut self, config: &Config) -> Result<Result<(), Fault>, Cut> {
        let nonce = self.random.bytes();
        let len = (config.text.len() + TAG_LEN) as u16;
        self.run(&mut Commit::new(config.serial, nonce, len), Some(config))
    }

    pub fn record(&mut self, entry: Entry) -> Result<Result<(), Fault>, Cut> {
        self.run(&mut Record::new(entry), None)
    }

    pub fn wipe(&mut self) -> Result<Result<(), Fault>, Cut> {
        self.run(&mut Wipe::default(), None)
    }

    pub fn values(&self) -> Values {
        self.index.values()
    }

    /// Fails when anything of any configuration is left in the image.
    pub fn assert_no_secret(&self) {
        for slot in [Page::SlotA, Page::SlotB] {
            assert!(
                self.flash.pages[slot.number()]
                    .iter()
                    .all(|byte| *byte == ERASED)
            );
        }
        let runs = self.flash.runs();
        for piece in self.secrets.iter().flat_map(|secret| secret.windows(8)) {
            assert!(!runs.contains(piece), "a piece of a secret is left");
        }
    }

    /// Fails when the factory page is not as it was minted, to the last byte.
    pub fn assert_factory(&self) {
        let mut minted = [ERASED; PAGE_LEN];
        factory().emit(&mut minted).unwrap();
        assert_eq!(self.flash.pages[0], minted);
        assert!(matches!(
            FactoryData::parse(&self.flash.pages[0][..FACTORY_LEN]),
            FactoryPage::Valid(_)
        ));
    }
}
