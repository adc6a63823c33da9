//! `/surveys/{slug}`: one survey with its chart, its table and its method.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State as Shared};
use axum::response::IntoResponse;

use super::frame::{PageError, show};
use super::{Frame, Site};
use crate::catalog::Catalog;
use crate::model::{Share, Surety, Survey};

/// Most bars of a chart; the table has every line.
const BARS_MAX: usize = 12;
/// Width of a chart in its own units, which stands for the whole.
const WIDTH: f64 = 360.0;
/// Height of one line of a chart.
const LINE: usize = 34;

#[derive(Template)]
#[template(path = "survey.html")]
struct SurveyPage<'a> {
    frame: Frame,
    survey: &'a Survey,
    prose: &'a str,
    protocol: String,
    chart: Option<Chart>,
    rows: Vec<Row<'a>>,
    funnel: Vec<(&'static str, String)>,
    series: Vec<(String, String, String)>,
    unverified_page: bool,
}

struct Row<'a> {
    share: &'a Share,
    product: Option<(String, String)>,
    count: String,
    percent: String,
}

/// Horizontal bars, drawn with attributes only.
#[derive(Template)]
#[template(path = "chart.html")]
struct Chart {
    title: String,
    text: String,
    height: usize,
    bars: Vec<ChartBar>,
}

struct ChartBar {
    label: String,
    percent: String,
    class: &'static str,
    text_y: usize,
    bar_y: usize,
    width: String,
}

/// Shows one survey.
///
/// # Errors
/// When there is no such survey or the template fails.
pub async fn page(
    Shared(site): Shared<Arc<Site>>,
    Path(slug): Path<String>,
) -> Result<impl IntoResponse, PageError> {
    let catalog = &site.catalog;
    let entry = catalog.surveys.get(&slug).ok_or(PageError::NotFound)?;
    let facts = &entry.facts;
    let protocol = catalog.protocols.get(&facts.protocol);
    let rows = facts.share.iter().map(|share| row(catalog, share));
    show(&SurveyPage {
        frame: site.frame("surveys").at(format!("/surveys/{slug}")),
        survey: facts,
        prose: &entry.prose.html,
        protocol: protocol.map_or_else(String::new, |one| one.facts.title.clone()),
        chart: chart(facts),
        rows: rows.collect(),
        funnel: funnel(facts),
        series: series(catalog, facts),
        unverified_page: facts.surety == Surety::Memory,
    })
}

fn row<'a>(catalog: &Catalog, share: &'a Share) -> Row<'a> {
    let product = share.product.as_ref().and_then(|slug| {
        let title = catalog.products.get(slug)?.facts.title.clone();
        Some((format!("/products/{slug}"), title))
    });
    Row {
        share,
        product,
        count: share.count.map(thousands).unwrap_or_default(),
        percent: percent(share.percent),
    }
}

/// How many were asked, answered and told apart.
fn funnel(facts: &Survey) -> Vec<(&'static str, String)> {
    let steps = [
        ("Asked", facts.asked),
        ("Answered", facts.answered),
        ("Told apart", facts.identified),
    ];
    let known = steps
        .into_iter()
        .filter_map(|(name, number)| Some((name, thousands(number?))));
    known.collect()
}

/// `1,201,857`.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The other surveys of the same series, oldest first, with their largest share.
fn series(catalog: &Catalog, facts: &Survey) -> Vec<(String, String, String)> {
    let Some(series) = &facts.series else {
        return Vec::new();
    };
    let entries = catalog.surveys.values().map(|entry| &entry.facts);
    let mut others: Vec<&Survey> = entries
        .filter(|other| other.series.as_ref() == Some(series) && other.slug != facts.slug)
        .collect();
    others.sort_by(|one, other| one.date.cmp(&other.date));
    let lines = others.into_iter().map(|other| {
        let told = other.share.iter().filter(|share| !share.remainder);
        let first = told.max_by(|one, two| one.percent.total_cmp(&two.percent));
        let first = first.map_or_else(String::new, |share| {
            format!("{} {}", share.label, percent(share.percent))
        });
        (
            format!("/surveys/{}", other.slug),
            format!("{}: {}", other.date, other.title),
            first,
        )
    });
    lines.collect()
}

fn chart(facts: &Survey) -> Option<Chart> {
    let mut shares: Vec<&Share> = facts.share.iter().collect();
    shares.sort_by(|one, other| {
        let key = |share: &Share| share.remainder;
        key(one)
            .cmp(&key(other))
            .then(other.percent.total_cmp(&one.percent))
    });
    shares.truncate(BARS_MAX);
    if shares.len() < 2 {
        return None;
    }
    let bars = shares.iter().enumerate().map(|(at, share)| ChartBar {
        label: share.label.clone(),
        percent: percent(share.percent),
        class: if share.remainder { "q5" } else { "q1" },
        text_y: at * LINE + 14,
        bar_y: at * LINE + 19,
        width: format!("{:.1}", share.percent * WIDTH / 100.0),
    });
    let text: Vec<String> = shares
        .iter()
        .map(|share| format!("{} {}", share.label, percent(share.percent)))
        .collect();
    Some(Chart {
        title: format!("Shares in {}", facts.title),
        text: text.join(", "),
        height: shares.len() * LINE,
        bars: bars.collect(),
    })
}

/// `42 %`, `1.48 %`: at most two places, no trailing zeros.
pub(super) fn percent(value: f64) -> String {
    let text = format!("{value:.2}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    format!("{short} %")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(
            [7, 958, 1_201_857].map(thousands),
            ["7", "958", "1,201,857"]
        );
    }

    #[test]
    fn percentages_have_no_trailing_zeros() {
        let shown = [42.0, 1.48, 0.5, 100.0].map(percent);
        assert_eq!(shown, ["42 %", "1.48 %", "0.5 %", "100 %"]);
    }
}
