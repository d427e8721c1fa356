//! Tables as CSV (RFC 4180): a body that is read whole, and an answer that is streamed.

use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, dev::Payload, web::Bytes};
use futures_util::{Stream, future::LocalBoxFuture};

use super::{json, problem::Problem};

/// The content type of both.
pub const TEXT_CSV: &str = "text/csv";

/// A body of `text/csv` of up to `MOST` bytes.
#[derive(Debug)]
pub struct Csv<const MOST: usize>(pub Bytes);

impl<const MOST: usize> FromRequest for Csv<MOST> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_csv = request.content_type().eq_ignore_ascii_case(TEXT_CSV);
        let body = json::media(request, is_csv).map(|()| json::read(request, payload, Some(MOST)));
        Box::pin(async move { Ok(Self(body?.await?)) })
    }
}

/// A table that is streamed, as a file that a browser keeps under this name.
pub fn table(name: &str, rows: impl Stream<Item = Result<Bytes, Problem>> + 'static) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header(("Content-Disposition", format!("attachment; filename=\"{name}\"")))
        .streaming(rows)
}
