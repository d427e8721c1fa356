//! What a community demands of whom: one TOML document, versioned in the ledger.
//!
//! The document's text is what is stored and hashed ([`digest`]), so that an operator's comments stay;
//! [`Policy::from_toml`] is the only way from a text to a policy that may be acted upon. What follows from a
//! policy is decided by the pure functions of this room.

use aws_lc_rs::digest::{SHA256, digest as sha};
use data_encoding::HEXLOWER;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::platform::{
    document::{self, Shape},
    terms::{Assurance, Line, Role, quoted, typed},
};

pub mod http;
mod colour;
mod current;
mod documents;
mod moderation;
mod phones;
mod quota;
mod records;
mod reserved;
mod review;
mod rules;
mod waitlist;

pub use crate::platform::document::Fault as PolicyMistake;
pub use colour::{Colour, ColourError};
pub use current::{ChangeError, Current, Versioned, change};
pub use documents::{DocumentDenied, Documents, may_document, shown as shown_countries};
pub use moderation::Moderation;
pub use phones::{ContactDenied, ContactKind, Phones, may_contact, may_text};
pub use quota::{Limit, MOST_PLACES, MorePlaces, Places, Tally, places};
pub use reserved::is_reserved;
pub use review::Review;
pub use rules::{
    InviteDenied, Inviter, LifetimeDenied, Proved, Step, Wanted, demands, invite_expiry, may_give_role, may_invite,
    may_label, may_review, may_still_invite, next_demand,
};
pub use waitlist::Waitlist;

/// A policy that comes with the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// Its name.
    pub name: &'static str,
    /// The document.
    pub document: &'static str,
}

/// The policies that come with the program; the second, `real-name`, is the one to begin with.
pub const PRESETS: [Preset; 3] = [
    Preset {
        name: "open-circle",
        document: include_str!("presets/open-circle.toml"),
    },
    Preset {
        name: "real-name",
        document: include_str!("presets/real-name.toml"),
    },
    Preset {
        name: "reviewed",
        document: include_str!("presets/reviewed.toml"),
    },
];

/// The document of the preset with this name.
pub fn preset(name: &str) -> Option<&'static str> {
    PRESETS
        .iter()
        .find(|preset| preset.name == name)
        .map(|preset| preset.document)
}

/// SHA-256 of a document's text, in lower-case hexadecimal.
pub fn digest(document: &str) -> String {
    HEXLOWER.encode(sha(&SHA256, document.as_bytes()).as_ref())
}

/// What a community demands of whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Who the community is.
    pub community: Community,
    /// What it takes to become a member.
    pub join: Join,
    /// Which countries' documents are taken, where documents are.
    #[serde(default)]
    pub documents: Documents,
    /// Whose phone numbers are taken, where phones are.
    #[serde(default)]
    pub phones: Phones,
    /// Who may invite whom, how many, for how long.
    #[serde(default)]
    pub invite: Invite,
    /// Who waits to be let in without an invite.
    #[serde(default)]
    pub waitlist: Waitlist,
    /// Who decides real-name cases.
    #[serde(default)]
    pub review: Review,
    /// Who decides about many people at once.
    #[serde(default)]
    pub moderation: Moderation,
    /// What every room asks for at least.
    #[serde(default)]
    pub rooms: Rooms,
}

/// Who the community is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Community {
    /// Its name, as it stands in invites: 1 to 100 characters in one line.
    pub name: Line,
    /// The language of mails whose invite names none: a language tag (RFC 5646) such as `en` or `zh-Hans`.
    /// Default `en`.
    #[serde(default = "english")]
    pub locale: String,
    /// The colour of its pages: `#` and six hexadecimal digits. A shade of it is taken where it could not be read.
    /// Default a blue of our own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, pattern = "^#[0-9A-Fa-f]{6}$")]
    pub colour: Option<Colour>,
}

/// What it takes to become a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Join {
    /// By what a newcomer is reached: `email`, `phone` or `either`. Default `email`.
    #[serde(default)]
    pub contact: ContactKind,
    /// How surely the community must know who a member is: `contact`, `checked` or `verified`.
    pub assurance: Assurance,
    /// How many accounts one person may have. Default 1.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 255))]
    pub accounts_per_person: u8,
    /// The documents that are accepted. Default none, which only `assurance = "contact"` can do with.
    #[serde(default)]
    pub documents: Vec<String>,
    /// How long an invite's use is held for somebody who is on the way in, in days. Default 14.
    #[serde(default = "fortnight")]
    #[schemars(range(min = 1, max = 365))]
    pub hold_days: u32,
    /// Handles that nobody may choose, in any look-alike spelling: those that speak for the community. Its name is
    /// reserved besides. Default `admin`, `support`, `security`, `moderator` and their like.
    #[serde(default = "reserved::usual")]
    pub reserved_handles: Vec<String>,
}

