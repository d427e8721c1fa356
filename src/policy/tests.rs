//! The document, and the decisions at their edges.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::platform::terms::{Standing, Timestamp};

const KNOWN: &[&str] = &["cn_resident_id", "passport"];

fn policy(name: &str) -> Policy {
    Policy::from_toml(preset(name).unwrap(), KNOWN).unwrap()
}

fn said(text: &str) -> Vec<String> {
    let mistakes = Policy::from_toml(text, KNOWN).unwrap_err();
    assert!(mistakes.iter().all(|mistake| !mistake.mend.is_empty()));
    mistakes
        .iter()
        .map(|m| format!("{:?} {}: {}", m.line, m.key, m.wrong))
        .collect()
}

#[test]
fn presets_are_sound_and_say_everything() {
    for preset in PRESETS {
        let policy = Policy::from_toml(preset.document, KNOWN).unwrap();
        assert_eq!(
            Policy::from_toml(&policy.to_toml().unwrap(), KNOWN).unwrap(),
            policy,
            "{}",
            preset.name
        );
        assert_eq!(policy.join.reserved_handles, reserved::usual(), "{}", preset.name);
        let shape = Shape::of::<Policy>();
        let written = shape.read(preset.document).0.len();
        assert_eq!(
            written,
            shape.keys().count(),
            "{} leaves something to a default",
            preset.name
        );
    }
    assert_eq!(policy("open-circle").join.assurance, Assurance::Contact);
    assert_eq!(policy("real-name").join.assurance, Assurance::Checked);
    assert_eq!(policy("reviewed").join.assurance, Assurance::Verified);
    assert_eq!(preset("none"), None);
}

