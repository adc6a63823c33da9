//! Broken configurations and what is said about them.

use super::{Config, Ground, Mistakes, check};
use crate::wire::plugin_services;
use expect_test::{Expect, expect};
use std::path::Path;
use waxseal_net::SelfSigned;

/// A sound beginning: lines 1 to 3.
const SOUND: &str = "config_version = 1\nserver.hostname = \"mx.example.test\"\n\n";
/// A sound listener, four lines.
const SMTP: &str = "[[listener]]\nprotocol = \"smtp\"\naddress = \"127.0.0.1:2525\"\n\n";

#[track_caller]
fn check_text(text: &str, expected: Expect) {
    expected.assert_eq(&mistakes(Path::new("w.toml"), text));
}

#[track_caller]
fn check_after_sound(rest: &str, expected: Expect) {
    check_text(&format!("{SOUND}{rest}"), expected);
}

fn mistakes(file: &Path, text: &str) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let found = match Config::parse(file, text) {
        Err(mistakes) => mistakes.to_string(),
        Ok((config, document)) => {
            let services = plugin_services(&config);
            let looked = check(&config, &document, Ground::Files, services);
            Mistakes(runtime.block_on(looked)).to_string()
        }
    };
    found + "\n"
}

#[test]
fn a_sound_file_has_no_mistakes() {
    assert_eq!(
        mistakes(Path::new("w.toml"), &format!("{SOUND}{SMTP}")),
        "\n"
    );
}

