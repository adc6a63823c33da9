//! One server under one profile: started, probed from within its network, stopped.

use super::peer::{Endpoint, Peer, Profile};
use super::tree::Trees;
use crate::bench::scratch::{Running, wait_until};
use crate::shell;
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// How long a server may take to listen.
const START: Duration = Duration::from_secs(60);

/// Starts the server, probes it and rewrites its measured file.
pub(crate) fn measure(
    trees: &Trees,
    peer: &Peer,
    profile: &Profile,
    engine: &Path,
    keep: bool,
) -> Result<()> {
    let upper = trees.layer(&format!("{}.{}", peer.name, profile.name));
    fs::remove_dir_all(&upper).unwrap_or_default();
    let home = upper.join("peer");
    fs::create_dir_all(&home)?;
    // The first process of the tree waits for its children for as long as it lives.
    let script = format!(
        "{}\ntouch /peer/ready\nwhile :; do sleep 1000 & wait; done\n",
        profile.script
    );
    fs::write(home.join("start"), script)?;
    let plan = home.join("plan.toml");
    fs::write(&plan, plan_text(trees, peer, profile)?)?;
    let log = fs::File::create(home.join("log"))?;
    let mut start = trees.run(&peer.name, &upper, &["bash", "/peer/start"])?;
    start
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log);
    let mut server = Running(start.spawn().context("starting unshare")?);
    let pid = server.0.id();
    let ready = home.join("ready");
    let outcome = listening(&mut server, &ready, &profile.endpoints).and_then(|()| {
        let product = shell::root().join("content/products").join(&peer.product);
        ensure!(
            product.is_dir(),
            "the catalog has no product {}",
            peer.product
        );
        let file = format!("measured/{}-{}.toml", trees.distro, profile.name);
        probe(engine, pid, &plan, &product.join(file))
    });
    drop(server);
    match &outcome {
        Err(_) if !keep => {
            let text = fs::read_to_string(home.join("log")).unwrap_or_default();
            println!("{}", last_lines(&text));
            let text = fs::read_to_string(upper.join("var/log/peer.log")).unwrap_or_default();
            println!("{}", last_lines(&text));
        }
        Err(_) | Ok(()) => {}
    }
    if keep {
        println!("  kept: {}", upper.display());
    } else {
        fs::remove_dir_all(&upper).unwrap_or_default();
    }
    outcome
}

/// Waits until the script came to its end and every port is served in the server's network.
fn listening(server: &mut Running, ready: &Path, endpoints: &[Endpoint]) -> Result<()> {
    let pid = server.0.id();
    let mut missing = String::new();
    wait_until(START, || {
        let table = ["tcp", "tcp6"]
            .map(|name| fs::read_to_string(format!("/proc/{pid}/net/{name}")).unwrap_or_default());
        let served = |port: u16| {
            let address = format!(":{port:04X} ");
            let mut lines = table.iter().flat_map(|table| table.lines());
            // The second column is the local address, state 0A is LISTEN.
            lines.any(|line| {
                let mut words = line.split_whitespace().skip(1);
                let local = words.next().map(|local| format!("{local} "));
                let state = words.nth(1);
                local.is_some_and(|local| local.ends_with(&address)) && state == Some("0A")
            })
        };
        let unserved = endpoints.iter().find(|endpoint| !served(endpoint.port));
        missing = unserved.map_or_else(String::new, |one| one.port.to_string());
        if missing.is_empty() && !ready.exists() {
            "any, since the script goes on".clone_into(&mut missing);
        }
        missing.is_empty() || !matches!(server.0.try_wait(), Ok(None))
    })
    .with_context(|| format!("nothing listens on port {missing}"))?;
    ensure!(
        missing.is_empty(),
        "the server ended before it listened on port {missing}"
    );
    Ok(())
}

/// Runs the probe inside the server's network.
fn probe(engine: &Path, pid: u32, plan: &Path, out: &Path) -> Result<()> {
    let mut nsenter = Command::new("nsenter");
    nsenter
        .args(["--target", &pid.to_string(), "--net", "--"])
        .arg(engine)
        .args(["probe", "--plan"])
        .arg(plan)
        .arg("--out")
        .arg(out);
    let status = nsenter.status().context("starting nsenter")?;
    ensure!(status.success(), "the probe failed");
    Ok(())
}

fn plan_text(trees: &Trees, peer: &Peer, profile: &Profile) -> Result<String> {
    let (package, version) = trees.versions(peer)?;
    let mut subject = toml::Table::new();
    for (key, value) in [
        ("product", peer.product.as_str()),
        ("distro", &trees.distro),
        ("package", &package),
        ("package_version", &version),
        ("profile", profile.name),
        ("config_profile", &profile.words),
        ("config_sha256", &profile.sha256),
    ] {
        subject.insert(key.to_owned(), value.into());
    }
    let endpoints = profile.endpoints.iter().map(|one| {
        let mut table = toml::Table::new();
        let mut put = |key: &str, value: Option<toml::Value>| {
            if let Some(value) = value {
                table.insert(key.to_owned(), value);
            }
        };
        let text = |text: &Option<String>| text.clone().map(toml::Value::from);
        put("protocol", Some(one.protocol.clone().into()));
        put("address", Some(format!("127.0.0.1:{}", one.port).into()));
        put("tls", Some(one.tls.clone().into()));
        put("user", text(&one.user));
        put("password", one.user.as_ref().map(|_| "secret1".into()));
        put("recipient", text(&one.recipient));
        put("clear_text_login", Some(one.clear_text_login.into()));
        put("name", text(&one.name));
        toml::Value::Table(table)
    });
    let mut plan = toml::Table::new();
    plan.insert("endpoint".to_owned(), endpoints.collect::<Vec<_>>().into());
    plan.insert("subject".to_owned(), subject.into());
    toml::to_string(&plan).map_err(Into::into)
}

fn last_lines(text: &str) -> String {
    let lines: Vec<_> = text.lines().collect();
    let from = lines.len().saturating_sub(25);
    lines.get(from..).unwrap_or_default().join("\n")
}
