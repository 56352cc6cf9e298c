// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! How the front panel is drawn.

use std::collections::VecDeque;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Gauge, Paragraph, Wrap};

use super::model::Model;

const KEYS: &str = " b button   i identify   p power cycle   c setup code   q quit ";

/// The summary itself is printed after the panel is left.
const DONE: &str = " Done: every step succeeded. Board and daemon stay on until q.";

pub fn draw(frame: &mut Frame, model: &Model) {
    let [header, progress, board, consoles, daemon, keys] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Length(5),
        Constraint::Min(4),
        Constraint::Percentage(28),
        Constraint::Length(1),
    ])
    .areas(frame.area());

    let style = Style::new().add_modifier(Modifier::BOLD);
    let (title, style) = match (&model.end, &model.step) {
        (Some(Ok(_)), _) => (DONE.to_owned(), style.fg(Color::Green)),
        (_, Some((number, count, name))) => (format!(" Step {number} of {count}: {name}"), style),
        (_, None) => (" Making ready".to_owned(), style),
    };
    frame.render_widget(Paragraph::new(title).style(style), header);
    let gauge = Gauge::default()
        .gauge_style(Style::new().fg(Color::Cyan))
        .percent(model.progress());
    frame.render_widget(gauge, progress);

    draw_board(frame, model, board);

    let [kernel, applications] = Layout::horizontal([Constraint::Fill(1); 2]).areas(consoles);
    draw_lines(frame, "Kernel", &model.kernel, kernel);
    draw_lines(frame, "Applications", &model.applications, applications);
    draw_lines(frame, "Daemon", &model.daemon, daemon);
    frame.render_widget(Paragraph::new(KEYS).style(Modifier::REVERSED), keys);

    if let Some(Err(failure)) = &model.end {
        draw_failure(frame, failure, daemon);
    }
    if model.code_shown && !model.code.is_empty() {
        draw_code(frame, &model.code);
    }
}

fn draw_board(frame: &mut Frame, model: &Model, area: Rect) {
    let block = Block::bordered().title(" Board ");
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let [lamps, state] =
        Layout::horizontal([Constraint::Length(30), Constraint::Fill(1)]).areas(inner);
    let lamp = |on: bool| match on {
        true => Span::styled(
            "(###)",
            Style::new().fg(Color::Yellow).add_modifier(Modifier::BOLD),
        ),
        false => Span::styled("(   )", Style::new().fg(Color::DarkGray)),
    };
    let owner = if model.lamps.released {
        "tenant's"
    } else {
        "kernel's"
    };
    let leds = vec![
        Line::from("   left      right"),
        Line::from(vec![
            Span::raw("  "),
            lamp(model.lamps.left),
            Span::raw("     "),
            lamp(model.lamps.right),
        ]),
        Line::from(format!("  LEDs are the {owner}")),
    ];
    frame.render_widget(Paragraph::new(leds), lamps);
    let phase = model.phase.map_or("-", |phase| phase.name());
    let lines = vec![
        Line::from(vec![
            Span::raw("phase   "),
            Span::styled(phase, Style::new().add_modifier(Modifier::BOLD)),
        ]),
        Line::from(format!(
            "power   {}",
            if model.powered { "on" } else { "off" }
        )),
        Line::from(format!(
            "button  {}",
            if model.pressed { "pressed" } else { "up" }
        )),
    ];
    frame.render_widget(Paragraph::new(lines), state);
}

/// Shows the newest lines that fit, long ones cut off.
fn draw_lines(frame: &mut Frame, title: &str, lines: &VecDeque<String>, area: Rect) {
    let block = Block::bordered().title(format!(" {title} "));
    let room = usize::from(block.inner(area).height);
    let first = lines.len().saturating_sub(room);
    let shown: Vec<Line> = lines
        .iter()
        .skip(first)
        .map(|line| Line::from(line.as_str()))
        .collect();
    frame.render_widget(Paragraph::new(shown).block(block), area);
}

fn draw_failure(frame: &mut Frame, failure: &str, area: Rect) {
    let block = Block::bordered()
        .title(" Failed ")
        .border_style(Style::new().fg(Color::Red));
    frame.render_widget(Clear, area);
    let paragraph = Paragraph::new(failure)
        .block(block)
        .wrap(Wrap { trim: false });
    frame.render_widget(paragraph, area);
}

/// The setup code and its QR code, over everything else, in the middle.
fn draw_code(frame: &mut Frame, code: &str) {
    let area = frame.area();
    let width = code
        .lines()
        .map(|line| line.chars().count())
        .max()
        .unwrap_or(0) as u16
        + 2;
    let height = code.lines().count() as u16 + 2;
    let (width, height) = (width.min(area.width), height.min(area.height));
    let place = Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    };
    frame.render_widget(Clear, place);
    let block = Block::bordered().title(" Setup code (c hides it) ");
    frame.render_widget(Paragraph::new(code).block(block), place);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panel::Lamps;
    use crate::phase::Phase;
    use crate::report::Report;
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    fn drawn(model: &Model, width: u16, height: u16) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal");
        terminal.draw(|frame| draw(frame, model)).expect("drawn");
        terminal.backend().to_string()
    }

    #[test]
    fn lamps_phase_and_consoles_are_on_the_panel() {
        let mut model = Model::default();
        for report in [
            Report::Power(true),
            Report::Phase(Phase::Connected),
            Report::Lamps(Lamps {
                left: true,
                right: false,
                released: false,
            }),
            Report::Console("hello: endpoint node-1".into()),
            Report::Daemon("connected".into()),
        ] {
            model.take(report);
        }
        let text = drawn(&model, 100, 30);
        for expected in [
            "(###)     (   )",
            "phase   connected",
            "hello: endpoint node-1",
            "connected",
            "q quit",
        ] {
            assert!(text.contains(expected), "{expected} is missing in\n{text}");
        }
    }

    #[test]
    fn no_terminal_is_too_small_to_draw_in() {
        let mut model = Model::default();
        model.take(Report::Code("AAAAA-BBBBB-CCCCC\n".repeat(40)));
        model.take(Report::End(Err("something broke".into())));
        for (width, height) in [(1, 1), (20, 5), (80, 24)] {
            drawn(&model, width, height);
        }
    }
}
