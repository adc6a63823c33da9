//! Attacks of the reliability table, from outside.

use waxseal_tests::Server;

#[test]
fn attacks_fail_and_polite_clients_are_served() {
    let server = Server::start("hostile").unwrap();
    let text = server.python("hostile_session.py").succeed();
    let text = text.unwrap_or_else(|error| panic!("{error}\n{}", server.log()));
    assert!(text.contains("held"), "{text}");
}
