//! What an administrator must grant a component, told from what it imports.

use serde::Serialize;
use std::collections::BTreeMap;

/// One line under `[plugin.grants]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Grant {
    /// The line; what only the author knows is left for the administrator to fill in.
    pub line: String,
    /// Which function asks for it.
    pub reason: String,
}

/// Functions that need a grant, and the line that gives it.
const NEEDS: &[(&str, &str, &str)] = &[
    ("dns", "", "dns = true"),
    ("http", "", "http = [\"https://…/\"]"),
    ("kv", "", "kv_bytes = 1048576"),
    ("config", "secret", "secrets = [\"…\"]"),
    ("aead", "", "aead_keys = [\"…\"]"),
];

/// The grants for imports, functions by interface.
#[must_use]
pub(crate) fn grants(imports: &BTreeMap<String, Vec<String>>) -> Vec<Grant> {
    let needs = NEEDS.iter().filter_map(|(interface, function, line)| {
        let used = imports.get(*interface)?;
        let mut asking = used.iter();
        let asking = asking.find(|name| function.is_empty() || name == function)?;
        Some(Grant {
            line: (*line).to_owned(),
            reason: format!("imports {interface}.{asking}"),
        })
    });
    needs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_used_is_granted() {
        let imports = [
            ("log", vec!["write"]),
            ("config", vec!["get"]),
            ("kv", vec!["get", "set"]),
        ];
        let imports = imports.map(|(interface, names)| {
            let names = names.into_iter().map(str::to_owned).collect();
            (interface.to_owned(), names)
        });
        let lines: Vec<_> = grants(&BTreeMap::from(imports))
            .into_iter()
            .map(|grant| grant.line + ": " + &grant.reason)
            .collect();
        assert_eq!(lines, ["kv_bytes = 1048576: imports kv.get"]);
    }
}
