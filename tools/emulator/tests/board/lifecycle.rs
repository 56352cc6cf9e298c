// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What a person does with the button, and what stays in the flash.

use std::fs;
use std::time::{Duration, Instant};

use emulator::button;
use emulator::clock;
use emulator::daemon;
use emulator::failure::{Failure, Result, While};
use emulator::image;
use emulator::memory::find;
use emulator::phase::Phase;
use emulator::rig::{Mark, Rig, Seen};
use emulator::scenario::{Provisioned, wait_provisioned, wait_tenant};
use provisioning_storage::layout::{ERASED, PAGE_LEN, Page};
use provisioning_storage::slot::HEADER_LEN;

use crate::secrets::{PSK, hex, keys_in};
use crate::support::{
    BLOCK, Bench, LIMIT, STALLS, advance_to_restart, check_leds, require, stalled, starts,
    wait_restart,
};
use crate::tenants;

/// In the board's time: ten minutes, and some more.
const NOBODY_CAME: Duration = Duration::from_secs(640);

/// How long the button is held for everything to be cleared, in the board's time.
const HOLD: Duration = Duration::from_secs(10);
/// In the board's time: what was due so long ago has not come.
const LONG_AGO: Duration = Duration::from_secs(10);

/// Provisions the board and switches it off again.
fn provisioned(bench: &mut Bench) -> Result<Provisioned> {
    let given = bench.provision()?;
    bench.rig().power_off()?;
    bench.rig().kill_daemon();
    Ok(given)
}

/// Switches the board on and presses the button twice in the window. When the host stood
/// still meanwhile, that is done again on the same flash.
pub fn press_twice(bench: &mut Bench) -> Result<Mark> {
    let before = bench.flash()?;
    for _ in 0..STALLS {
        let mark = bench.power_on()?;
        let rig = bench.rig();
        rig.wait_phase(mark, Phase::BootWindow, LIMIT)?;
        if rig.press_button_twice()? {
            rig.wait_phase(mark, Phase::Looking, LIMIT)?;
            return Ok(mark);
        }
        rig.power_off()?;
        bench.replace_flash(&before)?;
    }
    Err(stalled())
}

fn announced(rig: &Rig, from: Mark, phase: Phase) -> bool {
    rig.phases(from).contains(&phase)
}

/// Nobody comes: the tenants start with the configuration that there was, and
/// not a byte of the slots has changed.
pub fn nobody_comes(bench: &mut Bench) -> Result<()> {
    let given = provisioned(bench)?;
    let before = bench.flash()?;
    let second = press_twice(bench)?;
    let rig = bench.rig();
    require(
        announced(rig, second, Phase::Button),
        "the button was answered to",
        rig.phases(second),
    )?;
    rig.wait_advancing(second, "for the tenants", NOBODY_CAME, |seen| {
        (*seen == Seen::Phase(Phase::Tenant)).then_some(())
    })?;
    let waited = clock::duration(rig.machine()?.clock.ticks()?);
    require(
        waited > Duration::from_secs(600),
        "the board waited for ten minutes",
        waited,
    )?;
    wait_tenant(rig, second, &given.endpoint, LIMIT)?;
    rig.power_off()?;
    require(
        bench.flash()? == before,
        "not a byte of the flash changed",
        (),
    )
}

/// Two presses let another daemon take over, without a wipe.
pub fn another_daemon(bench: &mut Bench) -> Result<()> {
    let given = provisioned(bench)?;
    let mut other = bench.fixture.daemon.clone();
    other.state = bench.directory.join("other-state");
    other.endpoint_pattern = Some("other-{id}".to_owned());
    bench.start_daemon_with(&other)?;
    let second = press_twice(bench)?;
    let rig = bench.rig();
    let after = wait_provisioned(rig, second, LIMIT)?;
    wait_tenant(rig, second, &after.endpoint, LIMIT)?;
    require(
        after.endpoint != given.endpoint && !announced(rig, second, Phase::Wiping),
        "another configuration came without a wipe",
        (&after, rig.phases(second)),
    )?;
    check_leds(rig)
}

