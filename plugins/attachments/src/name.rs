//! File names as they are meant and as they look.

use crate::finding::Kind;
use waxseal_plugin_sdk::glob::{self, Glob};

/// Endings that people trust.
const DOCUMENTS: [&str; 28] = [
    "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "ods", "rtf", "txt", "csv", "htm",
    "html", "jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff", "mp3", "mp4", "avi", "wav", "zip",
    "xml", "eml",
];

/// The name without what a system leaves out: control and invisible characters, a path, and dots and
/// spaces at the end.
#[must_use]
pub fn plain(name: &str) -> String {
    let shown = |c: &char| !c.is_control() && !is_invisible(*c);
    let shown: String = name.chars().filter(shown).collect();
    let last = shown.rsplit(['/', '\\']).next().unwrap_or_default();
    // `file.txt::$DATA` is `file.txt` to Windows.
    let last = last.split("::$").next().unwrap_or_default();
    last.trim_end_matches(['.', ' ', '\u{a0}'])
        .trim_start()
        .to_lowercase()
}

/// What is wrong with a name, if anything.
#[must_use]
pub fn judge(name: &str, refused: &[Glob]) -> Option<Kind> {
    let plain = plain(name);
    if !glob::any(refused, &plain) {
        return None;
    }
    let turned = name.chars().any(is_turning);
    let stem = plain
        .rsplit_once('.')
        .map_or("", |(stem, _)| stem.trim_end());
    let inner = stem.rsplit_once('.').map(|(_, inner)| inner.trim());
    let doubled = inner.is_some_and(|inner| DOCUMENTS.contains(&inner));
    let spaced = plain.contains("     ");
    Some(if doubled || turned || spaced {
        Kind::DoubleExtension
    } else {
        Kind::Name
    })
}

/// The ending, in lower case.
#[must_use]
pub fn ending(name: &str) -> String {
    let plain = plain(name);
    plain
        .rsplit_once('.')
        .map_or_else(String::new, |(_, ending)| ending.to_owned())
}

/// Characters that turn the direction of text around: `exe.fdp` that is shown as `pdf.exe`.
const fn is_turning(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

const fn is_invisible(c: char) -> bool {
    is_turning(c) || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{ad}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: Option<Kind>) {
        let refused = [Glob::new("*.exe"), Glob::new("*.js")];
        assert_eq!(judge(name, &refused), expected, "{name:?}");
    }

    #[test]
    fn names_are_judged() {
        check("report.pdf", None);
        check("exe", None);
        check("report.exe.pdf", None);
        check("Setup.EXE", Some(Kind::Name));
        check("setup.exe. . ", Some(Kind::Name));
        check("v1.2.js", Some(Kind::Name));
        check("C:\\dir\\x.exe", Some(Kind::Name));
        check("x.exe::$DATA", Some(Kind::Name));
        check("invoice.pdf.exe", Some(Kind::DoubleExtension));
        check("invoice.PDF .exe", Some(Kind::DoubleExtension));
        check(
            "invoice.pdf                     .exe",
            Some(Kind::DoubleExtension),
        );
        check("invoice\u{202e}fdp.exe", Some(Kind::DoubleExtension));
        check("in\u{200b}voice.e\u{200b}xe", Some(Kind::Name));
        assert_eq!(ending("a/b.ZIP "), "zip");
    }
}
