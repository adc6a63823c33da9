//! A static copy of the site: pages, assets, feeds, badges and the interface as files that any file
//! server, or a browser opening them from a disk, can show.
//!
//! Every page lies in a folder of its own as `index.html`, answers of the interface end in
//! `.json`, and all links are relative. What needs the running program (search, filters, free
//! comparisons) leads to a page that says so.

mod links;
mod plan;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::CONTENT_TYPE;
use axum::http::{Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::pages::Site;
use crate::serve::router;

/// Largest answer taken into the copy, in bytes.
const FILE_BYTES_MAX: usize = 64_000_000;
/// Address of the page that says what a copy cannot do; it takes the place of the search.
const NOTE: &str = "/search";

/// One answer of the site.
struct Answer {
    kind: String,
    body: Vec<u8>,
}

impl Answer {
    fn is_html(&self) -> bool {
        self.kind.starts_with("text/html")
    }
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exported {
    /// Pages.
    pub pages: usize,
    /// All files.
    pub files: usize,
    /// Their size in bytes.
    pub bytes: usize,
}

/// Writes the whole copy into a folder; it should be empty or not there.
///
/// # Errors
/// When an address does not answer or a file cannot be written.
pub async fn export(site: Arc<Site>, folder: &Path) -> anyhow::Result<Exported> {
    let router = router(Arc::clone(&site));
    let mut answers: BTreeMap<String, Answer> = BTreeMap::new();
    let note = crate::pages::static_note::render(&site)?;
    let kind = "text/html".to_owned();
    let body = note.into_bytes();
    answers.insert(NOTE.to_owned(), Answer { kind, body });
    let mut wanted: Vec<String> = plan::addresses(&site);
    let planned: BTreeSet<String> = wanted.iter().cloned().collect();
    let mut asked = planned.clone();
    while let Some(address) = wanted.pop() {
        if answers.contains_key(&address) {
            continue;
        }
        let Some(answer) = ask(&router, &address).await? else {
            // Examples on fixed pages name products that a smaller catalog may not have.
            ensure!(!planned.contains(&address), "{address} is not there");
            continue;
        };
        if answer.is_html() {
            let found = links::wanted(&String::from_utf8_lossy(&answer.body));
            let fresh = found.into_iter().filter(|link| asked.insert(link.clone()));
            wanted.extend(fresh);
        }
        answers.insert(address, answer);
    }
    write(&answers, folder)
}

/// Asks one address; lists of the interface are put together from all their pages.
async fn ask(router: &Router, address: &str) -> anyhow::Result<Option<Answer>> {
    let Some(mut answer) = ask_once(router, address).await? else {
        return Ok(None);
    };
    if !address.starts_with("/api/") {
        return Ok(Some(answer));
    }
    let mut whole: Value = serde_json::from_slice(&answer.body)?;
    while let Some(next) = whole["next"].as_str() {
        let page = ask_once(router, &format!("{address}?after={next}")).await?;
        let page = page.context("a list ends in the middle")?;
        let mut page: Value = serde_json::from_slice(&page.body)?;
        let more = page["items"].take();
        if let (Value::Array(items), Value::Array(more)) = (&mut whole["items"], more) {
            items.extend(more);
        }
        whole["next"] = page["next"].take();
    }
    answer.body = serde_json::to_vec(&whole)?;
    Ok(Some(answer))
}

/// Asks once; no answer where there is no such page.
async fn ask_once(router: &Router, address: &str) -> anyhow::Result<Option<Answer>> {
    let request = Request::builder().uri(address).body(Body::empty())?;
    let Ok(response) = router.clone().oneshot(request).await;
    let status = response.status();
    if status == StatusCode::NOT_FOUND {
        return Ok(None);
    }
    ensure!(status == StatusCode::OK, "{address} answers {status}");
    let kind = response.headers().get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().to_owned();
    let body = to_bytes(response.into_body(), FILE_BYTES_MAX).await?;
    let body = body.to_vec();
    Ok(Some(Answer { kind, body }))
}

fn write(answers: &BTreeMap<String, Answer>, folder: &Path) -> anyhow::Result<Exported> {
    let files: BTreeMap<&str, String> = answers
        .iter()
        .map(|(address, answer)| (address.as_str(), file(address, answer)))
        .collect();
    let mut done = Exported {
        pages: 0,
        files: 0,
        bytes: 0,
    };
    for (address, answer) in answers {
        let Some(file) = files.get(address.as_str()) else {
            continue;
        };
        let body = if answer.is_html() {
            done.pages += 1;
            let html = String::from_utf8_lossy(&answer.body);
            links::rewrite(&html, file, &files).into_bytes()
        } else {
            answer.body.clone()
        };
        let path = folder.join(file);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)
                .with_context(|| format!("making {}", parent.display()))?;
        }
        std::fs::write(&path, &body).with_context(|| format!("writing {}", path.display()))?;
        done.files += 1;
        done.bytes += body.len();
    }
    Ok(done)
}

/// The file of an address, below the folder.
fn file(address: &str, answer: &Answer) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let path = path.trim_matches('/');
    if answer.is_html() {
        return if path.is_empty() {
            "index.html".to_owned()
        } else {
            format!("{path}/index.html")
        };
    }
    if !query.is_empty() {
        let digest = blake3::hash(address.as_bytes()).to_hex();
        let end = path.rsplit('.').next().unwrap_or_default();
        return format!("views/{}.{end}", &digest[..16]);
    }
    let is_json = answer.kind.starts_with("application/json");
    if is_json && !path.ends_with(".json") {
        format!("{path}.json")
    } else {
        path.to_owned()
    }
}

#[cfg(test)]
mod tests;
