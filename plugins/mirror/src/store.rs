//! Requests to the store.

use crate::hash::sha256;
use crate::settings::{Login, Settings};
use crate::signature::{Keys, Signing, sign};
use waxseal_plugin_sdk::date::Date;
use waxseal_plugin_sdk::digest::hex;
use waxseal_plugin_sdk::http::{Request, Response};
use waxseal_plugin_sdk::{Error, base64, clock, secrets};

/// A store of objects behind a URL.
pub struct Store {
    settings: Settings,
    token: Option<String>,
    keys: Option<Keys>,
}

impl Store {
    /// With the secrets that the settings name.
    ///
    /// # Errors
    /// When one is missing.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let (token, keys) = match &settings.login {
            Login::None => (None, None),
            Login::Bearer(secret) => (Some(secrets::require(secret)?), None),
            Login::S3 {
                access_key,
                secret_key,
                region,
            } => {
                let keys = Keys {
                    access: secrets::require(access_key)?.trim().to_owned(),
                    secret: secrets::require(secret_key)?.trim().to_owned(),
                    region: region.clone(),
                };
                (None, Some(keys))
            }
        };
        Ok(Self {
            settings,
            token,
            keys,
        })
    }

    /// Larger blobs are refused.
    #[must_use]
    pub const fn max_octets(&self) -> u32 {
        self.settings.max_octets
    }

    /// Keeps an object.
    ///
    /// # Errors
    /// When the store does not say that it is kept.
    pub fn put(&self, object: &str, octets: Vec<u8>) -> Result<(), Error> {
        let digest = sha256(&octets);
        let fields = [
            ("content-type", "application/octet-stream".to_owned()),
            // RFC 9530: a store that knows it refuses what got damaged on the way.
            (
                "content-digest",
                format!("sha-256=:{}:", base64::encode(&digest)),
            ),
        ];
        let response = self.send("PUT", object, &fields, octets)?;
        expect(&response, response.is_success(), "keep")
    }

    /// Octets of an object from `start` to before `end`; fewer at its end, none past it. The same twice
    /// asks for all of it, which is for empty ones. A store that knows no ranges gives all of it.
    ///
    /// # Errors
    /// When the store does not give them.
    pub fn get(&self, object: &str, start: u64, end: u64) -> Result<Vec<u8>, Error> {
        let range = (start < end).then(|| ("range", format!("bytes={start}-{}", end - 1)));
        let range: Vec<_> = range.into_iter().collect();
        let response = self.send("GET", object, &range, Vec::new())?;
        if response.status == 416 {
            return Ok(Vec::new());
        }
        let is_all = response.status == 200 && start > 0;
        expect(&response, response.is_success() && !is_all, "give")?;
        Ok(response.body)
    }

    /// Forgets an object; no harm where it is unknown.
    ///
    /// # Errors
    /// When the store does not say that it is gone.
    pub fn delete(&self, object: &str) -> Result<(), Error> {
        let response = self.send("DELETE", object, &[], Vec::new())?;
        let is_gone = response.is_success() || matches!(response.status, 404 | 410);
        expect(&response, is_gone, "forget")
    }

    fn send(
        &self,
        method: &str,
        object: &str,
        fields: &[(&str, String)],
        body: Vec<u8>,
    ) -> Result<Response, Error> {
        let url = format!("{}{object}", self.settings.url);
        let fields = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()));
        let mut headers: Vec<(String, String)> = fields.collect();
        if let Some(token) = &self.token {
            headers.push(("authorization".to_owned(), format!("Bearer {token}")));
        }
        if let Some(keys) = &self.keys {
            let rest = url.split_once("://").map_or("", |(_, rest)| rest);
            let at = rest.find('/').unwrap_or(rest.len());
            let (host, path) = rest.split_at(at);
            let body_hash = hex(&sha256(&body));
            let time = Date::at(clock::unix()).to_basic();
            let signing = Signing {
                method,
                host,
                path,
                headers: &headers,
                body_hash: &body_hash,
                time: &time,
            };
            headers.extend(sign(keys, &signing));
        }
        let mut request = Request::new(method, url)
            .timeout(self.settings.timeout)
            .body(body);
        request.headers = headers;
        Ok(request.send()?)
    }
}

fn expect(response: &Response, is_well: bool, what: &str) -> Result<(), Error> {
    if is_well {
        return Ok(());
    }
    let message = format!("the store did not {what} it: status {}", response.status);
    let error = Error::new("bad-status", message);
    let passes = response.status >= 500 || response.status == 429;
    Err(if passes { error.retryable() } else { error })
}
