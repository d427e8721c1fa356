//! The mail that carries an invite.

use zeroize::Zeroizing;

use super::Code;
use crate::{
    notify::{Button, EmailAddress, Letter, Locale, Subject, moment},
    platform::terms::{Line, Link, LinkTemplate, Timestamp, isolated},
    policy::Step,
};

/// What an invite's mail says.
pub(super) struct Told<'a> {
    pub(super) to: EmailAddress,
    pub(super) locale: Locale,
    pub(super) community: &'a Line,
    pub(super) inviter: Option<&'a str>,
    pub(super) asked: Vec<Step>,
    pub(super) until: Timestamp,
    /// From when on, where that is not at once.
    pub(super) opens: Option<Timestamp>,
    /// The inviter's words.
    pub(super) message: Option<&'a str>,
    pub(super) code: &'a Code,
    pub(super) link: &'a LinkTemplate,
    /// Where the reader ends all further letters.
    pub(super) stop: Link,
}

/// What a letter says of one of several invites.
pub(super) struct Part<'a> {
    pub(super) inviter: Option<&'a str>,
    pub(super) until: Timestamp,
    /// From when on, where that is not at once.
    pub(super) opens: Option<Timestamp>,
    /// The inviter's words.
    pub(super) message: Option<Zeroizing<String>>,
    pub(super) code: Code,
}

/// What the mail of several invites says.
pub(super) struct Several<'a> {
    pub(super) to: EmailAddress,
    pub(super) locale: Locale,
    pub(super) community: &'a Line,
    pub(super) asked: Vec<Step>,
    pub(super) link: &'a LinkTemplate,
    /// Where the reader ends all further letters.
    pub(super) stop: Link,
    pub(super) parts: Vec<Part<'a>>,
}

/// The letter of several invites: each with who invites, their words, and a code and a link of its own.
pub(super) fn compose_all(all: Several<'_>) -> Letter {
    let community = all.community.isolated();
    let (subject, heading, mut paragraphs, footer) = match all.locale {
        Locale::En => (
            format!("You are invited to {community}"),
            format!("You are invited to {community}"),
            vec![
                "Each of these invites is for this address alone. Once you have come in by one of them, the others end.".to_owned(),
                format!("You will be asked for {}.", in_english(&all.asked)),
            ],
            "If you do not know who invited you, or did not expect this, do nothing: opening an invite uses nothing up.",
        ),
        Locale::ZhHans => (
            format!("邀请您加入{community}"),
            format!("邀请您加入{community}"),
            vec![
                "以下邀请仅对本邮箱有效。您通过其中之一加入后，其余邀请即失效。".to_owned(),
                format!("加入时需要：{}。", in_chinese(&all.asked)),
            ],
            "如果您不认识邀请人，或并未期待这封邮件，请不必理会：打开邀请不会消耗任何名额。",
        ),
    };
    for part in &all.parts {
        let (inviter, until) = (part.inviter.map(isolated), moment(all.locale, part.until));
        paragraphs.push(match (all.locale, inviter) {
            (Locale::En, Some(inviter)) => format!("{inviter} invites you, until {until}."),
            (Locale::En, None) => format!("A member invites you, until {until}."),
            (Locale::ZhHans, Some(inviter)) => format!("{inviter} 邀请您，有效期至 {until}。"),
            (Locale::ZhHans, None) => format!("一位成员邀请您，有效期至 {until}。"),
        });
        paragraphs.extend(words(all.locale, part.message.as_ref().map(|message| message.as_str())));
        paragraphs.extend(part.opens.map(|opens| usable(all.locale, opens)));
        let code = part.code.expose();
        let link = all.link.to(&code);
        paragraphs.push(match all.locale {
            Locale::En => format!("Code: {} Link: {}", code.as_str(), link.expose()),
            Locale::ZhHans => format!("邀请码：{} 链接：{}", code.as_str(), link.expose()),
        });
    }
    Letter {
        to: all.to,
        locale: all.locale,
        subject: Subject::of(&subject),
        heading,
        paragraphs,
        button: None,
        code: None,
        footer: vec![footer.to_owned()],
        stop: Some(all.stop),
    }
}

