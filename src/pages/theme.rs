//! The community's colour, made readable: whatever was chosen, text on it and links in it have the contrast that WCAG
//! 2.2 asks for (1.4.3: 4.5 to 1).

use std::fmt::Write;

const ENOUGH: f64 = 4.5;
/// The backgrounds of the style sheet, light and dark.
const LIGHT: Rgb = Rgb([255, 255, 255]);
const DARK: Rgb = Rgb([22, 24, 29]);

/// A colour: red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rgb(pub(super) [u8; 3]);

impl Rgb {
    /// Reads six hexadecimal digits.
    pub(super) fn parse(hex: &str) -> Option<Self> {
        let digits = Some(hex).filter(|hex| hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
        Some(Self([part(0)?, part(2)?, part(4)?]))
    }

    fn text(self) -> String {
        let Self([red, green, blue]) = self;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }

    /// Relative luminance (WCAG 2.2).
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        };
        let Self([red, green, blue]) = self;
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance() + 0.05, other.luminance() + 0.05);
        if one > two { one / two } else { two / one }
    }

    /// A step of a twentieth towards another colour.
    fn towards(self, other: Self) -> Self {
        let mut mixed = self.0;
        for (part, aim) in mixed.iter_mut().zip(other.0) {
            let step = (i16::from(aim) - i16::from(*part)) / 20;
            let least = (i16::from(aim) - i16::from(*part)).signum();
            let next = i16::from(*part) + if step == 0 { least } else { step };
            *part = u8::try_from(next.clamp(0, 255)).unwrap_or(aim);
        }
        Self(mixed)
    }

    /// The nearest shade that can be read on `ground`.
    fn readable_on(self, ground: Self) -> Self {
        let away = if ground.luminance() > 0.5 {
            Self([0; 3])
        } else {
            Self([255; 3])
        };
        let mut shade = self;
        while shade.contrast(ground) < ENOUGH && shade != away {
            shade = shade.towards(away);
        }
        shade
    }

    /// Black or white, whichever can be read on it: one of them always can.
    fn ink(self) -> Self {
        let white = Self([255; 3]);
        if self.contrast(white) >= ENOUGH {
            white
        } else {
            Self([0; 3])
        }
    }
}

/// The style sheet of a colour.
pub(super) fn sheet(colour: Rgb) -> String {
    let mut sheet = String::new();
    let rules = |ground: Rgb| {
        let accent = colour.readable_on(ground);
        format!(
            ":root{{--accent:{};--on-accent:{}}}",
            accent.text(),
            accent.ink().text()
        )
    };
    let (light, dark) = (rules(LIGHT), rules(DARK));
    // A text is written to without fail.
    let _ = write!(sheet, "{light}@media(prefers-color-scheme:dark){{{dark}}}");
    sheet
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_wcag() {
        let [black, white] = [Rgb([0; 3]), Rgb([255; 3])];
        assert!((black.contrast(white) - 21.0).abs() < 1e-9);
        // #767676 is the lightest grey that can be read on white.
        assert!(Rgb::parse("767676").unwrap().contrast(white) >= ENOUGH);
        assert!(Rgb::parse("777777").unwrap().contrast(white) < ENOUGH);
    }

    #[test]
    fn every_colour_can_be_read() {
        for red in (0..=255).step_by(15) {
            for green in (0..=255).step_by(15) {
                for blue in (0..=255).step_by(15) {
                    let colour = Rgb([red, green, blue].map(|part: u16| u8::try_from(part).unwrap()));
                    for ground in [LIGHT, DARK] {
                        let accent = colour.readable_on(ground);
                        assert!(
                            accent.contrast(ground) >= ENOUGH,
                            "{colour:?} on {ground:?}: {accent:?}"
                        );
                        assert!(accent.contrast(accent.ink()) >= ENOUGH, "on {accent:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn only_six_digits_are_a_colour() {
        assert_eq!(Rgb::parse("1f6f5c"), Some(Rgb([0x1f, 0x6f, 0x5c])));
        for wrong in ["", "fff", "#1f6f5", "1f6f5c;", "１f6f5c", "}body{"] {
            assert_eq!(Rgb::parse(wrong), None, "{wrong}");
        }
    }
}
