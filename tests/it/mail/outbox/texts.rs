//! Text messages through the outbox, to gateways that take, refuse, hang, lie and answer twice.

use std::time::Duration;

use reqwest::Method;
use uuid::Uuid;
use vouchsafe::{
    notify::{Limit, PhoneNumber, Said, Spent, TextLimits, TextMessage, TextPayer, Texts, build_texts, post_text},
    platform::{
        config::{Config, TextGateway},
        egress::Egress,
        ledger::Actor,
        terms::{Line, PersonRow, Rng},
    },
};

use super::*;
use crate::support::{
    gateway::{Gateway, SECRET, Say, field},
    service::Home,
};

const KINDS: [TextGateway; 4] = [
    TextGateway::Twilio,
    TextGateway::Aliyun,
    TextGateway::Tencent,
    TextGateway::Http,
];

fn phone(text: &str) -> PhoneNumber {
    PhoneNumber::parse(text).unwrap()
}

fn text(to: &str) -> TextMessage {
    TextMessage {
        to: phone(to),
        locale: Locale::ZhHans,
        said: Said::proof(&Line::parse("学会").unwrap(), "481516", 10),
    }
}

/// Posts a message; its number is that of Shanghai.
async fn post_one(office: &Office<'_>, to: &'static str) {
    let vault = office.vault.clone();
    let posted = office.ledger.write(Actor::System, move |tx| {
        let (_, key) = vault.new_subject(tx)?;
        post_text(tx, &key, "proof", Uuid::nil(), &text(to))
    });
    posted.await.unwrap();
}

fn postman(office: &Office<'_>, config: &Config) -> Postman {
    let egress = Egress::new(&config.egress).unwrap();
    let rng: Arc<dyn Rng> = Arc::new(SystemRng);
    let (transport, _) = build_texts(config, &egress, &rng).unwrap();
    Postman {
        ledger: open(office.db, &office.clock, &office.guards),
        vault: office.vault.clone(),
        carrier: Arc::new(Texts(transport)),
        at_once: AT_ONCE,
        term: TERM,
        matters: Vec::new(),
        bell: Arc::default(),
    }
}

fn config(gateway: &Gateway) -> Config {
    let mut config = Config::default();
    config.egress.networks = vec!["127.0.0.0/8".parse().unwrap()];
    gateway.configure(&mut config);
    config
}

async fn tried_after(office: &Office<'_>, attempts: i64) -> Row {
    office.until(|rows| tried(rows, attempts) == 1).await.remove(0)
}

