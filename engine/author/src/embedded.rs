//! What travels inside the program: interface, SDKs and templates, so that a project can be begun on
//! a machine that has nothing but the program.

use std::collections::BTreeSet;

/// Path in the repository, and octets.
static FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The newest interface.
pub(crate) const WIT: &str = "schemas/wit/waxseal-plugin/0.1.0/";
/// SDKs, by language.
pub(crate) const SDK: &str = "plugins/sdk/";
/// Templates, by language and world.
pub(crate) const TEMPLATES: &str = "plugins/templates/";

/// The files below a folder, with their names inside it.
pub(crate) fn below(folder: &str) -> impl Iterator<Item = (&'static str, &'static [u8])> {
    let inside = move |(path, octets): &(&'static str, &'static [u8])| {
        Some((path.strip_prefix(folder)?, *octets))
    };
    FILES.iter().filter_map(inside)
}

/// One file as text; empty where it is not there.
pub(crate) fn text(path: &str) -> &'static str {
    let mut files = FILES.iter();
    let octets = files.find(|(name, _)| *name == path);
    octets
        .and_then(|(_, octets)| std::str::from_utf8(octets).ok())
        .unwrap_or_default()
}

/// The names of the folders in a folder.
pub(crate) fn folders(folder: &str) -> BTreeSet<&'static str> {
    let names = below(folder).filter_map(|(name, _)| name.split_once('/'));
    names.map(|(first, _)| first).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interface_sdk_and_templates_are_here() {
        assert!(text(&format!("{WIT}plugin.wit")).contains("package waxseal:plugin@0.1.0;"));
        assert!(folders(SDK).contains("rust"));
        assert!(folders(TEMPLATES).contains("rust"));
    }
}