#[test]
fn digest_is_of_the_text() {
    // FIPS 180-4's example.
    assert_eq!(
        digest("abc"),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    assert_ne!(digest("a = 1"), digest("a = 1 # the same, said otherwise"));
}

#[test]
fn the_least_document() {
    let policy = Policy::from_toml("community.name = 'Us'\njoin.assurance = 'contact'", &[]).unwrap();
    assert_eq!(policy.community.locale, "en");
    assert_eq!((policy.join.accounts_per_person, policy.join.hold_days), (1, 14));
    assert_eq!((policy.invite, policy.review), (Invite::default(), Review::default()));
}

#[test]
fn every_mistake_at_once() {
    let text = "\
[community]
locale = 'en'
[join]
assurence = 'checked'
assurance = 'sworn'
accounts_per_person = 0
hold_days = 366
documents = 'passport'
[invite]
max_uses = 10001
unlimited_roles = ['king']
quota_per_member = -1
[reveiw]
resubmissions = 1
";
    assert_eq!(
        said(text),
        [
            "Some(4) join.assurence: is not a known key",
            "Some(5) join.assurance: is \"sworn\": unknown variant `sworn`, expected one of `none`, `contact`, `checked`, `verified`",
            "Some(6) join.accounts_per_person: is 0, which is out of range",
            "Some(7) join.hold_days: is 366, which is out of range",
            "Some(8) join.documents: is \"passport\"",
            "Some(10) invite.max_uses: is 10001, which is out of range",
            "Some(11) invite.unlimited_roles: is [\"king\"]: unknown variant `king`, expected one of `owner`, `admin`, `auditor`, `reviewer`, `member`, `service`",
            "Some(12) invite.quota_per_member: is -1, which is out of range",
            "Some(13) reveiw: is not a known key",
            "None community.name: is missing",
        ]
    );
    assert_eq!(
        said(""),
        ["None community.name: is missing", "None join.assurance: is missing"]
    );
    assert_eq!(
        said("community = = 1")[0],
        "Some(1) : is not TOML: extra `=`, expected nothing"
    );
}

#[test]
fn contradictions() {
    for (change, wanted) in [
        (
            "community.name = ' '",
            "Some(1) community.name: is \" \": has 1 to 100 characters, of which one can be seen",
        ),
        (
            "community.name = \"a\\nb\"",
            "Some(1) community.name: is \"\"\"\na\nb\"\"\": has no control characters",
        ),
        (
            "community.locale = 'english!'",
            "Some(1) community.locale: is no language tag",
        ),
        (
            "join.assurance = 'none'",
            "Some(1) join.assurance: would let in people of whom nothing is proved",
        ),
        (
            "join.documents = ['library_card']",
            "Some(1) join.documents: names \"library_card\", which nobody here can check",
        ),
        (
            "join.documents = ['passport', 'passport']",
            "Some(1) join.documents: names \"passport\" twice",
        ),
        (
            "join.assurance = 'checked'",
            "None join.documents: is empty, and join.assurance demands a document",
        ),
        (
            "invite.assurance = 'verified'\nreview.reviewers = []",
            "Some(2) review.reviewers: is empty, so that nobody could ever be verified",
        ),
        (
            "review.reviewers = ['member']",
            "Some(1) review.reviewers: names member, a role that cannot have this right",
        ),
        (
            "invite.open_links_by = ['service']",
            "Some(1) invite.open_links_by: names service, a role that cannot have this right",
        ),
        (
            "invite.quotas = [{ places = 3 }]",
            "Some(1) invite.quotas: has an entry for nobody in particular",
        ),
        (
            "invite.quotas = [{ role = 'auditor', places = 3 }]",
            "Some(1) invite.quotas: names auditor, a role that never invites",
        ),
        (
            "invite.quotas = [{ role = 'member', places = 1000001 }]",
            "Some(1) invite.quotas: gives 1000001 places, which is out of range",
        ),
        (
            "invite.quotas = [{ role = 'member' }]",
            "Some(1) invite.quotas: is [{ role = \"member\" }]: missing field `places`",
        ),
        ("invite.quotas = 30", "Some(1) invite.quotas: is 30"),
        (
            "invite.unlimited_roles = ['owner', 'owner']",
            "Some(1) invite.unlimited_roles: names owner twice",
        ),
    ] {
        let mut text = change.to_owned();
        for (key, line) in [
            ("community.name", "community.name = 'Us'"),
            ("join.assurance", "join.assurance = 'contact'"),
        ] {
            if !change.contains(key) {
                text = format!("{text}\n{line}");
            }
        }
        assert_eq!(said(&text), [wanted], "{text}");
    }
    for name in ["x", &"界".repeat(100)] {
        assert!(Policy::from_toml(&format!("community.name = '{name}'\njoin.assurance = 'contact'"), &[]).is_ok());
    }
    let long = "x".repeat(101);
    assert!(Policy::from_toml(&format!("community.name = '{long}'\njoin.assurance = 'contact'"), &[]).is_err());
    for tag in ["en", "zh-Hans", "zh-Hans-CN", "gsw", "sl-rozaj-1994", "zh_CN.UTF-8"] {
        let policy = format!("community.name = 'x'\ncommunity.locale = '{tag}'\njoin.assurance = 'contact'");
        assert!(Policy::from_toml(&policy, &[]).is_ok(), "{tag}");
    }
}

#[test]
fn the_ladder_of_each_preset() {
    use Step::{Contact, Credentials, Identity, Review};
    for (name, steps) in [
        ("open-circle", &[Contact, Credentials][..]),
        ("real-name", &[Contact, Identity, Credentials]),
        ("reviewed", &[Contact, Identity, Review, Credentials]),
    ] {
        assert_eq!(demands(&policy(name)).collect::<Vec<_>>(), steps, "{name}");
    }
    let next = |name: &str, assurance, credentials| next_demand(&policy(name), &Proved { assurance, credentials });
    assert_eq!(next("reviewed", Assurance::None, true), Some(Contact));
    assert_eq!(next("reviewed", Assurance::Contact, true), Some(Identity));
    assert_eq!(next("reviewed", Assurance::Checked, true), Some(Review));
    assert_eq!(next("reviewed", Assurance::Verified, false), Some(Credentials));
    assert_eq!(next("reviewed", Assurance::Verified, true), None);
    assert_eq!(next("real-name", Assurance::Checked, true), None);
    assert_eq!(next("open-circle", Assurance::Contact, true), None);
    assert_eq!(next("open-circle", Assurance::None, true), Some(Contact));
}

const JOINED: Timestamp = Timestamp::from_seconds(1_000_000);

fn member() -> Inviter {
    Inviter {
        role: Role::Member,
        standing: Standing::Active,
        assurance: Assurance::Checked,
        joined_at: JOINED,
        tally: Tally::default(),
    }
}

#[test]
fn who_may_invite() {
    let mut policy = policy("real-name");
    policy.invite.open_links_by.push(Role::Reviewer);
    let ask = |inviter: Inviter, wanted| may_invite(&policy, &inviter, wanted, JOINED);
    let open = |uses| Wanted::Open { uses };
    assert_eq!(ask(member(), Wanted::Addressed), Ok(()));
    for role in [Role::Auditor, Role::Service] {
        assert_eq!(
            ask(Inviter { role, ..member() }, Wanted::Addressed),
            Err(InviteDenied::Role(role))
        );
    }
    for standing in [Standing::Banned, Standing::Left] {
        let owner = Inviter {
            role: Role::Owner,
            standing,
            ..member()
        };
        assert_eq!(ask(owner, Wanted::Addressed), Err(InviteDenied::Standing(standing)));
    }
    let unknown = Inviter {
        assurance: Assurance::Contact,
        role: Role::Owner,
        ..member()
    };
    let denied = InviteDenied::Assurance {
        has: Assurance::Contact,
        needed: Assurance::Checked,
    };
    assert_eq!(ask(unknown, Wanted::Addressed), Err(denied));
    assert_eq!(
        ask(
            Inviter {
                assurance: Assurance::Verified,
                ..member()
            },
            Wanted::Addressed
        ),
        Ok(())
    );

    assert_eq!(ask(member(), open(1)), Err(InviteDenied::OpenLink(Role::Member)));
    let admin = Inviter {
        role: Role::Admin,
        ..member()
    };
    assert_eq!(ask(admin, open(1)), Ok(()));
    assert_eq!(ask(admin, open(100)), Ok(()));
    assert_eq!(
        ask(admin, open(101)),
        Err(InviteDenied::Uses {
            wanted: 101,
            at_most: 100
        })
    );
    assert_eq!(
        ask(admin, open(0)),
        Err(InviteDenied::Uses {
            wanted: 0,
            at_most: 100
        })
    );

    let used = |used| Tally {
        used,
        ..Tally::default()
    };
    let with = |places| Inviter {
        tally: used(places),
        ..member()
    };
    assert_eq!(ask(with(19), Wanted::Addressed), Ok(()));
    assert_eq!(
        ask(with(20), Wanted::Addressed),
        Err(InviteDenied::Quota {
            quota: 20,
            left: 0,
            wanted: 1
        })
    );
    assert_eq!(
        ask(with(u64::MAX), Wanted::Addressed),
        Err(InviteDenied::Quota {
            quota: 20,
            left: 0,
            wanted: 1
        })
    );
    assert_eq!(
        ask(
            Inviter {
                role: Role::Owner,
                ..with(u64::MAX)
            },
            Wanted::Addressed
        ),
        Ok(())
    );
    // A link takes as many places as it lets in.
    let reviewer = |places| Inviter {
        role: Role::Reviewer,
        ..with(places)
    };
    assert_eq!(ask(reviewer(5), open(15)), Ok(()));
    assert_eq!(
        ask(reviewer(5), open(16)),
        Err(InviteDenied::Quota {
            quota: 20,
            left: 15,
            wanted: 16
        })
    );
}

#[test]
fn newcomers_wait_to_the_microsecond() {
    let mut policy = policy("real-name");
    policy.invite.min_membership_hours = 24;
    let from = JOINED.after(Duration::from_secs(86_400));
    let ask = |inviter: &Inviter, now| may_invite(&policy, inviter, Wanted::Addressed, now);
    assert_eq!(ask(&member(), from), Ok(()));
    let just_before = from.before(Duration::from_micros(1));
    assert_eq!(ask(&member(), just_before), Err(InviteDenied::TooNew { from }));
    assert_eq!(
        ask(
            &Inviter {
                role: Role::Owner,
                ..member()
            },
            JOINED
        ),
        Ok(()),
        "the first invite of all"
    );
    // A clock that stands before the joining lets nobody through.
    assert!(ask(&member(), Timestamp::from_seconds(0)).is_err());
}

#[test]
fn reviewers_are_those_named() {
    let policy = policy("reviewed");
    for role in Role::ALL {
        let named = matches!(role, Role::Reviewer | Role::Admin | Role::Owner);
        assert_eq!(may_review(&policy, *role), named, "{role}");
    }
}

#[test]
fn lifetimes() {
    let policy = policy("real-name");
    let most = Duration::from_secs(14 * 86_400);
    let end = |wanted| invite_expiry(&policy, wanted, JOINED);
    assert_eq!(end(None), Ok(JOINED.after(most)));
    assert_eq!(end(Some(most)), Ok(JOINED.after(most)));
    assert_eq!(
        end(Some(Duration::from_secs(1))),
        Ok(JOINED.after(Duration::from_secs(1)))
    );
    for wanted in [
        Duration::ZERO,
        Duration::from_micros(999_999),
        most + Duration::from_micros(1),
        Duration::MAX,
    ] {
        assert_eq!(end(Some(wanted)), Err(LifetimeDenied { wanted, at_most: most }));
    }
}

fn assurances() -> impl Strategy<Value = Assurance> {
    (0..Assurance::ALL.len()).prop_map(|i| Assurance::ALL[i])
}
fn roles() -> impl Strategy<Value = Role> {
    (0..Role::ALL.len()).prop_map(|i| Role::ALL[i])
}

proptest! {
    #[test]
    fn doing_what_is_asked_leads_in(which in 0..PRESETS.len(), assurance in assurances(), credentials: bool) {
        let policy = policy(PRESETS[which].name);
        let mut proved = Proved { assurance, credentials };
        let mut done = Vec::new();
        while let Some(step) = next_demand(&policy, &proved) {
            match step {
                Step::Contact => proved.assurance = Assurance::Contact,
                Step::Identity => proved.assurance = Assurance::Checked,
                Step::Review => proved.assurance = Assurance::Verified,
                Step::Credentials => proved.credentials = true,
            }
            done.push(step);
            prop_assert!(done.len() <= 4);
        }
        prop_assert!(done.is_sorted() && proved.credentials);
        prop_assert!(proved.assurance >= policy.join.assurance, "nobody comes in below the demand");
    }

    #[test]
    fn nobody_gives_more_places_than_their_quota(quota in 0u32..60, asked in prop::collection::vec((0u32..30, any::<bool>()), 0..40)) {
        let mut policy = policy("open-circle");
        policy.invite.quota_per_member = quota;
        policy.invite.open_links_by.push(Role::Member);
        let mut inviter = member();
        for (uses, open) in asked {
            let wanted = if open { Wanted::Open { uses } } else { Wanted::Addressed };
            if may_invite(&policy, &inviter, wanted, JOINED).is_ok() {
                inviter.tally.open += if open { u64::from(uses) } else { 1 };
            }
            prop_assert!(inviter.tally.open <= u64::from(quota));
        }
    }

    #[test]
    fn raising_a_demand_never_lets_more_through(
        role in roles(), assurance in assurances(), used in 0u64..40, hours in 0u32..9000, after in 0i64..40_000_000,
        demand in assurances(), uses in prop::option::of(0u32..200),
    ) {
        let mut easy = policy("real-name");
        easy.invite.min_membership_hours = hours;
        easy.invite.assurance = demand;
        let mut hard = easy.clone();
        hard.invite.quota_per_member /= 2;
        hard.invite.min_membership_hours += 1;
        hard.invite.max_uses /= 2;
        hard.invite.assurance = Assurance::ALL.iter().copied().find(|&next| next > demand).unwrap_or(demand);
        let inviter = Inviter { role, assurance, tally: Tally { used, ..Tally::default() }, ..member() };
        let wanted = uses.map_or(Wanted::Addressed, |uses| Wanted::Open { uses });
        let now = JOINED.after(Duration::from_secs(after.unsigned_abs()));
        if may_invite(&hard, &inviter, wanted, now).is_ok() {
            prop_assert_eq!(may_invite(&easy, &inviter, wanted, now), Ok(()));
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,60}|([a-z_\\.\\[\\]='0-9\n ]{0,80})") {
        if let Ok(policy) = Policy::from_toml(&text, KNOWN) {
            prop_assert_eq!(Policy::from_toml(&policy.to_toml().unwrap(), KNOWN).unwrap(), policy);
        }
    }
}
