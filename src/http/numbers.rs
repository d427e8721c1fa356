//! Whole numbers in bodies. JSON does not tell 5 from 5.0, and JSON Schema takes both for an integer.

use std::{fmt, marker::PhantomData};

use serde::{Deserializer, de};

/// Reads a whole number of type `T`: `#[serde(deserialize_with = "whole")]`.
pub fn whole<'de, T: TryFrom<i64>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_any(Whole(PhantomData))
}

/// The same, or null; a member that may be left out needs `default` beside it.
pub fn whole_or_null<'de, T: TryFrom<i64>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    struct OrNull<T>(PhantomData<T>);
    impl<'de, T: TryFrom<i64>> de::Visitor<'de> for OrNull<T> {
        type Value = Option<T>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a whole number that is not negative, or null")
        }
        fn visit_unit<E: de::Error>(self) -> Result<Option<T>, E> {
            Ok(None)
        }
        fn visit_none<E: de::Error>(self) -> Result<Option<T>, E> {
            Ok(None)
        }
        fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
            whole(deserializer).map(Some)
        }
    }
    deserializer.deserialize_option(OrNull(PhantomData))
}

struct Whole<T>(PhantomData<T>);

impl<T: TryFrom<i64>> de::Visitor<'_> for Whole<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number in the range that the API description gives")
    }
    fn visit_i64<E: de::Error>(self, number: i64) -> Result<T, E> {
        T::try_from(number).map_err(|_| E::invalid_value(de::Unexpected::Signed(number), &self))
    }
    fn visit_u64<E: de::Error>(self, number: u64) -> Result<T, E> {
        let known = i64::try_from(number).ok().and_then(|number| T::try_from(number).ok());
        known.ok_or_else(|| E::invalid_value(de::Unexpected::Unsigned(number), &self))
    }
    fn visit_f64<E: de::Error>(self, number: f64) -> Result<T, E> {
        // 2^53: up to there a double names each whole number.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        let known = (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64);
        let known = known.and_then(|number| T::try_from(number).ok());
        known.ok_or_else(|| E::invalid_value(de::Unexpected::Float(number), &self))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Wanted {
        #[serde(deserialize_with = "whole")]
        seats: u32,
        #[serde(default, deserialize_with = "whole_or_null")]
        uses: Option<u32>,
    }

    #[test]
    fn a_whole_number_is_one_however_it_is_written() {
        for (text, read) in [
            (r#"{"seats":5}"#, Some((5, None))),
            (r#"{"seats":5.0,"uses":5e1}"#, Some((5, Some(50)))),
            (r#"{"seats":4294967295,"uses":null}"#, Some((u32::MAX, None))),
            (r#"{"seats":0.0,"uses":-0.0}"#, Some((0, Some(0)))),
            (r#"{"seats":5.5}"#, None),
            (r#"{"seats":-1}"#, None),
            (r#"{"seats":-1.0}"#, None),
            (r#"{"seats":4294967296}"#, None),
            (r#"{"seats":4294967296.0}"#, None),
            (r#"{"seats":1e300}"#, None),
            (r#"{"seats":18446744073709551615}"#, None),
            (r#"{"seats":"5"}"#, None),
            (r#"{"seats":null}"#, None),
            (r#"{"seats":true}"#, None),
            (r#"{"uses":1}"#, None),
            (r#"{"seats":1,"uses":[1]}"#, None),
        ] {
            let wanted = read.map(|(seats, uses)| Wanted { seats, uses });
            assert_eq!(serde_json::from_str(text).ok(), wanted, "{text}");
        }
    }
}
