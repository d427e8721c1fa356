//! A community's colour.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A colour, as CSS writes it: `#` and six hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Colour([u8; 3]);

/// The text is no colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write a colour as # and six hexadecimal digits, such as \"#1f6f5c\"")]
pub struct ColourError;

impl TryFrom<String> for Colour {
    type Error = ColourError;
    fn try_from(text: String) -> Result<Self, ColourError> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6);
        let mut parts = [0; 3];
        data_encoding::HEXLOWER_PERMISSIVE
            .decode_mut(digits.ok_or(ColourError)?.as_bytes(), &mut parts)
            .map_err(|_| ColourError)?;
        Ok(Self(parts))
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self([red, green, blue]) = self;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        colour.to_string()
    }
}

impl JsonSchema for Colour {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Colour".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^#[0-9A-Fa-f]{6}$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_six_digits() {
        assert_eq!(
            Colour::try_from("#1F6f5c".to_owned()).map(|colour| colour.to_string()),
            Ok("#1f6f5c".to_owned())
        );
        for wrong in ["", "#", "1f6f5c", "#1f6f5", "#1f6f5cc", "#1f6f5g", "red", "#ééé"] {
            assert_eq!(Colour::try_from(wrong.to_owned()), Err(ColourError), "{wrong}");
        }
    }
}
