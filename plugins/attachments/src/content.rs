//! What octets are, whatever they are called.

/// What the first octets say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// A program: Windows, Linux, macOS, or a shortcut.
    Program,
    /// A ZIP archive, which office documents are too.
    Zip,
    /// A compound file: an office document of the old kind, or an encrypted one of the new.
    Compound,
    /// A gzip file.
    Gzip,
    /// An archive of another kind that is not looked into.
    OtherArchive,
    /// A PDF document.
    Pdf,
    /// Anything else.
    Other,
}

/// Looks at the first octets of a file.
#[must_use]
pub fn content(octets: &[u8]) -> Content {
    let starts = |magic: &[u8]| octets.starts_with(magic);
    if is_windows_program(octets)
        || starts(b"\x7fELF")
        || starts(b"\xfe\xed\xfa\xce")
        || starts(b"\xfe\xed\xfa\xcf")
        || starts(b"\xce\xfa\xed\xfe")
        || starts(b"\xcf\xfa\xed\xfe")
        || starts(b"L\x00\x00\x00\x01\x14\x02\x00")
    {
        Content::Program
    } else if starts(b"PK\x03\x04") || starts(b"PK\x05\x06") {
        Content::Zip
    } else if starts(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        Content::Compound
    } else if starts(b"\x1f\x8b\x08") {
        Content::Gzip
    } else if starts(b"Rar!\x1a\x07") || starts(b"7z\xbc\xaf\x27\x1c") || starts(b"MSCF\0\0\0\0") {
        Content::OtherArchive
    } else if starts(b"%PDF-") {
        Content::Pdf
    } else {
        Content::Other
    }
}

/// `MZ`, and where it points there is the header of a program (so that a text that begins with MZ is
/// none).
fn is_windows_program(octets: &[u8]) -> bool {
    if !octets.starts_with(b"MZ") {
        return false;
    }
    let Some(at) = octets.get(60..64).and_then(|four| four.try_into().ok()) else {
        return false;
    };
    let at = u32::from_le_bytes(at) as usize;
    match octets.get(at..at.saturating_add(2)) {
        Some(magic) => matches!(magic, b"PE" | b"NE" | b"LE" | b"LX"),
        // Past the octets that are at hand.
        None => at < 1 << 20 && octets.len() < at,
    }
}

/// Whether a file of this content can have this ending.
#[must_use]
pub fn fits(content: Content, ending: &str) -> bool {
    let documents = [
        "pdf", "jpg", "jpeg", "png", "gif", "txt", "csv", "htm", "html",
    ];
    match content {
        Content::Zip | Content::Compound | Content::Gzip | Content::OtherArchive => {
            !documents.contains(&ending)
        }
        Content::Pdf | Content::Program | Content::Other => true,
    }
}

/// Whether a compound file holds macros: a storage of Visual Basic.
#[must_use]
pub fn compound_has_macros(octets: &[u8]) -> bool {
    // Names in the directory are UTF-16.
    ["_VBA_PROJECT", "VBA\0", "Macros\0"]
        .iter()
        .any(|name| holds_utf16(octets, name))
}

/// Whether a compound file is an office document of the new kind behind a password.
#[must_use]
pub fn compound_is_encrypted(octets: &[u8]) -> bool {
    holds_utf16(octets, "EncryptedPackage") || holds_utf16(octets, "EncryptionInfo")
}

fn holds_utf16(octets: &[u8], name: &str) -> bool {
    let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    // Entries of the directory are 128 octets long and begin with their names.
    let mut entries = octets.chunks(128);
    entries.any(|entry| entry.starts_with(&wide))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program() -> Vec<u8> {
        let mut program = b"MZ".to_vec();
        program.resize(60, 0);
        program.extend(64_u32.to_le_bytes());
        program.extend(b"PE\0\0");
        program
    }

    #[test]
    fn octets_tell() {
        assert_eq!(content(&program()), Content::Program);
        assert_eq!(content(&program()[..64]), Content::Other);
        assert_eq!(content(b"\x7fELF\x02"), Content::Program);
        assert_eq!(
            content(b"MZ is a text that begins so, and it is long enough to have octets 60..64"),
            Content::Other
        );
        assert_eq!(content(b"PK\x03\x04..."), Content::Zip);
        assert_eq!(content(b"\x1f\x8b\x08\0"), Content::Gzip);
        assert_eq!(content(b"Rar!\x1a\x07\x01"), Content::OtherArchive);
        assert_eq!(
            (content(b"%PDF-1.7"), content(b"")),
            (Content::Pdf, Content::Other)
        );
        assert!(fits(Content::Zip, "docx") && !fits(Content::Zip, "pdf"));
    }

    #[test]
    fn compound_files_name_their_storages() {
        let entry = |name: &str| {
            let mut entry: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
            entry.resize(128, 0);
            entry
        };
        let file = |names: &[&str]| {
            let mut file = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
            file.resize(512, 0);
            file.extend(names.iter().flat_map(|name| entry(name)));
            file
        };
        assert_eq!(content(&file(&[])), Content::Compound);
        assert!(compound_has_macros(&file(&["Root Entry", "Macros", "VBA"])));
        assert!(compound_has_macros(&file(&["_VBA_PROJECT_CUR"])));
        assert!(!compound_has_macros(&file(&[
            "Root Entry",
            "WordDocument",
            "VBAnything"
        ])));
        assert!(compound_is_encrypted(&file(&[
            "EncryptionInfo",
            "EncryptedPackage"
        ])));
        assert!(!compound_is_encrypted(&file(&["Workbook"])));
    }
}
