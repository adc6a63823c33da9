//! C101 to C108 for claims: sources, versions, notes, age.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::{Code, Diagnostic, Kind, Page, of_kind};
use crate::content::nearest::hint;
use crate::date::Date;
use crate::model::Claim;
use crate::resolve::stale_months;

pub(super) fn check(pages: &[Page], today: &Date, out: &mut Vec<Diagnostic>) {
    let products: BTreeMap<&str, &Page> = of_kind(pages, Kind::Product)
        .map(|page| (page.id.as_str(), page))
        .collect();
    let features: BTreeMap<&str, &Page> = of_kind(pages, Kind::Feature)
        .map(|page| (page.id.as_str(), page))
        .collect();
    for page in of_kind(pages, Kind::Claims) {
        let product = products.get(page.id.as_str()).copied();
        for claim in page.tables("/claim") {
            one(page, &claim, product, today, out);
            subject(page, &claim, &features, out);
        }
    }
}

fn one(page: &Page, claim: &str, product: Option<&Page>, today: &Date, out: &mut Vec<Diagnostic>) {
    let at = |name: &str| format!("{claim}/{name}");
    let text = |name: &str| page.text(&at(name));
    if text("evidence") == Some("measured") {
        let message = "measured evidence belongs in measured/*.toml, written by the prober";
        out.push(page.flaw(&at("evidence"), Code::C106, message.to_owned()));
    }
    match text("support") {
        Some("partial") if text("note").is_none() => {
            let message = "partial support needs a note that says which part";
            out.push(page.flaw(&at("support"), Code::C104, message.to_owned()));
        }
        Some("removed") if text("until").is_none() => {
            let message = "removed support needs until, the first version without it";
            out.push(page.flaw(&at("support"), Code::C104, message.to_owned()));
        }
        Some(_) | None => {}
    }
    for name in ["since", "until"] {
        if let Some(version) = text(name).filter(|version| !is_version(version, product)) {
            let listed: Vec<&str> = product.map_or_else(Vec::new, versions);
            let near = hint(version, listed);
            let message =
                format!("{name} \"{version}\" is neither a listed version nor a number{near}");
            out.push(page.flaw(&at(name), Code::C103, message));
        }
    }
    if let (Some(since), Some(until)) = (text("since"), text("until"))
        && compare(until, since) != Ordering::Greater
    {
        let message = format!("until \"{until}\" does not come after since \"{since}\"");
        out.push(page.flaw(&at("until"), Code::C103, message));
    }
    age(page, claim, product, today, out);
}

/// C109 and C110: what the claim is about, and whether its value fits.
fn subject(page: &Page, claim: &str, features: &BTreeMap<&str, &Page>, out: &mut Vec<Diagnostic>) {
    let at = |name: &str| format!("{claim}/{name}");
    let text = |name: &str| page.text(&at(name));
    match (text("extension"), text("feature")) {
        (None, None) => {
            let message = "a claim names an extension or a feature".to_owned();
            out.push(page.flaw(claim, Code::C109, message));
        }
        (Some(_), Some(_)) => {
            let message = "a claim names an extension or a feature, not both".to_owned();
            out.push(page.flaw(&at("feature"), Code::C109, message));
        }
        (Some(_), None) | (None, Some(_)) => {}
    }
    let Some(value) = text("value") else { return };
    let Some(feature) = text("feature") else {
        let message = "only features have values".to_owned();
        out.push(page.flaw(&at("value"), Code::C109, message));
        return;
    };
    let Some(feature) = features.get(feature) else {
        return;
    };
    match feature.text("/value_type") {
        Some("yes-no") => {
            let message = format!("\"{}\" is a yes or no and has no values", feature.id);
            out.push(page.flaw(&at("value"), Code::C109, message));
        }
        Some("enum") => {
            let known: Vec<&str> = feature.texts("/values").iter().map(|(_, v)| *v).collect();
            if !known.contains(&value) {
                let quoted: Vec<String> = known.iter().map(|word| format!("\"{word}\"")).collect();
                let near = hint(value, known);
                let message = format!("\"{value}\" is not one of {}{near}", quoted.join(", "));
                out.push(page.flaw(&at("value"), Code::C110, message));
            }
        }
        Some(_) | None => {}
    }
}

fn age(page: &Page, claim: &str, product: Option<&Page>, today: &Date, out: &mut Vec<Diagnostic>) {
    let Some(value) = page.document.value.pointer(claim) else {
        return;
    };
    let Ok(typed) = serde_json::from_value::<Claim>(value.clone()) else {
        return;
    };
    let at = format!("{claim}/date");
    if typed.date > *today {
        let message = format!("the date {} lies in the future", typed.date);
        out.push(page.flaw(&at, Code::C102, message));
    }
    let changes = product.and_then(|page| page.text("/status")) != Some("discontinued");
    if let Some(months) = stale_months(&typed, today, changes) {
        let words = typed.evidence.words().to_lowercase();
        let message = format!("\"{words}\" of {months} months ago; check again");
        out.push(page.flaw(&at, Code::C108, message));
    }
}

fn versions(product: &Page) -> Vec<&str> {
    product
        .tables("/version")
        .iter()
        .filter_map(|version| product.text(&format!("{version}/id")))
        .collect()
}

fn is_version(version: &str, product: Option<&Page>) -> bool {
    let listed = product.is_some_and(|product| versions(product).contains(&version));
    let number = version.starts_with(|first: char| first.is_ascii_digit())
        && version
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '.');
    listed || number
}

/// Compares dotted numbers part by part; `2.10` comes after `2.9`.
fn compare(one: &str, other: &str) -> Ordering {
    let parts = |version: &str| -> Vec<(u64, String)> {
        version
            .split('.')
            .map(|part| {
                let digits = part.find(|letter: char| !letter.is_ascii_digit());
                let (number, rest) = part.split_at(digits.unwrap_or(part.len()));
                (number.parse().unwrap_or(0), rest.to_owned())
            })
            .collect()
    };
    parts(one).cmp(&parts(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert_eq!(compare("2.10", "2.9"), Ordering::Greater);
        assert_eq!(compare("7.5.0p0", "7.5.0"), Ordering::Greater);
        assert_eq!(compare("3.0", "3.0"), Ordering::Equal);
        assert!(is_version("7.5.0p0", None) && !is_version("newest", None));
    }
}
