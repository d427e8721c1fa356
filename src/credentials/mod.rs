//! Credentials: what a member proves themself with, and how it is kept.
//!
//! A password is stored as an Argon2id hash with a secret of the keyring ([`passwords`]), a one-time sign-in code as its
//! keyed hash. Who somebody is follows from a credential here; what they get for it is the business of `tokens`.

mod codes;
mod commands;
pub mod http;
pub mod passwords;
mod queries;
mod records;
mod text_codes;

pub use codes::{PasswordLink, SignInCode, make_token, read_token};
pub use commands::{
    end_password_link, forget, forgot_password, make_password_link, make_sign_in_code, set_password, take_ask,
    void_password,
};
pub use passwords::{ChoiceError, Hasher, HasherError};
pub use queries::{PasswordProof, ProofError, has_password, has_password_link, prove_own_password, prove_password};
pub use text_codes::{TEXT_CODE_LASTS, TextCode, has_text_code, six_digits, spend_text_code, text_code};
