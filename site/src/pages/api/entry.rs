//! What the interface and the dump say about an entry of each kind.

use serde_json::{Value, json};

use crate::catalog::{
    ComparisonEntry, ExtensionEntry, FeatureEntry, ProductEntry, ProtocolEntry, SurveyEntry,
    TermEntry,
};
use crate::model::Spec;

fn rfcs(specs: &[Spec]) -> Vec<u32> {
    specs.iter().map(|spec| spec.rfc).collect()
}

/// A product without its cells.
pub(crate) fn short(entry: &ProductEntry) -> Value {
    let facts = &entry.facts;
    let roles: Vec<String> = facts.roles.iter().map(|role| role.id()).collect();
    json!({
        "id": facts.slug,
        "title": facts.title,
        "summary": facts.summary,
        "kind": facts.kind.id(),
        "roles": roles,
        "protocols": facts.protocols,
        "licence": facts.licence,
        "status": facts.status.id(),
        "vendor": facts.vendor,
        "homepage": facts.homepage,
        "repository": facts.repository,
        "reviewed": facts.reviewed.as_str(),
        "page": format!("/products/{}", facts.slug),
    })
}

/// What a single product says beyond [`short`].
pub(super) fn more(entry: &ProductEntry) -> Value {
    let facts = &entry.facts;
    let versions = facts.version.iter().map(|version| {
        json!({
            "id": version.id,
            "date": version.date.as_ref().map(|date| date.as_str()),
            "eol": version.eol.as_ref().map(|date| date.as_str()),
        })
    });
    let events = facts.event.iter().map(|event| {
        json!({
            "date": event.date.as_str(),
            "kind": event.kind.id(),
            "title": event.title,
            "source": event.source,
        })
    });
    json!({
        "aliases": facts.aliases,
        "language": facts.language,
        "platforms": facts.platforms,
        "first_release": facts.first_release.as_ref().map(|date| date.as_str()),
        "fork_of": facts.fork_of,
        "succeeded_by": facts.succeeded_by,
        "bundles": facts.bundles,
        "storage": facts.storage,
        "extended_by": facts.extended_by,
        "versions": versions.collect::<Vec<_>>(),
        "events": events.collect::<Vec<_>>(),
        "sources": facts.sources,
        "text": entry.prose.plain.trim(),
    })
}

/// An extension.
pub(crate) fn extension(entry: &ExtensionEntry) -> Value {
    let facts = &entry.facts;
    let tokens: Vec<&str> = facts
        .tokens
        .iter()
        .map(|token| token.text.as_str())
        .collect();
    let id = facts.id();
    json!({
        "id": id,
        "title": facts.title,
        "summary": facts.summary,
        "protocol": facts.protocol,
        "category": facts.category,
        "standing": facts.status.words(),
        "year": facts.year,
        "tokens": tokens,
        "rfcs": rfcs(&facts.specs),
        "requires": facts.requires,
        "implied_by": facts.implied_by,
        "page": format!("/extensions/{id}"),
    })
}

/// A feature.
pub(crate) fn feature(entry: &FeatureEntry) -> Value {
    let facts = &entry.facts;
    json!({
        "id": facts.slug,
        "title": facts.title,
        "summary": facts.summary,
        "group": facts.group.id(),
        "applies_to": facts.applies_to.id(),
        "value_type": facts.value_type.id(),
        "values": facts.values,
        "page": format!("/features/{}", facts.slug),
    })
}

/// A protocol.
pub(crate) fn protocol(entry: &ProtocolEntry) -> Value {
    let facts = &entry.facts;
    let ports: Vec<u16> = facts.ports.iter().map(|port| port.port).collect();
    json!({
        "id": facts.id,
        "title": facts.title,
        "full_name": facts.full_name,
        "summary": facts.summary,
        "kind": facts.kind,
        "transport": facts.transport,
        "discovery": facts.discovery,
        "ports": ports,
        "rfcs": rfcs(&facts.specs),
        "page": format!("/protocols/{}", facts.id),
    })
}

/// A curated comparison.
pub(crate) fn comparison(entry: &ComparisonEntry) -> Value {
    let facts = &entry.facts;
    json!({
        "id": facts.slug,
        "title": facts.title,
        "question": facts.question,
        "summary": facts.summary,
        "products": facts.products,
        "rows": facts.rows,
        "reviewed": facts.reviewed.as_str(),
        "table": format!("/compare.json?set={}", facts.slug),
        "page": format!("/compare/{}", facts.slug),
    })
}

/// A term of the glossary.
pub(crate) fn term(entry: &TermEntry) -> Value {
    let facts = &entry.facts;
    json!({
        "id": facts.slug,
        "term": facts.term,
        "expansion": facts.expansion,
        "short": facts.short,
        "aliases": facts.aliases,
        "see": facts.see,
        "text": entry.prose.plain.trim(),
        "page": format!("/glossary/{}", facts.slug),
    })
}

/// A survey with its shares.
pub(crate) fn survey(entry: &SurveyEntry) -> Value {
    let facts = &entry.facts;
    let shares = facts.share.iter().map(|share| {
        json!({
            "label": share.label,
            "product": share.product,
            "count": share.count,
            "percent": share.percent,
            "remainder": share.remainder,
        })
    });
    json!({
        "id": facts.slug,
        "title": facts.title,
        "summary": facts.summary,
        "protocol": facts.protocol,
        "series": facts.series,
        "author": facts.author,
        "date": facts.date.as_str(),
        "population": facts.population,
        "method": facts.method,
        "asked": facts.asked,
        "answered": facts.answered,
        "identified": facts.identified,
        "primary": facts.primary,
        "shares": shares.collect::<Vec<_>>(),
        "page": format!("/surveys/{}", facts.slug),
    })
}