#[test]
fn syntax() {
    check_text(
        "config_version = 1\n[server\nhostname = \"a\"\nname = \"b\n",
        expect![[r#"
            w.toml:2:8: unclosed table, expected `]`
        "#]],
    );
}

#[test]
fn every_unknown_key_is_named_with_its_nearest() {
    check_after_sound(
        &format!(
            "{SMTP}[smpt]\n[delivery]\nclaim_mx = 3\n[delivery.retry]\ndelay_secs = []\nxyzzy = 1\n"
        ),
        expect![[r#"
            w.toml:8:2: unknown key `smpt`; did you mean `smtp`?
            w.toml:10:1: unknown key `claim_mx`; did you mean `claim_max`?
            w.toml:12:1: unknown key `delay_secs`; did you mean `delays_secs`?
            w.toml:13:1: unknown key `xyzzy`; known are delays_secs, give_up_secs, delay_report_secs
        "#]],
    );
}

#[test]
fn values_of_the_wrong_kind() {
    check_after_sound(
        "[[listener]]\nprotocol = \"imaps\"\naddress = \"localhost\"\ntls = \"start\"\n\
         [log]\nlevel = 3\n[relay]\nmode = \"smarthst\"\n",
        expect![[r#"
            w.toml:5:12: unknown value `imaps`; did you mean `imap`?
            w.toml:6:11: not ADDRESS:PORT, such as 127.0.0.1:25 or [::]:25
            w.toml:7:7: unknown value `start`; did you mean `starttls`?
            w.toml:9:9: wanted string or table
            w.toml:11:8: unknown value `smarthst`; did you mean `smarthost`?
        "#]],
    );
}

#[test]
fn missing_keys() {
    check_text(
        "[[listener]]\nprotocol = \"smtp\"\n[dns]\nretry = 1\n",
        expect![[r#"
            w.toml: missing key `config_version`
            w.toml: missing key `server`
            w.toml:1:1: missing key `address`
            w.toml:4:1: unknown key `retry`; did you mean `retries`?
        "#]],
    );
}

#[test]
fn ports_in_use_twice() {
    check_after_sound(
        &format!(
            "{SMTP}[[listener]]\nprotocol = \"imap\"\naddress = \"0.0.0.0:2525\"\n\
             [[listener]]\nprotocol = \"pop3\"\naddress = \"[::]:8025\"\n"
        ),
        expect![[r#"
            w.toml:10:11: 0.0.0.0:2525 is used by [[listener]] 1 (smtp) already
            w.toml:13:11: [::]:8025 is used by [admin] already
        "#]],
    );
}

#[test]
fn what_rooms_refuse_stands_at_its_key() {
    check_after_sound(
        &format!(
            "{SMTP}[delivery]\nclaim_max = 0\n[relay]\nmode = \"smarthost\"\n\
             [dns]\ntimeout_secs = 0\n[smtp.limits]\nrecipients_max = 1\n"
        ),
        expect![[r#"
            w.toml:9:13: delivery.claim_max must be 1 to 1000
            w.toml:10:1: relay.smarthost: mode "smarthost" needs a host
            w.toml:13:16: dns.timeout_secs must be 1 to 60
            w.toml:15:18: smtp.limits.recipients_max must be at least 100
        "#]],
    );
}

#[test]
fn storage_plugins_must_be_configured() {
    check_after_sound(
        &format!("{SMTP}[storage]\nplugins = [\"seal\"]\nholder = \"mirror\"\n"),
        expect![[r#"
            w.toml:9:11: there is no [[plugin]] named "seal"
            w.toml:10:10: there is no [[plugin]] named "mirror"
        "#]],
    );
    check_after_sound(
        &format!("{SMTP}[storage]\nper_account = true\n"),
        expect![[r#"
            w.toml:9:15: storage.per_account is set, and there are no storage.plugins
        "#]],
    );
}

#[test]
fn what_has_one_place_is_refused_in_others() {
    check_after_sound(
        &format!("{SMTP}[smtp]\nhostname = \"b.test\"\n[storage]\nfolder = \"x\"\n"),
        expect![[r#"
            w.toml:9:12: set `server.hostname` instead
            w.toml:11:10: set `server.data` instead
        "#]],
    );
}

#[test]
fn host_names_versions_and_nothing_to_do() {
    check_text(
        "config_version = 7\n[server]\nhostname = \"not a name\"\n",
        expect![[r#"
            w.toml: there is no [[listener]]; the server would serve nobody
            w.toml:1:18: version 7 is not known; this program reads version 1
            w.toml:3:12: "not a name" is not a host name: the domain is malformed
        "#]],
    );
}

#[test]
fn tls_files() {
    let dir = std::env::temp_dir().join(format!("waxseal-check-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let one = SelfSigned::generate(&["one.test"]).unwrap();
    let two = SelfSigned::generate(&["two.test"]).unwrap();
    std::fs::write(dir.join("certificate.pem"), one.certificate_pem).unwrap();
    std::fs::write(dir.join("key.pem"), two.key_pem).unwrap();
    let check_pair = |pair: &str, expected: Expect| {
        let text = format!("{SOUND}{SMTP}tls = \"starttls\"\n{pair}");
        let found = mistakes(&dir.join("w.toml"), &text);
        expected.assert_eq(&found.replace(&*dir.to_string_lossy(), "DIR"));
    };
    check_pair(
        "",
        expect![[r#"
        DIR/w.toml:8:7: TLS needs a [tls] section with certificate and key
    "#]],
    );
    let pair = "[tls]\ncertificate = \"certificate.pem\"\nkey = \"missing.pem\"\n";
    check_pair(
        pair,
        expect![[r#"
        DIR/w.toml:11:7: DIR/missing.pem cannot be read: No such file or directory (os error 2)
    "#]],
    );
    let pair = "[tls]\ncertificate = \"certificate.pem\"\nkey = \"key.pem\"\n";
    check_pair(
        pair,
        expect![[r#"
        DIR/w.toml:10:15: certificate DIR/certificate.pem and key DIR/key.pem do not fit: keys may not be consistent: KeyMismatch
    "#]],
    );
}

#[test]
fn plugins_that_do_not_load() {
    let dir = std::env::temp_dir().join(format!("waxseal-plugins-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(dir.join("text.wasm"), "no component").unwrap();
    let text = format!(
        "{SOUND}server.plugin_dir = \".\"\n{SMTP}[[plugin]]\nname = \"absent\"\n\
         [[plugin]]\nname = \"Bad Name\"\n[[plugin]]\nname = \"text\"\n"
    );
    let found = mistakes(&dir.join("w.toml"), &text);
    let found = found
        .replace(&*dir.to_string_lossy(), "DIR")
        .replace("DIR/./", "DIR/");
    expect![[r#"
        DIR/w.toml:10:8: plugin absent: DIR/absent.wasm could not be read: No such file or directory (os error 2)
        DIR/w.toml:12:8: plugin Bad Name: a plugin name is 1 to 32 of a-z 0-9 - and begins with a letter
        DIR/w.toml:14:8: plugin text: DIR/text.wasm is not a WebAssembly component: it begins with something else
    "#]].assert_eq(&found);
}

#[test]
fn the_template_of_init_is_sound() {
    let template = include_str!("../init/waxseal.toml");
    let text = template
        .replace("@HOSTNAME@", "\"mx.example.test\"")
        .replace("@DATA@", "\"data\"")
        .replace("@ANY@", "[::]")
        .replace("@RELAY@", "mode = \"mx\"");
    let uncommented: String = text
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(rest) if !rest.starts_with([' ', '…']) => format!("{rest}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    for (form, text) in [("as written", text), ("with all its defaults", uncommented)] {
        let text = text
            .replace("@CERTIFICATE@", "\"c\"")
            .replace("@KEY@", "\"k\"");
        if let Err(mistakes) = Config::parse(Path::new("w.toml"), &text) {
            panic!("{form}: {mistakes}");
        }
    }
}

#[test]
fn secrets_and_keys() {
    use std::os::unix::fs::PermissionsExt;
    let dir = std::env::temp_dir().join(format!("waxseal-vault-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    for (name, text, mode) in [("open", "hush\n", 0o644), ("mine", "hush\n", 0o600)] {
        let path = dir.join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    let text = format!(
        "{SOUND}{SMTP}[[plugin]]\nname = \"a\"\nenabled = false\n\
         grants.secrets = [\"mine\", \"absent\"]\ngrants.aead_keys = [\"long\", \"none\"]\n\
         [secrets]\nmine = {{ file = \"mine\" }}\nopen = {{ file = \"open\" }}\n\
         gone = {{ file = \"gone\" }}\nboth = {{ file = \"mine\", value = \"x\" }}\n\
         [aead_keys]\nlong = {{ value = \"{}\" }}\nshort = {{ value = \"abc\" }}\n",
        "0f".repeat(32)
    );
    let found = mistakes(&dir.join("w.toml"), &text);
    let found = found.replace(&*dir.to_string_lossy(), "DIR");
    expect![[r#"
        DIR/w.toml:11:27: there is no "absent" in [secrets]
        DIR/w.toml:12:29: there is no "none" in [aead_keys]
        DIR/w.toml:15:8: DIR/open can be read by others (mode 644); `chmod 600 DIR/open`
        DIR/w.toml:16:8: DIR/gone cannot be read: No such file or directory (os error 2)
        DIR/w.toml:17:8: give either `file` or `value`
        DIR/w.toml:20:9: a key is 64 hexadecimal digits, such as `openssl rand -hex 32` gives
    "#]]
    .assert_eq(&found);
    let (config, _) = Config::parse(&dir.join("w.toml"), &text).unwrap();
    let (vault, _) = config.vault();
    assert_eq!(
        vault.secrets["mine"].expose(),
        "hush",
        "without the line end"
    );
    assert!(!format!("{config:?}").contains("0f0f"), "never shown");
    std::fs::remove_dir_all(&dir).unwrap();
}

#[test]
fn tenants() {
    let plugin = |tenant: &str, rest: &str| {
        format!("[[plugin]]\nname = \"p\"\ntenant = \"{tenant}\"\nenabled = false\n{rest}")
    };
    check_after_sound(
        &format!(
            "{SMTP}{}{}[secrets]\ntoken.value = \"x\"\n[storage]\nplugins = [\"a/p\"]\n\
             holder = \"b/p\"\n[tenants.a]\ndomains = [\"a.test\"]\nsecrets.x = {{}}\n\
             [tenants.b]\ndomains = [\"b.test\"]\nsecrets.token.value = \"y\"\n",
            plugin("a", "grants.secrets = [\"token\"]\n"),
            plugin("b", "grants.secrets = [\"token\"]\n"),
        ),
        expect![[r#"
            w.toml:12:19: there is no "token" in [tenants.a.secrets]
            w.toml:21:11: a/p is a tenant's and encodes what is its accounts'; that needs per_account = true
            w.toml:22:10: b/p is a tenant's, and a holder keeps everybody's messages
            w.toml:25:13: give either `file` or `value`
        "#]],
    );
}

#[test]
fn milters() {
    check_after_sound(
        &format!("{SMTP}[[milter]]\nname = \"a\"\nsocket = \"8891\"\n"),
        expect![[r#"
            w.toml:10:10: "8891" is not inet:HOST:PORT, inet:PORT@HOST or unix:/PATH
        "#]],
    );
    check_after_sound(
        &format!(
            "{SMTP}[milter_server]\nidle_secs_max = 0\n\
             [[milter]]\nname = \"a\"\nsocket = \"unix:/run/a\"\n\
             [[milter]]\nname = \"a\"\nsocket = \"unix:/run/b\"\nlimits.command_secs_max = 0\n"
        ),
        expect![[r#"
            w.toml:9:17: milter_server.idle_secs_max must be at least 1
            w.toml:16:27: milter.limits.command_secs_max must be at least 1
        "#]],
    );
}
