//! Requests that are not known again by a key.

/// Every POST that takes no key, and why it needs none.
pub const WITHOUT: &[(&str, &str)] = &[
    (
        "ask_waitlist",
        "Whoever asks has proved nothing; asking again costs nothing, and an address waits once.",
    ),
    (
        "approve_action",
        "An action is approved once; it shows by whom and when.",
    ),
    ("propose_action", "An action is proposed once; its state shows it."),
    ("withdraw_action", "An action is withdrawn once; its state shows it."),
    ("undo_action", "An action is undone once; it shows when."),
    ("appeal", "A sanction is appealed against once."),
    ("appeal_signed_in", "The same."),
    ("claim_appeal", "A claim of one's own is only prolonged."),
    ("decide_appeal", "An appeal is decided once."),
    (
        "report_person",
        "A report of the same member on the same person is open once.",
    ),
    ("close_reports", "What is open is closed once; then nothing is open."),
    ("cancel_job", "A job is cancelled once; it shows when."),
    (
        "decline_invite",
        "An invite is declined once; saying it again changes nothing.",
    ),
    ("disown_inviter", "The same."),
    (
        "extend_invite",
        "Its end is what the answer says; again means later again.",
    ),
    ("report_invite", "A report counts once."),
    ("resend_invite", "Asking again means another letter, three at most."),
    ("restore_any_invite", "Restoring what stands changes nothing."),
    ("restore_invite", "Restoring what stands changes nothing."),
    (
        "revoke_any_invite",
        "An invite is taken back once; again changes nothing.",
    ),
    ("decide_case", "A case is decided once; it shows by whom and how."),
    ("give_contact", "Asking again means another code by another mail."),
    ("lift_refusal", "A refusal is lifted once; it shows by whom and when."),
    ("dismiss_lead", "A lead is dismissed once; it shows by whom and when."),
    ("lift_sanction", "A sanction is lifted once; it shows by whom and when."),
    (
        "report_in_room",
        "A report of the same filter on the same person is open once.",
    ),
    ("oauth_introspect", "It only looks."),
    ("oauth_revoke", "What was revoked stays so."),
    (
        "oauth_token",
        "A refresh token is its own key: for ten seconds the same request is answered as before (RFC 9700 §4.14.2).",
    ),
    ("prove_place", "An address is proved once; the place shows that it is."),
    ("refuse_application", "An application is refused once; it shows when."),
    ("vouch_applicant", "A member vouches once for the same person."),
    (
        "prove_contact",
        "An address is proved once; the flow shows that it is, and opening the invite again leads back to it.",
    ),
    (
        "retry_subscriber_failure",
        "What is put aside is tried again once; then it is done, or there still.",
    ),
    (
        "release_case",
        "A claim is given back once; the case shows that nobody has it.",
    ),
    (
        "end_sessions",
        "What was ended stays so; ending again ends what was started since.",
    ),
    ("show_name", "Every look is one, and is recorded."),
    (
        "retry_dead_letter",
        "A letter that was given up is tried again once; then it waits, or is given up again.",
    ),
    (
        "add_service",
        "Its secret is shown once; added again it is another service, and both are listed.",
    ),
    (
        "rotate_service",
        "Each time it is another secret, and the one before holds no longer.",
    ),
    ("search_people", "It only looks."),
    ("simulate_policy", "The same."),
    ("send_sign_in_code", "Asking again sends the code that is good still."),
    (
        "sign_in",
        "Whoever asks has proved nothing but by the request itself; signing in again is another session.",
    ),
    (
        "start_onboarding",
        "Whoever begins has proved nothing; beginning again uses nothing up.",
    ),
    (
        "forgot_password",
        "Asking again means another letter, a few in an hour; the newest link is good.",
    ),
    ("reset_password", "A link is good once."),
    (
        "change_address",
        "Asking again means another code by another letter, a few in an hour.",
    ),
    ("prove_address", "An address is proved once; one's own record shows it."),
    ("undo_address", "A link is good once."),
    ("stop_letters", "What was ended stays so."),
    (
        "report_of_room_server",
        "What a room server reports is where to look: looking twice changes nothing.",
    ),
    ("text_status", "What became of a message is noted once."),
];
