//! `links`: what leads elsewhere, and what visits to it found. The visits are another program's:
//! this one never opens a connection.

use std::collections::BTreeMap;
use std::io::stdout;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use waxseal_site::content::{fix, read_folder};
use waxseal_site::model::{LinkCheck, LinksFile};

use crate::{day, tell};

/// The file below the content folder.
const LOCK: &str = "links.lock.toml";

/// Options of `links`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Folder of the content.
    #[arg(long, default_value = "content")]
    content: PathBuf,
    /// Take in the results of visits: one line each, the HTTP status or a word for what went
    /// wrong, a blank, the address.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// The day of the visits; today when left out.
    #[arg(long, value_name = "YYYY-MM-DD")]
    today: Option<String>,
}

/// Lists the addresses, or records results.
pub(crate) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let used = fix::links(read_folder(&options.content)?);
    let Some(results) = &options.record else {
        let lines: String = used.iter().map(|url| format!("{url}\n")).collect();
        tell(stdout(), &lines);
        return Ok(ExitCode::SUCCESS);
    };
    let today = day(options.today.as_deref())?;
    let path = options.content.join(LOCK);
    let mut links = recorded(&path)?;
    let text = std::fs::read_to_string(results)
        .with_context(|| format!("reading {}", results.display()))?;
    for line in text.lines() {
        let Some((status, url)) = line.split_once(' ') else {
            anyhow::bail!("\"{line}\" is not a status and an address");
        };
        if !used.contains(url) {
            continue;
        }
        let fresh = || LinkCheck {
            url: url.to_owned(),
            checked: today.clone(),
            status: status.to_owned(),
            dead_since: None,
            archive: None,
        };
        let entry = links.remove(url).unwrap_or_else(fresh);
        links.insert(url.to_owned(), entry.visited(&today, status));
    }
    links.retain(|url, _| used.contains(url));
    let failing = links
        .values()
        .filter(|link| link.dead_since.is_some())
        .count();
    let summary = format!(
        "{} links recorded, {failing} of them failing\n",
        links.len()
    );
    std::fs::write(&path, fix::links_text(links.into_values().collect()))
        .with_context(|| format!("writing {}", path.display()))?;
    tell(stdout(), &summary);
    Ok(ExitCode::SUCCESS)
}

fn recorded(path: &Path) -> anyhow::Result<BTreeMap<String, LinkCheck>> {
    if !path.exists() {
        return Ok(BTreeMap::new());
    }
    let text =
        std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let file: LinksFile =
        toml::from_str(&text).with_context(|| format!("reading {}", path.display()))?;
    Ok(file
        .link
        .into_iter()
        .map(|link| (link.url.clone(), link))
        .collect())
}
