// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The control socket: one JSON object per line, each way.
//!
//! | request | answer |
//! |---|---|
//! | `{"command":"devices"}` | `{"devices":[...]}` |
//! | `{"command":"identify","device":"ID or its beginning","on":true}` | `{"identified":["ID"]}` |
//! | `{"command":"identify-all","on":false}` | `{"identified":["ID",...]}` |
//!
//! Anything else, or a device that is not connected: `{"error":"..."}`.

use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};

use crate::failure::{Failure, Kind};
use crate::id::{DeviceId, to_hex};
use crate::random;
use crate::registry::{Command, Registry, Snapshot};

/// Longest request, bytes.
const MAX_REQUEST: u64 = 1_024;
/// A client that says nothing for so long is disconnected.
const CLIENT_SILENCE: Duration = Duration::from_secs(60);
/// Pause after a failed accept, which may mean that descriptors are used up.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What a client asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case")]
pub enum Request {
    /// Who is connected.
    Devices,
    /// Make one device show itself, or stop.
    Identify {
        /// Device id, or a beginning that only one connected device has.
        device: String,
        /// Whether to show.
        on: bool,
    },
    /// Make every connected device show itself, or stop.
    IdentifyAll {
        /// Whether to show.
        on: bool,
    },
}

/// What the daemon answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// Who is connected.
    Devices(Vec<Snapshot>),
    /// Which devices were told.
    Identified(Vec<DeviceId>),
    /// Why nothing was done.
    Error(String),
}

/// The socket; its file goes when this is dropped.
pub struct Control {
    path: PathBuf,
    listener: UnixListener,
}

impl Control {
    /// Makes the socket, readable and writable by its owner only. A socket
    /// that a dead daemon left is replaced, one that answers is an error.
    pub fn bind(path: &Path) -> Result<Self, Failure> {
        let trouble = |found: &dyn std::fmt::Display| {
            Failure::new(
                Kind::Control,
                format!("making the control socket {}", path.display()),
                found,
                "give another path with --control, or stop the daemon that uses it",
            )
        };
        if std::os::unix::net::UnixStream::connect(path).is_ok() {
            return Err(trouble(&"another provisiond answers there"));
        }
        match fs::symlink_metadata(path) {
            Ok(metadata) if is_socket(&metadata) => {
                fs::remove_file(path).map_err(|error| trouble(&error))?;
            }
            Ok(_) => return Err(trouble(&"a file that is no socket is there")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => (),
            Err(error) => return Err(trouble(&error)),
        }
        let private = PrivateDirectory::make(path).map_err(|error| trouble(&error))?;
        let listener = private
            .bind_then_move(path)
            .map_err(|error| trouble(&error))?;
        Ok(Control {
            path: path.to_owned(),
            listener,
        })
    }

    /// Serves clients until it is dropped.
    pub async fn serve(self, registry: Arc<Registry>) {
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    tokio::spawn(serve_client(stream, registry.clone()));
                }
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            }
        }
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = fs::remove_file(&self.path);
    }
}

/// A directory that only the owner enters, in which the socket is made: between
/// bind and chmod anybody may connect whom the umask lets. Goes when it is dropped.
struct PrivateDirectory(PathBuf);

impl PrivateDirectory {
    fn make(path: &Path) -> io::Result<Self> {
        // Short, as paths of sockets are.
        let name = format!(".{}", to_hex(&random::public::<4>()));
        let directory = path.with_file_name(name);
        fs::DirBuilder::new().mode(0o700).create(&directory)?;
        Ok(PrivateDirectory(directory))
    }

    fn socket(&self) -> PathBuf {
        self.0.join("s")
    }

    /// Makes the socket, then moves it to its place.
    fn bind_then_move(&self, path: &Path) -> io::Result<UnixListener> {
        let listener = UnixListener::bind(self.socket())?;
        fs::set_permissions(self.socket(), fs::Permissions::from_mode(0o600))?;
        fs::rename(self.socket(), path)?;
        Ok(listener)
    }
}

impl Drop for PrivateDirectory {
    fn drop(&mut self) {
        // What was not made, or has moved, is no matter.
        let _ = fs::remove_file(self.socket());
        let _ = fs::remove_dir(&self.0);
    }
}

fn is_socket(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    metadata.file_type().is_socket()
}

async fn serve_client(stream: UnixStream, registry: Arc<Registry>) {
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::new(reader);
    loop {
        let mut line = Vec::new();
        let mut limited = (&mut reader).take(MAX_REQUEST);
        let read = tokio::time::timeout(CLIENT_SILENCE, limited.read_until(b'\n', &mut line));
        match read.await {
            Ok(Ok(length)) if length > 0 => (),
            _ => return,
        }
        let answer = match serde_json::from_slice(&line) {
            Ok(request) => answer(&request, &registry),
            Err(error) => Answer::Error(format!("not a request: {error}")),
        };
        let mut text = serde_json::to_vec(&answer).unwrap_or_default();
        text.push(b'\n');
        // Half a line means that the client is lost or sends too much.
        if writer.write_all(&text).await.is_err() || line.last() != Some(&b'\n') {
            return;
        }
    }
}

