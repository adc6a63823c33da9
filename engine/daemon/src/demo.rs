//! `waxseal demo`: a whole server on 127.0.0.1 with two accounts, to try things out.
//!
//! It writes an ordinary configuration file into its folder and serves that, so every other command
//! works on the demo with `--config DIR/waxseal.toml`.

mod banner;

use crate::cli::DemoArgs;
use crate::config::{Config, plugin_folder, schema};
use crate::failure::{Failure, Outcome};
use crate::init::{smarthost, toml_text};
use crate::serve;
use crate::wire::{make_private_folder, open_storage, operations_without_server};
use anyhow::Context;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use waxseal_admin::{Operations, Request};
use waxseal_net::{SelfSigned, TlsConfig};

/// Listeners: protocol, standard port, TLS.
const LISTENERS: [(&str, u16, &str); 8] = [
    ("smtp", 25, "starttls"),
    ("submission", 587, "starttls"),
    ("submission", 465, "implicit"),
    ("lmtp", 24, "none"),
    ("pop3", 110, "starttls"),
    ("pop3", 995, "implicit"),
    ("imap", 143, "starttls"),
    ("imap", 993, "implicit"),
];
/// The observation port, above the base. Browsers refuse to open 10080, which +80 would give.
pub(crate) const ADMIN_PORT: u16 = 88;
/// The schema of the configuration, beside it, for editors.
const SCHEMA_FILE: &str = "waxseal.schema.json";
/// What the shipped filter does here.
const RULES: &str = include_str!("demo/rules.toml");

/// Prepares the folder, says what there is to try, and serves.
pub(crate) async fn demo(args: DemoArgs) -> Outcome {
    let dir = match &args.dir {
        Some(dir) => dir.clone(),
        None => default_dir()?,
    };
    let dir = std::path::absolute(&dir).context("reading --dir")?;
    make_private_folder(&dir)?;
    make_certificate(&dir)?;
    let plugins = find_rules(args.plugins.as_deref())?;
    let file = dir.join("waxseal.toml");
    let text = configuration(&args, &dir, plugins.as_deref())?;
    std::fs::write(&file, text).with_context(|| format!("writing {}", file.display()))?;
    let schema_file = dir.join(SCHEMA_FILE);
    std::fs::write(&schema_file, schema())
        .with_context(|| format!("writing {}", schema_file.display()))?;
    let (config, _) = Config::read(&file)?;
    people(&config).await?;
    let program = std::env::args_os()
        .next()
        .unwrap_or_else(|| "waxseal".into());
    let banner = banner::Banner {
        program: Path::new(&program),
        dir: &dir,
        port_base: args.port_base,
        plugins: plugins.as_deref(),
        log: config.log.file.as_deref(),
        smarthost: args.smarthost.as_deref(),
    };
    serve::serve(&file, |_| {
        let printed = std::io::stdout().write_all(banner.to_string().as_bytes());
        if let Err(error) = printed {
            tracing::debug!(%error, "nobody reads the banner");
        }
    })
    .await
}

fn default_dir() -> Outcome<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let data = set("XDG_DATA_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(set("HOME")?).join(".local/share")));
    let data =
        data.ok_or_else(|| Failure::wrong("there is no home folder; name one with --dir"))?;
    Ok(data.join("waxseal-demo"))
}

fn certificate_files(dir: &Path) -> TlsConfig {
    TlsConfig {
        certificate: dir.join("certificate.pem"),
        key: dir.join("key.pem"),
    }
}

/// Makes the certificate once; a half-made pair is made again.
fn make_certificate(dir: &Path) -> Outcome {
    let files = certificate_files(dir);
    if files.certificate.exists() && files.key.exists() {
        return Ok(());
    }
    for file in [&files.certificate, &files.key] {
        if file.exists() {
            std::fs::remove_file(file).with_context(|| format!("removing {}", file.display()))?;
        }
    }
    let names = ["localhost", "127.0.0.1", "mx.example.test"];
    let made = SelfSigned::generate(&names).and_then(|made| made.write(&files));
    Ok(made.context("making a self-signed certificate")?)
}

