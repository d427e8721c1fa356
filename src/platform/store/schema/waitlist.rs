//! The tables of the waitlist, and of places that admins gave.

diesel::table! {
    applications (id) {
        id -> BigInt,
        uid -> Binary,
        token_hash -> Binary,
        subject_id -> BigInt,
        state -> Text,
        locale -> Text,
        address_blind -> Binary,
        address_sealed -> Nullable<Binary>,
        note_sealed -> Nullable<Binary>,
        proofs_sealed -> Nullable<Binary>,
        proof_failures -> BigInt,
        asked_at -> BigInt,
        expires_at -> BigInt,
        turn -> Nullable<BigInt>,
        waits_since -> Nullable<BigInt>,
        decided_at -> Nullable<BigInt>,
        decided_by -> Nullable<BigInt>,
        invite -> Nullable<Binary>,
        reason_sealed -> Nullable<Binary>,
    }
}

diesel::table! {
    application_vouches (application_id, person) {
        application_id -> BigInt,
        person -> BigInt,
        at -> BigInt,
    }
}

diesel::table! {
    waitlist_draws (id) {
        id -> BigInt,
        uid -> Binary,
        way -> Text,
        seed -> Nullable<Text>,
        waiting -> BigInt,
        let_in -> BigInt,
        drawn_by -> Nullable<BigInt>,
        at -> BigInt,
    }
}

diesel::table! {
    quota_grants (id) {
        id -> BigInt,
        uid -> Binary,
        person -> BigInt,
        places -> BigInt,
        reason_sealed -> Binary,
        granted_by -> Nullable<BigInt>,
        at -> BigInt,
    }
}
