//! The words of our own text messages, for gateways that take whole texts.

use super::{Said, TextMessage};
use crate::notify::Locale;

/// The message as its reader sees it.
pub(super) fn words(text: &TextMessage) -> String {
    match (text.locale, &text.said) {
        (
            Locale::En,
            Said::Invite {
                community,
                inviter,
                code,
                link,
            },
        ) => format!(
            "{inviter} invites you to {community}. Open {link} or type the code {code}. \
             If you do not know them, do nothing."
        ),
        (
            Locale::ZhHans,
            Said::Invite {
                community,
                inviter,
                code,
                link,
            },
        ) => format!("{inviter} 邀请您加入{community}。请打开 {link} 或输入邀请码 {code}。如不认识对方，请忽略。"),
        (
            Locale::En,
            Said::Proof {
                community,
                code,
                minutes,
            },
        ) => format!(
            "{code} is your code for {community}. It is good once, for {minutes} minutes. \
             If you are not signing up, do nothing. Never pass it on."
        ),
        (
            Locale::ZhHans,
            Said::Proof {
                community,
                code,
                minutes,
            },
        ) => format!(
            "{code} 是您在{community}的注册验证码，{minutes} 分钟内有效，仅可使用一次。如非本人操作请忽略，切勿告诉他人。"
        ),
        (
            Locale::En,
            Said::SignIn {
                community,
                code,
                minutes,
            },
        ) => format!(
            "{code} is your code to sign in to {community}. It is good once, for {minutes} minutes. \
             If you are not signing in, do nothing. Never pass it on."
        ),
        (
            Locale::ZhHans,
            Said::SignIn {
                community,
                code,
                minutes,
            },
        ) => format!(
            "{code} 是您登录{community}的验证码，{minutes} 分钟内有效，仅可使用一次。如非本人操作请忽略，切勿告诉他人。"
        ),
        (Locale::En, Said::Accepted { community }) => format!(
            "{community}: your name and document have been accepted. Open your invite again and choose a password: \
             that is the last step."
        ),
        (Locale::ZhHans, Said::Accepted { community }) => {
            format!("{community}：您的姓名和证件已通过审核。请再次打开邀请并设置密码，完成最后一步。")
        }
        (Locale::En, Said::Again { community }) => format!(
            "{community}: the name and the document could not be matched. Open your invite again and give them \
             exactly as they stand in the document."
        ),
        (Locale::ZhHans, Said::Again { community }) => {
            format!("{community}：姓名与证件未能匹配。请再次打开邀请，按证件上的内容重新填写。")
        }
        (Locale::En, Said::Ended { community }) => format!(
            "{community}: your registration has ended. If you think that this is a mistake, ask whoever invited you."
        ),
        (Locale::ZhHans, Said::Ended { community }) => {
            format!("{community}：您的注册已结束。如有疑问，请联系邀请您的人。")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::every, *};
    use crate::platform::terms::PhoneNumber;

    #[test]
    fn every_message_says_each_of_its_parameters_in_both_languages() {
        for locale in [Locale::En, Locale::ZhHans] {
            for said in every() {
                let text = TextMessage {
                    to: PhoneNumber::parse("+8613812345678").unwrap(),
                    locale,
                    said,
                };
                let words = words(&text);
                for (name, value) in text.said.parameters() {
                    assert!(words.contains(value), "{name} in {words}");
                }
                assert!(!words.contains("138"), "{words}");
                let chinese = words
                    .chars()
                    .any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c) && !"学会".contains(c));
                assert_eq!(chinese, locale == Locale::ZhHans, "{words}");
            }
        }
    }
}
