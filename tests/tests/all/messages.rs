//! Hard messages: in over SMTP, out over IMAP and POP3, byte for byte.

use std::path::PathBuf;
use waxseal_tests::Server;

#[test]
fn hard_messages_come_back_byte_for_byte() {
    let server = Server::start("messages").unwrap();
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("messages");
    let text = server
        .python("all_messages.py")
        .arg(folder.display())
        .succeed();
    assert!(text.unwrap().contains("came back"), "{}", server.log());
}
