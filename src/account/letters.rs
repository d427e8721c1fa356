//! The letters to a member about their own account.

use secrecy::SecretString;

use crate::{
    notify::{Button, EmailAddress, Letter, Locale, moment},
    platform::terms::{Line, Link, Timestamp},
};

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
        button: Some(button),
        stop: Some(stop),
        ..Letter::of(to, locale, &subject, vec![paragraph], footer)
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
    Letter::of(to, locale, &subject, paragraphs, footer)
}

/// The code that proves another address. Somebody else may have typed it: by `stop` its reader ends all further letters.
pub(super) fn address_code(
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
            format!("Your code for a new address: {community}"),
            format!(
                "Somebody, perhaps you, wants this to be the address of their account. Type this code where you changed it. It \
                 is good until {until}."
            ),
            "If it was not you, somebody has typed your address by mistake. Without this code they cannot go on; you need do \
             nothing. Never pass the code on.",
        ),
        Locale::ZhHans => (
            format!("更改邮箱的验证码：{community}"),
            format!("有人（可能是您本人）希望将此邮箱设为账户邮箱。请在更改邮箱的页面输入此验证码。有效期至 {until}。"),
            "如果不是您本人操作，说明有人误填了您的邮箱。没有此验证码对方无法继续，您无需理会。请勿将验证码告诉任何人。",
        ),
    };
    Letter {
        code: Some(code),
        stop: Some(stop),
        ..Letter::of(to, locale, &subject, vec![paragraph], footer)
    }
}

/// That somebody wanted an address for their account which another account has.
pub(super) fn address_taken(to: EmailAddress, locale: Locale, community: &Line, stop: Link) -> Letter {
    let community = community.isolated();
    let (subject, paragraph, footer) = match locale {
        Locale::En => (
            format!("This address has an account already: {community}"),
            "A member wanted this to be the address of their account. It belongs to an account already, so nothing was \
             changed. If it was you, sign in with this address, or give another one there."
                .to_owned(),
            "If it was not you, you need do nothing: nobody was told that you have an account.",
        ),
        Locale::ZhHans => (
            format!("此邮箱已有账户：{community}"),
            "有成员希望将此邮箱设为其账户邮箱。此邮箱已属于一个账户，因此未作任何更改。如果是您本人操作，请使用此邮箱登录，或填写其他邮箱。"
                .to_owned(),
            "如果不是您本人操作，无需理会：没有人得知您拥有账户。",
        ),
    };
    Letter {
        stop: Some(stop),
        ..Letter::of(to, locale, &subject, vec![paragraph], footer)
    }
}

/// To the former address: that it is so no longer, and how that is undone.
pub(super) fn address_left(to: EmailAddress, locale: Locale, community: &Line, undo: Link, until: Timestamp) -> Letter {
    let (community, until) = (community.isolated(), moment(locale, until));
    let (subject, paragraphs, label, footer) = match locale {
        Locale::En => (
            format!("Your address was changed: {community}"),
            vec![
                "Your account has another address from now on. You sign in with that one, and letters go there."
                    .to_owned(),
                format!(
                    "If it was not you, undo it at this link, until {until}. This address is yours again then, everybody is \
                     signed out, and the password is good no longer: you are sent a link to a new one."
                ),
            ],
            "This was not me: undo it",
            "If it was you, you need do nothing. Never pass the link on.",
        ),
        Locale::ZhHans => (
            format!("您的账户邮箱已更改：{community}"),
            vec![
                "您的账户现已使用其他邮箱。请用新邮箱登录，邮件也将发送至新邮箱。".to_owned(),
                format!(
                    "如果不是您本人操作，请在 {until} 之前通过此链接撤销。此邮箱将恢复为您的账户邮箱，所有登录将退出，原密码失效，您将收到设置新密码的链接。"
                ),
            ],
            "不是我本人：撤销更改",
            "如果是您本人操作，无需理会。请勿将链接告诉任何人。",
        ),
    };
    let button = Button::new(label, undo);
    Letter {
        button: Some(button),
        ..Letter::of(to, locale, &subject, paragraphs, footer)
    }
}

/// To the new address: that it is one.
pub(super) fn address_changed(to: EmailAddress, locale: Locale, community: &Line) -> Letter {
    let community = community.isolated();
    let (subject, paragraph, footer) = match locale {
        Locale::En => (
            format!("This is the address of your account now: {community}"),
            "From now on you sign in with this address, and letters about your account come here. The former address was told, \
             and can undo it for 72 hours."
                .to_owned(),
            "You receive this because it is about your account.",
        ),
        Locale::ZhHans => (
            format!("此邮箱现为您的账户邮箱：{community}"),
            "从现在起，请用此邮箱登录，与账户有关的邮件也将发送至此。原邮箱已收到通知，并可在 72 小时内撤销更改。".to_owned(),
            "您收到此邮件是因为它与您的账户有关。",
        ),
    };
    Letter::of(to, locale, &subject, vec![paragraph], footer)
}

/// To the former address, which is the account's again: with a link to a new password.
pub(super) fn address_restored(to: EmailAddress, locale: Locale, community: &Line, link: Link, minutes: u64) -> Letter {
    let community = community.isolated();
    let (subject, paragraphs, label, footer) = match locale {
        Locale::En => (
            format!("Your address is back: {community}"),
            vec![
                "The change of your address was undone. Everybody is signed out, and the password is good no longer, since \
                 whoever changed the address may know it."
                    .to_owned(),
                format!(
                    "Choose a new password at this link. It is good once, for {minutes} minutes; after that, ask for a new \
                     password where you sign in."
                ),
            ],
            "Choose a new password",
            "You receive this because it is about your account. Never pass the link on.",
        ),
        Locale::ZhHans => (
            format!("您的邮箱已恢复：{community}"),
            vec![
                "对账户邮箱的更改已撤销。所有登录均已退出，原密码已失效，因为更改邮箱的人可能知道它。".to_owned(),
                format!("请通过此链接设置新密码。链接仅可使用一次，{minutes} 分钟内有效；之后请在登录页面请求重设密码。"),
            ],
            "设置新密码",
            "您收到此邮件是因为它与您的账户有关。请勿将链接告诉任何人。",
        ),
    };
    let button = Button::new(label, link);
    Letter {
        button: Some(button),
        ..Letter::of(to, locale, &subject, paragraphs, footer)
    }
}
