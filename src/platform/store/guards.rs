//! The guards that a race or a crash leans on, each with a switch that exists only in tests.
//!
//! A test that stays green with its guard switched off proves nothing. With the feature `switches`
//! a test can take one guard out of one store and must then see its own assertion fail.
//!
//! The code that a guard is part of does not ask for it. It takes a lock by [`super::locked`] or
//! [`Conn::to_lock`](super::Conn::to_lock), tells by [`super::one_changed`] whether a condition was met, or runs a
//! [`super::fixed`] statement. What the absence of each guard changes there stands in one table below, which only
//! the feature compiles. The store makes its guards known to each thread that works for it.
//!
//! What is locked is locked on PostgreSQL: SQLite has one writer, and who decides in it decides alone. A
//! condition that a statement brings with it is heeded on both.
//!
//! Some races end at a constraint, which no switch takes away: a contact, a handle, a room's name and a
//! version of the policy are whose INSERT comes first; there is one ban in force on a person, one inviter of
//! each, one seat of each in a room; an invite is never overdrawn (`CHECK`); an event has one place in the
//! ledger and a place one event, so that of two who sequence at once one fails. (That they take turns by
//! locking the sequencer's row only spares them that.)

/// One guard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Guard {
    /// A use of an invite is taken only `WHERE uses + held < max_uses`.
    InviteUses,
    /// A use of an invite that was closed, its places given again, is never taken: `WHERE closed_at IS NULL`.
    InviteClosed,
    /// An attempt at a one-time code is taken only `WHERE proof_failures < ?`.
    AttemptsCounted,
    /// A held use is given back, or becomes a use, by whoever's DELETE ends the hold.
    HoldOnce,
    /// Whoever comes in holds their inviter's standing until the commit.
    InviterHeld,
    /// A newcomer's flow is locked by each step: what a step was decided by still holds when it is written.
    FlowHeld,
    /// Whoever has a quota is locked while the places they have given are counted and written.
    QuotaHeld,
    /// The waitlist is locked while it is counted and somebody comes onto it, and while some of it are let in at once.
    WaitlistHeld,
    /// Whoever waits is let in only where they wait still.
    LetInOnce,
    /// An invite is declined or passed on only while it stands.
    EndedOnce,
    /// A letter takes another invite in only while nobody is delivering it.
    LetterTakesIn,
    /// An idempotency key is claimed by the INSERT that finds it free.
    KeyOnce,
    /// An attempt is admitted and counted in one statement.
    ThrottleCounted,
    /// A one-time sign-in code is spent only `WHERE used_at IS NULL`.
    SignInCodeOnce,
    /// A link to a new password is spent by whoever's DELETE finds it.
    PasswordLinkOnce,
    /// Whoever signs in by a password that is being changed is found by the change, or finds it.
    PasswordStill,
    /// A change of address is undone once: `WHERE used_at IS NULL`.
    AddressUndoOnce,
    /// Of two changes of one account the second sees the first: its owner is locked.
    AccountHeld,
    /// A password's hash is made anew only `WHERE phc = ?`, the one that the password was compared with.
    RenewedOnce,
    /// A refresh token is turned over only `WHERE generation = ?`.
    RefreshOnce,
    /// Whoever is signed in is held in their standing until the session is written.
    HolderHeld,
    /// Makers of a first owner come one at a time.
    FoundersHeld,
    /// Makers of signing keys come one at a time.
    KeysHeld,
    /// One document stands behind at most N accounts: slots with a primary key.
    IdentitySlots,
    /// A name and a document take the place only of those that they were decided upon.
    IdentityOnce,
    /// A case is claimed only where nobody else has it.
    CaseClaimedOnce,
    /// A case is decided only while it is open and the reviewer's own.
    CaseDecidedOnce,
    /// A room is locked while its seats are counted and given out, and while they are fitted to what it asks for.
    RoomHeld,
    /// Whoever is given a seat is held in their standing until it is written.
    SeatedHeld,
    /// A room server is locked while a room is opened on it, and while it is taken away or governed elsewhere.
    ServerHeld,
    /// A letter is claimed by one postman at a time.
    LettersClaimed,
    /// What became of a letter is written only by whoever has the claim.
    LetterFence,
    /// The next steps of a job are counted only from where it stands.
    JobShared,
    /// Migrators come one at a time.
    MigratorsApart,
    /// The feed's sequencer takes only what is below the oldest running transaction.
    FeedHorizon,
    /// A subscriber moves its cursor only under the fence of its own lease.
    LeaseFence,
    /// After a hard error SQLite's writer abandons the whole batch.
    AbandonBatch,
    /// Nobody is told before the commit.
    AnswerAfterCommit,
    /// Whoever is acted on, whoever acts and every owner stay as they are until the commit.
    MembersHeld,
    /// A lift waits for whoever decides the same member's standing before it has a transaction id.
    LiftInTurn,
    /// A reviewer is locked while their claims and the names that they were shown are counted and written.
    ReviewerHeld,
    /// Those who give somebody another inviter come one at a time: two at once could make a circle.
    ReparentInTurn,
}

