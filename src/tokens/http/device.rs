//! With what somebody signs in, as their request shows it.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header::USER_AGENT};
use futures_util::FutureExt;

use crate::{
    http::{ClientAddress, Problem},
    tokens::Device,
};

impl FromRequest for Device {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let agent = request.headers().get(USER_AGENT);
        let agent = agent.map(|agent| String::from_utf8_lossy(agent.as_bytes()).into_owned());
        // Where no gate stands before the handler, nobody has found an address.
        let address = ClientAddress::from_request(request, payload).now_or_never();
        ready(Ok(Self {
            agent: agent.unwrap_or_default(),
            address: address.and_then(Result::ok).map(|found| found.0),
        }))
    }
}
