use std::collections::HashMap;
use std::path::PathBuf;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Row as _};

use super::*;
use crate::catalog::{Catalog, ProductEntry};
use crate::fixture::{Scratch, real_site};
use crate::pages::Mark;
use crate::pages::machine::paths;
use crate::resolve::State;

/// What each of the ways out says about every cell, by product and subject.
type Cells = BTreeMap<(String, String), String>;

#[tokio::test]
async fn a_copy_is_whole_and_all_ways_out_agree() {
    let site = real_site();
    let folder = Scratch::new("export");
    let done = export(Arc::clone(&site), folder.path()).await.unwrap();
    assert_eq!(done.pages, paths(&site).len() + 1);
    let files = read(folder.path());
    assert_eq!(done.files, files.len());
    every_link_leads_to_a_file(&files);
    let note = &files["search/index.html"];
    assert!(note.contains("This is a static copy") && !note.contains("<form"));

    let catalog = &site.catalog;
    let expected = resolved(catalog);
    let subjects = catalog.extensions.len() + catalog.features.len();
    assert_eq!(expected.len(), catalog.products.len() * subjects);
    same(
        "interface",
        &expected,
        &interface(catalog, &router(Arc::clone(&site))).await,
    );
    same(
        "copy of the interface",
        &expected,
        &copied_interface(catalog, &files),
    );
    same("dump", &expected, &dumped(catalog));
    same("database", &expected, &database(catalog, &folder).await);
    let words = shown(catalog);
    same(
        "pages",
        &words,
        &pages(catalog, &router(Arc::clone(&site))).await,
    );
    same("copied pages", &words, &copied_pages(catalog, &files));
}

#[track_caller]
fn same(name: &str, expected: &Cells, found: &Cells) {
    for (cell, state) in expected {
        assert_eq!(found.get(cell), Some(state), "{name}: {cell:?}");
    }
    assert_eq!(found.len(), expected.len(), "{name}");
}

fn read(folder: &Path) -> HashMap<String, String> {
    let mut files = HashMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path
                .strip_prefix(folder)
                .unwrap()
                .to_string_lossy()
                .into_owned();
            files.insert(name, std::fs::read_to_string(&path).unwrap());
        }
    }
    files
}

fn every_link_leads_to_a_file(files: &HashMap<String, String>) {
    let anchors = |html: &str, id: &str| html.contains(&format!("id=\"{id}\""));
    for (name, html) in files.iter().filter(|(name, _)| name.ends_with(".html")) {
        for attribute in [" href=\"", " src=\""] {
            for value in html.split(attribute).skip(1) {
                let link = value.split('"').next().unwrap();
                if ["https://", "http://", "mailto:"]
                    .iter()
                    .any(|start| link.starts_with(start))
                {
                    continue;
                }
                assert!(
                    !link.starts_with('/') && !link.contains('?'),
                    "{name}: {link}"
                );
                let (target, anchor) = link.split_once('#').unwrap_or((link, ""));
                let target = if target.is_empty() {
                    name.clone()
                } else {
                    resolve(name, target)
                };
                let found = files.get(&target);
                let found = found.unwrap_or_else(|| panic!("{name}: {link} leads to no file"));
                assert!(
                    anchor.is_empty() || anchors(found, anchor),
                    "{name}: {link} has no such place"
                );
            }
        }
    }
}

/// A relative link, from the top of the copy.
fn resolve(from: &str, link: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        if part == ".." {
            parts.pop().unwrap();
        } else {
            parts.push(part);
        }
    }
    parts.join("/")
}

fn every_cell(catalog: &Catalog, say: impl Fn(&ProductEntry, &str) -> String) -> Cells {
    let subjects = || catalog.extensions.keys().chain(catalog.features.keys());
    let products = catalog.products.iter();
    let cells = products.flat_map(|(slug, entry)| {
        subjects().map(move |subject| ((slug.clone(), subject.clone()), entry, subject))
    });
    cells
        .map(|(cell, entry, subject)| (cell, say(entry, subject)))
        .collect()
}

/// `state value since`, as data has it.
fn line(state: &str, value: Option<&str>, since: Option<&str>) -> String {
    format!(
        "{state} {} {}",
        value.unwrap_or_default(),
        since.unwrap_or_default()
    )
}

fn resolved(catalog: &Catalog) -> Cells {
    every_cell(catalog, |entry, subject| {
        let cell = entry.cell(subject);
        let claim = cell.shown().map(|judged| &judged.claim);
        let since = claim.and_then(|claim| claim.since.as_deref());
        line(cell.state.id(), cell.value(), since)
    })
}

fn of_json(cell: &Value) -> String {
    line(
        cell["state"].as_str().unwrap(),
        cell["value"].as_str(),
        cell["since"].as_str(),
    )
}

/// The cells of an extension or feature as the interface tells them.
fn taken(body: &str, subject: &str, cells: &mut Cells) {
    let body: Value = serde_json::from_str(body).unwrap();
    for (product, cell) in body["products"].as_object().unwrap() {
        cells.insert((product.clone(), subject.to_owned()), of_json(cell));
    }
}