/// Which guards are on.
#[cfg(not(feature = "switches"))]
#[derive(Debug, Clone, Copy, Default)]
pub struct Guards;

#[cfg(not(feature = "switches"))]
mod always {
    use super::Guards;

    impl Guards {
        /// Runs `work`.
        #[inline(always)]
        pub(in crate::platform::store) fn within<T>(&self, work: impl FnOnce() -> T) -> T {
            work()
        }
    }

    /// Never.
    #[inline(always)]
    pub(in crate::platform::store) const fn passes(_point: &str) -> bool {
        false
    }

    /// The statement itself.
    #[inline(always)]
    pub(in crate::platform::store) const fn altered(sql: &'static str) -> &'static str {
        sql
    }
}

#[cfg(not(feature = "switches"))]
pub(super) use always::{altered, passes};

/// Which guards are on.
#[cfg(feature = "switches")]
#[derive(Debug, Clone, Default)]
pub struct Guards {
    off: std::sync::Arc<std::sync::atomic::AtomicU64>,
}

#[cfg(feature = "switches")]
mod switched {
    use std::{borrow::Cow, cell::RefCell, sync::atomic::Ordering};

    use super::{Guard, Guards};

    /// What the absence of a guard changes.
    enum Without {
        /// What the code names so is passed by: a lock is not taken, a condition is taken as met.
        Point(&'static str),
        /// In a statement with `of` in its text, each `text` is replaced.
        Text {
            of: &'static str,
            text: &'static str,
            by: &'static str,
        },
    }

    use Without::{Point, Text};

