//! The clouds whose rooms nobody can run: servers of our own, written from the documentation of Agora and Tencent
//! Cloud. They check who calls by themselves.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use data_encoding::BASE64;
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt, net::TcpListener};

use super::{
    gateway::{SECRET, Seen, is_tc3, read},
    janus::Mode,
};

/// The app of every Agora here, and its certificate.
pub const APP: &str = "970ca35de60c44645bbae8a215061b33";
pub const CERTIFICATE: &str = "5cfd2fd1755d40ecb72977518be15d3b";
/// The app of every Tencent RTC here, and its secret key.
pub const SDK_APP: u32 = 1_400_000_000;
pub const SDK_SECRET: &str = "canary-secret-key-of-an-app";

/// Whose cloud it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    Agora,
    Tencent,
}

/// A cloud with one app.
pub struct Cloud {
    whose: Whose,
    url: String,
    state: Arc<Mutex<State>>,
}

struct State {
    whose: Whose,
    host: String,
    /// What whoever calls must know.
    secret: String,
    mode: Mode,
    /// Who is where, by room.
    present: BTreeMap<String, BTreeSet<String>>,
    /// Who was put out, as often as that was.
    removed: Vec<String>,
    /// Who is kept out.
    banned: BTreeSet<String>,
    /// How many calls changed something.
    orders: usize,
}

