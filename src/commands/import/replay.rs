//! What each row of a history comes to. Pure: a history in, what is to be done and a report out.
//!
//! Strictly in the order of time, a rater who is no member becomes a root. A positive word about
//! somebody who is no member is an invite that they took; about a member, it vouches for them. A
//! negative word about a member is a report; about anybody else it is set aside, for it never
//! admits. (To take everybody's first positive rating as their invite, whatever the order, gives
//! circles, and inviters who joined after those whom they invited.)

use std::{collections::HashSet, fmt};

use serde::{Deserialize, Serialize};

use super::history::{History, Name};

/// What a row comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The rater lets somebody in.
    Invite,
    /// The rater stands up for a member.
    Vouch,
    /// They did so before: nothing new.
    VouchedBefore,
    /// The rater complains of a member.
    Report,
    /// A negative word about somebody who is no member.
    SetAside,
    /// A word about oneself: refused, it changes nothing.
    OfOneself,
    /// A rating of 0 says nothing: refused, it changes nothing.
    Zero,
}

/// One row, decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Whether the rater becomes a root by it.
    pub founds: bool,
    /// What it comes to.
    pub outcome: Outcome,
}

/// What a whole history comes to. Every row and everybody is counted once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Report {
    /// Rows in the file: the sum of the seven that follow.
    pub rows: u64,
    /// Rows that let somebody in.
    pub invites: u64,
    /// Rows that vouch.
    pub vouches: u64,
    /// Rows that vouch once more for the same member.
    pub vouched_before: u64,
    /// Rows that complain of a member.
    pub reports: u64,
    /// Negative rows about somebody who was no member then.
    pub set_aside: u64,
    /// Rows refused because they are about the rater.
    pub of_oneself: u64,
    /// Rows refused because they say 0.
    pub zero: u64,
    /// People named in the file: the roots, the invited (as many as invites) and the never admitted.
    pub people: u64,
    /// People who rated before anybody let them in.
    pub roots: u64,
    /// People of whom no row makes a member.
    pub never_admitted: u64,
    /// The most invites between a root and a member.
    pub greatest_depth: u32,
}

/// A history, decided row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// One for each rating, in the same order.
    pub steps: Vec<Step>,
    /// What they come to together.
    pub report: Report,
}

/// Decides every row of a history.
pub fn plan(history: &History) -> Plan {
    let mut depths: Vec<Option<u32>> = vec![None; history.names.len()];
    let mut vouched: HashSet<(Name, Name)> = HashSet::new();
    let mut report = Report {
        rows: history.ratings.len() as u64,
        people: history.names.len() as u64,
        ..Report::default()
    };
    let steps = history.ratings.iter().map(|row| {
        let refused = if row.from == row.to {
            Some(Outcome::OfOneself)
        } else if row.rating == 0 {
            Some(Outcome::Zero)
        } else {
            None
        };
        let founds = refused.is_none() && depths[row.from.0].is_none();
        let outcome = refused.unwrap_or_else(|| {
            let depth = *depths[row.from.0].get_or_insert(0);
            match depths[row.to.0] {
                None if row.rating > 0 => {
                    depths[row.to.0] = Some(depth + 1);
                    report.greatest_depth = report.greatest_depth.max(depth + 1);
                    Outcome::Invite
                }
                None => Outcome::SetAside,
                Some(_) if row.rating < 0 => Outcome::Report,
                Some(_) if vouched.insert((row.from, row.to)) => Outcome::Vouch,
                Some(_) => Outcome::VouchedBefore,
            }
        });
        report.roots += u64::from(founds);
        *report.count(outcome) += 1;
        Step { founds, outcome }
    });
    let steps = steps.collect();
    report.never_admitted = depths.iter().filter(|depth| depth.is_none()).count() as u64;
    Plan { steps, report }
}

impl Report {
    fn count(&mut self, outcome: Outcome) -> &mut u64 {
        match outcome {
            Outcome::Invite => &mut self.invites,
            Outcome::Vouch => &mut self.vouches,
            Outcome::VouchedBefore => &mut self.vouched_before,
            Outcome::Report => &mut self.reports,
            Outcome::SetAside => &mut self.set_aside,
            Outcome::OfOneself => &mut self.of_oneself,
            Outcome::Zero => &mut self.zero,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: [(&str, u64, &str); 13] = [
            ("rows", self.rows, ""),
            ("  invites", self.invites, "taken"),
            ("  vouches", self.vouches, "taken"),
            ("  vouched before", self.vouched_before, "nothing new"),
            ("  reports", self.reports, "taken"),
            (
                "  set aside",
                self.set_aside,
                "a negative word about somebody who was no member",
            ),
            ("  refused", self.of_oneself, "a word about oneself"),
            ("  refused", self.zero, "a rating of 0 says nothing"),
            ("people", self.people, ""),
            ("  roots", self.roots, "rated before anybody let them in"),
            ("  invited", self.invites, ""),
            ("  never admitted", self.never_admitted, ""),
            ("greatest depth", u64::from(self.greatest_depth), "invites from a root"),
        ];
        for (what, count, note) in rows {
            let line = format!("{what:18}{count:>9}  {note}");
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::terms::Timestamp;

    fn planned(rows: &str) -> Plan {
        let now = Timestamp::from_seconds(1_800_000_000);
        plan(&History::read(format!("from,to,rating,time\n{rows}").as_bytes(), now).unwrap())
    }

    #[test]
    fn each_row_comes_to_one_thing() {
        use Outcome::{Invite, OfOneself, Report, SetAside, Vouch, VouchedBefore, Zero};
        let plan = planned(
            "a,a,5,1\na,b,0,2\na,c,-1,3\na,b,1,4\nb,c,2,5\na,b,1,6\na,b,9,7\nb,a,-3,8\nd,a,1,9\nc,e,1,10\nc,e,-1,11\n\
             f,f,1,12\na,g,-1,13\ng,a,1,14\n",
        );
        let steps: Vec<(bool, Outcome)> = plan.steps.iter().map(|step| (step.founds, step.outcome)).collect();
        assert_eq!(
            steps,
            [
                (false, OfOneself),
                (false, Zero),
                (true, SetAside),
                (false, Invite),
                (false, Invite),
                (false, Vouch),
                (false, VouchedBefore),
                (false, Report),
                (true, Vouch),
                (false, Invite),
                (false, Report),
                (false, OfOneself),
                (false, SetAside),
                (true, Vouch),
            ]
        );
        let report = plan.report;
        assert_eq!(
            (report.roots, report.invites, report.never_admitted, report.people),
            (3, 3, 1, 7)
        );
        assert_eq!(report.greatest_depth, 3);
        let super::Report {
            invites,
            vouches,
            vouched_before,
            reports,
            set_aside,
            of_oneself,
            zero,
            rows,
            ..
        } = report;
        assert_eq!(
            invites + vouches + vouched_before + reports + set_aside + of_oneself + zero,
            rows
        );
    }

    #[test]
    fn the_file_decides_where_the_time_does_not() {
        let plan = planned("a,b,1,1\nb,c,1,1\n");
        assert_eq!((plan.report.roots, plan.report.greatest_depth), (1, 2));
        let plan = planned("b,c,1,1\na,b,1,1\n");
        assert_eq!((plan.report.roots, plan.report.greatest_depth), (2, 1));
    }
}
