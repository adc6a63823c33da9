//! `new`: begins a page or a claim.

use std::io::stdout;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use waxseal_site::stub::{Stub, stub};

use crate::{day, tell};

/// Options of `new`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// What to begin.
    #[command(subcommand)]
    what: What,
    /// Folder of the content.
    #[arg(long, default_value = "content", global = true)]
    content: PathBuf,
    /// The day written into the stub; today when left out.
    #[arg(long, value_name = "YYYY-MM-DD", global = true)]
    today: Option<String>,
}

#[derive(Clone, clap::Subcommand)]
enum What {
    /// A product.
    Product { slug: String },
    /// A protocol.
    Protocol { id: String },
    /// An extension, as `protocol/slug`.
    Extension { id: String },
    /// A feature.
    Feature { slug: String },
    /// A comparison of at least two products.
    Comparison {
        slug: String,
        /// Products by slug.
        #[arg(required = true, num_args = 2..)]
        products: Vec<String>,
        /// A row to begin with: an extension as `protocol/slug`, or a feature.
        #[arg(long = "row", required = true, value_name = "ID")]
        rows: Vec<String>,
    },
    /// A survey of servers of one protocol.
    Survey { slug: String, protocol: String },
    /// A term of the glossary.
    Term { slug: String },
    /// A claim: the product, and the extension as `protocol/slug` or the feature.
    Claim { product: String, subject: String },
}

impl What {
    fn stub(self) -> Stub {
        match self {
            Self::Product { slug } => Stub::Product(slug),
            Self::Protocol { id } => Stub::Protocol(id),
            Self::Extension { id } => Stub::Extension(id),
            Self::Feature { slug } => Stub::Feature(slug),
            Self::Comparison {
                slug,
                products,
                rows,
            } => Stub::Comparison(slug, products, rows),
            Self::Survey { slug, protocol } => Stub::Survey(slug, protocol),
            Self::Term { slug } => Stub::Term(slug),
            Self::Claim { product, subject } => Stub::Claim(product, subject),
        }
    }
}

/// Writes the stub and tells where; never over a page that is there.
pub(crate) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let what = options.what.clone().stub();
    let is_claim = matches!(what, Stub::Claim(..));
    let made = stub(&what, &day(options.today.as_deref())?)?;
    let path = options.content.join(&made.path);
    let mut text = String::new();
    if path.exists() {
        anyhow::ensure!(is_claim, "{} is there already", path.display());
        text = std::fs::read_to_string(&path)
            .with_context(|| format!("reading {}", path.display()))?;
        if !text.is_empty() {
            text.push('\n');
        }
    }
    text.push_str(&made.text);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    std::fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
    let next = format!(
        "{}\nFill in what says TODO; `waxseal-site check` names what is still open.\n",
        path.display()
    );
    tell(stdout(), &next);
    Ok(ExitCode::SUCCESS)
}
