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
    /// Where a member stands now, gravest last: by the gravest of the sanctions that are in force on them. A refused
    /// newcomer is never a member and has none.
    Standing {
        /// In good standing.
        Active = "active",
        /// May invite nobody, until it is lifted.
        Frozen = "frozen",
        /// May invite nobody, and only listens in rooms, until it is lifted.
        Quarantined = "quarantined",
        /// Put out until a time.
        Suspended = "suspended",
        /// Put out, until it is lifted.
        Banned = "banned",
        /// Left, and erased where they asked for it; the node stays in the graph.
        Left = "left",
    }
}

impl Standing {
    /// Those in which a member has sessions and seats.
    pub const IN: &'static [Self] = &[Self::Active, Self::Frozen, Self::Quarantined];

    /// No sanction is in force on them, and they have not left. Whoever acts for the community in a role is so.
    pub const fn is_good(self) -> bool {
        matches!(self, Self::Active)
    }

    /// Whether they may sign in, and enter rooms.
    pub const fn may_sign_in(self) -> bool {
        matches!(self, Self::Active | Self::Frozen | Self::Quarantined)
    }

    /// Whether they may invite, and their invites let anybody in.
    pub const fn may_invite(self) -> bool {
        self.is_good()
    }

    /// Whether they may speak in rooms.
    pub const fn may_speak(self) -> bool {
        matches!(self, Self::Active | Self::Frozen)
    }

    /// Whether it is by a sanction.
    pub const fn is_sanction(self) -> bool {
        matches!(self, Self::Frozen | Self::Quarantined | Self::Suspended | Self::Banned)
    }
}

#[cfg(test)]
mod tests {
    use super::Standing;

    #[test]
    fn a_graver_standing_allows_no_more() {
        let allows = |standing: &Standing| {
            let may = [
                standing.is_good(),
                standing.may_invite(),
                standing.may_speak(),
                standing.may_sign_in(),
            ];
            may.map(usize::from).iter().sum::<usize>()
        };
        assert!(Standing::ALL.is_sorted_by_key(|standing| std::cmp::Reverse(allows(standing))));
        assert!(Standing::ALL.is_sorted());
        for standing in Standing::ALL {
            assert_eq!(Standing::IN.contains(standing), standing.may_sign_in(), "{standing}");
            let by_sanction = !matches!(standing, Standing::Active | Standing::Left);
            assert_eq!(standing.is_sanction(), by_sanction, "{standing}");
        }
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
