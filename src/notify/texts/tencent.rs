//! Tencent Cloud: `SendSms` of 2021-01-11, signed by TC3-HMAC-SHA256.

use std::time::Duration;

use futures_util::future::BoxFuture;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;

use super::{
    TextMessage, TextTransport,
    gateway::{
        Means::{Later, Reader, Us},
        by_code, by_status, call, unreadable,
    },
    setup::{Registered, host},
};
use crate::{
    notify::{DeliveryError, LetterId},
    platform::{
        egress::{
            Call, Egress,
            tc3::{CONTENT_TYPE, Signer},
        },
        terms::Timestamp,
    },
};

const SERVICE: &str = "sms";

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
            let signer = Signer {
                secret_id: &self.secret_id,
                secret: &self.secret,
                service: SERVICE,
            };
            let authorization = signer.authorization(&host, now, &body);
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
