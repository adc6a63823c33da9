//! Addresses and networks in CIDR notation.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A network, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u32,
}

impl Network {
    /// Reads `192.0.2.1`, `192.0.2.0/24`, `2001:db8::/32`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let bits_max = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            None => bits_max,
            Some(bits) => bits.parse().ok().filter(|bits| *bits <= bits_max)?,
        };
        Some(Self { address, bits })
    }

    /// Whether `address` lies in it.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let differ = u32::from(network) ^ u32::from(address);
                differ.checked_shr(32 - self.bits).unwrap_or(0) == 0
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let differ = u128::from(network) ^ u128::from(address);
                differ.checked_shr(128 - self.bits).unwrap_or(0) == 0
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

/// Whether an address is nobody's on the internet: loopback, private, shared, link-local, unique
/// local or unspecified (RFC 6890). IPv4 addresses mapped into IPv6 count as themselves.
#[must_use]
pub fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [first, second, ..] = v4.octets();
            let is_shared = first == 100 && (64..128).contains(&second);
            let is_local = v4.is_loopback() || v4.is_private() || v4.is_link_local();
            is_local || v4.is_unspecified() || is_shared
        }
        IpAddr::V6(v6) => {
            let is_local = v6.is_unique_local() || v6.is_unicast_link_local();
            is_local || v6.is_loopback() || v6.is_unspecified()
        }
    }
}

/// The network that an address lies in, `v4_bits` or `v6_bits` wide, as text: `192.0.2.0/24`. A whole
/// address stands without its width.
#[must_use]
pub fn network_of(address: IpAddr, v4_bits: u32, v6_bits: u32) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) if v4_bits < 32 => {
            let kept = u32::MAX.checked_shl(32 - v4_bits).unwrap_or(0);
            format!("{}/{v4_bits}", Ipv4Addr::from(u32::from(v4) & kept))
        }
        IpAddr::V6(v6) if v6_bits < 128 => {
            let kept = u128::MAX.checked_shl(128 - v6_bits).unwrap_or(0);
            format!("{}/{v6_bits}", Ipv6Addr::from(u128::from(v6) & kept))
        }
        whole @ (IpAddr::V4(_) | IpAddr::V6(_)) => whole.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(network: &str, address: &str, expected: bool) {
        let network = Network::parse(network).expect("a network");
        assert_eq!(
            network.contains(address.parse().expect("an address")),
            expected
        );
    }

    #[test]
    fn private_ones_are_known() {
        let private = |text: &str| is_private(text.parse().expect("an address"));
        for yes in [
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "::1",
            "fd00::1",
            "::ffff:10.0.0.1",
        ] {
            assert!(private(yes), "{yes}");
        }
        for no in ["192.0.2.1", "100.128.0.1", "2001:db8::1", "172.32.0.1"] {
            assert!(!private(no), "{no}");
        }
    }

    #[test]
    fn networks_are_named() {
        let name = |text: &str, v4, v6| network_of(text.parse().expect("an address"), v4, v6);
        assert_eq!(name("192.0.2.77", 24, 64), "192.0.2.0/24");
        assert_eq!(name("192.0.2.77", 32, 64), "192.0.2.77");
        assert_eq!(name("192.0.2.77", 0, 64), "0.0.0.0/0");
        assert_eq!(name("2001:db8::1:2:3:4", 24, 64), "2001:db8::/64");
        assert_eq!(name("::ffff:192.0.2.77", 24, 64), "192.0.2.0/24");
    }

    #[test]
    fn holds_or_not() {
        check("192.0.2.1", "192.0.2.1", true);
        check("192.0.2.1", "192.0.2.2", false);
        check("192.0.2.0/24", "192.0.2.200", true);
        check("192.0.2.0/24", "192.0.3.1", false);
        check("0.0.0.0/0", "203.0.113.9", true);
        check("0.0.0.0/0", "::1", false);
        check("2001:db8::/32", "2001:db8:ffff::1", true);
        check("2001:db8::/32", "2001:db9::1", false);
        check("::/0", "2001:db9::1", true);
        for bad in [
            "",
            "192.0.2",
            "192.0.2.0/33",
            "::/129",
            "192.0.2.0/x",
            "example.test",
        ] {
            assert_eq!(Network::parse(bad), None, "{bad}");
        }
    }
}
