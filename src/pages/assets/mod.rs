//! Style sheets and scripts, in the binary. A name holds what the file holds: a browser keeps it for a year.

use std::sync::LazyLock;

use actix_web::{
    HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    web::Path,
};
use data_encoding::HEXLOWER;

use super::theme::{self, Rgb};
use crate::platform::vault::sha256;

/// The colour where the policy names none.
const COLOUR: &str = "1f5f8b";

struct Asset {
    name: String,
    kind: &'static str,
    text: &'static str,
}

fn asset_of(stem: &str, ending: &str, kind: &'static str, text: &'static str) -> Asset {
    let hash = HEXLOWER.encode(&sha256(text.as_bytes())[..8]);
    let name = format!("{stem}-{hash}.{ending}");
    Asset { name, kind, text }
}

static SITE_CSS: LazyLock<Asset> =
    LazyLock::new(|| asset_of("site", "css", "text/css; charset=utf-8", include_str!("site.css")));

static ICON: LazyLock<Asset> = LazyLock::new(|| asset_of("icon", "svg", "image/svg+xml", include_str!("icon.svg")));

/// Where the picture in the tab is.
pub(super) fn icon() -> String {
    format!("/assets/{}", ICON.name)
}

static SCAN_JS: LazyLock<Asset> =
    LazyLock::new(|| asset_of("scan", "js", "text/javascript; charset=utf-8", include_str!("scan.js")));

/// Where the script is that reads QR codes.
pub(super) fn scan() -> String {
    format!("/assets/{}", SCAN_JS.name)
}

static READER_JS: LazyLock<Asset> = LazyLock::new(|| {
    asset_of(
        "reader",
        "js",
        "text/javascript; charset=utf-8",
        include_str!("reader.js"),
    )
});

/// Where the script is that finds a QR code in a picture, for browsers that cannot: they load it when the camera is
/// asked for.
pub(super) fn reader() -> String {
    format!("/assets/{}", READER_JS.name)
}

static SHARE_JS: LazyLock<Asset> = LazyLock::new(|| {
    asset_of(
        "share",
        "js",
        "text/javascript; charset=utf-8",
        include_str!("share.js"),
    )
});

/// Where the script is that shares a link by the device's own way.
pub(super) fn share() -> String {
    format!("/assets/{}", SHARE_JS.name)
}

/// Where the style sheet is, below the base.
pub(super) fn style() -> String {
    format!("/assets/{}", SITE_CSS.name)
}

/// Where the style sheet of the community's colour is. `colour` is written `#rrggbb`.
pub(super) fn colours(colour: Option<&str>) -> String {
    let hex = colour.map_or(COLOUR, |colour| colour.trim_start_matches('#'));
    format!("/assets/theme-{hex}.css")
}

/// One file.
pub(super) async fn asset(name: Path<String>) -> HttpResponse {
    let kept = |kind: &'static str, text: String| {
        HttpResponse::Ok()
            .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
            .insert_header((CONTENT_TYPE, kind))
            .insert_header(("Cross-Origin-Resource-Policy", "same-origin"))
            .body(text)
    };
    if let Some(found) = [&SITE_CSS, &ICON, &SCAN_JS, &READER_JS, &SHARE_JS]
        .into_iter()
        .find(|known| known.name == *name)
    {
        return kept(found.kind, found.text.to_owned());
    }
    let theme = name.strip_prefix("theme-").and_then(|rest| rest.strip_suffix(".css"));
    match theme.and_then(Rgb::parse) {
        Some(colour) => kept("text/css; charset=utf-8", theme::sheet(colour)),
        None => HttpResponse::NotFound().finish(),
    }
}
