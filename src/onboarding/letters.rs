//! The mails to a newcomer on their way in.

use secrecy::SecretString;

use crate::{
    notify::{EmailAddress, Letter, Locale, moment},
    platform::{
        ledger::events::Verdict,
        terms::{Line, Link, Timestamp},
    },
};

/// The one-time code that proves an address, good until then. Somebody else may have typed the address: by `stop`
/// its reader ends all further letters.
pub fn proof(
    to: EmailAddress,
    locale: Locale,
    community: &Line,
    code: SecretString,
    until: Timestamp,
    stop: Link,
) -> Letter {
    let (community, until) = (community.isolated(), moment(locale, until));
    let (subject, paragraph, footer) = match locale {
        Locale::En => (
            format!("Your code for {community}"),
            format!("Type this code where you are signing up. It is good once, until {until}."),
            "If you are not signing up, somebody has typed your address by mistake. Without this code they cannot go on; \
             you need do nothing. Never pass the code on.",
        ),
        Locale::ZhHans => (
            format!("您在{community}的验证码"),
            format!("请在注册页面输入此验证码。验证码仅可使用一次，有效期至 {until}。"),
            "如果您没有在注册，说明有人误填了您的邮箱。没有此验证码对方无法继续，您无需理会。请勿将验证码告诉任何人。",
        ),
    };
    Letter {
        code: Some(code),
        stop: Some(stop),
        ..Letter::of(to, locale, &subject, vec![paragraph], footer)
    }
}

/// What is left to a newcomer after a reviewer's decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outlook {
    /// They go on; their place is kept until then.
    GoesOn(Timestamp),
    /// This registration has ended.
    Over,
}

/// What a reviewer decided about a newcomer's name. It promises what is so when it is written, and until when.
pub(super) fn decision(
    to: EmailAddress,
    locale: Locale,
    community: &Line,
    verdict: Verdict,
    outlook: Outlook,
) -> Letter {
    let community = community.isolated();
    let until = |until| moment(locale, until);
    let (subject, paragraph) = match (locale, verdict, outlook) {
        (Locale::En, Verdict::Approved, Outlook::GoesOn(at)) => (
            format!("You can go on: {community}"),
            format!(
                "Your name and document have been accepted. Open your invite again and choose a password: that is the \
                 last step. Your place is kept until {}.",
                until(at)
            ),
        ),
        (Locale::En, Verdict::Approved, Outlook::Over) => (
            format!("Your registration has ended: {community}"),
            "Your name and document have been accepted, but your place is no longer kept. Ask whoever invited you for a \
             new invite."
                .to_owned(),
        ),
        (Locale::En, Verdict::Retry, Outlook::GoesOn(at)) => (
            format!("Please give your name again: {community}"),
            format!(
                "The name and the document could not be matched. Open your invite again and give them exactly as they \
                 stand in the document. Your place is kept until {}.",
                until(at)
            ),
        ),
        (Locale::En, Verdict::Retry, Outlook::Over) => (
            format!("Your registration has ended: {community}"),
            "The name and the document could not be matched, and your place is no longer kept. Ask whoever invited you \
             for a new invite."
                .to_owned(),
        ),
        (Locale::En, Verdict::Refused, _) => (
            format!("Your registration was not accepted: {community}"),
            "The name and the document were not accepted, and this registration has ended. If you think that this is a \
             mistake, ask whoever invited you to speak to an admin."
                .to_owned(),
        ),
        (Locale::ZhHans, Verdict::Approved, Outlook::GoesOn(at)) => (
            format!("请继续完成注册：{community}"),
            format!(
                "您的姓名和证件已通过审核。请重新打开邀请并设置密码，这是最后一步。名额为您保留至 {}。",
                until(at)
            ),
        ),
        (Locale::ZhHans, Verdict::Approved, Outlook::Over) => (
            format!("您的注册已结束：{community}"),
            "您的姓名和证件已通过审核，但名额已不再保留。请向邀请人索取新的邀请。".to_owned(),
        ),
        (Locale::ZhHans, Verdict::Retry, Outlook::GoesOn(at)) => (
            format!("请重新填写姓名：{community}"),
            format!(
                "您的姓名与证件未能匹配。请重新打开邀请，并按证件上的内容准确填写。名额为您保留至 {}。",
                until(at)
            ),
        ),
        (Locale::ZhHans, Verdict::Retry, Outlook::Over) => (
            format!("您的注册已结束：{community}"),
            "您的姓名与证件未能匹配，且名额已不再保留。请向邀请人索取新的邀请。".to_owned(),
        ),
        (Locale::ZhHans, Verdict::Refused, _) => (
            format!("您的注册未通过：{community}"),
            "您的姓名和证件未被接受，本次注册已结束。如有异议，请邀请人代您联系管理员。".to_owned(),
        ),
    };
    let footer = match locale {
        Locale::En => "You receive this because you are signing up with an invite.",
        Locale::ZhHans => "您收到此邮件是因为您正在通过邀请注册。",
    };
    Letter::of(to, locale, &subject, vec![paragraph], footer)
}
