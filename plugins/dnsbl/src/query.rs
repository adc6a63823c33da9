//! The names under which lists are asked.

use std::net::IpAddr;

/// Octets of a domain name.
const NAME_MAX: usize = 253;

/// The name for an address: `2.0.0.127.zone` (RFC 5782, sections 2.1 and 2.4).
#[must_use]
pub fn of_address(address: IpAddr, zone: &str) -> String {
    let mut name = String::with_capacity(64 + zone.len());
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            for octet in v4.octets().into_iter().rev() {
                name.push_str(&octet.to_string());
                name.push('.');
            }
        }
        IpAddr::V6(v6) => {
            for octet in v6.octets().into_iter().rev() {
                name.push_str(&format!("{:x}.{:x}.", octet & 15, octet >> 4));
            }
        }
    }
    name + zone
}

/// The name for a domain: `example.org.zone` (RFC 5782, section 3); `None` for what is no domain
/// name, and for address literals.
#[must_use]
pub fn of_domain(domain: &str, zone: &str) -> Option<String> {
    let domain = domain.trim_end_matches('.').to_ascii_lowercase();
    let is_label = |label: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        (1..=63).contains(&label.len()) && label.bytes().all(plain)
    };
    let is_name = domain.contains('.') && domain.split('.').all(is_label);
    if !is_name || domain.parse::<IpAddr>().is_ok() {
        return None;
    }
    let name = format!("{domain}.{zone}");
    (name.len() <= NAME_MAX).then_some(name)
}

/// The host of an `http` or `https` URL, without a leading `www.`.
#[must_use]
pub fn host(url: &str) -> Option<&str> {
    let rest = url.split_once("://")?.1;
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = host.split(':').next()?;
    Some(host.strip_prefix("www.").unwrap_or(host)).filter(|host| !host.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn address(text: &str, expected: &str) {
        assert_eq!(of_address(text.parse().unwrap(), "l.example"), expected);
    }

    #[test]
    fn addresses_are_turned_around() {
        address("192.0.2.99", "99.2.0.192.l.example");
        address("::ffff:192.0.2.99", "99.2.0.192.l.example");
        let nibbles = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2";
        address("2001:db8::1", &format!("{nibbles}.l.example"));
    }

    #[test]
    fn domains_are_put_in_front() {
        let name = |domain| of_domain(domain, "l.example");
        assert_eq!(
            name("Example.ORG.").as_deref(),
            Some("example.org.l.example")
        );
        for bad in [
            "",
            "localhost",
            "[192.0.2.1]",
            "192.0.2.1",
            "a..b",
            "a b.c",
            "ü.example",
        ] {
            assert_eq!(name(bad), None, "{bad}");
        }
        assert_eq!(name(&format!("{}.org", "a.".repeat(120))), None);
    }

    #[test]
    fn urls_have_hosts() {
        assert_eq!(host("https://www.example.org/a?b"), Some("example.org"));
        assert_eq!(
            host("http://good.example@evil.example:8080#x"),
            Some("evil.example")
        );
        assert_eq!(
            host("http://evil.example\\@good.example/"),
            Some("evil.example")
        );
        assert_eq!((host("http:///x"), host("mailto:a@b")), (None, None));
    }
}
