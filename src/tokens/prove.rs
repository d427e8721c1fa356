//! A member who is signed in proves that they know their password: for what a session that was left open is not enough.

use std::sync::Arc;

use secrecy::SecretString;

use super::{
    Inner, SignIn, SignInError,
    sign_in::{Allowance, give_back},
};
use crate::{
    credentials::{self, PasswordProof},
    platform::{
        ledger::Actor,
        terms::{PersonRow, SessionId},
        vault::Blind,
    },
};

impl SignIn {
    /// The proof of a member's password, to be confirmed in the transaction that relies on it
    /// ([`PasswordProof::confirm`]). Every attempt is counted as a failure before the password is looked at, by the
    /// session and by the member; those of strangers at the door are counted apart, so that they lock nobody out here.
    ///
    /// # Errors
    /// [`SignInError`]; [`SignInError::Wrong`] also where they have none.
    pub async fn prove(
        &self,
        person: PersonRow,
        session: SessionId,
        password: SecretString,
    ) -> Result<PasswordProof, SignInError> {
        let Inner { ledger, vault, .. } = &*self.tokens().inner;
        let bucket = |what: &[u8], whose: &[u8]| vault.blind(Blind::Throttle, &[what, whose].concat());
        let allowance: Allowance = Arc::from([
            (
                bucket(b"own-password/session/", session.as_bytes()),
                self.device_failures,
            ),
            (bucket(b"own-password/", &person.0.to_be_bytes()), self.failures),
        ]);
        self.count(&allowance).await?;
        let proved = credentials::prove_own_password(ledger.store(), &self.hasher, person, password).await;
        let proved = proved.map_err(SignInError::from);
        if !matches!(proved, Ok(None)) {
            // It was right, or nothing was tried.
            ledger.write(Actor::System, move |tx| give_back(tx, &allowance)).await?;
        }
        proved?.ok_or(SignInError::Wrong)
    }
}
