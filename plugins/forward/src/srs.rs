//! The Sender Rewriting Scheme: a reverse-path at a domain of ours, from which a report of a failed
//! delivery finds back to the author.
//!
//! `SRS0=HASH=DAY=author.example=user@here` stands for `user@author.example`. Where the author's
//! address is such a one of another forwarder already, `SRS1=HASH=forwarder.example==…@here` leads back
//! to that forwarder, however many there are: addresses do not grow with each of them.

use crate::settings::SrsSettings;
use std::time::Duration;
use waxseal_plugin_sdk::{address, glob};

/// Octets of a local part (RFC 5321, section 4.5.3.1.1).
const LOCAL_MAX: usize = 64;
/// Characters of a hash, 5 bits each.
const HASH_CHARACTERS: usize = 6;
/// Days after which the numbers of days begin again.
const DAYS: u64 = 1024;
const DAY_SECS: u64 = 86_400;
/// RFC 4648, section 6, in lower case: hosts on the way may change the case of an address.
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// Why an address is not rewritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// The local part would have over 64 octets.
    TooLong,
    /// The local part is a quoted string.
    Quoted,
}

/// Why an address leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It is not as this scheme writes them.
    Malformed,
    /// It was not made here.
    Forged,
    /// It was made too long ago.
    Expired,
}

impl Unfit {
    /// For the log and for counting.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TooLong => "too-long",
            Self::Quoted => "quoted",
        }
    }
}

impl Refused {
    /// For the log and for counting.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Forged => "forged",
            Self::Expired => "expired",
        }
    }
}

/// Writes and reads addresses.
pub struct Srs<'a> {
    settings: &'a SrsSettings,
    /// The first one signs, each of them is good.
    secrets: &'a [String],
    /// Days since 1970.
    today: u64,
}

impl<'a> Srs<'a> {
    /// With the secrets that the settings name, at the time `now` since 1970.
    #[must_use]
    pub const fn new(settings: &'a SrsSettings, secrets: &'a [String], now: Duration) -> Self {
        Self {
            settings,
            secrets,
            today: now.as_secs() / DAY_SECS,
        }
    }

    /// Whether an address is at a domain of ours, for which receivers ask no other server.
    #[must_use]
    pub fn is_own(&self, of: &str) -> bool {
        let domain = address::domain(of).unwrap_or_default();
        domain.eq_ignore_ascii_case(&self.settings.domain) || glob::any(&self.settings.own, domain)
    }

    /// The reverse-path for what goes on from `sender`; `None` where it can stay as it is.
    ///
    /// # Errors
    /// Why there is none.
    pub fn rewritten(&self, sender: &str) -> Option<Result<String, Unfit>> {
        let domain = address::domain(sender)?;
        if self.is_own(sender) {
            return None;
        }
        let local = address::local_part(sender);
        if local.starts_with('"') {
            return Some(Err(Unfit::Quoted));
        }
        let local = match Kind::of(local) {
            Some((Kind::First, rest)) => self.again(domain, rest),
            Some((Kind::Further, rest)) => match further(rest) {
                Some((_, first, rest)) => self.again(first, rest),
                None => self.first(domain, local),
            },
            None => self.first(domain, local),
        };
        Some(if local.len() > LOCAL_MAX {
            Err(Unfit::TooLong)
        } else {
            Ok(format!("{local}@{}", self.settings.domain))
        })
    }

    fn first(&self, domain: &str, local: &str) -> String {
        let day = characters(self.today % DAYS, 2);
        let signed = format!("{day}={domain}={local}");
        format!("SRS0={}={signed}", self.hash(0, '0', &signed))
    }

    /// `rest` is what follows `SRS0` in the address of the first forwarder, its separator included.
    fn again(&self, first: &str, rest: &str) -> String {
        let signed = format!("{first}={rest}");
        format!("SRS1={}={signed}", self.hash(0, '1', &signed))
    }

