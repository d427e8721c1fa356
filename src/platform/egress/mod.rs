//! The one way out: every HTTP request that this service makes to somebody else goes through [`Egress`].
//!
//! Where it goes is written by people whom the operator need not trust with their network, so an address is
//! refused unless it is known to be harmless: `https` (plain `http` to this machine alone), an address that
//! anybody on the internet can reach, or one that the operator lists (`[egress]`). A name is resolved once for
//! each connection, every address that it leads to must be allowed, and the connection goes to one of those.
//! No redirect is followed, no proxy is asked, and an answer has an end in bytes and in time.

mod networks;
pub mod tc3;
#[cfg(test)]
mod tests;

use std::{fmt, io, net::IpAddr, sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use reqwest::{
    Client, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
    redirect,
};

use crate::platform::config::EgressConfig;
pub use networks::Networks;

/// How long a connection may take to come about, where the request itself may take longer.
const CONNECT: Duration = Duration::from_secs(5);
/// The longest URL.
const LONGEST: usize = 2000;

/// Why a URL is none that we go to; none of the words repeats it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is no URL, or has what ours do not have.
    #[error("give a URL with a scheme and a host, and without user, password, query and fragment")]
    Form,
    /// The scheme is none that is spoken there, or the host is another machine and nothing protects the way.
    #[error("give an https URL; http is for this machine alone (127.0.0.1, [::1], localhost)")]
    Scheme,
    /// The address is one that the operator has not listed.
    #[error("this service may not go to that address; whoever runs it can list its network in egress.networks")]
    Address,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The URL itself is refused.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// There is nobody to ask, or nobody whom we may ask: the request did not arrive. The words are for the log: they
    /// tell what is there.
    #[error("{0}")]
    Unreachable(&'static str),
    /// There was no whole answer. The request may have arrived, and may have been carried out.
    #[error("{0}")]
    Unanswered(&'static str),
    /// The answer is longer than was asked for.
    #[error("the answer is too long")]
    TooLong,
}

/// How much of an answer is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// From the first step to the last byte.
    pub time: Duration,
    /// Bytes of the body.
    pub bytes: usize,
}

/// A POST that goes out, or a GET.
#[derive(Default)]
pub struct Call<'a> {
    /// Where to: an URL without a query.
    pub url: &'a str,
    /// The query, encoded already; empty where there is none.
    pub query: &'a str,
    /// Headers, by their names in small letters. None of their values is ever logged.
    pub headers: Vec<(&'static str, String)>,
    /// What the body is.
    pub content_type: &'static str,
    /// The body.
    pub body: Vec<u8>,
    /// Whether it is a GET, which has no body.
    pub only_asks: bool,
}

/// An answer, whole.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// The one client for everything that goes out. A clone is the same one.
#[derive(Clone)]
pub struct Egress {
    networks: Arc<Networks>,
    http: Client,
}

impl fmt::Debug for Egress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Egress").finish_non_exhaustive()
    }
}

/// Asks which addresses a name has.
type LookUp = Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> + Send + Sync>;

impl Egress {
    /// A client that goes where the operator lets it.
    ///
    /// # Errors
    /// TLS cannot be set up.
    pub fn new(config: &EgressConfig) -> Result<Self, Failure> {
        let system: LookUp = Arc::new(|name| {
            Box::pin(async move {
                let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
                Ok(found.map(|address| address.ip()).collect())
            })
        });
        Self::with(config, system)
    }

    fn with(config: &EgressConfig, look_up: LookUp) -> Result<Self, Failure> {
        let networks = Arc::new(Networks::new(config));
        let resolver = Guarded {
            networks: Arc::clone(&networks),
            look_up,
        };
        let http = Client::builder()
            .dns_resolver(resolver)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(CONNECT)
            // Shorter than servers keep theirs, as a rule.
            .pool_idle_timeout(Duration::from_secs(60))
            .build()
            .map_err(|_| Failure::Unreachable("TLS cannot be set up"))?;
        Ok(Self { networks, http })
    }

    /// Whether we go to a URL, as far as it can be told without asking anybody: what its name leads to is seen
    /// when it is asked for.
    ///
    /// # Errors
    /// [`Refused`]
    pub fn check(&self, url: &str) -> Result<(), Refused> {
        self.parse(url).map(|_| ())
    }

    fn parse(&self, url: &str) -> Result<Url, Refused> {
        let (url, host) = parse(url, &["https"], &["http"])?;
        match host {
            Host::Address(address) if !self.networks.allow(address) => Err(Refused::Address),
            _ => Ok(url),
        }
    }

