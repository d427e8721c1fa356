//! The header `Idempotency-Key`. What a key means stands in [`crate::platform::idempotency`].

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};
use serde::Serialize;
use utoipa::{
    IntoParams,
    openapi::{
        ObjectBuilder, Required,
        path::{Parameter, ParameterBuilder, ParameterIn},
        schema::Type,
    },
};
use zeroize::Zeroizing;

use super::problem::{Problem, ProblemKind};
use crate::platform::{
    idempotency::{Asker, Key, KeyReused, Secret},
    jobs::SubmitError,
};

/// How long a key may be, in characters: whoever takes one of the fewest at random has 64 bits or more in it.
const LENGTHS: std::ops::RangeInclusive<usize> = 16..=255;

/// The header `Idempotency-Key` of a request, where there is one.
#[derive(Clone)]
pub struct IdempotencyKey(Option<(String, Data<Secret>)>);

impl FromRequest for IdempotencyKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let key = match request.headers().get("idempotency-key") {
            None => Ok(Self(None)),
            Some(value) => match value.to_str() {
                Ok(key) if LENGTHS.contains(&key.len()) => match request.app_data::<Data<Secret>>() {
                    Some(secret) => Ok(Self(Some((key.to_owned(), Data::clone(secret))))),
                    None => Err(Problem::internal("there is no secret for idempotency keys")),
                },
                _ => Err(Problem::field(
                    "Idempotency-Key",
                    "Use 16 to 255 visible ASCII characters, such as a UUID.",
                )),
            },
        };
        ready(key)
    }
}

/// Its words in the description of each operation that takes one.
impl IntoParams for IdempotencyKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let header = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some(
                "16 to 255 visible ASCII characters. The same caller's repeats of a request with the same key are \
                 answered as the first.",
            ))
            .schema(Some(
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    // Visible ASCII (RFC 9110 §5.5).
                    .pattern(Some(format!("^[!-~]{{{},{}}}$", LENGTHS.start(), LENGTHS.end()))),
            ));
        vec![header.build()]
    }
}

impl IdempotencyKey {
    /// Binds the key to whoever asks, the operation and the request's content.
    ///
    /// # Errors
    /// Content that is no JSON, which is a fault of ours.
    pub fn bind(self, asker: Asker, operation: &'static str, request: &impl Serialize) -> Result<Key, Problem> {
        let Some((text, secret)) = self.0 else {
            return Ok(Key::none());
        };
        let content = Zeroizing::new(serde_json::to_vec(request).map_err(Problem::internal)?);
        Ok(Key::new(&secret, &text, asker, operation, &content))
    }
}

impl From<KeyReused> for Problem {
    fn from(_: KeyReused) -> Self {
        Self::new(ProblemKind::IdempotencyKeyReused)
    }
}

impl From<SubmitError> for Problem {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::KeyReused(reused) => reused.into(),
            SubmitError::Store(error) => error.into(),
        }
    }
}
