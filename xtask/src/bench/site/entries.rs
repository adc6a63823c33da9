//! A catalog with many more entries: the real one, and made-up protocols with their extensions,
//! products that support some of them, and terms.

use anyhow::{Context, Result};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Extensions of one made-up protocol.
const EXTENSIONS: usize = 250;
/// Claims of one made-up product.
const CLAIMS: usize = 25;
/// Words of prose, picked by number.
const WORDS: &[&str] = &[
    "mailbox",
    "server",
    "queue",
    "relay",
    "header",
    "envelope",
    "session",
    "token",
    "password",
    "folder",
    "message",
    "filter",
    "storage",
    "index",
    "quota",
    "delivery",
    "address",
    "domain",
    "policy",
    "certificate",
    "port",
    "client",
    "command",
    "answer",
    "literal",
    "stream",
    "backup",
    "cluster",
    "virtual",
    "alias",
    "forward",
    "bounce",
    "retry",
    "schedule",
    "trace",
    "signature",
];

/// Copies `real` to `folder` and adds `count` entries: of ten, two extensions, one product and
/// seven terms.
pub(super) fn write(real: &Path, folder: &Path, count: usize) -> Result<()> {
    let copied = Command::new("cp").arg("-a").arg(real).arg(folder).status();
    anyhow::ensure!(
        copied.is_ok_and(|status| status.success()),
        "copying the content"
    );
    let mut numbers = Numbers(1);
    let (extensions, products) = (count / 5, count / 10);
    let mut ids = Vec::with_capacity(extensions);
    for number in 0..extensions {
        let protocol = format!("made-{}", number / EXTENSIONS);
        if number % EXTENSIONS == 0 {
            put(
                folder,
                &format!("protocols/{protocol}.md"),
                &self::protocol(&protocol, &mut numbers),
            )?;
        }
        let slug = format!("part-{number}");
        let id = format!("{protocol}/{slug}");
        put(
            folder,
            &format!("extensions/{id}.md"),
            &extension(&protocol, &slug, &mut numbers),
        )?;
        ids.push(id);
    }
    for number in 0..products {
        let slug = format!("maker-{number}");
        put(
            folder,
            &format!("products/{slug}/index.md"),
            &product(&slug, &mut numbers),
        )?;
        put(
            folder,
            &format!("products/{slug}/claims.toml"),
            &claims(&ids, &mut numbers),
        )?;
    }
    for number in 0..count - extensions - products {
        let slug = format!("word-{number}");
        put(
            folder,
            &format!("glossary/{slug}.md"),
            &term(&slug, &mut numbers),
        )?;
    }
    Ok(())
}

fn put(folder: &Path, path: &str, text: &str) -> Result<()> {
    let path = folder.join(path);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(&path, text).with_context(|| format!("writing {}", path.display()))
}

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).unwrap_or(0)
    }

    fn words(&mut self, count: usize) -> String {
        let words = (0..count).map(|_| {
            WORDS
                .get(self.below(WORDS.len()))
                .copied()
                .unwrap_or_default()
        });
        words.collect::<Vec<_>>().join(" ")
    }
}

fn protocol(id: &str, numbers: &mut Numbers) -> String {
    let prose = numbers.words(80);
    format!(
        "+++\nid = \"{id}\"\ntitle = \"Protocol {id}\"\nfull_name = \"Made-up protocol {id}\"\n\
         summary = \"A made-up protocol.\"\nkind = \"transfer\"\ntransport = \"TCP\"\nsurety = \"memory\"\n\
         +++\n\n{prose}.\n"
    )
}

fn extension(protocol: &str, slug: &str, numbers: &mut Numbers) -> String {
    let (summary, prose) = (numbers.words(8), numbers.words(120));
    let token = slug.to_uppercase();
    format!(
        "+++\nprotocol = \"{protocol}\"\nslug = \"{slug}\"\ntitle = \"Extension {slug}\"\n\
         summary = \"{summary}.\"\ncategory = \"other\"\nstatus = \"proposed\"\nsurety = \"memory\"\n\n\
         [[tokens]]\ntext = \"{token}\"\nmatch = \"exact\"\n+++\n\n{prose}.\n"
    )
}

fn product(slug: &str, numbers: &mut Numbers) -> String {
    let (summary, prose) = (numbers.words(10), numbers.words(200));
    format!(
        "+++\nslug = \"{slug}\"\ntitle = \"Product {slug}\"\nsummary = \"{summary}.\"\n\
         kind = \"component\"\nroles = [\"mta\"]\nlicence = \"MIT\"\nstatus = \"active\"\n\
         surety = \"memory\"\nreviewed = \"2026-11-24\"\n+++\n\n{prose}.\n"
    )
}

fn claims(ids: &[String], numbers: &mut Numbers) -> String {
    let start = numbers.below(ids.len());
    let chosen = ids
        .iter()
        .cycle()
        .skip(start)
        .step_by(7)
        .take(CLAIMS.min(ids.len() / 7));
    let mut text = String::new();
    for id in chosen {
        write!(
            text,
            "[[claim]]\nextension = \"{id}\"\nsupport = \"yes\"\nevidence = \"docs\"\n\
             source = \"https://example.org/\"\ndate = 2026-11-24\n\n"
        )
        .unwrap_or_default();
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn term(slug: &str, numbers: &mut Numbers) -> String {
    let (short, prose) = (numbers.words(9), numbers.words(60));
    format!(
        "+++\nslug = \"{slug}\"\nterm = \"{slug}\"\nshort = \"{short}.\"\nsurety = \"memory\"\n\
         reviewed = \"2026-11-24\"\n+++\n\n{prose}.\n"
    )
}
