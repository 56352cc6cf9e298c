// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! QR codes in a terminal, two modules per character.

use qrcode::{Color, EcLevel, QrCode};

/// Light modules around the code (ISO/IEC 18004 asks for four; two are read
/// well and keep it small on a terminal).
const QUIET_ZONE: usize = 2;

/// Draws `text` with half blocks. Light modules are drawn, so that it reads
/// right on a dark terminal; most readers take the inverse as well. `None` when
/// the text is too long for a QR code.
pub fn half_blocks(text: &[u8]) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let light = |x: usize, y: usize| {
        let inside = (QUIET_ZONE..width + QUIET_ZONE).contains(&x)
            && (QUIET_ZONE..width + QUIET_ZONE).contains(&y);
        !inside || code[(x - QUIET_ZONE, y - QUIET_ZONE)] == Color::Light
    };
    let size = width + 2 * QUIET_ZONE;
    let mut drawn = String::new();
    for y in (0..size).step_by(2) {
        for x in 0..size {
            // Below the last row is nothing.
            let below = y + 1 < size && light(x, y + 1);
            drawn.push(match (light(x, y), below) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            });
        }
        drawn.push('\n');
    }
    Some(drawn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drawing_shows_the_finder_pattern_inside_a_quiet_zone() {
        let drawn = half_blocks(b"TOCKPROV:2:00:00").unwrap();
        let lines: Vec<&str> = drawn.lines().collect();
        let width = lines[0].chars().count();
        assert!(lines.iter().all(|line| line.chars().count() == width));
        assert!(lines[0].chars().all(|c| c == '█'), "{drawn}");
        // Rows 2 and 3: quiet zone, then the top left finder pattern.
        assert!(lines[1].starts_with("██ ▄▄▄▄▄ █"), "{drawn}");
    }

    #[test]
    fn too_long_a_text_is_no_panic() {
        assert_eq!(half_blocks(&[0; 4_000]), None);
    }
}
