use super::*;
use waxseal_plugin_sdk::Verdict;
use waxseal_plugin_sdk::testing::Server;

const ALICE: &str = "alice@example.test";

fn start(config: &str) -> (Server, Bayes) {
    let server = Server::start();
    server.config(config).recipients(&[ALICE]);
    let filter = Bayes::configure().unwrap();
    (server, filter)
}

fn spam(n: u32) -> String {
    format!(
        "Message-ID: <spam{n}@x>\r\nFrom: winner{n}@lucky.example\r\nSubject: You won!\r\n\
         Content-Type: text/html\r\n\r\n<p>Claim your <b>pri</b>ze number {n} now: \
         <a href=\"https://lucky.example/{n}\">lottery casino</a></p>\r\n"
    )
}

fn ham(n: u32) -> String {
    format!(
        "Message-ID: <ham{n}@x>\r\nFrom: Bob <bob@example.org>\r\nSubject: Meeting {n}\r\n\r\n\
         The agenda for our project meeting is attached, regards Bob.\r\n"
    )
}

fn moved(account: &str, origin: Place, destination: Place) -> Moved {
    Moved {
        account: account.to_owned(),
        origin,
        destination,
    }
}

fn train(server: &Server, filter: &mut Bayes, account: &str, n: u32) {
    for number in 0..n {
        server.message(spam(number));
        filter
            .on_moved(&moved(account, Place::Inbox, Place::Junk))
            .unwrap();
        server.message(ham(number));
        filter
            .on_moved(&moved(account, Place::Inbox, Place::Archive))
            .unwrap();
    }
}

/// Symbol and points.
fn judged(filter: &mut Bayes) -> Option<(String, f32)> {
    let outcome = filter.on_message().unwrap();
    let score = outcome.scores().first()?;
    Some((score.symbol.clone(), score.points))
}

#[test]
fn it_learns_from_moves() {
    let (server, mut filter) = start(r#"{"min_learned":10}"#);
    train(&server, &mut filter, ALICE, 9);
    server.message(spam(1000));
    assert_eq!(judged(&mut filter), None);
    train(&server, &mut filter, ALICE, 12);
    server.message(spam(1000));
    let (symbol, points) = judged(&mut filter).unwrap();
    assert_eq!(symbol, "BAYES_SPAM");
    assert!(points > 4.5, "{points}");
    server.message(ham(1000));
    let (symbol, points) = judged(&mut filter).unwrap();
    assert_eq!(symbol, "BAYES_HAM");
    assert!(points < -4.5, "{points}");
    server.message("From: new@else.example\r\n\r\nAltogether different topic\r\n");
    assert_eq!(judged(&mut filter), None);
    assert_eq!(server.metric(r#"learned_total{as="spam"}"#), Some(12.0));
}

#[test]
fn accounts_have_their_own_words_and_share_the_others() {
    let (server, mut filter) = start(r#"{"min_learned":10}"#);
    train(&server, &mut filter, "bob@example.test", 12);
    // Alice learned nothing: everybody's words decide.
    server.message(spam(1000));
    assert_eq!(judged(&mut filter).unwrap().0, "BAYES_SPAM");
    // Alice wants what Bob does not.
    for number in 100..112 {
        server.message(spam(number));
        filter
            .on_moved(&moved(ALICE, Place::Junk, Place::Inbox))
            .unwrap();
        server.message(ham(number));
        filter
            .on_moved(&moved(ALICE, Place::Inbox, Place::Junk))
            .unwrap();
    }
    server
        .message(spam(1000))
        .recipients(&["Alice+x@example.test"]);
    assert_eq!(judged(&mut filter).unwrap().0, "BAYES_HAM");
    server
        .config(r#"{"min_learned":10,"scope":"account"}"#)
        .recipients(&["carol@example.test"]);
    assert_eq!(judged(&mut Bayes::configure().unwrap()), None);
}

#[test]
fn changing_ones_mind_takes_back() {
    let (server, mut filter) = start("{}");
    server.message(spam(1));
    let shelf = Shelf::new(Some(ALICE), clock::unix(), filter.settings.memory);
    let learned = || {
        let learned = shelf.learned().unwrap();
        (learned.spam, learned.ham)
    };
    for _ in 0..2 {
        filter
            .on_moved(&moved(ALICE, Place::Inbox, Place::Junk))
            .unwrap();
        filter
            .on_moved(&moved(ALICE, Place::Other, Place::Junk))
            .unwrap();
        assert_eq!(learned(), (1, 0));
        filter
            .on_moved(&moved(ALICE, Place::Junk, Place::Inbox))
            .unwrap();
        assert_eq!(learned(), (0, 1));
    }
}

#[test]
fn only_telling_moves_are_learned() {
    let expected = |origin, destination| kind_of(&moved(ALICE, origin, destination), true);
    assert_eq!(expected(Place::Junk, Place::Trash), None);
    assert_eq!(expected(Place::Inbox, Place::Trash), None);
    assert_eq!(expected(Place::Archive, Place::Inbox), None);
    assert_eq!(expected(Place::Trash, Place::Junk), Some(Kind::Spam));
    assert_eq!(expected(Place::Inbox, Place::Other), Some(Kind::Ham));
    let filed = moved(ALICE, Place::Inbox, Place::Other);
    assert_eq!(kind_of(&filed, false), None);
    let (server, mut filter) = start(r#"{"skip_accounts":"alice@*"}"#);
    server.message(spam(1));
    filter
        .on_moved(&moved(ALICE, Place::Inbox, Place::Junk))
        .unwrap();
    assert_eq!(server.kv_keys(), [""; 0]);
}

#[test]
fn it_can_quarantine_and_write_a_header() {
    let config = r#"{"min_learned":10,"quarantine_from":0.99,"header":true}"#;
    let (server, mut filter) = start(config);
    train(&server, &mut filter, ALICE, 12);
    server.message(spam(1000));
    let outcome = filter.on_message().unwrap();
    let Verdict::Quarantine(why) = outcome.verdict() else {
        panic!("{outcome:?}")
    };
    assert!(why.starts_with("like what was moved to Junk: "), "{why}");
    assert_eq!(outcome.edits().len(), 2);
    server.user("alice");
    assert_eq!(filter.on_message().unwrap(), Outcome::next());
}

#[test]
fn two_batches_judge_a_message() {
    let (server, mut filter) = start(r#"{"min_learned":1}"#);
    train(&server, &mut filter, ALICE, 2);
    let words: String = (0..2000).map(|n| format!("word{n} ")).collect();
    server.message(format!("From: a@b.example\r\n\r\n{words}\r\n"));
    assert!(filter.on_message().is_ok());
}

#[test]
fn a_missing_grant_is_an_error() {
    let (server, mut filter) = start("{}");
    server.kv_bytes(0).message(spam(1));
    assert_eq!(filter.on_message().unwrap_err().code, "kv-denied");
}