fn answer(request: &Request, registry: &Registry) -> Answer {
    match request {
        Request::Devices => Answer::Devices(registry.snapshot()),
        Request::IdentifyAll { on } => {
            Answer::Identified(registry.tell(Command::Identify(*on), |_| true))
        }
        Request::Identify { device, on } => {
            let start = device.to_lowercase();
            let mut found: Vec<DeviceId> = registry
                .snapshot()
                .iter()
                .filter_map(|shown| shown.device)
                .filter(|id| id.to_string().starts_with(&start))
                .collect();
            found.sort_unstable();
            found.dedup();
            match found[..] {
                _ if start.is_empty() => Answer::Error("no device is named".into()),
                [wanted] => {
                    Answer::Identified(registry.tell(Command::Identify(*on), |id| *id == wanted))
                }
                [] => Answer::Error(format!("no connected device's id begins with {start:?}")),
                _ => Answer::Error(format!(
                    "{} connected devices' ids begin with {start:?}",
                    found.len()
                )),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client;

    #[test]
    fn requests_and_answers_are_the_documented_lines() {
        let request = |text: &str| serde_json::from_str::<Request>(text).unwrap();
        assert_eq!(request(r#"{"command":"devices"}"#), Request::Devices);
        let identify = Request::Identify {
            device: "ab".into(),
            on: true,
        };
        let text = r#"{"command":"identify","device":"ab","on":true}"#;
        assert_eq!(request(text), identify);
        let text = r#"{"command":"identify-all","on":false}"#;
        assert_eq!(request(text), Request::IdentifyAll { on: false });
        let answer = serde_json::to_string(&Answer::Identified(vec![DeviceId([0; 16])]));
        let expected = r#"{"identified":["00000000000000000000000000000000"]}"#;
        assert_eq!(answer.unwrap(), expected);
    }

    #[tokio::test]
    async fn clients_list_and_identify_devices() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("control");
        let registry = Arc::new(Registry::default());
        let control = Control::bind(&path).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(Control::bind(&path).is_err(), "taken while it answers");
        let serving = tokio::spawn(control.serve(registry.clone()));

        let (one, mut to_one) = registry.enter("peer".into(), None).unwrap();
        let (two, _to_two) = registry.enter("peer".into(), None).unwrap();
        let (id_one, id_two) = (DeviceId([0xab; 16]), DeviceId([0xac; 16]));
        one.update(|shown| shown.device = Some(id_one));
        two.update(|shown| shown.device = Some(id_two));

        let ask = |request| client::ask(&path, request);
        let Answer::Devices(devices) = ask(Request::Devices).await.unwrap() else {
            panic!("no list");
        };
        assert_eq!(devices.len(), 2);
        let identify = |device: &str| Request::Identify {
            device: device.into(),
            on: true,
        };
        let answer = ask(identify("AB")).await.unwrap();
        assert_eq!(answer, Answer::Identified(vec![id_one]));
        assert_eq!(to_one.recv().await, Some(Command::Identify(true)));
        for wrong in ["a", "f", ""] {
            let error = ask(identify(wrong)).await.unwrap_err();
            assert_eq!(error.kind(), Kind::Control, "{wrong}");
        }
        serving.abort();
        assert!(serving.await.is_err());
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn the_socket_is_made_where_only_its_owner_can_connect() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("control");
        let private = PrivateDirectory::make(&path).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&private.0), 0o700);
        let _early = UnixListener::bind(private.socket()).unwrap();
        // Until it has its mode, this is the only entry there is.
        let names = || {
            let entries = fs::read_dir(directory.path()).unwrap();
            let names = entries.map(|entry| entry.unwrap().path());
            names.collect::<Vec<_>>()
        };
        assert_eq!(names(), std::slice::from_ref(&private.0));
        fs::remove_file(private.socket()).unwrap();
        let _listener = private.bind_then_move(&path).unwrap();
        assert_eq!(mode(&path), 0o600);
        drop(private);
        assert_eq!(names(), [path]);
    }

    #[tokio::test]
    async fn a_left_socket_is_replaced_and_another_file_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("control");
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        assert!(path.exists());
        drop(Control::bind(&path).unwrap());
        fs::write(&path, "letters").unwrap();
        assert!(Control::bind(&path).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "letters");
    }

    #[tokio::test]
    async fn nonsense_is_answered_and_too_much_ends_the_client() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("control");
        let control = Control::bind(&path).unwrap();
        let serving = tokio::spawn(control.serve(Arc::new(Registry::default())));
        let mut stream = BufReader::new(UnixStream::connect(&path).await.unwrap());
        let mut line = String::new();
        stream.write_all(b"hello\n").await.unwrap();
        stream.read_line(&mut line).await.unwrap();
        assert!(line.starts_with(r#"{"error":"#), "{line}");
        stream.write_all(&[b'x'; 2_000]).await.unwrap();
        line.clear();
        // The refusal, then the end.
        stream.read_line(&mut line).await.unwrap();
        assert!(line.starts_with(r#"{"error":"#), "{line}");
        let mut rest = Vec::new();
        let end = stream.read_to_end(&mut rest).await;
        assert!(end.is_err() || rest.is_empty());
        serving.abort();
    }
}
