//! Which address a request comes from, when proxies stand before us.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use actix_web::http::header::HeaderMap;
use ipnet::Ipv6Net;

use super::caller::ThrottleBucket;
use crate::platform::config::Network;

/// The client's address: the peer's, or, where the peer is a trusted proxy, the right-most entry of
/// X-Forwarded-For that is not one. What stands to the left of it anybody may have written.
pub(super) fn client(peer: Option<IpAddr>, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    // No peer address means a Unix socket or a test: nothing to tell apart.
    let mut nearest = peer.map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |peer| peer.to_canonical());
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    if !is_trusted(nearest) {
        return nearest;
    }
    let mut lines: Vec<_> = headers.get_all("x-forwarded-for").collect();
    while let Some(line) = lines.pop() {
        let Ok(line) = line.to_str() else { return nearest };
        for entry in line.rsplit(',') {
            // A proxy of ours that does not know whom it serves is as far as we can see.
            let Some(address) = parse(entry.trim()) else {
                return nearest;
            };
            nearest = address;
            if !is_trusted(nearest) {
                return nearest;
            }
        }
    }
    nearest
}

fn parse(entry: &str) -> Option<IpAddr> {
    let bare = entry
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(entry);
    bare.parse()
        .ok()
        .or_else(|| entry.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
        .map(|address: IpAddr| address.to_canonical())
}

impl ThrottleBucket {
    /// The networks that an attempt is counted for, each with its prefix and for how many addresses it stands. An
    /// IPv4 address is by itself. Of IPv6 a subscriber has a /64, and often a /56 or a /48 of them to choose from
    /// (RFC 6177 §2): there more is let through, and not for each /64 anew.
    pub fn networks(&self) -> Vec<(IpAddr, u8, u32)> {
        match self.address {
            IpAddr::V4(_) => vec![(self.address, 32, 1)],
            IpAddr::V6(v6) => [(64, 1), (56, 4), (48, 16)]
                .into_iter()
                .map(|(prefix, times)| (network(v6, prefix), prefix, times))
                .collect(),
        }
    }
}

/// What is throttled as one: an IPv4 address, or an IPv6 /64, which one subscriber has to themself.
pub(super) fn throttled_as(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => network(v6, 64),
    }
}

/// The first address of the network that an address is in.
fn network(address: Ipv6Addr, prefix: u8) -> IpAddr {
    // A longer prefix than an address has does not occur.
    Ipv6Net::new(address, prefix)
        .map_or(address, |net| net.network())
        .into()
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn seen(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut request = TestRequest::default();
        for line in forwarded {
            request = request.append_header(("X-Forwarded-For", *line));
        }
        let trusted: Vec<Network> = trusted.iter().map(|text| text.parse().unwrap()).collect();
        client(peer.parse().ok(), request.to_http_request().headers(), &trusted).to_string()
    }

    #[test]
    fn a_stranger_cannot_choose_their_address() {
        assert_eq!(seen("198.51.100.7", &["203.0.113.9"], &[]), "198.51.100.7");
        assert_eq!(seen("198.51.100.7", &["203.0.113.9"], &["10.0.0.0/8"]), "198.51.100.7");
        // Behind a proxy: what the client wrote stands to the left of what the proxy wrote.
        assert_eq!(
            seen("10.0.0.1", &["203.0.113.9, 198.51.100.7"], &["10.0.0.0/8"]),
            "198.51.100.7"
        );
        assert_eq!(
            seen("10.0.0.1", &["203.0.113.9", "198.51.100.7"], &["10.0.0.0/8"]),
            "198.51.100.7"
        );
        assert_eq!(
            seen("10.0.0.1", &["10.0.0.9, 198.51.100.7, 10.0.0.2"], &["10.0.0.0/8"]),
            "198.51.100.7"
        );
        assert_eq!(seen("10.0.0.1", &["203.0.113.9, unknown"], &["10.0.0.0/8"]), "10.0.0.1");
        assert_eq!(
            seen("::ffff:10.0.0.1", &["[2001:db8::7]:443"], &["10.0.0.0/8"]),
            "2001:db8::7"
        );
    }

    #[test]
    fn an_attempt_counts_for_every_network_that_one_may_have() {
        let networks = |address: &str| {
            let bucket = ThrottleBucket {
                operation: "sign_in",
                address: throttled_as(address.parse().unwrap()),
            };
            let written = bucket.networks().into_iter();
            written
                .map(|(net, prefix, times)| format!("{net}/{prefix} {times}"))
                .collect::<Vec<_>>()
        };
        assert_eq!(networks("192.0.2.7"), ["192.0.2.7/32 1"]);
        assert_eq!(
            networks("2001:db8:1:2345::7"),
            ["2001:db8:1:2345::/64 1", "2001:db8:1:2300::/56 4", "2001:db8:1::/48 16"]
        );
    }

    #[test]
    fn a_slash_64_is_one_subscriber() {
        let own = throttled_as("2001:db8:1:2:aaaa::1".parse().unwrap());
        assert_eq!(own, throttled_as("2001:db8:1:2:bbbb::2".parse().unwrap()));
        assert_ne!(own, throttled_as("2001:db8:1:3::1".parse().unwrap()));
    }
}
