//! The benched ways come to the same: else their figures would compare different work.

#![expect(clippy::unwrap_used, reason = "a test program")]

use std::path::PathBuf;
use waxseal_bench::drive;
use waxseal_bench::message::Sample;
use waxseal_bench::way::{Kind, Ways};
use waxseal_ports::filter::describe;

fn plugins() -> PathBuf {
    let beside = || {
        let exe = std::env::current_exe().unwrap();
        exe.ancestors().nth(3).unwrap().join("plugins")
    };
    std::env::var_os("WAXSEAL_PLUGINS_DIR").map_or_else(beside, PathBuf::from)
}

async fn check(kind: Kind, expected_field: Option<&str>) {
    let folder = std::env::temp_dir().join(format!("waxseal-bench-{kind}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let ways = Ways::start(kind, &plugins(), &folder).await.unwrap();
    for sample in [Sample::small().unwrap(), Sample::large().unwrap()] {
        let native = drive::session(&*ways.native, &sample).await;
        let header = String::from_utf8(native.header).unwrap();
        let field = header.lines().rev().nth(1).unwrap();
        if let Some(expected) = expected_field {
            assert!(field.starts_with(expected), "{kind}: {header}");
        }
        for (way, filter) in [
            ("plugin", &ways.plugin),
            ("milter", &ways.milter),
            ("milter, kept", &ways.milter_kept),
        ] {
            let judged = drive::session(&**filter, &sample).await;
            let (said, expected) = (&judged.ruling.verdict, &native.ruling.verdict);
            assert_eq!(describe(said), describe(expected), "{kind} as {way}");
            let found = String::from_utf8(judged.header).unwrap();
            assert_eq!(found, header, "{kind} as {way}, {}", sample.name);
        }
    }
    drop(ways);
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn empty() {
    check(Kind::Empty, None).await;
}

#[tokio::test]
async fn rules() {
    check(Kind::Rules, Some("X-Checked: yes")).await;
}

#[tokio::test]
async fn bayes() {
    check(Kind::Bayes, Some("X-Bayes: ")).await;
}
