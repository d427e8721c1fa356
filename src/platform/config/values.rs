//! Values that are more than a number or a text: parsed once, here, and sound from then on.

use std::{
    borrow::Cow,
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use lettre::message::Mailbox;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{GatewayTemplate, Listen, WebOrigin};
use crate::platform::terms::{EmailAddress, Line, quoted};

/// Where the service is reached from outside: scheme, host and, if need be, port and path.
///
/// It is the issuer of tokens (RFC 8414 §2: compared character by character) and the base of every link,
/// so that no `Host` header of a request ever decides where a link points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    text: String,
    /// Where the path begins; it is the end where there is none.
    path: usize,
    https: bool,
    loopback: bool,
}

impl PublicUrl {
    /// The URL of a service on this machine alone, by its host and port.
    pub(super) fn here(authority: &str) -> Self {
        let origin = format!("http://{authority}");
        Self {
            path: origin.len(),
            text: origin,
            https: false,
            loopback: true,
        }
    }
    /// The URL, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.text
    }
    /// Where the API is: the audience of its tokens, where nothing else is said.
    pub fn api(&self) -> String {
        format!("{}/v1", self.text.trim_end_matches('/'))
    }
    /// Its host, an IPv6 address in brackets.
    pub fn host(&self) -> &str {
        let rest = self.text.split_once("://").map_or("", |(_, rest)| rest);
        let rest = rest.split('/').next().unwrap_or_default();
        match rest.rfind(':') {
            Some(colon) if !rest.ends_with(']') => &rest[..colon],
            _ => rest,
        }
    }
    /// Its path: nothing, or with a slash at its beginning and none at its end.
    pub fn path(&self) -> &str {
        &self.text[self.path..]
    }
    /// Scheme, host and port, as a browser writes an origin (RFC 6454 §6.2).
    pub fn origin(&self) -> &str {
        &self.text[..self.path]
    }
    /// Whether its scheme is `https`.
    pub const fn is_https(&self) -> bool {
        self.https
    }
    /// Whether its host is this machine alone: `localhost`, `127.0.0.0/8` or `::1`.
    pub const fn is_loopback(&self) -> bool {
        self.loopback
    }
}

/// Whether a host, without a port, is this machine alone.
pub(super) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl FromStr for PublicUrl {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |what: &str| Err(format!("{what}; write it like \"https://vouchsafe.example.org\""));
        let (https, rest) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => return wrong("there is neither https:// nor http:// at the beginning"),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(['?', '#', '@', '\\']) {
            return wrong("there is more than a host, a port and a path");
        }
        let (rest, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if !path.split('/').skip(1).all(is_segment) {
            return wrong("the path has more than letters, digits and - . _ ~ between its slashes");
        }
        let (host, port) = match rest.rfind(':') {
            Some(colon) if !rest.ends_with(']') => (&rest[..colon], Some(&rest[colon + 1..])),
            _ => (rest, None),
        };
        if let Some(port) = port {
            let digits = port.bytes().all(|byte| byte.is_ascii_digit());
            if !digits || port.parse::<u16>().is_ok_and(|port| port == 0) || port.parse::<u16>().is_err() {
                return wrong("the port is none");
            }
        }
        if !is_host(host) {
            return wrong("the host is none");
        }
        let host = host.to_ascii_lowercase();
        let scheme = if https { "https" } else { "http" };
        let loopback = is_loopback(&host);
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        let origin = format!("{scheme}://{host}{port}");
        Ok(Self {
            path: origin.len(),
            text: origin + path,
            https,
            loopback,
        })
    }
}

/// A segment of a path that means itself, however it is read (RFC 3986 §2.3), and leads nowhere else.
fn is_segment(segment: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    !segment.is_empty() && segment != "." && segment != ".." && segment.bytes().all(plain)
}

/// A host as RFC 3986 §3.2.2 and RFC 1123 §2.1 have it: an IPv6 address in brackets, an IPv4 address, or
/// labels of letters, digits and hyphens.
pub(super) fn is_host(host: &str) -> bool {
    if let Some(bare) = host.strip_prefix('[') {
        return bare
            .strip_suffix(']')
            .is_some_and(|bare| bare.parse::<Ipv6Addr>().is_ok());
    }
    let last = host.rsplit('.').next().unwrap_or_default();
    if last.bytes().all(|byte| byte.is_ascii_digit()) {
        return host.parse::<Ipv4Addr>().is_ok();
    }
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.len() <= 253 && host.split('.').all(label)
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Who letters come from: an address that we would write to ourselves, and a name to show before it.
#[derive(Debug, Clone)]
pub struct SenderAddress {
    name: Option<Line>,
    address: EmailAddress,
    domain: String,
}

impl SenderAddress {
    /// The sender on one's own machine.
    pub(super) fn usual() -> Self {
        "Vouchsafe <no-reply@vouchsafe.localhost>"
            .parse()
            .unwrap_or_else(|_| unreachable!("a constant"))
    }
    /// The name, where there is one.
    pub const fn name(&self) -> Option<&Line> {
        self.name.as_ref()
    }
    /// The address.
    pub const fn address(&self) -> &EmailAddress {
        &self.address
    }
}

impl FromStr for SenderAddress {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |what: &dyn fmt::Display| format!("{what}; write it like \"Society <no-reply@example.org>\"");
        // The library knows quoted names (RFC 5322 §3.4); what the parts may be is for our own types to say.
        let mailbox: Mailbox = text
            .parse()
            .map_err(|error: lettre::address::AddressError| wrong(&error))?;
        let address = EmailAddress::parse(mailbox.email.as_ref()).map_err(|error| wrong(&error))?;
        let sendable = address.to_lettre().map_err(|error| wrong(&error))?;
        let name = mailbox.name.filter(|name| !name.trim().is_empty());
        let name = name.map(|name| Line::parse(&name)).transpose();
        Ok(Self {
            name: name.map_err(|error| wrong(&format_args!("the name {error}")))?,
            domain: sendable.domain().to_owned(),
            address,
        })
    }
}

