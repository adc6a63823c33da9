//! The imports, answered by the stand-in.

use super::cipher::Setting;
use super::{LogLine, with};
use crate::bindings::waxseal::plugin as wit;

/// At most `max` and 1 MiB of `octets` from `offset` on.
fn window(octets: &[u8], offset: u32, max: u32) -> Vec<u8> {
    let rest = octets.get(offset as usize..).unwrap_or_default();
    let n = rest.len().min(max as usize).min(1 << 20);
    rest.get(..n).unwrap_or_default().to_vec()
}

pub(crate) mod session {
    use super::*;

    pub(crate) fn current() -> wit::types::SessionInfo {
        with(|state| state.session.clone())
    }
}

pub(crate) mod transaction {
    use super::super::mime::fields;
    use super::*;
    use wit::types::{Header, Score};

    pub(crate) fn sender() -> String {
        with(|state| state.sender.clone())
    }
    pub(crate) fn recipients() -> Vec<String> {
        with(|state| state.recipients.clone())
    }
    pub(crate) fn size() -> u32 {
        with(|state| u32::try_from(state.message.len()).unwrap_or(u32::MAX))
    }
    pub(crate) fn get_header(name: &str) -> Option<Vec<u8>> {
        let mut all = all_headers().into_iter();
        let field = all.find(|field| field.name.eq_ignore_ascii_case(name));
        field.map(|field| field.value)
    }
    pub(crate) fn all_headers() -> Vec<Header> {
        with(|state| {
            let head = state.message.get(..state.body_start()).unwrap_or_default();
            fields(head)
        })
    }
    pub(crate) fn read_message(offset: u32, max: u32) -> Vec<u8> {
        with(|state| window(&state.message, offset, max))
    }
    pub(crate) fn read_body(offset: u32, max: u32) -> Vec<u8> {
        with(|state| {
            let body = state.message.get(state.body_start()..).unwrap_or_default();
            window(body, offset, max)
        })
    }
    pub(crate) fn scores() -> Vec<Score> {
        with(|state| state.scores.clone())
    }
    pub(crate) fn tags() -> Vec<String> {
        with(|state| state.tags.clone())
    }
}

pub(crate) mod notes {
    use super::*;

    pub(crate) fn get(key: &str) -> Option<String> {
        with(|state| state.notes.get(key).cloned())
    }
    pub(crate) fn set(key: &str, value: &str) {
        let printable = key.bytes().all(|byte| byte.is_ascii_graphic());
        assert!(
            printable && (1..=64).contains(&key.len()) && value.len() <= 4096,
            "a note past its limits"
        );
        with(|state| {
            if value.is_empty() {
                state.notes.remove(key);
            } else {
                state.notes.insert(key.to_owned(), value.to_owned());
            }
            assert!(state.notes.len() <= 32, "over 32 notes");
        });
    }
}

pub(crate) mod mime {
    use super::super::mime::{Tree, urls as urls_of};
    use super::*;
    use sha2::Digest;
    use wit::mime::Part;

    fn tree() -> Tree {
        with(|state| Tree::of(&state.message))
    }
    pub(crate) fn parts() -> Vec<Part> {
        tree().parts
    }
    pub(crate) const fn truncated() -> bool {
        false
    }
    pub(crate) fn read_part(index: u32, offset: u32, max: u32) -> Vec<u8> {
        window(&tree().decoded(index), offset, max)
    }
    pub(crate) fn text(index: u32, max: u32) -> Option<String> {
        tree().text(index, (max as usize).min(1 << 20))
    }
    pub(crate) fn decoded_size(index: u32) -> u32 {
        u32::try_from(tree().decoded(index).len()).unwrap_or(u32::MAX)
    }
    pub(crate) fn sha256(index: u32) -> Vec<u8> {
        let tree = tree();
        if tree.parts.len() <= index as usize {
            return Vec::new();
        }
        sha2::Sha256::digest(tree.decoded(index)).to_vec()
    }
    pub(crate) fn find(index: u32, needles: &[String]) -> Vec<bool> {
        let text = tree().text(index, usize::MAX).unwrap_or_default();
        let text = text.to_ascii_lowercase();
        let needles = needles.iter();
        needles
            .map(|needle| text.contains(&needle.to_ascii_lowercase()))
            .collect()
    }
    pub(crate) fn urls(max: u32) -> Vec<String> {
        urls_of(&tree(), (max as usize).min(1000))
    }
}

pub(crate) mod log {
    use super::*;

    pub(crate) fn write(level: wit::log::Level, message: &str, fields: &[(String, String)]) {
        let line = LogLine {
            level,
            message: message.replace(|c: char| c.is_control(), " "),
            fields: fields.to_vec(),
        };
        with(|state| state.log.push(line));
    }
}

pub(crate) mod metrics {
    use super::*;

    fn series(name: &str, labels: &[(String, String)]) -> String {
        let labels: Vec<_> = labels
            .iter()
            .map(|(key, value)| format!("{key}={value:?}"))
            .collect();
        if labels.is_empty() {
            return name.to_owned();
        }
        format!("{name}{{{}}}", labels.join(","))
    }
    pub(crate) fn counter_add(name: &str, by: u32, labels: &[(String, String)]) {
        observe(name, f64::from(by), labels);
    }
    pub(crate) fn gauge_set(name: &str, value: f64, labels: &[(String, String)]) {
        with(|state| state.metrics.insert(series(name, labels), value));
    }
    pub(crate) fn observe(name: &str, value: f64, labels: &[(String, String)]) {
        with(|state| *state.metrics.entry(series(name, labels)).or_default() += value);
    }
}

