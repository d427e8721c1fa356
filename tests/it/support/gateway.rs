//! Gateways for text messages: servers of our own, written from the documentation of Twilio, Alibaba Cloud and Tencent
//! Cloud, that take, refuse, hang, lie and hang up. They check each signature by themselves.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_lc_rs::{digest, hmac};
use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use vouchsafe::platform::config::{Config, TextGateway};

/// What a gateway does with a call.
#[derive(Debug, Clone)]
pub enum Say {
    /// Answers so.
    Answer(u16, String),
    /// Takes the call, and says nothing.
    Hang,
    /// Takes the call, and hangs up.
    Cut,
    /// Answers as ever, twice.
    Twice,
}

/// A call that came.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The path, and the query behind it.
    pub path: String,
    /// The headers, by names in small letters.
    pub headers: HashMap<String, String>,
    /// The body.
    pub body: String,
}

/// A gateway.
pub struct Gateway {
    kind: TextGateway,
    url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    script: Arc<Mutex<VecDeque<Say>>>,
}

const ACCOUNT: &str = "AC481516";
pub const SECRET: &str = "canary-gateway-secret";

impl Gateway {
    /// One that runs, and takes whatever comes.
    pub async fn start(kind: TextGateway) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let (seen, script) = (Arc::default(), Arc::default());
        let gateway = Self {
            kind,
            url: format!("http://{host}"),
            seen: Arc::clone(&seen),
            script: Arc::clone(&script),
        };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (host, seen, script) = (host.clone(), Arc::clone(&seen), Arc::clone(&script));
                tokio::spawn(serve(kind, host, stream, seen, script));
            }
        });
        gateway
    }

    /// What it does with the next calls; with those after them, what it always does.
    pub fn next(&self, say: impl IntoIterator<Item = Say>) {
        self.script.lock().unwrap().extend(say);
    }

    /// The calls that came.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The ids that the messages of the calls had.
    pub fn ids(&self) -> Vec<String> {
        let seen = self.seen();
        seen.iter().map(|seen| field(self.kind, seen, "id")).collect()
    }

    /// Lets text messages leave by it.
    pub fn configure(&self, config: &mut Config) {
        let texts = &mut config.texts;
        texts.transport = self.kind;
        texts.timeout_ms = 400;
        let templates = |with: &str| {
            let of = |(key, names): &(&str, &[&str])| match with {
                "" => format!("{key} zh-Hans T_{key}"),
                _ => format!("{key} zh-Hans T_{key} {}", names.join(" ")),
            };
            let lines = vouchsafe::notify::TEMPLATES.iter().map(of);
            lines.map(|line| line.parse().unwrap()).collect()
        };
        match self.kind {
            TextGateway::Folder => {}
            TextGateway::Twilio => {
                texts.twilio.url = self.url.clone();
                texts.twilio.account = Some(ACCOUNT.into());
                texts.twilio.token = Some(SECRET.into());
                texts.twilio.from = Some("+14158675309".into());
            }
            TextGateway::Aliyun => {
                texts.aliyun.url = self.url.clone();
                texts.aliyun.access_key = Some("key".into());
                texts.aliyun.secret = Some(SECRET.into());
                texts.aliyun.sign_name = Some("学会".into());
                texts.aliyun.templates = templates("");
            }
            TextGateway::Tencent => {
                texts.tencent.url = self.url.clone();
                texts.tencent.secret_id = Some("key".into());
                texts.tencent.secret = Some(SECRET.into());
                texts.tencent.app = Some("1400006666".into());
                texts.tencent.templates = templates("in order");
            }
            TextGateway::Http => {
                texts.http.url = Some(format!("{}/send", self.url));
                texts.http.secret = Some(SECRET.into());
            }
        }
    }
}

/// What a message of a call says: its id, to whom it goes, its code.
pub fn field(kind: TextGateway, seen: &Seen, what: &str) -> String {
    let body = || serde_json::from_str::<Value>(&seen.body).expect("JSON");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match (kind, what) {
        (TextGateway::Twilio, "id") => {
            let back = form(&seen.body)["StatusCallback"].clone();
            back.split('/').rev().nth(1).expect("an id").to_owned()
        }
        (TextGateway::Twilio, "to") => form(&seen.body)["To"].clone(),
        (TextGateway::Twilio, _) => form(&seen.body)["Body"].clone(),
        (TextGateway::Aliyun, _) => {
            let query = form(seen.path.split_once('?').expect("a query").1);
            let name = match what {
                "id" => "OutId",
                "to" => "PhoneNumbers",
                _ => "TemplateParam",
            };
            query[name].clone()
        }
        (TextGateway::Tencent, "id") => text(&body()["SessionContext"]),
        (TextGateway::Tencent, "to") => text(&body()["PhoneNumberSet"][0]),
        (TextGateway::Tencent, _) => body()["TemplateParamSet"].to_string(),
        (_, "code") => text(&body()["parameters"]["code"]),
        (_, what) => text(&body()[what]),
    }
}

fn form(text: &str) -> HashMap<String, String> {
    let decoded = |text: &str| {
        let text = text.replace('+', " ");
        percent_encoding::percent_decode_str(&text)
            .decode_utf8()
            .unwrap()
            .into_owned()
    };
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decoded(name), decoded(value))).collect()
}

