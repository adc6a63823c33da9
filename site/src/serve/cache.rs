//! Answers kept in memory: content never changes while the program runs, so what an address
//! answered once it answers again, rendered and compressed once.
//!
//! Two generations bound the memory: when the young one is full it becomes the old one, and what
//! is asked for again moves back. Nothing is scanned or sorted.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State as Shared};
use axum::http::header::{ACCEPT_ENCODING, IF_NONE_MATCH, VARY};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Most bytes kept, bodies of both generations together.
const BYTES_MAX: usize = 64 << 20;
/// Largest answer kept.
const ANSWER_BYTES_MAX: usize = 4 << 20;
/// Longest address kept; longer ones are nobody's link.
const ADDRESS_BYTES_MAX: usize = 600;

/// What an address answered.
#[derive(Clone)]
struct Kept {
    headers: HeaderMap,
    body: Bytes,
}

/// One generation.
#[derive(Default)]
struct Generation {
    answers: HashMap<(bool, String), Kept>,
    bytes: usize,
}

#[derive(Default)]
struct Generations {
    young: Generation,
    old: Generation,
}

impl Generations {
    fn find(&mut self, key: &(bool, String)) -> Option<Kept> {
        if let Some(kept) = self.young.answers.get(key) {
            return Some(kept.clone());
        }
        let kept = self.old.answers.remove(key)?;
        self.keep(key.clone(), kept.clone());
        Some(kept)
    }

    fn keep(&mut self, key: (bool, String), kept: Kept) {
        let size = kept.body.len() + key.1.len();
        if self.young.bytes + size > BYTES_MAX / 2 {
            self.old = std::mem::take(&mut self.young);
        }
        if self.young.answers.insert(key, kept).is_none() {
            self.young.bytes += size;
        }
    }
}

/// Answers by address and whether they are compressed.
#[derive(Default)]
pub(super) struct Cache(Mutex<Generations>);

/// Answers from memory where it can, and keeps what may be kept.
pub(super) async fn answer(
    Shared(cache): Shared<Arc<Cache>>,
    request: Request,
    next: Next,
) -> Response {
    let address = request
        .uri()
        .path_and_query()
        .map_or("", |both| both.as_str());
    let plain = request.method() == Method::GET
        && !request.headers().contains_key(IF_NONE_MATCH)
        && address.len() <= ADDRESS_BYTES_MAX;
    if !plain {
        return next.run(request).await;
    }
    let gzip = request.headers().get(ACCEPT_ENCODING);
    let gzip = gzip.and_then(|accepted| accepted.to_str().ok());
    // Whoever weighs encodings against each other gets an answer made for them.
    if gzip.is_some_and(|accepted| accepted.contains("q=")) {
        return next.run(request).await;
    }
    let key = (
        gzip.is_some_and(|accepted| accepted.contains("gzip")),
        address.to_owned(),
    );
    let found = cache
        .0
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .find(&key);
    if let Some(kept) = found {
        return (kept.headers, kept.body).into_response();
    }
    let response = next.run(request).await;
    let varies = response.headers().get_all(VARY).iter();
    let only_encoding = varies.into_iter().all(|header| header == "accept-encoding");
    if response.status() != StatusCode::OK || !only_encoding {
        return response;
    }
    let (parts, body) = response.into_parts();
    // Handlers answer from memory, so the body is there already whatever its size.
    let Ok(body) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if body.len() > ANSWER_BYTES_MAX {
        return Response::from_parts(parts, Body::from(body));
    }
    let kept = Kept {
        headers: parts.headers.clone(),
        body: body.clone(),
    };
    cache
        .0
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .keep(key, kept);
    Response::from_parts(parts, Body::from(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(size: usize) -> Kept {
        Kept {
            headers: HeaderMap::new(),
            body: Bytes::from(vec![0; size]),
        }
    }

    #[test]
    fn memory_is_bounded_and_what_is_asked_for_stays() {
        let mut generations = Generations::default();
        let key = |number: usize| (false, format!("/{number}"));
        for number in 0..400 {
            generations.keep(key(number), kept(1 << 20));
            assert!(generations.find(&key(0)).is_some(), "after {number}");
            let bytes = generations.young.bytes + generations.old.bytes;
            assert!(bytes <= BYTES_MAX, "{bytes}");
        }
        assert!(generations.find(&key(1)).is_none());
    }
}
