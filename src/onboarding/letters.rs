//! The mails to a newcomer on their way in.

use secrecy::SecretString;

use crate::{
    ledger::events::Verdict,
    mail::{EmailAddress, Letter, Locale, Subject},
    store::StoreError,
};

fn letter(
    to: EmailAddress,
    locale: Locale,
    subject: &str,
    paragraphs: Vec<String>,
    code: Option<SecretString>,
    footer: &str,
) -> Result<Letter, StoreError> {
    Ok(Letter {
        to,
        locale,
        subject: Subject::parse(subject).map_err(|error| StoreError::Internal(format!("a mail's subject: {error}")))?,
        heading: subject.to_owned(),
        paragraphs,
        code,
        button: None,
        footer: vec![footer.to_owned()],
    })
}

/// The one-time code that proves an address.
pub(super) fn proof(
    to: EmailAddress,
    locale: Locale,
    community: &str,
    code: SecretString,
) -> Result<Letter, StoreError> {
    let (subject, paragraph, footer) = match locale {
        Locale::En => (
            format!("Your code for {community}"),
            "Type this code where you are signing up. It is good for ten minutes, once.",
            "If you are not signing up, somebody has typed your address by mistake. Without this code they cannot go on; \
             you need do nothing. Never pass the code on.",
        ),
        Locale::ZhHans => (
            format!("您在{community}的验证码"),
            "请在注册页面输入此验证码。验证码十分钟内有效，仅可使用一次。",
            "如果您没有在注册，说明有人误填了您的邮箱。没有此验证码对方无法继续，您无需理会。请勿将验证码告诉任何人。",
        ),
    };
    letter(to, locale, &subject, vec![paragraph.to_owned()], Some(code), footer)
}

/// What a reviewer decided about a newcomer's name.
pub(super) fn decision(
    to: EmailAddress,
    locale: Locale,
    community: &str,
    verdict: Verdict,
) -> Result<Letter, StoreError> {
    let (subject, paragraph) = match (locale, verdict) {
        (Locale::En, Verdict::Approved) => (
            format!("You can go on: {community}"),
            "Your name and document have been accepted. Open your invite again and choose a password: that is the last step.",
        ),
        (Locale::En, Verdict::Retry) => (
            format!("Please give your name again: {community}"),
            "The name and the document could not be matched. Open your invite again and give them exactly as they stand \
             in the document.",
        ),
        (Locale::En, Verdict::Refused) => (
            format!("Your registration was not accepted: {community}"),
            "The name and the document were not accepted, and this registration has ended. If you think that this is a \
             mistake, ask whoever invited you to speak to an admin.",
        ),
        (Locale::ZhHans, Verdict::Approved) => (
            format!("请继续完成注册：{community}"),
            "您的姓名和证件已通过审核。请重新打开邀请并设置密码，这是最后一步。",
        ),
        (Locale::ZhHans, Verdict::Retry) => (
            format!("请重新填写姓名：{community}"),
            "您的姓名与证件未能匹配。请重新打开邀请，并按证件上的内容准确填写。",
        ),
        (Locale::ZhHans, Verdict::Refused) => (
            format!("您的注册未通过：{community}"),
            "您的姓名和证件未被接受，本次注册已结束。如有异议，请邀请人代您联系管理员。",
        ),
    };
    let footer = match locale {
        Locale::En => "You receive this because you are signing up with an invite.",
        Locale::ZhHans => "您收到此邮件是因为您正在通过邀请注册。",
    };
    letter(to, locale, &subject, vec![paragraph.to_owned()], None, footer)
}
