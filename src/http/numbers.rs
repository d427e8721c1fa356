//! Whole numbers, in bodies and in queries. JSON does not tell 5 from 5.0, and JSON Schema takes both for an integer.

use std::{fmt, marker::PhantomData};

use serde::{Deserialize, Deserializer, de};

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

/// A whole number of a query, within bounds; `USUAL` where nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Within<const LEAST: u32, const MOST: u32, const USUAL: u32>(u32);

impl<const LEAST: u32, const MOST: u32, const USUAL: u32> Within<LEAST, MOST, USUAL> {
    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl<const LEAST: u32, const MOST: u32, const USUAL: u32> Default for Within<LEAST, MOST, USUAL> {
    fn default() -> Self {
        Self(USUAL)
    }
}

impl<'de, const LEAST: u32, const MOST: u32, const USUAL: u32> Deserialize<'de> for Within<LEAST, MOST, USUAL> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        // Digits only: Rust's parser would take a sign too.
        let number = text.parse().ok().filter(|_| !text.starts_with('+'));
        number
            .filter(|number| (LEAST..=MOST).contains(number))
            .map(Self)
            .ok_or_else(|| de::Error::custom(format_args!("expected a whole number from {LEAST} to {MOST}")))
    }
}

impl<const LEAST: u32, const MOST: u32, const USUAL: u32> utoipa::PartialSchema for Within<LEAST, MOST, USUAL> {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Integer)
            .minimum(Some(LEAST))
            .maximum(Some(MOST))
            .default(Some(USUAL.into()))
            .into()
    }
}

impl<const LEAST: u32, const MOST: u32, const USUAL: u32> utoipa::ToSchema for Within<LEAST, MOST, USUAL> {
    fn name() -> std::borrow::Cow<'static, str> {
        format!("from_{LEAST}_to_{MOST}_usually_{USUAL}").into()
    }
}

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
    fn bounds_are_kept() {
        let read = |text: &str| serde_json::from_value::<Within<1, 64, 3>>(serde_json::json!(text));
        assert_eq!(Within::<1, 64, 3>::default().get(), 3);
        assert_eq!((read("1").unwrap().get(), read("64").unwrap().get()), (1, 64));
        for refused in ["0", "65", "-1", "+5", "1.5", "", "x", "4294967296"] {
            assert!(read(refused).is_err(), "{refused}");
        }
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
