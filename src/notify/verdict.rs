//! Whom a mail server's refusal is about: the reader, for whom it is final, or us.
//!
//! A refusal of us (of our name, our address, our network, our standing with the server) says nothing against
//! the reader: every letter would meet it, so none may die of it. It waits until an operator has mended what
//! is wrong. Where a reply leaves it open, it is taken for one of us: a letter that waits in vain is tried again
//! for as long as it means anything, one that was thrown away is gone.

use super::failure::{DeliveryError, Enhanced, Reason, Stage};

/// What of ours a server may have something against: in lower case.
pub(super) struct Ours<'a> {
    /// The name that we greet it by.
    pub(super) hello: &'a str,
    /// Whom the letter comes from.
    pub(super) sender: &'a str,
    /// Whom it goes to: what a reply repeats of it says nothing.
    pub(super) reader: &'a str,
}

/// Words of replies that are about whoever sends. Replies have no vocabulary of their own (RFC 5321 §4.2), and
/// many servers give no enhanced code.
const ABOUT_US: [&str; 22] = [
    "helo",
    "ehlo",
    "sender",
    "relay",
    "client host",
    "your ip",
    "ip address",
    "your server",
    "your host",
    "blocked",
    "blacklist",
    "blocklist",
    "block list",
    "dnsbl",
    "rbl",
    "spf",
    "dkim",
    "dmarc",
    "authenticat",
    "reputation",
    "spam",
    "reverse dns",
];

/// Words that are about the reader, whatever code stands before them.
const ABOUT_THE_READER: [&str; 8] = [
    "user unknown",
    "unknown user",
    "no such user",
    "no such recipient",
    "mailbox unavailable",
    "mailbox not found",
    "does not exist",
    "account is disabled",
];

impl Ours<'_> {
    /// Whether the words of a reply are about us.
    fn are_meant_by(&self, words: &str) -> bool {
        let words = words.to_lowercase().replace(self.reader, "");
        if ABOUT_THE_READER.iter().any(|part| words.contains(part)) {
            return false;
        }
        let at_our_own = self
            .reader
            .rsplit('@')
            .next()
            .is_some_and(|domain| self.hello.ends_with(domain));
        ABOUT_US.iter().any(|part| words.contains(part))
            || words.contains(self.sender)
            || !at_our_own && words.contains(self.hello)
    }
}

/// What a reply of 500 or more means for the letter.
pub(super) fn of_refusal(
    reason: Reason,
    code: u16,
    enhanced: Option<Enhanced>,
    words: &str,
    ours: &Ours<'_>,
) -> DeliveryError {
    let final_ = match reason.stage {
        // What comes before the reader is named cannot be about them.
        Stage::Connect | Stage::Encrypt | Stage::SignIn | Stage::Sender | Stage::Gateway | Stage::File => false,
        Stage::Recipient => is_of_the_reader(code, enhanced, words, ours),
        // The reader was taken: what is left is the letter's size and form, or what is thought of us.
        Stage::Handover => match enhanced {
            Some(Enhanced(_, 1 | 2 | 6, _) | Enhanced(_, 3, 4)) => true,
            Some(_) => false,
            None => code == 552,
        },
    };
    if final_ {
        DeliveryError::Permanent(reason)
    } else {
        DeliveryError::Refused(reason)
    }
}