impl Cloud {
    /// One that runs.
    pub async fn start(whose: Whose) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let url = format!("http://{host}");
        let state = Arc::new(Mutex::new(State {
            whose,
            host,
            secret: SECRET.to_owned(),
            mode: Mode::Through,
            present: BTreeMap::new(),
            removed: Vec::new(),
            banned: BTreeSet::new(),
            orders: 0,
        }));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let state = Arc::clone(&shared);
                tokio::spawn(async move {
                    while let Some(call) = read(&mut stream).await {
                        while state.lock().unwrap().mode == Mode::Hang {
                            tokio::time::sleep(Duration::from_millis(10)).await;
                        }
                        let (status, body) = state.lock().unwrap().answer(&call);
                        let answer = format!("HTTP/1.1 {status} Said\r\nContent-Length: {}\r\n\r\n{body}", body.len());
                        if stream.write_all(answer.as_bytes()).await.is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Self { whose, url, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// The word for its kind.
    pub fn kind(&self) -> &'static str {
        match self.whose {
            Whose::Agora => "agora",
            Whose::Tencent => "trtc",
        }
    }

    /// What makes its app a room server of ours.
    pub fn registration(&self) -> Value {
        let secret = self.state().secret.clone();
        match self.whose {
            Whose::Agora => json!({
                "kind": "agora", "api_url": self.url, "app_id": APP, "app_certificate": CERTIFICATE,
                "customer_id": "key", "customer_secret": secret,
            }),
            Whose::Tencent => json!({
                "kind": "trtc", "api_url": self.url, "region": "ap-guangzhou", "sdk_app_id": SDK_APP.to_string(),
                "sdk_secret_key": SDK_SECRET, "secret_id": "key", "secret_key": secret,
            }),
        }
    }

    /// As whom somebody enters by this ticket.
    pub fn user(&self, ticket: &Value) -> String {
        match self.whose {
            Whose::Agora => ticket["agora"]["uid"].to_string(),
            Whose::Tencent => ticket["trtc"]["user_id"].as_str().expect("a user").to_owned(),
        }
    }

    /// Lets somebody in, unless they are kept out.
    pub fn enter(&self, room: &str, user: &str) -> bool {
        let mut state = self.state();
        let may = !state.banned.contains(user);
        if may {
            state
                .present
                .entry(room.to_owned())
                .or_default()
                .insert(user.to_owned());
        }
        may
    }

    /// Whether somebody is in a room.
    pub fn has(&self, room: &str, user: &str) -> bool {
        self.state().present.get(room).is_some_and(|room| room.contains(user))
    }

    /// How many times somebody was put out.
    pub fn removals(&self, user: &str) -> usize {
        self.state().removed.iter().filter(|one| *one == user).count()
    }

    /// Wants another secret from now on.
    pub fn rekey(&self) {
        "another-canary-secret".clone_into(&mut self.state().secret);
    }

    /// Treats what comes so from now on.
    pub fn set(&self, mode: Mode) {
        self.state().mode = mode;
    }
}

impl State {
    fn answer(&mut self, call: &Seen) -> (u16, String) {
        if self.mode == Mode::Answer500 {
            return (500, "{}".to_owned());
        }
        let (status, answer) = match self.whose {
            Whose::Agora => self.agora(call),
            Whose::Tencent => self.tencent(call),
        };
        (status, answer.to_string())
    }

    fn put_out(&mut self, room: &str, user: &str) {
        if self.mode == Mode::Lie {
            return;
        }
        self.removed.push(user.to_owned());
        if let Some(present) = self.present.get_mut(room) {
            present.remove(user);
        }
    }

    fn agora(&mut self, call: &Seen) -> (u16, Value) {
        let basic = format!("Basic {}", BASE64.encode(format!("key:{}", self.secret).as_bytes()));
        if call.headers.get("authorization") != Some(&basic) {
            return (401, json!({ "message": "Invalid authentication credentials" }));
        }
        if let Some(room) = call.path.strip_prefix(&format!("/dev/v1/channel/user/{APP}/")) {
            let users: Vec<u32> = self
                .present
                .get(room)
                .into_iter()
                .flatten()
                .map(|user| user.parse().unwrap())
                .collect();
            let data = json!({ "channel_exist": !users.is_empty(), "mode": 1, "total": users.len(), "users": users });
            return (200, json!({ "success": true, "data": data }));
        }
        let body: Value = serde_json::from_str(&call.body).unwrap_or_default();
        let (room, user) = (
            body["cname"].as_str().unwrap_or_default().to_owned(),
            body["uid"].to_string(),
        );
        let minutes = body["time"].as_i64().unwrap_or_default();
        let fits = call.path == "/dev/v1/kicking-rule"
            && body["appid"] == APP
            && body["privileges"] == json!(["join_channel"])
            && (1..=1440).contains(&minutes)
            && user != "0";
        if !fits {
            return (400, json!({ "message": "bad request" }));
        }
        self.put_out(&room, &user);
        if self.mode != Mode::Lie {
            self.banned.insert(user);
        }
        self.orders += 1;
        (200, json!({ "status": "success", "id": self.orders }))
    }

    fn tencent(&mut self, call: &Seen) -> (u16, Value) {
        let refused = |code: &str| {
            (
                200,
                json!({ "Response": { "RequestId": "a0aa", "Error": { "Code": code, "Message": "" } } }),
            )
        };
        if !is_tc3(&self.host, &self.secret, call) {
            return refused("AuthFailure.SignatureFailure");
        }
        let body: Value = serde_json::from_str(&call.body).unwrap_or_default();
        if call.headers.get("x-tc-version").map(String::as_str) != Some("2019-07-22") || body["SdkAppId"] != SDK_APP {
            return refused("InvalidParameter.SdkAppId");
        }
        let room = body["RoomId"].as_str().unwrap_or_default().to_owned();
        let known = self.present.get(&room).is_some_and(|room| !room.is_empty());
        let users: Vec<String> = match call.headers.get("x-tc-action").map(String::as_str) {
            Some("RemoveUserByStrRoomId") => {
                let users = body["UserIds"].as_array().cloned().unwrap_or_default();
                users
                    .iter()
                    .filter_map(|user| user.as_str().map(str::to_owned))
                    .collect()
            }
            Some("DismissRoomByStrRoomId") => self.present.get(&room).into_iter().flatten().cloned().collect(),
            _ => return refused("InvalidAction"),
        };
        if users.len() > 10 {
            return refused("InvalidParameterValue");
        }
        for user in &users {
            self.put_out(&room, user);
        }
        self.orders += 1;
        match known {
            true => (200, json!({ "Response": { "RequestId": "a0aa" } })),
            false => refused("FailedOperation.RoomNotExist"),
        }
    }
}
