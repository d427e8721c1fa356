//! Agora: whoever shows a token that is signed by the app's certificate is let in.
//!
//! What stands here is from Agora's documentation; nothing was ever asked of a real one. A *kicking rule* puts somebody
//! out of a channel and keeps them out for up to a day.

mod token;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use data_encoding::BASE64;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use super::{
    Call, Capability, Form, Grant, JoinData, NewServer, PATIENCE, Participant, RoomServer, Secrets, ServedRoom,
    ServerError, ServerKind, Setting, SettingFault, Settings, Trouble, Why, need,
};
use crate::{
    platform::{
        egress::{self, Egress, Failure, Limits},
        store::StoreError,
        terms::{Clock, SystemClock, TicketId},
    },
    rooms::{ParticipantRole, RoomName},
};
use token::Claims;

/// The longest answer that is read, in bytes: the users of a channel are numbers.
const LONGEST_ANSWER: usize = 1 << 20;
/// How long a kicking rule lasts at most, in minutes.
const RULE: i64 = 1440;
/// By how much clocks may differ, in seconds.
const LEEWAY: i64 = 60;
/// How long what was told of a channel is taken for true, in seconds: Agora answers twenty such questions a second for
/// an app, and refuses what is more. Whoever is not told of yet is put out the later; nobody is put out for it.
const FRESH: i64 = 5;
/// For how long a rule is given time to take effect, in seconds.
const GIVEN: i64 = 5;

/// This kind.
pub static KIND: Agora = Agora;

/// The kind of server that is an app of Agora's.
pub struct Agora;

const API_URL: &str = "api_url";
const APP_ID: &str = "app_id";
const CERTIFICATE: &str = "app_certificate";
const CUSTOMER: &str = "customer_id";
const CUSTOMER_SECRET: &str = "customer_secret";

impl ServerKind for Agora {
    fn name(&self) -> &'static str {
        "agora"
    }

    fn title(&self) -> &'static str {
        "Agora"
    }

    fn capabilities(&self) -> &'static [Capability] {
        &[Capability::Signed, Capability::Removal, Capability::Observation]
    }

    fn settings(&self) -> &'static [Setting] {
        &[
            Setting {
                name: API_URL,
                form: Form::ServiceUrl,
                required: true,
                says: "Where Agora is asked: `https://api.agora.io` or `https://api.sd-rtn.com`.",
            },
            Setting {
                name: APP_ID,
                form: Form::Text,
                required: true,
                says: "The app's id: 32 hexadecimal digits.",
            },
            Setting {
                name: CERTIFICATE,
                form: Form::Secret,
                required: true,
                says: "The app's certificate, 32 hexadecimal digits: it signs tickets.",
            },
            Setting {
                name: CUSTOMER,
                form: Form::Text,
                required: true,
                says: "The id of a customer for Agora's RESTful API.",
            },
            Setting {
                name: CUSTOMER_SECRET,
                form: Form::Secret,
                required: true,
                says: "The customer's secret.",
            },
        ]
    }

    fn check(&self, server: &NewServer) -> Result<(), SettingFault> {
        let is_id = |text: &str| text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let certificate = server.secrets.get(CERTIFICATE).map(|secret| secret.expose_secret());
        for (name, value) in [
            (APP_ID, server.settings.get(APP_ID).map(String::as_str)),
            (CERTIFICATE, certificate),
        ] {
            if !value.is_none_or(is_id) {
                return Err(SettingFault {
                    name: name.to_owned(),
                    why: Why::Value("Give 32 hexadecimal digits.".to_owned()),
                });
            }
        }
        Ok(())
    }

    fn place<'s>(&self, settings: &'s Settings) -> &'s str {
        settings.get(APP_ID).map_or("", String::as_str)
    }

    fn connect(
        &self,
        settings: &Settings,
        secrets: Secrets,
        egress: Egress,
    ) -> Result<Arc<dyn RoomServer>, StoreError> {
        Ok(Arc::new(Served {
            egress,
            url: need(settings, API_URL)?.trim_end_matches('/').to_owned(),
            app: need(settings, APP_ID)?.to_owned(),
            certificate: secrets.need(CERTIFICATE)?.clone(),
            customer: need(settings, CUSTOMER)?.to_owned(),
            secret: secrets.need(CUSTOMER_SECRET)?.clone(),
            clock: Arc::new(SystemClock),
            told: Mutex::default(),
            rules: Mutex::default(),
        }))
    }

    fn join_schema(&self) -> Option<(String, RefOr<Schema>)> {
        Some((AgoraEntry::name().into_owned(), AgoraEntry::schema()))
    }
}

