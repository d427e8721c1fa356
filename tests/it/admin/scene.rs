//! A community with reviewers and newcomers, for the tests of cases.

use std::{sync::Arc, time::Duration};

use vouchsafe::{
    identity::{
        Answer, CaseError, CaseState, Claimed, Country, Demands, Document, DocumentKind, FullName, Reached,
        SubmitError, Submitted, Way, commands as identity, queries,
    },
    invites::{self, Extras, NewInvite, To},
    notify::Locale,
    people::{self, Admission, Newcomer},
    platform::{
        idempotency::Key,
        ledger::{Actor, Ledger, events::Verdict},
        store::{Guards, StoreError},
        terms::{Assurance, Clock, Id, ManualClock, PersonRow, Reason, Role, SystemRng, Timestamp, kinds},
        vault::{Keyring, Subject, Vault},
    },
    policy::{Policy, preset},
};

use crate::support::db::{Database, Setup};

pub(super) const START: Timestamp = Timestamp::from_seconds(1_790_000_000);
pub(super) const HOUR: Duration = Duration::from_secs(3600);
pub(super) const DAY: Duration = Duration::from_secs(24 * 3600);
pub(super) const MICRO: Duration = Duration::from_micros(1);
/// Long enough to be found nowhere by accident.
pub(super) const NAME: &str = "Zéphyrine Kanarienvogel·Nachtigall";
pub(super) const NUMBER: &str = "11010519491231002X";

/// A community with reviewers, and newcomers at its door.
#[derive(Clone)]
pub(super) struct Scene {
    pub(super) ledger: Ledger,
    pub(super) vault: Vault,
    pub(super) clock: Arc<ManualClock>,
    pub(super) policy: Policy,
}

/// Somebody on their way in.
#[derive(Clone)]
pub(super) struct Stranger {
    pub(super) subject: Subject,
    pub(super) way: Way,
}

impl Scene {
    pub(super) fn new(db: &Database, guards: Guards) -> Self {
        let clock = Arc::new(ManualClock::new(START));
        let ledger = db.ledger(Setup {
            clock: clock.clone(),
            guards,
            pool_size: 20,
            ..Setup::default()
        });
        let vault = Vault::new(Keyring::generate(&SystemRng));
        let mut policy = Policy::from_toml(preset("reviewed").unwrap(), &["cn_resident_id", "passport"]).unwrap();
        policy.review.resubmissions = REVIEWED.resubmissions;
        policy.invite.open_links_by = vec![Role::Owner, Role::Admin, Role::Reviewer, Role::Member];
        Self {
            ledger,
            vault,
            clock,
            policy,
        }
    }

    /// Somebody who has proved an address of their own, by an invite of a member of no one's.
    pub(super) async fn stranger(&self) -> Stranger {
        let host = self.member(None, Role::Admin).await;
        self.stranger_of(host).await
    }

    /// The same, by an invite of this member.
    pub(super) async fn stranger_of(&self, inviter: PersonRow) -> Stranger {
        let (vault, policy) = (self.vault.clone(), self.policy.clone());
        let written = self.ledger.write(Actor::Newcomer, move |tx| {
            let (subject, _) = vault.new_subject(tx).map_err(StoreError::from)?;
            let flow: Id<kinds::Flow> = Id::new(tx.now, tx.rng);
            let new = NewInvite {
                id: Id::new(tx.now, tx.rng),
                to: To::Holder { uses: 1 },
                locale: Locale::En,
                lifetime: None,
                extras: Extras::default(),
            };
            let invite = invites::issue(tx, &vault, &policy, inviter, &new).unwrap();
            assert!(invites::reserve(tx, &invite, flow, tx.now.after(DAY))?);
            Ok::<_, StoreError>(Stranger {
                subject,
                way: Way {
                    flow,
                    invite_row: invite.row,
                    sole_use: true,
                    address_blind: Some(flow.as_bytes().to_vec()),
                },
            })
        });
        written.await.unwrap().value
    }

    /// A member whom `inviter` let in.
    pub(super) async fn member(&self, inviter: Option<PersonRow>, role: Role) -> PersonRow {
        let (vault, policy) = (self.vault.clone(), self.policy.clone());
        let newcomer = Newcomer {
            subject: None,
            handle: None,
            role,
            assurance: Assurance::Verified,
            locale: "en".into(),
        };
        let written = self.ledger.write(Actor::Operator, move |tx| {
            let Some(inviter) = inviter else {
                return Ok::<_, StoreError>(people::found(tx, &newcomer)?.row);
            };
            let new = NewInvite {
                id: Id::new(tx.now, tx.rng),
                to: To::Holder { uses: 1 },
                locale: Locale::En,
                lifetime: None,
                extras: Extras::default(),
            };
            let invite = invites::issue(tx, &vault, &policy, inviter, &new).unwrap();
            let by = Admission {
                inviter,
                invite_row: invite.row,
                invite: invite.id,
                flow: None,
            };
            Ok(people::admit(tx, &newcomer, &by)?.row)
        });
        written.await.unwrap().value
    }

