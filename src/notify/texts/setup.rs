//! The gateway that the operator has chosen, built from the configuration.

use std::{sync::Arc, time::Duration};

use super::{
    TEMPLATES, TextTransport,
    aliyun::Aliyun,
    folder::Folder,
    gateway::refused,
    http::Http,
    tencent::Tencent,
    twilio::{StatusCheck, Twilio},
};
use crate::{
    notify::{Cause, DeliveryError, Locale},
    platform::{
        config::{Config, GatewayTemplate, TextGateway},
        egress::Egress,
        terms::Rng,
    },
};

/// Why there is no way for text messages to leave.
#[derive(Debug, thiserror::Error)]
pub enum TextSetupError {
    /// A key is not set.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// The address of the gateway is none that we go to.
    #[error("the gateway's URL: {0}")]
    Url(#[from] crate::platform::egress::Refused),
    /// A template that is listed is none of ours.
    #[error("the template {0}: {1}")]
    Template(String, &'static str),
    /// The directory cannot be made.
    #[error("the directory {}: {source}", path.display())]
    Folder {
        /// Which directory.
        path: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The address for calls back.
    #[error("the address for Twilio's calls: {0}")]
    Link(#[from] crate::platform::terms::LinkError),
}

/// The templates that are registered with a gateway.
#[derive(Debug)]
pub(super) struct Registered(Vec<(Locale, GatewayTemplate)>);

impl Registered {
    /// Takes what is listed. Where a gateway wants its parameters `in_order`, each is named once.
    pub(super) fn new(listed: &[GatewayTemplate], in_order: bool) -> Result<Self, TextSetupError> {
        let read = |one: &GatewayTemplate| {
            let wrong = |why| TextSetupError::Template(one.to_string(), why);
            let (_, known) = TEMPLATES
                .iter()
                .find(|(key, _)| *key == one.template)
                .ok_or_else(|| wrong("there is none of this name"))?;
            let locale = match one.locale.as_str() {
                "en" => Locale::En,
                "zh-Hans" => Locale::ZhHans,
                _ => return Err(wrong("the language is en or zh-Hans")),
            };
            if !one.parameters.iter().all(|name| known.contains(&name.as_str())) {
                return Err(wrong("it has no such parameter"));
            }
            if !in_order && !one.parameters.is_empty() {
                return Err(wrong("its parameters go by name: leave them out"));
            }
            Ok((locale, one.clone()))
        };
        listed.iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// A template in this language; where there is none, in the other.
    pub(super) fn find(&self, template: &str, locale: Locale) -> Result<&GatewayTemplate, DeliveryError> {
        let of = |wanted: Option<Locale>| {
            let mut all = self.0.iter();
            all.find(|(its, one)| one.template == template && wanted.is_none_or(|wanted| wanted == *its))
        };
        let found = of(Some(locale)).or_else(|| of(None));
        found
            .map(|(_, one)| one)
            .ok_or(refused(Cause::Setting("a registered template")))
    }
}

pub(super) use crate::platform::egress::tc3::host;

fn set<T: Clone>(value: &Option<T>, key: &'static str) -> Result<T, TextSetupError> {
    value.clone().ok_or(TextSetupError::Missing(key))
}

/// The way for text messages to leave, and what checks its calls back, where it makes any. No connection is made yet.
///
/// # Errors
/// [`TextSetupError`] names what is wrong.
pub fn build(
    config: &Config,
    egress: &Egress,
    rng: &Arc<dyn Rng>,
) -> Result<(Arc<dyn TextTransport>, Option<StatusCheck>), TextSetupError> {
    let texts = &config.texts;
    let (egress, timeout) = (egress.clone(), Duration::from_millis(texts.timeout_ms));
    let checked = |url: &str| egress.check(url).map(|()| url.to_owned());
    Ok(match texts.transport {
        TextGateway::Folder => {
            let folder = Folder::new(&texts.folder);
            let folder = folder.map_err(|source| TextSetupError::Folder {
                path: texts.folder.clone(),
                source,
            })?;
            (Arc::new(folder), None)
        }
        TextGateway::Twilio => {
            let token = set(&texts.twilio.token, "texts.twilio.token")?;
            let status = config.http.text_status_link()?;
            let twilio = Twilio {
                url: checked(&texts.twilio.url)?,
                account: set(&texts.twilio.account, "texts.twilio.account")?,
                token: token.clone(),
                from: set(&texts.twilio.from, "texts.twilio.from")?,
                status: status.clone(),
                timeout,
                egress,
            };
            (Arc::new(twilio), Some(StatusCheck::new(token, status)))
        }
        TextGateway::Aliyun => {
            let aliyun = Aliyun {
                url: checked(&texts.aliyun.url)?,
                rng: Arc::clone(rng),
                access_key: set(&texts.aliyun.access_key, "texts.aliyun.access_key")?,
                secret: set(&texts.aliyun.secret, "texts.aliyun.secret")?,
                sign_name: set(&texts.aliyun.sign_name, "texts.aliyun.sign_name")?,
                templates: Registered::new(&texts.aliyun.templates, false)?,
                timeout,
                egress,
            };
            (Arc::new(aliyun), None)
        }
        TextGateway::Tencent => {
            let tencent = Tencent {
                url: checked(&texts.tencent.url)?,
                region: texts.tencent.region.clone(),
                secret_id: set(&texts.tencent.secret_id, "texts.tencent.secret_id")?,
                secret: set(&texts.tencent.secret, "texts.tencent.secret")?,
                app: set(&texts.tencent.app, "texts.tencent.app")?,
                sign_name: texts.tencent.sign_name.clone(),
                templates: Registered::new(&texts.tencent.templates, true)?,
                timeout,
                egress,
            };
            (Arc::new(tencent), None)
        }
        TextGateway::Http => {
            let http = Http {
                url: checked(&set(&texts.http.url, "texts.http.url")?)?,
                secret: set(&texts.http.secret, "texts.http.secret")?,
                timeout,
                egress,
            };
            (Arc::new(http), None)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registered(lines: &[&str], in_order: bool) -> Result<Registered, TextSetupError> {
        let listed: Vec<GatewayTemplate> = lines.iter().map(|line| line.parse().unwrap()).collect();
        Registered::new(&listed, in_order)
    }

    #[test]
    fn finds_a_template_in_the_language_or_in_the_other() {
        let all = registered(
            &[
                "proof zh-Hans 1 code minutes",
                "proof en 2 code",
                "invite zh-Hans 3 link",
            ],
            true,
        )
        .unwrap();
        let name = |template, locale| all.find(template, locale).map(|one| one.name.as_str());
        assert_eq!(name("proof", Locale::En), Ok("2"));
        assert_eq!(name("proof", Locale::ZhHans), Ok("1"));
        assert_eq!(name("invite", Locale::En), Ok("3"));
        assert!(matches!(name("ended", Locale::En), Err(DeliveryError::Refused(_))));
    }

    #[test]
    fn refuses_what_is_none_of_ours() {
        for (line, in_order) in [
            ("prof en 1", true),
            ("proof fr 1", true),
            ("proof en 1 link", true),
            ("proof en 1 code", false),
        ] {
            assert!(registered(&[line], in_order).is_err(), "{line}");
        }
        assert!("proof en".parse::<GatewayTemplate>().is_err());
    }

    #[test]
    fn a_host_is_named_as_the_request_names_it() {
        for (url, named) in [
            ("https://sms.tencentcloudapi.com", "sms.tencentcloudapi.com"),
            ("https://SMS.example.org:443/", "sms.example.org"),
            ("http://127.0.0.1:9/x", "127.0.0.1:9"),
        ] {
            assert_eq!(host(url), named);
        }
    }
}
