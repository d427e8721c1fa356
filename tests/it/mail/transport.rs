//! Delivery to a real SMTP server, and everything that such a server can answer.

use std::{fs, os::unix::fs::PermissionsExt, time::Duration};

use lettre::Message;
use mail_parser::MessageParser;
use uuid::Uuid;
use vouchsafe::{
    notify::{
        Button, Cause, DeliveryError, EmailAddress, Enhanced, Letter, Locale, Reason, Security, Sender,
        SmtpCredentials, SmtpSettings, Stage, Subject, Transport, render,
    },
    platform::terms::{Link, Timestamp},
};

use crate::support::smtp::{Fault, Kind, SmtpServer, USER, header};

fn letter(locale: Locale) -> Letter {
    let (subject, paragraph) = match locale {
        Locale::En => (
            "Your code for Analytical Society",
            "Enter this code to prove that the address is yours.",
        ),
        Locale::ZhHans => ("“分析学会”的验证码", "请输入以下验证码，以确认此邮箱地址属于您。"),
    };
    Letter {
        to: EmailAddress::parse("Grace.Hopper@Example.org").unwrap(),
        locale,
        subject: Subject::parse(subject).unwrap(),
        heading: subject.into(),
        paragraphs: vec![paragraph.into()],
        code: Some("481516".into()),
        button: Some(Button::new(
            "OK",
            Link::parse("https://vouch.example.org/i#code").unwrap(),
        )),
        footer: vec![],
        stop: None,
    }
}

fn rendered(letter: &Letter, id: u128) -> Message {
    let from = EmailAddress::parse("no-reply@vouch.example.org").unwrap();
    let sender = Sender::new(&from, "分析学会 Society").unwrap();
    render(
        letter,
        &sender,
        Uuid::from_u128(id),
        Timestamp::from_seconds(1_795_377_600),
    )
    .unwrap()
}

fn english() -> Message {
    rendered(&letter(Locale::En), 7)
}

fn reply(stage: Stage, code: u16, enhanced: (u8, u16, u16)) -> Reason {
    let enhanced = Some(Enhanced(enhanced.0, enhanced.1, enhanced.2));
    Reason {
        stage,
        cause: Cause::Reply { code, enhanced },
    }
}

#[tokio::test]
async fn delivers_both_forms_over_starttls_as_the_signed_in_user() {
    let server = SmtpServer::start();
    Transport::smtp(&server.settings())
        .unwrap()
        .deliver(&english())
        .await
        .unwrap();
    let mails = server.mails();
    let [mail] = mails.as_slice() else {
        panic!("{} letters", mails.len())
    };
    assert_eq!(header(mail, "X-Session-Encrypted"), "yes");
    assert_eq!(header(mail, "X-Session-User"), USER);
    assert_eq!(header(mail, "X-Envelope-From"), "no-reply@vouch.example.org");
    assert_eq!(header(mail, "X-Envelope-To"), "Grace.Hopper@Example.org");
    assert_eq!(mail.from().unwrap().first().unwrap().name(), Some("分析学会 Society"));
    assert_eq!(
        mail.message_id(),
        Some("00000000-0000-0000-0000-000000000007@vouch.example.org")
    );
    assert_eq!(header(mail, "Auto-Submitted"), "auto-generated");
    let (text, html) = (mail.body_text(0).unwrap(), mail.body_html(0).unwrap());
    assert!(
        text.contains("    481516") && text.contains("Enter this code"),
        "{text}"
    );
    assert!(
        html.contains(">481516</p>") && html.contains("<html lang=\"en\">"),
        "{html}"
    );
}

#[tokio::test]
async fn delivers_over_tls_from_the_first_byte() {
    let server = SmtpServer::start_as(Kind::Tls);
    Transport::smtp(&server.settings())
        .unwrap()
        .deliver(&english())
        .await
        .unwrap();
    let mail = &server.mails()[0];
    assert_eq!(
        (header(mail, "X-Session-Encrypted"), header(mail, "X-Session-User")),
        ("yes".into(), USER.into())
    );
}

#[tokio::test]
async fn chinese_arrives_as_it_was_written() {
    let server = SmtpServer::start();
    let letter = letter(Locale::ZhHans);
    Transport::smtp(&server.settings())
        .unwrap()
        .deliver(&rendered(&letter, 8))
        .await
        .unwrap();
    let mail = &server.mails()[0];
    assert_eq!(mail.subject(), Some("“分析学会”的验证码"));
    assert_eq!(header(mail, "Content-Language"), "zh-Hans");
    for body in [mail.body_text(0).unwrap(), mail.body_html(0).unwrap()] {
        assert!(body.contains("请输入以下验证码，以确认此邮箱地址属于您。"), "{body}");
    }
    assert!(mail.body_html(0).unwrap().contains("<html lang=\"zh-Hans\">"));
}

