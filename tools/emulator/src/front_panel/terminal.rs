// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The front panel's loop: reports in, keys out.

use std::io;
use std::sync::mpsc::{Receiver, Sender};
use std::time::{Duration, Instant};

use ratatui::crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};

use super::model::Model;
use super::view;
use crate::report::{Command, Report};

/// Redraws each 50 ms: the fastest blink is seen.
const FRAME: Duration = Duration::from_millis(50);
/// How long a pressed button is shown.
const PRESS_SHOWN: Duration = Duration::from_millis(500);

/// Shows the panel until the person quits; tells whether the run succeeded.
pub fn show(reports: &Receiver<Report>, commands: &Sender<Command>) -> io::Result<bool> {
    let mut model = Model::default();
    let mut terminal = ratatui::try_init()?;
    let result = run(&mut terminal, &mut model, reports, commands);
    ratatui::restore();
    result?;
    Ok(match model.end {
        Some(Ok(summary)) => {
            println!("{summary}\n");
            true
        }
        Some(Err(failure)) => {
            println!("FAILED {failure}");
            false
        }
        None => {
            println!("Stopped before the end.");
            false
        }
    })
}

fn run(
    terminal: &mut ratatui::DefaultTerminal,
    model: &mut Model,
    reports: &Receiver<Report>,
    commands: &Sender<Command>,
) -> io::Result<()> {
    let mut pressed: Option<Instant> = None;
    loop {
        while let Ok(report) = reports.try_recv() {
            model.take(report);
        }
        model.pressed = pressed.is_some_and(|at| at.elapsed() < PRESS_SHOWN);
        terminal.draw(|frame| view::draw(frame, model))?;
        if !event::poll(FRAME)? {
            continue;
        }
        let Event::Key(key) = event::read()? else {
            continue;
        };
        if key.kind != KeyEventKind::Press {
            continue;
        }
        let interrupt =
            key.modifiers.contains(KeyModifiers::CONTROL) && key.code == KeyCode::Char('c');
        let command = match key.code {
            _ if interrupt => Command::Quit,
            KeyCode::Char('c') => {
                model.code_shown = !model.code_shown;
                continue;
            }
            KeyCode::Char('b' | ' ') => {
                pressed = Some(Instant::now());
                Command::Button
            }
            KeyCode::Char('i') => Command::Identify,
            KeyCode::Char('p') => Command::PowerCycle,
            KeyCode::Char('q') => Command::Quit,
            _ => continue,
        };
        // A scenario that has ended by itself obeys nothing but needs nothing.
        let gone = commands.send(command).is_err();
        if command == Command::Quit || gone && model.end.is_some() {
            return Ok(());
        }
    }
}
