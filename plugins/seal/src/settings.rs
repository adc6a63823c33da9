//! The configuration.

use waxseal_plugin_sdk::config::{Document, Mistake};
use waxseal_plugin_sdk::glob::{self, Glob};

/// The whole configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The key that new blobs are sealed with.
    pub key: String,
    /// Accounts whose blobs are sealed; all where empty.
    pub accounts: Vec<Glob>,
    /// Whether messages on their way are sealed too.
    pub transit: bool,
}

impl Settings {
    /// Reads it.
    ///
    /// # Errors
    /// What is wrong.
    pub fn read(document: &Document) -> Result<Self, Mistake> {
        let table = document.table(&["key", "accounts", "transit"])?;
        let key = table.required("key")?;
        if key.len() > 64 || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(table.wrong("key", "is not a name of at most 64 printable characters"));
        }
        Ok(Self {
            key: key.to_owned(),
            accounts: table.globs("accounts")?,
            transit: table.flag("transit")?.unwrap_or(true),
        })
    }

    /// Whether the blobs of an account (or of none: on their way) are sealed.
    #[must_use]
    pub fn seals(&self, account: Option<&str>) -> bool {
        match account {
            None => self.transit,
            Some(account) => self.accounts.is_empty() || glob::any(&self.accounts, account),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Settings, String> {
        let document = Document::parse(json).unwrap();
        Settings::read(&document).map_err(|mistake| mistake.0)
    }

    #[test]
    fn accounts_are_chosen() {
        let all = read(r#"{"key":"mail"}"#).unwrap();
        assert!(all.seals(Some("a@b.example")) && all.seals(None));
        let some = read(r#"{"key":"mail","accounts":"*@b.example","transit":false}"#).unwrap();
        assert!(some.seals(Some("a@b.example")));
        assert!(!some.seals(Some("a@c.example")) && !some.seals(None));
    }

    #[test]
    fn mistakes_are_named() {
        let refused = |json| read(json).expect_err("a mistake");
        assert_eq!(refused("{}"), "[plugin.config]: key is missing");
        assert_eq!(
            refused(r#"{"key":"a b"}"#),
            "[plugin.config]: key is not a name of at most 64 printable characters"
        );
        assert_eq!(
            refused(r#"{"key":"a","acounts":"x"}"#),
            r#"[plugin.config]: there is no key "acounts"; did you mean "accounts"?"#
        );
    }
}
