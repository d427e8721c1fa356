//! What `make console` builds, in the binary, packed beforehand. A debug build reads it from where it was built.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY},
    web::Path,
};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "console/dist"]
#[allow_missing = true]
struct Dist;

/// The page that loads the rest; nothing where the console was not built.
pub(super) fn page() -> Option<String> {
    let file = Dist::get("index.html")?;
    String::from_utf8(file.data.into_owned()).ok()
}

fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

/// Whether `Accept-Encoding` takes a coding (RFC 9110 §12.5.3). What it names with a weight of zero it does not.
fn takes(accepted: &str, coding: &str) -> bool {
    accepted.split(',').any(|part| {
        let (name, weight) = part.split_once(';').unwrap_or((part, ""));
        let refused = matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000");
        name.trim().eq_ignore_ascii_case(coding) && !refused
    })
}

/// One file. Its name holds what it holds: a browser keeps it for a year.
pub(in crate::pages) async fn file(request: HttpRequest, name: Path<String>) -> HttpResponse {
    let accepted = request.headers().get(ACCEPT_ENCODING);
    let accepted = accepted.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let packed = [("br", ".br"), ("gzip", ".gz")]
        .into_iter()
        .filter(|(coding, _)| takes(accepted, coding))
        .find_map(|(coding, ending)| Some((coding, Dist::get(&format!("assets/{name}{ending}"))?)));
    let mut answer = HttpResponse::Ok();
    let file = match packed {
        Some((coding, file)) => {
            answer.insert_header((CONTENT_ENCODING, coding));
            file
        }
        None => match Dist::get(&format!("assets/{name}")) {
            Some(file) => file,
            None => return HttpResponse::NotFound().finish(),
        },
    };
    answer
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((CONTENT_TYPE, kind(&name)))
        .insert_header((VARY, "Accept-Encoding"))
        .insert_header(("Cross-Origin-Resource-Policy", "same-origin"))
        .body(file.data.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_taken_is_sent() {
        assert!(takes("gzip, deflate, br", "br"));
        assert!(takes("BR;q=0.5", "br"));
        assert!(!takes("gzip, br;q=0", "br"));
        assert!(!takes("", "br"));
        assert!(!takes("brotli", "br"));
    }
}
