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
    }
}
