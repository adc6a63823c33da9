//! Requests over HTTP.

use crate::grants::parse_url;
use crate::guest::Guest;
use crate::reach::Denied;
use crate::v0_1_0::bindings::waxseal::plugin::http::{Error, Host, Request, Response};
use std::time::Duration;
use waxseal_ports::http_client::{HttpError, HttpRequest};

/// Octets of a request's body.
pub(crate) const BODY_OCTETS_MAX: usize = 32 * 1024 * 1024;
const TIMEOUT_MILLIS: u32 = 5_000;
const TIMEOUT_MILLIS_MAX: u32 = 30_000;
/// Octets of all fields of a request.
const FIELD_OCTETS_MAX: usize = 64 * 1024;

impl From<Denied> for Error {
    fn from(_: Denied) -> Self {
        Self::Denied
    }
}

impl From<HttpError> for Error {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::Closed(_) => Self::Denied,
            HttpError::Timeout => Self::Timeout,
            HttpError::TooLarge => Self::TooLarge,
            HttpError::Transport(why) => Self::Transport(why),
        }
    }
}

/// Fields that are the server's.
fn is_ours(name: &str) -> bool {
    ["host", "content-length", "connection", "transfer-encoding"]
        .iter()
        .any(|ours| name.eq_ignore_ascii_case(ours))
}

impl Guest {
    async fn exchange(&mut self, request: Request) -> Result<Response, Error> {
        let url = parse_url(&request.url);
        let url = url.ok_or_else(|| Error::Transport("not a URL".to_owned()))?;
        let client = self.profile.reach.http(&url)?;
        let fields = request.headers.iter();
        let fields: usize = fields.map(|(name, value)| name.len() + value.len()).sum();
        if request.body.len() > BODY_OCTETS_MAX || fields > FIELD_OCTETS_MAX {
            return Err(Error::TooLarge);
        }
        if self.spent.http >= self.profile.limits.http_requests_max {
            return Err(Error::Budget);
        }
        self.spent.http += 1;
        let millis = match request.timeout_ms {
            0 => TIMEOUT_MILLIS,
            millis => millis.min(TIMEOUT_MILLIS_MAX),
        };
        let headers = request.headers.into_iter();
        let request = HttpRequest {
            method: request.method,
            url: url.into(),
            headers: headers.filter(|(name, _)| !is_ours(name)).collect(),
            body: request.body.into(),
            timeout: Duration::from_millis(millis.into()),
            response_octets_max: self.profile.response_octets_max,
        };
        let response = self.wait(async move { client.send(request).await }).await?;
        Ok(Response {
            status: response.status,
            headers: response.headers,
            body: response.body.into(),
        })
    }
}

impl Host for Guest {
    async fn send(&mut self, req: Request) -> wasmtime::Result<Result<Response, Error>> {
        Ok(self.exchange(req).await)
    }
}