/// Who may invite whom, how many, for how long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Invite {
    /// How surely the community must know who an inviter is. Default `contact`.
    pub assurance: Assurance,
    /// Places that one member may give, used and still open together. Default 20.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub quota_per_member: u32,
    /// More places for a role, an assurance, or both: a list such as `[{ role = "reviewer", places = 40 }]`. Of all that
    /// fit, the greatest counts. Default none.
    pub quotas: Vec<MorePlaces>,
    /// Places that a member earns by each invitee in good standing who has been a member for `earn_after_days`.
    /// Default 0.
    #[schemars(range(min = 0, max = 1000))]
    pub earn_places: u32,
    /// How long an invitee must have been a member, in days, before they earn their inviter places. Default 30.
    #[schemars(range(min = 0, max = 3650))]
    pub earn_after_days: u32,
    /// Places that one member may earn at most. Default 20.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub earn_at_most: u32,
    /// Places that each invitee who is under a sanction takes from their inviter, until it is lifted. Default 0.
    #[schemars(range(min = 0, max = 1000))]
    pub take_places: u32,
    /// Roles without a quota, and without the wait that `min_membership_hours` asks for. Default owner and
    /// admin.
    pub unlimited_roles: Vec<Role>,
    /// How long an invite lives at most, in days. Default 14.
    #[schemars(range(min = 1, max = 365))]
    pub lifetime_days: u32,
    /// Uses that one open link may have at most. Default 100.
    #[schemars(range(min = 1, max = 10_000))]
    pub max_uses: u32,
    /// How long somebody must have been a member before inviting, in hours. Default 0.
    #[schemars(range(min = 0, max = 8760))]
    pub min_membership_hours: u32,
    /// Roles that may give out open links: not addressed to anybody, for one use or many. Default owner and
    /// admin.
    pub open_links_by: Vec<Role>,
    /// Roles that may put a campaign or a group on an invite, by which admins sort. Default owner and admin.
    pub labels_by: Vec<Role>,
    /// Roles that may invite somebody to a role: an owner to any but owner and service, an admin to auditor and
    /// reviewer. Default owner.
    pub roles_by: Vec<Role>,
}

impl Default for Invite {
    fn default() -> Self {
        Self {
            assurance: Assurance::Contact,
            quota_per_member: 20,
            quotas: Vec::new(),
            earn_places: 0,
            earn_after_days: 30,
            earn_at_most: 20,
            take_places: 0,
            unlimited_roles: vec![Role::Owner, Role::Admin],
            lifetime_days: 14,
            max_uses: 100,
            min_membership_hours: 0,
            open_links_by: vec![Role::Owner, Role::Admin],
            labels_by: vec![Role::Owner, Role::Admin],
            roles_by: vec![Role::Owner],
        }
    }
}

/// What every room asks for at least. A room may ask for more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = RoomsPolicy)]
pub struct Rooms {
    /// How surely the community must know who enters a room. Default `contact`.
    pub enter: Assurance,
    /// How surely it must know who speaks; whoever does not reach it listens. Default `contact`.
    pub speak: Assurance,
    /// How long a seat lasts at most, in minutes: then the member takes another. Default 240.
    #[schemars(range(min = 1, max = 1440))]
    pub ticket_minutes: u32,
}

impl Default for Rooms {
    fn default() -> Self {
        Self {
            enter: Assurance::Contact,
            speak: Assurance::Contact,
            ticket_minutes: 240,
        }
    }
}

fn english() -> String {
    "en".into()
}
const fn one() -> u8 {
    1
}
const fn fortnight() -> u32 {
    14
}

impl Policy {
    /// Reads a document. `documents` are the kinds of document that can be checked at all.
    ///
    /// # Errors
    /// Every mistake at once, each with its line and key and what to do about it.
    pub fn from_toml(text: &str, documents: &[&str]) -> Result<Self, Vec<PolicyMistake>> {
        let shape = Shape::of::<Self>();
        let (leaves, mut mistakes) = shape.read(text);
        let base = sound_base();
        let mut laid = toml::Table::new();
        for leaf in &leaves {
            match shape.complaint::<Self>(&base, &leaf.key, &leaf.value) {
                Some(fault) => mistakes.push(PolicyMistake {
                    line: Some(leaf.line),
                    ..fault
                }),
                None => document::lay(&mut laid, &leaf.key, leaf.value.clone()),
            }
        }
        // A key that was given wrongly is not missing too.
        let missing = shape
            .missing(&laid)
            .filter(|fault| leaves.iter().all(|leaf| leaf.key != fault.key));
        mistakes.extend(missing);
        mistakes.sort_by_key(|fault| fault.line.unwrap_or(usize::MAX));
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let policy: Self = laid.try_into().map_err(|error: toml::de::Error| {
            let wrong = error.message().to_owned();
            vec![PolicyMistake {
                line: None,
                key: String::new(),
                wrong,
                mend: "Compare it with a preset.".into(),
            }]
        })?;
        for (key, wrong, mend) in policy.contradictions(documents) {
            let line = leaves.iter().find(|leaf| leaf.key == key).map(|leaf| leaf.line);
            mistakes.push(PolicyMistake {
                line,
                key: key.into(),
                wrong,
                mend,
            });
        }
        if mistakes.is_empty() { Ok(policy) } else { Err(mistakes) }
    }

