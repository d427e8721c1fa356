//! The tables of who is what in a room, and of what was done there.

diesel::table! {
    room_places (room_id, person) {
        room_id -> BigInt,
        person -> BigInt,
        place -> Nullable<Text>,
        muted_until -> Nullable<BigInt>,
        barred_until -> Nullable<BigInt>,
        changed_at -> BigInt,
    }
}

diesel::table! {
    room_hands (room_id, person) {
        room_id -> BigInt,
        person -> BigInt,
        raised_at -> BigInt,
    }
}

diesel::table! {
    room_acts (id) {
        id -> BigInt,
        room_id -> BigInt,
        person -> BigInt,
        ticket -> Binary,
        act -> Text,
        reason -> Text,
        by_person -> Nullable<BigInt>,
        by_service -> Nullable<BigInt>,
        at -> BigInt,
        until -> Nullable<BigInt>,
    }
}