    /// Sends a POST, and reads the answer.
    ///
    /// # Errors
    /// [`Failure`]; whoever was asked may have done it all the same.
    pub async fn post(
        &self,
        url: &str,
        content_type: &'static str,
        body: Vec<u8>,
        limits: Limits,
    ) -> Result<Answer, Failure> {
        let call = Call {
            url,
            content_type,
            body,
            ..Call::default()
        };
        self.call(call, limits).await
    }

    /// The same, with a query and headers.
    ///
    /// # Errors
    /// [`Failure`]
    pub async fn call(&self, call: Call<'_>, limits: Limits) -> Result<Answer, Failure> {
        let mut url = self.parse(call.url)?;
        if !call.query.is_empty() {
            url.set_query(Some(call.query));
        }
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(call.content_type));
        for (name, value) in call.headers {
            let mut value = HeaderValue::try_from(value).map_err(|_| Refused::Form)?;
            value.set_sensitive(true);
            headers.insert(HeaderName::from_static(name), value);
        }
        let request = match call.only_asks {
            true => self.http.get(url),
            false => self.http.post(url).body(call.body),
        };
        let mut response = request
            .headers(headers)
            .timeout(limits.time)
            .send()
            .await
            .map_err(|error| unreachable(&error))?;
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|error| unreachable(&error))? {
            if body.len() + piece.len() > limits.bytes {
                return Err(Failure::TooLong);
            }
            body.extend_from_slice(&piece);
        }
        Ok(Answer {
            status: response.status().as_u16(),
            body,
        })
    }
}

/// Whether a URL that we hand to others protects what they say there: `https` or `wss`, or this machine alone.
///
/// # Errors
/// [`Refused`]
pub fn check_for_others(url: &str) -> Result<(), Refused> {
    parse(url, &["https", "wss"], &["http", "ws"]).map(|_| ())
}

/// Whom a URL names.
enum Host {
    /// An address, in whatever form it was written.
    Address(IpAddr),
    /// A name.
    Name,
}

/// Reads a URL with one of the `safe` schemes, or one of the `local` ones to this machine.
fn parse(text: &str, safe: &[&str], local: &[&str]) -> Result<(Url, Host), Refused> {
    // What the parser would drop or turn round must not be there at all.
    if text.len() > LONGEST || !text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
        return Err(Refused::Form);
    }
    let url = Url::parse(text).map_err(|_| Refused::Form)?;
    let written = url.host_str().filter(|host| !host.is_empty()).ok_or(Refused::Form)?;
    let bare = url.username().is_empty() && url.password().is_none() && !text.contains(['@', '?', '#']);
    if !bare || url.port() == Some(0) || !text.contains("://") {
        return Err(Refused::Form);
    }
    // The parser has made one form of all forms of an address: decimal, octal, shortened.
    let address = written.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    let (host, here) = match address {
        Ok(address) => (Host::Address(address), address.to_canonical().is_loopback()),
        Err(_) => (Host::Name, is_localhost(written)),
    };
    let scheme = url.scheme();
    if safe.contains(&scheme) || here && local.contains(&scheme) {
        Ok((url, host))
    } else {
        Err(Refused::Scheme)
    }
}

/// Whether a name is this machine's own (RFC 6761 §6.3).
fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// Resolves names, and lets a connection see only addresses that it may go to.
struct Guarded {
    networks: Arc<Networks>,
    look_up: LookUp,
}

/// A name leads where we do not go.
#[derive(Debug, thiserror::Error)]
#[error("the name leads to an address that is not allowed")]
struct LeadsAstray;

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (networks, name) = (Arc::clone(&self.networks), name.as_str().to_owned());
        let found = (self.look_up)(name.clone());
        Box::pin(async move {
            let found = found.await?;
            // By plain http we go to this machine alone, so its name may lead nowhere else.
            let here = |address: &IpAddr| !is_localhost(&name) || address.to_canonical().is_loopback();
            if !found.iter().all(|address| networks.allow(*address) && here(address)) {
                return Err(LeadsAstray.into());
            }
            let addresses: Addrs = Box::new(found.into_iter().map(|address| (address, 0).into()));
            Ok(addresses)
        })
    }
}

/// In words of our own, for the error's text has the URL.
fn unreachable(error: &reqwest::Error) -> Failure {
    let mut cause = std::error::Error::source(error);
    while let Some(one) = cause {
        if one.is::<LeadsAstray>() {
            return Failure::Unreachable("its name leads to an address that egress.networks does not list");
        }
        cause = one.source();
    }
    match (error.is_connect(), error.is_timeout()) {
        (true, true) => Failure::Unreachable("no answer in time"),
        (true, false) => Failure::Unreachable("no connection"),
        (false, true) => Failure::Unanswered("no answer in time"),
        (false, false) => Failure::Unanswered("the connection broke"),
    }
}
