//! What rests on the disk and elsewhere: `compress`, `seal`, `mirror`.

use super::check;
use crate::engine::Engine;
use waxseal_tests::free_port;

const PLUGINS: &str = r#"
[aead_keys]
mail = { value = "6d61696c6d61696c6d61696c6d61696c6d61696c6d61696c6d61696c6d61696c" }
[[plugin]]
name = "compress"
[[plugin]]
name = "seal"
grants.aead_keys = ["mail"]
config.key = "mail"
"#;

#[test]
fn sealed_and_compressed_mail_reads_as_it_came() {
    let with = format!("[storage]\nplugins = [\"compress\", \"seal\"]\n{PLUGINS}");
    let mut engine = Engine::start("sealed", &with).unwrap();
    let run = |engine: &Engine, turn: &str| {
        let data = engine.folder().path().join("data");
        let client = engine.python("plugin_sealed.py").arg(data.display());
        check(engine, client.arg(turn), "read byte for byte");
    };
    run(&engine, "first");
    // What was written stays readable without them, and is mixed with what is written then.
    engine.restart(PLUGINS).unwrap();
    run(&engine, "plain");
    engine.restart(&with).unwrap();
    run(&engine, "again");
}

#[test]
fn a_mirror_keeps_mail_elsewhere() {
    let service = free_port().unwrap();
    let more = format!(
        r#"
[secrets]
store = {{ value = "s3cret" }}
[storage]
holder = "mirror"
upkeep_secs = 1
[[plugin]]
name = "mirror"
grants.http = ["http://127.0.0.1:{service}/mail/"]
grants.secrets = ["store"]
config.url = "http://127.0.0.1:{service}/mail/"
config.bearer = "store"
"#
    );
    let mut engine = Engine::start("mirror", &more).unwrap();
    let run = |engine: &Engine, turn: &str, words: &str| {
        let folder = engine.folder().path();
        let client = engine.python("plugin_mirror.py").arg(service);
        let client = client.arg(folder.join("data").display());
        check(
            engine,
            client.arg(folder.join("objects").display()).arg(turn),
            words,
        );
    };
    run(&engine, "first", "the mirror keeps");
    engine.restart(&more).unwrap();
    run(&engine, "again", "the mirror gives back");
}