/// A refused configuration and a storage fault leave the one before in force.
pub fn failed_attempt(bench: &mut Bench) -> Result<()> {
    let given = provisioned(bench)?;
    let mut bad = bench.fixture.daemon.clone();
    bad.default_route = String::new();
    bad.invalid = true;
    bench.start_daemon_with(&bad)?;
    let second = press_twice(bench)?;
    let rig = bench.rig();
    rig.wait_daemon(second, "refused", LIMIT)?;
    wait_restart(rig, second)?;
    rig.kill_daemon();
    wait_tenant(rig, second, &given.endpoint, LIMIT)?;
    rig.power_off()?;

    // The flash takes nothing any more.
    bench.rig().machine_settings().flash_fails = true;
    bench.start_daemon()?;
    let third = press_twice(bench)?;
    let rig = bench.rig();
    rig.wait_phase(third, Phase::Failed, LIMIT)?;
    rig.kill_daemon();
    advance_to_restart(rig, third, Duration::from_secs(70))?;
    wait_tenant(rig, third, &given.endpoint, LIMIT)?;
    check_leds(rig)
}

/// A hold that begins in the window and ends long after it wipes. The daemon that
/// was known is forgotten, so that another one takes over.
pub fn hold(bench: &mut Bench) -> Result<()> {
    let before = provisioned(bench)?;
    let image = bench.flash()?;
    let mut other = bench.fixture.daemon.clone();
    other.state = bench.directory.join("other-state");
    other.endpoint_pattern = Some("other-{id}".to_owned());
    bench.start_daemon_with(&other)?;
    let second = bench.power_on()?;
    let rig = bench.rig();
    rig.wait_phase(second, Phase::BootWindow, LIMIT)?;
    let pressed = rig.machine()?.clock.ticks()?;
    rig.shift_button(true)?;
    rig.wait_phase(second, Phase::Button, LIMIT)?;
    let held = |rig: &mut Rig| -> Result<Duration> {
        Ok(clock::duration(rig.machine()?.clock.ticks()? - pressed))
    };
    while !announced(rig, second, Phase::Wiping) && held(rig)? < HOLD + LONG_AGO {
        rig.advance(clock::LONGEST_JUMP)?;
    }
    let time = held(rig)?;
    require(
        time >= HOLD,
        "nothing happened before the button was held long enough",
        time,
    )?;
    let phases = rig.phases(second);
    require(
        phases.starts_with(&[Phase::BootWindow, Phase::Button, Phase::Wiping]),
        "the hold wipes, and nothing comes between",
        &phases,
    )?;
    rig.wait_console(second, "button held", LIMIT)?;
    rig.shift_button(false)?;
    let after = wait_provisioned(rig, second, LIMIT)?;
    require(
        after.serial > before.serial,
        "the serial number rose",
        (before, &after),
    )?;
    wait_tenant(rig, second, &after.endpoint, LIMIT)?;
    rig.power_off()?;
    check_leds(rig)?;
    let left = bench.flash()?;
    require(
        after.endpoint.starts_with("other-") && left.journal().attempts == 0,
        "the other daemon took over, and no attempt is counted",
        (&after, left.journal()),
    )?;
    require(
        left.page(Page::Factory) == image.page(Page::Factory),
        "the factory page was not touched",
        (),
    )
}

/// A button that sticks is obeyed once; then it is told, and not obeyed again.
pub fn stuck_button(bench: &mut Bench) -> Result<()> {
    provisioned(bench)?;
    let second = bench.power_on()?;
    let rig = bench.rig();
    rig.wait_phase(second, Phase::BootWindow, LIMIT)?;
    rig.shift_button(true)?;
    rig.wait_phase(second, Phase::Button, LIMIT)?;
    rig.advance(Duration::from_secs(40))?;
    bench.start_daemon()?;
    let rig = bench.rig();
    rig.wait_advancing(second, "for the daemon", NOBODY_CAME, |seen| {
        matches!(seen, Seen::Daemon(event) if event.name == "hello").then_some(())
    })?;
    let given = wait_provisioned(rig, second, LIMIT)?;
    wait_tenant(rig, second, &given.endpoint, LIMIT)?;
    let wipes = rig.phases(second);
    let wipes = wipes.iter().filter(|phase| **phase == Phase::Wiping);
    require(wipes.count() == 1, "it was obeyed once", rig.phases(second))?;
    let told = "the button was down all the time and was not obeyed";
    rig.wait_console(second, told, LIMIT)?;
    Ok(())
}

