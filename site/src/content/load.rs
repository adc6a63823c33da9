//! From the content folder to a checked catalog.

use std::ops::Range;
use std::path::Path;

use serde::de::DeserializeOwned;

use super::code::Code;
use super::diagnostic::{Diagnostic, Severity};
use super::rules::{self, Content};
use super::schema::{Kind, Schemas};
use super::source::SourceFile;
use super::spanned::Document;
use crate::catalog::{Catalog, Parts};
use crate::date::Date;
use crate::model::{
    Chapter, ClaimsFile, Comparison, Extension, Feature, LinksFile, MeasuredFile, Measurement,
    Product, Protocol, RedirectsFile, Survey, Term,
};
use crate::reference::Reference;
use crate::search::{Evaluation, Synonyms};

/// Largest content file read, in bytes.
pub const FILE_BYTES_MAX: u64 = 2_000_000;

/// One file after parsing, whether or not it is right.
#[derive(Debug)]
pub struct Page {
    /// What it holds.
    pub kind: Kind,
    /// Its name in claims and links: a slug, an id or `protocol/slug`.
    pub id: String,
    /// The file.
    pub file: SourceFile,
    /// Its TOML.
    pub document: Document,
    /// Byte range of its prose; empty for files that are TOML alone.
    pub prose: Range<usize>,
}

/// What a check found, and the catalog if it may be served.
pub struct Loaded {
    /// All mistakes, sorted by file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// The catalog, when there is no error among the mistakes.
    pub catalog: Option<Catalog>,
    /// Files read.
    pub files: usize,
}

impl Loaded {
    /// Mistakes of one severity.
    pub fn of(&self, severity: Severity) -> Vec<&Diagnostic> {
        self.diagnostics
            .iter()
            .filter(|one| one.severity() == severity)
            .collect()
    }
}

