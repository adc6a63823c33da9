//! The cookbook: every recipe passes its cases, the manual shows its source word for word and a
//! configuration that it takes, and together the recipes use all of the interface.
//!
//! `cargo xtask plugins` builds them; `WAXSEAL_PLUGINS_DIR` says where they are, else they are looked
//! for beside the programs. After a change to a recipe, `UPDATE_EXPECT=1` puts its source into the page.

#![expect(clippy::unwrap_used, reason = "a test program")]

use expect_test::expect_file;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use toml::{Table, Value};
use waxseal_author::case::{find_cases, read_cases, run_case};
use waxseal_author::stub::{StubDns, StubEntropy, StubHttp};
use waxseal_author::{Subject, check, inspect};
use waxseal_mime::{Limits, Parser};
use waxseal_plugin::Services;
use waxseal_ports::memory::{FakeClock, MemoryKeyValue};

/// The pages, with their recipes in order.
const PAGES: [(&str, [&str; 4]); 3] = [
    (
        "senders",
        ["outside-mark", "retired-address", "front-door", "ask-once"],
    ),
    (
        "content",
        ["incident-list", "weigh-up", "new-network", "own-junk"],
    ),
    (
        "delivery-and-storage",
        ["plus-mailbox", "help-desk", "private-account", "far-store"],
    ),
];
/// What opens the source, and the configuration, in a page.
const SOURCE: &str = "```rust\n";
const CONFIGURATION: &str = "```toml\n";
const END: &str = "```\n";

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn cookbook() -> PathBuf {
    repository().join("plugins/cookbook")
}

fn manual(page: &str) -> PathBuf {
    let manual = repository().join("content/manual/plugins");
    std::path::absolute(manual.join(page).with_extension("md")).unwrap()
}

fn recipes() -> impl Iterator<Item = (&'static str, &'static str)> {
    let pages = PAGES.into_iter();
    pages.flat_map(|(page, recipes)| recipes.map(|recipe| (page, recipe)))
}

fn subject(recipe: &str) -> Subject {
    let named = std::env::var_os("WAXSEAL_PLUGINS_DIR").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| {
        let exe = std::env::current_exe().unwrap();
        exe.ancestors().nth(3).unwrap().join("plugins")
    });
    let file = folder.join(recipe).with_extension("wasm");
    let shown = file.display();
    assert!(
        file.is_file(),
        "no {shown}: run `cargo xtask plugins` first"
    );
    // Kept from run to run: its files are named by what was compiled, and by which compiler.
    let cache = folder.with_file_name("plugins-compiled");
    std::fs::create_dir_all(&cache).unwrap();
    Subject::new(&file, Some(std::path::absolute(cache).unwrap())).unwrap()
}

/// The text of the page's section about a recipe, and where it begins.
#[track_caller]
fn section<'a>(page: &'a str, recipe: &str) -> (usize, &'a str) {
    let heading = format!("\n## {recipe}\n");
    let start = page.find(&heading);
    let start = start.unwrap_or_else(|| panic!("no section \"## {recipe}\"")) + heading.len();
    let rest = page.get(start..).unwrap();
    let end = rest.find("\n## ").unwrap_or(rest.len());
    (start, rest.get(..end).unwrap())
}

/// The first block of a section that begins with `opening`, and where it begins.
#[track_caller]
fn block<'a>(section: &'a str, opening: &str) -> (usize, &'a str) {
    let start = section.find(opening);
    let start = start.unwrap_or_else(|| panic!("no {opening:?} in {section}")) + opening.len();
    let rest = section.get(start..).unwrap();
    let end = rest.find(END).unwrap();
    (start, rest.get(..end).unwrap())
}

/// All cases of a recipe.
async fn passes(recipe: &str) {
    let subject = subject(recipe);
    let mut cases = 0;
    for file in find_cases(&cookbook().join(recipe).join("cases")).unwrap() {
        for case in read_cases(&file).unwrap() {
            let result = run_case(&subject, &case).await.unwrap();
            assert!(result.passed(), "{result}");
            cases += 1;
        }
    }
    assert!(cases > 1, "{recipe} has {cases} cases");
}

