//! V101 and V102: the figures of a survey agree with each other, and its labels are explained.

use serde_json::Value;

use super::{Code, Diagnostic, Kind, Page, of_kind};
use crate::model::Survey;

/// How far a percentage may be from its count, since sources round.
const PERCENT_OFF: f64 = 0.5;

pub(super) fn check(pages: &[Page], out: &mut Vec<Diagnostic>) {
    for page in of_kind(pages, Kind::Survey) {
        let Ok(survey) = serde_json::from_value::<Survey>(page.document.value.clone()) else {
            continue;
        };
        funnel(page, &survey, out);
        shares(page, &survey, out);
    }
}

/// Not more hosts are told apart than answered, and not more answered than were asked.
fn funnel(page: &Page, survey: &Survey, out: &mut Vec<Diagnostic>) {
    let steps = [
        ("identified", survey.identified, "answered", survey.answered),
        ("answered", survey.answered, "asked", survey.asked),
        ("identified", survey.identified, "asked", survey.asked),
    ];
    for (name, few, other, many) in steps {
        if let Some((few, many)) = few.zip(many).filter(|(few, many)| few > many) {
            let message = format!("{name} {few} is more than {other} {many}");
            out.push(page.flaw(&format!("/{name}"), Code::V101, message));
        }
    }
}

fn shares(page: &Page, survey: &Survey, out: &mut Vec<Diagnostic>) {
    for (at, share) in survey.share.iter().enumerate() {
        let place = |name: &str| format!("/share/{at}/{name}");
        if let Some((count, base)) = share.count.zip(survey.base()) {
            let told = count as f64 * 100.0 / base as f64;
            if (told - share.percent).abs() > PERCENT_OFF {
                let message = format!(
                    "{count} of {base} are {told:.2} percent, not {}",
                    share.percent
                );
                out.push(page.flaw(&place("percent"), Code::V101, message));
            }
        }
        if share.product.is_none() && !share.remainder && share.note.is_none() {
            let message = format!("\"{}\" names no product and no note says why", share.label);
            out.push(page.flaw(&place("label"), Code::V102, message));
        }
    }
    let sum: f64 = survey.share.iter().map(|share| share.percent).sum();
    if !survey.share.is_empty() && (sum - 100.0).abs() > PERCENT_OFF {
        let message = format!("the shares add up to {sum:.2}; a remainder line is missing");
        let first = page
            .document
            .value
            .pointer("/share")
            .map_or("", |_: &Value| "/share/0");
        out.push(page.flaw(first, Code::V101, message));
    }
}