#[tokio::test]
async fn a_name_in_another_script_needs_a_server_that_knows_it() {
    let chinese = Letter {
        to: EmailAddress::parse("李四@example.org").unwrap(),
        ..letter(Locale::ZhHans)
    };
    let chinese = rendered(&chinese, 9);
    let server = SmtpServer::start();
    Transport::smtp(&server.settings())
        .unwrap()
        .deliver(&chinese)
        .await
        .unwrap();
    assert_eq!(
        server.mails()[0].to().unwrap().first().unwrap().address(),
        Some("李四@example.org")
    );

    let server = SmtpServer::start_as(Kind::Plain);
    let refused = Transport::smtp(&server.settings()).unwrap().deliver(&chinese).await;
    let reason = Reason {
        stage: Stage::Sender,
        cause: Cause::Unsupported,
    };
    assert_eq!(refused, Err(DeliveryError::Permanent(reason)));
}

#[tokio::test]
async fn text_becomes_no_header_no_command_and_no_recipient() {
    let evil = "Ada\r\nBcc: evil@example.org\r\n\r\n.\r\nRSET\r\nMAIL FROM:<evil@example.org>\r\n\
                RCPT TO:<evil@example.org>\r\nDATA\r\nSubject: evil\r\n\r\nevil\r\n.\r\n";
    assert!(EmailAddress::parse(&format!("grace@example.org{evil}")).is_err());
    assert!(EmailAddress::parse("grace@example.org>\r\nRCPT TO:<evil@example.org").is_err());
    assert!(EmailAddress::parse("grace@example.org> RCPT TO:<evil@example.org").is_err());
    assert!(Subject::parse(evil).is_err());
    let from = EmailAddress::parse("a@example.org").unwrap();
    assert!(Sender::new(&from, evil).is_err());

    let letter = Letter {
        heading: evil.into(),
        paragraphs: vec![evil.into(), ".".into(), "..".into()],
        code: Some(evil.into()),
        footer: vec![evil.into()],
        ..letter(Locale::En)
    };
    let server = SmtpServer::start();
    Transport::smtp(&server.settings())
        .unwrap()
        .deliver(&rendered(&letter, 10))
        .await
        .unwrap();
    let mails = server.mails();
    let [mail] = mails.as_slice() else {
        panic!("{} letters", mails.len())
    };
    assert_eq!(header(mail, "X-Envelope-To"), "Grace.Hopper@Example.org");
    assert!(mail.bcc().is_none() && mail.cc().is_none());
    assert_eq!(mail.subject(), Some("Your code for Analytical Society"));
    assert_eq!(mail.parts.len(), 3);
    let text = mail.body_text(0).unwrap().replace("\r\n", "\n");
    assert!(text.contains("\n.\n\n..\n"), "a line of one dot arrives as one: {text}");
}

#[tokio::test]
async fn a_wrong_password_waits_for_the_operator() {
    let server = SmtpServer::start();
    let credentials = Some(SmtpCredentials {
        username: USER.into(),
        password: "wrong".into(),
    });
    let settings = SmtpSettings {
        credentials,
        ..server.settings()
    };
    let refused = Transport::smtp(&settings).unwrap().deliver(&english()).await;
    assert_eq!(
        refused,
        Err(DeliveryError::Refused(reply(Stage::SignIn, 535, (5, 7, 8))))
    );

    let settings = SmtpSettings {
        credentials: None,
        ..server.settings()
    };
    let refused = Transport::smtp(&settings).unwrap().deliver(&english()).await;
    assert_eq!(
        refused,
        Err(DeliveryError::Refused(reply(Stage::Sender, 530, (5, 7, 0))))
    );
    assert!(server.mails().is_empty());
}

#[tokio::test]
async fn tells_a_passing_fault_from_a_refusal_and_repeats_no_address() {
    let server = SmtpServer::start();
    let transport = Transport::smtp(&server.settings()).unwrap();
    server.fail_next(1, 451);
    let passing = transport.deliver(&english()).await.unwrap_err();
    assert_eq!(
        passing,
        DeliveryError::Temporary(reply(Stage::Recipient, 451, (4, 3, 0)))
    );
    server.fail_next(1, 550);
    let refused = transport.deliver(&english()).await.unwrap_err();
    assert_eq!(
        refused,
        DeliveryError::Permanent(reply(Stage::Recipient, 550, (5, 1, 1)))
    );
    for error in [passing, refused] {
        let shown = format!("{error} {error:?}").to_lowercase();
        assert!(!shown.contains("grace") && !shown.contains('@'), "{shown}");
    }
    assert_eq!(refused.to_string(), "refused (recipient: 550 5.1.1)");
    assert!(server.mails().is_empty());
    transport.deliver(&english()).await.unwrap();
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test]
async fn a_letter_cut_off_after_data_comes_twice_under_one_id() {
    let server = SmtpServer::start();
    let transport = Transport::smtp(&server.settings()).unwrap();
    server.fault_next(1, Fault::Cut);
    let cut = transport.deliver(&english()).await.unwrap_err();
    assert!(
        matches!(
            cut,
            DeliveryError::Temporary(Reason {
                stage: Stage::Handover,
                ..
            })
        ),
        "{cut:?}"
    );
    transport.deliver(&english()).await.unwrap();
    let mails = server.wait_for(2);
    let ids: Vec<_> = mails.iter().map(|mail| mail.message_id().unwrap()).collect();
    assert_eq!(ids, ["00000000-0000-0000-0000-000000000007@vouch.example.org"; 2]);
    assert_eq!(mails[0].raw_message, mails[1].raw_message);
}

