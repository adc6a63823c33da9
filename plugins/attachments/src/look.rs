//! Looks into one file, and into the archives in it.

use crate::content::{Content, compound_has_macros, compound_is_encrypted, content, fits};
use crate::finding::{Finding, Kind};
use crate::name;
use crate::settings::Settings;
use crate::zip::{self, Problem};

/// Octets of members that are unpacked, for all archives of one attachment together.
const UNPACKED_MAX: u64 = 16 << 20;
/// Octets of a member that are enough to see what it is.
const PEEK: u64 = 4096;

/// Looks at one attachment.
pub struct Look<'a> {
    settings: &'a Settings,
    findings: Vec<Finding>,
    /// Octets that may still be unpacked.
    budget: u64,
    /// Members seen so far.
    members: usize,
    /// Octets that archives say they have.
    claimed: u64,
}

impl<'a> Look<'a> {
    /// Begins.
    #[must_use]
    pub const fn new(settings: &'a Settings) -> Self {
        Self {
            settings,
            findings: Vec::new(),
            budget: UNPACKED_MAX,
            members: 0,
            claimed: 0,
        }
    }

    /// What was found.
    #[must_use]
    pub fn findings(self) -> Vec<Finding> {
        self.findings
    }

    fn found(&mut self, kind: Kind, file: &str) {
        let finding = Finding {
            kind,
            file: file.to_owned(),
        };
        if !self.findings.contains(&finding) && self.findings.len() < 20 {
            self.findings.push(finding);
        }
    }

    /// Looks at a file; `whole` is false where `octets` are its beginning only.
    pub fn file(&mut self, path: &str, octets: &[u8], whole: bool) {
        self.look(path, octets, whole, 0);
    }

    fn look(&mut self, path: &str, octets: &[u8], whole: bool, level: u32) {
        self.name(path);
        let kind = content(octets);
        if !fits(kind, &name::ending(path)) {
            self.found(Kind::Disguised, path);
        }
        match kind {
            Content::Program => self.found(Kind::Program, path),
            Content::Compound => {
                if compound_has_macros(octets) {
                    self.found(Kind::Macros, path);
                }
                if compound_is_encrypted(octets) {
                    self.found(Kind::Encrypted, path);
                }
            }
            Content::Pdf if whole && holds(octets, b"/Encrypt") && holds(octets, b"trailer") => {
                self.found(Kind::Encrypted, path);
            }
            Content::Zip if whole => self.zip(path, octets, level),
            Content::Zip => self.found(Kind::Unreadable, path),
            Content::Gzip => {
                if let Some(inner) = gzip_name(octets) {
                    self.name(&format!("{path}/{inner}"));
                }
            }
            Content::OtherArchive | Content::Pdf | Content::Other => {}
        }
    }

    /// Judges a name.
    pub fn name(&mut self, path: &str) {
        if let Some(kind) = name::judge(path, &self.settings.names) {
            self.found(kind, path);
        }
    }

    fn zip(&mut self, path: &str, archive: &[u8], level: u32) {
        let depths = self.settings.depths;
        if level >= depths.levels {
            self.found(Kind::Bomb, path);
            return;
        }
        let members = match zip::members(archive, depths.members.saturating_sub(self.members)) {
            Ok(members) => members,
            Err(Problem::Damaged) => return self.found(Kind::Unreadable, path),
            Err(Problem::TooMany) => return self.found(Kind::Bomb, path),
        };
        self.members += members.len();
        for member in &members {
            self.claimed = self.claimed.saturating_add(member.unpacked);
            if self.claimed > depths.unpacked {
                return self.found(Kind::Bomb, path);
            }
            let inner = format!("{path}/{}", member.name);
            if member.encrypted {
                self.found(Kind::Encrypted, path);
                self.name(&inner);
                continue;
            }
            let lower = member.name.to_lowercase();
            if lower.ends_with("vbaproject.bin") || lower.contains("xl/macrosheets/") {
                self.found(Kind::Macros, path);
            }
            self.member(archive, member, &inner, level);
        }
    }

    /// Unpacks the beginning of a member, and all of it where it is an archive or a document.
    fn member(&mut self, archive: &[u8], member: &zip::Member, path: &str, level: u32) {
        let peek = zip::unpack(archive, member, PEEK.min(self.budget)).unwrap_or_default();
        self.budget -= u64::try_from(peek.len()).unwrap_or(0).min(self.budget);
        if !matches!(content(&peek), Content::Zip | Content::Compound) {
            self.look(path, &peek, false, level + 1);
            return;
        }
        let all = zip::unpack(archive, member, self.budget).unwrap_or_default();
        let whole = all.len() as u64 >= member.unpacked;
        self.budget -= u64::try_from(all.len()).unwrap_or(0).min(self.budget);
        self.look(path, &all, whole, level + 1);
    }
}