on_both! {
    async fn every_gateway_takes_what_is_signed(db: &Database) {
        for kind in KINDS {
            let office = Office::over(db);
            let gateway = Gateway::start(kind).await;
            let before = count(&office.rows().await, "sent");
            post_one(&office, "+86 138 1234 5678").await;
            let running = start(postman(&office, &config(&gateway)));
            let rows = office.until(|rows| count(rows, "sent") == before + 1).await;
            assert!(rows.iter().all(|row| !row.sealed), "{kind:?}");
            running.end().await;
            let seen = gateway.seen();
            let [call] = seen.as_slice() else { panic!("{kind:?}: {seen:?}") };
            let to = field(kind, call, "to");
            let expected = if kind == TextGateway::Aliyun { "13812345678" } else { "+8613812345678" };
            assert_eq!(to, expected, "{kind:?}");
            assert!(field(kind, call, "code").contains("481516"), "{kind:?}: {call:?}");
        }
    }

    async fn a_gateway_that_hangs_or_lies_is_asked_thrice_with_one_id(db: &Database) {
        for kind in KINDS {
            let office = Office::over(db);
            let before = count(&office.rows().await, "dead");
            let gateway = Gateway::start(kind).await;
            // What a proxy in front of it says when the gateway itself is gone.
            let lie = Say::Answer(200, "<html>Welcome</html>".into());
            let bad = match kind {
                // Any 2xx of one's own gateway is a yes.
                TextGateway::Http => [Say::Hang, Say::Cut, Say::Hang],
                _ => [Say::Hang, lie, Say::Cut],
            };
            gateway.next(bad);
            post_one(&office, "+86 138 1234 5678").await;
            let running = start(postman(&office, &config(&gateway)));
            for attempt in 1..3 {
                let row = tried_after(&office, attempt).await;
                let error = row.error.unwrap();
                assert!(error.starts_with("gateway: taken or not: "), "{kind:?}: {error}");
                office.clock.advance(HOUR);
            }
            office.until(|rows| count(rows, "dead") == before + 1).await;
            running.end().await;
            let ids = gateway.ids();
            assert_eq!(ids.len(), 3, "{kind:?}");
            assert!(ids.iter().all(|id| *id == ids[0]), "{kind:?}: {ids:?}");
        }
    }

    async fn an_answer_that_comes_twice_is_one(db: &Database) {
        for kind in KINDS {
            let office = Office::over(db);
            let before = count(&office.rows().await, "sent");
            let gateway = Gateway::start(kind).await;
            gateway.next([Say::Twice, Say::Twice]);
            for to in ["+86 138 1234 5678", "+86 138 1234 5679"] {
                post_one(&office, to).await;
            }
            let running = start(Postman { at_once: 1, ..postman(&office, &config(&gateway)) });
            office.until(|rows| count(rows, "sent") == before + 2).await;
            running.end().await;
            let mut ids = gateway.ids();
            ids.sort();
            ids.dedup();
            assert_eq!((ids.len(), gateway.seen().len()), (2, 2), "{kind:?}");
        }
    }

    async fn refusals_are_of_the_reader_or_of_us(db: &Database) {
        let tencent = |code: &str| {
            Say::Answer(200, format!(r#"{{"Response":{{"SendStatusSet":[{{"Code":"{code}"}}],"RequestId":"1"}}}}"#))
        };
        let error = |code: &str| Say::Answer(200, format!(r#"{{"Response":{{"Error":{{"Code":"{code}"}}}}}}"#));
        let aliyun = |code: &str| Say::Answer(200, format!(r#"{{"Code":"{code}","Message":"m"}}"#));
        let twilio = |status, code: u32| Say::Answer(status, format!(r#"{{"code":{code},"message":"m"}}"#));
        let (dead, us, later) = ("dead", "we are refused (gateway: ", "gateway: ");
        for (kind, say, how, word) in [
            (TextGateway::Twilio, twilio(400, 21610), dead, "the reader wants no messages"),
            (TextGateway::Twilio, twilio(401, 20003), us, "the account is not let in"),
            (TextGateway::Twilio, twilio(429, 20429), later, "too many messages at once"),
            (TextGateway::Twilio, Say::Answer(400, "+8613812345678".into()), dead, "status 400"),
            (TextGateway::Aliyun, aliyun("isv.MOBILE_NUMBER_ILLEGAL"), dead, "isv.MOBILE_NUMBER_ILLEGAL"),
            (TextGateway::Aliyun, aliyun("isv.AMOUNT_NOT_ENOUGH"), us, "isv.AMOUNT_NOT_ENOUGH"),
            (TextGateway::Aliyun, aliyun("13812345678"), later, "a code that is not known"),
            (TextGateway::Tencent, tencent("FailedOperation.PhoneNumberInBlacklist"), dead, "Blacklist"),
            (TextGateway::Tencent, error("AuthFailure.SignatureFailure"), us, "AuthFailure.SignatureFailure"),
            (TextGateway::Tencent, Say::Answer(500, String::new()), later, "status 500"),
            (TextGateway::Http, Say::Answer(422, String::new()), dead, "status 422"),
            (TextGateway::Http, Say::Answer(403, String::new()), us, "status 403"),
            (TextGateway::Http, Say::Answer(503, String::new()), later, "status 503"),
        ] {
            let office = Office::over(db);
            let gateway = Gateway::start(kind).await;
            gateway.next([say]);
            post_one(&office, "+86 138 1234 5678").await;
            let running = start(postman(&office, &config(&gateway)));
            let rows = office.until(|rows| rows.last().unwrap().error.is_some()).await;
            let row = rows.last().unwrap();
            let said = row.error.clone().unwrap();
            assert!(said.contains(word) && !said.contains("138"), "{kind:?}: {said}");
            match how {
                "dead" => assert_eq!(row.state, "dead", "{kind:?}: {said}"),
                _ => {
                    assert!(row.state == "waiting" && said.starts_with(how), "{kind:?}: {row:?}");
                    office.clock.advance(HOUR);
                    office.until(|rows| rows.last().unwrap().state == "sent").await;
                }
            }
            running.end().await;
        }
    }

    async fn letters_and_text_messages_leave_by_their_own_way(db: &Database) {
        let office = Office::over(db);
        let gateway = Gateway::start(TextGateway::Http).await;
        let server = SmtpServer::start_as(Kind::Plain);
        office.post(2).await;
        post_one(&office, "+86 138 1234 5678").await;
        let texts = start(postman(&office, &config(&gateway)));
        office.until(|rows| count(rows, "sent") == 1).await;
        let of = async |channel| office.ledger.store().read(move |conn| backlog(conn, channel)).await.unwrap().waiting;
        assert_eq!((of(Channel::Mail).await, of(Channel::Text).await), (2, 0));
        let letters = start(office.postman(&server.settings(), ""));
        office.until(|rows| count(rows, "sent") == 3).await;
        texts.end().await;
        letters.end().await;
        assert_eq!((server.mails().len(), gateway.seen().len()), (2, 1));
    }

    async fn what_may_be_spent_holds_on_two_replicas(db: &Database) {
        let office = Office::over(db);
        let mut config = Config::default();
        config.texts.per_recipient_per_day = 2;
        config.texts.per_inviter_per_day = 3;
        config.texts.per_country_per_day = 8;
        config.texts.per_day = 12;
        let limits = TextLimits::of(&config.texts);
        let replicas = [open(db, &office.clock, &office.guards), open(db, &office.clock, &office.guards)];
        // Who pays, to whom; each of these is asked for by many at once, on both.
        let spend = async |inviter: i64, numbers: &[String]| {
            let asked = numbers.iter().enumerate().map(|(place, number)| {
                let (ledger, vault, to) = (&replicas[place % 2], office.vault.clone(), phone(number));
                ledger.write(Actor::System, move |tx| {
                    let outcome = limits.spend(tx, &vault, &to, TextPayer::Member(PersonRow(inviter)));
                    match outcome {
                        Ok(()) => Ok(None),
                        Err(Spent::Reached(limit, seconds)) => {
                            assert!(seconds > 0);
                            Ok(Some(limit))
                        }
                        Err(Spent::Store(error)) => Err(error),
                    }
                })
            });
            let outcomes = futures_util::future::join_all(asked).await;
            let mut counts: HashMap<&str, usize> = HashMap::new();
            for outcome in outcomes {
                let word = outcome.unwrap().value.map_or("sent", Limit::as_str);
                *counts.entry(word).or_default() += 1;
            }
            let of = |word| counts.get(word).copied().unwrap_or(0);
            (of("sent"), of("recipient"), of("inviter"), of("country"), of("day"))
        };
        let same = vec!["+8613812345678".to_owned(); 6];
        assert_eq!(spend(1, &same).await, (2, 4, 0, 0, 0));
        let many = |start: u32, count: u32| (start..start + count).map(|n| format!("+86138000{n:05}")).collect::<Vec<_>>();
        // One is left to this inviter.
        assert_eq!(spend(1, &many(0, 4)).await, (1, 0, 3, 0, 0));
        // Half of the eight of a country at once: one is left.
        assert_eq!(spend(2, &many(10, 2)).await, (1, 0, 0, 1, 0));
        // And two for all countries.
        let others: Vec<String> = (0..3).map(|n| format!("+4479111234{n:02}")).collect();
        assert_eq!(spend(3, &others).await, (2, 0, 0, 0, 1));
        // What was refused has counted for nothing: the inviter's are as many as were sent.
        office.clock.advance(24 * HOUR);
        assert_eq!(spend(3, &others).await.0, 3);
    }

    async fn twilio_says_what_became_of_a_message(db: &Database) {
        let gateway = Gateway::start(TextGateway::Twilio).await;
        let mut home = Home::new(db, "open-circle");
        gateway.configure(&mut home.config);
        let service = home.start().await;
        let core = &service.app.core;
        let vault = core.vault.clone();
        let posted = core.ledger.write(Actor::System, move |tx| {
            let (_, key) = vault.new_subject(tx)?;
            post_text(tx, &key, "test", Uuid::nil(), &text("+86 138 1234 5678"))
        });
        posted.await.unwrap();
        let state = async || {
            let read = core.ledger.store().read(|conn| {
                Ok::<_, StoreError>(outbox::table.select(outbox::state).load::<String>(conn)?)
            });
            read.await.unwrap().remove(0)
        };
        for _ in 0..200 {
            if state().await == "sent" {
                break;
            }
            sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(state().await, "sent");
        let id = gateway.ids().remove(0);
        let path = format!("/v1/texts/{id}/status");
        let tell = async |path: &str, word: &str, signature: Option<&str>| {
            let form = [("MessageSid", "SM481516"), ("MessageStatus", word), ("ErrorCode", "30003")];
            let signed = format!("http://127.0.0.1:8080{path}ErrorCode30003MessageSidSM481516MessageStatus{word}");
            let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, SECRET.as_bytes());
            let ours = data_encoding::BASE64.encode(aws_lc_rs::hmac::sign(&key, signed.as_bytes()).as_ref());
            let request = service.request(Method::POST, path).form(&form);
            service.send(request.header("X-Twilio-Signature", signature.unwrap_or(&ours))).await
        };
        tell(&path, "undelivered", Some("")).await.refused(403, "forbidden");
        tell(&path, "undelivered", Some("RSOYDt4T1cUTdK1PDd93/VVr8B8=")).await.refused(403, "forbidden");
        tell(&path, "delivered", None).await.expect(204);
        assert_eq!(state().await, "sent");
        for _ in 0..2 {
            tell(&path, "undelivered", None).await.expect(204);
            assert_eq!(state().await, "dead");
        }
        // A late success changes nothing: Twilio's calls may come in any order.
        tell(&path, "sent", None).await.expect(204);
        assert_eq!(state().await, "dead");
        tell(&format!("/v1/texts/{}/status", Uuid::max()), "undelivered", None).await.expect(204);
        tell("/v1/texts/nothing/status", "undelivered", None).await.refused(404, "not-found");
        service.stop().await;
        // Where another gateway is used, there is nobody to believe.
        home.config.texts.transport = TextGateway::Folder;
        let another = home.start().await;
        let request = another.request(Method::POST, &path).form(&[("MessageStatus", "failed")]);
        another.send(request).await.refused(404, "not-found");
        another.stop().await;
    }
}
