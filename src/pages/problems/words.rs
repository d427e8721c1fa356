//! The words of each refusal, in every language.

/// A kind, and its words: what is wrong, and what to do now.
pub(super) type Words = (&'static str, [&'static str; 2], [&'static str; 2]);

/// What people at a page may meet. An empty English text is the API's own detail, which names what is wrong more closely.
pub(super) const WORDS: &[Words] = &[
    (
        "credentials-wrong",
        [
            "That did not fit together",
            "Check the address and the password, or the code, and try again.",
        ],
        ["信息不匹配", "请检查邮箱（或手机号）与密码，或登录码，然后重试。"],
    ),
    (
        "account-locked",
        [
            "Too many wrong attempts",
            "Wait a while, then try again; or set a new password.",
        ],
        ["错误次数过多", "请稍后再试，或重设密码。"],
    ),
    (
        "forbidden",
        [
            "You may not do this",
            "Ask somebody in the community whose role allows it.",
        ],
        ["没有权限", "请联系社区中有权限的人。"],
    ),
    (
        "unauthenticated",
        ["Sign in first", "Your session is over. Sign in, and do it again."],
        ["请先登录", "您的会话已结束，请登录后重试。"],
    ),
    (
        "session-ended",
        ["Sign in again", "Your session is over. Sign in, and do it again."],
        ["请重新登录", "您的会话已结束，请登录后重试。"],
    ),
    (
        "reauthentication-required",
        [
            "Sign in once more",
            "For this, your sign-in must be less than 15 minutes old.",
        ],
        ["请再次登录", "执行此操作需要在 15 分钟内登录过。"],
    ),
    (
        "cross-site",
        [
            "This form is no longer good",
            "Open the page again and repeat what you did. Your browser must accept cookies.",
        ],
        ["此表单已失效", "请重新打开页面再操作一次。浏览器需允许 Cookie。"],
    ),
    (
        "too-many-requests",
        ["Too many attempts", "Wait a minute, then try again."],
        ["尝试次数过多", "请等待一分钟后重试。"],
    ),
    (
        "text-limit-reached",
        ["Too many text messages", "Wait a while before you ask for another one."],
        ["短信发送过多", "请稍后再请求发送。"],
    ),
    (
        "unavailable",
        [
            "This does not work at the moment",
            "Wait a few seconds, then try again. Nothing is lost.",
        ],
        ["暂时无法使用", "请等待几秒后重试，您的信息不会丢失。"],
    ),
    (
        "not-caught-up",
        ["One moment", "Wait a few seconds, then open the page again."],
        ["请稍候", "请等待几秒后重新打开页面。"],
    ),
    (
        "timeout",
        [
            "That took too long",
            "Try again. What was done already is not done twice.",
        ],
        ["请求超时", "请重试。已完成的操作不会重复执行。"],
    ),
    (
        "internal",
        [
            "Something went wrong with us",
            "Try again later. If it stays, tell whoever runs the community.",
        ],
        ["服务出错", "请稍后重试。如仍有问题，请联系社区管理员。"],
    ),
    (
        "not-found",
        ["There is no such page", "Check the address, or go to the start."],
        ["页面不存在", "请检查网址，或回到首页。"],
    ),
    (
        "body-too-large",
        ["That is too long", "Shorten what you entered."],
        ["内容过长", "请缩短您输入的内容。"],
    ),
    (
        "invalid-field",
        ["Something is missing or not right", ""],
        ["填写有误", "请检查填写的内容。"],
    ),
    (
        "invalid-value",
        ["This is not accepted", ""],
        ["内容不被接受", "请检查填写的内容是否正确。"],
    ),
    (
        "unknown-field",
        ["Something is not right", "Open the page again."],
        ["填写有误", "请重新打开页面。"],
    ),
    (
        "malformed-json",
        ["Something is not right", "Open the page again."],
        ["填写有误", "请重新打开页面。"],
    ),
    (
        "unsupported-media-type",
        ["Something is not right", "Open the page again."],
        ["填写有误", "请重新打开页面。"],
    ),
    (
        "position-unknown",
        ["This page is out of date", "Open the page again."],
        ["页面已过时", "请重新打开页面。"],
    ),
    (
        "idempotency-key-reused",
        ["This form was sent already", "Open the page again to send another."],
        ["此表单已提交", "如需再次提交，请重新打开页面。"],
    ),
    (
        "invite-unknown",
        [
            "There is no such invite",
            "Check the code letter by letter, or ask whoever invited you for a new invite.",
        ],
        ["邀请不存在", "请逐字核对邀请码，或请邀请人重新发送。"],
    ),
    (
        "invite-used",
        [
            "The invite has been used",
            "If it was you, sign in. Otherwise ask for a new invite.",
        ],
        ["邀请已被使用", "如果是您本人使用的，请直接登录；否则请索取新的邀请。"],
    ),
    (
        "invite-expired",
        ["The invite has expired", "Ask whoever invited you for a new one."],
        ["邀请已过期", "请邀请人重新发送邀请。"],
    ),
    (
        "invite-closed",
        [
            "The invite cannot be used now",
            "Ask whoever invited you, or another member, for a new invite.",
        ],
        ["邀请目前无法使用", "请联系邀请人或其他成员索取新的邀请。"],
    ),
    (
        "invite-not-open",
        [
            "The invite is not open yet",
            "Come again when it opens; your link stays good.",
        ],
        ["邀请尚未开放", "请在开放后再来，您的链接仍然有效。"],
    ),
    (
        "invite-state",
        [
            "That no longer fits this invite",
            "Open your list of invites to see how it stands.",
        ],
        ["邀请状态已变化", "请打开邀请列表查看其状态。"],
    ),
    (
        "invite-exhausted",
        [
            "All places of this invite are taken for now",
            "Try again later: a place may become free. Or ask for a new invite.",
        ],
        [
            "此邀请的名额暂时已满",
            "请稍后重试，可能会有名额释放；也可以索取新的邀请。",
        ],
    ),
    (
        "contact-mismatch",
        [
            "The invite is for another address",
            "Use the address or the number that the invite was sent to.",
        ],
        ["邀请发给了另一个地址", "请使用收到邀请的邮箱或手机号。"],
    ),
    (
        "proof-wrong",
        [
            "The code is not right",
            "Check the newest message and type its code again.",
        ],
        ["验证码不正确", "请查看最新的消息，重新输入验证码。"],
    ),
    (
        "proof-stale",
        ["The code is no longer good", "Ask for a new code below."],
        ["验证码已失效", "请在下方重新获取验证码。"],
    ),
    (
        "proof-locked",
        ["Too many wrong codes", "Wait a while, then ask for a new code."],
        ["验证码错误次数过多", "请稍后再获取新的验证码。"],
    ),
    (
        "country-not-accepted",
        [
            "This country is not accepted",
            "Use a number or a document of a country that the community accepts.",
        ],
        ["不接受该国家或地区", "请使用社区接受的国家或地区的号码或证件。"],
    ),
    (
        "step-out-of-order",
        [
            "This step is done, or not due yet",
            "Open the page again: it shows what comes next.",
        ],
        ["此步骤已完成或尚未开始", "请重新打开页面，它会显示下一步。"],
    ),
    (
        "hold-expired",
        ["Your place is no longer held", "Open the invite again and start anew."],
        ["预留名额已失效", "请重新打开邀请并重新开始。"],
    ),
    (
        "flow-unknown",
        [
            "This registration is not known",
            "Open the invite again and start anew.",
        ],
        ["找不到此次注册", "请重新打开邀请并重新开始。"],
    ),
    (
        "flow-ended",
        [
            "This registration is over",
            "If you are a member, sign in. Otherwise open the invite again.",
        ],
        ["此次注册已结束", "如果您已是成员，请登录；否则请重新打开邀请。"],
    ),
    (
        "document-invalid",
        ["The document's number is not right", ""],
        ["证件号码不正确", "请按证件上的内容逐字核对证件类型和号码。"],
    ),
    (
        "name-invalid",
        ["The name is not right", ""],
        ["姓名不正确", "请按证件上的写法填写姓名。"],
    ),
    (
        "review-needed",
        [
            "Somebody looks at it first",
            "You get a letter as soon as it is decided. Then come back.",
        ],
        ["正在等待审核", "审核完成后您会收到邮件，届时请再回来。"],
    ),
    (
        "registration-refused",
        [
            "The registration was refused",
            "If you think that this is a mistake, write to whoever runs the community.",
        ],
        ["注册被拒绝", "如果您认为有误，请联系社区管理员。"],
    ),
    (
        "person-limit-reached",
        [
            "You have an account already",
            "Sign in with it, or write to whoever runs the community.",
        ],
        ["您已有账号", "请使用已有账号登录，或联系社区管理员。"],
    ),
    (
        "password-refused",
        ["The password is not accepted", ""],
        [
            "密码不被接受",
            "请使用至少 15 个字符、不常见的密码，例如几个不相关的词。",
        ],
    ),
    (
        "password-wrong",
        [
            "That is not your password",
            "Type the password with which you sign in now.",
        ],
        ["当前密码不正确", "请输入您现在登录所用的密码。"],
    ),
    (
        "link-over",
        [
            "The link is no longer good",
            "It was used, or its time has run out. Ask for a new one.",
        ],
        ["链接已失效", "链接已被使用或已过期，请重新获取。"],
    ),
    (
        "phone-kept",
        [
            "Your account has a phone number",
            "Somebody who comes in by a phone number keeps it; write to whoever runs the community.",
        ],
        ["您的账号使用手机号", "手机号账号不能更改联系方式，请联系社区管理员。"],
    ),
    (
        "address-taken",
        [
            "This address cannot be used",
            "Use another one: it belongs to an account already.",
        ],
        ["该邮箱无法使用", "它已属于某个账号，请使用其他邮箱。"],
    ),
    (
        "handle-too-soon",
        [
            "Your name was changed a short while ago",
            "It can be changed once in 30 days.",
        ],
        ["名称最近已更改", "每 30 天可更改一次。"],
    ),
    (
        "cursor-invalid",
        ["This part of the list is not known", "Begin with the newest again."],
        ["找不到列表的这一部分", "请从最新的一页重新开始。"],
    ),
    (
        "quota-exhausted",
        [
            "You have no invites left",
            "Take back an open invite, or wait until one is over.",
        ],
        ["邀请名额已用完", "请撤回一个未使用的邀请，或等待其结束。"],
    ),
    (
        "not-eligible-to-invite",
        ["You may not invite now", ""],
        ["您暂时不能邀请他人", "社区规则目前不允许您发出这样的邀请。"],
    ),
    (
        "appeal-exists",
        ["You have appealed already", "Wait for the decision."],
        ["您已提交申诉", "请等待处理结果。"],
    ),
    (
        "appeal-state",
        [
            "That is no longer possible",
            "Open the page again to see how it stands.",
        ],
        ["操作已不可用", "请重新打开页面查看状态。"],
    ),
    (
        "sanction-unknown",
        ["There is nothing left to appeal against", "Sign in again."],
        ["没有可申诉的处理", "请重新登录。"],
    ),
    (
        "last-owner",
        ["The last owner cannot go", "Make somebody else an owner first."],
        ["最后一位所有者不能离开", "请先指定另一位所有者。"],
    ),
];
