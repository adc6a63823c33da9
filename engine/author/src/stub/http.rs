//! An HTTP client that connects to nobody.

use async_trait::async_trait;
use bytes::Bytes;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use waxseal_ports::HttpClient;
use waxseal_ports::http_client::{HttpError, HttpRequest, HttpResponse};

/// One answer: to whom, and what.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpAnswer {
    /// The method that it answers; any without one.
    pub method: Option<String>,
    /// The URL, or its beginning with `*` at the end. Without `[grants]` its scheme and host are granted;
    /// one that names no host, as the `*` that is the default, grants nothing, and `[grants]` must.
    pub url: String,
    /// The request's body must hold this.
    pub holds: Option<String>,
    /// The status.
    pub status: u16,
    /// Fields, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: String,
    /// `timeout`, `too-large` or `transport` instead of a response.
    pub error: Option<String>,
    /// Whether it keeps what is sent with PUT, to answer GET, until DELETE, instead of answering always
    /// the same: 201, 200, 204, and 404 for what it does not have.
    pub keeps: bool,
    /// Fields that the request must have, names in lower case: the beginning of the value.
    pub fields: BTreeMap<String, String>,
}

impl Default for HttpAnswer {
    fn default() -> Self {
        Self {
            method: None,
            url: "*".to_owned(),
            holds: None,
            status: 200,
            headers: BTreeMap::new(),
            body: String::new(),
            error: None,
            keeps: false,
            fields: BTreeMap::new(),
        }
    }
}

impl HttpAnswer {
    /// The prefix of URLs that must be granted for this answer to be asked for.
    pub(crate) fn prefix(&self) -> Option<String> {
        let (scheme, rest) = self.url.split_once("://")?;
        let host = rest.split(['/', '*']).next()?;
        Some(format!("{scheme}://{host}/"))
    }

    fn fits(&self, request: &HttpRequest) -> bool {
        let method = self.method.as_ref();
        let method = method.is_none_or(|method| method.eq_ignore_ascii_case(&request.method));
        let url = match self.url.strip_suffix('*') {
            Some(beginning) => request.url.starts_with(beginning),
            None => request.url == self.url,
        };
        let holds = |part: &String| {
            let body = String::from_utf8_lossy(&request.body);
            body.contains(part.as_str())
        };
        let has = |(name, beginning): (&String, &String)| {
            let mut fields = request.headers.iter();
            fields.any(|(n, value)| {
                n.eq_ignore_ascii_case(name) && value.starts_with(beginning.as_str())
            })
        };
        method && url && self.holds.as_ref().is_none_or(holds) && self.fields.iter().all(has)
    }

    fn give(&self, request: &HttpRequest, shelf: &Shelf) -> Result<HttpResponse, HttpError> {
        if self.keeps && self.error.is_none() {
            return Ok(shelf.answer(request));
        }
        match self.error.as_deref() {
            None => Ok(HttpResponse {
                status: self.status,
                headers: self.headers.clone().into_iter().collect(),
                body: Bytes::from(self.body.clone()),
            }),
            Some("timeout") => Err(HttpError::Timeout),
            Some("too-large") => Err(HttpError::TooLarge),
            Some(other) => Err(HttpError::Transport(other.to_owned())),
        }
    }
}

/// What stubbed servers keep, by URL.
#[derive(Debug, Default)]
pub struct Shelf(Mutex<BTreeMap<String, Bytes>>);

impl Shelf {
    /// Does what a server that stores files would.
    fn answer(&self, request: &HttpRequest) -> HttpResponse {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.get(&request.url).cloned();
        let (status, body) = match (request.method.as_str(), found) {
            ("PUT", _) => {
                kept.insert(request.url.clone(), request.body.clone());
                (201, Bytes::new())
            }
            ("GET", Some(body)) => (200, body),
            ("HEAD", Some(_)) => (200, Bytes::new()),
            ("DELETE", Some(_)) => {
                kept.remove(&request.url);
                (204, Bytes::new())
            }
            ("GET" | "HEAD" | "DELETE", None) => (404, Bytes::new()),
            _ => (405, Bytes::new()),
        };
        HttpResponse {
            status,
            headers: Vec::new(),
            body,
        }
    }
}

