//! The Rust SDK's manifest outside its workspace.

use crate::{AuthorError, embedded};
use toml_edit::{DocumentMut, Item, Table};

/// A manifest without `workspace = true`: what stood in the workspace is put in its place, and its
/// lints are left behind.
pub(super) fn standalone_manifest(manifest: &str) -> Result<String, AuthorError> {
    let workspace = embedded::text("plugins/Cargo.toml");
    let parse = |text: &str| {
        let parsed = text.parse::<DocumentMut>();
        parsed.map_err(|error| AuthorError::Failed(format!("the SDK's manifest: {error}")))
    };
    let (mut manifest, workspace) = (parse(manifest)?, parse(workspace)?);
    let inherited = |table: &str, key: &str| {
        let tables = workspace.get("workspace").and_then(|w| w.get(table));
        tables.and_then(|table| table.get(key)).cloned()
    };
    manifest.remove("lints");
    replace(manifest.as_table_mut(), "package", &|key| {
        inherited("package", key)
    });
    let dependency = |key: &str| inherited("dependencies", key);
    replace(manifest.as_table_mut(), "dependencies", &dependency);
    let targets = manifest.get_mut("target").and_then(Item::as_table_mut);
    for (_, target) in targets.into_iter().flat_map(Table::iter_mut) {
        if let Some(target) = target.as_table_mut() {
            replace(target, "dependencies", &dependency);
        }
    }
    Ok(manifest.to_string())
}

/// Replaces what is inherited in the table `name` of `around`.
fn replace(around: &mut Table, name: &str, inherited: &dyn Fn(&str) -> Option<Item>) {
    let Some(table) = around.get_mut(name).and_then(Item::as_table_like_mut) else {
        return;
    };
    for (key, item) in table.iter_mut() {
        let from_workspace = item.get("workspace").is_some();
        if let Some(value) = inherited(key.get()).filter(|_| from_workspace) {
            *item = value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inherited_is_filled_in() {
        let manifest = "[package]\nname = \"x\"\nversion.workspace = true\n\n[lints]\nworkspace = true\n\n\
                        [dependencies]\nserde_json.workspace = true\nother = \"2\"\n";
        let alone = standalone_manifest(manifest).unwrap();
        expect_test::expect![[r#"
            [package]
            name = "x"
            version = "0.1.0"

            [dependencies]
            serde_json = "1"
            other = "2"
        "#]]
        .assert_eq(&alone);
    }
}
