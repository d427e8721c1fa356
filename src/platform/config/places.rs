//! Where the service listens, and which web pages may speak to it.

use std::{
    fmt, io,
    net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs},
    str::FromStr,
};

use super::{
    PublicUrl,
    values::{is_host, is_loopback},
};

/// Address or host name, and port, to listen on: `127.0.0.1:8080`, `[::]:8080`, `localhost:8080`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listen {
    host: String,
    port: u16,
}

impl Listen {
    /// Every address that it stands for; a name is looked up now.
    ///
    /// # Errors
    /// Nobody knows the name.
    pub fn addresses(&self) -> io::Result<Vec<SocketAddr>> {
        let bare = self.host.trim_start_matches('[').trim_end_matches(']');
        Ok((bare, self.port).to_socket_addrs()?.collect())
    }

    /// Where this machine reaches it: the URL of a service that nobody has given another.
    pub(super) fn nearby(&self) -> PublicUrl {
        let host = match is_loopback(&self.host) {
            true => self.host.as_str(),
            false => "127.0.0.1",
        };
        PublicUrl::here(&format!("{host}:{}", self.port))
    }
}

impl From<SocketAddr> for Listen {
    fn from(address: SocketAddr) -> Self {
        let host = match address.ip() {
            IpAddr::V4(v4) => v4.to_string(),
            IpAddr::V6(v6) => format!("[{v6}]"),
        };
        Self {
            host,
            port: address.port(),
        }
    }
}

impl Default for Listen {
    fn default() -> Self {
        SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)).into()
    }
}

impl FromStr for Listen {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            |what: &str| format!("{what}; write it like \"127.0.0.1:8080\", \"[::]:8080\" or \"localhost:8080\"");
        let (host, port) = text.rsplit_once(':').ok_or_else(|| wrong("there is no port"))?;
        let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
        let port = port
            .parse()
            .ok()
            .filter(|_| digits)
            .ok_or_else(|| wrong("the port is none"))?;
        if !is_host(host) {
            return Err(wrong("the host is none"));
        }
        Ok(Self {
            host: host.to_ascii_lowercase(),
            port,
        })
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// The origin of web pages (RFC 6454), as browsers send it: scheme, host and, where it is not the usual one, port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebOrigin(String);

impl WebOrigin {
    /// As it stands in the header `Origin`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for WebOrigin {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |what: &str| Err(format!("{what}; write it like \"https://app.example.org\""));
        if text == "null" {
            return wrong("null is the origin of every page that hides its own");
        }
        if text.contains('*') {
            return wrong("each origin is named in full, without a wildcard");
        }
        let Ok(url) = text.parse::<PublicUrl>() else {
            return wrong("it is no origin");
        };
        let usual = if url.is_https() { ":443" } else { ":80" };
        if !url.path().is_empty() || url.as_str() != text || url.as_str().ends_with(usual) {
            return wrong("an origin has a scheme, a host in small letters and an unusual port alone");
        }
        if !url.is_https() && !url.is_loopback() {
            return wrong("its pages come by http, so that anybody on the way can change them");
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for WebOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_listened_on() {
        for (text, kept, url) in [
            ("127.0.0.1:8080", "127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("[::1]:8080", "[::1]:8080", "http://[::1]:8080"),
            ("[::]:8080", "[::]:8080", "http://127.0.0.1:8080"),
            ("0.0.0.0:80", "0.0.0.0:80", "http://127.0.0.1:80"),
            ("Localhost:8080", "localhost:8080", "http://localhost:8080"),
            ("node-7.example.org:1", "node-7.example.org:1", "http://127.0.0.1:1"),
            ("127.0.0.1:0", "127.0.0.1:0", "http://127.0.0.1:0"),
        ] {
            let listen: Listen = text.parse().unwrap();
            assert_eq!(listen.to_string(), kept);
            assert_eq!(listen.nearby().as_str(), url);
            assert_eq!(listen.to_string().parse(), Ok(listen));
        }
        for text in [
            "",
            "8080",
            ":8080",
            "localhost",
            "localhost:",
            "localhost:x",
            "localhost:+1",
            "localhost:65536",
            "::1:8080",
            "[::1:8080",
            "a b:1",
            "http://localhost:8080",
            "localhost:80/x",
            "1.2.3:4",
        ] {
            assert!(text.parse::<Listen>().is_err(), "{text}");
        }
        let addresses = "localhost:8080".parse::<Listen>().unwrap().addresses().unwrap();
        assert!(!addresses.is_empty() && addresses.iter().all(|address| address.ip().is_loopback()));
        let ours = SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], 7));
        assert_eq!(Listen::from(ours).addresses().unwrap(), [ours]);
    }

    #[test]
    fn origins_are_exact() {
        for text in [
            "https://app.example.org",
            "https://app.example.org:8443",
            "http://localhost:5173",
            "http://127.0.0.1:3000",
            "https://[2001:db8::1]",
        ] {
            assert_eq!(text.parse::<WebOrigin>().unwrap().as_str(), text);
        }
        for text in [
            "",
            "*",
            "null",
            "https://*.example.org",
            "https://app.example.org/",
            "https://app.example.org/x",
            "https://App.example.org",
            "https://app.example.org:443",
            "http://localhost:80",
            "http://app.example.org",
            "app.example.org",
            "https://a@app.example.org",
            "file://",
            "https://",
        ] {
            assert!(text.parse::<WebOrigin>().is_err(), "{text}");
        }
    }
}
