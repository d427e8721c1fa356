//! The closed vocabularies that several capabilities share.

use serde::{Deserialize, Serialize};

/// A member's dense row number: the index of the graph, never reused, never shown outside.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = diesel::sql_types::BigInt)]
#[serde(transparent)]
pub struct PersonRow(pub i64);

/// A room's row number, never reused. Outside a room goes by the id that its admin chose.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = diesel::sql_types::BigInt)]
#[serde(transparent)]
pub struct RoomRow(pub i64);

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
                 schemars::JsonSchema, utoipa::ToSchema, clap::ValueEnum,
                 diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
        #[diesel(sql_type = diesel::sql_types::Text)]
        #[serde(rename_all = "snake_case")]
        #[schema(rename_all = "snake_case")]
        #[value(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl $name {
            /// Every word, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// The word as it is stored and sent.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }
        impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::Text, DB> for $name
        where
            str: diesel::serialize::ToSql<diesel::sql_types::Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
                <str as diesel::serialize::ToSql<diesel::sql_types::Text, DB>>::to_sql(self.as_str(), out)
            }
        }
        impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<diesel::sql_types::Text, DB> for $name
        where
            String: diesel::deserialize::FromSql<diesel::sql_types::Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                Ok(String::from_sql(bytes)?.parse::<Self>()?)
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text)
                    .ok_or_else(|| format!("{} is not one of {:?}", $crate::platform::terms::quoted(text), Self::ALL))
            }
        }
    };
}
// The capabilities have closed vocabularies of their own, made the same way.
pub(crate) use words;

words! {
    /// What somebody may do here; the table of rights (`web/rights.rs`) says what each may call.
    Role {
        /// Everything, and the only one who makes admins.
        Owner = "owner",
        /// People, sanctions, policy.
        Admin = "admin",
        /// Reads everything that is not sealed; changes nothing.
        Auditor = "auditor",
        /// Decides real-name cases.
        Reviewer = "reviewer",
        /// Themself, and their invites.
        Member = "member",
        /// A room server or another service: introspects tokens.
        Service = "service",
    }
}

words! {
    /// Where a member stands now. A refused newcomer is never a member and has none.
    Standing {
        /// In good standing.
        Active = "active",
        /// Put out by a sanction, until it is lifted.
        Banned = "banned",
        /// Left, and erased where they asked for it; the node stays in the graph.
        Left = "left",
    }
}

words! {
    /// How surely we know who somebody is, lowest first. `Checked` is about NIST SP 800-63A IAL1,
    /// `Verified` about IAL2; the levels above have their place in later work.
    Assurance {
        /// Nothing proved.
        None = "none",
        /// Control of a contact point proved.
        Contact = "contact",
        /// A name and a document number whose form and check character hold.
        Checked = "checked",
        /// The same, seen and accepted by a reviewer.
        Verified = "verified",
    }
}
