//! The letter to a member who let somebody in who is under a sanction now.

use crate::{
    notify::{EmailAddress, Letter, Locale},
    platform::terms::Line,
};

/// It says that it is so, and not why, nor by whose word.
pub(super) fn invitee_sanctioned(to: EmailAddress, locale: Locale, community: &Line) -> Letter {
    let community = community.isolated();
    let (subject, paragraphs, footer) = match locale {
        Locale::En => (
            format!("Somebody whom you invited is under a sanction: {community}"),
            vec![
                "One or more people whom you invited are under a sanction. You see who they are when you are signed in."
                    .to_owned(),
                "Nothing is asked of you.".to_owned(),
            ],
            "You receive this because you invited them. It is sent once an hour at most.",
        ),
        Locale::ZhHans => (
            format!("您邀请的成员受到处分：{community}"),
            vec![
                "您邀请的一名或多名成员受到处分。登录后可查看是哪些成员。".to_owned(),
                "您无需采取任何行动。".to_owned(),
            ],
            "您收到此邮件是因为您邀请了他们。每小时最多发送一封。",
        ),
    };
    Letter::of(to, locale, &subject, paragraphs, footer)
}