    /// The address that `recipient` stands for; `None` where it is none of ours.
    ///
    /// # Errors
    /// Why it leads nowhere.
    pub fn reversed(&self, recipient: &str) -> Option<Result<String, Refused>> {
        let domain = address::domain(recipient)?;
        if !domain.eq_ignore_ascii_case(&self.settings.domain) {
            return None;
        }
        let (kind, rest) = Kind::of(address::local_part(recipient))?;
        Some(match kind {
            Kind::First => self.reversed_first(&rest[1..]),
            Kind::Further => self.reversed_further(rest),
        })
    }

    fn reversed_first(&self, rest: &str) -> Result<String, Refused> {
        let (hash, signed) = rest.split_once('=').ok_or(Refused::Malformed)?;
        let mut parts = signed.splitn(3, '=');
        let (Some(day), Some(domain), Some(local)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(Refused::Malformed);
        };
        let day = number(day).ok_or(Refused::Malformed)?;
        if domain.is_empty() || local.is_empty() {
            return Err(Refused::Malformed);
        }
        self.check(hash, '0', signed)?;
        // One day more on both sides: clocks of several servers differ.
        let age = (self.today + 1 + DAYS - day) % DAYS;
        if age > self.settings.days_max + 1 {
            return Err(Refused::Expired);
        }
        Ok(format!("{local}@{domain}"))
    }

    /// How old it is, the first forwarder will see.
    fn reversed_further(&self, rest: &str) -> Result<String, Refused> {
        let (hash, first, rest) = further(rest).ok_or(Refused::Malformed)?;
        self.check(hash, '1', &format!("{first}={rest}"))?;
        Ok(format!("SRS0{rest}@{first}"))
    }

    fn check(&self, hash: &str, kind: char, signed: &str) -> Result<(), Refused> {
        let mut secrets = 0..self.secrets.len();
        let good = secrets.any(|secret| self.hash(secret, kind, signed).eq_ignore_ascii_case(hash));
        good.then_some(()).ok_or(Refused::Forged)
    }

    /// Of the text in lower case.
    fn hash(&self, secret: usize, kind: char, signed: &str) -> String {
        let secret = self.secrets.get(secret).map_or("", String::as_str);
        let text = format!("{kind}{}", signed.to_lowercase());
        let mac = hmac_sha256::HMAC::mac(text.as_bytes(), secret.as_bytes());
        let bits = mac.iter().take(8);
        let bits = bits.fold(0_u64, |bits, octet| bits << 8 | u64::from(*octet));
        characters(bits, HASH_CHARACTERS)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    First,
    Further,
}

impl Kind {
    /// The kind of a local part, with what follows it, a separator first.
    fn of(local: &str) -> Option<(Self, &str)> {
        let (tag, rest) = local.split_at_checked(4)?;
        let kind = match tag.to_ascii_uppercase().as_str() {
            "SRS0" => Self::First,
            "SRS1" => Self::Further,
            _ => return None,
        };
        rest.starts_with(['=', '+', '-']).then_some((kind, rest))
    }
}

/// Hash, domain of the first forwarder, and what follows `SRS0` there, of what follows `SRS1`.
fn further(rest: &str) -> Option<(&str, &str, &str)> {
    let (hash, rest) = rest.get(1..)?.split_once('=')?;
    let (first, rest) = rest.split_once('=')?;
    let sound = !first.is_empty() && rest.starts_with(['=', '+', '-']);
    sound.then_some((hash, first, rest))
}

/// The lowest bits of a number, 5 for each character.
fn characters(number: u64, count: usize) -> String {
    let digit = |at: usize| (number >> (5 * at)) & 31;
    let digits = (0..count).rev().map(digit);
    digits
        .map(|digit| char::from(BASE32[digit as usize]))
        .collect()
}

/// The number that two characters are.
fn number(text: &str) -> Option<u64> {
    let digit = |octet: u8| {
        let octet = octet.to_ascii_lowercase();
        BASE32.iter().position(|known| *known == octet)
    };
    match text.as_bytes() {
        [high, low] => Some((digit(*high)? << 5 | digit(*low)?) as u64),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
