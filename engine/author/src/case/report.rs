//! What came of cases, for people and for machines.

use super::Spot;
use serde::Serialize;
use std::fmt;
use std::path::PathBuf;

/// One expectation that was not met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Where the expectation stands.
    #[serde(flatten)]
    pub at: Spot,
    /// Its path, for example `expect.verdict`.
    pub what: String,
    /// What was expected.
    pub expected: String,
    /// What was there.
    pub got: String,
}

/// What came of one case.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CaseResult {
    /// The file.
    pub file: PathBuf,
    /// Where it begins.
    #[serde(flatten)]
    pub at: Spot,
    /// What it is about.
    pub name: String,
    /// What was not as expected; empty where the case passed.
    pub differences: Vec<Difference>,
    /// Every call and what came of it, in order.
    pub calls: Vec<String>,
    /// The plugin's log lines.
    pub log: Vec<String>,
    /// Fuel that all calls used: a deterministic measure of work, about one for each instruction.
    pub fuel: u64,
}

impl CaseResult {
    /// Whether all was as expected.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.differences.is_empty()
    }
}

impl fmt::Display for CaseResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.display();
        if self.passed() {
            return writeln!(f, "ok    {}  ({file}:{})", self.name, self.at);
        }
        writeln!(f, "FAIL  {}  ({file}:{})", self.name, self.at)?;
        for difference in &self.differences {
            writeln!(f, "  {file}:{}: {}", difference.at, difference.what)?;
            write_block(f, "-", &difference.expected)?;
            write_block(f, "+", &difference.got)?;
        }
        writeln!(f, "  what happened (- expected, + got):")?;
        for call in &self.calls {
            writeln!(f, "    {}", printable(call))?;
        }
        for line in &self.log {
            writeln!(f, "    log {}", printable(line))?;
        }
        Ok(())
    }
}

/// Each line with a mark in front.
fn write_block(f: &mut fmt::Formatter<'_>, mark: &str, text: &str) -> fmt::Result {
    for line in text.split('\n') {
        writeln!(f, "    {mark} {}", printable(line))?;
    }
    Ok(())
}

/// Control characters of messages and plugins never reach the terminal.
fn printable(text: &str) -> String {
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().map(clean).collect()
}

/// How many cases passed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Those that passed.
    pub passed: usize,
    /// Those that did not.
    pub failed: usize,
}

impl Summary {
    /// Counts one more.
    pub fn count(&mut self, result: &CaseResult) {
        if result.passed() {
            self.passed += 1;
        } else {
            self.failed += 1;
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}
