//! How text messages leave, and how many at most.

use std::{fmt, path::PathBuf, str::FromStr};

use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::text;
use crate::platform::terms::quoted;

/// How text messages leave, and how many at most: each of them costs money.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TextsConfig {
    /// By what they leave: into a directory (`folder`), or by a gateway (`twilio`, `aliyun`, `tencent`, `http`).
    /// Default `folder`.
    pub transport: TextGateway,
    /// `folder`: the directory, one file a message. Default `data/texts`.
    pub folder: PathBuf,
    /// How long a gateway may take for one message, in milliseconds. Default 10 000.
    #[schemars(range(min = 100, max = 100_000))]
    pub timeout_ms: u64,
    /// Messages to one number: so many at once, and as many over 24 hours again. Default 6.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub per_recipient_per_day: u32,
    /// Messages on account of one member (their invites, and the codes that newcomers ask for by these): so many at
    /// once, and as many over 24 hours again. Default 40.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub per_inviter_per_day: u32,
    /// Codes for people who ask to be let in without an invite: so many at once, and as many over 24 hours again.
    /// Default 100.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub waitlist_per_day: u32,
    /// Messages to the numbers of one country in any 24 hours; half of them may go at once. Default 500.
    #[schemars(range(min = 1, max = 10_000_000))]
    pub per_country_per_day: u32,
    /// Messages to all numbers in any 24 hours; half of them may go at once. Default 2000.
    #[schemars(range(min = 1, max = 10_000_000))]
    pub per_day: u32,
    /// `twilio`: the account.
    pub twilio: TwilioConfig,
    /// `aliyun`: the account, and the templates that are registered there.
    pub aliyun: AliyunConfig,
    /// `tencent`: the account, and the templates that are registered there.
    pub tencent: TencentConfig,
    /// `http`: a gateway of your own.
    pub http: TextHttpConfig,
}

impl Default for TextsConfig {
    fn default() -> Self {
        Self {
            transport: TextGateway::Folder,
            folder: "data/texts".into(),
            timeout_ms: 10_000,
            per_recipient_per_day: 6,
            per_inviter_per_day: 40,
            waitlist_per_day: 100,
            per_country_per_day: 500,
            per_day: 2000,
            twilio: TwilioConfig::default(),
            aliyun: AliyunConfig::default(),
            tencent: TencentConfig::default(),
            http: TextHttpConfig::default(),
        }
    }
}

/// By what text messages leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TextGateway {
    /// Into files, for one's own machine.
    Folder,
    /// Twilio.
    Twilio,
    /// Alibaba Cloud.
    Aliyun,
    /// Tencent Cloud.
    Tencent,
    /// A signed HTTP call to a gateway of one's own.
    Http,
}

/// The account at Twilio.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TwilioConfig {
    /// Where its API is. Default `https://api.twilio.com`.
    pub url: String,
    /// The account's SID (`AC…`).
    pub account: Option<String>,
    /// Its auth token, which signs Twilio's calls to us too.
    #[serde(serialize_with = "text::redacted")]
    #[schemars(with = "Option<String>", extend("writeOnly" = true))]
    pub token: Option<SecretString>,
    /// A file that holds the token, instead of `token`. Default none.
    pub token_file: Option<PathBuf>,
    /// The number that messages come from, in E.164, or a sender's name.
    pub from: Option<String>,
}

impl Default for TwilioConfig {
    fn default() -> Self {
        Self {
            url: "https://api.twilio.com".into(),
            account: None,
            token: None,
            token_file: None,
            from: None,
        }
    }
}

/// The account at Alibaba Cloud.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AliyunConfig {
    /// Where its API is. Default `https://dysmsapi.aliyuncs.com`.
    pub url: String,
    /// The AccessKey's id.
    pub access_key: Option<String>,
    /// The AccessKey's secret.
    #[serde(serialize_with = "text::redacted")]
    #[schemars(with = "Option<String>", extend("writeOnly" = true))]
    pub secret: Option<SecretString>,
    /// A file that holds the secret, instead of `secret`. Default none.
    pub secret_file: Option<PathBuf>,
    /// The registered signature (`SignName`).
    pub sign_name: Option<String>,
    /// The registered templates: `proof zh-Hans SMS_154950909`, which is our template, its language, and the code
    /// there. The parameters go there by their names.
    pub templates: Vec<GatewayTemplate>,
}

impl Default for AliyunConfig {
    fn default() -> Self {
        Self {
            url: "https://dysmsapi.aliyuncs.com".into(),
            access_key: None,
            secret: None,
            secret_file: None,
            sign_name: None,
            templates: Vec::new(),
        }
    }
}

