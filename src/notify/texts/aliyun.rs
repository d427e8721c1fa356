//! Alibaba Cloud: `SendSms` of 2017-05-25, signed by ACS3-HMAC-SHA256.

use std::time::Duration;

use data_encoding::HEXLOWER;
use futures_util::future::BoxFuture;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    TextMessage, TextTransport, exposed,
    gateway::{
        Means::{Later, Reader, Us},
        by_code, by_status, call, unreadable,
    },
    setup::{Registered, host},
    signing::{encoded, hmac_sha256, sha256, utc},
};
use crate::{
    notify::{DeliveryError, LetterId},
    platform::{
        egress::{Call, Egress},
        terms::{Rng, Timestamp},
    },
};
use std::sync::Arc;

const ACTION: &str = "SendSms";
const VERSION: &str = "2017-05-25";

/// The API for text messages.
pub(super) struct Aliyun {
    pub(super) egress: Egress,
    pub(super) rng: Arc<dyn Rng>,
    pub(super) url: String,
    pub(super) access_key: String,
    pub(super) secret: SecretString,
    pub(super) sign_name: String,
    pub(super) templates: Registered,
    pub(super) timeout: Duration,
}

/// A request as it is signed.
struct Signed<'a> {
    host: &'a str,
    action: &'a str,
    version: &'a str,
    date: &'a str,
    nonce: &'a str,
    query: &'a str,
}

/// The headers that are signed, in the order in which they are.
const HEADERS: &str = "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version";

impl Signed<'_> {
    /// The header `Authorization` of a POST without a body.
    fn authorization(&self, access_key: &str, secret: &SecretString) -> String {
        let nothing = sha256(b"");
        let canonical = format!(
            "POST\n/\n{}\nhost:{}\nx-acs-action:{}\nx-acs-content-sha256:{nothing}\nx-acs-date:{}\n\
             x-acs-signature-nonce:{}\nx-acs-version:{}\n\n{HEADERS}\n{nothing}",
            self.query, self.host, self.action, self.date, self.nonce, self.version
        );
        let to_sign = format!("ACS3-HMAC-SHA256\n{}", sha256(canonical.as_bytes()));
        let signature = HEXLOWER.encode(&hmac_sha256(exposed(secret), to_sign.as_bytes()));
        format!("ACS3-HMAC-SHA256 Credential={access_key},SignedHeaders={HEADERS},Signature={signature}")
    }
}

/// The codes of `SendSms` that say more than "not now".
const CODES: [(&str, super::gateway::Means); 18] = [
    ("isv.MOBILE_NUMBER_ILLEGAL", Reader),
    ("isv.MOBILE_COUNT_OVER_LIMIT", Reader),
    ("isv.BLACK_KEY_CONTROL_LIMIT", Reader),
    ("isv.INVALID_PARAMETERS", Reader),
    ("isv.PARAM_LENGTH_LIMIT", Reader),
    ("isv.TEMPLATE_MISSING_PARAMETERS", Us),
    ("isv.OUT_OF_SERVICE", Us),
    ("isv.AMOUNT_NOT_ENOUGH", Us),
    ("isv.ACCOUNT_ABNORMAL", Us),
    ("isv.SMS_TEMPLATE_ILLEGAL", Us),
    ("isv.SMS_SIGNATURE_ILLEGAL", Us),
    ("isv.PRODUCT_UN_SUBSCRIPT", Us),
    ("isp.RAM_PERMISSION_DENY", Us),
    ("SignatureDoesNotMatch", Us),
    ("InvalidAccessKeyId.NotFound", Us),
    ("isv.BUSINESS_LIMIT_CONTROL", Later),
    ("isp.SYSTEM_ERROR", Later),
    ("Throttling.User", Later),
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answered {
    code: String,
}

impl TextTransport for Aliyun {
    fn send<'a>(
        &'a self,
        text: &'a TextMessage,
        id: LetterId,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<(), DeliveryError>> {
        Box::pin(async move {
            let (template, locale) = (text.said.template(), text.locale);
            let registered = self.templates.find(template, locale)?;
            let parameters = text.said.parameters().into_iter();
            let parameters: Map<String, Value> = parameters
                .map(|(name, value)| (name.to_owned(), value.into()))
                .collect();
            // At home a number goes without the country's code, and abroad without the plus.
            let to = match text.to.country_code() {
                86 => text.to.national(),
                _ => text.to.kept().trim_start_matches('+'),
            };
            let query = [
                ("OutId", id.uuid().hyphenated().to_string().as_str()),
                ("PhoneNumbers", to),
                ("SignName", &self.sign_name),
                ("TemplateCode", &registered.name),
                ("TemplateParam", &Value::Object(parameters).to_string()),
            ]
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .join("&");
            let mut nonce = [0_u8; 16];
            self.rng.fill(&mut nonce);
            let (nonce, date, host) = (HEXLOWER.encode(&nonce), utc(now, "%Y-%m-%dT%H:%M:%SZ"), host(&self.url));
            let signed = Signed {
                host: &host,
                action: ACTION,
                version: VERSION,
                date: &date,
                nonce: &nonce,
                query: &query,
            };
            let authorization = signed.authorization(&self.access_key, &self.secret);
            let answer = call(
                &self.egress,
                Call {
                    url: &self.url,
                    query: &query,
                    headers: vec![
                        ("authorization", authorization),
                        ("x-acs-action", ACTION.to_owned()),
                        ("x-acs-version", VERSION.to_owned()),
                        ("x-acs-date", date.clone()),
                        ("x-acs-signature-nonce", nonce.clone()),
                        ("x-acs-content-sha256", sha256(b"")),
                    ],
                    content_type: "application/json",
                    body: Vec::new(),
                    only_asks: false,
                },
                self.timeout,
            )
            .await?;
            match (serde_json::from_slice::<Answered>(&answer.body), answer.status) {
                (Ok(answered), 200..300) if answered.code == "OK" => Ok(()),
                (Ok(answered), _) if answered.code != "OK" => Err(by_code(&CODES, &answered.code)),
                (_, 200..300) => Err(unreadable()),
                (_, status) => Err(by_status(status)),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sample of Alibaba Cloud's documentation ("Request syntax and signature method V3").
    #[test]
    fn signs_as_the_documentation_does() {
        let signed = Signed {
            host: "ecs.cn-shanghai.aliyuncs.com",
            action: "RunInstances",
            version: "2014-05-26",
            date: "2023-10-26T10:22:32Z",
            nonce: "3156853299f313e23d1673dc12e1703d",
            query: "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai",
        };
        let authorization = signed.authorization("YourAccessKeyId", &"YourAccessKeySecret".into());
        let (before, signature) = authorization.split_once(",Signature=").unwrap();
        assert_eq!(
            before,
            format!("ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders={HEADERS}")
        );
        assert_eq!(
            signature,
            "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
        );
        assert_eq!(
            utc(Timestamp::from_seconds(1_698_315_752), "%Y-%m-%dT%H:%M:%SZ"),
            "2023-10-26T10:22:32Z"
        );
    }

    #[test]
    fn encodes_all_but_what_is_unreserved() {
        assert_eq!(encoded("a b*c~d/e:学"), "a%20b%2Ac~d%2Fe%3A%E5%AD%A6");
    }
}
