//! `waxseal-site new`: pages and claims that are begun. A stub has every field in its place and
//! passes the check but for the marks that say what its author still has to find out.

use anyhow::ensure;

use crate::date::Date;

/// What is begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stub {
    /// A product by slug.
    Product(String),
    /// A protocol by id.
    Protocol(String),
    /// An extension as `protocol/slug`.
    Extension(String),
    /// A feature by slug.
    Feature(String),
    /// A comparison by slug, with its products and the rows it begins with.
    Comparison(String, Vec<String>, Vec<String>),
    /// A survey by slug, with its protocol.
    Survey(String, String),
    /// A term by slug.
    Term(String),
    /// A claim: a product, and an extension or feature.
    Claim(String, String),
}

/// A file, or for claims what is added to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Path below the content folder.
    pub path: String,
    /// The text.
    pub text: String,
}

/// Begins a page or a claim.
///
/// # Errors
/// When a name is not a slug, or an extension lacks its protocol.
pub fn stub(what: &Stub, today: &Date) -> anyhow::Result<Made> {
    let made = match what {
        Stub::Product(slug) => page("products", slug, "/index.md", PRODUCT)?,
        Stub::Protocol(id) => page("protocols", id, ".md", PROTOCOL)?,
        Stub::Feature(slug) => page("features", slug, ".md", FEATURE)?,
        Stub::Term(slug) => page("glossary", slug, ".md", TERM)?,
        Stub::Extension(id) => {
            let (protocol, slug) = id.split_once('/').unwrap_or_default();
            is_slug(protocol)?;
            let made = page(&format!("extensions/{protocol}"), slug, ".md", EXTENSION)?;
            made.with("PROTOCOL", protocol)
        }
        Stub::Comparison(slug, products, rows) => {
            for part in products.iter().chain(rows).flat_map(|id| id.split('/')) {
                is_slug(part)?;
            }
            let list = |ids: &[String]| {
                let quoted: Vec<String> = ids.iter().map(|id| format!("\"{id}\"")).collect();
                quoted.join(", ")
            };
            page("comparisons", slug, ".md", COMPARISON)?
                .with("PRODUCTS", &list(products))
                .with("ROWS", &list(rows))
        }
        Stub::Survey(slug, protocol) => {
            is_slug(protocol)?;
            page("surveys", slug, ".md", SURVEY)?.with("PROTOCOL", protocol)
        }
        Stub::Claim(product, subject) => {
            let key = if subject.contains('/') {
                "extension"
            } else {
                "feature"
            };
            for part in subject.split('/') {
                is_slug(part)?;
            }
            let made = page("products", product, "/claims.toml", CLAIM)?;
            made.with("KEY", key).with("SUBJECT", subject)
        }
    };
    Ok(made.with("DATE", today.as_str()))
}

impl Made {
    fn with(mut self, name: &str, value: &str) -> Self {
        self.text = self.text.replace(&format!("%{name}%"), value);
        self
    }
}

fn page(folder: &str, slug: &str, end: &str, text: &str) -> anyhow::Result<Made> {
    is_slug(slug)?;
    let path = format!("{folder}/{slug}{end}");
    let text = text.to_owned();
    Ok(Made { path, text }.with("SLUG", slug))
}

fn is_slug(name: &str) -> anyhow::Result<()> {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let good = name
        .split('-')
        .all(|part| !part.is_empty() && part.bytes().all(letter));
    ensure!(
        good,
        "\"{name}\" is not a slug: lower-case letters and digits, joined by single hyphens"
    );
    Ok(())
}

const PRODUCT: &str = r#"+++
slug = "%SLUG%"
title = "TODO: the name of %SLUG% as its project writes it"
summary = "TODO: one sentence of at most 160 characters that says what it is"
kind = "component" # TODO: component, integrated, bundle, appliance, service or library
roles = ["mta"] # TODO: what it does; the schema lists the words
protocols = [] # TODO: protocols it speaks, by id
licence = "TODO: SPDX expression, or proprietary"
status = "active" # TODO: active, maintenance, dormant or discontinued
homepage = "https://example.org/TODO"
surety = "memory" # checked, once a source was read for the facts above
sources = ["https://example.org/TODO"]
reviewed = "%DATE%"
+++

