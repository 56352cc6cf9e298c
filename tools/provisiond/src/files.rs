// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Files that hold secrets or must survive a power cut.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use zeroize::Zeroizing;

/// Only the owner reads and writes.
const OWNER_ONLY: u32 = 0o600;

/// Makes a directory that only the owner enters, unless it is there.
pub fn create_private_dir(path: &Path) -> io::Result<()> {
    let missing = path
        .ancestors()
        .take_while(|above| !above.as_os_str().is_empty() && !above.exists())
        .count();
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)?;
    path.ancestors().take(missing).try_for_each(sync_parent)
}

/// Makes a new entry of a directory survive a power cut.
pub fn sync_parent(path: &Path) -> io::Result<()> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    File::open(directory)?.sync_all()
}

/// Takes the rights of everybody but its owner from a file that was there
/// before, and says so on standard error. Where that cannot be done, the file
/// is not to be used.
pub fn own(file: &File, path: &Path) -> io::Result<()> {
    restrict(file, path, 0o700)
}

/// Reads a secret that only the owner of the file may read; see [`own`].
pub fn read_owned(path: &Path) -> io::Result<Zeroizing<String>> {
    read_restricted(path, 0o700)
}

/// Reads a file of secrets that somebody made for this program. A group may be
/// let read it, but not everybody; see [`own`].
pub fn read_shared(path: &Path) -> io::Result<Zeroizing<String>> {
    read_restricted(path, 0o770)
}

fn read_restricted(path: &Path, allowed: u32) -> io::Result<Zeroizing<String>> {
    let mut file = File::open(path)?;
    restrict(&file, path, allowed)?;
    // With room for all of it, as a text that grows leaves its start behind.
    let length = usize::try_from(file.metadata()?.len()).unwrap_or(0);
    let mut text = Zeroizing::new(String::with_capacity(length + 1));
    file.read_to_string(&mut text)?;
    Ok(text)
}

fn restrict(file: &File, path: &Path, allowed: u32) -> io::Result<()> {
    let metadata = file.metadata()?;
    let mode = metadata.permissions().mode() & 0o777;
    if !metadata.is_file() || mode & !allowed == 0 {
        return Ok(());
    }
    let restricted = mode & allowed;
    file.set_permissions(fs::Permissions::from_mode(restricted))
        .map_err(|error| {
            let found =
                format!("it holds secrets, its mode is {mode:o}, and changing that: {error}");
            io::Error::new(error.kind(), found)
        })?;
    // Not an event: commands that tell none do this as well.
    eprintln!(
        "provisiond: {} holds secrets: its mode was {mode:o} and is {restricted:o} now",
        path.display()
    );
    Ok(())
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
    own(&file, Path::new(&temporary))?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    sync_parent(path)
}

/// Writes a new file that only the owner reads; one that is there is an error.
pub fn create_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(OWNER_ONLY)
        .open(path)?;
    file.write_all(content)?;
    file.sync_all()?;
    sync_parent(path)
}

/// A line that was appended to a file, which stays locked until this is dropped.
pub struct Appended {
    file: File,
    before: u64,
}

impl Appended {
    /// Makes the file what it was, for when something else failed.
    pub fn take_back(self) -> io::Result<()> {
        self.file.set_len(self.before)?;
        self.file.sync_all()
    }
}

/// Appends a row to a CSV file that only the owner reads, after the header when
/// the file is empty; the whole row, or nothing. A field holds no comma.
pub fn append_csv(path: &Path, header: &str, row: &[&str]) -> io::Result<Appended> {
    let file = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .mode(OWNER_ONLY)
        .open(path)?;
    own(&file, path)?;
    file.lock()?;
    let before = file.metadata()?.len();
    // With room for all of it, as a text that grows leaves its start behind.
    let length: usize = row.iter().map(|field| field.len() + 1).sum();
    let mut text = Zeroizing::new(String::with_capacity(header.len() + 1 + length));
    if before == 0 {
        text.push_str(header);
        text.push('\n');
    } else {
        // An editor may have left the last line without its end.
        let mut last = [0];
        file.read_exact_at(&mut last, before - 1)?;
        if last != *b"\n" {
            text.push('\n');
        }
    }
    for (index, field) in row.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(field);
    }
    text.push('\n');
    let appended = Appended { file, before };
    let written = (&appended.file).write_all(text.as_bytes());
    let synced = written.and_then(|()| appended.file.sync_all());
    // An empty file may have been made just now.
    let synced = synced.and_then(|()| match before {
        0 => sync_parent(path),
        _ => Ok(()),
    });
    match synced {
        Ok(()) => Ok(appended),
        Err(error) => {
            // The first error is the one to tell.
            let _ = appended.take_back();
            Err(error)
        }
    }
}