/// Switches the board on with the button down. The emulated keyboard drops what
/// comes before its driver runs, so that the key goes down again and again until
/// the board says where it stands.
fn power_on_pressed(bench: &mut Bench) -> Result<Mark> {
    let mark = bench.power_on()?;
    let rig = bench.rig();
    let start = Instant::now();
    while rig.phases(mark).is_empty() {
        require(start.elapsed() < LIMIT, "the board starts", start.elapsed())?;
        button::set(&mut rig.machine()?.qmp, true)?;
        rig.pump(Duration::ZERO)?;
    }
    Ok(mark)
}

/// A button that is down from power-on on is told and not obeyed: the tenants
/// start when the window is over, and nothing is wiped.
pub fn stuck_from_power_on(bench: &mut Bench) -> Result<()> {
    /// On a host that is busy the key may first get through in the window.
    const TRIES: usize = 20;
    let given = provisioned(bench)?;
    let before = bench.flash()?;
    for _ in 0..TRIES {
        let mark = power_on_pressed(bench)?;
        let rig = bench.rig();
        let what = "for the tenants, or the button";
        let next = rig.wait(mark, what, LIMIT, |seen| match seen {
            Seen::Phase(phase @ (Phase::Tenant | Phase::Button)) => Some(*phase),
            _ => None,
        })?;
        if next == Phase::Button {
            rig.power_off()?;
            continue;
        }
        let told = "the button was down all the time and was not obeyed";
        rig.wait_console(mark, told, LIMIT)?;
        wait_tenant(rig, mark, &given.endpoint, LIMIT)?;
        // Nor does it count later on, as a hold or a press.
        rig.advance(Duration::from_secs(30))?;
        rig.shift_button(false)?;
        rig.advance(Duration::from_secs(2))?;
        let phases = rig.phases(mark);
        require(
            phases == [Phase::BootWindow, Phase::Tenant],
            "there was nothing but the boot window before the tenants",
            &phases,
        )?;
        rig.power_off()?;
        require(
            bench.flash()? == before,
            "not a byte of the flash changed",
            (),
        )?;
        return Ok(());
    }
    Err(Failure::new(
        "starting with the button down",
        format!("in {TRIES} tries the key never came before the window"),
    ))
}

/// A provisioner that faults more often than it is restarted is no end: it is
/// started again, ever more slowly, and the board goes on meanwhile.
pub fn stopped_provisioner(bench: &mut Bench) -> Result<()> {
    let program = bench.rig().machine_settings().program.clone();
    let whole = fs::read(&program).doing(|| format!("reading {}", program.display()))?;
    tenants::change(bench, |image| tenants::spoil(image, "provisioner"))?;
    bench.start_daemon()?;
    let first = bench.power_on()?;
    let rig = bench.rig();
    for seconds in [2, 4, 8] {
        let told = format!("the provisioner has stopped, and is started again in {seconds} s");
        rig.wait_console(first, &told, LIMIT)?;
    }
    let phases = rig.phases(first);
    require(
        phases == [Phase::Looking] && starts(rig, first) == 1,
        "the board looks for the daemon all the time",
        &phases,
    )?;
    let pressed = rig.mark();
    rig.press_button()?;
    rig.wait_phase(pressed, Phase::Wiping, LIMIT)?;
    rig.wait_phase(pressed, Phase::Looking, LIMIT)?;
    rig.power_off()?;
    check_leds(rig)?;

    fs::write(&program, whole).doing(|| format!("writing {}", program.display()))?;
    let second = bench.power_on()?;
    let rig = bench.rig();
    let given = wait_provisioned(rig, second, LIMIT)?;
    wait_tenant(rig, second, &given.endpoint, LIMIT)
}

