//! C105 and C107: claims about one product fit together.

use std::collections::BTreeMap;

use super::{Code, Diagnostic, Kind, Page, of_kind};
use crate::date::Date;
use crate::model::{Claim, MeasuredFile, Measurement, measured_claims};
use crate::resolve::{Cell, Reason, State, resolve};

/// A claim with its place.
struct Told<'a> {
    page: &'a Page,
    at: String,
    claim: Claim,
}

impl Told<'_> {
    /// `file:line`, for messages about another place.
    fn place(&self) -> String {
        let offset = self.page.document.value_offset(&self.at);
        let line = self.page.file.position(offset).line;
        format!("{}:{line}", self.page.file.path)
    }
}

/// Claims by subject.
type Subjects<'a> = BTreeMap<String, Vec<Told<'a>>>;

pub(super) fn check(pages: &[Page], today: &Date, out: &mut Vec<Diagnostic>) {
    let mut products: BTreeMap<&str, Subjects<'_>> = BTreeMap::new();
    for page in of_kind(pages, Kind::Claims).chain(of_kind(pages, Kind::Measured)) {
        let slug = page.id.split('/').next().unwrap_or_default();
        for told in claims(page) {
            let subjects = products.entry(slug).or_default();
            let subject = told.claim.subject().to_owned();
            subjects.entry(subject).or_default().push(told);
        }
    }
    let needs: Vec<(&Page, Vec<(String, &str)>)> = of_kind(pages, Kind::Extension)
        .map(|page| (page, page.texts("/requires")))
        .collect();
    for (slug, subjects) in &products {
        let page = of_kind(pages, Kind::Product).find(|page| page.id == *slug);
        let changes = page.and_then(|page| page.text("/status")) != Some("discontinued");
        let cells: BTreeMap<&str, Cell> = subjects
            .iter()
            .map(|(subject, told)| {
                let claims = told.iter().map(|told| told.claim.clone()).collect();
                (subject.as_str(), resolve(claims, today, changes))
            })
            .collect();
        for (subject, cell) in &cells {
            disputed(subject, cell, subjects, out);
        }
        for (page, requires) in &needs {
            for (_, required) in requires {
                broken(&page.id, required, (&cells, subjects), out);
            }
        }
    }
}

fn claims(page: &Page) -> Vec<Told<'_>> {
    let value = |at: &String| page.document.value.pointer(at).cloned();
    if page.kind == Kind::Claims {
        let typed = |at: &String| serde_json::from_value(value(at)?).ok();
        let told = page.tables("/claim").into_iter().filter_map(|at| {
            let claim = typed(&at)?;
            let at = format!("{at}/support");
            Some(Told { page, at, claim })
        });
        return told.collect();
    }
    let Ok(facts) = serde_json::from_value::<MeasuredFile>(page.document.value.clone()) else {
        return Vec::new();
    };
    let path = page.file.path.clone();
    let claims = measured_claims(&[Measurement { path, facts }]);
    let told = claims.into_iter().enumerate().map(|(at, claim)| {
        let at = format!("/check/{at}/result");
        Told { page, at, claim }
    });
    told.collect()
}

/// C105: each claim that disagrees with the best one.
fn disputed(subject: &str, cell: &Cell, subjects: &Subjects<'_>, out: &mut Vec<Diagnostic>) {
    if cell.state != State::Disputed {
        return;
    }
    let find = |claim: &Claim| {
        let mut told = subjects.get(subject).into_iter().flatten();
        told.find(|told| told.claim == *claim)
    };
    let Some(best) = cell.judged.first().and_then(|best| find(&best.claim)) else {
        return;
    };
    let others = cell.judged.iter().skip(1);
    for other in others.filter(|other| other.reason == Reason::Disputes) {
        let Some(told) = find(&other.claim) else {
            continue;
        };
        let message = format!(
            "\"{subject}\" is disputed: {} here, {} at {}",
            said(&told.claim),
            said(&best.claim),
            best.place()
        );
        out.push(told.page.flaw(&told.at, Code::C105, message));
    }
}

/// `documented "yes"`, with the value where there is one.
fn said(claim: &Claim) -> String {
    let evidence = claim.evidence.words().to_lowercase();
    let value = claim.value.as_ref();
    let value = value.map_or_else(String::new, |value| format!(" ({value})"));
    format!("{evidence} \"{}\"{value}", claim.support.id())
}

/// C107: what is supported needs what is not.
fn broken(
    subject: &str,
    required: &str,
    (cells, subjects): (&BTreeMap<&str, Cell>, &Subjects<'_>),
    out: &mut Vec<Diagnostic>,
) {
    let (Some(has), Some(lacks)) = (cells.get(subject), cells.get(required)) else {
        return;
    };
    // A server of one protocol may lack what the same program's server of another has, and
    // "partial" says with its note what is missing.
    let same_protocol = subject.split('/').next() == required.split('/').next();
    let whole = matches!(has.state, State::Yes | State::AddOn);
    if !whole || lacks.state != State::No || !same_protocol {
        return;
    }
    let find = |subject: &str, cell: &Cell| {
        let shown = cell.shown()?;
        let mut told = subjects.get(subject)?.iter();
        told.find(|told| told.claim == shown.claim)
    };
    let (Some(has), Some(lacks)) = (find(subject, has), find(required, lacks)) else {
        return;
    };
    let message = format!(
        "\"{subject}\" is \"{}\" but needs \"{required}\", which is \"no\" at {}",
        has.claim.support.id(),
        lacks.place()
    );
    out.push(has.page.flaw(&has.at, Code::C107, message));
}
