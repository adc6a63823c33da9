//! What a list's answer means.

use std::net::Ipv4Addr;
use waxseal_plugin_sdk::network::Network;

/// What follows from an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Effect {
    /// Points against (negative: for) the message.
    Points(f32),
    /// The message is refused.
    Reject,
    /// The client is known to be good: no list refuses.
    Allow,
}

/// Which answers an effect belongs to.
#[derive(Debug, Clone, PartialEq)]
pub enum Codes {
    /// An address, or one of a network: `127.0.0.4`, `127.0.0.0/28`.
    Within(Network),
    /// The last octet has one of these bits: `&8`, for lists that put several into one answer.
    Bits(u8),
}

impl Codes {
    /// Reads a key of the table `codes`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(bits) = text.strip_prefix('&') {
            return bits.parse().ok().filter(|bits| *bits > 0).map(Self::Bits);
        }
        Network::parse(text).map(Self::Within)
    }

    fn fits(&self, answer: Ipv4Addr) -> bool {
        match self {
            Self::Within(network) => network.contains(answer.into()),
            Self::Bits(bits) => answer.octets()[3] & bits != 0,
        }
    }
}

/// What an answer came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reading {
    /// The list says so.
    Effect(Effect),
    /// The list names something that the configuration is not interested in.
    Nothing,
    /// Not the answer of a list: outside of 127.0.0.0/8 (RFC 5782, section 2.1), or the list says
    /// that it does not serve us (127.255.255.0/24).
    Refused,
}

/// Reads one answer. The first codes that fit decide; `other` is for answers that none fits.
#[must_use]
pub fn read(answer: Ipv4Addr, codes: &[(Codes, Effect)], other: Option<Effect>) -> Reading {
    let [first, second, third, _] = answer.octets();
    if first != 127 || (second, third) == (255, 255) {
        return Reading::Refused;
    }
    let fitting = codes.iter().find(|(codes, _)| codes.fits(answer));
    match fitting.map(|(_, effect)| *effect).or(other) {
        Some(effect) => Reading::Effect(effect),
        None => Reading::Nothing,
    }
}

/// The one of two effects that counts: refusing before allowing before points, more points before
/// fewer.
#[must_use]
pub fn stronger(one: Effect, two: Effect) -> Effect {
    match (one, two) {
        (Effect::Reject, _) | (_, Effect::Reject) => Effect::Reject,
        (Effect::Allow, _) | (_, Effect::Allow) => Effect::Allow,
        (Effect::Points(a), Effect::Points(b)) => {
            Effect::Points(if a.abs() >= b.abs() { a } else { b })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(answer: &str, expected: Reading) {
        let codes = [
            (Codes::parse("127.0.0.2").unwrap(), Effect::Reject),
            (Codes::parse("127.0.0.8/29").unwrap(), Effect::Points(1.5)),
            (Codes::parse("&64").unwrap(), Effect::Allow),
        ];
        let other = Some(Effect::Points(0.5));
        assert_eq!(read(answer.parse().unwrap(), &codes, other), expected);
    }

    #[test]
    fn answers_are_read() {
        check("127.0.0.2", Reading::Effect(Effect::Reject));
        check("127.0.0.11", Reading::Effect(Effect::Points(1.5)));
        check("127.0.0.65", Reading::Effect(Effect::Allow));
        check("127.0.0.33", Reading::Effect(Effect::Points(0.5)));
        check("127.255.255.254", Reading::Refused);
        check("192.0.2.1", Reading::Refused);
        let nothing = read(Ipv4Addr::new(127, 0, 0, 2), &[], None);
        assert_eq!(nothing, Reading::Nothing);
    }

    #[test]
    fn codes_are_read() {
        for bad in ["", "&0", "&256", "&x", "127.0.0", "all"] {
            assert_eq!(Codes::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_stronger_counts() {
        let points = Effect::Points;
        assert_eq!(stronger(points(1.0), points(-3.0)), points(-3.0));
        assert_eq!(stronger(Effect::Allow, points(9.0)), Effect::Allow);
        assert_eq!(stronger(Effect::Allow, Effect::Reject), Effect::Reject);
    }
}
