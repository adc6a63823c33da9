//! Virtual hosting as an administrator manages it, while the server runs.

use waxseal_tests::Server;

#[test]
fn domains_accounts_and_aliases_change_while_the_server_runs() {
    let server = Server::start("directory").unwrap();
    let run = |arguments: &[&str]| server.command(arguments).unwrap().succeed().unwrap();
    run(&["domain", "add", "other.test"]);
    run(&[
        "account",
        "add",
        "carol@other.test",
        "--password",
        "secret3",
    ]);
    run(&["alias", "add", "sales@other.test", "carol@other.test"]);
    assert!(run(&["domain", "list"]).contains("other.test"));
    assert!(run(&["account", "list"]).contains("carol@other.test"));
    assert!(run(&["alias", "list"]).contains("sales@other.test"));
    let text = server.python("tenants.py").succeed();
    assert!(text.unwrap().contains("apart"), "{}", server.log());

    run(&["alias", "remove", "sales@other.test"]);
    run(&["account", "remove", "carol@other.test"]);
    run(&["domain", "remove", "other.test"]);
    assert!(!run(&["domain", "list"]).contains("other.test"));
    let again = server
        .command(&["domain", "remove", "other.test"])
        .unwrap()
        .run()
        .unwrap();
    assert!(
        again.code != 0 && again.text.contains("other.test"),
        "{}",
        again.text
    );
}
