//! C111: what the prober wrote is as it wrote it.

use sha2::{Digest, Sha256};

use super::{Code, Diagnostic, Kind, Page, SourceFile, of_kind};

pub(super) fn check(pages: &[Page], transcripts: &[SourceFile], out: &mut Vec<Diagnostic>) {
    for page in of_kind(pages, Kind::Measured) {
        own_digest(page, out);
        let product = page.id.split('/').next().unwrap_or_default();
        for session in page.tables("/session") {
            let Some(name) = page.text(&format!("{session}/transcript")) else {
                continue;
            };
            let path = format!("products/{product}/transcripts/{name}");
            let pointer = format!("{session}/transcript_sha256");
            let file = transcripts.iter().find(|file| file.path == path);
            let Some(file) = file else {
                let message = format!("there is no transcript {path}");
                out.push(page.flaw(&format!("{session}/transcript"), Code::C111, message));
                continue;
            };
            if page.text(&pointer) != Some(&hex(&file.text)) {
                let message = format!("{path} is not the transcript that was written");
                out.push(page.flaw(&pointer, Code::C111, message));
            }
        }
    }
}

/// The digest is over the file without the line that holds it.
fn own_digest(page: &Page, out: &mut Vec<Diagnostic>) {
    let Some(digest) = page.text("/digest") else {
        return;
    };
    let lines = page.file.text.split_inclusive('\n');
    let rest: String = lines
        .filter(|line| !line.starts_with("digest = "))
        .collect();
    if hex(&rest) != digest {
        let message = "the file is not as the prober wrote it".to_owned();
        out.push(page.flaw("/digest", Code::C111, message));
    }
}

fn hex(text: &str) -> String {
    let digest = Sha256::digest(text);
    digest.iter().map(|octet| format!("{octet:02x}")).collect()
}
