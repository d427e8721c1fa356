//! Lists, page by page: keyset cursors, so that no page is skipped or repeated while rows come in.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

use super::pepper::Cursors;

/// How many items a page may hold: 1 to 200, 50 where nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(u8);

impl Limit {
    /// The most that a page may hold.
    pub const MOST: u8 = 200;

    /// How many.
    pub const fn get(self) -> usize {
        self.0 as usize
    }
    /// One more, as a query asks for: the extra row tells whether there is a next page.
    pub const fn and_one(self) -> i64 {
        self.0 as i64 + 1
    }
}
impl Default for Limit {
    fn default() -> Self {
        Self(50)
    }
}
impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reads;
        impl de::Visitor<'_> for Reads {
            type Value = Limit;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a limit from 1 to 200")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Limit, E> {
                // Digits only: Rust's parser would take a sign too.
                text.parse()
                    .ok()
                    .filter(|number| (1..=Limit::MOST).contains(number) && !text.starts_with('+'))
                    .map(Limit)
                    .ok_or_else(|| E::custom("expected a limit from 1 to 200"))
            }
        }
        deserializer.deserialize_str(Reads)
    }
}
impl utoipa::PartialSchema for Limit {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Integer)
            .minimum(Some(1))
            .maximum(Some(Self::MOST))
            .default(Some(Self::default().0.into()))
            .into()
    }
}
impl utoipa::ToSchema for Limit {
    fn name() -> std::borrow::Cow<'static, str> {
        "limit".into()
    }
}

/// The query of a plain list. A list with filters has the same two fields in its own struct.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// How many items at most.
    #[serde(default)]
    pub limit: Limit,
    /// `next` of the page before, unchanged.
    pub cursor: Option<String>,
}

/// One page of a list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// Where the next page starts: send it as `cursor`. Missing on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A page of `rows`, of which [`Limit::and_one`] were asked for; `key` is what the list is ordered by.
    pub fn of<R, K: Serialize>(
        mut rows: Vec<R>,
        limit: Limit,
        cursors: &Cursors,
        key: impl Fn(&R) -> K,
        show: impl FnMut(R) -> T,
    ) -> Self {
        let more = rows.len() > limit.get();
        rows.truncate(limit.get());
        let next = rows.last().filter(|_| more).map(|last| cursors.write(&key(last)));
        Self {
            items: rows.into_iter().map(show).collect(),
            next,
        }
    }
}

impl<T> Page<T> {
    /// A page of a query that says itself where the next page starts.
    pub fn until<K: Serialize>(items: Vec<T>, next: Option<K>, cursors: &Cursors) -> Self {
        Self {
            items,
            next: next.map(|key| cursors.write(&key)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_on_each_other_and_end() {
        let all: Vec<i64> = (1..=5).collect();
        let (mut seen, mut paging) = (
            Vec::new(),
            Paging {
                limit: Limit(2),
                cursor: None,
            },
        );
        let cursors = Cursors::of("numbers");
        for _ in 0..3 {
            let after = cursors.read::<(i64,)>(paging.cursor.as_deref()).unwrap();
            let after = after.map_or(0, |key| key.0);
            let rows: Vec<i64> = all
                .iter()
                .copied()
                .filter(|row| *row > after)
                .take(paging.limit.and_one() as usize)
                .collect();
            let page = Page::of(rows, paging.limit, &cursors, |row| (*row,), |row| row);
            seen.extend(page.items);
            paging.cursor = page.next;
        }
        assert_eq!(seen, all);
        assert_eq!(paging.cursor, None);
    }

    #[test]
    fn limits_are_kept() {
        let read = |text: &str| serde_json::from_value::<Limit>(serde_json::json!(text));
        assert_eq!(read("1").unwrap().get(), 1);
        assert_eq!(read("200").unwrap().and_one(), 201);
        for refused in ["0", "201", "256", "-1", "+5", "1.5", "", "x"] {
            assert!(read(refused).is_err(), "{refused}");
        }
    }
}
