//! Tencent Cloud: `SendSms` of 2021-01-11, signed by TC3-HMAC-SHA256.

use std::time::Duration;

use data_encoding::HEXLOWER;
use futures_util::future::BoxFuture;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroizing;

use super::{
    TextMessage, TextTransport, exposed,
    gateway::{
        Means::{Later, Reader, Us},
        by_code, by_status, call, unreadable,
    },
    setup::{Registered, host},
    signing::{hmac_sha256, sha256, utc},
};
use crate::{
    notify::{DeliveryError, LetterId},
    platform::{
        egress::{Call, Egress},
        terms::Timestamp,
    },
};

const SERVICE: &str = "sms";
const CONTENT_TYPE: &str = "application/json; charset=utf-8";

/// The API for text messages.
pub(super) struct Tencent {
    pub(super) egress: Egress,
    pub(super) url: String,
    pub(super) region: String,
    pub(super) secret_id: String,
    pub(super) secret: SecretString,
    pub(super) app: String,
    pub(super) sign_name: Option<String>,
    pub(super) templates: Registered,
    pub(super) timeout: Duration,
}

/// The header `Authorization` of a POST with this body at this time.
fn authorization(
    secret_id: &str,
    secret: &SecretString,
    service: &str,
    host: &str,
    now: Timestamp,
    body: &[u8],
) -> String {
    const HEADERS: &str = "content-type;host";
    let (date, seconds) = (utc(now, "%Y-%m-%d"), now.seconds());
    let canonical = format!(
        "POST\n/\n\ncontent-type:{CONTENT_TYPE}\nhost:{host}\n\n{HEADERS}\n{}",
        sha256(body)
    );
    let scope = format!("{date}/{service}/tc3_request");
    let to_sign = format!("TC3-HMAC-SHA256\n{seconds}\n{scope}\n{}", sha256(canonical.as_bytes()));
    let start = Zeroizing::new([b"TC3".as_slice(), exposed(secret)].concat());
    let steps = [date.as_bytes(), service.as_bytes(), b"tc3_request", to_sign.as_bytes()];
    let signature = steps
        .iter()
        .fold(start, |key, step| Zeroizing::new(hmac_sha256(&key, step)));
    format!(
        "TC3-HMAC-SHA256 Credential={secret_id}/{scope}, SignedHeaders={HEADERS}, Signature={}",
        HEXLOWER.encode(&signature)
    )
}

/// The codes of `SendSms` that say more than "not now".
const CODES: [(&str, super::gateway::Means); 22] = [
    ("InvalidParameterValue.IncorrectPhoneNumber", Reader),
    ("FailedOperation.PhoneNumberInBlacklist", Reader),
    ("FailedOperation.ContainSensitiveWord", Reader),
    ("InvalidParameterValue.TemplateParameterLengthLimit", Reader),
    ("InvalidParameterValue.TemplateParameterFormatError", Us),
    ("FailedOperation.TemplateParamSetNotMatchApprovedTemplate", Us),
    ("FailedOperation.TemplateIncorrectOrUnapproved", Us),
    ("FailedOperation.SignatureIncorrectOrUnapproved", Us),
    ("FailedOperation.InsufficientBalanceInSmsPackage", Us),
    ("UnauthorizedOperation.SmsSdkAppIdVerifyFail", Us),
    ("UnauthorizedOperation.RequestPermissionDeny", Us),
    ("AuthFailure.SignatureFailure", Us),
    ("AuthFailure.SecretIdNotFound", Us),
    ("AuthFailure.SignatureExpire", Us),
    ("AuthFailure.UnauthorizedOperation", Us),
    ("LimitExceeded.PhoneNumberThirtySecondLimit", Later),
    ("LimitExceeded.PhoneNumberOneHourLimit", Later),
    ("LimitExceeded.PhoneNumberDailyLimit", Later),
    ("LimitExceeded.DeliveryFrequencyLimit", Later),
    ("RequestLimitExceeded", Later),
    ("InternalError.Timeout", Later),
    ("InternalError.OtherError", Later),
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answered {
    response: Response,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Response {
    #[serde(default)]
    send_status_set: Vec<Coded>,
    error: Option<Coded>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Coded {
    code: String,
}

impl TextTransport for Tencent {
    fn send<'a>(
        &'a self,
        text: &'a TextMessage,
        id: LetterId,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<(), DeliveryError>> {
        Box::pin(async move {
            let registered = self.templates.find(text.said.template(), text.locale)?;
            let given = text.said.parameters();
            let value = |wanted: &String| given.iter().find(|(name, _)| name == wanted).map(|(_, value)| *value);
            let parameters: Vec<&str> = registered.parameters.iter().filter_map(value).collect();
            let mut body = json!({
                "PhoneNumberSet": [text.to.kept()],
                "SmsSdkAppId": self.app,
                "TemplateId": registered.name,
                "TemplateParamSet": parameters,
                "SessionContext": id.uuid().hyphenated().to_string(),
            });
            if let Some(sign_name) = &self.sign_name {
                body["SignName"] = sign_name.as_str().into();
            }
            let body = body.to_string().into_bytes();
            let host = host(&self.url);
            let authorization = authorization(&self.secret_id, &self.secret, SERVICE, &host, now, &body);
            let answer = call(
                &self.egress,
                Call {
                    url: &self.url,
                    headers: vec![
                        ("authorization", authorization),
                        ("x-tc-action", "SendSms".to_owned()),
                        ("x-tc-version", "2021-01-11".to_owned()),
                        ("x-tc-timestamp", now.seconds().to_string()),
                        ("x-tc-region", self.region.clone()),
                    ],
                    content_type: CONTENT_TYPE,
                    body,
                    ..Call::default()
                },
                self.timeout,
            )
            .await?;
            if !(200..300).contains(&answer.status) {
                return Err(by_status(answer.status));
            }
            let answered: Answered = serde_json::from_slice(&answer.body).map_err(|_| unreadable())?;
            match (&answered.response.error, answered.response.send_status_set.as_slice()) {
                (Some(error), _) => Err(by_code(&CODES, &error.code)),
                (None, [status]) if status.code == "Ok" => Ok(()),
                (None, [status]) => Err(by_code(&CODES, &status.code)),
                _ => Err(unreadable()),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sample of Tencent Cloud's documentation ("Signature v3").
    #[test]
    fn signs_as_the_documentation_does() {
        let body = r#"{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}"#;
        let authorization = authorization(
            "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE",
            &"Gu5t9xGARNpq86cd98joQYCN3EXAMPLE".into(),
            "cvm",
            "cvm.tencentcloudapi.com",
            Timestamp::from_seconds(1_551_113_065),
            body.as_bytes(),
        );
        assert_eq!(
            authorization,
            "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, \
             SignedHeaders=content-type;host, \
             Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
        );
    }
}