/// After a wipe nothing of what was secret is anywhere in the flash.
pub fn wiped_clean(bench: &mut Bench) -> Result<()> {
    let credentials = bench.directory.join("credentials.csv");
    let key_log = bench.directory.join("keys.log");
    let device = bench.fixture.minted.device.clone();
    let identity = "identity-of-the-test";
    let row = format!("{device},{identity},{}\n", hex(&PSK));
    fs::write(&credentials, row).doing(|| "writing the credentials".into())?;
    bench.fixture.daemon.credentials = Some(credentials);
    bench.fixture.daemon.key_log = Some(key_log.clone());
    let first = provisioned(bench)?;
    // Again, so that both slots were used.
    bench.start_daemon()?;
    let second = press_twice(bench)?;
    let rig = bench.rig();
    let again = wait_provisioned(rig, second, LIMIT)?;
    wait_tenant(rig, second, &again.endpoint, LIMIT)?;
    rig.power_off()?;
    rig.kill_daemon();

    let image = bench.flash()?;
    let mut secrets: Vec<(String, Vec<u8>)> = vec![
        ("the PSK".into(), PSK.to_vec()),
        ("the identity".into(), identity.into()),
        ("the endpoint name".into(), first.endpoint.into()),
        ("the endpoint name".into(), again.endpoint.into()),
    ];
    let mut sealed = 0;
    for slot in [Page::SlotA, Page::SlotB] {
        let page = image.page(slot);
        let used = page.iter().rposition(|byte| *byte != ERASED);
        for piece in page[..used.map_or(0, |last| last + 1)].chunks_exact(8) {
            secrets.push(("a sealed part".into(), piece.to_vec()));
            sealed += 1;
        }
    }
    require(sealed > 50, "both slots were in use", sealed)?;
    let log = fs::read_to_string(&key_log).doing(|| format!("reading {}", key_log.display()))?;
    let factory = image.factory()?;
    secrets.extend(
        keys_in(&log)
            .into_iter()
            .filter(|key| key[..] != factory.device_id[..])
            .map(|key| ("a key of the session".to_owned(), key)),
    );

    let third = bench.power_on()?;
    let rig = bench.rig();
    rig.wait_phase(third, Phase::BootWindow, LIMIT)?;
    rig.press_button()?;
    rig.wait_console(third, "configuration wiped", LIMIT)?;
    rig.power_off()?;
    let after = bench.flash()?;
    require(
        after.page(Page::Factory) == image.page(Page::Factory),
        "the factory page was not touched",
        (),
    )?;
    for (name, secret) in &secrets {
        // Zeros and padding of a header are everywhere.
        let plain = secret.iter().all(|byte| [0, ERASED].contains(byte));
        if let Some(at) = find(after.bytes(), secret).filter(|_| !plain) {
            return Err(Failure::new(
                "searching the wiped flash",
                format!("{name} lies at {at:#x}"),
            ));
        }
    }
    Ok(())
}

/// Writes pages of one image into the board's.
fn put(bench: &mut Bench, from: &[u8], pages: &[Page]) -> Result<()> {
    let path = bench.rig().machine_settings().flash.clone();
    let doing = || format!("changing {}", path.display());
    let mut bytes = fs::read(&path).doing(doing)?;
    for page in pages {
        let start = page.number() * BLOCK;
        bytes[start..start + PAGE_LEN].copy_from_slice(&from[start..start + PAGE_LEN]);
    }
    fs::write(&path, bytes).doing(doing)
}

