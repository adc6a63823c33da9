//! `waxseal init`: writes a documented configuration file for a new server.

use crate::cli::InitArgs;
use crate::failure::{Failure, Outcome};
use crate::wire::make_private_folder;
use anyhow::Context;
use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use waxseal_mail::Domain;
use waxseal_net::{SelfSigned, TlsConfig};

/// The file with its placeholders.
const TEMPLATE: &str = include_str!("init/waxseal.toml");

/// Writes `file`, and a self-signed certificate beside the data where none is given. Overwrites
/// nothing.
pub(crate) fn init(file: &Path, args: InitArgs) -> Outcome {
    if file.exists() {
        let message = format!("{} exists already; nothing was written", file.display());
        return Err(Failure::wrong(message));
    }
    let ask = !args.yes && std::io::stdin().is_terminal();
    let hostname = match args.hostname {
        Some(hostname) => hostname,
        None if ask => question("Name of this host in the DNS", "mx.example.org")?,
        None => {
            let message = "--hostname is missing: the name of this host in the DNS";
            return Err(Failure::wrong(message));
        }
    };
    let parsed = Domain::parse(&hostname)
        .map_err(|error| Failure::wrong(format!("{hostname:?} is not a host name: {error}")))?;
    let data = match args.data {
        Some(data) => data,
        None if ask => question("Data folder", "/var/lib/waxseal")?.into(),
        None => PathBuf::from("/var/lib/waxseal"),
    };
    let data = std::path::absolute(&data).context("reading the data folder")?;
    make_private_folder(&data)?;
    let own = match (args.certificate, args.key) {
        (Some(certificate), Some(key)) => Some(TlsConfig {
            certificate: std::path::absolute(certificate).context("reading --certificate")?,
            key: std::path::absolute(key).context("reading --key")?,
        }),
        _ => None,
    };
    let tls = own.map_or_else(|| self_signed(&data, parsed.ascii()), Ok)?;
    let text = TEMPLATE
        .replace("@HOSTNAME@", &toml_text(&hostname))
        .replace("@DATA@", &toml_text(&data.to_string_lossy()))
        .replace(
            "@CERTIFICATE@",
            &toml_text(&tls.certificate.to_string_lossy()),
        )
        .replace("@KEY@", &toml_text(&tls.key.to_string_lossy()))
        .replace("@ANY@", any_address())
        .replace("@RELAY@", &relay(args.smarthost.as_deref())?);
    write_new(file, &text)?;
    say(&format!(
        "{file} is written.\n\
         Next:\n  \
         waxseal config check --config {file}\n  \
         waxseal domain add example.org --config {file}\n  \
         waxseal account add you@example.org --config {file}\n  \
         waxseal serve --config {file}\n",
        file = file.display()
    ))
}

/// All addresses of this machine: IPv6 with IPv4 where the machine has IPv6.
fn any_address() -> &'static str {
    if std::net::TcpListener::bind("[::]:0").is_ok() {
        "[::]"
    } else {
        "0.0.0.0"
    }
}

/// `host = …` and `port = …` of a smarthost given as `HOST:PORT` or `HOST`.
pub(crate) fn smarthost(text: &str) -> Outcome<(String, u16)> {
    let wrong = || Failure::wrong(format!("{text:?} is not HOST:PORT"));
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.starts_with('[') => {
            (host, port.parse().map_err(|_| wrong())?)
        }
        _ => (text, 587),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if host.is_empty() || host.contains(char::is_whitespace) {
        return Err(wrong());
    }
    Ok((host.to_owned(), port))
}

/// A TOML basic string.
pub(crate) fn toml_text(text: &str) -> String {
    toml::Value::from(text).to_string()
}

fn relay(option: Option<&str>) -> Outcome<String> {
    let Some(text) = option else {
        return Ok("mode = \"mx\"".to_owned());
    };
    let (host, port) = smarthost(text)?;
    let host = toml_text(&host);
    Ok(format!(
        "mode = \"smarthost\"\n\
         smarthost = {{ host = {host}, port = {port}, tls = \"required\" }}"
    ))
}

fn self_signed(data: &Path, hostname: &str) -> Outcome<TlsConfig> {
    let folder = data.join("tls");
    make_private_folder(&folder)?;
    let files = TlsConfig {
        certificate: folder.join("certificate.pem"),
        key: folder.join("key.pem"),
    };
    if !files.certificate.exists() || !files.key.exists() {
        let made = SelfSigned::generate(&[hostname]).and_then(|made| made.write(&files));
        made.context("making a self-signed certificate")?;
        say("A self-signed certificate was made; replace it before clients rely on it.\n")?;
    }
    Ok(files)
}

fn question(question: &str, default: &str) -> Outcome<String> {
    say(&format!("{question} [{default}]: "))?;
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    read.context("reading the answer")?;
    let answer = answer.trim();
    Ok(if answer.is_empty() { default } else { answer }.to_owned())
}

fn write_new(file: &Path, text: &str) -> Outcome {
    let open = std::fs::File::options()
        .write(true)
        .create_new(true)
        .open(file);
    let written = open.and_then(|mut open| {
        open.write_all(text.as_bytes())?;
        open.sync_all()
    });
    Ok(written.with_context(|| format!("writing {}", file.display()))?)
}

fn say(text: &str) -> Outcome {
    let mut out = std::io::stdout();
    let printed = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    Ok(printed.context("printing")?)
}
