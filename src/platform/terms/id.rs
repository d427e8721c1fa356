//! Typed public ids: a readable prefix and a UUIDv7, written as a TypeID
//! (<https://github.com/jetify-com/typeid/tree/main/spec>, version 0.3):
//! `person_01jd5m3v7ve8sb0p4k2q9x6c1r`.
//!
//! Inside, people are dense `i64` rows ([`super::PersonRow`]), the indexes of the graph; outside,
//! nobody can count them.

use std::{cmp::Ordering, fmt, hash, marker::PhantomData, str::FromStr};

use diesel::{deserialize::FromSqlRow, expression::AsExpression, sql_types::Binary};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use super::{Rng, Timestamp};

/// What an id names; see [`kinds`].
pub trait IdKind: Send + Sync + 'static {
    /// The readable prefix, `[a-z_]`, without the separating underscore.
    const PREFIX: &'static str;
}

/// The kinds of things that have an id of their own.
pub mod kinds {
    macro_rules! kinds {
        ($($(#[$doc:meta])* $name:ident = $prefix:literal),* $(,)?) => {$(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy)]
            pub enum $name {}
            impl super::IdKind for $name {
                const PREFIX: &'static str = $prefix;
            }
        )*};
    }
    kinds! {
        /// A member, past or present.
        Person = "person",
        /// An invite, whatever its kind.
        Invite = "invite",
        /// Places that an admin gave a member or took.
        QuotaGrant = "grant",
        /// One newcomer's way through onboarding.
        Flow = "flow",
        /// Somebody's application to be let in.
        Application = "application",
        /// Some of those who wait, let in at once.
        Draw = "draw",
        /// A real-name case that waits for a person's decision.
        Case = "case",
        /// A reviewer's final refusal of a newcomer, and what it binds.
        Refusal = "refusal",
        /// A signed-in session: the family of its refresh tokens.
        Session = "session",
        /// A sanction on a person.
        Sanction = "sanction",
        /// An action on many people.
        Action = "action",
        /// An appeal against a sanction.
        Appeal = "appeal",
        /// A report of a member by a member.
        Report = "report",
        /// A service that may introspect tokens.
        Service = "service",
        /// What the service found worth a look about somebody.
        Lead = "lead",
        /// Work that outlives a request.
        Job = "job",
        /// One run of an import.
        Import = "import",
        /// A room server that is registered here.
        RoomServer = "server",
        /// Somebody says that they forgot their password.
        PasswordAsk = "ask",
        /// A member wants another address.
        AddressAsk = "change",
        /// A seat in a room; on the room server, the participant's id too.
        Ticket = "ticket",
    }
}

/// A public id of kind `K`.
#[derive(AsExpression, FromSqlRow)]
#[diesel(sql_type = Binary)]
pub struct Id<K: IdKind>(Uuid, PhantomData<fn() -> K>);

// For the API description, whose derive does not see through a generic type.
/// The id of a person.
pub type PersonId = Id<kinds::Person>;
/// The id of an invite.
pub type InviteId = Id<kinds::Invite>;
/// The id of places that an admin gave or took.
pub type QuotaGrantId = Id<kinds::QuotaGrant>;
/// The id of a lead.
pub type LeadId = Id<kinds::Lead>;
/// The id of a flow.
pub type FlowId = Id<kinds::Flow>;
/// The id of an application to be let in.
pub type ApplicationId = Id<kinds::Application>;
/// The id of a draw among those who wait.
pub type DrawId = Id<kinds::Draw>;
/// The id of a case.
pub type CaseId = Id<kinds::Case>;
/// The id of a final refusal.
pub type RefusalId = Id<kinds::Refusal>;
/// The id of a session.
pub type SessionId = Id<kinds::Session>;
/// The id of a sanction.
pub type SanctionId = Id<kinds::Sanction>;
/// The id of an action on many people.
pub type ActionId = Id<kinds::Action>;
/// The id of an appeal against a sanction.
pub type AppealId = Id<kinds::Appeal>;
/// The id of a report.
pub type ReportId = Id<kinds::Report>;
/// The id of a service.
pub type ServiceId = Id<kinds::Service>;
/// The id of a job.
pub type JobId = Id<kinds::Job>;
/// The id of a room server.
pub type RoomServerId = Id<kinds::RoomServer>;
/// The id of a ticket.
pub type TicketId = Id<kinds::Ticket>;

/// Why a text is not an id of the kind that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an id of the form {prefix}_ followed by 26 characters of 0-9 a-z without i l o u")]
pub struct IdError {
    /// The prefix that was expected.
    pub prefix: &'static str,
}

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// What a byte of a text stands for.
const VALUES: [u8; 256] = {
    let mut values = [NO_LETTER; 256];
    let mut value = 0;
    while value < ALPHABET.len() {
        values[ALPHABET[value] as usize] = value as u8;
        value += 1;
    }
    values
};
const NO_LETTER: u8 = u8::MAX;

impl<K: IdKind> Id<K> {
    /// A new UUIDv7 (RFC 9562 §5.7): milliseconds of `now`, then 74 random bits.
    pub fn new(now: Timestamp, rng: &dyn Rng) -> Self {
        let mut random = [0u8; 10];
        rng.fill(&mut random);
        let millis = u64::try_from(now.micros() / 1000).unwrap_or(0);
        Self::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// The id that stands for this UUID.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid, PhantomData)
    }