/// The folder that holds `rules.wasm`; `None` where nobody built it.
fn find_rules(named: Option<&Path>) -> Outcome<Option<PathBuf>> {
    if let Some(dir) = named {
        if !dir.is_dir() {
            let message = format!("--plugins {} is not a folder", dir.display());
            return Err(Failure::wrong(message));
        }
        let dir = std::path::absolute(dir).context("reading --plugins")?;
        return Ok(Some(dir).filter(|dir| dir.join("rules.wasm").is_file()));
    }
    Ok(plugin_folder().filter(|dir| dir.join("rules.wasm").is_file()))
}

/// The configuration file; written again at every start, since arguments may differ.
fn configuration(args: &DemoArgs, dir: &Path, plugins: Option<&Path>) -> Outcome<String> {
    let files = certificate_files(dir);
    let path = |path: &Path| toml_text(&path.to_string_lossy());
    let mut text = format!(
        "#:schema ./{SCHEMA_FILE}\n\
         # Written by `waxseal demo` at every start; changes are lost. Editors that know the line\n\
         # above complete keys and explain them.\n\
         config_version = 1\n\n\
         [server]\nhostname = \"mx.example.test\"\ndata = {}\n",
        path(&dir.join("data"))
    );
    // A folder that was named counts, even while nothing lies in it.
    let named = args.plugins.as_deref().map(std::path::absolute).transpose();
    let named = named.context("reading --plugins")?;
    if let Some(plugins) = named.as_deref().or(plugins) {
        text.push_str(&format!("plugin_dir = {}\n", path(plugins)));
    }
    text.push_str(&format!(
        "\n[tls]\ncertificate = {}\nkey = {}\n",
        path(&files.certificate),
        path(&files.key)
    ));
    for (protocol, port, tls) in LISTENERS {
        let port = args.port_base + port;
        text.push_str(&format!(
            "\n[[listener]]\nprotocol = \"{protocol}\"\naddress = \"127.0.0.1:{port}\"\n\
             tls = \"{tls}\"\n\
             # Everybody who tries this comes from one address.\n\
             connections_max = 4000\nconnections_per_address_max = 3000\n"
        ));
    }
    let admin = args.port_base + ADMIN_PORT;
    text.push_str(&format!("\n[admin]\naddress = \"127.0.0.1:{admin}\"\n"));
    text.push_str("\n[relay]\n");
    match &args.smarthost {
        None => text.push_str("# Nothing leaves this machine.\nmode = \"hold\"\n"),
        Some(named) => {
            let (host, port) = smarthost(named)?;
            let host = toml_text(&host);
            text.push_str(&format!(
                "mode = \"smarthost\"\n\
                 smarthost = {{ host = {host}, port = {port}, tls = \"opportunistic\" }}\n"
            ));
        }
    }
    if plugins.is_some() {
        text.push('\n');
        text.push_str(RULES);
    }
    text.push_str("\n[log]\nlevel = \"info\"\n");
    if std::io::stdout().is_terminal() {
        // The banner stays readable.
        text.push_str(&format!("file = {}\n", path(&dir.join("waxseal.log"))));
    }
    Ok(text)
}

/// The domain, two accounts and an alias; what is there already stays as it is, unasked, since
/// every password costs a hash.
async fn people(config: &Config) -> Outcome {
    let storage = open_storage(config).await?;
    let operations = operations_without_server(&storage);
    let outcome = add_people(&operations).await;
    storage.close().await;
    outcome
}

async fn add_people(operations: &Operations) -> Outcome {
    let text = |text: &str| text.to_owned();
    let domain = text("example.test");
    let known = Request::DomainShow {
        domain: domain.clone(),
    };
    add_unless(operations, known, Request::DomainAdd { domain }).await?;
    for (address, password) in [
        ("alice@example.test", "secret1"),
        ("bob@example.test", "secret2"),
    ] {
        let (address, password) = (text(address), text(password));
        let known = Request::AccountShow {
            address: address.clone(),
        };
        let add = Request::AccountAdd { address, password };
        add_unless(operations, known, add).await?;
    }
    let address = text("postmaster@example.test");
    let known = Request::AliasShow {
        address: address.clone(),
    };
    let targets = vec![text("alice@example.test")];
    add_unless(operations, known, Request::AliasAdd { address, targets }).await
}

/// Performs `add` where `known` finds nothing.
async fn add_unless(operations: &Operations, known: Request, add: Request) -> Outcome {
    match operations.perform(known).await {
        Err(problem) if problem.status == 404 => {}
        found => return Ok(found.map(drop)?),
    }
    Ok(operations.perform(add).await.map(drop)?)
}
