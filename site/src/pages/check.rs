//! `/check`: what a server said, pasted, compared with the catalog. The text is neither kept nor
//! logged, and the answer is not to be cached.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::State as Shared;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};

use super::frame::{PageError, show};
use super::{Frame, Site};
use crate::announce::{
    Announced, Known, Near, PROFILES, Profile, Reading, TEXT_BYTES_MAX, Wanted, missing, nearest,
    read, stub,
};
use crate::catalog::Catalog;

/// Largest form taken, in bytes: a text of [`TEXT_BYTES_MAX`] with every byte escaped.
pub const FORM_BYTES_MAX: usize = 3 * TEXT_BYTES_MAX + 1024;

#[derive(Template)]
#[template(path = "check.html")]
struct CheckPage {
    frame: Frame,
    text: String,
    profiles: Vec<(&'static str, &'static str, bool)>,
    problem: Option<&'static str>,
    result: Option<ResultView>,
    limit: usize,
}

struct ResultView {
    protocol: Option<(String, String)>,
    names: Vec<String>,
    groups: Vec<(String, Vec<Row>)>,
    total: usize,
    obsolete: Vec<Old>,
    implied: Vec<(String, String)>,
    unknown: Vec<(String, String)>,
    profile: Option<ProfileView>,
    near: Vec<NearView>,
    stub: Option<String>,
}

struct Row {
    url: String,
    said: String,
    title: String,
}

struct Old {
    row: Row,
    instead: Vec<(String, String)>,
}

struct ProfileView {
    title: &'static str,
    /// Heading, class of the marks, and what is lacking or too much.
    verdicts: Vec<(&'static str, &'static str, Vec<WantedView>)>,
    met: usize,
    needed: usize,
}

struct WantedView {
    links: Vec<(String, String)>,
    why: &'static str,
}

struct NearView {
    near: Near,
    only_here: Vec<(String, String)>,
    only_there: Vec<(String, String)>,
}

/// Shows the form.
///
/// # Errors
/// When the template fails.
pub async fn page(Shared(site): Shared<Arc<Site>>) -> Result<impl IntoResponse, PageError> {
    show(&CheckPage {
        frame: site.frame("check").at("/check"),
        text: String::new(),
        profiles: profiles(""),
        problem: None,
        result: None,
        limit: TEXT_BYTES_MAX / 1024,
    })
}

/// Reads a pasted text.
///
/// # Errors
/// When the template fails.
pub async fn read_text(
    Shared(site): Shared<Arc<Site>>,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, PageError> {
    let (status, pairs, problem) = match form {
        Ok(Form(pairs)) => (StatusCode::OK, pairs, None),
        Err(rejection) => {
            let problem = "That is more than this page reads. Paste the part with the list.";
            (rejection.status(), Vec::new(), Some(problem))
        }
    };
    let value = |name: &str| {
        let found = pairs.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value.as_str())
    };
    let text = value("text");
    let announced = read(text);
    let nothing = announced.words.is_empty() && problem.is_none();
    let result =
        (!announced.words.is_empty()).then(|| result(&site.catalog, &announced, value("profile")));
    let page = show(&CheckPage {
        frame: site.frame("check").at("/check"),
        text: text.to_owned(),
        profiles: profiles(value("profile")),
        problem: problem
            .or(nothing
                .then_some("Nothing in this text was recognised as what a server announces.")),
        result,
        limit: TEXT_BYTES_MAX / 1024,
    })?;
    Ok((status, [(CACHE_CONTROL, "no-store")], page).into_response())
}

fn profiles(chosen: &str) -> Vec<(&'static str, &'static str, bool)> {
    let profiles = PROFILES.iter();
    profiles
        .map(|profile| (profile.id, profile.title, profile.id == chosen))
        .collect()
}

