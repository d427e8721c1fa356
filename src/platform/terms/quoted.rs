//! How a message repeats what somebody sent: never more than its beginning.

use std::borrow::Cow;

/// The most characters of what was sent that stand in a message about it.
pub const QUOTED_MOST: usize = 100;

/// A text as a message repeats it: its first [`QUOTED_MOST`] characters.
pub fn cut(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(QUOTED_MOST) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// The same in quotation marks, and nothing in it breaks a line or turns the text around.
pub fn quoted(text: &str) -> String {
    format!("{:?}", cut(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_repeats_the_beginning_alone() {
        assert_eq!(quoted("a\nb"), r#""a\nb""#);
        assert_eq!(cut(&"字".repeat(100)), "字".repeat(100));
        assert_eq!(cut(&"字".repeat(101)), format!("{}…", "字".repeat(100)));
        assert_eq!(quoted(&"x".repeat(70_000)).chars().count(), 103);
    }
}
