//! The whole catalog as files: JSON, one CSV a table, an SQL script, and an SQLite database made
//! by that script.

mod database;
mod tables;

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;
use serde_json::{Map, Value, json};

pub use database::{FILE as DATABASE, write as write_database};
pub use tables::{Table, tables};

use crate::catalog::Catalog;

/// Writes `catalog.json`, `catalog.sql` and one CSV a table into a folder and tells their names.
///
/// # Errors
/// When a file cannot be written.
pub fn write(catalog: &Catalog, folder: &Path) -> anyhow::Result<Vec<String>> {
    std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    let document = serde_json::to_string_pretty(&json(catalog))?;
    let mut files = vec![
        ("catalog.json".to_owned(), document + "\n"),
        ("catalog.sql".to_owned(), sql(catalog)),
    ];
    let csv_of = |table: &Table| (format!("{}.csv", table.name), csv(table));
    files.extend(tables(catalog).iter().map(csv_of));
    let mut names = Vec::new();
    for (name, text) in files {
        let path = folder.join(&name);
        std::fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
        names.push(name);
    }
    Ok(names)
}

/// Everything as one document.
pub fn json(catalog: &Catalog) -> Value {
    let mut document = json!({
        "schema_version": 1,
        "generated_at": catalog.content_date.as_str(),
        "content_hash": catalog.content_hash,
    });
    if let Value::Object(document) = &mut document {
        for table in tables(catalog) {
            let Table { name, rows, .. } = table;
            document.insert(
                name.to_owned(),
                Value::Array(rows.into_iter().map(Value::Object).collect()),
            );
        }
    }
    document
}

/// One table, a row a line.
pub fn csv(table: &Table) -> String {
    let mut out = crate::csv::line(table.columns.iter());
    for row in &table.rows {
        let fields = table.columns.iter();
        out.push_str(&crate::csv::line(fields.map(|column| text(row, column))));
    }
    out
}

/// A script for `sqlite3 catalog.db < catalog.sql`.
pub fn sql(catalog: &Catalog) -> String {
    let mut out = String::from("BEGIN;\n");
    for table in tables(catalog) {
        let columns: Vec<String> = table
            .columns
            .iter()
            .map(|column| format!("\"{column}\" {}", table.affinity(column)))
            .collect();
        writeln!(
            out,
            "CREATE TABLE \"{}\" ({});",
            table.name,
            columns.join(", ")
        )
        .unwrap_or_default();
        for row in &table.rows {
            let fields = table.columns.iter().map(|column| literal(row.get(*column)));
            let fields: Vec<String> = fields.collect();
            writeln!(
                out,
                "INSERT INTO \"{}\" VALUES ({});",
                table.name,
                fields.join(", ")
            )
            .unwrap_or_default();
        }
        for column in table
            .columns
            .iter()
            .filter(|column| tables::KEYS.contains(column))
        {
            let name = table.name;
            writeln!(
                out,
                "CREATE INDEX \"{name}_{column}\" ON \"{name}\" (\"{column}\");"
            )
            .unwrap_or_default();
        }
    }
    writeln!(
        out,
        "CREATE TABLE \"catalog\" (\"schema_version\" INTEGER, \"generated_at\" TEXT, \
         \"content_hash\" TEXT);\nINSERT INTO \"catalog\" VALUES (1, '{}', '{}');\nCOMMIT;",
        catalog.content_date, catalog.content_hash
    )
    .unwrap_or_default();
    out
}

/// A field as CSV has it: lists are joined by blanks, what is missing is empty.
fn text(row: &Map<String, Value>, column: &str) -> String {
    match row.get(column) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => {
            let plain = |item: &Value| {
                item.as_str()
                    .map_or_else(|| item.to_string(), str::to_owned)
            };
            items.iter().map(plain).collect::<Vec<_>>().join(" ")
        }
        Some(other @ (Value::Bool(_) | Value::Number(_) | Value::Object(_))) => other.to_string(),
    }
}

/// A value as SQL has it: lists and objects are JSON texts.
fn literal(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "NULL".to_owned(),
        Some(Value::Bool(flag)) => u8::from(*flag).to_string(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::String(text)) => format!("'{}'", text.replace('\'', "''")),
        Some(other @ (Value::Array(_) | Value::Object(_))) => {
            format!("'{}'", other.to_string().replace('\'', "''"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::real_site;

    #[test]
    fn every_form_has_every_row() {
        let catalog = &real_site().catalog;
        let (document, script) = (json(catalog), sql(catalog));
        for table in tables(catalog) {
            let rows = table.rows.len();
            assert!(rows > 0, "{}", table.name);
            assert_eq!(document[table.name].as_array().map(Vec::len), Some(rows));
            assert!(csv(&table).matches("\r\n").count() > rows);
            let insert = format!("INSERT INTO \"{}\" ", table.name);
            assert_eq!(script.matches(&insert).count(), rows, "{}", table.name);
        }
        assert_eq!(
            document["claims"].as_array().map(Vec::len),
            Some(catalog.claim_count())
        );
    }

    #[test]
    fn texts_cannot_leave_their_quotes() {
        assert_eq!(literal(Some(&json!("it's"))), "'it''s'");
        assert_eq!(literal(Some(&json!(["it's"]))), "'[\"it''s\"]'");
    }
}