fn result(catalog: &Catalog, announced: &Announced, profile: &str) -> ResultView {
    let reading = Reading::of(catalog, announced);
    let protocol = announced.protocol();
    let chosen = PROFILES.iter().find(|one| one.id == profile);
    let of_protocol = || PROFILES.iter().find(|one| Some(one.protocol) == protocol);
    let near = protocol.map(|id| nearest(catalog, announced, &reading, id));
    let near = near.unwrap_or_default();
    let product = near.first().filter(|near| near.named || near.percent >= 90);
    let product = product.map(|near| near.product.as_str());
    ResultView {
        protocol: protocol.and_then(|id| {
            let title = catalog.protocols.get(id)?.facts.title.clone();
            Some((format!("/protocols/{id}"), title))
        }),
        names: announced.names.clone(),
        total: reading.known.len(),
        obsolete: reading
            .obsolete
            .iter()
            .map(|known| old(catalog, known))
            .collect(),
        implied: links(catalog, &reading.implied),
        unknown: reading
            .unknown
            .iter()
            .map(|word| (word.text.clone(), protocol_title(catalog, word.protocol)))
            .collect(),
        profile: chosen
            .or_else(of_protocol)
            .map(|one| profile_view(catalog, &reading, one)),
        stub: (!reading.known.is_empty()).then(|| stub(&reading, product)),
        groups: groups(catalog, &reading),
        near: near
            .into_iter()
            .map(|near| near_view(catalog, near))
            .collect(),
    }
}

fn protocol_title(catalog: &Catalog, id: &str) -> String {
    let entry = catalog.protocols.get(id);
    entry.map_or_else(|| id.to_owned(), |entry| entry.facts.title.clone())
}

fn row(catalog: &Catalog, known: &Known) -> Row {
    let title = catalog.extensions.get(&known.id);
    Row {
        url: format!("/extensions/{}", known.id),
        said: known.word.text.clone(),
        title: title.map_or_else(String::new, |entry| entry.facts.title.clone()),
    }
}

fn old(catalog: &Catalog, known: &Known) -> Old {
    let entry = catalog.extensions.get(&known.id);
    let instead = entry.map_or(&[][..], |entry| &entry.facts.replaced_by);
    Old {
        row: row(catalog, known),
        instead: links(catalog, instead),
    }
}

/// The recognised words by protocol and group.
fn groups(catalog: &Catalog, reading: &Reading) -> Vec<(String, Vec<Row>)> {
    let mut groups: Vec<(String, Vec<Row>)> = Vec::new();
    let mut sorted: Vec<(String, &Known)> = reading
        .known
        .iter()
        .filter_map(|known| {
            let facts = &catalog.extensions.get(&known.id)?.facts;
            let protocol = protocol_title(catalog, &facts.protocol);
            Some((
                format!("{protocol}: {}", facts.category.replace('-', " ")),
                known,
            ))
        })
        .collect();
    sorted.sort_by(|one, other| one.0.cmp(&other.0));
    for (group, known) in sorted {
        match groups.last_mut().filter(|(last, _)| *last == group) {
            Some((_, rows)) => rows.push(row(catalog, known)),
            None => groups.push((group, vec![row(catalog, known)])),
        }
    }
    groups
}

fn links<T: AsRef<str>>(catalog: &Catalog, ids: &[T]) -> Vec<(String, String)> {
    let links = ids.iter().filter_map(|id| {
        let entry = catalog.extensions.get(id.as_ref())?;
        Some((
            format!("/extensions/{}", id.as_ref()),
            entry.facts.name().to_owned(),
        ))
    });
    links.collect()
}

fn profile_view(catalog: &Catalog, reading: &Reading, profile: &'static Profile) -> ProfileView {
    let view = |wanted: &Wanted| WantedView {
        links: links(catalog, wanted.any_of),
        why: wanted.why,
    };
    let lacks = missing(reading, profile.needs);
    let announced = |id: &&&str| reading.known.iter().any(|known| known.id == **id);
    let avoided = profile.avoid.iter().filter_map(|wanted| {
        let found: Vec<&str> = wanted.any_of.iter().filter(announced).copied().collect();
        (!found.is_empty()).then(|| WantedView {
            links: links(catalog, &found),
            why: wanted.why,
        })
    });
    let helpful = missing(reading, profile.helps);
    let verdicts = [
        (
            "Missing",
            "s-no",
            lacks.iter().map(view).collect::<Vec<_>>(),
        ),
        ("Would help", "s-part", helpful.iter().map(view).collect()),
        ("Better not announced", "s-disputed", avoided.collect()),
    ];
    ProfileView {
        title: profile.title,
        met: profile.needs.len() - lacks.len(),
        needed: profile.needs.len(),
        verdicts: verdicts
            .into_iter()
            .filter(|(_, _, rows)| !rows.is_empty())
            .collect(),
    }
}

fn near_view(catalog: &Catalog, near: Near) -> NearView {
    NearView {
        only_here: links(catalog, &near.only_here),
        only_there: links(catalog, &near.only_there),
        near,
    }
}
