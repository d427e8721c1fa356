//! The words of what rooms refuse.

use super::words::Words;

pub(super) const WORDS: &[Words] = &[
    (
        "room-unknown",
        ["There is no such room", "Look for it among the rooms."],
        ["没有这个房间", "请在房间列表中查找。"],
    ),
    (
        "room-closed",
        [
            "This room is closed",
            "Ask those who run the community when it opens again.",
        ],
        ["房间已关闭", "请向社区管理员询问何时重新开放。"],
    ),
    (
        "room-full",
        [
            "All seats are taken",
            "Try again in a while: seats of those who leave become free.",
        ],
        ["席位已满", "请稍后再试，有人离开后会空出席位。"],
    ),
    (
        "room-for-others",
        [
            "This room is for others",
            "Whoever runs the community says for whom a room is. Ask them if you should be in it.",
        ],
        [
            "房间不对您开放",
            "房间向谁开放由社区管理员决定。如您应当可以进入，请联系他们。",
        ],
    ),
    (
        "assurance-too-low",
        [
            "Too little is known of you for this room",
            "Ask those who run the community how to have your identity looked at.",
        ],
        ["您的身份核实程度不足以进入此房间", "请向社区管理员询问如何核实身份。"],
    ),
    (
        "put-out-of-room",
        [
            "You were put out of this room",
            "You may come back when the time is over. If you think it was wrong, write to those who moderate.",
        ],
        ["您已被请出此房间", "时间到后可以再次进入。如认为有误，请联系主持人。"],
    ),
    (
        "spoke-as-listener",
        [
            "You spoke where you may only listen",
            "Wait a while, then have your app ask again, and keep your microphone off.",
        ],
        [
            "您在只能收听的房间里发言了",
            "请稍后通过应用重新进入，并保持麦克风关闭。",
        ],
    ),
    (
        "room-cannot-hide",
        [
            "You cannot be hidden in this room now",
            "Ask those who run the community: the room's server shows everybody.",
        ],
        ["此房间目前无法让您隐身", "房间的服务器会显示所有人，请联系社区管理员。"],
    ),
    (
        "nothing-to-show",
        [
            "You have nothing to be shown by",
            "Choose a handle in your account, or have your name verified.",
        ],
        ["您没有可以显示的名称", "请在账号页面设置用户名，或先完成实名认证。"],
    ),
    (
        "room-server-unavailable",
        ["The room does not answer", "Try again in a minute."],
        ["房间暂无响应", "请一分钟后再试。"],
    ),
    (
        "ticket-ended",
        ["Your seat is gone", "Have your app take you in again."],
        ["您的席位已失效", "请通过应用重新进入。"],
    ),
    (
        "ticket-unknown",
        ["You are not in this room", "There is nothing to leave. Look again."],
        ["您不在此房间", "无需离开，请刷新查看。"],
    ),
    (
        "not-in-room",
        [
            "You are not in this room",
            "Have your app take you in first, then ask to speak.",
        ],
        ["您不在此房间", "请先通过应用进入，再申请发言。"],
    ),
    (
        "nothing-to-ask",
        ["You need not ask", "You may speak already, or you listen unseen."],
        ["无需申请", "您已可以发言，或正在隐身收听。"],
    ),
    (
        "not-their-moderator",
        [
            "You cannot do this here",
            "You do not moderate this room, or whom it is about stands as high as you.",
        ],
        ["您无法在此执行该操作", "您不是此房间的主持人，或对方的权限不低于您。"],
    ),
    (
        "participant-unknown",
        [
            "Nobody was in the room under this ticket",
            "They may have come back under another. Look again.",
        ],
        ["房间里没有持此凭证的人", "对方可能已用新的凭证重新进入，请刷新查看。"],
    ),
];