/// The answer to RCPT (RFC 3463 §3; the registry of RFC 5248).
fn is_of_the_reader(code: u16, enhanced: Option<Enhanced>, words: &str, ours: &Ours<'_>) -> bool {
    match enhanced {
        // The sender's mailbox, the sender's system.
        Some(Enhanced(_, 1, 7 | 8)) => false,
        Some(Enhanced(_, 1 | 2, 1..)) => true,
        // Too big for the system; the way to the reader's.
        Some(Enhanced(_, 3, 4) | Enhanced(_, 4, _) | Enhanced(_, 6, _)) => true,
        // The server's own system, the protocol, what a server thinks of us.
        Some(Enhanced(_, 3 | 5, 1..) | Enhanced(_, 7, _)) => false,
        // "Other": the code and the words are all there is.
        _ => match code {
            550 | 551 | 552 | 553 | 556 => !ours.are_meant_by(words),
            _ => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{super::failure::Cause, *};

    const OURS: Ours<'static> = Ours {
        hello: "vouch.example.org",
        sender: "no-reply@vouch.example.org",
        reader: "grace@example.net",
    };

    fn is_final(stage: Stage, reply: &str) -> bool {
        let (code, words) = reply.split_once(' ').unwrap_or((reply, ""));
        let code = code.parse().unwrap();
        let enhanced = Enhanced::leading(words, code);
        let reason = Reason {
            stage,
            cause: Cause::Reply { code, enhanced },
        };
        match of_refusal(reason, code, enhanced, words, &OURS) {
            DeliveryError::Permanent(_) => true,
            DeliveryError::Refused(_) => false,
            other => panic!("{other:?}"),
        }
    }

    /// As Postfix, Exim, Exchange, Gmail and others write them.
    #[test]
    fn a_refusal_of_the_reader_is_final() {
        for reply in [
            "550 5.1.1 <grace@example.net>: Recipient address rejected: User unknown in virtual mailbox table",
            "550 5.1.1 The email account that you tried to reach does not exist.",
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found",
            "501 5.1.3 Bad recipient address syntax",
            "553 5.1.2 We do not know the domain",
            "550 5.2.1 The account is disabled",
            "552 5.2.2 <grace@example.net>: Quota exceeded (mailbox for user is full)",
            "550 5.4.1 Recipient address rejected: Access denied",
            "550 5.5.0 Requested action not taken: mailbox unavailable",
            "550 No such user here",
            "550 grace@example.net... no",
            "553 sorry, that is not allowed",
            "556 5.1.10 the domain takes no mail",
        ] {
            assert!(is_final(Stage::Recipient, reply), "{reply}");
        }
        // What a reader's address says is not what the server says.
        let relay = Ours {
            reader: "spf-relay@example.net",
            ..OURS
        };
        assert!(!relay.are_meant_by("<spf-relay@example.net>: no"));
        for reply in [
            "552 5.3.4 Message too big for system",
            "550 5.6.0 malformed",
            "552 too much",
        ] {
            assert!(is_final(Stage::Handover, reply), "{reply}");
        }
    }

    #[test]
    fn a_refusal_of_us_is_not() {
        for reply in [
            "504 5.5.2 <debian>: Helo command rejected: need fully-qualified hostname",
            "550 5.7.1 <vouch.example.org>: Helo command rejected: Host not found",
            "550 5.7.1 Client host rejected: cannot find your hostname",
            "550 5.1.8 <no-reply@vouch.example.org>: Sender address rejected: Domain not found",
            "553 5.1.7 bad sender",
            "553 5.7.1 <no-reply@vouch.example.org>: Sender address rejected: not owned by user app",
            "554 5.7.1 <grace@example.net>: Relay access denied",
            "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
            "550 5.7.26 This mail is unauthenticated",
            "550 5.3.2 System not accepting network messages",
            "530 5.7.0 Must issue a STARTTLS command first",
            "535 5.7.8 Authentication credentials invalid",
            "550 Access denied - Invalid HELO name (See RFC2821 4.1.1.1)",
            "550 relay not permitted",
            "550 Sender verify failed",
            "550 vouch.example.org is not welcome here",
            "554 Transaction failed",
            "500 Syntax error",
            "503 Bad sequence of commands",
            "555 parameters not recognized",
            "521 no mail here",
        ] {
            assert!(!is_final(Stage::Recipient, reply), "{reply}");
        }
        for stage in [Stage::Connect, Stage::Encrypt, Stage::SignIn, Stage::Sender] {
            for reply in ["553 sorry", "550 5.1.1 unknown", "504 5.5.2 no", "554 5.7.1 go away"] {
                assert!(!is_final(stage, reply), "{reply}");
            }
        }
        for reply in [
            "550 5.7.1 looks like spam",
            "554 Transaction failed",
            "550 5.7.26 DMARC",
        ] {
            assert!(!is_final(Stage::Handover, reply), "{reply}");
        }
    }
}
