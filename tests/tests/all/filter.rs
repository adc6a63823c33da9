//! The shipped filter, as a component, on live traffic.

use waxseal_tests::Server;

#[test]
fn shipped_rules_judge_live_mail() {
    let server = Server::start("filter").unwrap();
    let text = server.python("filter_session.py").succeed();
    assert!(text.unwrap().contains("rule"), "{}", server.log());
}