fn addresses(catalog: &Catalog) -> Vec<(String, String)> {
    let extensions = catalog
        .extensions
        .keys()
        .map(|id| (id.clone(), format!("extensions/{id}")));
    let features = catalog
        .features
        .keys()
        .map(|id| (id.clone(), format!("features/{id}")));
    extensions.chain(features).collect()
}

async fn interface(catalog: &Catalog, router: &Router) -> Cells {
    let mut cells = Cells::new();
    for (subject, address) in addresses(catalog) {
        let answer = ask_once(router, &format!("/api/v1/{address}"))
            .await
            .unwrap()
            .unwrap();
        taken(
            std::str::from_utf8(&answer.body).unwrap(),
            &subject,
            &mut cells,
        );
    }
    cells
}

fn copied_interface(catalog: &Catalog, files: &HashMap<String, String>) -> Cells {
    let mut cells = Cells::new();
    for (subject, address) in addresses(catalog) {
        taken(
            &files[&format!("api/v1/{address}.json")],
            &subject,
            &mut cells,
        );
    }
    cells
}

/// Fills in the cells that a table of known ones leaves out.
fn with_unknown(catalog: &Catalog, mut known: Cells) -> Cells {
    let count = known.len();
    let unknown = every_cell(catalog, |_, _| line(State::Unknown.id(), None, None));
    let mut all = unknown;
    all.append(&mut known);
    assert_eq!(
        all.len(),
        catalog.products.len() * addresses(catalog).len(),
        "{count} known"
    );
    all
}

fn dumped(catalog: &Catalog) -> Cells {
    let document = crate::dump::json(catalog);
    let rows = document["cells"].as_array().unwrap().iter();
    let known = rows.map(|row| {
        let text = |name: &str| row[name].as_str().unwrap().to_owned();
        ((text("product"), text("subject")), of_json(row))
    });
    with_unknown(catalog, known.collect())
}

async fn database(catalog: &Catalog, folder: &Scratch) -> Cells {
    let path = crate::dump::write_database(catalog, folder.path())
        .await
        .unwrap();
    let mut connection = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .connect()
        .await
        .unwrap();
    let rows = sqlx::query("SELECT product, subject, state, value, since FROM cells")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let known = rows.iter().map(|row| {
        let text = |at: usize| row.get::<Option<String>, _>(at);
        let state = line(&text(2).unwrap(), text(3).as_deref(), text(4).as_deref());
        ((text(0).unwrap(), text(1).unwrap()), state)
    });
    with_unknown(catalog, known.collect())
}

/// What a reader sees: a product's word in the table of who supports it, or no row.
fn shown(catalog: &Catalog) -> Cells {
    every_cell(catalog, |entry, subject| {
        let cell = entry.cell(subject);
        match cell.shown() {
            Some(_) => format!("{} {}", cell.state.class(), Mark::of(cell).text()),
            None => String::new(),
        }
    })
}

/// The words of a table of who supports something, by product.
fn marks(html: &str, subject: &str, cells: &mut Cells) {
    let anchor = format!("#{}\"", crate::model::anchor(subject));
    let table = html
        .split("aria-label=\"Support by product\"")
        .nth(1)
        .unwrap_or_default();
    let table = table.split("</table>").next().unwrap_or_default();
    for row in table.split("<th scope=\"row\">").skip(1) {
        let link = row.split("class=\"plain\" href=\"").nth(1).unwrap();
        let target = link.split(&anchor).next().unwrap();
        let product = target
            .split("/evidence")
            .next()
            .unwrap()
            .rsplit('/')
            .next()
            .unwrap();
        let mark = link.split("class=\"mark ").nth(1).unwrap();
        let class = mark.split(['"', ' ']).next().unwrap();
        let word = mark
            .split("&#160;")
            .nth(1)
            .unwrap()
            .split('<')
            .next()
            .unwrap();
        let word = word
            .replace("&#38;", "&")
            .replace("&#39;", "'")
            .replace("&#60;", "<");
        cells.insert(
            (product.to_owned(), subject.to_owned()),
            (class.to_owned() + " " + &word).replace("s-value", "s-yes"),
        );
    }
}

/// Adds the cells without a row.
fn with_empty(catalog: &Catalog, mut shown: Cells) -> Cells {
    let mut all = every_cell(catalog, |_, _| String::new());
    all.append(&mut shown);
    all
}

async fn pages(catalog: &Catalog, router: &Router) -> Cells {
    let mut cells = Cells::new();
    for (subject, address) in addresses(catalog) {
        let answer = ask_once(router, &format!("/{address}"))
            .await
            .unwrap()
            .unwrap();
        marks(
            std::str::from_utf8(&answer.body).unwrap(),
            &subject,
            &mut cells,
        );
    }
    with_empty(catalog, cells)
}

fn copied_pages(catalog: &Catalog, files: &HashMap<String, String>) -> Cells {
    let mut cells = Cells::new();
    for (subject, address) in addresses(catalog) {
        marks(
            &files[&format!("{address}/index.html")],
            &subject,
            &mut cells,
        );
    }
    with_empty(catalog, cells)
}
