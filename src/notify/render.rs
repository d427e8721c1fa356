//! A letter as a mail server takes it: plain text and HTML in one message.

use std::time::{Duration, UNIX_EPOCH};

use askama::Template;
use lettre::{
    Message,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, Date, HeaderName, HeaderValue},
    },
};
use secrecy::ExposeSecret;
use uuid::Uuid;

use super::{AddressError, Letter, Locale, Sender, wrap::wrap};
use crate::platform::terms::Timestamp;

/// Why a letter could not be rendered. Its types rule out what a caller could get wrong, so this
/// is a defect of ours.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The address is not one.
    #[error("the letter's address: {0}")]
    Address(#[from] AddressError),
    /// A template failed.
    #[error("the letter's template: {0}")]
    Template(#[from] askama::Error),
    /// The message could not be put together.
    #[error("the letter's message: {0}")]
    Message(#[from] lettre::error::Error),
}

#[derive(Template)]
#[template(path = "mail.html")]
struct Html<'a> {
    lang: &'static str,
    subject: &'a str,
    heading: &'a str,
    paragraphs: &'a [String],
    code: Option<&'a str>,
    button: Option<Link<'a, &'a str>>,
    instead: &'static str,
    footer: &'a [String],
    stop: Option<Link<'a, &'static str>>,
}

#[derive(Template)]
#[template(path = "mail.txt")]
struct Text<'a> {
    heading: Vec<String>,
    paragraphs: Vec<Vec<String>>,
    code: Option<&'a str>,
    button: Option<Link<'a, Vec<String>>>,
    footer: Vec<Vec<String>>,
    stop: Option<Link<'a, Vec<String>>>,
}

struct Link<'a, L> {
    label: L,
    url: &'a str,
}

/// Renders `letter` as `multipart/alternative` (RFC 2046 §5.1.4).
///
/// `id` and `date` are the letter's, not the attempt's: the same three give the same bytes, so that
/// a letter sent twice is one letter under one `Message-ID` (`<id@the sender's domain>`).
/// `Auto-Submitted` (RFC 3834 §5) keeps vacation replies away. There is nothing remote in it and
/// nothing that tells us whether it was read.
///
/// # Errors
/// [`RenderError`], which the types of a letter rule out.
pub fn render(letter: &Letter, sender: &Sender, id: Uuid, date: Timestamp) -> Result<Message, RenderError> {
    let from = sender.mailbox().clone();
    let raw =
        |name: &'static str, value: &str| HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned());
    let message_id = format!("<{}@{}>", id.hyphenated(), from.email.domain());
    let part = |kind: ContentType, body: String| {
        SinglePart::builder()
            .header(kind)
            .header(encoding(letter.locale))
            .body(body)
    };
    let parts = MultiPart::alternative()
        .boundary(format!("=_{}", id.simple()))
        .singlepart(part(ContentType::TEXT_PLAIN, text(letter)?))
        .singlepart(part(ContentType::TEXT_HTML, html(letter)?));
    let mut message = Message::builder();
    if let Some(stop) = &letter.stop {
        // RFC 8058 §3.1.
        message = message
            .raw_header(raw("List-Unsubscribe", &format!("<{}>", stop.expose())))
            .raw_header(raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
    }
    Ok(message
        .from(from)
        .to(Mailbox::new(None, letter.to.to_lettre()?))
        .subject(letter.subject.as_str())
        .header(date_header(date))
        .message_id(Some(message_id))
        .raw_header(raw("Content-Language", letter.locale.tag()))
        .raw_header(raw("Auto-Submitted", "auto-generated"))
        .multipart(parts)?)
}

/// The shorter encoding of the two that cannot produce `=_`, so that no text, whatever its writer
/// knows of the letter's id, contains the boundary (RFC 2045 §6.7).
const fn encoding(locale: Locale) -> ContentTransferEncoding {
    match locale {
        Locale::En => ContentTransferEncoding::QuotedPrintable,
        Locale::ZhHans => ContentTransferEncoding::Base64,
    }
}

/// The header library knows the years 1970 to 9999 only; a clock that is out of them is wrong.
fn date_header(date: Timestamp) -> Date {
    let seconds = u64::try_from(date.seconds()).unwrap_or(0).min(253_402_300_799);
    Date::new(UNIX_EPOCH + Duration::from_secs(seconds))
}

fn html(letter: &Letter) -> Result<String, askama::Error> {
    Html {
        lang: letter.locale.tag(),
        subject: letter.subject.as_str(),
        heading: &letter.heading,
        paragraphs: &letter.paragraphs,
        code: letter.code.as_ref().map(ExposeSecret::expose_secret),
        button: letter.button.as_ref().map(|button| Link {
            label: button.label(),
            url: button.url(),
        }),
        instead: match letter.locale {
            Locale::En => "If the button does not work, open this address:",
            Locale::ZhHans => "如果按钮无法打开，请访问以下链接：",
        },
        footer: &letter.footer,
        stop: letter.stop.as_ref().map(|stop| Link {
            label: no_more(letter.locale),
            url: stop.expose(),
        }),
    }
    .render()
}

fn text(letter: &Letter) -> Result<String, askama::Error> {
    let all = |paragraphs: &[String]| paragraphs.iter().map(|paragraph| wrap(paragraph)).collect();
    Text {
        heading: wrap(&letter.heading),
        paragraphs: all(&letter.paragraphs),
        code: letter.code.as_ref().map(ExposeSecret::expose_secret),
        button: letter.button.as_ref().map(|button| Link {
            label: wrap(button.label()),
            url: button.url(),
        }),
        footer: all(&letter.footer),
        stop: letter.stop.as_ref().map(|stop| Link {
            label: wrap(no_more(letter.locale)),
            url: stop.expose(),
        }),
    }
    .render()
}

const fn no_more(locale: Locale) -> &'static str {
    match locale {
        Locale::En => "To get no more letters from this community, open:",
        Locale::ZhHans => "如不想再收到此社区的邮件，请打开：",
    }
}