pub(crate) mod config {
    use super::*;
    use serde_json::Value;

    pub(crate) fn get(key: &str) -> Option<String> {
        let table: Value = serde_json::from_str(&raw_json()).ok()?;
        let value = table.get(key)?;
        let text = value.as_str().map(str::to_owned);
        Some(text.unwrap_or_else(|| value.to_string()))
    }
    pub(crate) fn raw_json() -> String {
        with(|state| state.config.clone())
    }
    pub(crate) fn secret(name: &str) -> Option<String> {
        with(|state| state.secrets.get(name).cloned())
    }
}

pub(crate) mod clock {
    use super::*;

    pub(crate) fn unix_millis() -> f64 {
        with(|state| state.now_ms)
    }
    pub(crate) fn monotonic_millis() -> f64 {
        with(|state| state.now_ms - 1_767_000_000_000.0)
    }
}

pub(crate) mod random {
    use super::*;

    pub(crate) fn bytes(n: u32) -> Vec<u8> {
        assert!(n <= 65_536, "over 65,536 random octets at once");
        with(|state| (0..n).map(|_| state.random_octet()).collect())
    }
}

pub(crate) mod kv {
    use super::*;
    use wit::kv::Error;

    pub(crate) fn get(key: &str) -> Result<Option<Vec<u8>>, Error> {
        with(|state| state.kv.get(state.now_ms, key))
    }
    pub(crate) fn get_many(keys: &[String]) -> Result<Vec<Option<Vec<u8>>>, Error> {
        with(|state| state.kv.get_many(state.now_ms, keys))
    }
    pub(crate) fn set(key: &str, value: &[u8], ttl_seconds: Option<u32>) -> Result<(), Error> {
        with(|state| {
            let ends = ttl_seconds.map(|ttl| state.now_ms + f64::from(ttl) * 1000.0);
            state.kv.set(key, value, ends)
        })
    }
    pub(crate) fn delete(key: &str) -> Result<(), Error> {
        with(|state| state.kv.delete(key))
    }
    pub(crate) fn incr(key: &str, by: i32, ttl_seconds: Option<u32>) -> Result<i32, Error> {
        with(|state| state.kv.incr(state.now_ms, key, by, ttl_seconds))
    }
    pub(crate) fn incr_many(changes: &[(String, i32)]) -> Result<Vec<i32>, Error> {
        with(|state| state.kv.incr_many(state.now_ms, changes))
    }
}

pub(crate) mod dns {
    use super::*;
    use wit::dns::{Answer, Error, Kind};

    pub(crate) fn resolve(name: &str, kind: Kind) -> Result<Answer, Error> {
        with(|state| {
            state.questions.push(name.to_owned());
            let left = state.questions_left.checked_sub(1);
            state.questions_left = left.ok_or(Error::Budget)?;
            let name = name.to_ascii_lowercase();
            let known = |wanted: Option<Kind>| {
                let mut all = state.dns.iter();
                all.find(|(known, of, _)| *known == name && wanted.is_none_or(|kind| kind == *of))
            };
            match (known(Some(kind)), known(None)) {
                (Some((_, _, answer)), _) => answer.clone(),
                (None, Some(_)) => Err(Error::NoData),
                (None, None) => Err(Error::Nxdomain),
            }
        })
    }
}

pub(crate) mod http {
    use super::*;
    use wit::http::{Error, Request, Response};

    pub(crate) fn send(request: &Request) -> Result<Response, Error> {
        let answering = with(|state| {
            state.requests.push(request.clone());
            let left = state.requests_left.checked_sub(1);
            state.requests_left = left.ok_or(Error::Budget)?;
            Ok(state.http.clone())
        })?;
        if request.body.len() > 32 << 20 {
            return Err(Error::TooLarge);
        }
        // Outside of `with`, so that the answer may look at the server.
        match answering {
            Some(answer) => (*answer.borrow_mut())(request),
            None => Err(Error::Denied),
        }
    }
}

pub(crate) mod aead {
    use super::*;
    use wit::aead::Error;

    fn setting<'a>(
        key: &'a str,
        context: &'a str,
        nonce: &'a [u8],
        associated: &'a [u8],
    ) -> Result<Setting<'a>, Error> {
        if !with(|state| state.aead_keys.contains(key)) {
            return Err(Error::NoSuchKey);
        }
        if nonce.len() != 24 {
            return Err(Error::Malformed);
        }
        Ok(Setting {
            key,
            context,
            nonce,
            associated,
        })
    }
    pub(crate) fn seal(
        key: &str,
        context: &str,
        nonce: &[u8],
        associated: &[u8],
        plain: &[u8],
    ) -> Result<Vec<u8>, Error> {
        let setting = setting(key, context, nonce, associated)?;
        let fits = plain.len() <= 1 << 20;
        fits.then(|| setting.seal(plain)).ok_or(Error::Malformed)
    }
    pub(crate) fn open(
        key: &str,
        context: &str,
        nonce: &[u8],
        associated: &[u8],
        sealed: &[u8],
    ) -> Result<Vec<u8>, Error> {
        let setting = setting(key, context, nonce, associated)?;
        setting.open(sealed).ok_or(Error::Forged)
    }
}

pub(crate) mod blob_io {
    use super::*;

    pub(crate) fn read(max: u32) -> Vec<u8> {
        with(|state| {
            let at = u32::try_from(state.blob_at).unwrap_or(u32::MAX);
            let octets = window(&state.blob_in, at, max);
            state.blob_at += octets.len();
            octets
        })
    }
    pub(crate) fn write(octets: &[u8]) {
        with(|state| state.blob_out.extend_from_slice(octets));
    }
}
