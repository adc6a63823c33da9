//! `check`: names mistakes, explains rules, mends what needs no judgement.

use std::io::{stderr, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use waxseal_site::content::{self, Code, Format, Severity, fix};

use crate::{day, load, tell};

/// Options of `check`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Folder of the content.
    #[arg(long, default_value = "content")]
    content: PathBuf,
    /// Form of the list.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// List the warnings too, not only their number.
    #[arg(long)]
    warnings: bool,
    /// Mend what needs no judgement first, saying what was done: layout, order of keys and
    /// aliases, forms of dates, spelling of RFC numbers, the lock files.
    #[arg(long)]
    fix: bool,
    /// Explain a code, or all of them with `all`, instead of checking.
    #[arg(long, value_name = "CODE")]
    explain: Option<String>,
    /// The day after which a date lies in the future; today when left out.
    #[arg(long, value_name = "YYYY-MM-DD")]
    today: Option<String>,
}

/// Runs it; fails when there are errors.
pub(crate) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    if let Some(code) = &options.explain {
        return explain(code);
    }
    if options.fix {
        mend(options)?;
    }
    let loaded = load(&options.content, &day(options.today.as_deref())?)?;
    let errors = loaded.of(Severity::Error);
    let warned = loaded.of(Severity::Warning);
    let mut listed = errors.clone();
    if options.warnings || options.format != Format::Text {
        listed.extend(&warned);
        listed.sort();
    }
    let root = options.content.to_string_lossy();
    tell(
        stdout(),
        &content::diagnostic::print(&listed, options.format, &root),
    );
    let hint = if warned.is_empty() || options.warnings {
        ""
    } else {
        " (--warnings lists them)"
    };
    let summary = format!(
        "{} files, {} errors, {} warnings{hint}\n",
        loaded.files,
        errors.len(),
        warned.len(),
    );
    tell(stderr(), &summary);
    Ok(if errors.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn explain(name: &str) -> anyhow::Result<ExitCode> {
    let codes: Vec<Code> = if name == "all" {
        Code::ALL.to_vec()
    } else {
        vec![Code::parse(name).with_context(|| format!("there is no code \"{name}\""))?]
    };
    let pages: Vec<String> = codes.into_iter().map(content::code::explain).collect();
    tell(stdout(), &pages.join("\n"));
    Ok(ExitCode::SUCCESS)
}

/// Writes the mended files and says, on standard error, what was done to each.
fn mend(options: &Options) -> anyhow::Result<()> {
    let fixed = fix::fix(content::read_folder(&options.content)?)?;
    let root = options.content.to_string_lossy();
    let root = format!("{}/", root.trim_end_matches('/'));
    let mut count = 0;
    for file in &fixed {
        let path = options.content.join(&file.path);
        std::fs::write(&path, &file.text).with_context(|| format!("writing {}", path.display()))?;
        for done in &file.done {
            tell(stderr(), &format!("mended {}\n", done.text(&root)));
        }
        count += file.done.len();
    }
    tell(
        stderr(),
        &format!("{count} places mended in {} files\n", fixed.len()),
    );
    Ok(())
}