macro_rules! recipes_pass {
    ($($test:ident: $recipe:literal,)*) => {
        $(
            #[tokio::test]
            async fn $test() {
                passes($recipe).await;
            }
        )*

        #[test]
        fn every_recipe_is_tested_and_shown() {
            let mut folders: Vec<_> = std::fs::read_dir(cookbook())
                .unwrap()
                .map(|entry| entry.unwrap())
                .filter(|entry| entry.path().is_dir())
                .map(|entry| entry.file_name().into_string().unwrap())
                .collect();
            folders.sort();
            let mut shown: Vec<_> = recipes().map(|(_, recipe)| recipe).collect();
            let mut tested = vec![$($recipe),*];
            shown.sort_unstable();
            tested.sort_unstable();
            assert_eq!(folders, shown);
            assert_eq!(folders, tested);
        }
    };
}

recipes_pass! {
    outside_mark: "outside-mark",
    retired_address: "retired-address",
    front_door: "front-door",
    ask_once: "ask-once",
    incident_list: "incident-list",
    weigh_up: "weigh-up",
    new_network: "new-network",
    own_junk: "own-junk",
    plus_mailbox: "plus-mailbox",
    help_desk: "help-desk",
    private_account: "private-account",
    far_store: "far-store",
}

#[test]
fn the_manual_shows_the_sources_word_for_word() {
    for (page, recipes) in PAGES {
        let file = manual(&format!("cookbook/{page}"));
        let mut text = std::fs::read_to_string(&file).unwrap();
        for recipe in recipes {
            let source = cookbook().join(recipe).join("src/lib.rs");
            let source = std::fs::read_to_string(source).unwrap();
            let (start, section) = section(&text, recipe);
            let (inside, shown) = block(section, SOURCE);
            let start = start + inside;
            let end = start + shown.len();
            text.replace_range(start..end, &source);
        }
        expect_file![file].assert_eq(&text);
    }
}

#[test]
fn the_first_page_leads_to_all_of_them() {
    let first = std::fs::read_to_string(manual("cookbook")).unwrap();
    for (page, recipe) in recipes() {
        let link = format!("[{recipe}](/manual/plugins/cookbook/{page}#text-{recipe})");
        assert!(first.contains(&link), "no {link}");
    }
}

#[tokio::test]
async fn the_configurations_in_the_manual_are_taken() {
    for (page, recipe) in recipes() {
        let text = std::fs::read_to_string(manual(&format!("cookbook/{page}"))).unwrap();
        let (_, configuration) = block(section(&text, recipe).1, CONFIGURATION);
        let server: Table = configuration.parse().unwrap();
        let plugins = server["plugin"].as_array().unwrap().iter();
        let mut plugins = plugins.filter_map(Value::as_table);
        let named = |plugin: &&Table| plugin["name"].as_str() == Some(recipe);
        let plugin = plugins.find(named).unwrap().clone();
        let subject = subject(recipe);
        let checked = check(&subject, plugin, services(&subject)).await.unwrap();
        assert!(checked.plugin.starts_with(recipe), "{}", checked.plugin);
    }
}

/// A world in which nothing is known.
fn services(subject: &Subject) -> Services {
    let clock = Arc::new(FakeClock::default());
    let parser = Arc::new(Parser::new(Limits::default()));
    Services {
        cache_dir: subject.cache_dir.clone(),
        entropy: Arc::new(StubEntropy::new(0)),
        key_value: Arc::new(MemoryKeyValue::new(clock.clone())),
        resolver: Arc::new(StubDns::default()),
        http: Arc::new(StubHttp::default()),
        ..Services::new(subject.folder(), parser, clock)
    }
}

#[test]
fn together_they_use_all_of_the_interface() {
    let wit = repository().join("schemas/wit/waxseal-plugin/0.1.0/plugin.wit");
    let wit = std::fs::read_to_string(wit).unwrap();
    let interfaces = wit.lines().filter_map(|line| {
        let name = line.strip_prefix("interface ")?;
        name.strip_suffix(" {")
    });
    // It holds types only.
    let interfaces: BTreeSet<_> = interfaces.filter(|name| *name != "types").collect();
    let mut used = BTreeSet::new();
    for (_, recipe) in recipes() {
        let seen = inspect(&subject(recipe).file).unwrap();
        assert_eq!(seen.refusal, None, "{recipe}");
        used.extend(seen.imports.into_keys());
        used.extend(seen.exports.into_keys());
    }
    assert_eq!(used, interfaces.into_iter().map(str::to_owned).collect());
}
