//! Which addresses we go to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::Ipv4Net;

use crate::platform::config::{EgressConfig, Network};

/// What the operator allows.
#[derive(Debug)]
pub struct Networks {
    listed: Vec<Network>,
    internet: bool,
}

impl Networks {
    /// As configured.
    pub fn new(config: &EgressConfig) -> Self {
        Self {
            listed: config.networks.clone(),
            internet: config.internet,
        }
    }

    /// Whether we go to an address: it is listed, or anybody can reach it and that is enough here.
    pub fn allow(&self, address: IpAddr) -> bool {
        let address = meant(address);
        // "This host" would be this machine, whatever is listed (RFC 1122 §3.2.1.3).
        !address.is_unspecified()
            && (self.listed.iter().any(|network| network.contains(address)) || self.internet && is_public(address))
    }
}

/// The address that packets end at: of one that only carries an IPv4 address, that one.
fn meant(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        // NAT64, the well-known prefix (RFC 6052 §2.1).
        IpAddr::V6(v6) if v6.segments()[..6] == [0x64, 0xff9b, 0, 0, 0, 0] => {
            let [.., a, b, c, d] = v6.octets();
            Ipv4Addr::new(a, b, c, d).into()
        }
        address => address,
    }
}

/// Whether an address is one that anybody on the internet can reach, by the registries of special-purpose
/// addresses (RFC 6890 and what IANA has added).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !v4_is_special(v4),
        IpAddr::V6(v6) => !v6_is_special(v6),
    }
}

const fn net(address: [u8; 4], prefix: u8) -> Ipv4Net {
    let [a, b, c, d] = address;
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const SPECIAL_V4: [Ipv4Net; 16] = [
    net([0, 0, 0, 0], 8),       // this network
    net([10, 0, 0, 0], 8),      // private
    net([100, 64, 0, 0], 10),   // shared by the customers of a provider
    net([127, 0, 0, 0], 8),     // loopback
    net([169, 254, 0, 0], 16),  // link-local, and what clouds tell of their machines
    net([172, 16, 0, 0], 12),   // private
    net([192, 0, 0, 0], 24),    // protocols
    net([192, 0, 2, 0], 24),    // documentation
    net([192, 31, 196, 0], 24), // AS112
    net([192, 52, 193, 0], 24), // AMT
    net([192, 88, 99, 0], 24),  // 6to4 relays, once
    net([192, 168, 0, 0], 16),  // private
    net([198, 18, 0, 0], 15),   // benchmarks
    net([198, 51, 100, 0], 24), // documentation
    net([203, 0, 113, 0], 24),  // documentation
    net([224, 0, 0, 0], 3),     // multicast, and above it reserved, and broadcast
];

fn v4_is_special(address: Ipv4Addr) -> bool {
    SPECIAL_V4.iter().any(|net| net.contains(&address))
}

/// Of IPv6 only one eighth is handed out (2000::/3); in it some networks are special.
fn v6_is_special(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    match first {
        // Protocols, Teredo among them, which carries any IPv4 address.
        0x2001 => second < 0x200 || second == 0xdb8,
        // 6to4, which does too.
        0x2002 => true,
        // Documentation.
        0x3fff => second < 0x1000,
        _ => !(0x2000..0x4000).contains(&first),
    }
}
