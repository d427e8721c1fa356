//! The tables of moderation.

diesel::table! {
    sanctions (id) {
        id -> BigInt,
        uid -> Binary,
        person -> BigInt,
        kind -> Text,
        reason -> Text,
        note_sealed -> Nullable<Binary>,
        imposed_at -> BigInt,
        imposed_by -> Nullable<BigInt>,
        lifted_at -> Nullable<BigInt>,
        lifted_by -> Nullable<BigInt>,
        lift_note_sealed -> Nullable<Binary>,
        ends_at -> Nullable<BigInt>,
        action -> Nullable<Binary>,
    }
}

diesel::table! {
    actions (id) {
        id -> BigInt,
        uid -> Binary,
        kind -> Text,
        reason -> Text,
        ends_at -> Nullable<BigInt>,
        subject_id -> BigInt,
        note_sealed -> Binary,
        note -> Text,
        selection -> Text,
        drafted_by -> Nullable<BigInt>,
        drafted_at -> BigInt,
        expires_at -> BigInt,
        proposed_at -> Nullable<BigInt>,
        withdrawn_at -> Nullable<BigInt>,
        approved_at -> Nullable<BigInt>,
        approved_by -> Nullable<BigInt>,
        people -> Nullable<BigInt>,
        job -> Nullable<Binary>,
        applied_at -> Nullable<BigInt>,
        undo_at -> Nullable<BigInt>,
        undo_by -> Nullable<BigInt>,
        undo_note_sealed -> Nullable<Binary>,
        undo_job -> Nullable<Binary>,
        undone_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    marks (block, action) {
        block -> BigInt,
        action -> Binary,
        standing -> Text,
        rank -> BigInt,
        who -> Text,
    }
}

diesel::table! {
    appeals (id) {
        id -> BigInt,
        uid -> Binary,
        sanction -> Binary,
        person -> BigInt,
        text_sealed -> Binary,
        made_at -> BigInt,
        claimed_by -> Nullable<BigInt>,
        claimed_until -> Nullable<BigInt>,
        decided_at -> Nullable<BigInt>,
        decided_by -> Nullable<BigInt>,
        verdict -> Nullable<Text>,
        reason_sealed -> Nullable<Binary>,
    }
}

diesel::table! {
    reports (id) {
        id -> BigInt,
        uid -> Binary,
        by_person -> Nullable<BigInt>,
        on_person -> BigInt,
        reason -> Text,
        note_sealed -> Nullable<Binary>,
        at -> BigInt,
        closed_at -> Nullable<BigInt>,
        closed_by -> Nullable<BigInt>,
        outcome -> Nullable<Text>,
        by_service -> Nullable<BigInt>,
    }
}
