//! `serve --dev`: the site for its authors. Content is read again whenever a file changes, open
//! pages reload by themselves, and mistakes stand on the page concerned instead of ending the
//! program; what is right goes on being shown from the last good state.
//!
//! Nothing of this reaches the public site: the script, its event stream and the wider policy
//! exist in this router only.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State as Shared};
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::sync::watch;
use tower::ServiceExt as _;

use super::router;
use crate::catalog::{Catalog, Parts};
use crate::content::{self, Diagnostic, Severity};
use crate::date::Date;
use crate::pages::Site;

/// Largest page that gets a banner, in bytes.
const PAGE_BYTES_MAX: usize = 16_000_000;
/// Mistakes shown on one page.
const SHOWN_MAX: usize = 20;
/// Reloads the page when the content changed.
const SCRIPT: &str =
    "new EventSource('/dev/events').addEventListener('reload', () => location.reload());\n";
/// What the script needs beyond the public policy.
const ALLOWED: [(&str, &str); 2] = [("script-src", "'self'"), ("connect-src", "'self'")];

/// A site that follows its content folder.
pub struct Dev {
    content: PathBuf,
    today: Date,
    shown: RwLock<Shown>,
    changes: Mutex<Option<watch::Sender<u64>>>,
}

/// What is served now.
struct Shown {
    router: Router,
    mistakes: Vec<Diagnostic>,
}

impl Dev {
    /// Reads the content for the first time; mistakes are no reason to stop.
    ///
    /// # Errors
    /// When the folder cannot be read or the index cannot be made.
    pub fn start(content: &Path, today: &Date) -> anyhow::Result<Arc<Self>> {
        let nothing = Site::new(Catalog::build(Parts::default()))?;
        let dev = Self {
            content: content.to_owned(),
            today: today.clone(),
            shown: RwLock::new(Shown {
                router: router(Arc::new(nothing)),
                mistakes: Vec::new(),
            }),
            changes: Mutex::new(Some(watch::Sender::new(0))),
        };
        dev.refresh()?;
        Ok(Arc::new(dev))
    }

    /// Reads the content again and tells all open pages. Answers the number of errors.
    ///
    /// # Errors
    /// When the folder cannot be read or the index cannot be made; what was shown stays.
    pub fn refresh(&self) -> anyhow::Result<usize> {
        let loaded = content::check(content::read_folder(&self.content)?, &self.today)?;
        let mistakes: Vec<Diagnostic> = loaded.of(Severity::Error).into_iter().cloned().collect();
        let errors = mistakes.len();
        let fresh = match loaded.catalog {
            Some(catalog) => Some(router(Arc::new(Site::new(catalog)?))),
            None => None,
        };
        {
            let mut shown = self.shown.write().unwrap_or_else(PoisonError::into_inner);
            if let Some(router) = fresh {
                shown.router = router;
            }
            shown.mistakes = mistakes;
        }
        if let Some(changes) = &*self.changes.lock().unwrap_or_else(PoisonError::into_inner) {
            changes.send_modify(|number| *number += 1);
        }
        Ok(errors)
    }

    /// Digest of names, sizes and dates of all content files: another one means a change.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub fn stamp(&self) -> std::io::Result<blake3::Hash> {
        let mut hash = blake3::Hasher::new();
        let mut folders = vec![self.content.clone()];
        while let Some(folder) = folders.pop() {
            let mut entries: Vec<_> = std::fs::read_dir(folder)?.collect::<Result<_, _>>()?;
            entries.sort_by_key(std::fs::DirEntry::file_name);
            for entry in entries {
                let told = entry.metadata()?;
                if told.is_dir() {
                    folders.push(entry.path());
                    continue;
                }
                hash.update(entry.path().to_string_lossy().as_bytes());
                hash.update(format!(" {} {:?} ", told.len(), told.modified()?).as_bytes());
            }
        }
        Ok(hash.finalize())
    }

    /// Ends all event streams, so that the server can end.
    pub fn stop(&self) {
        self.changes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
    }

    /// The site with its script, its event stream and its banners.
    pub fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/dev/reload.js", get(script))
            .route("/dev/events", get(events))
            .fallback(page)
            .with_state(Arc::clone(self))
    }
}

async fn script() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT)
}

/// One event for each change of the content.
async fn events(Shared(dev): Shared<Arc<Dev>>) -> Response {
    let changes = dev.changes.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(receiver) = changes.as_ref().map(watch::Sender::subscribe) else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    drop(changes);
    let stream = futures_util::stream::unfold(receiver, |mut receiver| async move {
        receiver.changed().await.ok()?;
        let event = Event::default().event("reload").data("content");
        Some((Ok::<_, Infallible>(event), receiver))
    });
    Sse::new(stream).into_response()
}

