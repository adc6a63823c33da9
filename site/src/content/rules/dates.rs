//! C102 for pages: nothing happens tomorrow, and no release is repaired before it exists.

use super::{Code, Diagnostic, Kind, Page, of_kind};
use crate::date::Date;

pub(super) fn check(pages: &[Page], today: &Date, out: &mut Vec<Diagnostic>) {
    let dated = |page: &&Page| page.kind != Kind::Product;
    for page in pages.iter().filter(dated) {
        future(page, "/reviewed", today, out);
        future(page, "/date", today, out);
    }
    for page in of_kind(pages, Kind::Product) {
        let mut places = vec!["/reviewed".to_owned(), "/first_release".to_owned()];
        places.extend(
            page.tables("/event")
                .iter()
                .map(|event| format!("{event}/date")),
        );
        places.extend(
            page.tables("/version")
                .iter()
                .map(|version| format!("{version}/date")),
        );
        for at in places {
            future(page, &at, today, out);
        }
        let Some(first) = page.text("/first_release").and_then(Date::parse) else {
            continue;
        };
        for event in page.tables("/event") {
            let kind = page.text(&format!("{event}/kind")).unwrap_or_default();
            let at = format!("{event}/date");
            let Some(date) = page.text(&at).and_then(Date::parse) else {
                continue;
            };
            if ["release", "security", "eol"].contains(&kind) && date.year() < first.year() {
                let message =
                    format!("a {kind} event of {date} before the first release in {first}");
                out.push(page.flaw(&at, Code::C102, message));
            }
        }
    }
}

fn future(page: &Page, at: &str, today: &Date, out: &mut Vec<Diagnostic>) {
    let date = page.text(at).and_then(Date::parse);
    if let Some(date) = date.filter(|date| date > today) {
        let message = format!("the date {date} lies in the future");
        out.push(page.flaw(at, Code::C102, message));
    }
}