#[cfg(test)]
mod tests {
    use super::{super::*, *};

    fn letter(locale: Locale) -> Letter {
        let own = |text: &str| text.to_owned();
        let (subject, heading, paragraphs, label, footer) = match locale {
            Locale::En => (
                "Ada Lovelace invites you to Analytical Society",
                "You are invited",
                vec![
                    own(
                        "Ada Lovelace invites you to join Analytical Society. It is a community of people who know one another, and you come in by the word of somebody who is in it.",
                    ),
                    own(
                        "You will be asked to prove this address and to give your real name. The invite is open until 29 November 2026, 20:00 UTC.",
                    ),
                ],
                "See the invite",
                vec![own(
                    "You get this letter because Ada Lovelace gave us your address. If you do not know them, leave it: nothing happens.",
                )],
            ),
            Locale::ZhHans => (
                "李四邀请您加入“分析学会”",
                "您收到一份邀请",
                vec![
                    own("李四邀请您加入“分析学会”。这是一个由相互认识的人组成的社区，您将凭一位成员的担保加入。"),
                    own(
                        "加入时需要验证此邮箱地址，并提供您的真实姓名。邀请有效期至 2026 年 11 月 29 日 20:00（UTC）。",
                    ),
                ],
                "查看邀请",
                vec![own(
                    "您收到此邮件，是因为李四向我们提供了您的地址。如果您不认识对方，请忽略此邮件，不会有任何后果。",
                )],
            ),
        };
        Letter {
            to: EmailAddress::parse("Grace@example.org").unwrap(),
            locale,
            subject: Subject::parse(subject).unwrap(),
            heading: own(heading),
            paragraphs,
            code: Some("481 516".into()),
            button: Some(Button::new(label, url("https://vouch.example.org/i#abc-def?a=1&b=2"))),
            footer,
            stop: None,
        }
    }

    fn url(text: &str) -> crate::platform::terms::Link {
        crate::platform::terms::Link::parse(text).unwrap()
    }

    fn sent(letter: &Letter) -> Vec<u8> {
        let from = EmailAddress::parse("no-reply@vouch.example.org").unwrap();
        let sender = Sender::new(&from, "Analytical Society").unwrap();
        let date = Timestamp::from_seconds(1_795_377_600);
        render(letter, &sender, Uuid::from_u128(7), date).unwrap().formatted()
    }

    #[test]
    fn is_one_message_in_two_forms() {
        for locale in [Locale::En, Locale::ZhHans] {
            let letter = letter(locale);
            let bytes = sent(&letter);
            let mail = mail_parser::MessageParser::default().parse(&bytes).unwrap();
            assert_eq!(mail.subject(), Some(letter.subject.as_str()));
            assert_eq!(
                mail.message_id(),
                Some("00000000-0000-0000-0000-000000000007@vouch.example.org")
            );
            assert_eq!(mail.date().unwrap().to_rfc3339(), "2026-11-22T20:00:00Z");
            assert_eq!(mail.header_raw("Auto-Submitted").unwrap().trim(), "auto-generated");
            assert_eq!(mail.header_raw("Content-Language").unwrap().trim(), locale.tag());
            assert!(
                mail.header_raw("Content-Type")
                    .unwrap()
                    .contains("multipart/alternative")
            );
            assert_eq!((mail.text_body_count(), mail.html_body_count()), (1, 1));
            let (text, html) = (mail.body_text(0).unwrap(), mail.body_html(0).unwrap());
            assert!(html.contains(&format!("<html lang=\"{}\">", locale.tag())));
            let bare = |text: &str| text.split_whitespace().collect::<String>();
            for part in letter.paragraphs.iter().chain(&letter.footer).chain([&letter.heading]) {
                assert!(html.contains(part.as_str()), "{part}");
                assert!(bare(&text).contains(&bare(part)), "{part}");
            }
            assert!(
                text.contains("\n    481 516\n") || text.contains("\r\n    481 516\r\n"),
                "{text}"
            );
            assert!(text.contains("https://vouch.example.org/i#abc-def?a=1&b=2"));
            assert!(
                html.contains("href=\"https://vouch.example.org/i#abc-def?a=1&#38;b=2\""),
                "{html}"
            );
        }
    }

