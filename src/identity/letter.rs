//! The letter to an owner about a reviewer who wanted to see more names than the policy shows in a day.

use crate::{
    notify::{EmailAddress, Letter, Locale},
    platform::terms::{Line, PersonId},
};

/// What it says.
pub(super) struct Withheld<'a> {
    pub(super) to: EmailAddress,
    pub(super) locale: Locale,
    pub(super) community: &'a Line,
    pub(super) reviewer: Option<&'a str>,
    pub(super) id: PersonId,
    pub(super) shown: u32,
}

pub(super) fn names_withheld(told: Withheld<'_>) -> Letter {
    let Withheld { id, shown, .. } = told;
    let community = told.community.isolated();
    let reviewer = match told.reviewer {
        Some(handle) => format!("{handle} ({id})"),
        None => id.to_string(),
    };
    let (subject, paragraphs, footer) = match told.locale {
        Locale::En => (
            format!("A reviewer wants to see more names: {community}"),
            vec![
                format!(
                    "{reviewer} was shown {shown} names in the last 24 hours and wanted to see another one. The policy shows no \
                     more to one reviewer, so it was refused."
                ),
                "Each name that they were shown, and that they wanted more, stands in the ledger. If you do not know why, take \
                 the role from them."
                    .to_owned(),
            ],
            "You receive this because you are an owner of the community. It is sent once a day at most for each reviewer.",
        ),
        Locale::ZhHans => (
            format!("有审核员要求查看更多姓名：{community}"),
            vec![
                format!(
                    "{reviewer} 在过去 24 小时内已查看 {shown} 个姓名，并要求继续查看。社区规则不允许一名审核员查看更多，因此已被拒绝。"
                ),
                "其查看的每个姓名以及此次请求均已记入账本。如果您不了解原因，请收回其角色。".to_owned(),
            ],
            "您收到此邮件是因为您是该社区的所有者。对每名审核员每天最多发送一封。",
        ),
    };
    Letter::of(told.to, told.locale, &subject, paragraphs, footer)
}
