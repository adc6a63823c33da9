use expect_test::expect;

use crate::fake::{listed, probed};
use crate::{Protocol, Tls};

#[tokio::test]
async fn classes_of_the_header_are_noted() {
    let script = "> greeting\n> OPTIONS\nHTTP/1.1 200 OK\nDAV: 1, 2, calendar-access\n\
                  Allow: OPTIONS, PROPFIND\nContent-Length: 0\n\n!close\n> else\n";
    let session = probed(Protocol::WebDav, Tls::None, script).await;
    let lines: Vec<_> = session
        .announced
        .iter()
        .map(|one| one.line.as_str())
        .collect();
    expect![[r#"
        DAV: 1
        DAV: 2
        DAV: calendar-access
        ALLOW: OPTIONS
        ALLOW: PROPFIND
        DAV: 1
        DAV: 2
        DAV: calendar-access
        ALLOW: OPTIONS
        ALLOW: PROPFIND"#]]
    .assert_eq(&lines.join("\n"));
    assert!(!listed(&session).contains("exercised"));
    let transcript = session.transcript.lines().join("\n");
    assert!(transcript.contains("Authorization: Basic <credentials>"));
}