    #[test]
    fn is_the_same_letter_when_it_is_sent_again() {
        assert_eq!(sent(&letter(Locale::ZhHans)), sent(&letter(Locale::ZhHans)));
    }

    #[test]
    fn says_how_to_end_all_further_letters() {
        let stop = "https://vouch.example.org/v1/mail/stop/abc?x=1&y=2";
        for locale in [Locale::En, Locale::ZhHans] {
            assert!(
                !String::from_utf8(sent(&letter(locale)))
                    .unwrap()
                    .contains("List-Unsubscribe")
            );
            let letter = Letter {
                stop: Some(url(stop)),
                ..letter(locale)
            };
            let bytes = sent(&letter);
            let mail = mail_parser::MessageParser::default().parse(&bytes).unwrap();
            let header = |name| mail.header_raw(name).unwrap().trim().to_owned();
            assert_eq!(header("List-Unsubscribe"), format!("<{stop}>"));
            assert_eq!(header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
            assert!(mail.body_text(0).unwrap().contains(stop));
            assert!(
                mail.body_html(0)
                    .unwrap()
                    .contains("href=\"https://vouch.example.org/v1/mail/stop/abc?x=1&#38;y=2\"")
            );
        }
    }

    #[test]
    fn loads_nothing_and_reports_nothing() {
        let html = html(&letter(Locale::En)).unwrap().to_lowercase();
        for remote in [
            "<img",
            "<script",
            "<link",
            "<iframe",
            "src=",
            "url(",
            "@import",
            "@font-face",
        ] {
            assert!(!html.contains(remote), "{remote}");
        }
        assert_eq!(
            html.matches("http").count(),
            3,
            "the button's address alone: as a button, as a link, as text"
        );
    }

    #[test]
    fn markup_in_a_name_is_shown_and_not_obeyed() {
        let evil = "<script>alert(1)</script><a href=\"https://evil.example\" onclick='x'>&amp;";
        let letter = Letter {
            heading: evil.into(),
            paragraphs: vec![evil.into()],
            footer: vec![evil.into()],
            code: Some(evil.into()),
            subject: Subject::parse(evil).unwrap(),
            button: Some(Button::new(evil, url("https://example.org/"))),
            ..letter(Locale::En)
        };
        let html = html(&letter).unwrap();
        assert!(
            !html.contains("<script") && !html.contains("<a href=\"https://evil") && !html.contains("&amp;"),
            "{html}"
        );
        assert_eq!(html.matches("&#60;script&#62;alert(1)").count(), 6);
    }

    #[test]
    fn a_line_break_in_a_text_makes_no_header_and_no_paragraph() {
        let evil = "Ada\r\nBcc: canary@example.org\r\n\r\n.\r\nMAIL FROM:<canary@example.org>\r\n--=_00000000000000000000000000000007--";
        let letter = Letter {
            heading: evil.into(),
            paragraphs: vec![evil.into()],
            ..letter(Locale::En)
        };
        let text = text(&letter).unwrap();
        assert!(
            text.starts_with("Ada Bcc: canary@example.org . MAIL FROM:<canary@example.org>\n"),
            "{text}"
        );
        let bytes = sent(&letter);
        let mail = mail_parser::MessageParser::default().parse(&bytes).unwrap();
        assert!(mail.bcc().is_none());
        assert_eq!(mail.parts.len(), 3);
        assert!(String::from_utf8_lossy(&bytes).lines().all(|line| line.len() <= 998));
    }

    #[test]
    fn a_clock_out_of_bounds_does_no_harm() {
        let from = EmailAddress::parse("a@example.org").unwrap();
        let sender = Sender::new(&from, "").unwrap();
        for micros in [i64::MIN, -1, i64::MAX] {
            assert!(
                render(
                    &letter(Locale::En),
                    &sender,
                    Uuid::nil(),
                    Timestamp::from_micros(micros)
                )
                .is_ok()
            );
        }
    }
}
