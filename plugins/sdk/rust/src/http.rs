//! Requests over HTTP and HTTPS to URLs that are granted as `http = ["https://…/"]`; at most 5 a
//! message and plugin.
//!
//! ```
//! # use waxseal_plugin_sdk::{http::{Request, Response}, testing::Server};
//! # let server = Server::start();
//! # server.http(|_| Ok(Response { status: 200, headers: vec![], body: b"spam".to_vec() }));
//! let response = Request::post("https://api.example.com/v1/check")
//!     .header("content-type", "application/json")
//!     .body(r#"{"ip":"192.0.2.1"}"#)
//!     .timeout(std::time::Duration::from_secs(2))
//!     .send()?;
//! assert!(response.is_success() && response.body == b"spam");
//! # Ok::<(), waxseal_plugin_sdk::Error>(())
//! ```

use crate::Error as PluginError;
pub use crate::bindings::waxseal::plugin::http::{Error, Request, Response};
use crate::host::http;
use std::time::Duration;

impl Request {
    /// A request without header fields and body, with the server's timeout of 5 s.
    #[must_use]
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            method: method.into(),
            url: url.into(),
            headers: Vec::new(),
            body: Vec::new(),
            timeout_ms: 0,
        }
    }

    /// A GET request.
    #[must_use]
    pub fn get(url: impl Into<String>) -> Self {
        Self::new("GET", url)
    }

    /// A POST request.
    #[must_use]
    pub fn post(url: impl Into<String>) -> Self {
        Self::new("POST", url)
    }

    /// Adds a field. `Host`, `Content-Length` and `Connection` are the server's.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the body, at most 32 MiB.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// How long to wait for the whole response: at most 30 s.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout_ms = u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX);
        self.timeout_ms = self.timeout_ms.clamp(1, 30_000);
        self
    }

    /// Sends it and waits for the whole response, whatever its status. Redirects are not followed.
    ///
    /// # Errors
    /// When there is no response.
    pub fn send(&self) -> Result<Response, Error> {
        http::send(self)
    }
}

impl Response {
    /// Whether the status is 200 to 299.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The first field of that name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.headers.iter();
        let field = fields.find(|(known, _)| known.eq_ignore_ascii_case(name));
        field.map(|(_, value)| value.as_str())
    }
}

impl From<Error> for PluginError {
    fn from(error: Error) -> Self {
        match error {
            Error::Denied => Self::new("http-denied", "the URL is not granted: see `http`"),
            Error::Timeout => Self::new("http-timeout", "no response in time").retryable(),
            Error::TooLarge => Self::new("http-too-large", "a body is past its limit"),
            Error::Budget => Self::new("http-budget", "too many requests for one message"),
            Error::Transport(why) => Self::new("http-transport", why).retryable(),
        }
    }
}
