use super::*;
use waxseal_plugin_sdk::Verdict;
use waxseal_plugin_sdk::testing::Server;

const OFFERS: &str = "List-Id: Offers <offers.example.org>\r\n\r\nBuy!\r\n";

fn moves(account: &str, origin: Place, destination: Place) {
    let event = Moved {
        account: account.into(),
        origin,
        destination,
    };
    OwnJunk::configure().unwrap().on_moved(&event).unwrap();
}

fn is_junk_for(server: &Server, recipients: &[&str]) -> bool {
    server.recipients(recipients);
    let outcome = OwnJunk::configure().unwrap().on_headers().unwrap();
    matches!(outcome.verdict(), Verdict::Quarantine(_))
}

#[test]
fn one_account_decides_for_itself() {
    let server = Server::start();
    server.message(OFFERS);
    moves("alice@example.test", Place::Inbox, Place::Junk);
    assert!(is_junk_for(&server, &["Alice+shop@example.test"]));
    assert!(!is_junk_for(&server, &["bob@example.test"]));
    assert!(!is_junk_for(
        &server,
        &["alice@example.test", "bob@example.test"]
    ));
    moves("alice@example.test", Place::Junk, Place::Trash);
    assert!(is_junk_for(&server, &["alice@example.test"]));
    moves("alice@example.test", Place::Junk, Place::Inbox);
    assert!(!is_junk_for(&server, &["alice@example.test"]));
    assert_eq!(server.metric("learned{as=\"wanted\"}"), Some(1.0));
}

#[test]
fn three_accounts_decide_for_all_however_often_one_moves_it() {
    let server = Server::start();
    server.message(OFFERS);
    for _ in 0..5 {
        moves("alice@example.test", Place::Inbox, Place::Junk);
    }
    moves("bob@example.test", Place::Inbox, Place::Junk);
    assert!(!is_junk_for(&server, &["carol@example.test"]));
    moves("dave@example.test", Place::Archive, Place::Junk);
    assert!(is_junk_for(&server, &["carol@example.test"]));
    moves("bob@example.test", Place::Junk, Place::Inbox);
    assert!(!is_junk_for(&server, &["carol@example.test"]));
}

#[test]
fn personal_mail_teaches_nothing() {
    let server = Server::start();
    server.message("Subject: lunch\r\n\r\nToday?\r\n");
    moves("alice@example.test", Place::Inbox, Place::Junk);
    assert!(server.kv_keys().is_empty());
}
