//! The letters to a member about their own account.

use crate::{
    notify::{Button, EmailAddress, Letter, Locale, Subject},
    platform::terms::{Line, Link},
};

fn letter(
    to: EmailAddress,
    locale: Locale,
    subject: &str,
    paragraphs: Vec<String>,
    button: Option<Button>,
    footer: &str,
) -> Letter {
    Letter {
        to,
        locale,
        subject: Subject::of(subject),
        heading: subject.to_owned(),
        paragraphs,
        code: None,
        button,
        footer: vec![footer.to_owned()],
        stop: None,
    }
}

/// The link to a new password. Anybody may have asked for it: by `stop` its reader ends all further letters.
pub(super) fn password_link(
    to: EmailAddress,
    locale: Locale,
    community: &Line,
    link: Link,
    minutes: u64,
    stop: Link,
) -> Letter {
    let community = community.isolated();
    let (subject, paragraph, label, footer) = match locale {
        Locale::En => (
            format!("A new password for {community}"),
            format!(
                "Somebody, perhaps you, asked for a new password for your account. Choose one at this link. It is good once, \
                 for {minutes} minutes, and until you ask for another one."
            ),
            "Choose a new password",
            "If it was not you, do nothing: your password stays as it is, and nobody learns that you have an account. Never pass \
             the link on.",
        ),
        Locale::ZhHans => (
            format!("重设您在{community}的密码"),
            format!(
                "有人（可能是您本人）请求重设您账户的密码。请通过此链接设置新密码。链接仅可使用一次，{minutes} 分钟内有效；再次请求后，旧链接即失效。"
            ),
            "设置新密码",
            "如果不是您本人操作，无需理会：您的密码保持不变，也不会有人得知您拥有账户。请勿将链接告诉任何人。",
        ),
    };
    let button = Button::new(label, link);
    Letter {
        stop: Some(stop),
        ..letter(to, locale, &subject, vec![paragraph], Some(button), footer)
    }
}

/// That the password is another one.
pub(super) fn password_changed(to: EmailAddress, locale: Locale, community: &Line) -> Letter {
    let community = community.isolated();
    let (subject, paragraphs, footer) = match locale {
        Locale::En => (
            format!("Your password was changed: {community}"),
            vec![
                "The password of your account was changed. Whoever was signed in elsewhere is signed out.".to_owned(),
                "If it was not you, ask for a new password at once: the link to it is sent to this address. Then look at where \
                 you are signed in."
                    .to_owned(),
            ],
            "You receive this because it is about your account. It is sent whenever the password changes.",
        ),
        Locale::ZhHans => (
            format!("您的密码已更改：{community}"),
            vec![
                "您账户的密码已更改，其他设备上的登录均已退出。".to_owned(),
                "如果不是您本人操作，请立即请求重设密码：链接将发送至此邮箱。然后请检查您的登录设备。".to_owned(),
            ],
            "您收到此邮件是因为它与您的账户有关。每次更改密码时都会发送。",
        ),
    };
    letter(to, locale, &subject, paragraphs, None, footer)
}
