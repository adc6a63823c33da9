//! F102: lists whose order says nothing are in order.

use super::Change;
use crate::content::code::Code;
use crate::content::load::Page;

/// Lists that are sets of words.
const SETS: [&str; 1] = ["/aliases"];

pub(super) fn look(page: &Page, out: &mut Vec<Change>) {
    for set in SETS {
        let items = page.texts(set);
        let ranges: Option<Vec<_>> = items
            .iter()
            .map(|(at, _)| page.document.value_range(at))
            .collect();
        let Some(ranges) = ranges.filter(|ranges| ranges.len() > 1) else {
            continue;
        };
        let mut sorted: Vec<(&str, usize)> = items
            .iter()
            .enumerate()
            .map(|(at, (_, item))| (*item, at))
            .collect();
        sorted.sort_by_key(|(item, _)| (item.to_lowercase(), *item));
        if sorted.iter().enumerate().all(|(at, (_, from))| at == *from) {
            continue;
        }
        let text = &page.file.text;
        let (Some(first), Some(last)) = (ranges.first(), ranges.last()) else {
            continue;
        };
        let mut with = String::new();
        let mut end = first.start;
        for (range, (_, from)) in ranges.iter().zip(&sorted) {
            with.push_str(text.get(end..range.start).unwrap_or_default());
            let item = ranges.get(*from).and_then(|from| text.get(from.clone()));
            with.push_str(item.unwrap_or_default());
            end = range.end;
        }
        out.push(Change {
            at: first.start,
            range: first.start..last.end,
            with,
            code: Code::F102,
            message: format!("{} are not in order", set.trim_start_matches('/')),
        });
    }
}
