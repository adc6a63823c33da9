use super::*;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use waxseal_plugin_sdk::testing::Server;

type Files = Rc<RefCell<BTreeMap<String, Vec<u8>>>>;

/// A server in memory that knows PUT, GET and DELETE.
fn started() -> (Server, Files) {
    let (server, files) = (Server::start(), Files::default());
    server.config(r#"{"url":"https://store.example.test/mail/"}"#);
    server.secret("store-token", "hunter2");
    let kept = Rc::clone(&files);
    server.http(move |request| {
        let mut kept = kept.borrow_mut();
        let (status, body) = match request.method.as_str() {
            "PUT" => {
                kept.insert(request.url.clone(), request.body.clone());
                (201, Vec::new())
            }
            "GET" => match kept.get(&request.url) {
                Some(octets) => (200, octets.clone()),
                None => (404, Vec::new()),
            },
            _ => (kept.remove(&request.url).map_or(404, |_| 204), Vec::new()),
        };
        Ok(Response {
            status,
            headers: Vec::new(),
            body,
        })
    });
    (server, files)
}

#[test]
fn messages_come_back_and_go() {
    let (server, files) = started();
    for octets in [0, 1, PIECE_OCTETS, PIECE_OCTETS + 1] {
        // A new message has new budgets.
        server.message("");
        let blob: Vec<u8> = (0_u8..=250).cycle().take(octets).collect();
        let key = server.put::<FarStore>(None, &blob).unwrap();
        assert_eq!(server.get::<FarStore>(&key).unwrap(), blob, "{octets}");
        server.message("");
        FarStore::configure().unwrap().delete(&key).unwrap();
        assert!(files.borrow().is_empty(), "{octets}");
    }
}

#[test]
fn large_ones_are_several_files() {
    let (server, files) = started();
    server
        .put::<FarStore>(None, &vec![1; PIECE_OCTETS + 1])
        .unwrap();
    let sizes = files.borrow().values().map(Vec::len).collect::<Vec<_>>();
    assert_eq!(sizes, [PIECE_OCTETS, 1]);
    let token = ("authorization".to_owned(), "Bearer hunter2".to_owned());
    assert!(
        server
            .requests()
            .iter()
            .all(|request| request.headers.contains(&token))
    );
}

#[test]
fn what_is_lost_is_an_error_and_forgetting_it_is_none() {
    let (server, files) = started();
    let key = server.put::<FarStore>(None, b"hello").unwrap();
    files.borrow_mut().clear();
    let error = server.get::<FarStore>(&key).unwrap_err();
    assert_eq!(error.message, "the store answered 404");
    FarStore::configure().unwrap().delete(&key).unwrap();
    let foreign = server.get::<FarStore>("nonsense").unwrap_err();
    assert_eq!(foreign.code, "bad-key");
}

#[test]
fn a_store_that_takes_nothing_fails_the_operation() {
    let (server, _files) = started();
    server.http(|_| {
        Ok(Response {
            status: 507,
            headers: Vec::new(),
            body: Vec::new(),
        })
    });
    assert!(
        server
            .put::<FarStore>(None, b"hello")
            .unwrap_err()
            .retryable
    );
}
