// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The daemon's side of conversations, with real and with false devices.

mod support;

use std::fs;

use provisiond::event::Event;
use provisiond::id::to_hex;
use provisiond::mint::Minted;
use provisiond::registry::{Command, Phase};
use provisioning_wire::limits::MAX_SERIAL;
use provisioning_wire::{Alert, AlertCode, Field, FrameDecoder, FrameType, Reason, Refusal};
use support::device::{Device, End, Stop, Stored};
use support::link::{Segments, through};
use support::{Bench, NOW, PARAMETERS, settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

const WHOLE: [&str; 7] = [
    "connected",
    "hello",
    "agreeing",
    "confirmed",
    "sending",
    "provisioned",
    "disconnected",
];

/// A connection from its beginning until both are through with it.
async fn meet(bench: &Bench, device: &mut Device) -> Option<End> {
    let (mut stream, serving) = bench.connect();
    let end = device.converse(&mut stream).await;
    drop(stream);
    serving.await.unwrap();
    end
}

async fn provision(bench: &Bench, device: &mut Device) -> Box<Stored> {
    match meet(bench, device).await {
        Some(End::Acknowledged(stored)) => stored,
        other => panic!("{other:?}, told: {}", bench.told()),
    }
}

/// The credentials that a device may hold: rows without their header.
fn pending(bench: &Bench) -> Vec<String> {
    let path = bench.directory.path().join("state/pending.csv");
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().skip(1).map(str::to_owned).collect()
}

/// The row of the credential that a device was given.
fn row(minted: &Minted, device: &Device) -> String {
    let id = minted.device;
    let given = device.given.as_ref().expect("a configuration");
    format!("{id},id-{id},{},{}", to_hex(&given.psk), given.serial)
}

/// The serial that the last failure named, and its reason.
fn last_failure(bench: &Bench) -> (Option<u32>, String) {
    let failure = |event| match event {
        Event::Failed {
            pending, reason, ..
        } => Some((pending, reason)),
        _ => None,
    };
    let mut failures = bench.events.all().into_iter().filter_map(failure);
    failures.next_back().expect("a failure")
}

/// The frames that come until the daemon closes.
async fn frames(stream: &mut DuplexStream) -> Vec<(FrameType, Vec<u8>)> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    parse(&bytes)
}

fn parse(bytes: &[u8]) -> Vec<(FrameType, Vec<u8>)> {
    let mut decoder = FrameDecoder::new();
    let mut rest = bytes;
    let mut frames = Vec::new();
    while !rest.is_empty() {
        let (taken, frame) = decoder.feed(rest).unwrap();
        rest = &rest[taken..];
        frames.extend(frame.map(|frame| (frame.kind(), frame.payload().to_vec())));
    }
    frames
}

/// The code of the alert that ends what the daemon says.
async fn alert(stream: &mut DuplexStream) -> AlertCode {
    last_alert(&frames(stream).await)
}

fn last_alert(frames: &[(FrameType, Vec<u8>)]) -> AlertCode {
    let (kind, payload) = frames.last().expect("an alert");
    assert_eq!(*kind, FrameType::Alert);
    Alert::parse(payload).unwrap().code
}

#[tokio::test]
async fn a_device_gets_its_configuration() {
    let bench = Bench::new();
    let minted = bench.mint();
    let stored = provision(&bench, &mut Device::new(&minted)).await;
    let id = minted.device;
    assert_eq!(bench.events.names(), WHOLE);
    assert_eq!(stored.serial, NOW as u32);
    assert_eq!(stored.identity, format!("id-{id}"));
    assert_eq!(stored.endpoint_name, "ep-1-1");
    assert_eq!(stored.bootstrap_uri, settings().bootstrap_uri);
    assert_eq!(stored.default_route, settings().default_route);
    assert_eq!(stored.grants, 1);
    assert_eq!(stored.daemon.daemon_id, *bench.context.state.daemon_id());
    let key = bench.context.state.identity().public();
    assert_eq!(stored.daemon.identity_key, *key);
    assert!(bench.events.all().contains(&Event::Provisioned {
        device: id,
        endpoint: "ep-1-1".into(),
        identity: format!("id-{id}"),
        serial: NOW as u32,
    }));
    let issued = fs::read_to_string(bench.directory.path().join("state/issued.csv")).unwrap();
    let line = format!("{id},id-{id},{}", to_hex(&stored.psk));
    assert_eq!(issued.lines().last(), Some(&*line));
    assert!(pending(&bench).is_empty());
    assert!(bench.registry.is_empty());
}