/// Reads every `.md`, `.toml` and `.txt` file below `root`, sorted by path.
///
/// # Errors
/// When a folder or file cannot be read, is larger than [`FILE_BYTES_MAX`] or is not UTF-8.
pub fn read_folder(root: &Path) -> anyhow::Result<Vec<SourceFile>> {
    use anyhow::Context as _;
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder)
            .with_context(|| format!("reading the folder {}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let content = path
                .extension()
                .is_some_and(|end| ["md", "toml", "txt"].iter().any(|known| end == *known));
            if !content {
                continue;
            }
            let bytes = std::fs::metadata(&path)?.len();
            anyhow::ensure!(
                bytes <= FILE_BYTES_MAX,
                "{} has {bytes} bytes",
                path.display()
            );
            let text = std::fs::read_to_string(&path)
                .with_context(|| format!("reading {}", path.display()))?;
            let below = path.strip_prefix(root)?;
            let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
            files.push(SourceFile::new(parts.join("/"), text.replace("\r\n", "\n")));
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}

/// Checks all files together; `today` is the day after which a date lies in the future.
///
/// # Errors
/// When a schema built into the program does not compile.
pub fn check(files: Vec<SourceFile>, today: &Date) -> anyhow::Result<Loaded> {
    let schemas = Schemas::compile()?;
    let count = files.len();
    let (Parsed { pages, transcripts }, mut diagnostics) = take_apart(files);
    let readable = |page: &&Page| !page.document.is_broken;
    for page in pages.iter().filter(readable) {
        diagnostics.extend(schemas.check(page.kind, &page.file, &page.document));
    }
    let reference = Reference::load()?;
    let content = Content {
        pages: &pages,
        transcripts: &transcripts,
        reference: &reference,
        today,
    };
    rules::all(&content, &mut diagnostics);
    diagnostics.sort();
    diagnostics.dedup();
    let broken = diagnostics
        .iter()
        .any(|one| one.severity() == Severity::Error);
    let catalog = if broken {
        None
    } else {
        let mut parts = parts(&pages)?;
        parts.reference = reference;
        for file in transcripts {
            parts.hash.update(file.text.as_bytes());
            parts.transcripts.insert(file.path, file.text);
        }
        Some(Catalog::build(parts))
    };
    Ok(Loaded {
        diagnostics,
        catalog,
        files: count,
    })
}

/// All files after parsing.
pub(super) struct Parsed {
    /// Files with TOML.
    pub(super) pages: Vec<Page>,
    /// What the prober recorded.
    pub(super) transcripts: Vec<SourceFile>,
}

/// Parses all files, and names those that cannot be read or have no place.
pub(super) fn take_apart(files: Vec<SourceFile>) -> (Parsed, Vec<Diagnostic>) {
    let (mut pages, mut transcripts, mut diagnostics) = (Vec::new(), Vec::new(), Vec::new());
    for file in files {
        match place(&file.path) {
            Some(Place::Page(kind, id)) => pages.push(parse(kind, id, file, &mut diagnostics)),
            Some(Place::Transcript) => transcripts.push(file),
            Some(Place::Other) => {}
            None => {
                let message = "this place holds no content".to_owned();
                diagnostics.push(Diagnostic::at(&file, 0, Code::S108, message));
            }
        }
    }
    (Parsed { pages, transcripts }, diagnostics)
}

enum Place {
    Page(Kind, String),
    Transcript,
    Other,
}

fn place(path: &str) -> Option<Place> {
    let parts: Vec<&str> = path.split('/').collect();
    let stem = |name: &'_ str| name.strip_suffix(".md").map(str::to_owned);
    Some(match parts.as_slice() {
        ["products", slug, "index.md"] => Place::Page(Kind::Product, (*slug).to_owned()),
        ["products", slug, "claims.toml"] => Place::Page(Kind::Claims, (*slug).to_owned()),
        ["products", slug, "measured", name] => Place::Page(
            Kind::Measured,
            format!("{slug}/{}", name.strip_suffix(".toml")?),
        ),
        ["protocols", name] => Place::Page(Kind::Protocol, stem(name)?),
        ["extensions", protocol, name] => {
            Place::Page(Kind::Extension, format!("{protocol}/{}", stem(name)?))
        }
        ["glossary", name] => Place::Page(Kind::Term, stem(name)?),
        ["features", name] => Place::Page(Kind::Feature, stem(name)?),
        ["comparisons", name] => Place::Page(Kind::Comparison, stem(name)?),
        ["surveys", name] => Place::Page(Kind::Survey, stem(name)?),
        ["manual", folders @ .., name] => Place::Page(Kind::Manual, chapter_path(folders, name)?),
        ["search", "synonyms.toml"] => Place::Page(Kind::Synonyms, "synonyms".to_owned()),
        ["redirects.toml"] => Place::Page(Kind::Redirects, "redirects".to_owned()),
        ["addresses.lock.toml"] => Place::Page(Kind::Addresses, "addresses".to_owned()),
        ["links.lock.toml"] => Place::Page(Kind::Links, "links".to_owned()),
        ["products", _, "transcripts", name] => {
            name.strip_suffix(".txt")?;
            Place::Transcript
        }
        ["search", "eval.toml"] => Place::Page(Kind::Evaluation, "eval".to_owned()),
        ["README.md"] => Place::Other,
        _ => return None,
    })
}

/// The path of a chapter: `index.md` stands for its folder.
fn chapter_path(folders: &[&str], name: &str) -> Option<String> {
    let stem = name.strip_suffix(".md")?;
    let mut parts = folders.to_vec();
    if stem != "index" {
        parts.push(stem);
    }
    Some(parts.join("/"))
}

/// Takes a file apart. A file that cannot be read keeps its name, so that what points to it is
/// not blamed too.
fn parse(kind: Kind, id: String, file: SourceFile, out: &mut Vec<Diagnostic>) -> Page {
    let end = file.text.len();
    let mut is_broken = false;
    let (front, prose) = match kind {
        Kind::Claims
        | Kind::Measured
        | Kind::Synonyms
        | Kind::Evaluation
        | Kind::Redirects
        | Kind::Addresses
        | Kind::Links => (0..end, end..end),
        Kind::Product
        | Kind::Protocol
        | Kind::Extension
        | Kind::Term
        | Kind::Feature
        | Kind::Comparison
        | Kind::Survey
        | Kind::Manual => file.front_matter().unwrap_or_else(|| {
            let message = "the file does not begin with front matter between +++ lines";
            out.push(Diagnostic::at(&file, 0, Code::S102, message.to_owned()));
            is_broken = true;
            (0..0, end..end)
        }),
    };
    let toml = file.text.get(front.clone()).unwrap_or_default();
    let (mut document, errors) = Document::read(toml, front.start);
    document.is_broken |= is_broken;
    for error in &errors {
        out.push(Diagnostic::at(
            &file,
            error.offset,
            Code::S101,
            error.message.clone(),
        ));
    }
    Page {
        kind,
        id,
        file,
        document,
        prose,
    }
}

fn parts(pages: &[Page]) -> anyhow::Result<Parts> {
    let mut parts = Parts::default();
    for page in pages {
        parts.hash.update(page.file.path.as_bytes());
        parts.hash.update(&[0]);
        parts.hash.update(page.file.text.as_bytes());
        let prose = page
            .file
            .text
            .get(page.prose.clone())
            .unwrap_or_default()
            .to_owned();
        match page.kind {
            Kind::Product => parts.products.push(Product {
                prose,
                ..typed(page)?
            }),
            Kind::Claims => parts
                .claims
                .push((page.id.clone(), typed::<ClaimsFile>(page)?.claim)),
            Kind::Measured => {
                let slug = page.id.split('/').next().unwrap_or_default().to_owned();
                let measurement = Measurement {
                    path: page.file.path.clone(),
                    facts: typed::<MeasuredFile>(page)?,
                };
                parts.measured.entry(slug).or_default().push(measurement);
            }
            Kind::Protocol => parts.protocols.push(Protocol {
                prose,
                ..typed(page)?
            }),
            Kind::Extension => parts.extensions.push(Extension {
                prose,
                ..typed(page)?
            }),
            Kind::Term => parts.terms.push(Term {
                prose,
                ..typed(page)?
            }),
            Kind::Feature => parts.features.push(Feature {
                prose,
                ..typed(page)?
            }),
            Kind::Comparison => parts.comparisons.push(Comparison {
                prose,
                ..typed(page)?
            }),
            Kind::Survey => parts.surveys.push(Survey {
                prose,
                ..typed(page)?
            }),
            Kind::Manual => parts.manual.push(Chapter {
                prose,
                file: page.file.path.clone(),
                path: page.id.clone(),
                ..typed(page)?
            }),
            Kind::Synonyms => parts.synonyms = typed::<Synonyms>(page)?,
            Kind::Redirects => parts.redirects = typed::<RedirectsFile>(page)?.redirect,
            Kind::Links => parts.links = typed::<LinksFile>(page)?.link,
            Kind::Addresses => {}
            Kind::Evaluation => parts.evaluation = typed::<Evaluation>(page)?,
        }
    }
    Ok(parts)
}

fn typed<T: DeserializeOwned>(page: &Page) -> anyhow::Result<T> {
    serde_json::from_value(page.document.value.clone())
        .map_err(|error| anyhow::anyhow!("{}: {error}", page.file.path))
}
