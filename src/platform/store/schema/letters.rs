//! What letters are about besides the first thing.

diesel::table! {
    letter_subjects (letter_id, about) {
        letter_id -> BigInt,
        about -> Binary,
    }
}
