//! One mistake in the content, and how it is printed.

use super::code::Code;
use super::source::SourceFile;

/// How bad a mistake is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The content may not be served.
    Error,
    /// Worth a look; the content is served.
    Warning,
}

/// Form of the list that `check` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// `path:line:column: message [CODE]`.
    Text,
    /// One JSON array.
    Json,
    /// Workflow commands that GitHub shows beside the changed line.
    Github,
}

/// A mistake with its exact place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// File below the content folder.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The rule that was broken.
    pub code: Code,
    /// What is wrong, with the value.
    pub message: String,
}

impl Diagnostic {
    /// A mistake at a byte offset of a file.
    pub fn at(file: &SourceFile, offset: usize, code: Code, message: String) -> Self {
        let position = file.position(offset);
        let path = file.path.clone();
        Self {
            path,
            line: position.line,
            column: position.column,
            code,
            message,
        }
    }

    /// Error or warning.
    pub fn severity(&self) -> Severity {
        self.code.rule().severity
    }

    /// `root/path:line:column: message [CODE]`.
    pub fn text(&self, root: &str) -> String {
        let Self {
            path,
            line,
            column,
            code,
            message,
        } = self;
        let word = match self.severity() {
            Severity::Error => "",
            Severity::Warning => "warning: ",
        };
        format!("{root}{path}:{line}:{column}: {word}{message} [{code}]")
    }

    fn github(&self, root: &str) -> String {
        let Self {
            path,
            line,
            column,
            code,
            message,
        } = self;
        let word = match self.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let message = message
            .replace('%', "%25")
            .replace('\r', "%0D")
            .replace('\n', "%0A");
        format!("::{word} file={root}{path},line={line},col={column},title={code}::{message}")
    }

    fn json(&self, root: &str) -> serde_json::Value {
        serde_json::json!({
            "path": format!("{root}{}", self.path),
            "line": self.line,
            "column": self.column,
            "code": self.code.to_string(),
            "severity": match self.severity() {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            "message": self.message,
        })
    }
}

/// Prints a list of mistakes; `root` is put before each path.
pub fn print(list: &[&Diagnostic], format: Format, root: &str) -> String {
    let root = if root.is_empty() || root.ends_with('/') {
        root.to_owned()
    } else {
        format!("{root}/")
    };
    match format {
        Format::Text => list.iter().map(|one| one.text(&root) + "\n").collect(),
        Format::Github => list.iter().map(|one| one.github(&root) + "\n").collect(),
        Format::Json => {
            let all: Vec<_> = list.iter().map(|one| one.json(&root)).collect();
            format!("{:#}\n", serde_json::Value::Array(all))
        }
    }
}
