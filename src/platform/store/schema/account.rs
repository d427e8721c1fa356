//! What members change of their own account.

diesel::table! {
    password_links (person) {
        person -> BigInt,
        hash -> Binary,
        expires_at -> BigInt,
    }
}

diesel::table! {
    password_asks (uid) {
        uid -> Binary,
        contact_blind -> Binary,
        at -> BigInt,
    }
}

diesel::table! {
    address_changes (person) {
        person -> BigInt,
        uid -> Binary,
        blind -> Binary,
        address_sealed -> Binary,
        code_sealed -> Binary,
        expires_at -> BigInt,
        failures -> BigInt,
    }
}

diesel::table! {
    address_undos (id) {
        id -> BigInt,
        person -> BigInt,
        hash -> Binary,
        blind -> Binary,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    former_handles (handle) {
        handle -> Text,
        person -> BigInt,
        until -> BigInt,
    }
}

diesel::table! {
    handle_changes (person) {
        person -> BigInt,
        changed_at -> BigInt,
    }
}