/// Any page of the site, with what is wrong about it.
async fn page(Shared(dev): Shared<Arc<Dev>>, mut request: Request) -> Response {
    let path = request.uri().path().to_owned();
    // The banner has to go into plain bytes, and no browser may keep a page.
    request.headers_mut().remove(ACCEPT_ENCODING);
    request.headers_mut().remove(IF_NONE_MATCH);
    let (router, banner) = {
        let shown = dev.shown.read().unwrap_or_else(PoisonError::into_inner);
        (shown.router.clone(), banner(&shown.mistakes, &path))
    };
    let Ok(response) = router.oneshot(request).await;
    let kind = response.headers().get(CONTENT_TYPE);
    let is_html = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !is_html {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, PAGE_BYTES_MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let html = String::from_utf8_lossy(&bytes);
    let html = with_banner(&html, &banner);
    parts.headers.remove(ETAG);
    parts.headers.remove(CONTENT_LENGTH);
    parts
        .headers
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let policy = parts.headers.get(CONTENT_SECURITY_POLICY);
    let policy = allow(
        policy
            .and_then(|policy| policy.to_str().ok())
            .unwrap_or_default(),
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        parts.headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    Response::from_parts(parts, Body::from(html))
}

/// The public policy with what the script needs, where it does not allow that already.
fn allow(policy: &str) -> String {
    let mut policy = policy.to_owned();
    for (directive, source) in ALLOWED {
        if !policy.contains(directive) {
            policy.push_str(&format!("; {directive} {source}"));
        }
    }
    policy
}

fn with_banner(html: &str, banner: &str) -> String {
    let script = "<script src=\"/dev/reload.js\" defer></script>\n</head>";
    let html = html.replacen("</head>", script, 1);
    match html
        .find("<main")
        .and_then(|at| Some(at + html.get(at..)?.find('>')? + 1))
    {
        Some(at) => {
            let (before, after) = html.split_at(at);
            format!("{before}{banner}{after}")
        }
        None => html,
    }
}

/// The mistakes of this page in full, and the number of those elsewhere.
fn banner(mistakes: &[Diagnostic], path: &str) -> String {
    let here = |one: &&Diagnostic| concerns(&one.path, path);
    let own: Vec<&Diagnostic> = mistakes.iter().filter(here).collect();
    let others = mistakes.len() - own.len();
    if mistakes.is_empty() {
        return String::new();
    }
    let mut html =
        String::from("\n<section class=\"warn\" role=\"alert\" aria-label=\"Mistakes\">");
    if !own.is_empty() {
        html.push_str(
            "<p><strong>What you see is the last good state of this page.</strong></p><ul>",
        );
        for one in own.iter().take(SHOWN_MAX) {
            let place = format!("{}:{}:{}", one.path, one.line, one.column);
            let (place, message) = (escape(&place), escape(&one.message));
            html.push_str(&format!(
                "<li><code>{place}</code> {message} [{}]</li>",
                one.code
            ));
        }
        html.push_str("</ul>");
    }
    if own.len() > SHOWN_MAX || others > 0 {
        let more = others + own.len().saturating_sub(SHOWN_MAX);
        let first = mistakes
            .iter()
            .find(|one| !here(one))
            .map(|one| escape(&one.path));
        let first = first.map_or_else(String::new, |path| {
            format!(", such as in <code>{path}</code>")
        });
        html.push_str(&format!("<p>{more} more mistakes elsewhere{first}.</p>"));
    }
    html.push_str("</section>\n");
    html
}

/// Whether a page shows a file; files that make no page concern all.
fn concerns(file: &str, page: &str) -> bool {
    let page = page.trim_end_matches('/');
    let parts: Vec<&str> = file.trim_end_matches(".md").split('/').collect();
    match parts.as_slice() {
        ["products", slug, ..] => {
            let own = format!("/products/{slug}");
            page == own || page.starts_with(&format!("{own}/"))
        }
        ["protocols", id] => page == format!("/protocols/{id}") || page == format!("/matrix/{id}"),
        ["comparisons", slug] => page == format!("/compare/{slug}"),
        ["manual", rest @ ..] => {
            let rest = rest.strip_suffix(&["index"]).unwrap_or(rest);
            page == format!("/manual/{}", rest.join("/")).trim_end_matches('/')
        }
        ["extensions" | "features" | "surveys" | "glossary", ..] => {
            page == format!("/{}", parts.join("/"))
        }
        _ => true,
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests;
