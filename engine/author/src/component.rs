//! The component that a tool works on, and how it is configured for the host.

use crate::AuthorError;
use crate::case::Step;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use waxseal_plugin::{Config, HostConfig, PluginConfig};

/// Instances of a tool's host alive at once: a tool runs one session at a time.
const INSTANCES_MAX: u32 = 4;

/// A component file.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Where it lies, absolute.
    pub file: PathBuf,
    /// The name that it has as a plugin: the file's name without `.wasm`.
    pub name: String,
    /// Where compiled code may be kept, absolute.
    pub cache_dir: Option<PathBuf>,
}

impl Subject {
    /// The component in `file`.
    ///
    /// # Errors
    /// [`AuthorError::Missing`].
    pub fn new(file: &Path, cache_dir: Option<PathBuf>) -> Result<Self, AuthorError> {
        let absolute = std::path::absolute(file).map_err(|error| AuthorError::file(file, error))?;
        if !absolute.is_file() {
            let file = file.display();
            return Err(AuthorError::Missing(format!("{file} does not exist")));
        }
        Ok(Self {
            name: plugin_name(file),
            file: absolute,
            cache_dir,
        })
    }

    /// The folder that it lies in.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.file.parent().unwrap_or(Path::new("/")).to_owned()
    }

    /// A host's configuration with this plugin alone; `table` is as `[[plugin]]`, without its name and
    /// file.
    ///
    /// # Errors
    /// [`AuthorError::Wrong`] where `table` does not fit.
    pub fn configured(&self, mut table: toml::Table) -> Result<Config, AuthorError> {
        table.insert("name".to_owned(), self.name.clone().into());
        let file = self.file.to_string_lossy().into_owned();
        table.insert("file".to_owned(), file.into());
        let plugin = PluginConfig::deserialize(toml::Value::Table(table));
        let plugin = plugin.map_err(|error| AuthorError::Wrong(error.message().to_owned()))?;
        let host = HostConfig {
            instances_max: INSTANCES_MAX,
            ..HostConfig::default()
        };
        Ok(Config {
            host,
            plugins: vec![plugin],
            ..Config::default()
        })
    }

    /// As a step of a case says.
    pub(crate) fn config(&self, step: &Step) -> Result<Config, AuthorError> {
        self.configured(step.plugin_table())
    }
}

/// A name that the configuration allows, made of a file's name.
#[must_use]
pub fn plugin_name(file: &Path) -> String {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let lower = stem.to_ascii_lowercase().replace('_', "-");
    let plain = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-';
    let name: String = lower.chars().filter(plain).take(32).collect();
    if name.starts_with(|c: char| c.is_ascii_lowercase()) {
        name
    } else {
        "plugin".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_of_file_names() {
        for (file, name) in [
            ("build/My_Filter.wasm", "my-filter"),
            ("9.wasm", "plugin"),
            ("a b.wasm", "ab"),
        ] {
            assert_eq!(plugin_name(Path::new(file)), name);
        }
    }
}
