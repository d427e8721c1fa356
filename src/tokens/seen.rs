//! On what device and from where somebody signed in: for them alone, so that they know their sessions apart.
//!
//! It is what the client said and the network that it came from, as of the sign-in, sealed under the member's key.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use zeroize::Zeroizing;

use crate::platform::{
    terms::Rng,
    vault::{DataKey, Field, VaultError},
};

/// The most characters that are kept of what a client says that it is.
const MOST: usize = 200;

/// With what somebody signs in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Device {
    /// What the client says that it is (User-Agent).
    pub agent: String,
    /// The client's address.
    pub address: Option<IpAddr>,
}

/// What is kept of a device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// What the client said that it was, in one line; none where it said nothing.
    pub agent: Option<String>,
    /// The network that it came from: /24 of IPv4, /48 of IPv6.
    pub network: Option<IpNet>,
}

impl Device {
    /// What is kept of it, sealed under the key of whoever signs in.
    ///
    /// # Errors
    /// [`VaultError`]
    pub fn seal(&self, key: &DataKey, rng: &dyn Rng) -> Result<Vec<u8>, VaultError> {
        let network = self.address.and_then(network).map(|network| network.to_string());
        let shown = self
            .agent
            .chars()
            .filter(|character| !character.is_control())
            .take(MOST);
        let text = Zeroizing::new(format!(
            "{}\n{}",
            network.unwrap_or_default(),
            shown.collect::<String>().trim()
        ));
        key.seal(Field::Device, text.as_bytes(), rng)
    }
}

impl Seen {
    /// What was sealed.
    ///
    /// # Errors
    /// [`VaultError`]
    pub(super) fn open(key: &DataKey, sealed: &[u8]) -> Result<Self, VaultError> {
        let text = key.open_text(Field::Device, sealed)?;
        let (network, agent) = text.split_once('\n').unwrap_or_default();
        Ok(Self {
            agent: (!agent.is_empty()).then(|| agent.to_owned()),
            network: network.parse().ok(),
        })
    }
}

/// The network that an address is in, as wide as a place is: no single household.
fn network(address: IpAddr) -> Option<IpNet> {
    Some(match address.to_canonical() {
        IpAddr::V4(v4) => Ipv4Net::new(v4, 24).ok()?.trunc().into(),
        IpAddr::V6(v6) if v6.is_unspecified() => return None,
        IpAddr::V6(v6) => Ipv6Net::new(v6, 48).ok()?.trunc().into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_wider_than_a_household() {
        let shown = |address: &str| network(address.parse().unwrap()).map(|network| network.to_string());
        assert_eq!(shown("192.0.2.77").as_deref(), Some("192.0.2.0/24"));
        assert_eq!(shown("::ffff:192.0.2.77").as_deref(), Some("192.0.2.0/24"));
        assert_eq!(shown("2001:db8:1:2345::7").as_deref(), Some("2001:db8:1::/48"));
        // A Unix socket has none.
        assert_eq!(shown("::"), None);
    }
}
