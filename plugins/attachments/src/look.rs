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
/// Findings of one kind that are kept, so that many of one never hide another.
const OF_KIND_MAX: usize = 5;

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
        let of_kind = self.findings.iter().filter(|known| known.kind == kind);
        if of_kind.count() < OF_KIND_MAX && !self.findings.contains(&finding) {
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

    /// Unpacks the beginning of a member, and all of it where it is an archive or a document. What
    /// does not come out as the directory says, or not at all, is unreadable.
    fn member(&mut self, archive: &[u8], member: &zip::Member, path: &str, level: u32) {
        let spent = self.budget < PEEK;
        // One octet tells an empty member from one that there is no budget for.
        let peek = self.unpack(archive, member, if spent { 1 } else { PEEK });
        let as_said = peek.len() as u64 == PEEK.min(member.unpacked);
        if !as_said || (spent && !peek.is_empty()) {
            self.found(Kind::Unreadable, path);
        }
        if !matches!(content(&peek), Content::Zip | Content::Compound) {
            self.look(path, &peek, false, level + 1);
            return;
        }
        let all = self.unpack(archive, member, self.budget);
        let whole = all.len() as u64 == member.unpacked;
        if !whole {
            self.found(Kind::Unreadable, path);
        }
        self.look(path, &all, whole, level + 1);
    }

    /// The first `max` octets of a member, taken off the budget; none where it cannot be unpacked.
    fn unpack(&mut self, archive: &[u8], member: &zip::Member, max: u64) -> Vec<u8> {
        let octets = zip::unpack(archive, member, max).unwrap_or_default();
        self.budget = self.budget.saturating_sub(octets.len() as u64);
        octets
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

    /// What is found in `a.zip` with one octet changed.
    #[track_caller]
    fn check_changed(archive: &[u8], at: usize, octet: u8, expected: &[(Kind, &str)]) {
        let mut changed = archive.to_vec();
        changed[at] = octet;
        check("a.zip", &changed, expected);
    }

    #[test]
    fn members_that_do_not_unpack_are_unreadable() {
        let program = [b"\x7fELF".to_vec(), vec![7; 200]].concat();
        let archive = archive(&[("b.txt", &program)], false);
        let entry = |archive: &[u8]| archive.windows(4).rposition(|four| four == b"PK\x01\x02");
        let unreadable = [(Kind::Unreadable, "a.zip/b.txt")];
        let at = entry(&archive).unwrap();
        // Another method (LZMA), a local header that is none, and DEFLATE that is none.
        check_changed(&archive, at + 10, 14, &unreadable);
        check_changed(&archive, at + 42, 1, &unreadable);
        check_changed(&archive, 35, 0xff, &unreadable);
        // Fewer octets than the directory says, and more.
        let found = [unreadable[0], (Kind::Program, "a.zip/b.txt")];
        check_changed(&archive, at + 24, 250, &found);
        check_changed(&archive, at + 24, 9, &found);
        // The name is judged all the same.
        let named = zip::tests::archive(&[("b.exe", &program)], false);
        let expected = [
            (Kind::Unreadable, "a.zip/b.exe"),
            (Kind::Name, "a.zip/b.exe"),
        ];
        check_changed(&named, entry(&named).unwrap() + 10, 14, &expected);
        let empty = zip::tests::archive(&[("b/", b"")], false);
        check("a.zip", &empty, &[]);
    }

    #[test]
    fn members_past_the_budget_are_unreadable() {
        let inner = archive(&[("x", &vec![0; 1000])], false);
        let large = [&inner[..], &vec![0; UNPACKED_MAX as usize]].concat();
        let program = b"\x7fELF".repeat(2000);
        let members: [(&str, &[u8]); 4] = [
            ("a.bin", &large),
            ("b.txt", &program),
            ("c.exe", b"x"),
            ("d", b""),
        ];
        let found = look("{}", "a.zip", &archive(&members, false));
        let expected = [
            (Kind::Unreadable, "a.zip/a.bin"),
            (Kind::Unreadable, "a.zip/b.txt"),
            (Kind::Unreadable, "a.zip/c.exe"),
            (Kind::Name, "a.zip/c.exe"),
        ];
        assert_eq!(found, expected.map(|(kind, file)| (kind, file.to_owned())));
    }

    #[test]
    fn many_of_one_kind_hide_no_other() {
        let names: Vec<String> = (0..30).map(|n| format!("{n}.exe")).collect();
        let mut members: Vec<(&str, &[u8])> = names
            .iter()
            .map(|name| (name.as_str(), &b"x"[..]))
            .collect();
        members.push(("last.txt", b"\x7fELF\x02"));
        let found = look("{}", "a.zip", &archive(&members, false));
        assert_eq!(found.len(), OF_KIND_MAX + 1);
        let last = (Kind::Program, "a.zip/last.txt".to_owned());
        assert_eq!(found.last(), Some(&last));
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
