//! What is expected of storage plugins and holders.

use super::{Comparison, missing};
use crate::case::act::BlobSeen;
use crate::case::stubs::Stored;
use crate::case::{Expect, ExpectedStored};
use std::fmt::Write;

impl Comparison<'_> {
    pub(super) fn blob(&mut self, expect: &Expect, seen: &BlobSeen) {
        if let Some(wanted) = expect.same {
            let words = |same: Option<bool>| match same {
                Some(true) => "what came back is what was given",
                Some(false) => "what came back is something else",
                None => "nothing came back",
            };
            let same = seen.same;
            if same != Some(wanted) {
                self.differs("expect.same", words(Some(wanted)), words(same));
            }
        }
        match (&expect.stored, &seen.stored) {
            (None, _) => {}
            (Some(wanted), Some(stored)) => self.stored(wanted, stored),
            (Some(_), None) => self.differs("expect.stored", "a blob", "nothing was stored"),
        }
        let key = seen.stored.as_ref().map(|stored| stored.key.as_str());
        self.same("expect.key", expect.key.as_ref(), key.unwrap_or("none"));
    }

    fn stored(&mut self, wanted: &ExpectedStored, stored: &Stored) {
        let path = |key: &str| format!("expect.stored.{key}");
        let octets = u64::try_from(stored.octets.len()).unwrap_or(u64::MAX);
        if let Some(wanted) = wanted.octets.filter(|wanted| *wanted != octets) {
            self.differs(&path("octets"), &wanted.to_string(), &octets.to_string());
        }
        if let Some(most) = wanted.octets_max.filter(|most| *most < octets) {
            let most = format!("at most {most}");
            self.differs(&path("octets_max"), &most, &octets.to_string());
        }
        self.same(&path("hex"), wanted.hex.as_ref(), &hex(&stored.octets));
        let text = String::from_utf8_lossy(&stored.octets);
        for (key, wish, problems) in [
            ("holds", "all of them", missing(&text, &wanted.holds, &[])),
            ("lacks", "none of them", missing(&text, &[], &wanted.lacks)),
        ] {
            if !problems.is_empty() {
                self.differs(&path(key), wish, &problems.join("\n"));
            }
        }
        let attribute = |key: &str| {
            let mut attributes = stored.attributes.iter();
            let found = attributes.find(|(name, _)| name == key);
            found.map(|(_, value)| value.clone())
        };
        self.same_map(&path("attributes"), &wanted.attributes, attribute);
    }
}

fn hex(octets: &[u8]) -> String {
    octets.iter().fold(String::new(), |mut text, octet| {
        // Writing to a String cannot fail.
        write!(text, "{octet:02x}").unwrap_or_default();
        text
    })
}
