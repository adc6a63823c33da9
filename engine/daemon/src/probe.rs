//! `waxseal probe`: ask a server what it can do.

use crate::cli::ProbeArgs;
use crate::failure::{Failure, Outcome};
use anyhow::{Context, Result};
use std::io::Write;
use std::path::Path;
use waxseal_ports::Clock;
use waxseal_ports::clock::SystemClock;
use waxseal_probe::{Endpoint, Limits, Plan, Protocol, Session, Subject, Tls, measured, words};

/// Probes, then prints or writes. Fails when what was printed is not whole.
pub(crate) async fn run(args: ProbeArgs) -> Outcome {
    let plan = plan(&args)?;
    let sessions = waxseal_probe::probe(&plan).await;
    match &args.out {
        // The file says which session ended early, and why.
        Some(path) => return Ok(write(&plan, &sessions, path)?),
        None => print(&sessions, args.transcript)?,
    }
    let ended = sessions.iter().find_map(|session| {
        let reason = session.ended.as_deref()?;
        Some((session.endpoint.address.as_str(), reason))
    });
    match ended {
        None => Ok(()),
        Some((address, reason)) => Err(anyhow::anyhow!("{address}: {reason}").into()),
    }
}

/// The plan of the file, or one of the command line's endpoint.
fn plan(args: &ProbeArgs) -> Outcome<Plan> {
    if let Some(file) = &args.plan {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("reading the plan {}", file.display()))?;
        return toml::from_str(&text)
            .map_err(|error| Failure::wrong(format!("{}: {error}", file.display())));
    }
    let address = args.address.clone().unwrap_or_default();
    let port = address
        .rsplit_once(':')
        .and_then(|(_, port)| port.parse().ok());
    let Some(port) = port else {
        return Err(Failure::wrong(format!("\"{address}\" is not HOST:PORT")));
    };
    let standard = Protocol::of_port(port);
    let asked = args.protocol.map(Protocol::from);
    let Some(protocol) = asked.or(standard.map(|(protocol, _)| protocol)) else {
        let message = format!("port {port} says nothing about the protocol; name it: --protocol");
        return Err(Failure::wrong(message));
    };
    let usual = standard.filter(|(usual, _)| *usual == protocol);
    let tls = match (args.tls, usual) {
        (Some(tls), _) => tls.into(),
        (None, Some((_, tls))) => tls,
        (None, None) => Tls::StartTls,
    };
    let mut endpoint = Endpoint::new(protocol, address, tls);
    endpoint.user.clone_from(&args.login);
    endpoint.recipient.clone_from(&args.recipient);
    endpoint.name.clone_from(&args.name);
    endpoint.clear_text_login = args.clear_text;
    if let Some(file) = &args.password_file {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("reading the password from {}", file.display()))?;
        endpoint.password = text.lines().next().map(str::to_owned);
    }
    let text = |given: &Option<String>| given.clone().unwrap_or_default();
    Ok(Plan {
        subject: Subject {
            product: text(&args.product),
            package_version: text(&args.product_version),
            package: "not said".to_owned(),
            config_profile: "not said".to_owned(),
            profile: "tuned".to_owned(),
            ..Subject::default()
        },
        limits: Limits::default(),
        endpoint: vec![endpoint],
    })
}

fn print(sessions: &[Session], with_transcript: bool) -> Result<()> {
    let mut text = String::new();
    for session in sessions {
        text.push_str(&words::words(session));
        if with_transcript {
            text.push_str("\n  transcript:\n");
            for line in session.transcript.lines() {
                text.push_str(&format!("    {line}\n"));
            }
        }
    }
    std::io::stdout()
        .write_all(text.as_bytes())
        .context("printing")
}

fn write(plan: &Plan, sessions: &[Session], path: &Path) -> Result<()> {
    let now = SystemClock.wall().rfc3339();
    let today = now.split('T').next().unwrap_or_default();
    let former = std::fs::read_to_string(path).ok();
    for output in measured::measured(plan, sessions, path, today, former.as_deref()) {
        let shown = output.path.display().to_string();
        if std::fs::read_to_string(&output.path).is_ok_and(|text| text == output.text) {
            continue;
        }
        if let Some(folder) = output.path.parent() {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("making {}", folder.display()))?;
        }
        std::fs::write(&output.path, &output.text).with_context(|| format!("writing {shown}"))?;
        writeln!(std::io::stderr(), "wrote {shown}").context("printing")?;
    }
    Ok(())
}
