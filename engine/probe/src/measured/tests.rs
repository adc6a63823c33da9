use std::path::Path;

use expect_test::expect_file;

use super::{days, measured};
use crate::fake::serve;
use crate::{Endpoint, Limits, Plan, Protocol, Subject, Tls, probe};

const SCRIPT: &str = "> greeting\n220 mx.corp.org ESMTP Tue, 24 Nov 2026 12:54:39 +0000\n\
                      > EHLO\n250-mx.corp.org\n250-SIZE 5000000\n250 X-OWN\n> QUIT\n221 bye\n\
                      > SIZE=5000001\n552 5.3.4 too large\n> HELP\n502 no\n> else\n250 2.0.0 fine\n";

async fn plan() -> Plan {
    let mut endpoint = Endpoint::new(Protocol::Smtp, serve(SCRIPT).await, Tls::None);
    endpoint.recipient = Some("bob@corp.org".to_owned());
    Plan {
        subject: Subject {
            product: "fake".to_owned(),
            distro: "debian-12".to_owned(),
            package: "fake 1".to_owned(),
            package_version: "1".to_owned(),
            profile: "stock".to_owned(),
            config_profile: "as it comes".to_owned(),
            config_sha256: "00".to_owned(),
        },
        limits: Limits::default(),
        endpoint: vec![endpoint],
    }
}

#[tokio::test]
async fn a_second_run_changes_nothing() {
    let path = Path::new("products/fake/measured/debian-12-stock.toml");
    let plan = plan().await;
    let first = measured(&plan, &probe(&plan).await, path, "2026-11-24", None);
    let file = &first[1].text;
    let (head, _) = file.split_once("\n[not_announced]").unwrap();
    expect_file!["./tests/head.txt"].assert_eq(head);
    expect_file!["./tests/transcript.txt"].assert_eq(&first[0].text);
    let (_, checks) = file.split_once("]\n\n[[check]]").unwrap();
    expect_file!["./tests/checks.txt"].assert_eq(checks);
    assert!(file.contains("  \"smtp/chunking\",\n"));

    let former = Some(file.as_str());
    let next_day = measured(&plan, &probe(&plan).await, path, "2026-11-25", former);
    assert_eq!(first, next_day);
    let next_year = measured(&plan, &probe(&plan).await, path, "2027-11-25", former);
    assert!(next_year[1].text.contains("run_date = \"2027-11-25\""));
}

#[test]
fn days_are_counted() {
    let between = |one: &str, other: &str| days(other).unwrap() - days(one).unwrap();
    assert_eq!(between("2026-11-24", "2026-11-25"), 1);
    assert_eq!(between("2028-02-28", "2028-03-01"), 2);
    assert_eq!(between("2026-02-28", "2026-03-01"), 1);
    assert_eq!(between("2026-12-31", "2027-01-01"), 1);
    assert_eq!(days("soon"), None);
}
