// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! New devices: factory data for the board, a row for the inventory.

use std::fs::OpenOptions;
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use provisioning_session::identity::IdentityKey;
use provisioning_session::mint::KdfError;
use provisioning_session::setup_code::SetupCode;
use provisioning_session::spake2plus::VerifierRecord;
use provisioning_storage::factory::{self, FactoryData};
use provisioning_storage::layout::{ERASED, PAGE_LEN, Page};
use provisioning_wire::KdfParameters;
use provisioning_wire::limits::KDF_ARGON2ID;
use zeroize::Zeroizing;

use crate::failure::{Failure, Kind};
use crate::files::{append_csv, create_private, create_private_dir};
use crate::id::DeviceId;
use crate::{inventory, random};

/// Length of the configuration flash of the emulated board.
pub const FLASH_LEN: u64 = 32 * 1_024 * 1_024;
/// Distance between two logical pages in it: one erase block each.
pub const FLASH_BLOCK_LEN: u64 = 256 * 1_024;

/// Parameters of new verifier records: RFC 9106's second recommended option
/// (64 MiB, 3 passes), with one lane.
pub const PARAMETERS: KdfParameters = KdfParameters {
    kdf: KDF_ARGON2ID,
    memory_kib: 65_536,
    passes: 3,
    lanes: 1,
};

/// A device that was just minted.
pub struct Minted {
    /// Device id.
    pub device: DeviceId,
    /// What goes on the label.
    pub code: SetupCode,
    /// The factory page.
    pub page: Zeroizing<Vec<u8>>,
}

impl Minted {
    /// Makes a device of fresh randomness, its root secret in the factory page.
    pub fn new(parameters: &KdfParameters) -> Result<Self, KdfError> {
        let root_secret = random::secret();
        Self::make(parameters, Some(*root_secret.expose_secret()))
    }

    /// Makes a device whose board has a root secret in hardware.
    pub fn with_hardware_root(parameters: &KdfParameters) -> Result<Self, KdfError> {
        Self::make(parameters, None)
    }

    fn make(parameters: &KdfParameters, root_secret: Option<[u8; 32]>) -> Result<Self, KdfError> {
        let device = DeviceId(random::public());
        let code = SetupCode::from_entropy(&random::secret());
        let salt = random::public();
        let record = VerifierRecord::mint(&code, &salt, parameters, &device.0)?;
        let record = record.to_bytes().map_err(|_| KdfError::Degenerate)?;
        let identity =
            IdentityKey::generate(&random::secret()).map_err(|_| KdfError::Degenerate)?;
        let (w0, points) = record.expose_secret().split_at(factory::SCALAR_LEN);
        let point = |index: usize| array(&points[index * factory::POINT_LEN..]);
        let data = FactoryData {
            device_id: device.0,
            salt,
            kdf: factory::KdfParameters {
                algorithm: u32::from(parameters.kdf),
                memory_kib: parameters.memory_kib,
                passes: parameters.passes,
                lanes: parameters.lanes,
            },
            w0: array(w0),
            w0_m: point(0),
            w0_n: point(1),
            l: point(2),
            identity_key: *identity.secret_bytes().expose_secret(),
            identity_public: *identity.public(),
            root_secret,
        };
        let mut page = Zeroizing::new(vec![ERASED; PAGE_LEN]);
        data.emit(&mut page)
            .expect("a page is longer than the factory data");
        Ok(Minted { device, code, page })
    }

    /// The code as it is printed.
    pub fn printed_code(&self) -> Zeroizing<String> {
        ascii(self.code.printed().expose_secret())
    }

    /// The text of the QR code.
    pub fn qr_text(&self) -> Zeroizing<String> {
        ascii(self.code.qr_text(&self.device.0).expose_secret())
    }

    /// Writes the factory page and the inventory row; returns the page's file.
    pub fn write(&self, directory: &Path) -> Result<PathBuf, Failure> {
        let trouble = |path: &Path, error: io::Error| {
            Failure::new(
                Kind::Files,
                format!("writing {}", path.display()),
                error,
                "name a directory that you may write to with --out",
            )
        };
        create_private_dir(directory).map_err(|error| trouble(directory, error))?;
        let path = directory.join(format!("{}.factory", self.device));
        create_private(&path, &self.page).map_err(|error| trouble(&path, error))?;
        let codes = directory.join("codes.csv");
        let line = Zeroizing::new(format!("{},{}", self.device, *self.printed_code()));
        append_csv(&codes, inventory::HEADER, &line).map_err(|error| trouble(&codes, error))?;
        Ok(path)
    }

    /// Writes the factory page into a flash image. A file that is not there is
    /// made, erased otherwise; of one that is there only the page is changed.
    pub fn write_flash(&self, path: &Path) -> Result<(), Failure> {
        let trouble = |found: &dyn std::fmt::Display| {
            Failure::new(
                Kind::Files,
                format!("writing the flash image {}", path.display()),
                found,
                format!("name a new file, or an image of {FLASH_LEN} bytes, with --flash"),
            )
        };
        let written = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)
            .and_then(|mut file| {
                match file.metadata()?.len() {
                    FLASH_LEN => (),
                    0 => {
                        let block = vec![ERASED; FLASH_BLOCK_LEN as usize];
                        for _ in 0..FLASH_LEN / FLASH_BLOCK_LEN {
                            file.write_all(&block)?;
                        }
                    }
                    other => {
                        let found = format!("it has {other} bytes");
                        return Err(io::Error::new(io::ErrorKind::InvalidData, found));
                    }
                }
                let offset = Page::Factory.number() as u64 * FLASH_BLOCK_LEN;
                file.seek(SeekFrom::Start(offset))?;
                file.write_all(&self.page)?;
                file.sync_all()
            });
        written.map_err(|error| trouble(&error))
    }
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(&bytes[..N]);
    array
}

fn ascii(bytes: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(bytes.iter().copied().map(char::from).collect())
}
