use super::*;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use waxseal_plugin_sdk::http::{Error as HttpError, Request, Response};
use waxseal_plugin_sdk::testing::Server;

type Objects = Rc<RefCell<BTreeMap<String, Vec<u8>>>>;

fn response(status: u16, body: Vec<u8>) -> Result<Response, HttpError> {
    Ok(Response {
        status,
        headers: Vec::new(),
        body,
    })
}

/// A store that knows ranges.
fn answer(objects: &Objects, request: &Request) -> Result<Response, HttpError> {
    let mut objects = objects.borrow_mut();
    match request.method.as_str() {
        "PUT" => {
            objects.insert(request.url.clone(), request.body.clone());
            response(201, Vec::new())
        }
        "DELETE" => match objects.remove(&request.url) {
            Some(_) => response(204, Vec::new()),
            None => response(404, Vec::new()),
        },
        _ => {
            let Some(object) = objects.get(&request.url) else {
                return response(404, Vec::new());
            };
            let mut headers = request.headers.iter();
            let Some(range) = headers.find(|(name, _)| name == "range") else {
                return response(200, object.clone());
            };
            let (start, end) = range
                .1
                .strip_prefix("bytes=")
                .unwrap()
                .split_once('-')
                .unwrap();
            let (start, end): (usize, usize) = (start.parse().unwrap(), end.parse().unwrap());
            if start >= object.len() {
                return response(416, Vec::new());
            }
            response(206, object[start..object.len().min(end + 1)].to_vec())
        }
    }
}

fn start() -> (Server, Objects) {
    let server = Server::start();
    server.config(r#"{"url":"https://store.example/mail/"}"#);
    let objects = Objects::default();
    let kept = Rc::clone(&objects);
    server.http(move |request| answer(&kept, request));
    (server, objects)
}

fn blob(octets: usize) -> Vec<u8> {
    (0..octets)
        .map(|index| u8::try_from(index % 251).unwrap())
        .collect()
}

#[test]
fn blobs_are_kept_given_and_forgotten() {
    let (server, objects) = start();
    for octets in [0, 1, 1000, 4 << 20, (4 << 20) + 1, 9 << 20] {
        server.message("");
        let blob = blob(octets);
        let key = server
            .put::<Mirror>(Some("alice@example.test"), &blob)
            .unwrap();
        assert!(server.get::<Mirror>(&key).unwrap() == blob, "{octets}");
        let mut plugin = Mirror::configure().unwrap();
        plugin.delete(&key).unwrap();
        server.message("");
        assert_eq!(server.get::<Mirror>(&key).unwrap_err().code, "bad-status");
        assert!(objects.borrow().is_empty());
    }
    let url = &server.requests()[0].url;
    assert!(
        url.starts_with("https://store.example/mail/e3/blob-1-e3b0c44"),
        "{url}"
    );
}

#[test]
fn forgetting_twice_does_no_harm() {
    let (server, _objects) = start();
    let key = server.put::<Mirror>(None, b"x").unwrap();
    let mut plugin = Mirror::configure().unwrap();
    assert_eq!((plugin.delete(&key), plugin.delete(&key)), (Ok(()), Ok(())));
    assert_eq!(plugin.delete("1:../x").unwrap_err().code, "bad-key");
}

#[test]
fn damage_is_found() {
    let (server, objects) = start();
    let key = server.put::<Mirror>(None, &blob(1000)).unwrap();
    let url = objects.borrow().keys().next().unwrap().clone();
    for damaged in [blob(999), blob(0), [&blob(999)[..], b"x"].concat()] {
        objects.borrow_mut().insert(url.clone(), damaged);
        server.message("");
        assert_eq!(server.get::<Mirror>(&key).unwrap_err().code, "damaged");
    }
    objects.borrow_mut().clear();
    assert_eq!(server.get::<Mirror>(&key).unwrap_err().code, "bad-status");
}

#[test]
fn a_store_without_ranges_gives_small_blobs() {
    let (server, _objects) = start();
    let key = server.put::<Mirror>(None, b"small").unwrap();
    server.http(|_| response(200, b"small".to_vec()));
    assert_eq!(server.get::<Mirror>(&key).unwrap(), b"small");
}

#[test]
fn nothing_is_safe_before_the_store_says_so() {
    let (server, _objects) = start();
    for status in [200_u16, 204, 301, 403, 500, 507] {
        server.http(move |_| response(status, Vec::new()));
        server.message("");
        let kept = server.put::<Mirror>(None, b"x");
        assert_eq!(kept.is_ok(), status < 300, "{status}");
        assert_eq!(kept.is_err_and(|error| error.retryable), status >= 500);
    }
    server.config(r#"{"url":"https://store.example/","max_size":3}"#);
    assert_eq!(
        server.put::<Mirror>(None, b"1234").unwrap_err().code,
        "too-large"
    );
}

#[test]
fn requests_are_signed_or_bear_a_token() {
    let (server, _objects) = start();
    server
        .secret("a", "AKID\n")
        .secret("s", "SECRET")
        .secret("t", "token");
    server.config(
        r#"{"url":"https://s3.example:9000/mail/","access_key":"a","secret_key":"s","region":"eu"}"#,
    );
    let key = server.put::<Mirror>(None, b"x").unwrap();
    assert!(server.get::<Mirror>(&key).is_ok());
    let requests = server.requests();
    let field = |request: &Request, name: &str| {
        let mut headers = request.headers.iter();
        headers
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.clone())
            .unwrap()
    };
    let authorization = field(&requests[0], "authorization");
    let expected = "AWS4-HMAC-SHA256 Credential=AKID/20260101/eu/s3/aws4_request,\
        SignedHeaders=content-digest;content-type;host;x-amz-content-sha256;x-amz-date,Signature=";
    assert!(authorization.starts_with(expected), "{authorization}");
    assert_eq!(field(&requests[0], "x-amz-date"), "20260101T000000Z");
    assert!(field(&requests[1], "authorization").contains("SignedHeaders=host;range;x-amz"));
    server.config(r#"{"url":"https://store.example/","bearer":"t"}"#);
    assert!(server.put::<Mirror>(None, b"x").is_ok());
    let last = server.requests().pop().unwrap();
    assert_eq!(field(&last, "authorization"), "Bearer token");
}
