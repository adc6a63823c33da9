//! The manual's examples of configuration, read by the program's own parser: every block that begins
//! with "```toml waxseal.toml", and those of "```toml" that begin with a plugin.

use super::*;
use crate::wire::plugin_services;
use std::fmt::Write;

/// What a block that shows a part of a file is read with; on lines of its own.
const HEAD: &str = "config_version = 1\nserver.hostname = \"mx.example.test\"\n";
/// How a block begins that is an administrator's file or a part of it.
const FENCE: &str = "```toml waxseal.toml";

/// How other blocks of TOML begin.
const OTHER_FENCE: &str = "```toml";

/// A block: the line after its fence, from 1, and its text.
fn blocks(text: &str) -> Vec<(usize, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(usize, String, bool)> = None;
    for (index, line) in text.lines().enumerate() {
        match &mut open {
            None if line.starts_with(OTHER_FENCE) => {
                open = Some((index + 2, String::new(), line.trim_end() == FENCE));
            }
            None => {}
            Some(_) if line.starts_with("```") => {
                let closed = open.take();
                let is_ours = |(_, text, marked): &(usize, String, bool)| {
                    *marked || text.starts_with("[[plugin]]")
                };
                blocks.extend(closed.filter(is_ours).map(|(at, text, _)| (at, text)));
            }
            Some((_, block, _)) => writeln!(block, "{line}").unwrap(),
        }
    }
    assert!(open.is_none(), "a block is not closed");
    blocks
}

/// What is wrong with a block, but that files it names are not there and that parts are missing.
fn mistakes(block: &str) -> Vec<(usize, String)> {
    let whole = block.contains("config_version");
    let head = if whole { "" } else { HEAD };
    let found = match Config::parse(Path::new("w.toml"), &format!("{head}{block}")) {
        Err(Mistakes(mistakes)) => mistakes,
        Ok((config, document)) => {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap();
            let services = plugin_services(&config);
            runtime.block_on(check(&config, &document, Ground::Values, services))
        }
    };
    let elsewhere = ["cannot be read: No such file", "there is no [[listener]]"];
    let found = found.into_iter();
    let found = found.filter(|one| !elsewhere.iter().any(|text| one.message.contains(text)));
    found
        .map(|one| (one.line.saturating_sub(head.lines().count()), one.message))
        .collect()
}

fn pages(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            pages(&path, found);
        } else if path.extension().is_some_and(|end| end == "md") {
            found.push(path);
        }
    }
}

#[test]
fn every_example_of_the_manual_is_sound() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    pages(&root.join("content/manual"), &mut files);
    files.sort();
    let mut wrong = String::new();
    let mut count = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for (start, block) in blocks(&text) {
            count += 1;
            for (line, message) in mistakes(&block) {
                let shown = file.strip_prefix(&root).unwrap().display();
                let line = (start + line).saturating_sub(1);
                writeln!(wrong, "{shown}:{line}: {message}").unwrap();
            }
        }
    }
    assert_eq!(wrong, "");
    assert!(count >= 20, "only {count} blocks were found");
}

#[test]
fn a_mistake_is_found_at_its_line() {
    let page =
        format!("# Page\n\n{FENCE}\n[delivery.retry]\ngive_up = 1\n```\n\n```toml\nx\n```\n");
    let blocks = blocks(&page);
    assert_eq!(blocks.len(), 1);
    let (start, block) = &blocks[0];
    let (line, message) = &mistakes(block)[0];
    assert_eq!(start + line - 1, 5);
    assert!(
        message.contains("did you mean `give_up_secs`?"),
        "{message}"
    );
}
