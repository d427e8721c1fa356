//! The tables of what was otherwise in the graph before.

diesel::table! {
    former_edges (id) {
        id -> BigInt,
        kind -> Text,
        from_person -> Nullable<BigInt>,
        to_person -> BigInt,
        invite_id -> Nullable<BigInt>,
        at -> BigInt,
        until -> BigInt,
        ended_by -> Nullable<BigInt>,
        reason -> Nullable<Text>,
        note_sealed -> Nullable<Binary>,
    }
}

diesel::table! {
    assurance_changes (id) {
        id -> BigInt,
        person -> BigInt,
        at -> BigInt,
        former -> Text,
        assurance -> Text,
    }
}

diesel::table! {
    departures (person) {
        person -> BigInt,
        at -> BigInt,
        removed_by -> Nullable<BigInt>,
        reason -> Text,
        stood -> Text,
    }
}