    /// A guard may have several lines.
    const WITHOUT: &[(Guard, Without)] = &[
        (
            Guard::InviteUses,
            Text {
                of: "UPDATE invites SET held = held + 1",
                text: " AND uses + held + bound < max_uses",
                by: "",
            },
        ),
        (
            Guard::InviteClosed,
            Text {
                of: "UPDATE invites SET held = held + 1",
                text: " AND closed_at IS NULL",
                by: "",
            },
        ),
        (Guard::AttemptsCounted, Point("an attempt at a code is left")),
        (Guard::HoldOnce, Point("a hold is ended by whoever counts it")),
        // Whoever finds the key in use is refused still; of two who look at once, both find it free.
        (
            Guard::KeyOnce,
            Text {
                of: "INSERT INTO idempotency",
                text: "WHERE idempotency.at < ?",
                by: "WHERE (idempotency.at < ? OR NOT EXISTS \
                     (SELECT 1 FROM idempotency AS seen WHERE seen.key = excluded.key))",
            },
        ),
        // What was there when the statement began is what counts, not what it finds once it has the row.
        (
            Guard::ThrottleCounted,
            Text {
                of: "INSERT INTO throttles (bucket, arrival) VALUES (?, ?) ON CONFLICT (bucket) \
                     DO UPDATE SET arrival = ? + CASE",
                text: "throttles.arrival",
                by: "COALESCE((SELECT seen.arrival FROM throttles AS seen WHERE seen.bucket = excluded.bucket), 0)",
            },
        ),
        (Guard::SignInCodeOnce, Point("a sign-in code is good still")),
        (Guard::AddressUndoOnce, Point("a former address can be had back still")),
        (Guard::AccountHeld, Point("whoever changes their own account")),
        (Guard::PasswordLinkOnce, Point("a link to a new password is good still")),
        (
            Guard::PasswordStill,
            Point("a password is the one that somebody came in with"),
        ),
        // The hash is compared before the row is locked.
        (
            Guard::RenewedOnce,
            Text {
                of: "UPDATE credentials SET phc = ?",
                text: "UPDATE credentials SET phc = ?, changed_at = ? WHERE person = ? AND phc = ?",
                by: "INSERT INTO credentials (phc, changed_at, person) \
                     SELECT phc, at, person FROM (VALUES (?, ?, ?, ?)) AS given (phc, at, person, old) \
                     WHERE old = (SELECT seen.phc FROM credentials AS seen WHERE seen.person = given.person) \
                     ON CONFLICT (person) DO UPDATE SET phc = excluded.phc, changed_at = excluded.changed_at",
            },
        ),
        (
            Guard::RefreshOnce,
            Text {
                of: "UPDATE sessions SET generation = generation + 1",
                text: " AND generation = ?",
                by: " AND ? IS NOT NULL",
            },
        ),
        // Everybody has a number of their own, so that no two want the same.
        (
            Guard::IdentitySlots,
            Text {
                of: "INSERT INTO identity_slots",
                text: "VALUES (?, ?, ?, ?)",
                by: "SELECT blind, 255 + subject, subject, claimed FROM (VALUES (?, ?, ?, ?)) \
                     AS given (blind, slot, subject, claimed)",
            },
        ),
        (
            Guard::IdentityOnce,
            Point("an identity is the one that was decided upon"),
        ),
        (Guard::CaseClaimedOnce, Point("a case can be claimed")),
        (
            Guard::CaseDecidedOnce,
            Point("a case is claimed by whoever ends the claim"),
        ),
        (
            Guard::LetterFence,
            Text {
                of: "UPDATE outbox SET",
                text: " AND claim = ?",
                by: " AND ? IS NOT NULL",
            },
        ),
        (
            Guard::LetterTakesIn,
            Text {
                of: "UPDATE outbox SET message_id = ?",
                text: " AND claim IS NULL",
                by: "",
            },
        ),
        (
            Guard::EndedOnce,
            Point("an invite that is declined or passed on stands"),
        ),
        (Guard::JobShared, Point("a job stands where its next steps begin")),
        (Guard::MigratorsApart, Point("migrators come one at a time")),
        // Whatever is seen is taken, though an older transaction may still run.
        (
            Guard::FeedHorizon,
            Text {
                of: "FROM pg_current_snapshot()",
                text: "pg_snapshot_xmin(s)",
                by: "pg_snapshot_xmax(s)",
            },
        ),
        (Guard::LeaseFence, Point("a lease is still its holder's")),
        (Guard::AbandonBatch, Point("a hard error ends the batch")),
        (Guard::AnswerAfterCommit, Point("nobody is told before the commit")),
        (Guard::InviterHeld, Point("an inviter's standing")),
        (Guard::FlowHeld, Point("a newcomer's flow")),
        (Guard::QuotaHeld, Point("inviters whose places are counted")),
        (Guard::WaitlistHeld, Point("the waitlist")),
        (Guard::LetInOnce, Point("somebody still waits")),
        (Guard::FoundersHeld, Point("making the first owner")),
        (Guard::KeysHeld, Point("making a signing key")),
        (Guard::RoomHeld, Point("a room")),
        (Guard::SeatedHeld, Point("the standing of whoever is given a seat")),
        (Guard::ServerHeld, Point("a room server")),
        (Guard::LettersClaimed, Point("letters that are due")),
        (Guard::MembersHeld, Point("those whom a sanction or a role concerns")),
        (Guard::LiftInTurn, Point("a standing that a lift changes")),
        (Guard::ReviewerHeld, Point("a reviewer")),
        (Guard::ReparentInTurn, Point("who let whom in, while it is changed")),
        // It is neither locked nor looked at.
        (Guard::HolderHeld, Point("whoever signs in is in good standing")),
        (
            Guard::HolderHeld,
            Text {
                of: "UPDATE people SET standing = standing WHERE id = ?",
                text: "WHERE",
                by: "WHERE FALSE AND",
            },
        ),
    ];

    thread_local! {
        /// The guards of the store for which this thread works.
        static CURRENT: RefCell<Guards> = RefCell::default();
    }

    /// Puts back what was current before.
    struct Restored(Guards);

    impl Drop for Restored {
        fn drop(&mut self) {
            CURRENT.set(std::mem::take(&mut self.0));
        }
    }

    impl Guards {
        /// Takes one guard out of everything that shares these switches.
        pub fn switch_off(&self, guard: Guard) {
            self.off.fetch_or(1 << guard as u64, Ordering::SeqCst);
        }

        /// Runs `work` under these guards: what it does on this thread heeds those that are on.
        pub(in crate::platform::store) fn within<T>(&self, work: impl FnOnce() -> T) -> T {
            let _restored = Restored(CURRENT.replace(self.clone()));
            work()
        }
    }

    /// What the current guards that are off change.
    fn changes() -> impl Iterator<Item = &'static Without> {
        let off = CURRENT.with_borrow(|guards| guards.off.load(Ordering::SeqCst));
        WITHOUT
            .iter()
            .filter(move |(guard, _)| off & (1 << *guard as u64) != 0)
            .map(|(_, without)| without)
    }

    /// Whether `point` is passed by.
    pub(in crate::platform::store) fn passes(point: &str) -> bool {
        changes().any(|without| matches!(without, Point(passed) if *passed == point))
    }

    /// The statement as it is without the guards that are off.
    pub(in crate::platform::store) fn altered(sql: &'static str) -> Cow<'static, str> {
        let mut altered = Cow::Borrowed(sql);
        for without in changes() {
            if let Text { of, text, by } = without
                && sql.contains(of)
            {
                altered = altered.replace(text, by).into();
            }
        }
        altered
    }
}

#[cfg(feature = "switches")]
pub(super) use switched::{altered, passes};
