//! Tencent RTC: whoever shows a UserSig is let into the app, and by a PrivateMapKey into one room.
//!
//! What stands here is from Tencent Cloud's documentation; nothing was ever asked of a real one. It puts a user out of a
//! room when it is told to, and lets them in again by the ticket that they have: they are put out again until that is over.

mod token;

use std::sync::Arc;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use super::{
    Call, Capability, Form, Grant, JoinData, NewServer, PATIENCE, RoomServer, Secrets, ServedRoom, ServerError,
    ServerKind, Setting, SettingFault, Settings, Trouble, Why, need,
};
use crate::{
    platform::{
        egress::{
            self, Egress, Failure, Limits,
            tc3::{self, Signer},
        },
        store::StoreError,
        terms::{Clock, SystemClock, TicketId},
    },
    rooms::{ParticipantRole, RoomName},
};
use token::Claims;

/// The longest answer that is read, in bytes.
const LONGEST_ANSWER: usize = 64 << 10;
/// How many users are put out by one call.
const AT_ONCE: usize = 10;

/// This kind.
pub static KIND: Trtc = Trtc;

/// The kind of server that is an app of Tencent RTC.
pub struct Trtc;

const API_URL: &str = "api_url";
const REGION: &str = "region";
const APP: &str = "sdk_app_id";
const APP_SECRET: &str = "sdk_secret_key";
const SECRET_ID: &str = "secret_id";
const SECRET_KEY: &str = "secret_key";

impl ServerKind for Trtc {
    fn name(&self) -> &'static str {
        "trtc"
    }

    fn title(&self) -> &'static str {
        "Tencent RTC"
    }

    fn capabilities(&self) -> &'static [Capability] {
        &[Capability::Signed, Capability::Removal, Capability::Bulk]
    }

    fn settings(&self) -> &'static [Setting] {
        &[
            Setting {
                name: API_URL,
                form: Form::ServiceUrl,
                required: true,
                says: "Where Tencent Cloud is asked: `https://trtc.tencentcloudapi.com`, or that of a region.",
            },
            Setting {
                name: REGION,
                form: Form::Text,
                required: true,
                says: "The region that is asked, such as `ap-guangzhou`.",
            },
            Setting {
                name: APP,
                form: Form::Text,
                required: true,
                says: "The app's number (SDKAppID).",
            },
            Setting {
                name: APP_SECRET,
                form: Form::Secret,
                required: true,
                says: "The app's secret key: it signs tickets.",
            },
            Setting {
                name: SECRET_ID,
                form: Form::Text,
                required: true,
                says: "The SecretId of an account that may remove users.",
            },
            Setting {
                name: SECRET_KEY,
                form: Form::Secret,
                required: true,
                says: "Its SecretKey: it signs our calls.",
            },
        ]
    }

    fn check(&self, server: &NewServer) -> Result<(), SettingFault> {
        let refuse = |name: &str, why: &str| {
            Err(SettingFault {
                name: name.to_owned(),
                why: Why::Value(why.to_owned()),
            })
        };
        let plain = |text: &String| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if server
            .settings
            .get(APP)
            .is_some_and(|text| text.parse::<u32>().is_err())
        {
            return refuse(APP, "Give the app's number.");
        }
        // They stand in headers.
        for name in [REGION, SECRET_ID] {
            if !server.settings.get(name).is_none_or(plain) {
                return refuse(name, "Give letters, digits and hyphens.");
            }
        }
        Ok(())
    }

    fn place<'s>(&self, settings: &'s Settings) -> &'s str {
        settings.get(APP).map_or("", String::as_str)
    }

    fn connect(
        &self,
        settings: &Settings,
        secrets: Secrets,
        egress: Egress,
    ) -> Result<Arc<dyn RoomServer>, StoreError> {
        let app = need(settings, APP)?.parse();
        Ok(Arc::new(Served {
            egress,
            url: need(settings, API_URL)?.to_owned(),
            region: need(settings, REGION)?.to_owned(),
            app: app.map_err(|_| StoreError::Internal("an app of a room server has no number".into()))?,
            app_secret: secrets.need(APP_SECRET)?.clone(),
            secret_id: need(settings, SECRET_ID)?.to_owned(),
            secret: secrets.need(SECRET_KEY)?.clone(),
            clock: Arc::new(SystemClock),
        }))
    }

    fn join_schema(&self) -> Option<(String, RefOr<Schema>)> {
        Some((TrtcEntry::name().into_owned(), TrtcEntry::schema()))
    }
}

/// How a client enters a room of Tencent RTC.
#[derive(Serialize, ToSchema)]
struct TrtcEntry {
    /// `sdkAppId`.
    sdk_app_id: u32,
    /// `userId`.
    user_id: String,
    /// `userSig`.
    user_sig: String,
    /// `strRoomId`.
    str_room_id: String,
    /// `privateMapKey`: where the app asks for one, it opens this room alone, and a listener cannot send.
    private_map_key: String,
}

/// One app, as it was registered.
struct Served {
    egress: Egress,
    url: String,
    region: String,
    app: u32,
    app_secret: SecretString,
    secret_id: String,
    secret: SecretString,
    /// A call is signed for the time of a machine's clock.
    clock: Arc<dyn Clock>,
}

