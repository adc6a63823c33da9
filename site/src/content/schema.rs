//! The JSON Schemas of the content types, and their complaints in our own words.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, Validator};
use serde_json::Value;

use super::code::Code;
use super::diagnostic::Diagnostic;
use super::nearest::hint;
use super::source::SourceFile;
use super::spanned::Document;

/// Kind of a content file; each has one schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `products/<slug>/index.md`.
    Product,
    /// `products/<slug>/claims.toml`.
    Claims,
    /// `products/<slug>/measured/<distro>-<release>.toml`.
    Measured,
    /// `protocols/<id>.md`.
    Protocol,
    /// `extensions/<protocol>/<slug>.md`.
    Extension,
    /// `glossary/<slug>.md`.
    Term,
    /// `features/<slug>.md`.
    Feature,
    /// `comparisons/<slug>.md`.
    Comparison,
    /// `surveys/<slug>.md`.
    Survey,
    /// `manual/<path>.md`.
    Manual,
    /// `search/synonyms.toml`.
    Synonyms,
    /// `redirects.toml`.
    Redirects,
    /// `addresses.lock.toml`.
    Addresses,
    /// `links.lock.toml`.
    Links,
    /// `search/eval.toml`.
    Evaluation,
}

/// A schema with its file name and text, as served under `/schemas/`.
pub const TEXTS: [(Kind, &str, &str); 15] = [
    (
        Kind::Product,
        "product",
        include_str!("../../../schemas/content/product.schema.json"),
    ),
    (
        Kind::Claims,
        "claims",
        include_str!("../../../schemas/content/claims.schema.json"),
    ),
    (
        Kind::Measured,
        "measured",
        include_str!("../../../schemas/content/measured.schema.json"),
    ),
    (
        Kind::Protocol,
        "protocol",
        include_str!("../../../schemas/content/protocol.schema.json"),
    ),
    (
        Kind::Extension,
        "extension",
        include_str!("../../../schemas/content/extension.schema.json"),
    ),
    (
        Kind::Term,
        "term",
        include_str!("../../../schemas/content/term.schema.json"),
    ),
    (
        Kind::Feature,
        "feature",
        include_str!("../../../schemas/content/feature.schema.json"),
    ),
    (
        Kind::Comparison,
        "comparison",
        include_str!("../../../schemas/content/comparison.schema.json"),
    ),
    (
        Kind::Survey,
        "survey",
        include_str!("../../../schemas/content/survey.schema.json"),
    ),
    (
        Kind::Manual,
        "manual",
        include_str!("../../../schemas/content/manual.schema.json"),
    ),
    (
        Kind::Synonyms,
        "synonyms",
        include_str!("../../../schemas/content/synonyms.schema.json"),
    ),
    (
        Kind::Redirects,
        "redirects",
        include_str!("../../../schemas/content/redirects.schema.json"),
    ),
    (
        Kind::Addresses,
        "addresses",
        include_str!("../../../schemas/content/addresses.schema.json"),
    ),
    (
        Kind::Links,
        "links",
        include_str!("../../../schemas/content/links.schema.json"),
    ),
    (
        Kind::Evaluation,
        "evaluation",
        include_str!("../../../schemas/content/evaluation.schema.json"),
    ),
];

/// The compiled schemas.
pub struct Schemas(Vec<(Kind, Value, Validator)>);

impl Schemas {
    /// Compiles the schemas that are built into the program.
    ///
    /// # Errors
    /// When a schema is not valid JSON or not a valid schema.
    pub fn compile() -> anyhow::Result<Self> {
        let mut all = Vec::with_capacity(TEXTS.len());
        for (kind, _, text) in TEXTS {
            let schema: Value = serde_json::from_str(text)?;
            let validator = jsonschema::draft202012::new(&schema)
                .map_err(|error| anyhow::anyhow!("{error}"))?;
            all.push((kind, schema, validator));
        }
        Ok(Self(all))
    }

    /// Everything the schema of `kind` says against `document`.
    pub fn check(&self, kind: Kind, file: &SourceFile, document: &Document) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for (_, schema, validator) in self.0.iter().filter(|(known, _, _)| *known == kind) {
            for error in validator.iter_errors(&document.value) {
                complain(&error, schema, file, document, &mut found);
            }
        }
        found
    }
}

fn complain(
    error: &ValidationError<'_>,
    schema: &Value,
    file: &SourceFile,
    document: &Document,
    found: &mut Vec<Diagnostic>,
) {
    let pointer = error.instance_path().as_str();
    if let ValidationErrorKind::AdditionalProperties { unexpected } = error.kind() {
        let path = error.schema_path().as_str();
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        let known = schema
            .pointer(&format!("{parent}/properties"))
            .and_then(Value::as_object);
        for key in unexpected {
            let names = known
                .into_iter()
                .flat_map(|map| map.keys().map(String::as_str));
            let escaped = key.replace('~', "~0").replace('/', "~1");
            let offset = document.key_offset(&format!("{pointer}/{escaped}"));
            let message = format!("unknown key \"{key}\"{}", hint(key, names));
            found.push(Diagnostic::at(file, offset, Code::S104, message));
        }
        return;
    }
    let (code, message) = words(error, schema);
    found.push(Diagnostic::at(
        file,
        document.value_offset(pointer),
        code,
        message,
    ));
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the library has fifty kinds; our schemas use these, the rest keep its own words"
)]
fn words(error: &ValidationError<'_>, schema: &Value) -> (Code, String) {
    let value = error.instance();
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            let code = if name == "source" {
                Code::C101
            } else {
                Code::S103
            };
            (code, format!("missing key \"{name}\""))
        }
        ValidationErrorKind::Enum { options } => {
            let options: Vec<&str> = options
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            let quoted: Vec<String> = options.iter().map(|word| format!("\"{word}\"")).collect();
            let near = value
                .as_str()
                .map_or_else(String::new, |text| hint(text, options));
            (
                Code::S105,
                format!("{value} is not one of {}{near}", quoted.join(", ")),
            )
        }
        ValidationErrorKind::Type { kind } => {
            let wanted = match kind {
                TypeKind::Single(one) => one.to_string(),
                TypeKind::Multiple(_) => "another type".to_owned(),
            };
            (Code::S106, format!("{value} is not of type {wanted}"))
        }
        ValidationErrorKind::MaxLength { limit } => {
            let length = value.as_str().map_or(0, |text| text.chars().count());
            (
                Code::S107,
                format!("text of {length} characters; at most {limit} are allowed"),
            )
        }
        ValidationErrorKind::MinLength { .. } | ValidationErrorKind::MinItems { .. } => {
            (Code::S107, "may not be empty".to_owned())
        }
        ValidationErrorKind::Pattern { pattern } => {
            let path = error.schema_path().as_str();
            let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
            let form = schema
                .pointer(&format!("{parent}/description"))
                .and_then(Value::as_str);
            let form = form.map_or_else(|| format!("of the form {pattern}"), str::to_owned);
            (Code::S107, format!("{value} is not {form}"))
        }
        _ => (Code::S107, error.to_string()),
    }
}
