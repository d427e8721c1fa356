//! Words that every page uses.

use crate::notify::Locale;

pub(in crate::pages) struct Words {
    pub skip: &'static str,
    pub places: &'static str,
    pub sign_in: &'static str,
    pub sign_out: &'static str,
    pub account: &'static str,
    pub my_invites: &'static str,
    pub rooms: &'static str,
    pub request: &'static str,
    pub start: &'static str,
}

const EN: Words = Words {
    skip: "Skip to the content",
    places: "Places",
    sign_in: "Sign in",
    sign_out: "Sign out",
    account: "Account",
    my_invites: "My invites",
    rooms: "Rooms",
    request: "If you ask for help, name this number:",
    start: "To the start",
};

const ZH_HANS: Words = Words {
    skip: "跳到正文",
    places: "导航",
    sign_in: "登录",
    sign_out: "退出登录",
    account: "我的账号",
    my_invites: "我的邀请",
    rooms: "房间",
    request: "如需帮助，请告知此编号：",
    start: "回到首页",
};

pub(in crate::pages) const fn words(locale: Locale) -> &'static Words {
    match locale {
        Locale::En => &EN,
        Locale::ZhHans => &ZH_HANS,
    }
}