    /// The policy as a document, without comments.
    ///
    /// # Errors
    /// None that a policy can cause: all its values can be written as TOML.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string_pretty(self)
    }

    fn contradictions(&self, documents: &[&str]) -> Vec<(&'static str, String, String)> {
        let mut found = Vec::new();
        let mut tell = |key, wrong: &str, mend: &str| found.push((key, wrong.to_owned(), mend.to_owned()));
        let Self {
            community,
            join,
            documents: taken,
            phones,
            invite,
            review,
            waitlist: _,
            moderation: _,
            rooms: _,
        } = self;

        if typed::language_tag(&community.locale).is_none() {
            tell(
                "community.locale",
                "is no language tag",
                "Give one as RFC 5646 has them, such as en or zh-Hans.",
            );
        }
        if join.assurance == Assurance::None {
            tell(
                "join.assurance",
                "would let in people of whom nothing is proved",
                "Give contact, checked or verified.",
            );
        }
        for (key, country) in [phones::unknown(phones), documents::unknown(taken)].concat() {
            let wrong = format!(
                "names {}, which is no country's code, or is named twice",
                quoted(&country)
            );
            tell(
                key,
                &wrong,
                "Give each country once, by its two letters (ISO 3166-1), such as CN.",
            );
        }
        for kind in &join.documents {
            if !documents.contains(&kind.as_str()) {
                let known = documents.join(", ");
                tell(
                    "join.documents",
                    &format!("names {}, which nobody here can check", quoted(kind)),
                    &format!("Choose among {known}."),
                );
            }
        }
        for (i, kind) in join.documents.iter().enumerate() {
            if join.documents.iter().take(i).any(|other| other == kind) {
                tell(
                    "join.documents",
                    &format!("names {} twice", quoted(kind)),
                    "Name it once.",
                );
            }
        }
        for word in join
            .reserved_handles
            .iter()
            .filter(|word| !reserved::can_be_reserved(word))
        {
            tell(
                "join.reserved_handles",
                &format!("names {}, which is too short to be kept from handles", quoted(word)),
                "Give words with three or more of a-z and 0-9, or take it out.",
            );
        }
        if join.assurance >= Assurance::Checked && join.documents.is_empty() {
            tell(
                "join.documents",
                "is empty, and join.assurance demands a document",
                "Name the documents that you accept.",
            );
        }
        let needs_review = join.assurance.max(invite.assurance) >= Assurance::Verified;
        if needs_review && review.reviewers.is_empty() {
            tell(
                "review.reviewers",
                "is empty, so that nobody could ever be verified",
                "Name the roles that decide.",
            );
        }
        for more in &invite.quotas {
            let unfit = more.role.filter(|role| matches!(role, Role::Auditor | Role::Service));
            if let Some(role) = unfit {
                tell(
                    "invite.quotas",
                    &format!("names {role}, a role that never invites"),
                    "Take it out.",
                );
            }
            if more.role.is_none() && more.assurance.is_none() {
                tell(
                    "invite.quotas",
                    "has an entry for nobody in particular",
                    "Name a role or an assurance; what everybody has is invite.quota_per_member.",
                );
            }
            if more.places > quota::MOST_PLACES {
                tell(
                    "invite.quotas",
                    &format!("gives {} places, which is out of range", more.places),
                    "Give a whole number from 0 to 1000000.",
                );
            }
        }
        for (key, roles, unfit) in [
            (
                "invite.unlimited_roles",
                &invite.unlimited_roles,
                &[Role::Auditor, Role::Service][..],
            ),
            (
                "invite.open_links_by",
                &invite.open_links_by,
                &[Role::Auditor, Role::Service],
            ),
            ("invite.labels_by", &invite.labels_by, &[Role::Auditor, Role::Service]),
            (
                "invite.roles_by",
                &invite.roles_by,
                &[Role::Auditor, Role::Service, Role::Reviewer, Role::Member],
            ),
            (
                "review.reviewers",
                &review.reviewers,
                &[Role::Auditor, Role::Service, Role::Member],
            ),
        ] {
            for (i, role) in roles.iter().enumerate() {
                if unfit.contains(role) {
                    tell(
                        key,
                        &format!("names {role}, a role that cannot have this right"),
                        "Take it out.",
                    );
                }
                if roles.iter().take(i).any(|other| other == role) {
                    tell(key, &format!("names {role} twice"), "Name it once.");
                }
            }
        }
        found
    }
}

/// The least that a document must say, for trying one value at a time.
fn sound_base() -> toml::Table {
    let mut base = toml::Table::new();
    document::lay(&mut base, "community.name", toml::Value::String("Community".into()));
    document::lay(
        &mut base,
        "join.assurance",
        toml::Value::String(Assurance::Contact.as_str().into()),
    );
    base
}

#[cfg(test)]
mod tests;
