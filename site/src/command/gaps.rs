//! `gaps`: what the catalog lacks, the most needed first.

use std::io::stdout;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use waxseal_site::gaps::{Gap, gaps};

use crate::{day, load, tell};

/// Options of `gaps`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Folder of the content.
    #[arg(long, default_value = "content")]
    content: PathBuf,
    /// Only gaps of this product.
    #[arg(long, value_name = "SLUG")]
    product: Option<String>,
    /// Most gaps listed; 0 for all.
    #[arg(long, default_value_t = 50)]
    limit: usize,
    /// Form of the list.
    #[arg(long, value_enum, default_value = "text")]
    format: Form,
    /// The day that ages are counted from; today when left out.
    #[arg(long, value_name = "YYYY-MM-DD")]
    today: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// A line each.
    Text,
    /// One JSON array.
    Json,
}

/// Lists them.
pub(crate) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let loaded = load(&options.content, &day(options.today.as_deref())?)?;
    let catalog = loaded
        .catalog
        .context("the content has errors; `check` lists them")?;
    let mut found = gaps(&catalog);
    if let Some(product) = &options.product {
        anyhow::ensure!(
            catalog.products.contains_key(product),
            "there is no product \"{product}\""
        );
        found.retain(|gap| gap.product.as_ref() == Some(product));
    }
    let all = found.len();
    if options.limit > 0 {
        found.truncate(options.limit);
    }
    let text = match options.format {
        Form::Text => {
            let lines: String = found.iter().map(|gap| gap.text() + "\n").collect();
            format!("{lines}{} of {all} gaps\n", found.len())
        }
        Form::Json => {
            let items: Vec<_> = found.iter().map(Gap::json).collect();
            format!("{:#}\n", serde_json::Value::Array(items))
        }
    };
    tell(stdout(), &text);
    Ok(ExitCode::SUCCESS)
}