TODO: what it is, who it was for, what became of it.

## Good and bad at

TODO: with a source for each judgement.

## Extending it

TODO: plugins, hooks, scripts, interfaces.

## Security

TODO: how it is built against attack, and what happened.
"#;

const PROTOCOL: &str = r#"+++
id = "%SLUG%"
title = "TODO: the short name of %SLUG%"
full_name = "TODO: the name spelled out"
summary = "TODO: one sentence that says what it is for"
kind = "transfer" # TODO: its group on the list of protocols
transport = "TCP" # TODO: what carries it
discovery = "TODO: how a server announces extensions"
surety = "memory" # checked, once a source was read for the facts above
sources = ["https://example.org/TODO"]
+++

TODO: what it does, where it came from, what replaced it or may.
"#;

const EXTENSION: &str = r#"+++
protocol = "%PROTOCOL%"
slug = "%SLUG%"
title = "TODO: the name of %SLUG%"
summary = "TODO: one sentence that says what it adds"
category = "other" # TODO: its group on the page of the protocol
status = "proposed" # TODO: standard, proposed, experimental, informational, historic, obsolete, draft or vendor
surety = "memory" # checked, once a source was read for the facts above
sources = ["https://example.org/TODO"]

[[tokens]]
text = "TODO-%SLUG%"
match = "exact" # TODO: exact, or prefix as in AUTH=
+++

TODO: what a client gains by it, and what a server has to do.
"#;

const FEATURE: &str = r#"+++
slug = "%SLUG%"
title = "TODO: the name of %SLUG%"
summary = "TODO: one sentence of at most 160 characters that says what a yes means"
group = "administration" # TODO: its group; the schema lists the words
applies_to = "both" # TODO: mta, mailbox or both
value_type = "yes-no" # TODO: yes-no, enum (with values) or text
surety = "memory" # checked, once a source was read for the facts above
sources = ["https://example.org/TODO"]
reviewed = "%DATE%"
+++

TODO: why it matters, and how the answers differ.
"#;

const COMPARISON: &str = r#"+++
slug = "%SLUG%"
title = "TODO: the title of %SLUG%"
question = "TODO: the question that it answers?"
summary = "TODO: the answer as one sentence of at most 160 characters"
products = [%PRODUCTS%]
rows = [%ROWS%] # TODO: all extensions as protocol/slug and features by slug
reviewed = "%DATE%"
+++

TODO: the verdict, from claims that the table shows.
"#;

const SURVEY: &str = r#"+++
slug = "%SLUG%"
title = "TODO: the title of %SLUG%"
summary = "TODO: the main result as one sentence with its population"
protocol = "%PROTOCOL%"
author = "TODO: who counted"
date = "%DATE%" # TODO: day, month or year of the survey
population = "TODO: what was counted"
method = "TODO: how"
primary = false # TODO: true when this page was made from the survey itself
caveats = ["TODO: what it cannot say"]
surety = "memory" # checked, once a source was read for the facts above
sources = ["https://example.org/TODO"]
reviewed = "%DATE%"

[[share]]
label = "TODO: the first line of the result"
percent = 0.0
note = "TODO: product, or why there is none"

[[share]]
label = "Not told"
percent = 100.0
remainder = true
+++

TODO: what came out, and what it means.
"#;

const TERM: &str = r#"+++
slug = "%SLUG%"
term = "TODO: %SLUG% as it is written"
short = "TODO: its meaning in one sentence of at most 160 characters"
surety = "memory" # checked, once a source was read for the facts above
sources = ["https://example.org/TODO"]
reviewed = "%DATE%"
+++

TODO: what a reader should know beyond the sentence above.
"#;

const CLAIM: &str = r#"[[claim]]
%KEY% = "%SUBJECT%"
support = "unknown" # TODO: yes, partial (with a note), no, planned, removed (with until) or not-applicable
evidence = "docs" # TODO: source, docs, vendor, third-party or memory
source = "https://example.org/TODO"
date = %DATE%
"#;
