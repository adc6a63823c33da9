//! U101 and S108 for the manual: each chapter has its own title, address and place.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Code, Diagnostic, Kind, Page, of_kind};
use crate::model::chapter_url;
use crate::reference::GENERATED;

pub(super) fn check(pages: &[Page], out: &mut Vec<Diagnostic>) {
    let mut addresses: BTreeMap<&str, &Page> = BTreeMap::new();
    let mut titles: BTreeMap<String, &Page> = BTreeMap::new();
    let mut places: BTreeMap<(&str, i64), &Page> = BTreeMap::new();
    for page in of_kind(pages, Kind::Manual) {
        path(page, out);
        if let Some(other) = addresses.insert(&page.id, page) {
            let message = format!("{} is also \"{}\"", chapter_url(&page.id), other.file.path);
            out.push(Diagnostic::at(&page.file, 0, Code::U101, message));
        }
        if let Some(title) = page.text("/title")
            && let Some(other) = titles.insert(title.to_lowercase(), page)
        {
            let message = format!("the title \"{title}\" is taken by \"{}\"", other.file.path);
            out.push(page.flaw("/title", Code::U101, message));
        }
        let order = page
            .document
            .value
            .pointer("/order")
            .and_then(Value::as_i64);
        if let (Some(section), Some(order)) = (page.text("/section"), order)
            && let Some(other) = places.insert((section, order), page)
        {
            let message = format!(
                "place {order} of {section} is taken by \"{}\"",
                other.file.path
            );
            out.push(page.flaw("/order", Code::U101, message));
        }
    }
}

fn path(page: &Page, out: &mut Vec<Diagnostic>) {
    let first = page.id.split('/').next().unwrap_or_default();
    if GENERATED.contains(&first) {
        let message = format!("/manual/{first} is a generated page");
        out.push(Diagnostic::at(&page.file, 0, Code::S108, message));
    }
    let is_slug = |part: &str| {
        let edges = part.starts_with('-') || part.ends_with('-') || part.contains("--");
        let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !part.is_empty() && !edges && part.bytes().all(letter)
    };
    if !page.id.is_empty() && !page.id.split('/').all(is_slug) {
        let message = format!(
            "\"{}\" is not a path of slugs: lower-case letters and digits, joined by hyphens",
            page.id
        );
        out.push(Diagnostic::at(&page.file, 0, Code::S108, message));
    }
}