async fn serve(
    kind: TextGateway,
    host: String,
    mut stream: TcpStream,
    seen: Arc<Mutex<Vec<Seen>>>,
    script: Arc<Mutex<VecDeque<Say>>>,
) {
    while let Some(call) = read(&mut stream).await {
        let trusted = is_signed(kind, &host, &call);
        seen.lock().unwrap().push(call);
        let usual = || match trusted {
            true => taken(kind),
            false => (
                403,
                json!({ "Code": "SignatureDoesNotMatch", "code": 20003 }).to_string(),
            ),
        };
        let say = script.lock().unwrap().pop_front();
        let (status, body, times) = match say {
            None => (usual().0, usual().1, 1),
            Some(Say::Twice) => (usual().0, usual().1, 2),
            Some(Say::Answer(status, body)) => (status, body, 1),
            Some(Say::Cut) => return,
            Some(Say::Hang) => {
                tokio::time::sleep(Duration::from_secs(60)).await;
                return;
            }
        };
        let answer = format!("HTTP/1.1 {status} Said\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        if stream.write_all(answer.repeat(times).as_bytes()).await.is_err() {
            return;
        }
    }
}

pub(super) async fn read(stream: &mut TcpStream) -> Option<Seen> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        match stream.read(&mut buffer).await {
            Ok(some @ 1..) => bytes.extend_from_slice(&buffer[..some]),
            _ => return None,
        }
    };
    let text = String::from_utf8(bytes[..head].to_vec()).ok()?;
    let mut lines = text.split("\r\n");
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let headers: HashMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length: usize = headers
        .get("content-length")
        .map_or(0, |length| length.parse().unwrap());
    let mut body = bytes[head + 4..].to_vec();
    while body.len() < length {
        match stream.read(&mut buffer).await {
            Ok(some @ 1..) => body.extend_from_slice(&buffer[..some]),
            _ => return None,
        }
    }
    Some(Seen {
        path,
        headers,
        body: String::from_utf8(body).ok()?,
    })
}

/// The answer of a gateway that has taken a message, as its documentation has it.
fn taken(kind: TextGateway) -> (u16, String) {
    match kind {
        TextGateway::Twilio => (201, json!({ "sid": "SM481516", "status": "queued" }).to_string()),
        TextGateway::Aliyun => (
            200,
            json!({ "Code": "OK", "Message": "OK", "BizId": "9006", "RequestId": "F655" }).to_string(),
        ),
        TextGateway::Tencent => (
            200,
            json!({ "Response": { "SendStatusSet": [{ "Code": "Ok", "Message": "send success", "Fee": 1 }],
                "RequestId": "a0aa" } })
            .to_string(),
        ),
        _ => (202, String::new()),
    }
}

fn sha256(text: &str) -> String {
    HEXLOWER.encode(digest::digest(&digest::SHA256, text.as_bytes()).as_ref())
}

fn keyed(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes())
        .as_ref()
        .to_vec()
}

/// Whether a call has the signature TC3-HMAC-SHA256 of the gateways' secret.
pub(super) fn is_tc3(host: &str, secret: &str, call: &Seen) -> bool {
    let header = |name: &str| call.headers.get(name).cloned().unwrap_or_default();
    let authorization = header("authorization");
    let (_, rest) = authorization.split_once("Credential=key/").unwrap_or_default();
    let scope = rest.split(',').next().unwrap_or_default();
    let canonical = format!(
        "POST\n/\n\ncontent-type:{}\nhost:{host}\n\ncontent-type;host\n{}",
        header("content-type"),
        sha256(&call.body)
    );
    let text = format!(
        "TC3-HMAC-SHA256\n{}\n{scope}\n{}",
        header("x-tc-timestamp"),
        sha256(&canonical)
    );
    let mut key = format!("TC3{secret}").into_bytes();
    for step in scope.split('/') {
        key = keyed(&key, step);
    }
    authorization.ends_with(&format!("Signature={}", HEXLOWER.encode(&keyed(&key, &text))))
}

/// Whether a call has the signature that the documentation wants.
fn is_signed(kind: TextGateway, host: &str, call: &Seen) -> bool {
    let header = |name: &str| call.headers.get(name).cloned().unwrap_or_default();
    let authorization = header("authorization");
    let (path, query) = call.path.split_once('?').unwrap_or((&call.path, ""));
    match kind {
        TextGateway::Folder => false,
        TextGateway::Twilio => {
            path == format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json")
                && authorization == format!("Basic {}", BASE64.encode(format!("{ACCOUNT}:{SECRET}").as_bytes()))
        }
        TextGateway::Aliyun => {
            let (_, names) = authorization.split_once("SignedHeaders=").unwrap_or_default();
            let names = names.split(',').next().unwrap_or_default();
            let mut headers = String::new();
            for name in names.split(';') {
                headers += &format!(
                    "{name}:{}\n",
                    if name == "host" { host.to_owned() } else { header(name) }
                );
            }
            let canonical = format!("POST\n{path}\n{query}\n{headers}\n{names}\n{}", sha256(&call.body));
            let signature = keyed(SECRET.as_bytes(), &format!("ACS3-HMAC-SHA256\n{}", sha256(&canonical)));
            let asked = header("x-acs-action") == "SendSms" && header("x-acs-version") == "2017-05-25";
            asked && authorization.ends_with(&format!("Signature={}", HEXLOWER.encode(&signature)))
        }
        TextGateway::Tencent => {
            let asked = header("x-tc-action") == "SendSms" && header("x-tc-version") == "2021-01-11";
            asked && is_tc3(host, SECRET, call)
        }
        TextGateway::Http => {
            let text = format!("{}.{}", header("vouchsafe-timestamp"), call.body);
            header("vouchsafe-signature") == format!("v1={}", HEXLOWER.encode(&keyed(SECRET.as_bytes(), &text)))
        }
    }
}
