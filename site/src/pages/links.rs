//! Lists of links to other pages, from the names in front matter.

use crate::catalog::Catalog;

/// A heading with its links, each an address and a text.
pub(super) type LinkList = (&'static str, Vec<(String, String)>);

/// Links to extensions by their id.
pub(super) fn extensions(catalog: &Catalog, ids: &[String]) -> Vec<(String, String)> {
    let links = ids.iter().filter_map(|id| {
        let other = catalog.extensions.get(id)?;
        Some((format!("/extensions/{id}"), other.facts.name().to_owned()))
    });
    links.collect()
}

/// Links to protocols by their id.
pub(super) fn protocols(catalog: &Catalog, ids: &[String]) -> Vec<(String, String)> {
    let links = ids.iter().filter_map(|id| {
        let other = catalog.protocols.get(id)?;
        Some((format!("/protocols/{id}"), other.facts.title.clone()))
    });
    links.collect()
}

/// Links to terms of the glossary by slug.
pub(super) fn terms(catalog: &Catalog, slugs: &[String]) -> Vec<(String, String)> {
    let links = slugs.iter().filter_map(|slug| {
        let other = catalog.terms.get(slug)?;
        Some((format!("/glossary/{slug}"), other.facts.term.clone()))
    });
    links.collect()
}

/// The lists that are not empty.
pub(super) fn filled(lists: impl IntoIterator<Item = LinkList>) -> Vec<LinkList> {
    let lists = lists.into_iter();
    lists.filter(|(_, links)| !links.is_empty()).collect()
}

/// An address as the text of a link: without its scheme, and with places where a line may break.
pub(crate) fn breakable(url: &str) -> String {
    let shown = url
        .trim_start_matches("https://")
        .trim_start_matches("http://")
        .trim_start_matches("www.")
        .trim_end_matches('/');
    let mut html = String::with_capacity(url.len() * 2);
    for letter in shown.chars() {
        match letter {
            '&' => html.push_str("&#38;"),
            '<' => html.push_str("&#60;"),
            '>' => html.push_str("&#62;"),
            '"' => html.push_str("&#34;"),
            other => html.push(other),
        }
        if "/.-_?&=#".contains(letter) {
            html.push_str("<wbr>");
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_break_after_its_signs_and_stays_text() {
        assert_eq!(
            breakable("https://www.example.org/a-b?<x>&y/"),
            "example.<wbr>org/<wbr>a-<wbr>b?<wbr>&#60;x&#62;&#38;<wbr>y"
        );
    }
}