/// How a client joins a channel of Agora's.
#[derive(Serialize, ToSchema)]
struct AgoraEntry {
    /// The app.
    app_id: String,
    /// The channel.
    channel: String,
    /// The user's number. Whoever joins as another is refused by Agora.
    uid: u32,
    /// The token.
    token: String,
}

/// One app, as it was registered.
struct Served {
    egress: Egress,
    url: String,
    app: String,
    certificate: SecretString,
    customer: String,
    secret: SecretString,
    /// Until when a kicking rule lasts is told by the clock of a machine.
    clock: Arc<dyn Clock>,
    /// Who was in a channel, and when that was told, in seconds.
    told: Mutex<HashMap<String, (i64, Vec<String>)>>,
    /// When this replica made a rule last, by channel and user, in seconds.
    rules: Mutex<HashMap<(String, String), i64>>,
}

/// Agora numbers its users from 1, by 32 bits. Two of 8 000 in a channel have the same in one channel of 130; then the
/// one who comes later takes the place of the other, as the same member on another device does.
fn number(ticket: TicketId) -> u32 {
    let bytes = ticket.uuid().as_u128().to_be_bytes();
    let [.., a, b, c, d] = bytes;
    u32::from_be_bytes([a, b, c, d]).max(1)
}

impl Served {
    /// Asks; where that fails, nothing that was told before is taken for true.
    async fn ask<T: DeserializeOwned>(&self, path: &str, body: Option<Value>) -> Result<T, ServerError> {
        let answer = self.asked(path, body).await;
        if answer.is_err() {
            self.told.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
        answer
    }

    async fn asked<T: DeserializeOwned>(&self, path: &str, body: Option<Value>) -> Result<T, ServerError> {
        let basic = BASE64.encode(format!("{}:{}", self.customer, self.secret.expose_secret()).as_bytes());
        let url = format!("{}{path}", self.url);
        let call = egress::Call {
            url: &url,
            headers: vec![("authorization", format!("Basic {basic}"))],
            content_type: "application/json",
            only_asks: body.is_none(),
            body: body.map(|body| body.to_string().into_bytes()).unwrap_or_default(),
            ..egress::Call::default()
        };
        let limits = Limits {
            time: PATIENCE,
            bytes: LONGEST_ANSWER,
        };
        let answer = self.egress.call(call, limits).await.map_err(|failure| match failure {
            Failure::Refused(refused) => ServerError::new(Trouble::Refused, refused),
            Failure::Unreachable(what) | Failure::Unanswered(what) => silent(what),
            Failure::TooLong => ServerError {
                trouble: Trouble::TooLong,
                ..silent("the answer is too long")
            },
        })?;
        match answer.status {
            200 => serde_json::from_slice(&answer.body).map_err(|_| silent("this is no answer of Agora's")),
            401 | 403 => Err(ServerError::new(
                Trouble::Refused,
                "Agora does not accept the customer's id or secret",
            )),
            status => Err(silent(&format!("HTTP status {status}"))),
        }
    }

    /// Makes a rule that keeps a user out of a channel until then, or for as long as one lasts; none where one was made
    /// a moment ago.
    async fn keep_out(&self, room: &RoomName, user: &str, until: i64) -> Result<(), ServerError> {
        #[derive(Deserialize)]
        struct Made {
            status: String,
        }
        let now = self.clock.now().seconds();
        let key = (room.to_string(), user.to_owned());
        {
            let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
            rules.retain(|_, made| *made + GIVEN > now);
            if rules.contains_key(&key) {
                return Ok(());
            }
        }
        let minutes = (until.saturating_sub(now).div_euclid(60))
            .saturating_add(1)
            .clamp(1, RULE);
        let number: u32 = user.parse().map_err(|_| silent("a user has no number"))?;
        let body = json!({
            "appid": self.app,
            "cname": room,
            "uid": number,
            "ip": "",
            "time": minutes,
            "privileges": ["join_channel"],
        });
        let made: Made = self.ask("/dev/v1/kicking-rule", Some(body)).await?;
        if made.status != "success" {
            return Err(ServerError::new(Trouble::Refused, "Agora makes no kicking rule"));
        }
        self.rules
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key, now);
        Ok(())
    }

