//! The words for undoing a change of address.

use crate::notify::Locale;

pub(super) struct Words {
    pub title: &'static str,
    pub text: &'static str,
    pub submit: &'static str,
    pub done_title: &'static str,
    pub done: &'static str,
}

const EN: Words = Words {
    title: "Was it not you?",
    text: "The address of your account was changed. If you undo it, this address is back, every device is signed out, and we send you a link to a new password: whoever changed it may know the old one.",
    submit: "Undo the change",
    done_title: "The change is undone",
    done: "Your old address is back. A letter with a link to a new password is on its way there.",
};

const ZH_HANS: Words = Words {
    title: "不是您本人操作？",
    text: "您账号的邮箱被更改。如果撤销，原邮箱将恢复，所有设备都会退出登录，我们会向您发送设置新密码的链接，因为更改者可能知道旧密码。",
    submit: "撤销更改",
    done_title: "更改已撤销",
    done: "原邮箱已恢复。设置新密码的邮件已在路上。",
};

pub(super) const fn words(locale: Locale) -> &'static Words {
    match locale {
        Locale::En => &EN,
        Locale::ZhHans => &ZH_HANS,
    }
}