#[tokio::test]
async fn a_server_that_stops_answering_or_is_away_costs_one_attempt() {
    let mut server = SmtpServer::start();
    let settings = SmtpSettings {
        timeout: Duration::from_secs(1),
        ..server.settings()
    };
    let transport = Transport::smtp(&settings).unwrap();
    server.fault_next(1, Fault::Tarpit);
    let reason = Reason {
        stage: Stage::Recipient,
        cause: Cause::Timeout,
    };
    assert_eq!(
        transport.deliver(&english()).await,
        Err(DeliveryError::Temporary(reason))
    );
    transport.deliver(&english()).await.unwrap();
    server.stop();
    let reason = Reason {
        stage: Stage::Connect,
        cause: Cause::Network,
    };
    assert_eq!(
        transport.deliver(&english()).await,
        Err(DeliveryError::Temporary(reason))
    );
    server.start_again();
    transport.deliver(&english()).await.unwrap();
    assert_eq!(server.mails().len(), 2);
}

#[tokio::test]
async fn sends_nothing_to_a_server_that_it_cannot_trust() {
    let other = SmtpServer::start();
    for kind in [Kind::StartTls, Kind::Tls] {
        let server = SmtpServer::start_as(kind);
        for ca_file in [None, Some(other.ca_file())] {
            let settings = SmtpSettings {
                ca_file,
                ..server.settings()
            };
            let refused = Transport::smtp(&settings)
                .unwrap()
                .deliver(&english())
                .await
                .unwrap_err();
            let stage = if kind == Kind::Tls {
                Stage::Connect
            } else {
                Stage::Encrypt
            };
            assert_eq!(
                refused,
                DeliveryError::Temporary(Reason {
                    stage,
                    cause: Cause::Tls
                })
            );
        }
        assert!(server.mails().is_empty());
    }
}

#[tokio::test]
async fn sends_nothing_in_clear_where_encryption_is_demanded() {
    let plain = SmtpServer::start_as(Kind::Plain);
    let settings = SmtpSettings {
        security: Security::StartTls,
        ..plain.settings()
    };
    let refused = Transport::smtp(&settings).unwrap().deliver(&english()).await;
    let reason = Reason {
        stage: Stage::Encrypt,
        cause: Cause::Unsupported,
    };
    assert_eq!(refused, Err(DeliveryError::Refused(reason)));
    assert!(plain.mails().is_empty());

    Transport::smtp(&plain.settings())
        .unwrap()
        .deliver(&english())
        .await
        .unwrap();
    assert_eq!(header(&plain.mails()[0], "X-Session-Encrypted"), "no");
}

#[tokio::test]
async fn the_mailbox_keeps_one_private_file_a_letter() {
    let directory = tempfile::tempdir().unwrap();
    let mailbox = directory.path().join("data/mail");
    let transport = Transport::mailbox(&mailbox).unwrap();
    assert_eq!(fs::metadata(&mailbox).unwrap().permissions().mode() & 0o777, 0o700);
    for id in [2, 1, 2] {
        transport.deliver(&rendered(&letter(Locale::ZhHans), id)).await.unwrap();
    }
    let mut names: Vec<_> = fs::read_dir(&mailbox)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "00000000-0000-0000-0000-000000000001.eml",
            "00000000-0000-0000-0000-000000000002.eml"
        ]
    );
    let path = mailbox.join(&names[0]);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let bytes = fs::read(path).unwrap();
    let mail = MessageParser::default().parse(&bytes).unwrap();
    assert_eq!(mail.subject(), Some("“分析学会”的验证码"));

    fs::remove_dir_all(&mailbox).unwrap();
    let failed = transport.deliver(&english()).await;
    let cause = Cause::Io(std::io::ErrorKind::NotFound);
    assert_eq!(
        failed,
        Err(DeliveryError::Temporary(Reason {
            stage: Stage::File,
            cause
        }))
    );
}
