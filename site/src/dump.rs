//! The whole catalog as files: JSON, CSV and a script that makes an SQLite database.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::catalog::Catalog;
use crate::pages::api::{claim_rows, short};

/// Columns of the claims, in CSV and SQL.
const COLUMNS: [&str; 13] = [
    "product", "subject", "support", "enabled", "value", "since", "until", "evidence", "source",
    "quote", "date", "note", "shown",
];

/// Writes `catalog.json`, `claims.csv` and `catalog.sql` into a folder and tells their names.
///
/// # Errors
/// When a file cannot be written.
pub fn write(catalog: &Catalog, folder: &Path) -> anyhow::Result<Vec<String>> {
    std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    let json = serde_json::to_string_pretty(&json(catalog))?;
    let files = [
        ("catalog.json", json + "\n"),
        ("claims.csv", csv(catalog)),
        ("catalog.sql", sql(catalog)),
    ];
    let mut names = Vec::new();
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
        names.push(name.to_owned());
    }
    Ok(names)
}

/// All products and claims as one document.
pub fn json(catalog: &Catalog) -> Value {
    json!({
        "schema_version": 1,
        "generated_at": catalog.content_date.as_str(),
        "content_hash": catalog.content_hash,
        "products": catalog.products.values().map(short).collect::<Vec<_>>(),
        "claims": claim_rows(catalog).collect::<Vec<_>>(),
    })
}

/// All claims, one a line.
pub fn csv(catalog: &Catalog) -> String {
    let mut out = COLUMNS.join(",") + "\r\n";
    for row in claim_rows(catalog) {
        let fields = COLUMNS.map(|column| quoted(&text(&row, column)));
        out.push_str(&fields.join(","));
        out.push_str("\r\n");
    }
    out
}

/// A script for `sqlite3 catalog.db < catalog.sql`.
pub fn sql(catalog: &Catalog) -> String {
    let mut out = String::from("BEGIN;\n");
    let columns = COLUMNS
        .map(|column| format!("\"{column}\" TEXT"))
        .join(", ");
    out.push_str(
        "CREATE TABLE product (id TEXT PRIMARY KEY, title TEXT, kind TEXT, licence TEXT, \
         status TEXT, summary TEXT);\n",
    );
    writeln!(out, "CREATE TABLE claim ({columns});").unwrap_or_default();
    for entry in catalog.products.values() {
        let row = short(entry);
        let fields = ["id", "title", "kind", "licence", "status", "summary"];
        let fields = fields.map(|field| literal(&text(&row, field)));
        writeln!(out, "INSERT INTO product VALUES ({});", fields.join(", ")).unwrap_or_default();
    }
    for row in claim_rows(catalog) {
        let fields = COLUMNS.map(|column| {
            if row[column].is_null() {
                "NULL".to_owned()
            } else {
                literal(&text(&row, column))
            }
        });
        writeln!(out, "INSERT INTO claim VALUES ({});", fields.join(", ")).unwrap_or_default();
    }
    out.push_str("CREATE INDEX claim_product ON claim (product);\n");
    out.push_str("CREATE INDEX claim_subject ON claim (subject);\nCOMMIT;\n");
    out
}

fn text(row: &Value, field: &str) -> String {
    let value = &row[field];
    match value.as_str() {
        Some(text) => text.to_owned(),
        None if value.is_null() => String::new(),
        None => value.to_string(),
    }
}

fn quoted(field: &str) -> String {
    if field.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::real_site;

    #[test]
    fn every_form_has_every_claim() {
        let catalog = &real_site().catalog;
        let claims = catalog.claim_count();
        assert_eq!(
            json(catalog)["claims"].as_array().map(Vec::len),
            Some(claims)
        );
        assert_eq!(csv(catalog).matches("\r\n").count(), claims + 1);
        assert_eq!(sql(catalog).matches("INSERT INTO claim ").count(), claims);
    }

    #[test]
    fn texts_cannot_leave_their_quotes() {
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(quoted("a,\"b\""), "\"a,\"\"b\"\"\"");
    }
}