    pub(super) async fn reviewer(&self) -> PersonRow {
        self.member(None, Role::Reviewer).await
    }

    pub(super) async fn submit(
        &self,
        who: &Stranger,
        document: Document,
        demands: Demands,
    ) -> Result<Submitted, SubmitError> {
        let (vault, who) = (self.vault.clone(), who.clone());
        let written = self.ledger.write(Actor::Newcomer, move |tx| {
            let key = vault.key(tx.conn, who.subject)?;
            let name = FullName::parse(NAME).unwrap();
            identity::submit(tx, &vault, &key, &who.way, &name, &document, &demands)
        });
        written.await.map(|written| written.value)
    }

    /// The case of somebody who gives this document.
    pub(super) async fn case_of(&self, who: &Stranger, document: Document) -> Id<kinds::Case> {
        self.submit(who, document, REVIEWED).await.unwrap().case.unwrap()
    }

    pub(super) async fn confirm(&self, who: &Stranger, accounts: u8) -> bool {
        let (vault, subject) = (self.vault.clone(), who.subject);
        let written = self.ledger.write(Actor::Newcomer, move |tx| {
            identity::confirm(tx, &vault, subject, accounts)
        });
        written.await.unwrap().value
    }

    pub(super) async fn release(&self, who: &Stranger) {
        let subject = who.subject;
        let written = self
            .ledger
            .write(Actor::Newcomer, move |tx| identity::release(tx, subject));
        written.await.unwrap();
    }

    pub(super) async fn reached(&self, who: &Stranger, demands: Demands) -> (Assurance, Option<Answer>) {
        let subject = who.subject;
        let read = self
            .ledger
            .store()
            .read(move |conn| queries::reached(conn, subject, true, &demands));
        let Reached { assurance, answer } = read.await.unwrap();
        (assurance, answer)
    }

    pub(super) async fn claim(&self, case: Id<kinds::Case>, reviewer: PersonRow) -> Result<Claimed, CaseError> {
        let (vault, review) = (self.vault.clone(), self.policy.review.clone());
        let written = self.ledger.write(Actor::Person(reviewer), move |tx| {
            let reason = Reason::parse("my turn: canary-look").unwrap();
            identity::claim(tx, &vault, &review, &Key::none(), case, reviewer, &reason)
        });
        written.await.map(|written| written.value)
    }

    pub(super) async fn decide(
        &self,
        case: Id<kinds::Case>,
        reviewer: PersonRow,
        verdict: Verdict,
    ) -> Result<Verdict, CaseError> {
        let (vault, policy) = (self.vault.clone(), self.policy.clone());
        let written = self.ledger.write(Actor::Person(reviewer), move |tx| {
            let reason = Reason::parse("as it says: canary-verdict").unwrap();
            identity::decide(tx, &vault, &policy, case, reviewer, verdict, &reason)
        });
        written.await.map(|written| written.value)
    }

    /// What a reviewer of no one's comes to.
    pub(super) async fn judge(&self, case: Id<kinds::Case>, verdict: Verdict) -> Result<Verdict, CaseError> {
        let reviewer = self.reviewer().await;
        self.claim(case, reviewer).await?;
        self.decide(case, reviewer, verdict).await
    }

    pub(super) async fn give_back(&self, case: Id<kinds::Case>, by: PersonRow, any: bool) -> Result<(), CaseError> {
        let vault = self.vault.clone();
        let written = self.ledger.write(Actor::Person(by), move |tx| {
            let reason = Reason::parse("I know her brother").unwrap();
            identity::give_back(tx, &vault, case, by, any, &reason)
        });
        written.await.map(|written| written.value)
    }

    pub(super) async fn cases(&self, state: CaseState) -> Vec<Id<kinds::Case>> {
        let now = self.clock.now();
        let read = self
            .ledger
            .store()
            .read(move |conn| queries::cases(conn, state, None, 100, now));
        read.await.unwrap().into_iter().map(|found| found.case.id).collect()
    }
}

pub(super) const REVIEWED: Demands = Demands {
    review: true,
    resubmissions: 1,
    wait: Duration::from_secs(30 * 24 * 3600),
};
pub(super) const PLAIN: Demands = Demands {
    review: false,
    ..REVIEWED
};

pub(super) fn passport(number: &str) -> Document {
    Document::parse(
        Country::CN,
        DocumentKind::Passport,
        number,
        jiff::civil::date(2026, 9, 1),
    )
    .unwrap()
}