/// A slot that is damaged gives way to the one before; when neither is whole, the
/// board says so and is provisioned, and each answer has its own words.
pub fn corrupt_slots(bench: &mut Bench) -> Result<()> {
    let first = bench.power_on()?;
    let rig = bench.rig();
    rig.wait_console(first, "no configuration is stored", LIMIT)?;
    rig.wait_phase(first, Phase::Looking, LIMIT)?;
    rig.power_off()?;
    let old = provisioned(bench)?;
    bench.fixture.daemon.endpoint_pattern = Some("newer-{id}".to_owned());
    bench.start_daemon()?;
    let second = press_twice(bench)?;
    let rig = bench.rig();
    rig.wait_console(second, "configuration found", LIMIT)?;
    let new = wait_provisioned(rig, second, LIMIT)?;
    wait_tenant(rig, second, &new.endpoint, LIMIT)?;
    rig.power_off()?;
    rig.kill_daemon();

    // The second configuration went to the second slot.
    damage(bench, Page::SlotB)?;
    let third = bench.power_on()?;
    let rig = bench.rig();
    rig.wait_console(third, "not stored whole, using the one before", LIMIT)?;
    wait_tenant(rig, third, &old.endpoint, LIMIT)?;
    rig.power_off()?;

    damage(bench, Page::SlotA)?;
    bench.start_daemon()?;
    let fourth = bench.power_on()?;
    let rig = bench.rig();
    rig.wait_console(fourth, "damaged and is not used", LIMIT)?;
    let last = wait_provisioned(rig, fourth, LIMIT)?;
    wait_tenant(rig, fourth, &last.endpoint, LIMIT)?;
    require(
        last.serial > new.serial && !announced(rig, fourth, Phase::Wiping),
        "another configuration took the place of the damaged ones",
        (new, &last),
    )?;
    check_leds(rig)
}

/// Changes a bit of what is sealed in the slot.
fn damage(bench: &mut Bench, slot: Page) -> Result<()> {
    let mut bytes = bench.flash()?.bytes().to_vec();
    bytes[slot.number() * BLOCK + HEADER_LEN + 5] ^= 1;
    put(bench, &bytes, &[slot])
}

/// A configuration does not open on another device.
pub fn copied(bench: &mut Bench) -> Result<()> {
    let given = provisioned(bench)?;
    let image = bench.flash()?;
    // The same board with another device's factory page.
    let flash = bench.directory.join("other.img");
    image::erased_configuration(&flash)?;
    let folder = bench.directory.join("other");
    daemon::mint(&bench.parts.provisiond, &folder, &flash)?;
    let other = fs::read(&flash).doing(|| "reading the other device's flash".into())?;
    put(bench, &other, &[Page::Factory])?;
    let second = bench.power_on()?;
    let rig = bench.rig();
    // Who reads the console learns what this board cannot do better.
    let kept = "the root secret is in the factory page, not in hardware";
    rig.wait_console(second, kept, LIMIT)?;
    rig.wait_console(second, "damaged and is not used", LIMIT)?;
    rig.wait_phase(second, Phase::Looking, LIMIT)?;
    rig.power_off()?;
    // Back on the first device it does.
    put(bench, image.bytes(), &[Page::Factory])?;
    let third = bench.power_on()?;
    wait_tenant(bench.rig(), third, &given.endpoint, LIMIT)
}

/// An older image of the slot page that is put back is refused, and erased.
pub fn rolled_back(bench: &mut Bench) -> Result<()> {
    provisioned(bench)?;
    let old = bench.flash()?;
    for _ in 0..2 {
        bench.start_daemon()?;
        let mark = press_twice(bench)?;
        let rig = bench.rig();
        let given = wait_provisioned(rig, mark, LIMIT)?;
        wait_tenant(rig, mark, &given.endpoint, LIMIT)?;
        rig.power_off()?;
        rig.kill_daemon();
    }
    put(bench, old.bytes(), &[Page::SlotA, Page::SlotB])?;
    let mark = bench.power_on()?;
    let rig = bench.rig();
    rig.wait_console(mark, "older than one before, refused", LIMIT)?;
    rig.wait_phase(mark, Phase::Looking, LIMIT)?;
    rig.power_off()?;
    let left = bench.flash()?;
    for slot in [Page::SlotA, Page::SlotB] {
        let erased = left.page(slot).iter().all(|byte| *byte == ERASED);
        require(erased, "what was put back is erased", slot)?;
    }
    Ok(())
}