    async fn users(&self, room: &str) -> Result<Vec<String>, ServerError> {
        #[derive(Deserialize)]
        struct Told {
            success: bool,
            data: Users,
        }
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Users {
            users: Vec<u32>,
            broadcasters: Vec<u32>,
            audience: Vec<u32>,
        }
        let told: Told = self
            .ask(&format!("/dev/v1/channel/user/{}/{room}", self.app), None)
            .await?;
        if !told.success {
            return Err(silent("Agora does not say who is in a channel"));
        }
        let Users {
            users,
            broadcasters,
            audience,
        } = told.data;
        let all = users.into_iter().chain(broadcasters).chain(audience);
        Ok(all.map(|user| user.to_string()).collect())
    }
}

impl RoomServer for Served {
    fn join(&self, room: &RoomName, grant: &Grant) -> Result<JoinData, StoreError> {
        let seconds = |time: i64| u32::try_from(time).unwrap_or_default();
        let issued_at = grant.issued_at.seconds();
        let user = number(grant.ticket);
        let claims = Claims {
            app: &self.app,
            channel: room,
            user,
            speaks: grant.role == ParticipantRole::Speaker,
            issued_at: seconds(issued_at),
            lasts: seconds(grant.expires_at.seconds() - issued_at),
            // It need only be another one for another ticket.
            salt: user % 99_999_999 + 1,
        };
        let entry = AgoraEntry {
            app_id: self.app.clone(),
            channel: room.to_string(),
            uid: user,
            token: claims.token(self.certificate.expose_secret().as_bytes())?,
        };
        serde_json::to_value(entry)
            .map(JoinData::Own)
            .map_err(|error| StoreError::Internal(error.to_string()))
    }

    fn participant(&self, ticket: TicketId) -> String {
        number(ticket).to_string()
    }

    fn check(&self) -> Call<'_, ()> {
        Box::pin(async move { self.users("vouchsafe").await.map(drop) })
    }

    fn evict<'a>(&'a self, room: &'a ServedRoom, grants: &'a [Grant]) -> Call<'a, ()> {
        Box::pin(async move {
            for grant in grants {
                let user = self.participant(grant.ticket);
                // Some seconds more: the clocks may differ.
                self.keep_out(&room.name, &user, grant.expires_at.seconds() + LEEWAY)
                    .await?;
            }
            Ok(())
        })
    }

    fn remove<'a>(&'a self, room: &'a ServedRoom, ids: &'a [String]) -> Call<'a, ()> {
        Box::pin(async move {
            for id in ids {
                self.keep_out(&room.name, id, i64::MAX).await?;
            }
            Ok(())
        })
    }

    fn observe<'a>(&'a self, room: &'a ServedRoom) -> Call<'a, Vec<Participant>> {
        Box::pin(async move {
            let now = self.clock.now().seconds();
            let known = {
                let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
                told.retain(|_, (at, _)| *at + FRESH > now);
                told.get(room.name.as_str()).map(|(_, users)| users.clone())
            };
            let users = match known {
                Some(users) => users,
                None => {
                    let users = self.users(&room.name).await?;
                    let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
                    told.insert(room.name.to_string(), (now, users.clone()));
                    users
                }
            };
            let as_seen = |id: String| Participant {
                id,
                display: String::new(),
                // Agora tells nothing of it: a listener's token does not let them publish.
                muted: true,
                may_speak: false,
                stay: None,
            };
            Ok(users.into_iter().map(as_seen).collect())
        })
    }
}

/// Nothing there answers as Agora does. Admins learn no more.
fn silent(cause: &str) -> ServerError {
    ServerError {
        trouble: Trouble::Silent,
        cause: format!("Agora cannot be reached: {cause}"),
        told: "no Agora answers at api_url".to_owned(),
    }
}
