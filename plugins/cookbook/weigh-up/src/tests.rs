use super::*;
use waxseal_plugin_sdk::Verdict;
use waxseal_plugin_sdk::testing::{Server, header};

fn judged(server: &Server) -> Outcome {
    server.config(r#"{"trusted_tags":"partner:*"}"#);
    WeighUp::configure().unwrap().on_message().unwrap()
}

#[test]
fn scores_are_added_up_and_shown() {
    let server = Server::start();
    server.message("Subject: hi\r\n\r\nHello\r\n");
    server
        .score("DOUBTFUL_CLIENT", 2.5)
        .score("KNOWN_SENDER", -1.0);
    let outcome = judged(&server);
    assert_eq!(*outcome.verdict(), Verdict::Next);
    let shown = outcome.edits().iter().filter_map(|edit| match edit {
        waxseal_plugin_sdk::Edit::AddHeader(field) => Some(field.clone()),
        _ => None,
    });
    let symbols = header("X-Spam-Symbols", "DOUBTFUL_CLIENT\r\n KNOWN_SENDER");
    assert_eq!(
        shown.collect::<Vec<_>>(),
        [header("X-Spam-Score", "1.5"), symbols]
    );
    assert_eq!(server.metric("points"), Some(1.5));
    assert_eq!(server.metric("quarantine_from"), Some(5.0));
}

#[test]
fn many_points_are_junk_and_very_many_are_refused() {
    let server = Server::start();
    server
        .score("BORROWED_NAME", 4.0)
        .score("DOUBTFUL_CLIENT", 2.5);
    assert_eq!(
        *judged(&server).verdict(),
        Verdict::Quarantine("6.5 points".into())
    );
    server.score("OWN_JUNK", 9.0);
    let refused = Outcome::reject(550, "5.7.1", "this looks too much like spam");
    assert_eq!(judged(&server), refused);
}

#[test]
fn a_tag_of_trust_outweighs_them() {
    let server = Server::start();
    server.score("OWN_JUNK", 99.0).tag("partner:bank");
    assert_eq!(judged(&server), Outcome::accept());
}
