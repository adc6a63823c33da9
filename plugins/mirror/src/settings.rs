//! The configuration.

use std::time::Duration;
use waxseal_plugin_sdk::config::{Document, Mistake};

/// How requests are made known to the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// They are not.
    None,
    /// A token, by the name of its secret.
    Bearer(String),
    /// Signed as S3 asks for (AWS Signature Version 4).
    S3 {
        /// The name of the secret with the access key.
        access_key: String,
        /// The name of the secret with the secret key.
        secret_key: String,
        /// The region.
        region: String,
    },
}

/// The whole configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where objects live, with a slash at the end.
    pub url: String,
    /// How the store knows us.
    pub login: Login,
    /// How long a request may take.
    pub timeout: Duration,
    /// Larger blobs are refused.
    pub max_octets: u32,
}

impl Settings {
    /// Reads it.
    ///
    /// # Errors
    /// What is wrong.
    pub fn read(document: &Document) -> Result<Self, Mistake> {
        let known = [
            "url",
            "bearer",
            "access_key",
            "secret_key",
            "region",
            "timeout",
            "max_size",
        ];
        let table = document.table(&known)?;
        let url = table.url("url")?;
        if !url.ends_with('/') || url.contains(['?', '#', '%', ' ']) {
            return Err(table.wrong("url", "does not end with /, or holds one of ? # %"));
        }
        let text = |key: &str| table.text(key).map(|text| text.map(str::to_owned));
        let login = match (text("bearer")?, text("access_key")?, text("secret_key")?) {
            (None, None, None) => Login::None,
            (Some(secret), None, None) => Login::Bearer(secret),
            (None, Some(access_key), Some(secret_key)) => Login::S3 {
                access_key,
                secret_key,
                region: text("region")?.unwrap_or_else(|| "us-east-1".to_owned()),
            },
            (Some(_), _, _) => return Err(table.wrong("bearer", "stands beside S3 keys")),
            (None, _, _) => {
                return Err(table.wrong("access_key", "and secret_key stand together only"));
            }
        };
        let timeout = table.timeout("timeout", Duration::from_secs(8))?;
        let max_octets = table.octets("max_size")?.unwrap_or(20 << 20);
        if max_octets > 31 << 20 {
            return Err(table.wrong("max_size", "is over 31 MiB, which a request cannot hold"));
        }
        Ok(Self {
            url: url.to_owned(),
            login,
            timeout,
            max_octets: u32::try_from(max_octets).unwrap_or(u32::MAX),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waxseal_plugin_sdk::testing;

    #[track_caller]
    fn refused(json: &str, expected: &str) {
        testing::refused(Settings::read, json, expected);
    }

    #[test]
    fn mistakes_are_named() {
        refused("{}", "[plugin.config]: url is missing");
        refused(
            r#"{"url":"https://x/bucket"}"#,
            "[plugin.config]: url does not end with /, or holds one of ? # %",
        );
        refused(
            r#"{"url":"https://x/","access_key":"a"}"#,
            "[plugin.config]: access_key and secret_key stand together only",
        );
        refused(
            r#"{"url":"https://x/","max_size":"32M"}"#,
            "[plugin.config]: max_size is over 31 MiB, which a request cannot hold",
        );
        refused(
            r#"{"url":"https://x/","regoin":"eu"}"#,
            r#"[plugin.config]: there is no key "regoin"; did you mean "region"?"#,
        );
    }
}
