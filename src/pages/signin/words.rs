//! The words of the sign-in.

use crate::notify::Locale;

pub(super) struct Words {
    pub title: &'static str,
    pub contact: &'static str,
    pub password: &'static str,
    pub forgotten: &'static str,
    pub submit: &'static str,
    pub with_code: &'static str,
    pub code: &'static str,
    pub link_title: &'static str,
    pub link_text: &'static str,
    pub link_submit: &'static str,
    pub invited: &'static str,
    pub enter_code: &'static str,
    pub done: &'static str,
    pub phone: &'static str,
    pub phone_hint: &'static str,
    pub by_text: &'static str,
    pub text_title: &'static str,
    pub text_ask: &'static str,
    pub text_sent: &'static str,
    pub send_text: &'static str,
    pub text_code: &'static str,
    pub send_again: &'static str,
}

const EN: Words = Words {
    title: "Sign in",
    contact: "E-mail address or phone number",
    password: "Password",
    forgotten: "Forgot your password?",
    submit: "Sign in",
    with_code: "Sign in with a one-time code",
    code: "One-time code",
    link_title: "Your link is ready",
    link_text: "It signs you in once, on this device.",
    link_submit: "Sign in now",
    invited: "Were you invited?",
    enter_code: "Enter your invite's code",
    done: "Your password is changed. Sign in with the new one.",
    phone: "Phone number",
    phone_hint: "With the country's code, such as +86 138 1234 5678.",
    by_text: "Sign in by a text message",
    text_title: "Sign in by a text message",
    text_ask: "We send a code to the phone number of your account.",
    text_sent: "If the number belongs to an account, a code is on its way. It can take a minute.",
    send_text: "Send me a code",
    text_code: "Code",
    send_again: "Send a new code, or to another number",
};

const ZH_HANS: Words = Words {
    title: "登录",
    contact: "邮箱或手机号",
    password: "密码",
    forgotten: "忘记密码？",
    submit: "登录",
    with_code: "使用一次性登录码",
    code: "一次性登录码",
    link_title: "您的链接已就绪",
    link_text: "它可在此设备上登录一次。",
    link_submit: "立即登录",
    invited: "收到了邀请？",
    enter_code: "输入邀请码",
    done: "密码已更改，请使用新密码登录。",
    phone: "手机号",
    phone_hint: "请包含国家代码，例如 +86 138 1234 5678。",
    by_text: "使用短信验证码登录",
    text_title: "短信验证码登录",
    text_ask: "我们会向您账号的手机号发送验证码。",
    text_sent: "如果该号码属于某个账号，验证码已在路上，可能需要一分钟。",
    send_text: "发送验证码",
    text_code: "验证码",
    send_again: "重新发送，或换一个号码",
};

pub(super) const fn words(locale: Locale) -> &'static Words {
    match locale {
        Locale::En => &EN,
        Locale::ZhHans => &ZH_HANS,
    }
}
