// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Files that hold secrets or must survive a power cut.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// Only the owner reads and writes.
const OWNER_ONLY: u32 = 0o600;

/// Makes a directory that only the owner enters, unless it is there.
pub fn create_private_dir(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

/// Replaces a file whole: readers, and a power cut, see the old or the new
/// content and nothing between.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".new");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(OWNER_ONLY)
        .open(&temporary)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    File::open(directory)?.sync_all()
}

/// Writes a new file that only the owner reads; one that is there is an error.
pub fn create_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(OWNER_ONLY)
        .open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// Appends a line to a CSV file that only the owner reads, after the header
/// when the file is new.
pub fn append_csv(path: &Path, header: &str, line: &str) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(OWNER_ONLY)
        .open(path)?;
    file.lock()?;
    if file.metadata()?.len() == 0 {
        file.write_all(format!("{header}\n").as_bytes())?;
    }
    file.write_all(format!("{line}\n").as_bytes())?;
    file.sync_all()
}

/// The rows of a CSV file without quoting: its line number and `N` trimmed
/// fields of each. A first line equal to `header`, empty lines and lines that
/// begin with `#` are passed over.
pub fn csv_rows<'t, const N: usize>(
    text: &'t str,
    header: &'t str,
) -> impl Iterator<Item = (usize, Option<[&'t str; N]>)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim()))
        .filter(move |(number, line)| {
            let is_header = *number == 1 && *line == header;
            !(is_header || line.is_empty() || line.starts_with('#'))
        })
        .map(|(number, line)| {
            let mut fields = line.split(',').map(str::trim);
            let mut row = [""; N];
            for field in &mut row {
                match fields.next() {
                    Some(value) => *field = value,
                    None => return (number, None),
                }
            }
            (number, fields.next().is_none().then_some(row))
        })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn replacing_leaves_one_private_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        replace(&path, b"one").unwrap();
        replace(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(mode(&path), 0o600);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_new_file_never_replaces_one() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        create_private(&path, b"one").unwrap();
        assert_eq!(mode(&path), 0o600);
        let error = create_private(&path, b"two").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"one");
    }

    #[test]
    fn the_header_is_written_once() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.csv");
        append_csv(&path, "x,y", "1,2").unwrap();
        append_csv(&path, "x,y", "3,4").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "x,y\n1,2\n3,4\n");
        assert_eq!(mode(&path), 0o600);
    }

    #[test]
    fn rows_have_their_line_numbers_and_all_fields() {
        let text = "x,y\n# note\n\n 1 , 2 \n3\n4,5,6\nx,y\n";
        let rows: Vec<_> = csv_rows::<2>(text, "x,y").collect();
        let expected = [
            (4, Some(["1", "2"])),
            (5, None),
            (6, None),
            (7, Some(["x", "y"])),
        ];
        assert_eq!(rows, expected);
    }
}
