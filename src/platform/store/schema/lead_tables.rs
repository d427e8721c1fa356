//! The tables of leads.

diesel::table! {
    leads (id) {
        id -> BigInt,
        uid -> Binary,
        kind -> Text,
        person -> BigInt,
        state -> Text,
        strength -> BigInt,
        evidence -> BigInt,
        since -> Nullable<BigInt>,
        figures -> Text,
        explanation -> Text,
        first_seen_at -> BigInt,
        last_seen_at -> BigInt,
        dismissed_at -> Nullable<BigInt>,
        dismissed_by -> Nullable<BigInt>,
        dismissed_evidence -> Nullable<BigInt>,
        reason_sealed -> Nullable<Binary>,
    }
}

diesel::table! {
    lead_runs (one) {
        one -> BigInt,
        at -> BigInt,
    }
}