/// Answers in order of the list; keeps what was asked.
#[derive(Debug, Default)]
pub struct StubHttp {
    answers: Vec<HttpAnswer>,
    shelf: Arc<Shelf>,
    asked: Mutex<Vec<String>>,
}

impl StubHttp {
    /// A client that knows `answers`; those that keep something keep it on `shelf`.
    #[must_use]
    pub fn new(answers: Vec<HttpAnswer>, shelf: Arc<Shelf>) -> Self {
        Self {
            answers,
            shelf,
            asked: Mutex::default(),
        }
    }

    /// One server for all URLs, which takes what is posted and keeps what is put.
    #[must_use]
    pub fn keeping() -> Self {
        let posted = HttpAnswer {
            method: Some("POST".to_owned()),
            ..HttpAnswer::default()
        };
        let kept = HttpAnswer {
            keeps: true,
            ..HttpAnswer::default()
        };
        Self::new(vec![posted, kept], Arc::default())
    }

    /// Method and URL of the requests so far, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.clone()
    }
}

#[async_trait]
impl HttpClient for StubHttp {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(format!("{} {}", request.method, request.url));
        let mut answers = self.answers.iter();
        match answers.find(|answer| answer.fits(&request)) {
            Some(answer) => answer.give(&request, &self.shelf),
            None => Err(HttpError::Transport(format!(
                "no [[stub.http]] answers {} {}",
                request.method, request.url
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn request(method: &str, url: &str) -> HttpRequest {
        HttpRequest {
            method: method.to_owned(),
            url: url.to_owned(),
            headers: Vec::new(),
            body: Bytes::from_static(b"{\"a\":1}"),
            timeout: Duration::from_secs(1),
            response_octets_max: 1024,
        }
    }

    #[tokio::test]
    async fn the_first_that_fits_answers() {
        let answer = |url: &str, status| HttpAnswer {
            url: url.to_owned(),
            status,
            ..HttpAnswer::default()
        };
        let post = HttpAnswer {
            method: Some("post".to_owned()),
            holds: Some("\"a\"".to_owned()),
            ..answer("https://a.test/*", 201)
        };
        let answers = vec![answer("https://a.test/x", 204), post];
        let http = StubHttp::new(answers, Arc::default());
        let status = async |method: &str, url: &str| {
            let answer = http.send(request(method, url)).await;
            answer.map(|answer| answer.status).ok()
        };
        assert_eq!(status("GET", "https://a.test/x").await, Some(204));
        assert_eq!(status("POST", "https://a.test/y").await, Some(201));
        assert_eq!(status("GET", "https://a.test/y").await, None);
        assert_eq!(http.asked()[2], "GET https://a.test/y");
    }

    #[tokio::test]
    async fn what_is_put_is_kept_until_it_is_deleted() {
        let http = StubHttp::keeping();
        let ask = async |method: &str, url: &str| {
            let answer = http.send(request(method, url)).await.unwrap();
            (answer.status, answer.body.len())
        };
        assert_eq!(ask("GET", "https://a.test/x").await, (404, 0));
        assert_eq!(ask("PUT", "https://a.test/x").await, (201, 0));
        assert_eq!(ask("GET", "https://a.test/x").await, (200, 7));
        assert_eq!(ask("GET", "https://a.test/y").await, (404, 0));
        assert_eq!(ask("DELETE", "https://a.test/x").await, (204, 0));
        assert_eq!(ask("DELETE", "https://a.test/x").await, (404, 0));
        assert_eq!(ask("POST", "https://a.test/x").await, (200, 0));
        assert_eq!(ask("PATCH", "https://a.test/x").await, (405, 0));
    }

    #[tokio::test]
    async fn fields_are_asked_for_by_their_beginning() {
        let answer = HttpAnswer {
            fields: BTreeMap::from([("authorization".to_owned(), "Bearer ".to_owned())]),
            ..HttpAnswer::default()
        };
        let http = StubHttp::new(vec![answer], Arc::default());
        let mut asking = request("GET", "https://a.test/");
        assert!(http.send(asking.clone()).await.is_err());
        let field = ("Authorization".to_owned(), "Bearer x".to_owned());
        asking.headers.push(field);
        assert_eq!(http.send(asking).await.unwrap().status, 200);
    }
}
