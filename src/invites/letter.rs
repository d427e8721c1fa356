//! The mail that carries an invite.

use secrecy::SecretString;

use super::Code;
use crate::{
    mail::{Button, EmailAddress, Letter, Locale, Subject},
    policy::Step,
    store::StoreError,
    terms::Timestamp,
};

/// Where a code is opened: an address of a client app with `{code}` in it.
#[derive(Debug, Clone)]
pub struct JoinLink(String);

impl JoinLink {
    /// A link from a template in which `{code}` stands for the invite's code.
    pub fn new(template: impl Into<String>) -> Self {
        Self(template.into())
    }

    /// The link for one code.
    pub fn to(&self, code: &Code) -> SecretString {
        self.0.replace("{code}", &code.expose()).into()
    }
}

/// What an invite's mail says.
pub(super) struct Told<'a> {
    pub(super) to: EmailAddress,
    pub(super) locale: Locale,
    pub(super) community: &'a str,
    pub(super) inviter: Option<&'a str>,
    pub(super) asked: Vec<Step>,
    pub(super) until: Timestamp,
    pub(super) code: &'a Code,
    pub(super) link: &'a JoinLink,
}

pub(super) fn compose(told: Told<'_>) -> Result<Letter, StoreError> {
    let date = told.until.to_string();
    let date = date.get(..10).unwrap_or_default().to_owned();
    let community = told.community;
    let (subject, heading, mut paragraphs, button, footer) = match told.locale {
        Locale::En => (
            format!("You are invited to {community}"),
            match told.inviter {
                Some(inviter) => format!("{inviter} invites you to {community}"),
                None => format!("A member invites you to {community}"),
            },
            vec![
                format!("The invite is for this address alone and holds until {date} (UTC)."),
                format!("You will be asked for {}.", in_english(&told.asked)),
            ],
            "Open the invite",
            "If you do not know who invited you, or did not expect this, do nothing: opening the invite uses nothing up.",
        ),
        Locale::ZhHans => (
            format!("邀请您加入{community}"),
            match told.inviter {
                Some(inviter) => format!("{inviter} 邀请您加入{community}"),
                None => format!("一位成员邀请您加入{community}"),
            },
            vec![
                format!("此邀请仅对本邮箱有效，有效期至 {date}（UTC）。"),
                format!("加入时需要：{}。", in_chinese(&told.asked)),
            ],
            "打开邀请",
            "如果您不认识邀请人，或并未期待这封邮件，请不必理会：打开邀请不会消耗任何名额。",
        ),
    };
    paragraphs.push(
        match told.locale {
            Locale::En => "Open it with the button, or type this code where the app asks for it:",
            Locale::ZhHans => "请点击按钮打开，或在应用中输入邀请码：",
        }
        .to_owned(),
    );
    let internal = |error: &dyn std::fmt::Display| StoreError::Internal(format!("an invite's mail: {error}"));
    Ok(Letter {
        to: told.to,
        locale: told.locale,
        subject: Subject::parse(&subject).map_err(|error| internal(&error))?,
        heading,
        paragraphs,
        code: Some(told.code.expose().as_str().into()),
        button: Some(Button::new(button, told.link.to(told.code)).map_err(|error| internal(&error))?),
        footer: vec![footer.to_owned()],
    })
}

fn in_english(asked: &[Step]) -> String {
    let words: Vec<_> = asked
        .iter()
        .map(|step| match step {
            Step::Contact => "a code that we send to this address",
            Step::Identity => "your real name and an identity document's number",
            Step::Review => "some patience while a person looks at them",
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
