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
