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