#[tokio::test]
async fn nothing_that_is_told_holds_a_secret() {
    let bench = Bench::new();
    let minted = bench.mint();
    let mut device = Device::new(&minted);
    let stored = provision(&bench, &mut device).await;
    let told = bench.told().to_lowercase();
    assert!(told.contains(&minted.device.to_string()));
    let code = minted.printed_code().to_lowercase();
    for secret in [
        to_hex(&stored.psk),
        code.replace('-', ""),
        code,
        to_hex(&device.factory.w0),
        to_hex(&device.factory.identity_key),
        to_hex(
            bench
                .context
                .state
                .identity()
                .secret_bytes()
                .expose_secret(),
        ),
    ] {
        assert!(!told.contains(&secret));
    }
}

#[tokio::test]
async fn a_device_is_provisioned_again_with_another_key_and_a_higher_serial() {
    let bench = Bench::new();
    let minted = bench.mint();
    let mut device = Device::new(&minted);
    let first = provision(&bench, &mut device).await;
    device.pinned = Some(first.daemon);
    device.least_serial = first.serial + 1;
    let second = provision(&bench, &mut device).await;
    assert!(second.serial > first.serial);
    assert_ne!(second.psk, first.psk);
    assert_eq!(second.endpoint_name, "ep-1-2");
}

#[tokio::test(start_paused = true)]
async fn segments_of_one_byte_are_as_good() {
    let bench = Bench::new();
    let mut device = Device::new(&bench.mint());
    let (stream, serving) = bench.connect();
    let mut stream = through(stream, Segments::Bytes);
    let end = device.converse(&mut stream).await;
    assert!(matches!(end, Some(End::Acknowledged(_))), "{end:?}");
    drop(stream);
    serving.await.unwrap();
    assert_eq!(bench.events.names(), WHOLE);
}

#[tokio::test(start_paused = true)]
async fn segments_cut_and_joined_at_random_are_as_good() {
    let bench = Bench::new();
    let minted = bench.mint();
    for seed in 1..=8 {
        let mut device = Device::new(&minted);
        let (stream, serving) = bench.connect();
        let mut stream = through(stream, Segments::Random(seed));
        let end = device.converse(&mut stream).await;
        assert!(matches!(end, Some(End::Acknowledged(_))), "{seed}: {end:?}");
        drop(stream);
        serving.await.unwrap();
    }
    let provisioned = bench.events.names();
    let provisioned = provisioned.iter().filter(|name| *name == "provisioned");
    assert_eq!(provisioned.count(), 8);
}

#[tokio::test]
async fn many_devices_at_once_get_each_their_own() {
    let bench = Bench::new();
    let mut running = Vec::new();
    for _ in 0..12 {
        let minted = bench.mint();
        let (mut stream, _serving) = bench.connect();
        running.push(tokio::spawn(async move {
            let end = Device::new(&minted).converse(&mut stream).await;
            (minted.device, end)
        }));
    }
    let mut names = std::collections::HashSet::new();
    for device in running {
        let (id, end) = device.await.unwrap();
        let Some(End::Acknowledged(stored)) = end else {
            panic!("{end:?}");
        };
        assert_eq!(stored.identity, format!("id-{id}"));
        names.insert(stored.endpoint_name);
    }
    assert_eq!(names.len(), 12);
}

