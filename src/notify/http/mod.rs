//! The page by which a reader ends all further letters, and what a gateway says of text messages.

mod dead_letters;
mod show_stop;
mod stop_letters;
mod text_status;

pub use text_status::TextStatus;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{ACCEPT_LANGUAGE, CONTENT_SECURITY_POLICY, X_FRAME_OPTIONS},
};
use askama::Template;

use super::{Locale, Stops};
use crate::{
    http::{Problem, Routes},
    platform::ledger::Ledger,
};

/// Registers the routes.
pub fn routes(config: &mut Routes) {
    config
        .service(dead_letters::list_dead)
        .service(dead_letters::retry_dead)
        .service(show_stop::show_stop)
        .service(stop_letters::stop_letters)
        .service(text_status::text_status);
}

/// What the routes here work with.
#[derive(Clone)]
pub struct Letters {
    /// Where it is written.
    pub ledger: Ledger,
    /// Reads the tokens.
    pub stops: Stops,
}

#[derive(Template)]
#[template(path = "stop.html")]
struct Page {
    lang: &'static str,
    title: &'static str,
    text: &'static str,
    button: Option<&'static str>,
}

/// Nothing but what stands in the page, which is sent nowhere but here and shown in no other's frame.
const ALONE: &str = "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

impl Page {
    fn ask(locale: Locale) -> Self {
        let (title, text, button) = match locale {
            Locale::En => (
                "No more letters?",
                "With this button no further letter from this community goes to the address at which you got this link. \
                 If you ask for a code to come in after all, letters reach you again.",
                "Send me no more letters",
            ),
            Locale::ZhHans => (
                "不再接收邮件？",
                "点击按钮后，此社区不会再向收到此链接的邮箱发送邮件。如果您之后自己请求注册验证码，邮件将恢复发送。",
                "不再给我发邮件",
            ),
        };
        Self {
            lang: locale.tag(),
            title,
            text,
            button: Some(button),
        }
    }

    fn done(locale: Locale) -> Self {
        let (title, text) = match locale {
            Locale::En => (
                "No more letters",
                "Done: no further letter from this community goes to this address.",
            ),
            Locale::ZhHans => ("不再接收邮件", "已完成：此社区不会再向该邮箱发送邮件。"),
        };
        Self {
            lang: locale.tag(),
            title,
            text,
            button: None,
        }
    }

    fn answer(&self) -> Result<HttpResponse, Problem> {
        let page = self.render().map_err(|error| Problem::internal(&error))?;
        Ok(HttpResponse::Ok()
            .content_type("text/html; charset=utf-8")
            .insert_header((CONTENT_SECURITY_POLICY, ALONE))
            .insert_header((X_FRAME_OPTIONS, "DENY"))
            .body(page))
    }
}

/// The first language that the reader's browser names.
fn locale(request: &HttpRequest) -> Locale {
    let wanted = request
        .headers()
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok());
    let first = wanted.and_then(|wanted| wanted.split([',', ';']).next());
    first.map_or_else(Locale::default, Locale::from_tag)
}