/// The name that a gzip file says it has (RFC 1952, section 2.3.1).
fn gzip_name(octets: &[u8]) -> Option<String> {
    let flags = *octets.get(3)?;
    if flags & 0x08 == 0 || flags & 0x04 != 0 {
        return None;
    }
    let name = octets.get(10..)?.split(|octet| *octet == 0).next()?;
    (name.len() < 300).then(|| name.iter().copied().map(char::from).collect())
}

fn holds(octets: &[u8], needle: &[u8]) -> bool {
    octets.windows(needle.len()).any(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zip::tests::archive;
    use waxseal_plugin_sdk::config::Document;

    fn look(config: &str, name: &str, octets: &[u8]) -> Vec<(Kind, String)> {
        let document = Document::parse(config).unwrap();
        let settings = Settings::read(&document).unwrap();
        let mut look = Look::new(&settings);
        look.file(name, octets, true);
        let findings = look.findings().into_iter();
        findings
            .map(|finding| (finding.kind, finding.file))
            .collect()
    }

    #[track_caller]
    fn check(name: &str, octets: &[u8], expected: &[(Kind, &str)]) {
        let found = look("{}", name, octets);
        let expected = expected
            .iter()
            .map(|(kind, file)| (*kind, (*file).to_owned()));
        assert_eq!(found, expected.collect::<Vec<_>>(), "{name}");
    }

    #[test]
    fn harmless_files_pass() {
        check("a.txt", b"text", &[]);
        check(
            "a.zip",
            &archive(&[("b.txt", b"text"), ("c/d.pdf", b"%PDF-1.7")], false),
            &[],
        );
        let document = archive(
            &[
                ("[Content_Types].xml", b"<x/>"),
                ("word/document.xml", b"<x/>"),
            ],
            false,
        );
        check("a.docx", &document, &[]);
        check("a.pdf", b"%PDF-1.7 1 0 obj", &[]);
    }

    #[test]
    fn archives_are_looked_into() {
        let inner = archive(&[("letter.pdf.exe", b"x")], false);
        let outer = archive(
            &[("inner.zip", &inner), ("readme.txt", b"\x7fELF\x02")],
            false,
        );
        check(
            "outer.zip",
            &outer,
            &[
                (Kind::DoubleExtension, "outer.zip/inner.zip/letter.pdf.exe"),
                (Kind::Program, "outer.zip/readme.txt"),
            ],
        );
    }

    #[test]
    fn macros_are_found() {
        let document = archive(&[("word/vbaProject.bin", b"x")], false);
        check("a.docm", &document, &[(Kind::Macros, "a.docm")]);
        check(
            "a.pdf",
            &document,
            &[(Kind::Disguised, "a.pdf"), (Kind::Macros, "a.pdf")],
        );
        let packed = archive(&[("b.xlsm", &document)], false);
        check("a.zip", &packed, &[(Kind::Macros, "a.zip/b.xlsm")]);
    }

    #[test]
    fn passwords_are_found() {
        let archive = archive(&[("b.exe", b"x")], true);
        check(
            "a.zip",
            &archive,
            &[(Kind::Encrypted, "a.zip"), (Kind::Name, "a.zip/b.exe")],
        );
        check(
            "a.pdf",
            b"%PDF-1.7 trailer << /Encrypt 1 0 R >>",
            &[(Kind::Encrypted, "a.pdf")],
        );
    }

    #[test]
    fn bombs_are_found_without_unpacking_them() {
        let mut nested = archive(&[("x.txt", b"x")], false);
        for _ in 0..3 {
            nested = archive(&[("n.zip", &nested)], false);
        }
        check("a.zip", &nested, &[(Kind::Bomb, "a.zip/n.zip/n.zip/n.zip")]);
        let large = archive(&[("zeros", &[0; 100_000])], false);
        let found = look(r#"{"max_unpacked":99999}"#, "a.zip", &large);
        assert_eq!(found, [(Kind::Bomb, "a.zip".to_owned())]);
        let many = archive(&[("a", b""), ("b", b""), ("c", b"")], false);
        let found = look(r#"{"max_members":2}"#, "a.zip", &many);
        assert_eq!(found, [(Kind::Bomb, "a.zip".to_owned())]);
    }

    #[test]
    fn damage_and_other_kinds() {
        check("a.zip", b"PK\x03\x04 cut", &[(Kind::Unreadable, "a.zip")]);
        check(
            "a.gz",
            b"\x1f\x8b\x08\x08\0\0\0\0\0\0run.js\0",
            &[(Kind::Name, "a.gz/run.js")],
        );
        check("a.rar", b"Rar!\x1a\x07\x01\0", &[]);
    }
}
