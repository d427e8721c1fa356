//! The words of the rooms.

use crate::notify::Locale;

pub(super) struct Words {
    pub title: &'static str,
    pub no_rooms: &'static str,
    pub seats_of: &'static str,
    pub your_app: &'static str,
    pub more: &'static str,
    pub back: &'static str,
    pub look_again: &'static str,
    pub may_speak: &'static str,
    pub may_listen: &'static str,
    pub may_listen_unseen: &'static str,
    pub how_to_ask: &'static str,
    pub how_asked: &'static str,
    pub how_to_come_in: &'static str,
    pub how_on_stage: &'static str,
    pub muted: &'static str,
    pub muted_to: &'static str,
    pub warned: &'static str,
    pub your_seat: &'static str,
    pub since: &'static str,
    pub until: &'static str,
    pub hand_since: &'static str,
    pub you_ask_since: &'static str,
    pub ask: &'static str,
    pub ask_no_longer: &'static str,
    pub leave_stage: &'static str,
    pub leave: &'static str,
    pub about: &'static str,
    pub seats: &'static str,
    pub for_whom: &'static str,
    pub who_speaks: &'static str,
    pub moderators: &'static str,
    pub and_admins: &'static str,
    pub filters: &'static str,
    pub comma: &'static str,
    pub hands: &'static str,
    pub no_hands: &'static str,
    pub to_stage: &'static str,
    pub off_stage: &'static str,
    pub who_is_in: &'static str,
    pub nobody: &'static str,
    pub no_name: &'static str,
    pub moderator: &'static str,
    pub you: &'static str,
    pub keep_order: &'static str,
    pub reason: &'static str,
    pub how_long: &'static str,
    pub warn: &'static str,
    pub mute: &'static str,
    pub unmute: &'static str,
    pub put_out: &'static str,
    access: [&'static str; 2],
    speakers: [&'static str; 2],
    parts: [&'static str; 3],
    lacks: [&'static str; 5],
    times: [(&'static str, &'static str); 4],
    reasons: [(&'static str, &'static str); 7],
    done: [&'static str; 7],
}

const LACKS: [&str; 5] = ["invitation", "role", "branch", "known_age", "age"];
const DONE: [&str; 7] = ["leave", "to_stage", "off_stage", "warn", "mute", "put_out", "unmute"];

const EN: Words = Words {
    title: "Rooms",
    no_rooms: "No room is open for you now.",
    seats_of: "seats",
    your_app: "Your app takes you in. Here you see how things stand.",
    more: "More",
    back: "All rooms",
    look_again: "Look again",
    may_speak: "You may speak here",
    may_listen: "You may listen here",
    may_listen_unseen: "You may listen here, and nobody in the room sees you",
    how_to_ask: "Ask to speak: those who moderate see it and can let you.",
    how_asked: "You ask to speak: those who moderate see it.",
    how_to_come_in: "Whoever is in can ask to speak.",
    how_on_stage: "You are on the stage. Your app lets you speak.",
    muted: "You are muted",
    muted_to: "muted until",
    warned: "You were warned",
    your_seat: "Your seat",
    since: "Since",
    until: "Until",
    hand_since: "Asks to speak since",
    you_ask_since: "You ask to speak since",
    ask: "Ask to speak",
    ask_no_longer: "Ask no longer",
    leave_stage: "Leave the stage",
    leave: "Leave the room",
    about: "The room",
    seats: "Seats taken",
    for_whom: "Whom it is for",
    who_speaks: "Who speaks",
    moderators: "Who moderates",
    and_admins: "owners and admins of the community",
    filters: "Programs that may warn, mute and put out",
    comma: ", ",
    hands: "Who asks to speak",
    no_hands: "Nobody now.",
    to_stage: "Let speak",
    off_stage: "Back to listening",
    who_is_in: "Who is in",
    nobody: "Nobody now.",
    no_name: "Somebody without a name",
    moderator: "moderates",
    you: "you",
    keep_order: "Warn, mute or put out",
    reason: "Why",
    how_long: "For how long they are muted or stay out",
    warn: "Warn",
    mute: "Mute",
    unmute: "Unmute",
    put_out: "Put out",
    access: ["members", "guests"],
    speakers: ["everybody may speak", "there is a stage"],
    parts: ["speaks", "listens", "listens unseen"],
    lacks: [
        "It is for guests, and nobody has invited you to it. Ask those who moderate.",
        "It is for those in another role. Ask those who run the community.",
        "It is for those whom another member has let in, directly or not.",
        "It asks for an age, and yours is not known: it is read from the number of an identity document. Ask those who run the community.",
        "It is for another age.",
    ],
    times: [
        ("10", "10 minutes"),
        ("60", "1 hour"),
        ("1440", "1 day"),
        ("10080", "1 week"),
    ],
    reasons: [
        ("abuse", "they do harm to others"),
        ("spam", "they advertise"),
        ("false_identity", "they are not who they say they are"),
        ("ban_evasion", "they were put out before, as somebody else"),
        ("security", "security"),
        ("request", "they asked for it"),
        ("other", "something else"),
    ],
    done: [
        "You have left the room.",
        "They may speak.",
        "Done: no longer on the stage.",
        "They are warned.",
        "They are muted.",
        "They are put out.",
        "They are muted no longer.",
    ],
};

const ZH_HANS: Words = Words {
    title: "房间",
    no_rooms: "目前没有对您开放的房间。",
    seats_of: "个席位",
    your_app: "请通过应用进入房间，此页面显示房间的情况。",
    more: "更多",
    back: "所有房间",
    look_again: "刷新查看",
    may_speak: "您可以在此发言",
    may_listen: "您可以在此收听",
    may_listen_unseen: "您可以在此收听，房间里的人看不到您",
    how_to_ask: "您可以申请发言，主持人会看到并可允许您发言。",
    how_asked: "您已申请发言，主持人会看到。",
    how_to_come_in: "进入房间后可以申请发言。",
    how_on_stage: "您在台上，可通过应用发言。",
    muted: "您已被禁言",
    muted_to: "禁言至",
    warned: "您收到了警告",
    your_seat: "您的席位",
    since: "开始时间",
    until: "结束时间",
    hand_since: "申请发言时间",
    you_ask_since: "您的申请时间",
    ask: "申请发言",
    ask_no_longer: "取消申请",
    leave_stage: "下台",
    leave: "离开房间",
    about: "房间信息",
    seats: "已占席位",
    for_whom: "开放对象",
    who_speaks: "谁可发言",
    moderators: "主持人",
    and_admins: "社区的所有者和管理员",
    filters: "可警告、禁言和请出成员的程序",
    comma: "、",
    hands: "申请发言的人",
    no_hands: "目前没有。",
    to_stage: "允许发言",
    off_stage: "改为收听",
    who_is_in: "房间里的人",
    nobody: "目前没有人。",
    no_name: "未设名称的成员",
    moderator: "主持",
    you: "您",
    keep_order: "警告、禁言或请出",
    reason: "原因",
    how_long: "禁言或请出多长时间",
    warn: "警告",
    mute: "禁言",
    unmute: "解除禁言",
    put_out: "请出",
    access: ["社区成员", "受邀的人"],
    speakers: ["所有人都可发言", "设有发言台"],
    parts: ["发言", "收听", "隐身收听"],
    lacks: [
        "房间只对受邀的人开放，您尚未受邀。请联系主持人。",
        "房间对其他角色的成员开放。请联系社区管理员。",
        "房间只对由另一位成员直接或间接邀请加入的人开放。",
        "房间要求核实年龄，而您的年龄未知：年龄由证件号码得出。请联系社区管理员。",
        "房间对其他年龄的成员开放。",
    ],
    times: [("10", "10 分钟"), ("60", "1 小时"), ("1440", "1 天"), ("10080", "1 周")],
    reasons: [
        ("abuse", "伤害他人"),
        ("spam", "发布广告"),
        ("false_identity", "冒用身份"),
        ("ban_evasion", "曾被移出，换身份再次进入"),
        ("security", "安全原因"),
        ("request", "本人要求"),
        ("other", "其他"),
    ],
    done: [
        "您已离开房间。",
        "对方已可发言。",
        "已改为收听。",
        "已警告对方。",
        "对方已被禁言。",
        "对方已被请出。",
        "已解除对方的禁言。",
    ],
};

pub(super) const fn words(locale: Locale) -> &'static Words {
    match locale {
        Locale::En => &EN,
        Locale::ZhHans => &ZH_HANS,
    }
}

/// The word at the place of `word` among those that the API knows.
fn at<const N: usize>(known: [&str; N], word: &str, words: &[&'static str; N]) -> Option<&'static str> {
    let place = known.iter().position(|known| *known == word)?;
    Some(words[place])
}

impl Words {
    /// Whom a room is for.
    pub(super) fn access(&self, word: &str) -> &'static str {
        at(["members", "guests"], word, &self.access).unwrap_or_default()
    }

    /// Who speaks in a room.
    pub(super) fn speakers(&self, word: &str) -> &'static str {
        at(["everybody", "stage"], word, &self.speakers).unwrap_or_default()
    }

    /// As what somebody is in a room.
    pub(super) fn part(&self, word: &str) -> &'static str {
        at(["speaker", "listener", "hidden"], word, &self.parts).unwrap_or_default()
    }

    /// What a room asks for that somebody lacks.
    pub(super) fn lack(&self, word: &str) -> Option<&'static str> {
        at(LACKS, word, &self.lacks)
    }

    /// What was done.
    pub(super) fn done(&self, act: &str) -> Option<&'static str> {
        at(DONE, act, &self.done)
    }

    /// Why somebody is warned, muted or put out.
    pub(super) fn reason(&self, code: &str) -> &'static str {
        let found = self.reasons.iter().find(|(known, _)| *known == code);
        found.map_or("", |(_, reason)| reason)
    }

    /// Each reason by its code.
    pub(super) const fn reasons(&self) -> &[(&'static str, &'static str)] {
        &self.reasons
    }

    /// For how many minutes somebody may be muted or put out.
    pub(super) const fn times(&self) -> &[(&'static str, &'static str)] {
        &self.times
    }
}
