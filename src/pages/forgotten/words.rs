//! The words for a forgotten password.

use crate::notify::Locale;

pub(super) struct Words {
    pub ask_title: &'static str,
    pub ask_text: &'static str,
    pub contact: &'static str,
    pub send_link: &'static str,
    pub sent_title: &'static str,
    pub sent_text: &'static str,
    pub reset_title: &'static str,
    pub reset_text: &'static str,
    pub new_password: &'static str,
    pub password_hint: &'static str,
    pub save: &'static str,
}

const EN: Words = Words {
    ask_title: "Forgot your password?",
    ask_text: "Give the e-mail address of your account. We send a link there with which you choose a new one.",
    contact: "E-mail address",
    send_link: "Send me a link",
    sent_title: "Look into your mail",
    sent_text: "If the address belongs to an account, a letter is on its way. Its link is good once, for 15 minutes. Nothing came? Look among unwanted mail, and check the address.",
    reset_title: "Choose a new password",
    reset_text: "You are signed out on every device then, and sign in with the new password.",
    new_password: "New password",
    password_hint: "At least 15 characters. A few words that do not belong together are easy to remember.",
    save: "Save",
};

const ZH_HANS: Words = Words {
    ask_title: "忘记密码？",
    ask_text: "请填写您账号的邮箱，我们会发送链接，您可以通过它设置新密码。",
    contact: "邮箱",
    send_link: "发送链接",
    sent_title: "请查看邮箱",
    sent_text: "如果该邮箱属于某个账号，邮件已在路上。链接可使用一次，15 分钟内有效。没有收到？请查看垃圾邮件，并核对邮箱地址。",
    reset_title: "设置新密码",
    reset_text: "设置后所有设备都会退出登录，请使用新密码登录。",
    new_password: "新密码",
    password_hint: "至少 15 个字符。几个互不相关的词容易记住。",
    save: "保存",
};

pub(super) const fn words(locale: Locale) -> &'static Words {
    match locale {
        Locale::En => &EN,
        Locale::ZhHans => &ZH_HANS,
    }
}