/// The account at Tencent Cloud.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TencentConfig {
    /// Where its API is. Default `https://sms.tencentcloudapi.com`.
    pub url: String,
    /// The region (`X-TC-Region`). Default `ap-guangzhou`.
    pub region: String,
    /// The key's id (`SecretId`).
    pub secret_id: Option<String>,
    /// The key itself (`SecretKey`).
    #[serde(serialize_with = "text::redacted")]
    #[schemars(with = "Option<String>", extend("writeOnly" = true))]
    pub secret: Option<SecretString>,
    /// A file that holds the key, instead of `secret`. Default none.
    pub secret_file: Option<PathBuf>,
    /// The application (`SmsSdkAppId`).
    pub app: Option<String>,
    /// The registered signature (`SignName`); none for messages abroad. Default none.
    pub sign_name: Option<String>,
    /// The registered templates: `proof zh-Hans 449739 code minutes`, which is our template, its language, the id
    /// there, and the parameters in the order in which it takes them.
    pub templates: Vec<GatewayTemplate>,
}

impl Default for TencentConfig {
    fn default() -> Self {
        Self {
            url: "https://sms.tencentcloudapi.com".into(),
            region: "ap-guangzhou".into(),
            secret_id: None,
            secret: None,
            secret_file: None,
            app: None,
            sign_name: None,
            templates: Vec::new(),
        }
    }
}

/// A gateway of one's own, that is called by HTTP.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TextHttpConfig {
    /// Where each message is posted.
    pub url: Option<String>,
    /// The secret that signs each call.
    #[serde(serialize_with = "text::redacted")]
    #[schemars(with = "Option<String>", extend("writeOnly" = true))]
    pub secret: Option<SecretString>,
    /// A file that holds the secret, instead of `secret`. Default none.
    pub secret_file: Option<PathBuf>,
}

/// A template as a gateway knows it, written with spaces between: which of ours, its language, its name there, and the
/// parameters in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayTemplate {
    /// Which of ours.
    pub template: String,
    /// Its language.
    pub locale: String,
    /// What the gateway calls it.
    pub name: String,
    /// The parameters that it takes, in order; none where they go by name.
    pub parameters: Vec<String>,
}

impl FromStr for GatewayTemplate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut words = text.split_whitespace().map(str::to_owned);
        match (words.next(), words.next(), words.next()) {
            (Some(template), Some(locale), Some(name)) => Ok(Self {
                template,
                locale,
                name,
                parameters: words.collect(),
            }),
            _ => Err(format!(
                "{} names no template; write it like \"proof zh-Hans 449739 code minutes\"",
                quoted(text)
            )),
        }
    }
}

impl fmt::Display for GatewayTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.template, self.locale, self.name)?;
        self.parameters.iter().try_for_each(|name| write!(f, " {name}"))
    }
}

/// What the chosen gateway needs and does not have: the key, and what to give.
pub(super) fn missing(texts: &TextsConfig) -> Vec<(&'static str, &'static str)> {
    let TextsConfig {
        twilio,
        aliyun,
        tencent,
        http,
        ..
    } = texts;
    let needed: Vec<(bool, &str, &str)> = match texts.transport {
        TextGateway::Folder => Vec::new(),
        TextGateway::Twilio => vec![
            (
                twilio.account.is_none(),
                "texts.twilio.account",
                "Give the account's SID.",
            ),
            (
                twilio.token.is_none(),
                "texts.twilio.token",
                "Give the account's auth token.",
            ),
            (
                twilio.from.is_none(),
                "texts.twilio.from",
                "Give the number that messages come from.",
            ),
        ],
        TextGateway::Aliyun => vec![
            (
                aliyun.access_key.is_none(),
                "texts.aliyun.access_key",
                "Give the AccessKey's id.",
            ),
            (
                aliyun.secret.is_none(),
                "texts.aliyun.secret",
                "Give the AccessKey's secret.",
            ),
            (
                aliyun.sign_name.is_none(),
                "texts.aliyun.sign_name",
                "Give the registered signature.",
            ),
            (
                aliyun.templates.is_empty(),
                "texts.aliyun.templates",
                "List the registered templates.",
            ),
        ],
        TextGateway::Tencent => vec![
            (
                tencent.secret_id.is_none(),
                "texts.tencent.secret_id",
                "Give the key's id.",
            ),
            (tencent.secret.is_none(), "texts.tencent.secret", "Give the key."),
            (tencent.app.is_none(), "texts.tencent.app", "Give the application's id."),
            (
                tencent.templates.is_empty(),
                "texts.tencent.templates",
                "List the registered templates.",
            ),
        ],
        TextGateway::Http => vec![
            (http.url.is_none(), "texts.http.url", "Give the gateway's URL."),
            (
                http.secret.is_none(),
                "texts.http.secret",
                "Give the secret that signs each call.",
            ),
        ],
    };
    let missing = needed.into_iter().filter(|(missing, ..)| *missing);
    missing.map(|(_, key, mend)| (key, mend)).collect()
}
