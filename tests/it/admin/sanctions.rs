//! Bans and lifts, as commands.

use futures_util::future::{join, join_all, join3};
use vouchsafe::{
    moderation::{
        NotAllowed, ReasonCode, RoleError, RoleRefusal, SanctionError,
        queries::{self, Notes},
    },
    people::Member,
    platform::{
        ledger::Actor,
        store::{Backend, Guard, Guards, StoreError},
        terms::{Id, Role, Standing, SystemRng, Timestamp},
    },
};

use super::community::Community;
use crate::support::db::{Database, ensure, needs, on_both};

const OPEN_BANS: &str = "SELECT COUNT(*) AS n FROM sanctions WHERE lifted_at IS NULL";
const OWNERS: &str = "SELECT COUNT(*) AS n FROM people WHERE role = 'owner' AND standing = 'active'";

/// Two owners put each other out at once: one of them stays.
async fn one_stays(db: &Database, guards: Guards) -> Result<(), String> {
    let community = Community::guarded(db, guards).await;
    for round in 0..8 {
        db.run("UPDATE people SET role = 'member'");
        let one = community.found(&format!("one{round}"), Role::Owner).await;
        let other = community.found(&format!("other{round}"), Role::Owner).await;
        let (first, second) = join(community.ban(&one, &other), community.ban(&other, &one)).await;
        let left = db.figures(OWNERS);
        ensure(left == [1], format!("{left:?} owners stay: {first:?}, {second:?}"))?;
        ensure(first.is_ok() != second.is_ok(), format!("{first:?}, {second:?}"))?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_two_owners_stays_on_sqlite() {
    let outcome = one_stays(&Database::fresh(Backend::Sqlite), Guards::default()).await;
    assert_eq!(outcome, Ok(()));
}

/// SQLite has one writer; here the rows are held.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_two_owners_stays_on_postgres() {
    needs(Guard::MembersHeld, Backend::Postgres, one_stays).await;
}

async fn notes(community: &Community, member: &Member) -> Vec<(Option<String>, Option<String>)> {
    let (member, vault) = (community.member(member).await, community.vault.clone());
    let read = community.ledger.store().read(move |conn| {
        let notes = Notes::about(conn, &vault, &member)?;
        let sanctions = queries::sanctions(conn, member.row, None, 10)?;
        sanctions
            .iter()
            .map(|sanction| {
                let text = |note: Option<zeroize::Zeroizing<String>>| note.map(|note| note.to_string());
                Ok((text(notes.imposed(sanction)?), text(notes.lifted(sanction)?)))
            })
            .collect::<Result<Vec<_>, StoreError>>()
    });
    read.await.unwrap()
}

on_both! {
    /// Standing, sessions and the ledger's word change together, in memory too; a lift gives back
    /// the standing and no session.
    async fn a_ban_takes_all_and_a_lift_gives_back_the_standing(db: &Database) {
        let community = Community::new(db).await;
        let owner = community.found("owner", Role::Owner).await;
        let member = community.admit(&owner, "member").await;
        let living = format!("SELECT COUNT(*) AS n FROM sessions WHERE ended_at IS NULL AND person = {}", member.row.0);
        assert!(community.sign_in(&member).await && community.sign_in(&member).await);
        assert_eq!(db.figures(&living), [2]);

        let ban = community.ban(&owner, &member).await.unwrap();
        assert_eq!(community.standing(&member), Some(Standing::Banned));
        assert_eq!(community.member(&member).await.standing, Standing::Banned);
        assert_eq!(db.figures(&living), [0]);
        assert!(!community.sign_in(&member).await);
        assert!(matches!(community.ban(&owner, &member).await, Err(SanctionError::Exists)));

        let lifted = community.lift(&owner, &member, ban.id).await.unwrap();
        assert_eq!((lifted.id, lifted.lifted_by), (ban.id, Some(owner.row)));
        assert_eq!(community.standing(&member), Some(Standing::Active));
        assert_eq!(community.member(&member).await.standing, Standing::Active);
        assert_eq!(db.figures(&living), [0], "a lift starts no session");
        assert!(community.sign_in(&member).await);
        assert!(matches!(community.lift(&owner, &member, ban.id).await, Err(SanctionError::Unknown)));

        let again = community.ban(&owner, &member).await.unwrap();
        assert_ne!(again.id, ban.id);
        assert_eq!(db.figures(OPEN_BANS), [1]);
        let kinds = "SELECT COUNT(*) AS n FROM events WHERE kind = 'KIND' AND subject = PERSON";
        for (kind, count) in [("person_banned", 2), ("ban_lifted", 1), ("session_ended", 3)] {
            let sql = kinds.replace("KIND", kind).replace("PERSON", &member.row.0.to_string());
            assert_eq!(db.figures(&sql), [count], "{kind}");
        }
    }

    /// Notes are sealed under the key of whom they are about, also for a member who had none; the
    /// ledger has no word of them, and with the key they are gone.
    async fn notes_are_about_one_person_and_go_with_them(db: &Database) {
        let community = Community::new(db).await;
        let owner = community.found("owner", Role::Owner).await;
        let member = community.admit(&owner, "member").await;
        assert_eq!(member.subject, None, "a member of a history has no subject");
        let canary = "canary 金丝雀";
        let ban = community.ban_for(&owner, &member, ReasonCode::Abuse, canary).await.unwrap();
        community.lift(&owner, &member, ban.id).await.unwrap();
        let subject = community.member(&member).await.subject.unwrap();
        let told = (Some(canary.to_owned()), Some("a mistake of ours".to_owned()));
        assert_eq!(notes(&community, &member).await, [told]);
        let words = "SELECT COUNT(*) AS n FROM events WHERE body LIKE '%canary%' OR body LIKE '%mistake%'";
        assert_eq!(db.figures(words), [0]);

        community.ban(&owner, &member).await.unwrap();
        assert_eq!(community.member(&member).await.subject, Some(subject), "one subject is enough");
        let vault = community.vault.clone();
        let erased = community.ledger.write(Actor::Operator, move |tx| {
            vault.erase(tx, subject).map_err(StoreError::from)
        });
        erased.await.unwrap();
        assert_eq!(notes(&community, &member).await, [(None, None), (None, None)]);
    }

    /// Who may act on whom is decided by how both stand in the store, and a refusal leaves nothing.
    async fn a_ban_is_refused_upwards_and_on_oneself(db: &Database) {
        let community = Community::new(db).await;
        let owner = community.found("owner", Role::Owner).await;
        let admin = community.found("admin", Role::Admin).await;
        let colleague = community.found("other", Role::Admin).await;
        let member = community.admit(&owner, "member").await;
        let not_allowed = [
            (&admin, &owner),
            (&admin, &colleague),
            (&admin, &admin),
            (&owner, &owner),
            (&member, &admin),
        ];
        for (by, target) in not_allowed {
            let refused = community.ban(by, target).await;
            assert!(matches!(refused, Err(SanctionError::NotAllowed(NotAllowed))), "{refused:?}");
        }
        let unknown = Id::new(Timestamp::from_seconds(0), &SystemRng);
        let nobody = community.ban_as(Actor::Person(admin.row), unknown, ReasonCode::Spam, "some words").await;
        assert!(matches!(nobody, Err(SanctionError::PersonUnknown)));
        assert_eq!(db.figures("SELECT COUNT(*) AS n FROM sanctions"), [0]);
        assert_eq!(db.figures("SELECT COUNT(*) AS n FROM events WHERE kind = 'person_banned'"), [0]);
        assert_eq!(db.figures("SELECT COUNT(*) AS n FROM subjects"), [0]);

        let ban = community.ban(&admin, &member).await.unwrap();
        // Another person's path does not lead to it.
        assert!(matches!(community.lift(&owner, &colleague, ban.id).await, Err(SanctionError::Unknown)));
        community.ban(&owner, &admin).await.unwrap();
        let banned = community.lift(&admin, &member, ban.id).await;
        assert!(matches!(banned, Err(SanctionError::NotAllowed(_))), "a banned admin does nothing");
    }

    /// Who has a shell on the server sanctions anybody, and leaves the community an owner; nobody else does so
    /// without being a member.
    async fn the_operator_bans_by_the_same_command(db: &Database) {
        let community = Community::new(db).await;
        let owner = community.found("owner", Role::Owner).await;
        let member = community.admit(&owner, "member").await;
        let ban = |by, target| community.ban_as(by, target, ReasonCode::Request, "an authority asked");
        for actor in [Actor::System, Actor::Newcomer] {
            let refused = ban(actor, member.id).await;
            assert!(matches!(refused, Err(SanctionError::NotAllowed(_))), "{refused:?}");
        }
        let refused = ban(Actor::Operator, owner.id).await;
        assert!(matches!(refused, Err(SanctionError::LastOwner)), "{refused:?}");
        let imposed = ban(Actor::Operator, member.id).await.unwrap();
        assert_eq!((imposed.imposed_by, imposed.person), (None, member.row));
        assert_eq!(community.standing(&member), Some(Standing::Banned));
        assert_eq!(notes(&community, &member).await, [(Some("an authority asked".to_owned()), None)]);
        community.found("second owner", Role::Owner).await;
        ban(Actor::Operator, owner.id).await.unwrap();
        assert_eq!(db.figures(OWNERS), [1]);
    }

    /// Many at once: one ban, one lift, and standing and rows agree whoever came first.
    async fn at_most_one_ban_is_in_force(db: &Database) {
        let community = Community::new(db).await;
        let owner = community.found("owner", Role::Owner).await;
        let member = community.admit(&owner, "member").await;
        for round in 0..6 {
            let bans = (0..8).map(|_| community.ban(&owner, &member));
            let outcomes = join_all(bans).await;
            let mut imposed: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
            let refused = outcomes.iter().filter(|outcome| matches!(outcome, Err(SanctionError::Exists))).count();
            assert_eq!((imposed.len(), refused), (1, 7), "round {round}");
            assert_eq!(db.figures(OPEN_BANS), [1]);

            let ban = imposed.remove(0).id;
            let (lifts, bans) = join(
                join_all((0..6).map(|_| community.lift(&owner, &member, ban))),
                join_all((0..6).map(|_| community.ban(&owner, &member))),
            )
            .await;
            assert_eq!(lifts.iter().filter(|outcome| outcome.is_ok()).count(), 1);
            assert!(lifts.iter().all(|outcome| matches!(outcome, Ok(_) | Err(SanctionError::Unknown))));
            assert!(bans.iter().all(|outcome| matches!(outcome, Ok(_) | Err(SanctionError::Exists))));
            let again: Vec<_> = bans.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
            assert!(again.len() <= 1, "{again:?}");
            assert_eq!(db.figures(OPEN_BANS), [again.len() as i64]);
            let standing = if again.is_empty() { Standing::Active } else { Standing::Banned };
            assert_eq!(community.member(&member).await.standing, standing);
            assert_eq!(community.standing(&member), Some(standing));
            if let Some(ban) = again.first() {
                community.lift(&owner, &member, ban.id).await.unwrap();
            }
        }
        assert_eq!(db.figures("SELECT COUNT(*) AS n FROM subjects"), [1]);
    }

    /// Owners who take each other's role at once, or step down at once, leave one.
    async fn the_community_keeps_an_owner(db: &Database) {
        let community = Community::new(db).await;
        for round in 0..8 {
            db.run("UPDATE people SET role = 'member'");
            let one = community.found(&format!("one{round}"), Role::Owner).await;
            let other = community.found(&format!("other{round}"), Role::Owner).await;
            let third = community.found(&format!("third{round}"), Role::Owner).await;
            // In a circle: whoever comes late is no owner any more, or has been put out.
            let outcomes = join3(
                community.give_role(&one, &other, Role::Member),
                community.give_role(&other, &third, Role::Member),
                community.give_role(&third, &one, Role::Member),
            )
            .await;
            let outcomes = [outcomes.0, outcomes.1, outcomes.2];
            for outcome in &outcomes {
                let refused = Err(&RoleRefusal::NotAllowed(NotAllowed));
                let outcome = outcome.as_ref().map_err(|error| match error {
                    RoleError::Refused(refusal) => refusal,
                    error => panic!("{error}"),
                });
                assert!(outcome == Ok(&true) || outcome == refused, "{outcome:?}");
            }
            let left = db.figures(OWNERS)[0];
            assert!((1..=2).contains(&left), "{left} owners are left");
            assert_eq!(left, 3 - outcomes.iter().filter(|outcome| outcome.is_ok()).count() as i64);

            db.run("UPDATE people SET role = 'member'");
            let one = community.found(&format!("uno{round}"), Role::Owner).await;
            let other = community.found(&format!("due{round}"), Role::Owner).await;
            let (first, second) = join(
                community.give_role(&one, &one, Role::Admin),
                community.give_role(&other, &other, Role::Admin),
            )
            .await;
            let (gone, kept) = if first.is_ok() { (first, second) } else { (second, first) };
            assert!(gone.unwrap());
            assert!(matches!(kept, Err(RoleError::Refused(RoleRefusal::LastOwner))), "{kept:?}");
            assert_eq!(db.figures(OWNERS), [1]);

        }
    }

    /// A role is written with its event, once.
    async fn a_role_is_given_once(db: &Database) {
        let community = Community::new(db).await;
        let owner = community.found("owner", Role::Owner).await;
        let member = community.admit(&owner, "member").await;
        assert!(community.give_role(&owner, &member, Role::Reviewer).await.unwrap());
        assert!(!community.give_role(&owner, &member, Role::Reviewer).await.unwrap());
        assert_eq!(community.member(&member).await.role, Role::Reviewer);
        assert_eq!(db.figures("SELECT COUNT(*) AS n FROM events WHERE kind = 'role_changed'"), [1]);
        let refused = community.give_role(&member, &member, Role::Owner).await;
        assert!(matches!(refused, Err(RoleError::Refused(RoleRefusal::NotAllowed(_)))));
        let refused = community.give_role(&owner, &member, Role::Service).await;
        assert!(matches!(refused, Err(RoleError::Refused(RoleRefusal::NotForPeople))));
    }
}
