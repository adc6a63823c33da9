//! The component that a tool works on, and how it is configured for the host.

use crate::case::Step;
use crate::{AuthorError, files, world};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use waxseal_plugin::{Config, HostConfig, Outline, PluginConfig, World};

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
    /// file. Each secret and key that it grants is there, as a placeholder.
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
            vault: world::placeholders(&plugin.grants),
            tenants: std::collections::BTreeMap::new(),
            plugins: vec![plugin],
        })
    }

    /// The world that it fits; nothing for what no server would load.
    ///
    /// # Errors
    /// [`AuthorError`] where the file cannot be read or is no component.
    pub(crate) fn world(&self) -> Result<Option<World>, AuthorError> {
        let octets = files::read(&self.file, files::COMPONENT_BYTES_MAX)?;
        let outline = Outline::read(&self.file, &octets);
        let outline = outline.map_err(|error| AuthorError::Wrong(error.to_string()))?;
        Ok(outline.world().ok())
    }

    /// Whether it judges mail, as filters and learners do. What no server would load at all is left to
    /// the host to refuse.
    ///
    /// # Errors
    /// [`AuthorError::Wrong`] names the world of what does not.
    pub(crate) fn must_judge(&self) -> Result<(), AuthorError> {
        match self.world()? {
            Some(World::Filter | World::Learner) | None => Ok(()),
            Some(world @ (World::Delivery | World::Storage | World::Holder)) => {
                let (file, world) = (self.file.display(), world.as_str());
                Err(AuthorError::Wrong(format!(
                    "{file} is a plugin of the world {world}, which judges no mail; only filters and \
                     learners can be replayed"
                )))
            }
        }
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
    let lower = stem.to_ascii_lowercase().replace(['_', '.'], "-");
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
            ("My_Rules.2.wasm", "my-rules-2"),
            ("9.wasm", "plugin"),
            ("a b.wasm", "ab"),
        ] {
            assert_eq!(plugin_name(Path::new(file)), name);
        }
    }

    #[test]
    fn what_is_granted_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("p.wasm");
        std::fs::write(&file, "").unwrap();
        let subject = Subject::new(&file, None).unwrap();
        let table = "grants.secrets = [\"token\", \"other\"]\ngrants.aead_keys = [\"mail\"]";
        let vault = subject.configured(table.parse().unwrap()).unwrap().vault;
        let secrets: Vec<_> = vault.secrets.keys().map(String::as_str).collect();
        assert_eq!(secrets, ["other", "token"]);
        assert!(vault.secrets.values().all(|text| !text.expose().is_empty()));
        assert_eq!(vault.aead_keys.keys().collect::<Vec<_>>(), ["mail"]);
        let nothing = subject.configured(toml::Table::new()).unwrap().vault;
        assert!(nothing.secrets.is_empty() && nothing.aead_keys.is_empty());
    }

    /// A component that exports what a delivery plugin does, with nothing inside.
    const ROUTER: &str = r#"(component
        (instance $nothing)
        (export "waxseal:plugin/lifecycle@0.1.0" (instance $nothing))
        (export "waxseal:plugin/delivery-hooks@0.1.0" (instance $nothing)))"#;

    #[tokio::test]
    async fn only_what_judges_is_replayed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("router.wasm");
        std::fs::write(&file, wat::parse_str(ROUTER).unwrap()).unwrap();
        let subject = Subject::new(&file, None).unwrap();
        let replayed = crate::Judge::load(&subject, toml::Table::new()).await;
        let error = replayed.map(drop).unwrap_err();
        assert!(matches!(error, AuthorError::Wrong(_)), "{error}");
        let text = error.to_string();
        assert!(text.contains("a plugin of the world delivery"), "{text}");
    }
}