impl fmt::Display for SenderAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            None => f.write_str(self.address.kept()),
            Some(name) if name.as_str().chars().all(|c| c.is_alphanumeric() || c == ' ') => {
                write!(f, "{name} <{}>", self.address.kept())
            }
            Some(name) => {
                let name = name.as_str().replace('\\', "\\\\").replace('"', "\\\"");
                write!(f, "\"{name}\" <{}>", self.address.kept())
            }
        }
    }
}

/// By what name we greet a mail server: a domain name of two labels at least, or an address literal (RFC 5321
/// §4.1.3). Never the bare name of a host, which servers refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HelloName {
    /// A domain name.
    Domain(String),
    /// An address.
    Address(IpAddr),
}

impl HelloName {
    /// The name of a service that is reached at `url` and whose letters come from `sender`.
    pub(super) fn of(url: &PublicUrl, sender: &SenderAddress) -> Self {
        let host = url.host();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        match bare.parse::<IpAddr>() {
            Ok(address) => Self::Address(address),
            Err(_) if host.contains('.') => Self::Domain(host.to_owned()),
            Err(_) => Self::Domain(sender.domain.clone()),
        }
    }
}

impl FromStr for HelloName {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            "it is neither a full domain name nor an address in brackets; write it like \"mail.example.org\"".to_owned()
        };
        if let Some(literal) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            let six = literal.get(..5).filter(|tag| tag.eq_ignore_ascii_case("IPv6:"));
            let address = match six {
                Some(_) => literal[5..].parse::<Ipv6Addr>().map(IpAddr::V6).ok(),
                None => literal.parse::<Ipv4Addr>().map(IpAddr::V4).ok(),
            };
            return address.map(Self::Address).ok_or_else(wrong);
        }
        let name = text.to_ascii_lowercase();
        let is_address = name.parse::<IpAddr>().is_ok();
        if is_host(&name) && name.contains('.') && !is_address {
            Ok(Self::Domain(name))
        } else {
            Err(wrong())
        }
    }
}

impl fmt::Display for HelloName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Domain(name) => f.write_str(name),
            Self::Address(IpAddr::V4(address)) => write!(f, "[{address}]"),
            Self::Address(IpAddr::V6(address)) => write!(f, "[IPv6:{address}]"),
        }
    }
}

/// An address or a network in CIDR notation (RFC 4632 §3.1, RFC 4291 §2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network(IpNet);

impl Network {
    /// Whether `peer` lies in it. An IPv4 address that came over an IPv6 socket (`::ffff:…`) is taken for
    /// what it is.
    pub fn contains(&self, peer: IpAddr) -> bool {
        self.0.contains(&peer.to_canonical())
    }
    /// This machine alone.
    pub(super) fn loopback() -> Vec<Self> {
        let v4 = Ipv4Net::new_assert(Ipv4Addr::new(127, 0, 0, 0), 8);
        let v6 = Ipv6Net::new_assert(Ipv6Addr::LOCALHOST, 128);
        vec![Self(v4.into()), Self(v6.into())]
    }
    /// Whether it is every address there is.
    pub fn is_everything(&self) -> bool {
        self.0.prefix_len() == 0
    }
}

impl FromStr for Network {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "{} is neither an address nor a network; write it like \"10.0.0.0/8\"",
                quoted(text)
            )
        };
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address = address.parse::<IpAddr>().map_err(|_| wrong())?.to_canonical();
        let net = match prefix {
            None => IpNet::from(address),
            Some(digits) => {
                let prefix = digits.parse().map_err(|_| wrong())?;
                IpNet::new(address, prefix).map_err(|_| wrong())?
            }
        };
        Ok(Self(net))
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.prefix_len() == self.0.max_prefix_len() {
            self.0.addr().fmt(f)
        } else {
            self.0.fmt(f)
        }
    }
}

macro_rules! written_as_text {
    ($($name:ident = $title:literal),*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                $title.into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string" })
            }
        }
    )*};
}
written_as_text!(
    PublicUrl = "public_url",
    Network = "network",
    SenderAddress = "sender",
    HelloName = "hello_name",
    Listen = "listen",
    WebOrigin = "web_origin",
    GatewayTemplate = "gateway_template"
);

#[cfg(test)]
mod tests;
