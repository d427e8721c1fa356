//! Review by people: a submission waits as a case in the reviewers' queue (`commands::claim`, `commands::decide`).

use super::{Answer, Finding, Request, Verified, Verifier};
use crate::{
    identity::{CaseState, SubmitError, records},
    invites,
    platform::{
        ledger::{Event, Tx, events},
        store::{Conn, StoreError},
        terms::{CaseId, Id},
        vault::Subject,
    },
};

/// Reviewers of the community.
pub(in crate::identity) struct Review;

impl From<CaseState> for Answer {
    fn from(state: CaseState) -> Self {
        match state {
            CaseState::Open => Self::Pending,
            // A reviewer compares the name with the document.
            CaseState::Approved => Self::Final(Finding::Verified(Verified {
                name: true,
                document: true,
            })),
            CaseState::Retry => Self::Retry { after: None },
            CaseState::Refused => Self::Final(Finding::Refused),
            CaseState::Withdrawn => Self::Expired,
        }
    }
}

impl Verifier for Review {
    /// Opens a case. The use of the invite stays reserved for as long as the case may wait.
    fn request(&self, tx: &mut Tx<'_>, request: &Request<'_>) -> Result<Option<CaseId>, SubmitError> {
        let waits_until = tx.now.after(request.wait);
        if !invites::prolong(tx, request.way.flow, waits_until)? {
            return Err(SubmitError::NotReserved);
        }
        let case = Id::new(tx.now, tx.rng);
        let new = records::NewCase {
            id: case,
            subject: request.subject,
            way: request.way,
            document_blind: request.document_blind,
            waits_until,
        };
        records::insert_case(tx.conn, &new, tx.now)?;
        tx.record(Event::CaseOpened(events::CaseOpened {
            case,
            flow: request.way.flow,
        }));
        Ok(Some(case))
    }

    fn answers(&self, conn: &mut Conn, subject: Subject) -> Result<Vec<Answer>, StoreError> {
        let states = records::case_states(conn, subject)?;
        Ok(states.into_iter().map(Answer::from).collect())
    }

    fn withdraw(&self, tx: &mut Tx<'_>, subject: Subject) -> Result<(), StoreError> {
        for case in records::withdraw_cases(tx.conn, subject)? {
            tx.record(Event::CaseWithdrawn(events::CaseWithdrawn { case }));
        }
        Ok(())
    }
}