/// What is already as it should be.
const DONE: [&str; 3] = [
    "FailedOperation.RoomNotExist",
    "InternalError.UserNotExist",
    "FailedOperation.UserNotExist",
];

impl Served {
    async fn order(&self, action: &str, body: Value) -> Result<(), ServerError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Answered {
            response: Response,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Response {
            #[serde(rename = "RequestId")]
            _request: serde::de::IgnoredAny,
            error: Option<Coded>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Coded {
            code: String,
        }
        let (now, body) = (self.clock.now(), body.to_string().into_bytes());
        let signer = Signer {
            secret_id: &self.secret_id,
            secret: &self.secret,
            service: "trtc",
        };
        let call = egress::Call {
            url: &self.url,
            headers: vec![
                ("authorization", signer.authorization(&tc3::host(&self.url), now, &body)),
                ("x-tc-action", action.to_owned()),
                ("x-tc-version", "2019-07-22".to_owned()),
                ("x-tc-timestamp", now.seconds().to_string()),
                ("x-tc-region", self.region.clone()),
            ],
            content_type: tc3::CONTENT_TYPE,
            body,
            ..egress::Call::default()
        };
        let limits = Limits {
            time: PATIENCE,
            bytes: LONGEST_ANSWER,
        };
        let answer = self.egress.call(call, limits).await.map_err(|failure| match failure {
            Failure::Refused(refused) => ServerError::new(Trouble::Refused, refused),
            Failure::Unreachable(what) | Failure::Unanswered(what) => silent(what),
            Failure::TooLong => silent("the answer is too long"),
        })?;
        if answer.status != 200 {
            return Err(silent(&format!("HTTP status {}", answer.status)));
        }
        let answered: Answered =
            serde_json::from_slice(&answer.body).map_err(|_| silent("this is no answer of Tencent Cloud's"))?;
        match answered.response.error.map(|error| error.code) {
            None => Ok(()),
            Some(code) if DONE.contains(&code.as_str()) => Ok(()),
            Some(code) if code.starts_with("AuthFailure") || code.starts_with("UnauthorizedOperation") => Err(
                ServerError::new(Trouble::Refused, "Tencent Cloud does not accept SecretId or SecretKey"),
            ),
            Some(_) => Err(ServerError::new(Trouble::Refused, "Tencent Cloud refuses")),
        }
    }

    async fn put_out(&self, room: &RoomName, users: &[String]) -> Result<(), ServerError> {
        let mut first = Ok(());
        for some in users.chunks(AT_ONCE) {
            let body = json!({ "SdkAppId": self.app, "RoomId": room, "UserIds": some });
            first = first.and(self.order("RemoveUserByStrRoomId", body).await);
        }
        first
    }
}

impl RoomServer for Served {
    fn join(&self, room: &RoomName, grant: &Grant) -> Result<JoinData, StoreError> {
        let user = self.participant(grant.ticket);
        let claims = Claims {
            app: self.app,
            user: &user,
            room,
            speaks: grant.role == ParticipantRole::Speaker,
            issued_at: grant.issued_at.seconds(),
            expires_at: grant.expires_at.seconds(),
        };
        let entry = TrtcEntry {
            sdk_app_id: self.app,
            user_sig: claims.user_sig(&self.app_secret)?,
            private_map_key: claims.private_map_key(&self.app_secret)?,
            str_room_id: room.to_string(),
            user_id: user,
        };
        serde_json::to_value(entry)
            .map(JoinData::Own)
            .map_err(|error| StoreError::Internal(error.to_string()))
    }

    /// A user's id has 32 characters at most, a ticket's has 33: what is the same in all of them is left out.
    fn participant(&self, ticket: TicketId) -> String {
        let id = ticket.to_string();
        id.rsplit('_').next().unwrap_or_default().to_owned()
    }

    /// A room that is not there is told as such, and by nobody but whoever accepts our secrets.
    fn check(&self) -> Call<'_, ()> {
        Box::pin(async move {
            let body = json!({ "SdkAppId": self.app, "RoomId": "vouchsafe", "UserIds": ["vouchsafe"] });
            self.order("RemoveUserByStrRoomId", body).await
        })
    }

    fn close<'a>(&'a self, room: &'a ServedRoom) -> Call<'a, ()> {
        Box::pin(async move {
            let body = json!({ "SdkAppId": self.app, "RoomId": room.name });
            self.order("DismissRoomByStrRoomId", body).await
        })
    }

    fn evict<'a>(&'a self, room: &'a ServedRoom, grants: &'a [Grant]) -> Call<'a, ()> {
        Box::pin(async move {
            let users: Vec<String> = grants.iter().map(|grant| self.participant(grant.ticket)).collect();
            self.put_out(&room.name, &users).await
        })
    }

    fn remove<'a>(&'a self, room: &'a ServedRoom, ids: &'a [String]) -> Call<'a, ()> {
        Box::pin(async move { self.put_out(&room.name, ids).await })
    }
}

/// Nothing there answers as Tencent Cloud does. Admins learn no more.
fn silent(cause: &str) -> ServerError {
    ServerError {
        trouble: Trouble::Silent,
        cause: format!("Tencent Cloud cannot be reached: {cause}"),
        told: "no Tencent Cloud answers at api_url".to_owned(),
    }
}
