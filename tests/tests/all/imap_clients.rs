//! Foreign IMAP clients.

use std::fs;
use waxseal_tests::{Client, Server};

#[test]
fn imaplib_lives_a_mailbox_life() {
    let server = Server::start("imaplib").unwrap();
    let text = server.python("imaplib_session.py").succeed();
    assert!(text.unwrap().contains("content"), "{}", server.log());
}

/// Two-way synchronisation of 1,000 messages; a second run changes nothing on either side.
#[test]
fn mbsync_synchronises_both_ways() {
    let server = Server::start("mbsync").unwrap();
    let folder = server.folder.path().join("mbsync");
    let cur = folder.join("Mail/INBOX/cur");
    for sub in ["cur", "new", "tmp"] {
        fs::create_dir_all(folder.join("Mail/INBOX").join(sub)).unwrap();
    }
    for number in 0..500 {
        let text = format!("Message-ID: <{number}@local.test>\nSubject: local {number}\n\nbody\n");
        fs::write(cur.join(format!("{number}.local.host:2,S")), text).unwrap();
    }
    server.python("append_many.py").arg(500).succeed().unwrap();
    let config = format!(
        "IMAPAccount demo\nHost 127.0.0.1\nPort {}\nUser alice@example.test\nPass secret1\n\
         SSLType IMAPS\nCertificateFile {}\nTimeout 120\n\n\
         IMAPStore far\nAccount demo\n\nMaildirStore near\nPath {}/Mail/\nInbox {}/Mail/INBOX\n\n\
         Channel demo\nFar :far:\nNear :near:\nPatterns INBOX\nCreate Both\nExpunge Both\n\
         SyncState {}/state\n",
        server.port(993),
        server.folder.path().join("certificate.pem").display(),
        folder.display(),
        folder.display(),
        folder.display(),
    );
    let file = folder.join("mbsyncrc");
    fs::write(&file, config).unwrap();
    let mbsync = || {
        Client::new("mbsync")
            .args(["-V", "-c"])
            .arg(file.display())
            .arg("demo")
    };

    mbsync().succeed().unwrap();
    let files = || {
        let mut names: Vec<_> = ["cur", "new"]
            .iter()
            .flat_map(|sub| fs::read_dir(folder.join("Mail/INBOX").join(sub)).unwrap())
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        names
    };
    let before = files();
    assert_eq!(before.len(), 1000);
    let remote = server.python("list_inbox.py").succeed().unwrap();
    assert_eq!(remote.lines().count(), 1000);

    mbsync().succeed().unwrap();
    assert_eq!(files(), before, "the second run changed the local side");
    let again = server.python("list_inbox.py").succeed().unwrap();
    assert_eq!(again, remote, "the second run changed the remote side");
}
