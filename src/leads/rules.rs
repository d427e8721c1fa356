//! Where a lead stands after it was looked for again. Pure.

use super::LeadState;

/// Whether so much more speaks for a lead than when it was dismissed that it is looked at again: half as much again, and
/// two more at least.
pub fn grew_clearly(then: i64, now: i64) -> bool {
    now >= then.saturating_add(2) && now.saturating_mul(2) >= then.saturating_mul(3)
}

/// Where a lead stands that was found again.
pub fn found_again(state: LeadState, dismissed: Option<i64>, evidence: i64) -> LeadState {
    match (state, dismissed) {
        // One that was dismissed may have been past meanwhile.
        (LeadState::Dismissed | LeadState::Past, Some(then)) if !grew_clearly(then, evidence) => LeadState::Dismissed,
        _ => LeadState::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dismissed_lead_opens_again_where_clearly_more_speaks_for_it() {
        for (then, now, grew) in [
            (3, 4, false),
            (3, 5, true),
            (4, 6, true),
            (10, 14, false),
            (10, 15, true),
            (0, 1, false),
            (0, 2, true),
        ] {
            assert_eq!(grew_clearly(then, now), grew, "{then} {now}");
            let state = if grew { LeadState::Open } else { LeadState::Dismissed };
            for before in [LeadState::Dismissed, LeadState::Past] {
                assert_eq!(found_again(before, Some(then), now), state, "{before} {then} {now}");
            }
            // Once it was opened again, it stays so.
            assert_eq!(found_again(LeadState::Open, Some(then), now), LeadState::Open);
        }
        assert_eq!(found_again(LeadState::Past, None, 1), LeadState::Open);
    }
}
