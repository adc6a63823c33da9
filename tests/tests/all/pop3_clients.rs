//! Foreign POP3 clients.

use std::fs;
use waxseal_tests::{Client, Server};

#[test]
fn poplib_lives_a_maildrop_life() {
    let server = Server::start("poplib").unwrap();
    let text = server.python("poplib_session.py").succeed();
    assert!(text.unwrap().contains("content"), "{}", server.log());
}

/// Puts messages into alice's INBOX.
fn fill(server: &Server, messages: usize) {
    server
        .python("append_many.py")
        .arg(messages)
        .succeed()
        .unwrap();
}

#[test]
fn getmail_fetches_over_pop3s() {
    let server = Server::start("getmail").unwrap();
    fill(&server, 20);
    let folder = server.folder.path().join("getmail");
    fs::create_dir_all(&folder).unwrap();
    let config = format!(
        "[retriever]\ntype = SimplePOP3SSLRetriever\nserver = 127.0.0.1\nport = {}\n\
         username = alice@example.test\npassword = secret1\ntimeout = 60\n\n\
         [destination]\ntype = MDA_external\npath = /usr/bin/tee\n\
         arguments = (\"-a\", \"{}/fetched\")\nallow_root_commands = true\n\n\
         [options]\ndelete = true\n",
        server.port(995),
        folder.display()
    );
    fs::write(folder.join("getmailrc"), config).unwrap();
    let getmail = Client::new("getmail").arg(format!("--getmaildir={}", folder.display()));
    getmail.arg("--rcfile=getmailrc").succeed().unwrap();
    let fetched = fs::read_to_string(folder.join("fetched")).unwrap();
    assert_eq!(fetched.matches("\nSubject: remote ").count(), 20);
    let left = server.python("list_inbox.py").succeed().unwrap();
    assert_eq!(left, "", "getmail deleted what it fetched");
}

#[test]
fn mpop_fetches_over_stls() {
    let server = Server::start("mpop").unwrap();
    fill(&server, 20);
    let mailbox = server.folder.path().join("mbox");
    let client = Client::new("mpop").args(["--host=127.0.0.1", "--auth=user"]);
    let client = client.arg(format!("--port={}", server.port(110)));
    let client = client.args(["--user=alice@example.test", "--passwordeval=echo secret1"]);
    let client = client.args([
        "--tls=on",
        "--tls-starttls=on",
        "--tls-certcheck=off",
        "--keep=on",
    ]);
    let client = client.arg(format!("--delivery=mbox,{}", mailbox.display()));
    let uidls = server.folder.path().join("uidls");
    client
        .arg(format!("--uidls-file={}", uidls.display()))
        .succeed()
        .unwrap();
    let text = fs::read_to_string(mailbox).unwrap();
    assert_eq!(text.matches("\nSubject: remote ").count(), 20);
}
