//! Changes to the server's configuration file that leave comments and order alone.

use crate::AuthorError;
use toml_edit::{DocumentMut, Item, Table, value};

/// The text of a configuration in which the plugin `name` (`TENANT/NAME` for a tenant's) is enabled or
/// not; `None` where it is so
/// already.
///
/// # Errors
/// [`AuthorError::Wrong`] where the text is no TOML, [`AuthorError::Missing`] where no `[[plugin]]` has
/// the name.
pub fn set_enabled(text: &str, name: &str, enabled: bool) -> Result<Option<String>, AuthorError> {
    let mut document: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| AuthorError::Wrong(error.to_string()))?;
    let plugins = document
        .get_mut("plugin")
        .and_then(Item::as_array_of_tables_mut);
    let missing = || AuthorError::Missing(format!("no [[plugin]] has the name {name:?}"));
    let plugins = plugins.ok_or_else(missing)?;
    let (tenant, plain) = match name.split_once('/') {
        Some((tenant, plain)) => (Some(tenant), plain),
        None => (None, name),
    };
    let named = |plugin: &&mut Table| {
        let text = |key: &str| plugin.get(key).and_then(Item::as_str);
        text("name") == Some(plain) && text("tenant") == tenant
    };
    let plugin = plugins.iter_mut().find(named).ok_or_else(missing)?;
    let is = plugin
        .get("enabled")
        .and_then(Item::as_bool)
        .unwrap_or(true);
    if is == enabled {
        return Ok(None);
    }
    if enabled {
        plugin.remove("enabled");
    } else {
        plugin.insert("enabled", value(false));
    }
    Ok(Some(document.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    const TEXT: &str = "# mine\n[[plugin]]\nname = \"a\" # first\n\n[[plugin]]\nname = \"b\"\n\
                        [plugin.config]\nx = 1\n\n[log]\nlevel = \"info\"\n";

    #[test]
    fn two_tenants_may_use_one_name() {
        let text = "[[plugin]]\nname = \"a\"\ntenant = \"x\"\n\n[[plugin]]\nname = \"a\"\n";
        let off = set_enabled(text, "a", false).unwrap().unwrap();
        assert!(off.ends_with("name = \"a\"\nenabled = false\n"), "{off}");
        let off = set_enabled(text, "x/a", false).unwrap().unwrap();
        assert!(off.contains("\"x\"\nenabled = false\n\n"), "{off}");
        assert!(set_enabled(text, "y/a", false).is_err());
    }

    #[test]
    fn comments_and_order_stay() {
        let off = set_enabled(TEXT, "b", false).unwrap().unwrap();
        expect![[r#"
            # mine
            [[plugin]]
            name = "a" # first

            [[plugin]]
            name = "b"
            enabled = false
            [plugin.config]
            x = 1

            [log]
            level = "info"
        "#]]
        .assert_eq(&off);
        assert_eq!(set_enabled(&off, "b", true).unwrap().as_deref(), Some(TEXT));
        assert_eq!(set_enabled(TEXT, "a", true).unwrap(), None);
        let missing = set_enabled(TEXT, "c", true);
        assert!(matches!(missing, Err(AuthorError::Missing(_))));
        assert!(matches!(
            set_enabled("[", "c", true),
            Err(AuthorError::Wrong(_))
        ));
    }
}
