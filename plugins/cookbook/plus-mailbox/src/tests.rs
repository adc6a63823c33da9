use super::*;
use waxseal_plugin_sdk::testing::Server;

const CONFIG: &str = r#"{"below":"Plus/","seen":["receipts"],"evening":["news"],"closed":"shop"}"#;

fn route(server: &Server, recipient: &str) -> Vec<Action> {
    server.config(CONFIG);
    PlusMailbox::configure().unwrap().route(recipient).unwrap()
}

fn kept(mailbox: &str, flags: &[&str]) -> Vec<Action> {
    vec![Action::Keep(KeepIn {
        address: None,
        mailbox: Some(mailbox.into()),
        imap_flags: flags.iter().map(|flag| (*flag).to_owned()).collect(),
    })]
}

#[test]
fn details_are_mailboxes() {
    let server = Server::start();
    assert_eq!(
        route(&server, "alice+Lists@example.test"),
        kept("Plus/lists", &[])
    );
    let receipts = kept("Plus/receipts", &["\\Seen"]);
    assert_eq!(route(&server, "alice+receipts@example.test"), receipts);
}

#[test]
fn what_is_no_plain_name_is_left_to_the_server() {
    let server = Server::start();
    let long = format!("alice+{}@example.test", "x".repeat(33));
    for recipient in [
        "alice@example.test",
        "alice+@example.test",
        "alice+../x@example.test",
        &long,
    ] {
        assert_eq!(route(&server, recipient), [], "{recipient}");
    }
}

#[test]
fn a_closed_detail_bounces() {
    let bounced = [Action::bounce(550, "5.1.1", "this address is closed")];
    assert_eq!(route(&Server::start(), "alice+SHOP@example.test"), bounced);
}

#[test]
fn news_waits_for_the_evening() {
    let server = Server::start();
    let news = |hours: u64| {
        server.advance(Duration::from_secs(hours * 3600));
        route(&server, "alice+news@example.test")
    };
    // The stand-in's clock begins at midnight.
    assert_eq!(news(0), [Action::RetryAfter(18 * 3600)]);
    assert_eq!(news(18), kept("Plus/news", &[]));
    assert_eq!(news(1), [Action::RetryAfter(23 * 3600)]);
}
