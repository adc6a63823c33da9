//! Which addresses a name may lead to, where others say what it leads to: an exchange of any domain, a
//! URL.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address belongs to the public network: neither private, loopback nor link-local, nor
/// set aside for something else (RFC 6890 and IANA's registries of special-purpose addresses). IPv4
/// addresses in IPv6 count as themselves.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

const fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let set_aside = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast();
    let shared = a == 100 && b & 0xc0 == 64;
    let benchmarks = a == 198 && b & 0xfe == 18;
    let assignments = a == 192 && b == 0 && c == 0;
    let relays = a == 192 && b == 88 && c == 99;
    !(set_aside || shared || benchmarks || assignments || relays || a == 0 || a >= 240)
}

const fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = address.segments();
    match (a, b) {
        // Addresses that stand for one of IPv4 (RFC 6052, RFC 3056).
        (0x64, 0xff9b) => c == 0 && d == 0 && e == 0 && f == 0 && is_public_v4(embedded(g, h)),
        (0x2002, _) => is_public_v4(embedded(b, c)),
        // Assignments to protocols (RFC 2928), and documentation (RFC 3849, RFC 9637).
        (0x2001, 0..0x0200 | 0x0db8) | (0x3fff, 0..0x1000) => false,
        // Global unicast is all that is given out (RFC 4291 §2.4).
        _ => a & 0xe000 == 0x2000,
    }
}

const fn embedded(high: u16, low: u16) -> Ipv4Addr {
    let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
    Ipv4Addr::new(a, b, c, d)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_network() {
        for open in [
            "8.8.8.8",
            "100.63.0.1",
            "2a00::1",
            "2001:200::1",
            "2001:db9::1",
            "3fff:1000::1",
            "64:ff9b::808:808",
            "2002:808:808::1",
        ] {
            assert!(is_public(open.parse().unwrap()), "{open}");
        }
        for closed in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd00::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2001:20::1",
            "2001:1ff:ffff::1",
            "3fff::1",
            "3fff:fff:ffff::1",
            "5f00::1",
            "fec0::1",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::1:7f00:1",
            "2002:7f00:1::1",
        ] {
            assert!(!is_public(closed.parse().unwrap()), "{closed}");
        }
    }
}