    /// The UUID inside.
    pub const fn uuid(&self) -> Uuid {
        self.0
    }

    /// The sixteen bytes inside, as they are stored.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

/// As long as the text of any id is.
const LONGEST: usize = 48;

impl<K: IdKind> Id<K> {
    /// Writes the text to the end of `space`, and answers it. An answer may be full of ids, so
    /// that they go past the formatting machinery.
    fn write(self, space: &mut [u8; LONGEST]) -> &str {
        let bits = self.0.as_u128();
        let start = LONGEST - 26;
        for (place, letter) in space[start..].iter_mut().rev().enumerate() {
            *letter = ALPHABET[((bits >> (5 * place)) & 31) as usize];
        }
        let prefix = K::PREFIX.as_bytes();
        let from = start - 1 - prefix.len();
        space[start - 1] = b'_';
        space[from..start - 1].copy_from_slice(prefix);
        str::from_utf8(&space[from..]).unwrap_or_default()
    }
}

impl<K: IdKind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.write(&mut [0; LONGEST]))
    }
}

impl<K: IdKind> FromStr for Id<K> {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let refused = IdError { prefix: K::PREFIX };
        let letters = text
            .strip_prefix(K::PREFIX)
            .and_then(|rest| rest.strip_prefix('_'))
            .filter(|letters| letters.len() == 26)
            .ok_or_else(|| refused.clone())?;
        let mut bits: u128 = 0;
        for (place, letter) in letters.bytes().enumerate() {
            let value = VALUES[usize::from(letter)];
            if value == NO_LETTER {
                return Err(refused);
            }
            // 26 letters carry 130 bits: the first may not exceed 7.
            if place == 0 && value > 7 {
                return Err(refused);
            }
            bits = (bits << 5) | u128::from(value);
        }
        Ok(Self::from_uuid(Uuid::from_u128(bits)))
    }
}

// By hand, because a derive would demand the same of the marker `K`.
impl<K: IdKind> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K: IdKind> Copy for Id<K> {}
impl<K: IdKind> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K: IdKind> Eq for Id<K> {}
impl<K: IdKind> hash::Hash for Id<K> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<K: IdKind> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<K: IdKind> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}
impl<K: IdKind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl<K: IdKind> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.write(&mut [0; LONGEST]))
    }
}
impl<'de, K: IdKind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}
impl<K: IdKind> schemars::JsonSchema for Id<K> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("{}_id", K::PREFIX).into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": format!("^{}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$", K::PREFIX),
        })
    }
}
impl<K: IdKind> utoipa::PartialSchema for Id<K> {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some(format!("^{}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$", K::PREFIX)))
            .into()
    }
}
impl<K: IdKind> utoipa::ToSchema for Id<K> {
    fn name() -> std::borrow::Cow<'static, str> {
        format!("{}_id", K::PREFIX).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A vector of the TypeID specification.
    #[test]
    fn writes_and_reads_what_the_specification_shows() {
        let uuid = Uuid::parse_str("01890a5d-ac96-774b-bcce-b302099a8057").unwrap();
        let id = Id::<kinds::Person>::from_uuid(uuid);
        assert_eq!(id.to_string(), "person_01h455vb4pex5vsknk084sn02q");
        assert_eq!("person_01h455vb4pex5vsknk084sn02q".parse(), Ok(id));
    }

    #[test]
    fn refuses_another_kind_and_another_alphabet() {
        for text in [
            "invite_01h455vb4pex5vsknk084sn02q",
            "person_81h455vb4pex5vsknk084sn02q",
            "person_01h455vb4pex5vsknk084sn02u",
            "person_01h455vb4pex5vsknk084sn02",
            "person_01H455VB4PEX5VSKNK084SN02Q",
            "",
        ] {
            assert!(text.parse::<Id<kinds::Person>>().is_err(), "{text}");
        }
    }
}
