//! The shipped filter, as a component, on live traffic; and two tenants with one each.

use waxseal_tests::Server;

#[test]
fn shipped_rules_judge_live_mail() {
    let server = Server::start("filter").unwrap();
    let text = server.python("filter_session.py").succeed();
    assert!(text.unwrap().contains("rule"), "{}", server.log());
}

/// A plugin of a tenant under a name that both use.
fn rules(tenant: &str, rule: &str, why: &str) -> String {
    format!(
        "\n[[plugin]]\nname = \"own\"\nfile = \"rules.wasm\"\ntenant = \"{tenant}\"\n\
         [[plugin.config.rule]]\nname = \"own\"\nif = {{ header = {{ Subject = \"*{rule}*\" }} }}\n\
         then = {{ reject = \"{why}\" }}\n"
    )
}

#[test]
fn tenants_have_rules_of_their_own() {
    let server = Server::start("tenant-plugins").unwrap();
    let run = |arguments: &[&str]| server.command(arguments).unwrap().succeed().unwrap();
    run(&["domain", "add", "other.test"]);
    let carol = ["carol@other.test", "--password", "secret3"];
    run(&[&["account", "add"], &carol[..]].concat());
    let file = server.folder.path().join("waxseal.toml");
    let mut config = std::fs::read_to_string(&file).unwrap();
    config += &rules("first", "[alices-rule]", "alice wants none of it");
    config += &rules("second", "[carols-rule]", "carol wants none of it");
    config +=
        "\n[tenants]\nfirst.domains = [\"example.test\"]\nsecond.domains = [\"other.test\"]\n";
    std::fs::write(&file, config).unwrap();
    let list = run(&["plugin", "reload"]);
    assert!(
        list.contains("first/own") && list.contains("second/own"),
        "{list}"
    );
    let text = server.python("tenant_plugins.py").succeed();
    assert!(text.unwrap().contains("own rules"), "{}", server.log());
    let metrics = server.http("GET", "/metrics").unwrap();
    let calls = "waxseal_plugin_calls_total{plugin=\"own\",tenant=\"first\"";
    assert!(metrics.contains(calls), "{metrics}");
    assert!(run(&["plugin", "disable", "first/own"]).contains("first/own is disabled"));
}
