//! The words of an appeal.

use crate::notify::Locale;

pub(super) struct Words {
    pub title: &'static str,
    pub text: &'static str,
    pub since: &'static str,
    pub until: &'static str,
    pub no_end: &'static str,
    pub appeal: &'static str,
    pub answer: &'static str,
    pub your_words: &'static str,
    pub your_words_hint: &'static str,
    pub submit: &'static str,
    freeze: &'static str,
    quarantine: &'static str,
    suspend: &'static str,
    ban: &'static str,
    waits: &'static str,
    upheld: &'static str,
    overturned: &'static str,
}

const EN: Words = Words {
    title: "You may not sign in now",
    text: "Here is what was decided about you. You can appeal once against each decision; somebody else looks at it than who decided.",
    since: "Since",
    until: "Until",
    no_end: "no end is set",
    appeal: "Your appeal",
    answer: "The answer",
    your_words: "What do you want to say?",
    your_words_hint: "8 to 2000 characters. Only whoever decides reads it.",
    submit: "Appeal",
    freeze: "You may not invite",
    quarantine: "You may listen, and not speak or invite",
    suspend: "You are suspended",
    ban: "You are banned",
    waits: "waits for a decision",
    upheld: "the decision stays",
    overturned: "the decision was taken back",
};

const ZH_HANS: Words = Words {
    title: "您目前无法登录",
    text: "以下是对您作出的处理。每项处理可申诉一次，由原决定者之外的人审核。",
    since: "开始时间",
    until: "结束时间",
    no_end: "未设定",
    appeal: "您的申诉",
    answer: "答复",
    your_words: "您想说明什么？",
    your_words_hint: "8 到 2000 个字符，仅审核者可见。",
    submit: "提交申诉",
    freeze: "您不能邀请他人",
    quarantine: "您只能收听，不能发言或邀请",
    suspend: "您的账号已暂停",
    ban: "您已被封禁",
    waits: "等待处理",
    upheld: "维持原决定",
    overturned: "原决定已撤销",
};

pub(super) const fn words(locale: Locale) -> &'static Words {
    match locale {
        Locale::En => &EN,
        Locale::ZhHans => &ZH_HANS,
    }
}

impl Words {
    /// What a sanction does.
    pub(super) fn kind(&self, kind: &str) -> &'static str {
        match kind {
            "freeze" => self.freeze,
            "quarantine" => self.quarantine,
            "suspend" => self.suspend,
            _ => self.ban,
        }
    }

    /// How an appeal stands.
    pub(super) fn verdict(&self, verdict: Option<&str>) -> &'static str {
        match verdict {
            None => self.waits,
            Some("overturned") => self.overturned,
            Some(_) => self.upheld,
        }
    }
}
