// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! New devices: factory data for the board, a row for the inventory.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use provisioning_session::identity::IdentityKey;
use provisioning_session::mint::KdfError;
use provisioning_session::secret::Secret;
use provisioning_session::setup_code::SetupCode;
use provisioning_session::spake2plus::VerifierRecord;
use provisioning_storage::factory::{self, FactoryData};
use provisioning_storage::layout::{ERASED, PAGE_LEN, Page};
use provisioning_wire::KdfParameters;
use provisioning_wire::limits::KDF_ARGON2ID;
use zeroize::Zeroizing;

use crate::failure::{Failure, Kind};
use crate::files::{append_csv, create_private, create_private_dir, own, sync_parent};
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
        Self::make(parameters, Some(&random::secret()))
    }

    /// Makes a device whose board has a root secret in hardware.
    pub fn with_hardware_root(parameters: &KdfParameters) -> Result<Self, KdfError> {
        Self::make(parameters, None)
    }

    fn make(
        parameters: &KdfParameters,
        root_secret: Option<&Secret<32>>,
    ) -> Result<Self, KdfError> {
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
            root_secret: root_secret.map(|secret| *secret.expose_secret()),
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

    /// Writes the factory page, into `directory` and into the image, and the
    /// inventory row; returns the page's file. After a failure none of them is there.
    pub fn write(&self, directory: &Path, image: Option<FlashImage>) -> Result<PathBuf, Failure> {
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
        let row = [&*self.device.to_string(), &self.printed_code()];
        // The image last: a device without a known code is of no use.
        let appended = append_csv(&codes, inventory::HEADER, &row)
            .map_err(|error| trouble(&codes, error))
            .and_then(|row| match image.map(|image| image.put(&self.page)) {
                Some(Err(failure)) => {
                    // The failure that is told is the first one.
                    let _ = row.take_back();
                    Err(failure)
                }
                Some(Ok(())) | None => Ok(()),
            });
        match appended {
            Ok(()) => Ok(path),
            Err(failure) => {
                let _ = fs::remove_file(&path);
                Err(failure)
            }
        }
    }
}

/// A flash image that a factory page fits into. One that was made for it goes
/// again when it is dropped before it got its page.
pub struct FlashImage {
    path: PathBuf,
    file: File,
    made: bool,
}

impl FlashImage {
    /// Opens an image; one that is not there is made, and an empty one filled, as
    /// erased flash. Anything else of another size is an error.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        Self::try_open(path).map_err(|error| Self::trouble(path, &error))
    }

    fn try_open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).mode(0o600);
        let (file, made) = match options.create_new(true).open(path) {
            Ok(file) => (file, true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                // Told by its metadata, as opening a pipe may wait for ever.
                if !fs::metadata(path)?.is_file() {
                    return Err(io::Error::other("it is no regular file"));
                }
                (options.create_new(false).open(path)?, false)
            }
            Err(error) => return Err(error),
        };
        let mut image = FlashImage {
            path: path.to_owned(),
            file,
            made,
        };
        match image.file.metadata()?.len() {
            FLASH_LEN => Ok(image),
            0 => {
                let block = vec![ERASED; FLASH_BLOCK_LEN as usize];
                let blocks = FLASH_LEN / FLASH_BLOCK_LEN;
                let filled = (0..blocks).try_for_each(|_| image.file.write_all(&block));
                if filled.is_err() && !made {
                    let _ = image.file.set_len(0);
                }
                filled.map(|()| image)
            }
            other => Err(io::Error::other(format!("it has {other} bytes"))),
        }
    }

    /// Makes the region that of a new device: the pages of the one before are
    /// erased. Attempts, serial numbers and configurations are no business of the
    /// new one. The old factory page goes first and the new one comes last, so
    /// that no device is left with another's pages, or without a lock of its own.
    fn put(mut self, page: &[u8]) -> Result<(), Failure> {
        let erased = [ERASED; PAGE_LEN];
        let put = |page: Page, bytes: &[u8]| {
            let offset = page.number() as u64 * FLASH_BLOCK_LEN;
            self.file.write_all_at(bytes, offset)
        };
        let written = own(&self.file, &self.path)
            .and_then(|()| put(Page::Factory, &erased))
            .and_then(|()| self.file.sync_all())
            .and_then(|()| Page::ALL.iter().try_for_each(|page| put(*page, &erased)))
            .and_then(|()| self.file.sync_all())
            .and_then(|()| put(Page::Factory, page))
            .and_then(|()| self.file.sync_all())
            .and_then(|()| match self.made {
                true => sync_parent(&self.path),
                false => Ok(()),
            });
        match written {
            Ok(()) => {
                self.made = false;
                Ok(())
            }
            Err(error) => Err(Self::trouble(&self.path, &error)),
        }
    }

    fn trouble(path: &Path, found: &io::Error) -> Failure {
        Failure::new(
            Kind::Files,
            format!("writing the flash image {}", path.display()),
            found,
            format!("name a new file, or an image of {FLASH_LEN} bytes, with --flash"),
        )
    }
}

impl Drop for FlashImage {
    fn drop(&mut self) {
        if self.made {
            // It held nothing.
            let _ = fs::remove_file(&self.path);
        }
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
