// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The listener: accepts devices, one task each, until it is told to stop.

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use provisioning_wire::{Alert, AlertCode, FrameType, Text, emit_frame_with};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

use crate::connection;
use crate::conversation::Context;
use crate::event::Event;
use crate::failure::{Failure, Kind};
use crate::registry::Registry;

/// Threads for work that blocks.
const BLOCKING_THREADS: usize = 8;
/// Connections that wait to be accepted.
const BACKLOG: i32 = 128;
/// When the daemon stops, conversations in which a configuration is under way
/// get so long to end. A device commits within some seconds.
const STOP_LIMIT: Duration = Duration::from_secs(10);
/// Pause after a failed accept, which may mean that descriptors are used up.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A runtime for the daemon. The threads that may block are for a few short file
/// accesses and for key derivations, which limit themselves: more would only be
/// memory for whoever makes work for them.
pub fn runtime() -> Result<Runtime, Failure> {
    Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(BLOCKING_THREADS)
        .build()
        .map_err(|error| {
            Failure::new(
                Kind::Network,
                "starting",
                error,
                "the system has no threads or descriptors left",
            )
        })
}

/// Listens on `address`. For `[::]` it takes IPv4 as well; on a host without
/// IPv6 it falls back to `0.0.0.0`.
pub fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    let mut result = bind(address);
    if let Err(error) = &result
        && address.is_ipv6()
        && address.ip().is_unspecified()
        && error.raw_os_error() == Some(EAFNOSUPPORT)
    {
        result = bind((Ipv4Addr::UNSPECIFIED, address.port()).into());
    }
    result.map_err(|error| {
        Failure::new(
            Kind::Network,
            format!("listening on {address}"),
            error,
            "stop what uses the port (`ss -tlnp` names it), or give another with --listen",
        )
    })
}

/// "Address family not supported by protocol" on Linux.
const EAFNOSUPPORT: i32 = 97;

fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    if address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    // A daemon that is started again must not wait for old connections.
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

/// Serves devices until `stop` is there; then no new ones, and the others are
/// let end.
pub async fn serve(
    listener: TcpListener,
    context: Arc<Context>,
    registry: Arc<Registry>,
    stop: impl Future<Output = ()>,
) {
    let mut connections = JoinSet::new();
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, address)) => {
                    if let Some(connection) = admit(stream, address, &context, &registry) {
                        connections.spawn(connection);
                    }
                }
                Err(error) => {
                    context.events.emit(&Event::Trouble {
                        reason: format!("accepting a connection: {error}; trying again"),
                    });
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
            // Collects what ended, so that the set does not grow.
            Some(_) = connections.join_next() => (),
        }
    }
    drop(listener);
    context.events.emit(&Event::Stopping {});
    registry.close_all();
    let ended = async { while connections.join_next().await.is_some() {} };
    // What is left then is cut off with the set.
    let _ = tokio::time::timeout(STOP_LIMIT, ended).await;
}

fn admit(
    stream: TcpStream,
    address: SocketAddr,
    context: &Arc<Context>,
    registry: &Arc<Registry>,
) -> Option<impl Future<Output = ()> + use<>> {
    let ip = address.ip().to_canonical();
    // With its scope when the address is link-local.
    let peer = match address {
        SocketAddr::V6(_) if ip.is_ipv4() => SocketAddr::new(ip, address.port()),
        other => other,
    };
    let peer = peer.to_string();
    // Small messages, each waited for. Without it they only come later.
    let _ = stream.set_nodelay(true);
    match registry.enter(peer.clone(), Some(address)) {
        Ok((registration, commands)) => Some(connection::serve(
            stream,
            peer,
            registration,
            commands,
            context.clone(),
        )),
        Err(crate::registry::Busy) => {
            refuse(&stream);
            context.events.emit(&Event::Failed {
                device: None,
                peer,
                reason: "too many connections from this address, or in all; refused".to_owned(),
                pending: None,
            });
            None
        }
    }
}

/// Says that the daemon is busy, if that can be said at once.
fn refuse(stream: &TcpStream) {
    let alert = Alert {
        code: AlertCode::Busy,
        text: Text::truncated("too many connections"),
    };
    let mut frame = [0; 128];
    if let Ok(length) = emit_frame_with(FrameType::Alert, &mut frame, |room| alert.emit(room)) {
        // The fresh socket's buffer is empty; if not even that works, closing
        // says enough.
        let _ = stream.try_write(&frame[..length]);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn work_that_blocks_has_a_bounded_number_of_threads() {
        let runtime = runtime().unwrap();
        let running = Arc::new(AtomicUsize::new(0));
        let (word, words) = mpsc::channel::<()>();
        let words = Arc::new(std::sync::Mutex::new(words));
        let work: Vec<_> = (0..4 * BLOCKING_THREADS)
            .map(|_| {
                let (running, words) = (running.clone(), words.clone());
                runtime.spawn_blocking(move || {
                    running.fetch_add(1, Ordering::SeqCst);
                    // Ends when the sender is gone.
                    let _ = words.lock().unwrap().recv();
                    running.fetch_sub(1, Ordering::SeqCst)
                })
            })
            .collect();
        while running.load(Ordering::SeqCst) < BLOCKING_THREADS {
            std::thread::yield_now();
        }
        drop(word);
        let most = runtime.block_on(async {
            let mut most = 0;
            for work in work {
                most = most.max(work.await.unwrap());
            }
            most
        });
        assert_eq!(most, BLOCKING_THREADS);
    }
}
