//! `vouchsafe check`: is the configuration sound, and what is it?

use std::io::{self, Write};

use crate::config::{Config, Mistake};

/// Tells every mistake, one a paragraph; or that there is none, and the configuration that counts as TOML,
/// with `[redacted]` in the place of secrets. Answers whether it is sound.
///
/// # Errors
/// Only of writing to `out`.
pub fn run(load: Result<Config, Vec<Mistake>>, out: &mut impl Write) -> io::Result<bool> {
    match load {
        Ok(config) => {
            let shown = toml::to_string_pretty(&config).map_err(io::Error::other)?;
            write!(out, "configuration is sound\n\n{shown}")?;
            Ok(true)
        }
        Err(mistakes) => {
            let paragraphs: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
            writeln!(out, "{}", paragraphs.join("\n\n"))?;
            Ok(false)
        }
    }
}