/// The rows of a CSV file: its line number and `N` fields of each, without the
/// spaces and the quotes around them. A first line that names the columns of
/// `header`, empty lines and lines that begin with `#` are passed over, and so is
/// the mark that some programs put before UTF-8. A field holds no comma.
pub fn csv_rows<'t, const N: usize>(
    text: &'t str,
    header: &'t str,
) -> impl Iterator<Item = (usize, Option<[&'t str; N]>)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim()))
        .filter(move |(number, line)| {
            let is_header = *number == 1 && names_columns(line, header);
            !(is_header || line.is_empty() || line.starts_with('#'))
        })
        .map(|(number, line)| {
            let mut fields = line.split(',').map(bare);
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

fn names_columns(line: &str, header: &str) -> bool {
    let names = line.split(',').map(|name| bare(name).to_ascii_lowercase());
    names.eq(header.split(','))
}

/// A field without the spaces and the quotes around it.
fn bare(field: &str) -> &str {
    let field = field.trim();
    let inner = field
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    inner.map_or(field, str::trim)
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
        append_csv(&path, "x,y", &["1", "2"]).unwrap();
        append_csv(&path, "x,y", &["3", "4"]).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "x,y\n1,2\n3,4\n");
        assert_eq!(mode(&path), 0o600);
    }

    #[test]
    fn secrets_go_into_no_file_that_others_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.csv");
        let open_to_all = |path: &Path| {
            fs::write(path, "").unwrap();
            fs::set_permissions(path, fs::Permissions::from_mode(0o666)).unwrap();
        };
        open_to_all(&path);
        append_csv(&path, "x,y", &["1", "2"]).unwrap();
        assert_eq!(mode(&path), 0o600);
        // What an interrupted `replace` left is used again.
        open_to_all(&directory.path().join("a.csv.new"));
        replace(&path, b"x").unwrap();
        assert_eq!(mode(&path), 0o600);
    }

    #[test]
    fn a_group_may_read_what_was_made_for_this_program_and_others_may_not() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        fs::write(&path, "text").unwrap();
        for (before, owned, shared) in [
            (0o644, 0o600, 0o640),
            (0o640, 0o600, 0o640),
            (0o666, 0o600, 0o660),
            (0o400, 0o400, 0o400),
        ] {
            let set = || fs::set_permissions(&path, fs::Permissions::from_mode(before)).unwrap();
            set();
            assert_eq!(*read_owned(&path).unwrap(), "text");
            assert_eq!(mode(&path), owned, "{before:o}");
            set();
            assert_eq!(*read_shared(&path).unwrap(), "text");
            assert_eq!(mode(&path), shared, "{before:o}");
        }
    }

    #[test]
    fn a_line_without_its_end_is_ended_and_a_line_can_be_taken_back() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.csv");
        let content = || fs::read_to_string(&path).unwrap();
        fs::write(&path, "x,y\n1,2").unwrap();
        let appended = append_csv(&path, "x,y", &["3", "4"]).unwrap();
        assert_eq!(content(), "x,y\n1,2\n3,4\n");
        appended.take_back().unwrap();
        assert_eq!(content(), "x,y\n1,2");
    }

    #[test]
    fn files_of_spreadsheets_are_read() {
        let text = "\u{feff}X , \"y\"\r\n\"1\",2\r\n \"3\" , \" 4 \" \r\n\"5,\r\n";
        let rows: Vec<_> = csv_rows::<2>(text, "x,y").collect();
        let expected = [
            (2, Some(["1", "2"])),
            (3, Some(["3", "4"])),
            (4, Some(["\"5", ""])),
        ];
        assert_eq!(rows, expected);
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