#[tokio::test]
async fn a_wrong_setup_code_is_told_on_both_sides() {
    let bench = Bench::new();
    let minted = bench.mint();
    let other = Minted::new(&PARAMETERS).unwrap();
    let codes = bench.directory.path().join("codes.csv");
    fs::write(
        codes,
        format!("{},{}\n", minted.device, *other.printed_code()),
    )
    .unwrap();
    let end = meet(&bench, &mut Device::new(&minted)).await;
    assert_eq!(end, Some(End::Theirs(AlertCode::ConfirmationFailed)));
    let reason = bench.events.failure();
    assert!(reason.contains("wrong setup code"), "{reason}");
    assert!(reason.contains("inventory"), "{reason}");
    assert!(bench.context.state.device(&minted.device).is_none());
}

#[tokio::test]
async fn wrong_setup_codes_are_counted_for_each_device_until_one_is_right() {
    let bench = Bench::new();
    let (minted, other) = (bench.mint(), bench.mint());
    let guess = async |minted: &Minted| {
        // The record of another code, and what anybody can hear of the device.
        let guessed = Device::new(&Minted::new(&PARAMETERS).unwrap()).factory;
        let mut device = Device::new(minted);
        (device.factory.w0, device.factory.l) = (guessed.w0, guessed.l);
        (device.factory.w0_m, device.factory.w0_n) = (guessed.w0_m, guessed.w0_n);
        let end = meet(&bench, &mut device).await;
        assert_eq!(end, Some(End::Theirs(AlertCode::ConfirmationFailed)));
    };
    for _ in 0..3 {
        guess(&minted).await;
    }
    guess(&other).await;
    // However many there were, who knows the code is served at once.
    provision(&bench, &mut Device::new(&minted)).await;
    guess(&minted).await;
    guess(&other).await;
    // One who is not heard of again has made no guess.
    let mut silent = Device::new(&minted);
    silent.stop_at = Some(Stop::CountAttempt);
    assert_eq!(meet(&bench, &mut silent).await, None);
    guess(&minted).await;
    let told = bench.events.all().into_iter().filter_map(|event| {
        let Event::Unconfirmed { device, times, .. } = event else {
            return None;
        };
        Some((device, times))
    });
    let (id, other_id) = (minted.device, other.device);
    let expected = [
        (id, 1),
        (id, 2),
        (id, 3),
        (other_id, 1),
        (id, 1),
        (other_id, 2),
        (id, 2),
    ];
    assert_eq!(told.collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn a_device_that_is_not_in_the_inventory_is_told_so() {
    let bench = Bench::new();
    let minted = Minted::new(&PARAMETERS).unwrap();
    let end = meet(&bench, &mut Device::new(&minted)).await;
    assert_eq!(end, Some(End::Theirs(AlertCode::UnknownDevice)));
    assert!(bench.events.failure().contains("inventory"));
    // Added while the daemon runs, it is provisioned.
    minted.write(bench.directory.path(), None).unwrap();
    provision(&bench, &mut Device::new(&minted)).await;
}

#[tokio::test]
async fn a_refused_configuration_is_told_with_its_field() {
    type Change = fn(&mut provisiond::settings::Settings);
    let cases: [(Change, Field); 3] = [
        (|s| s.default_route.clear(), Field::DefaultRoute),
        (|s| s.bootstrap_uri.clear(), Field::BootstrapUri),
        (|s| s.endpoint = "".parse().unwrap(), Field::EndpointName),
    ];
    for (change, field) in cases {
        let mut settings = settings();
        settings.allow_invalid = true;
        change(&mut settings);
        let bench = Bench::with(settings);
        let minted = bench.mint();
        let end = meet(&bench, &mut Device::new(&minted)).await;
        let reason = Reason::Empty;
        assert_eq!(end, Some(End::Refused(Refusal { field, reason })));
        assert!(bench.events.all().contains(&Event::Refused {
            device: minted.device,
            field: field.to_string(),
            reason: "empty".into(),
            least_serial: None,
        }));
        let state = bench.context.state.device(&minted.device).unwrap();
        assert_eq!((state.provisioned, state.identity_key), (0, None));
        assert!(
            pending(&bench).is_empty(),
            "it does not hold the credential"
        );
    }
}

#[tokio::test]
async fn a_serial_that_is_too_old_is_told() {
    let bench = Bench::new();
    let mut device = Device::new(&bench.mint());
    device.least_serial = NOW as u32 + 1;
    let end = meet(&bench, &mut device).await;
    let refusal = Refusal {
        field: Field::Serial,
        reason: Reason::Older,
    };
    assert_eq!(end, Some(End::Refused(refusal)));
    // The next one is higher.
    provision(&bench, &mut device).await;
}

#[tokio::test]
async fn a_daemon_catches_up_with_a_clock_that_was_ahead_after_one_refusal() {
    // In 2099.
    const AHEAD: u64 = 4_070_908_800;
    let ahead = Bench::at(settings(), || AHEAD);
    let bench = Bench::new();
    let minted = ahead.mint();
    minted.write(bench.directory.path(), None).unwrap();
    let mut device = Device::new(&minted);
    let first = provision(&ahead, &mut device).await;
    assert_eq!(first.serial, AHEAD as u32);
    // A wipe forgets the daemon, and raises the floor above what it gave.
    device.least_serial = first.serial + 1;
    let end = meet(&bench, &mut device).await;
    assert!(matches!(end, Some(End::Refused(_))), "{end:?}");
    assert!(pending(&bench).is_empty());
    let told = bench.told();
    let words = format!("takes {} and higher; it tries again", first.serial + 1);
    assert!(told.contains(&words), "{told}");
    let second = provision(&bench, &mut device).await;
    assert_eq!(second.serial, first.serial + 1);
    // And goes on from there.
    device.least_serial = second.serial + 1;
    let third = provision(&bench, &mut device).await;
    assert_eq!(third.serial, second.serial + 1);
}

#[tokio::test]
async fn a_device_whose_serials_are_used_up_is_told_of_clearly() {
    let bench = Bench::new();
    let minted = bench.mint();
    let mut device = Device::new(&minted);
    device.least_serial = MAX_SERIAL;
    // The highest one is still good.
    for last in [false, true] {
        let end = meet(&bench, &mut device).await;
        assert_eq!(matches!(end, Some(End::Acknowledged(_))), last, "{end:?}");
    }
    assert_eq!(device.given.as_ref().unwrap().serial, MAX_SERIAL);
    // This daemon has none that is higher.
    device.least_serial = MAX_SERIAL + 1;
    let end = meet(&bench, &mut device).await;
    assert_eq!(end, Some(End::Theirs(AlertCode::Internal)));
    let reason = bench.events.failure();
    assert!(reason.contains("used up"), "{reason}");
    // Another one learns it from the device.
    let other = Bench::new();
    minted.write(other.directory.path(), None).unwrap();
    let end = meet(&other, &mut device).await;
    assert!(matches!(end, Some(End::Refused(_))), "{end:?}");
    assert!(other.told().contains("used up"), "{}", other.told());
    let end = meet(&other, &mut device).await;
    assert_eq!(end, Some(End::Theirs(AlertCode::Internal)));
    assert!(other.events.failure().contains("mint the device anew"));
}

#[tokio::test]
async fn a_serial_that_makes_no_sense_lowers_nothing() {
    let bench = Bench::new();
    let minted = bench.mint();
    bench.context.state.reserve(&minted.device, 9).unwrap();
    for least in [0, 1, 9] {
        bench
            .context
            .state
            .raise_serial(&minted.device, least)
            .unwrap();
        let record = bench.context.state.device(&minted.device).unwrap();
        assert_eq!(record.last_serial, 9);
    }
    let stranger = Minted::new(&PARAMETERS).unwrap().device;
    bench.context.state.raise_serial(&stranger, 7).unwrap();
    assert_eq!(bench.context.state.device(&stranger), None);
}

#[tokio::test]
async fn a_device_with_another_key_than_the_pinned_one_is_refused() {
    let bench = Bench::new();
    let minted = bench.mint();
    provision(&bench, &mut Device::new(&minted)).await;
    let mut copy = Device::new(&minted);
    let other = Device::new(&Minted::new(&PARAMETERS).unwrap());
    copy.factory.identity_key = other.factory.identity_key;
    copy.factory.identity_public = other.factory.identity_public;
    let end = meet(&bench, &mut copy).await;
    assert_eq!(end, Some(End::Theirs(AlertCode::BadProof)));
    let reason = bench.events.failure();
    assert!(reason.contains("identity key"), "{reason}");
    // The device itself is still served.
    provision(&bench, &mut Device::new(&minted)).await;
}

#[tokio::test]
async fn a_device_of_another_daemon_refuses_and_both_say_so() {
    let (bench, elsewhere) = (Bench::new(), Bench::new());
    let minted = elsewhere.mint();
    let mut device = Device::new(&minted);
    device.pinned = Some(provision(&elsewhere, &mut device).await.daemon);
    minted.write(bench.directory.path(), None).unwrap();
    let end = meet(&bench, &mut device).await;
    assert_eq!(end, Some(End::Ours(AlertCode::OtherDaemonPinned)));
    assert!(bench.events.failure().contains("another daemon is pinned"));
}

#[tokio::test]
async fn bytes_that_are_no_conversation_end_with_an_alert() {
    let cases: [(&[u8], AlertCode); 5] = [
        (b"GET / HTTP/1.1\r\n\r\n", AlertCode::Malformed),
        (&[0x28, 0x04, 0x01], AlertCode::Malformed),
        (&[0x20, 0x00, 0x01, 0xa0], AlertCode::Malformed),
        (&[0x04, 0x10], AlertCode::Malformed),
        (&[0x24, 0x00, 0x20], AlertCode::Protocol),
    ];
    for (bytes, code) in cases {
        let bench = Bench::new();
        let (mut stream, serving) = bench.connect();
        stream.write_all(bytes).await.unwrap();
        if code == AlertCode::Protocol {
            stream.write_all(&[0; 32]).await.unwrap();
        }
        if bytes[0] == 0x04 {
            stream.write_all(&[0]).await.unwrap();
        }
        assert_eq!(alert(&mut stream).await, code, "{bytes:?}");
        drop(stream);
        serving.await.unwrap();
        assert_eq!(
            bench.events.names(),
            ["connected", "failed", "disconnected"]
        );
    }
}

#[tokio::test]
async fn kdf_parameters_out_of_bounds_are_not_run() {
    let bench = Bench::new();
    let mut device = Device::new(&bench.mint());
    device.factory.kdf.memory_kib = 65_537;
    let end = meet(&bench, &mut device).await;
    assert_eq!(end, Some(End::Theirs(AlertCode::ParametersOutOfBounds)));
}

#[tokio::test(start_paused = true)]
async fn who_sends_no_hello_is_disconnected() {
    let bench = Bench::new();
    let (mut stream, _serving) = bench.connect();
    let start = tokio::time::Instant::now();
    assert_eq!(alert(&mut stream).await, AlertCode::Timeout);
    assert_eq!(start.elapsed().as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_silent_device_is_kept_alive_for_30_seconds() {
    let bench = Bench::new();
    let mut device = Device::new(&bench.mint());
    device.stop_at = Some(Stop::Hello);
    let (mut stream, _serving) = bench.connect();
    let start = tokio::time::Instant::now();
    assert_eq!(device.converse(&mut stream).await, None);
    let frames = frames(&mut stream).await;
    assert_eq!(start.elapsed().as_secs(), 30);
    let count = |kind| frames.iter().filter(|(k, _)| *k == kind).count();
    assert_eq!(count(FrameType::HelloReply), 1);
    assert_eq!(count(FrameType::ShareP), 1);
    let pings = count(FrameType::KeepAlive);
    assert!((14..=15).contains(&pings), "{pings}");
    assert_eq!(last_alert(&frames), AlertCode::Timeout);
}

#[tokio::test(start_paused = true)]
async fn who_only_keeps_alive_does_not_stay_for_ever() {
    // Before it has shown that it knows its setup code, and afterwards.
    for (stop, seconds) in [(Stop::Hello, 60), (Stop::Store, 300)] {
        let bench = Bench::new();
        let mut device = Device::new(&bench.mint());
        device.stop_at = Some(stop);
        let (mut stream, _serving) = bench.connect();
        assert_eq!(device.converse(&mut stream).await, None);
        let start = tokio::time::Instant::now();
        let mut heard = Vec::new();
        let mut buffer = [0; 256];
        loop {
            let length = stream.read(&mut buffer).await.unwrap();
            if length == 0 {
                break;
            }
            heard.extend_from_slice(&buffer[..length]);
            // The daemon may have closed its reading side at the end.
            let _ = stream.write_all(&[3, 0, 0]).await;
        }
        assert_eq!(last_alert(&parse(&heard)), AlertCode::Timeout);
        assert_eq!(start.elapsed().as_secs(), seconds);
    }
}

#[tokio::test(start_paused = true)]
async fn who_did_not_confirm_makes_room_and_who_did_stays() {
    let bench = Bench::new();
    let mut streams = Vec::new();
    for stop in [Stop::Store, Stop::Hello] {
        let mut device = Device::new(&bench.mint());
        device.stop_at = Some(stop);
        let (mut stream, serving) = bench.connect();
        assert_eq!(device.converse(&mut stream).await, None);
        streams.push((stream, serving));
    }
    let mut others = Vec::new();
    while let Ok(other) = bench.registry.enter("other".into(), None) {
        others.push(other);
    }
    assert!(others.len() > 100);
    tokio::time::advance(std::time::Duration::from_secs(20)).await;
    let _late = bench.registry.enter("late".into(), None).unwrap();
    let (mut stream, serving) = streams.pop().unwrap();
    assert_eq!(alert(&mut stream).await, AlertCode::Busy);
    serving.await.unwrap();
    assert!(bench.events.failure().contains("too many connections"));
    let sending = |shown: &provisiond::registry::Snapshot| shown.phase == Phase::Sending;
    assert!(bench.registry.snapshot().iter().any(sending));
}

#[tokio::test]
async fn a_device_that_goes_away_at_any_step_can_come_back() {
    let bench = Bench::new();
    let minted = bench.mint();
    for stop in [Stop::Hello, Stop::CountAttempt, Stop::Store] {
        let mut device = Device::new(&minted);
        device.stop_at = Some(stop);
        assert_eq!(meet(&bench, &mut device).await, None);
        let names = bench.events.names();
        assert_eq!(names[names.len() - 2..], ["failed", "disconnected"]);
    }
    let state = bench.context.state.device(&minted.device).unwrap();
    assert_eq!(state.provisioned, 0);
    let stored = provision(&bench, &mut Device::new(&minted)).await;
    assert!(stored.serial > NOW as u32, "no serial is sent twice");
}

#[tokio::test]
async fn a_receipt_counts_even_when_the_device_leaves_at_once() {
    let bench = Bench::new();
    let minted = bench.mint();
    let mut device = Device::new(&minted);
    device.stop_at = Some(Stop::Receipt);
    assert_eq!(meet(&bench, &mut device).await, None);
    assert_eq!(bench.events.names(), WHOLE);
    let state = bench.context.state.device(&minted.device).unwrap();
    assert_eq!(state.provisioned, 1);
}

#[tokio::test]
async fn a_person_can_make_a_device_show_itself() {
    let bench = Bench::new();
    let minted = bench.mint();
    let mut device = Device::new(&minted);
    device.stop_at = Some(Stop::CountAttempt);
    let (mut stream, serving) = bench.connect();
    assert_eq!(device.converse(&mut stream).await, None);
    for on in [true, false] {
        let told = bench.registry.tell(Command::Identify(on), |_| true);
        assert_eq!(told, [minted.device]);
        let mut frame = [0; 3];
        stream.read_exact(&mut frame).await.unwrap();
        assert_eq!(frame, [if on { 1 } else { 2 }, 0, 0]);
        let device = minted.device;
        assert!(bench.events.all().contains(&Event::Identify { device, on }));
        assert_eq!(bench.registry.snapshot()[0].identifying, on);
    }
    drop(stream);
    serving.await.unwrap();
}

#[tokio::test]
async fn stopping_tells_devices_and_lets_a_commit_end() {
    let bench = Bench::new();
    let minted = bench.mint();
    let mut device = Device::new(&minted);
    device.stop_at = Some(Stop::CountAttempt);
    let (mut stream, serving) = bench.connect();
    assert_eq!(device.converse(&mut stream).await, None);
    bench.registry.close_all();
    assert_eq!(alert(&mut stream).await, AlertCode::Closing);
    drop(stream);
    serving.await.unwrap();

    device.stop_at = None;
    let (mut stream, serving) = bench.connect();
    let registry = bench.registry.clone();
    let stopping = tokio::spawn(async move {
        // As soon as the configuration is out.
        while !registry
            .snapshot()
            .iter()
            .any(|shown| shown.phase == Phase::Sending)
        {
            tokio::task::yield_now().await;
        }
        registry.close_all();
    });
    let end = device.converse(&mut stream).await;
    assert!(matches!(end, Some(End::Acknowledged(_))), "{end:?}");
    drop(stream);
    serving.await.unwrap();
    stopping.await.unwrap();
}

#[tokio::test]
async fn a_credential_is_on_disk_before_the_device_has_it_and_stays_until_a_receipt() {
    let bench = Bench::new();
    let minted = bench.mint();
    let mut rows = Vec::new();
    let mut psks = Vec::new();
    // The device commits, and its receipt does not arrive: the connection ends,
    // or the daemon does.
    for killed in [false, true] {
        let mut device = Device::new(&minted);
        device.stop_at = Some(Stop::Store);
        let (mut stream, serving) = bench.connect();
        assert_eq!(device.converse(&mut stream).await, None);
        if rows.is_empty() {
            rows.push(row(&minted, &device));
        }
        assert_eq!(pending(&bench), rows, "before anything else happens");
        psks.push(device.given.as_ref().unwrap().psk.clone());
        if killed {
            serving.abort();
            assert!(serving.await.is_err());
        } else {
            drop(stream);
            serving.await.unwrap();
        }
        let serial = device.given.unwrap().serial;
        let (told, reason) = last_failure(&bench);
        assert_eq!(told, Some(serial));
        let expected = format!("the device may have stored configuration {serial}");
        assert!(reason.contains(&expected), "{reason}");
        assert!(reason.contains("pending.csv"), "{reason}");
        assert!(!reason.contains("try again"), "{reason}");
    }
    assert_eq!(pending(&bench), rows, "the device may hold it");
    assert_eq!(psks[0], psks[1], "what it may hold is sent again");
    assert!(!bench.directory.path().join("state/issued.csv").exists());
    // A receipt decides.
    let mut device = Device::new(&minted);
    let stored = provision(&bench, &mut device).await;
    assert_eq!(stored.psk, psks[0]);
    assert!(pending(&bench).is_empty());
    let issued = fs::read_to_string(bench.directory.path().join("state/issued.csv")).unwrap();
    assert!(issued.trim_end().ends_with(&to_hex(&stored.psk)));
    assert_eq!(issued.lines().count(), 2, "the header and what it holds");
    let next = provision(&bench, &mut Device::new(&minted)).await;
    assert_ne!(next.psk, psks[0]);
}

#[tokio::test]
async fn who_knows_the_setup_code_only_is_not_sent_what_the_device_gets() {
    let bench = Bench::new();
    let minted = bench.mint();
    let mut psks = Vec::new();
    for is_device in [false, true, true] {
        let mut device = Device::new(&minted);
        if !is_device {
            let other = Device::new(&Minted::new(&PARAMETERS).unwrap());
            device.factory.identity_key = other.factory.identity_key;
            device.factory.identity_public = other.factory.identity_public;
        }
        device.stop_at = Some(Stop::Store);
        assert_eq!(meet(&bench, &mut device).await, None);
        psks.push(device.given.unwrap().psk);
    }
    assert_ne!(psks[0], psks[1]);
    assert_eq!(psks[1], psks[2]);
    assert_eq!(pending(&bench).len(), 2);
}

#[tokio::test]
async fn a_device_that_could_not_store_may_be_wrong() {
    let bench = Bench::new();
    let minted = bench.mint();
    let mut device = Device::new(&minted);
    device.storage_fails = true;
    let end = meet(&bench, &mut device).await;
    assert!(matches!(end, Some(End::Refused(_))), "{end:?}");
    assert_eq!(pending(&bench), [row(&minted, &device)]);
}

#[tokio::test]
async fn a_receipt_that_cannot_be_noted_is_not_acknowledged_and_nothing_is_forgotten() {
    let bench = Bench::new();
    let minted = bench.mint();
    // A directory in the place of the file: it cannot be appended to.
    let issued = bench.directory.path().join("state/issued.csv");
    fs::create_dir(&issued).unwrap();
    let mut device = Device::new(&minted);
    let end = meet(&bench, &mut device).await;
    assert_eq!(end, Some(End::Theirs(AlertCode::Internal)));
    let names = bench.events.names();
    let ends = ["sending", "trouble", "failed", "disconnected"];
    assert_eq!(names[names.len() - 4..], ends);
    let (serial, reason) = last_failure(&bench);
    assert_eq!(serial, Some(NOW as u32));
    assert!(reason.contains("stored configuration 1000"), "{reason}");
    assert!(reason.contains("pending.csv"), "{reason}");
    assert_eq!(pending(&bench), [row(&minted, &device)]);
    let state = bench.context.state.device(&minted.device).unwrap();
    assert_eq!(state.provisioned, 0);
    // When that is mended, the next receipt counts.
    fs::remove_dir(&issued).unwrap();
    provision(&bench, &mut Device::new(&minted)).await;
    assert!(pending(&bench).is_empty());
}

#[tokio::test]
async fn what_cannot_be_kept_is_not_sent() {
    let bench = Bench::new();
    let minted = bench.mint();
    fs::create_dir(bench.directory.path().join("state/pending.csv")).unwrap();
    let mut device = Device::new(&minted);
    let end = meet(&bench, &mut device).await;
    assert_eq!(end, Some(End::Theirs(AlertCode::Internal)));
    assert!(device.given.is_none());
    assert!(bench.events.failure().contains("pending.csv"));
    assert!(!bench.events.names().contains(&"sending".to_owned()));
}

#[tokio::test]
async fn a_file_that_is_no_inventory_any_more_is_an_internal_error_with_the_line() {
    let bench = Bench::new();
    let minted = bench.mint();
    fs::write(bench.directory.path().join("codes.csv"), "oops").unwrap();
    let (mut stream, serving) = bench.connect();
    let mut device = Device::new(&minted);
    device.stop_at = Some(Stop::Hello);
    assert_eq!(device.converse(&mut stream).await, None);
    // Its path is nothing that somebody on the network is told.
    let expected = (FrameType::Alert, vec![AlertCode::Internal.to_wire()]);
    assert_eq!(frames(&mut stream).await, [expected]);
    drop(stream);
    serving.await.unwrap();
    assert!(bench.events.failure().contains("line 1"));
}

#[cfg(feature = "key-log")]
#[tokio::test]
async fn session_keys_are_logged_when_that_is_asked_for() {
    let mut bench = Bench::new();
    let path = bench.directory.path().join("keys.log");
    let context = std::sync::Arc::get_mut(&mut bench.context).unwrap();
    context.key_log = Some(path.clone());
    let minted = bench.mint();
    provision(&bench, &mut Device::new(&minted)).await;
    let log = fs::read_to_string(&path).unwrap();
    let fields: Vec<&str> = log.lines().last().unwrap().split(',').collect();
    let lengths: Vec<usize> = fields.iter().map(|field| field.len()).collect();
    assert_eq!(lengths, [32, 64, 32, 32]);
    assert_eq!(fields[0], minted.device.to_string());
}
