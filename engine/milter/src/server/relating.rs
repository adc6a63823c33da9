//! What a mail server relates in macros, kept for the session.

use bytes::Bytes;
use std::collections::HashMap;

/// Macros that are kept of one connection.
const MACROS_MAX: usize = 256;

/// The newest value of each macro, by its name without braces.
#[derive(Debug, Default)]
pub(super) struct Related(HashMap<Vec<u8>, Bytes>);

impl Related {
    /// Takes what came before a command. Values that a command brings anew and are gone in a later one
    /// are empty there.
    pub(super) fn take(&mut self, macros: Vec<(Bytes, Bytes)>) {
        for (name, value) in macros {
            let name = name.strip_prefix(b"{").unwrap_or(&name);
            let name = name.strip_suffix(b"}").unwrap_or(name);
            if self.0.len() < MACROS_MAX || self.0.contains_key(name) {
                self.0.insert(name.to_vec(), value);
            }
        }
    }

    /// Another client's session begins.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    fn text(&self, name: &str) -> Option<String> {
        let value = self
            .0
            .get(name.as_bytes())
            .filter(|value| !value.is_empty())?;
        Some(String::from_utf8_lossy(value).into_owned())
    }

    /// The mail server's own name.
    pub(super) fn host(&self) -> String {
        self.text("j").unwrap_or_else(|| "localhost".to_owned())
    }

    /// What TLS the client uses, such as `TLSv1.3 TLS_AES_256_GCM_SHA384`.
    pub(super) fn tls(&self) -> Option<String> {
        let version = self.text("tls_version")?;
        Some(match self.text("cipher") {
            Some(cipher) => format!("{version} {cipher}"),
            None => version,
        })
    }

    /// Who authenticated, and by which mechanism.
    pub(super) fn user(&self) -> Option<(String, String)> {
        let user = self.text("auth_authen")?;
        Some((user, self.text("auth_type").unwrap_or_default()))
    }

    /// The mail server's name for the message.
    pub(super) fn queue_id(&self) -> String {
        self.text("i").unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn related(pairs: &[(&'static str, &'static str)]) -> Related {
        let mut related = Related::default();
        let bytes = |text: &'static str| Bytes::from_static(text.as_bytes());
        let macros = pairs
            .iter()
            .map(|(name, value)| (bytes(name), bytes(value)));
        related.take(macros.collect());
        related
    }

    #[test]
    fn names_with_and_without_braces() {
        let related = related(&[
            ("{j}", "mx.test"),
            ("{tls_version}", "TLSv1.3"),
            ("cipher", "TLS_AES_256_GCM_SHA384"),
            ("{auth_authen}", "alice"),
            ("i", "4bXyz"),
        ]);
        assert_eq!(related.host(), "mx.test");
        assert_eq!(related.tls().unwrap(), "TLSv1.3 TLS_AES_256_GCM_SHA384");
        assert_eq!(related.user(), Some(("alice".into(), String::new())));
        assert_eq!(related.queue_id(), "4bXyz");
    }

    #[test]
    fn empty_values_are_none() {
        let related = related(&[("{auth_authen}", ""), ("{tls_version}", "")]);
        assert_eq!((related.user(), related.tls()), (None, None));
        assert_eq!(related.host(), "localhost");
    }

    #[test]
    fn not_more_than_so_many() {
        let mut related = Related::default();
        for number in 0..1_000 {
            let name = Bytes::from(format!("{{m{number}}}"));
            related.take(vec![(name, Bytes::from_static(b"x"))]);
        }
        related.take(vec![(Bytes::from_static(b"m0"), Bytes::from_static(b"y"))]);
        assert_eq!(related.0.len(), MACROS_MAX);
        assert_eq!(related.text("m0").unwrap(), "y");
    }
}
