//! The signature TC3-HMAC-SHA256, by which Tencent Cloud knows who calls.

use aws_lc_rs::{digest, hmac};
use data_encoding::HEXLOWER;
use jiff::tz::TimeZone;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::platform::terms::Timestamp;

/// What the body of a signed call is.
pub const CONTENT_TYPE: &str = "application/json; charset=utf-8";

/// Who signs.
#[derive(Clone, Copy)]
pub struct Signer<'a> {
    /// The id of the secret.
    pub secret_id: &'a str,
    /// The secret.
    pub secret: &'a SecretString,
    /// The service that is called, by its short name.
    pub service: &'a str,
}

fn sha256(bytes: &[u8]) -> String {
    HEXLOWER.encode(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn mac(key: &[u8], text: &[u8]) -> Zeroizing<Vec<u8>> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    Zeroizing::new(hmac::sign(&key, text).as_ref().to_vec())
}

/// The host of a URL, as its header names it.
pub fn host(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    let host = rest.split('/').next().unwrap_or_default().to_ascii_lowercase();
    let usual = if scheme == "https" { ":443" } else { ":80" };
    host.strip_suffix(usual).unwrap_or(&host).to_owned()
}

impl Signer<'_> {
    /// The header `Authorization` of a POST to `/` of this host, with this body, at this time.
    pub fn authorization(&self, host: &str, now: Timestamp, body: &[u8]) -> String {
        const HEADERS: &str = "content-type;host";
        let time = jiff::Timestamp::from_second(now.seconds()).unwrap_or_default();
        let date = time.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d").to_string();
        let canonical = format!(
            "POST\n/\n\ncontent-type:{CONTENT_TYPE}\nhost:{host}\n\n{HEADERS}\n{}",
            sha256(body)
        );
        let scope = format!("{date}/{}/tc3_request", self.service);
        let seconds = now.seconds();
        let to_sign = format!("TC3-HMAC-SHA256\n{seconds}\n{scope}\n{}", sha256(canonical.as_bytes()));
        let start = Zeroizing::new([b"TC3".as_slice(), self.secret.expose_secret().as_bytes()].concat());
        let steps = [
            date.as_bytes(),
            self.service.as_bytes(),
            b"tc3_request",
            to_sign.as_bytes(),
        ];
        let signature = steps.iter().fold(start, |key, step| mac(&key, step));
        format!(
            "TC3-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={HEADERS}, Signature={}",
            self.secret_id,
            HEXLOWER.encode(&signature)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_as_the_documentation_does() {
        let body = r#"{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}"#;
        let signer = Signer {
            secret_id: "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE",
            secret: &"Gu5t9xGARNpq86cd98joQYCN3EXAMPLE".into(),
            service: "cvm",
        };
        assert_eq!(
            signer.authorization(
                "cvm.tencentcloudapi.com",
                Timestamp::from_seconds(1_551_113_065),
                body.as_bytes()
            ),
            "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, \
             SignedHeaders=content-type;host, \
             Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
        );
    }
}
