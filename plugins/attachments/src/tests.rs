use super::*;
use crate::zip::tests::archive;
use waxseal_plugin_sdk::base64::encode_lines;
use waxseal_plugin_sdk::random;
use waxseal_plugin_sdk::testing::Server;

fn message(name: &str, content_type: &str, octets: &[u8]) -> String {
    format!(
        "Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello\r\n--b\r\n\
         Content-Type: {content_type}\r\nContent-Disposition: attachment; filename=\"{name}\"\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}--b--\r\n",
        encode_lines(octets)
    )
}

fn judge(config: &str, name: &str, octets: &[u8]) -> Outcome {
    let server = Server::start();
    server
        .config(config)
        .message(message(name, "application/octet-stream", octets));
    Attachments::configure().unwrap().on_message().unwrap()
}

#[test]
fn programs_are_refused_by_name_and_content() {
    let text = "setup.exe is not accepted by mail: such files are refused";
    assert_eq!(
        judge("{}", "setup.exe", b"x"),
        Outcome::reject(550, "5.7.1", text)
    );
    let text = "photo.jpg is not accepted by mail: it is a program";
    let refused = judge("{}", "photo.jpg", b"\x7fELF\x02\x01");
    assert_eq!(refused, Outcome::reject(550, "5.7.1", text));
    assert_eq!(
        judge("{}", "photo.jpg", b"\xff\xd8\xff\xe0"),
        Outcome::next()
    );
    assert_eq!(
        judge(r#"{"allow":"setup.*"}"#, "setup.exe", b"x"),
        Outcome::next()
    );
}

#[test]
fn the_hardest_action_counts() {
    let document = archive(&[("word/vbaProject.bin", b"x")], false);
    let text = "a.docm is not accepted by mail: it has macros";
    let expected = Outcome::quarantine(text).tag("attachment:macros");
    assert_eq!(judge("{}", "a.docm", &document), expected);
    let refused = judge(
        r#"{"macros":"reject","text":"{name}: {what}"}"#,
        "a.docm",
        &document,
    );
    assert_eq!(
        refused,
        Outcome::reject(550, "5.7.1", "a.docm: it has macros")
    );
    assert_eq!(
        judge(r#"{"macros":"ignore"}"#, "a.docm", &document),
        Outcome::next()
    );
}

#[test]
fn passwords_give_points() {
    let archive = archive(&[("b.txt", b"x")], true);
    let expected = Outcome::next()
        .score_note("ATTACHMENT_ENCRYPTED", 3.0, "a.zip")
        .tag("attachment:encrypted");
    assert_eq!(judge("{}", "a.zip", &archive), expected);
}

#[test]
fn large_archives_are_read_to_their_end() {
    let server = Server::start();
    let noise: Vec<u8> = (0..20).flat_map(|_| random::bytes(65_536)).collect();
    drop(server);
    let archive = archive(&[("noise.bin", &noise), ("run.js", b"x")], false);
    assert!(archive.len() > 1 << 20);
    let text = "big.zip/run.js is not accepted by mail: such files are refused";
    assert_eq!(
        judge("{}", "big.zip", &archive),
        Outcome::reject(550, "5.7.1", text)
    );
}

#[test]
fn types_are_refused_and_users_may_be_left_out() {
    let server = Server::start();
    server.config(r#"{"types":"application/x-ms*","check_users":false}"#);
    server.message(message("a", "application/x-msdownload", b"x"));
    let mut filter = Attachments::configure().unwrap();
    let text = "a is not accepted by mail: such content is refused";
    assert_eq!(
        filter.on_message().unwrap(),
        Outcome::reject(550, "5.7.1", text)
    );
    assert_eq!(server.metric(r#"found_total{kind="type"}"#), Some(1.0));
    server.user("alice");
    assert_eq!(filter.on_message().unwrap(), Outcome::next());
}
