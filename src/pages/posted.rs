//! Forms. One that does not come from our own pages, or does not show their token, is not looked at.

use std::collections::HashMap;

use actix_web::{FromRequest, HttpRequest, HttpResponse, ResponseError, dev::Payload, http::StatusCode, web};
use futures_util::future::LocalBoxFuture;

use super::{Site, api::Refused, visit::Visit};
use crate::http::browser;

/// The longest form, in bytes.
const LONGEST: usize = 32 * 1024;

/// What a form has sent, and who is at the page.
pub(super) struct Posted {
    /// Who is at the page.
    pub(super) visit: Visit,
    fields: HashMap<String, String>,
}

/// A form that is not looked at: the page that says so.
#[derive(Debug, thiserror::Error)]
#[error("the form is not taken")]
pub(super) struct NotTaken(std::cell::RefCell<Option<HttpResponse>>);

impl ResponseError for NotTaken {
    fn status_code(&self) -> StatusCode {
        StatusCode::FORBIDDEN
    }
    fn error_response(&self) -> HttpResponse {
        let page = self.0.borrow_mut().take();
        page.unwrap_or_else(|| HttpResponse::new(self.status_code()))
    }
}

impl FromRequest for Posted {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let visit = Visit::from_request(request, payload);
        let site = request.app_data::<web::Data<Site>>().cloned();
        let own = site.is_some_and(|site| browser::is_own(request.headers(), site.public_url.origin()));
        let body = web::Bytes::from_request(request, payload);
        Box::pin(async move {
            let visit = visit.await?;
            let refuse = |kind: &str, status| {
                let page = visit.refuse(&Refused::of(kind, status));
                Err(NotTaken(std::cell::RefCell::new(Some(page))).into())
            };
            if !own {
                return refuse("cross-site", StatusCode::FORBIDDEN);
            }
            let body = match body.await {
                Ok(body) if body.len() <= LONGEST => body,
                _ => return refuse("body-too-large", StatusCode::PAYLOAD_TOO_LARGE),
            };
            let text = std::str::from_utf8(&body).unwrap_or_default();
            let fields = web::Query::<HashMap<String, String>>::from_query(text);
            let Ok(web::Query(fields)) = fields else {
                return refuse("invalid-field", StatusCode::BAD_REQUEST);
            };
            let token = fields.get(TOKEN).map_or("", String::as_str);
            if !visit.fits(token) {
                return refuse("cross-site", StatusCode::FORBIDDEN);
            }
            Ok(Self { visit, fields })
        })
    }
}

/// The field with the page's token.
pub(super) const TOKEN: &str = "form_token";
/// The field with what makes a form that is sent twice one.
pub(super) const ONCE: &str = "once";

impl Posted {
    /// What was entered; nothing where there is no such field.
    pub(super) fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    /// The same without the space around it, which a phone's keyboard likes to add.
    pub(super) fn text(&self, name: &str) -> &str {
        self.field(name).trim()
    }

    /// The same; none where nothing was entered.
    pub(super) fn given(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }
}
