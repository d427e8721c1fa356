//! The console for those who keep the community: a script of our own (`console/`), which asks the API by the browser's
//! session as any client would. Here is only the page that loads it, and its files.

mod files;

use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{LOCATION, REFERRER_POLICY},
    },
};
use askama::Template;
use serde::Deserialize;

pub(super) use files::file;

use super::{api::Refused, assets, problems::Told, shell::Refusal, visit::Visit};
use crate::notify::Locale;

/// Who may see something there. What exactly, the API decides with each question.
const KEEPERS: [&str; 4] = ["owner", "admin", "auditor", "reviewer"];

#[derive(Deserialize)]
struct Me {
    role: String,
}

/// A text as HTML has it.
#[derive(Template)]
#[template(source = "{{ text }}", ext = "html")]
struct Escaped<'a> {
    text: &'a str,
}

/// Its address ends with a slash.
pub(super) async fn lead(visit: Visit) -> HttpResponse {
    HttpResponse::PermanentRedirect()
        .insert_header((LOCATION, format!("{}/console/", visit.base())))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .finish()
}

/// The page that loads the script, at whatever place in it.
pub(super) async fn show(visit: Visit) -> HttpResponse {
    let page = load(&visit).await;
    visit.answer(page)
}

async fn load(visit: &Visit) -> Result<HttpResponse, Refused> {
    let me: Me = visit.get("/v1/me").await?;
    if !KEEPERS.contains(&me.role.as_str()) {
        return Err(Refused::of("forbidden", StatusCode::FORBIDDEN));
    }
    let Some(page) = files::page() else {
        return Ok(missing(visit));
    };
    let (name, colour) = visit.community.clone().map_or_else(
        || ("Vouchsafe".to_owned(), None),
        |(name, colour)| (name.to_string(), colour),
    );
    let base = visit.base();
    let filled = page
        .replace("./assets/", &format!("{base}/console/assets/"))
        .replace("__THEME__", &format!("{base}{}", assets::colours(colour.as_deref())))
        .replace("__ICON__", &format!("{base}{}", assets::icon()))
        .replace("__BASE__", base)
        .replace("__FORM_TOKEN__", &visit.form_token())
        // Last, for it is what people have written.
        .replace("__COMMUNITY__", &Escaped { text: &name }.to_string());
    Ok(visit.write(StatusCode::OK, filled))
}

/// A build without the console serves everything else, and says how to get it.
fn missing(visit: &Visit) -> HttpResponse {
    let (title, text) = match visit.locale {
        Locale::En => (
            "This build has no console",
            "It was built without Node. Run `make console` with Node 20.19 or newer, and build again. The API is served all the same.",
        ),
        Locale::ZhHans => (
            "此版本不含管理控制台",
            "构建时没有 Node。请用 Node 20.19 或更新版本运行 `make console`，然后重新构建。API 不受影响。",
        ),
    };
    let told = Told {
        title: title.into(),
        text: text.into(),
        field: None,
    };
    visit.show(
        StatusCode::NOT_FOUND,
        &Refusal {
            told,
            request_id: None,
            shell: visit.shell(title),
        },
    )
}