fn usable(locale: Locale, opens: Timestamp) -> String {
    let opens = moment(locale, opens);
    match locale {
        Locale::En => format!("It can be used from {opens} on."),
        Locale::ZhHans => format!("自 {opens} 起可用。"),
    }
}

/// The inviter's words, where there are some.
fn words(locale: Locale, message: Option<&str>) -> Vec<String> {
    let Some(message) = message else { return Vec::new() };
    let intro = match locale {
        Locale::En => "Whoever invites you writes:",
        Locale::ZhHans => "邀请人写道：",
    };
    let lines = message.lines().map(str::trim).filter(|line| !line.is_empty());
    // Each line is told from ours by its quotation marks.
    let lines = lines.map(|line| format!("“{}”", isolated(line)));
    [intro.to_owned()].into_iter().chain(lines).collect()
}

/// The letter. Whatever stands in a community's name, there is one.
pub(super) fn compose(told: Told<'_>) -> Letter {
    let until = moment(told.locale, told.until);
    let community = told.community.isolated();
    let inviter = told.inviter.map(isolated);
    let (subject, heading, mut paragraphs, button, footer) = match told.locale {
        Locale::En => (
            format!("You are invited to {community}"),
            match inviter {
                Some(inviter) => format!("{inviter} invites you to {community}"),
                None => format!("A member invites you to {community}"),
            },
            vec![
                format!("The invite is for this address alone and holds until {until}."),
                format!("You will be asked for {}.", in_english(&told.asked)),
            ],
            "Open the invite",
            "If you do not know who invited you, or did not expect this, do nothing: opening the invite uses nothing up.",
        ),
        Locale::ZhHans => (
            format!("邀请您加入{community}"),
            match inviter {
                Some(inviter) => format!("{inviter} 邀请您加入{community}"),
                None => format!("一位成员邀请您加入{community}"),
            },
            vec![
                format!("此邀请仅对本邮箱有效，有效期至 {until}。"),
                format!("加入时需要：{}。", in_chinese(&told.asked)),
            ],
            "打开邀请",
            "如果您不认识邀请人，或并未期待这封邮件，请不必理会：打开邀请不会消耗任何名额。",
        ),
    };
    paragraphs.extend(told.opens.map(|opens| usable(told.locale, opens)));
    paragraphs.splice(0..0, words(told.locale, told.message));
    paragraphs.push(
        match told.locale {
            Locale::En => "Open it with the button, or type this code where the app asks for it:",
            Locale::ZhHans => "请点击按钮打开，或在应用中输入邀请码：",
        }
        .to_owned(),
    );
    let code = told.code.expose();
    Letter {
        to: told.to,
        locale: told.locale,
        subject: Subject::of(&subject),
        heading,
        paragraphs,
        button: Some(Button::new(button, told.link.to(&code))),
        code: Some(code.as_str().into()),
        footer: vec![footer.to_owned()],
        stop: Some(told.stop),
    }
}

fn in_english(asked: &[Step]) -> String {
    let words: Vec<_> = asked
        .iter()
        .map(|step| match step {
            Step::Contact => "a code that we send to this address",
            Step::Identity => "your real name and an identity document's number",
            Step::Review => "to wait while a reviewer checks them",
            Step::Credentials => "a password of your own",
        })
        .collect();
    words.join(", ")
}

fn in_chinese(asked: &[Step]) -> String {
    let words: Vec<_> = asked
        .iter()
        .map(|step| match step {
            Step::Contact => "发送到此邮箱的验证码",
            Step::Identity => "您的真实姓名和证件号码",
            Step::Review => "等待人工审核",
            Step::Credentials => "您自己设置的密码",
        })
        .collect();
    words.join("、")
}
