//! Begins a project: template, interface and SDK, all from inside the program.

use super::sdk::standalone_manifest;
use super::{Language, MANIFEST, check_name, world};
use crate::{AuthorError, embedded};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// The ending of template files in which names are filled in.
const FILLED: &str = ".in";
/// What a name that begins with a dot begins with in a template.
const DOT: &str = "dot-";
/// Where the interface and the SDK lie in a project.
const BROUGHT: &str = "waxseal";

/// A project that was begun.
#[derive(Debug, Clone)]
pub struct Created {
    /// Its folder.
    pub folder: PathBuf,
    /// Its language.
    pub language: Language,
    /// How many files it has.
    pub files: usize,
}

/// Begins a project called `name` in the folder of this name below `around`.
///
/// # Errors
/// [`AuthorError::Exists`] where the folder is there already, [`AuthorError::Wrong`] for a name or
/// world that cannot be, or where there is no template.
pub fn new(
    around: &Path,
    name: &str,
    language: Language,
    world_name: &str,
) -> Result<Created, AuthorError> {
    check_name(name)?;
    let world = world(world_name)?.as_str();
    let templates = format!("{}{language}/", embedded::TEMPLATES);
    if !embedded::folders(&templates).contains(world) {
        let known = embedded::folders(&templates).into_iter();
        let known = known.filter(|name| *name != "_all");
        let known = known.collect::<Vec<_>>().join(", ");
        return Err(AuthorError::Wrong(format!(
            "there is no template for {world} in {language}; there are {known}"
        )));
    }
    let folder = around.join(name);
    if folder.exists() {
        let folder = folder.display();
        return Err(AuthorError::Exists(format!("{folder} exists already")));
    }
    let mut writer = Writer {
        folder: folder.clone(),
        filled: [
            ("{{name}}", name.to_owned()),
            ("{{ident}}", name.replace('-', "_")),
            ("{{world}}", world.to_owned()),
        ],
        files: 0,
    };
    let manifest = format!(
        "# What `waxseal plugin build` and `waxseal plugin test` go by.\n\
         name = \"{name}\"\nlanguage = \"{language}\"\nworld = \"{world}\"\n"
    );
    writer.write(MANIFEST, manifest.as_bytes())?;
    // A file of the world stands in the place of one of the same name for all worlds.
    let mut files: BTreeMap<&str, &[u8]> = BTreeMap::new();
    for part in ["_all", world] {
        files.extend(embedded::below(&format!("{templates}{part}/")));
    }
    for (file, octets) in files {
        writer.template(file, octets)?;
    }
    for (file, octets) in embedded::below(embedded::WIT) {
        writer.write(&format!("{BROUGHT}/wit/{file}"), octets)?;
    }
    writer.sdk(language)?;
    Ok(Created {
        folder,
        language,
        files: writer.files,
    })
}

struct Writer {
    folder: PathBuf,
    /// What stands for what.
    filled: [(&'static str, String); 3],
    files: usize,
}

impl Writer {
    fn template(&mut self, file: &str, octets: &[u8]) -> Result<(), AuthorError> {
        let (around, name) = file.rsplit_once('/').unwrap_or(("", file));
        let name = match name.strip_prefix(DOT) {
            Some(rest) => format!(".{rest}"),
            None => name.to_owned(),
        };
        let path = Path::new(around).join(&name);
        let path = path.to_string_lossy();
        match path.strip_suffix(FILLED) {
            None => self.write(&path, octets),
            Some(path) => {
                let mut text = String::from_utf8_lossy(octets).into_owned();
                for (mark, value) in &self.filled {
                    text = text.replace(mark, value);
                }
                self.write(path, text.as_bytes())
            }
        }
    }

    fn sdk(&mut self, language: Language) -> Result<(), AuthorError> {
        for (file, octets) in embedded::below(&format!("{}{language}/", embedded::SDK)) {
            let path = format!("{BROUGHT}/sdk/{file}");
            match (language, file) {
                (Language::Rust, "Cargo.toml") => {
                    let manifest = standalone_manifest(&String::from_utf8_lossy(octets))?;
                    self.write(&path, manifest.as_bytes())?;
                }
                (Language::Rust, _) => {
                    let text = String::from_utf8_lossy(octets);
                    // In the repository the interface lies elsewhere.
                    let there = format!("../../../{}", embedded::WIT.trim_end_matches('/'));
                    self.write(&path, text.replace(&there, "../wit").as_bytes())?;
                }
                (Language::C | Language::Js | Language::Python, _) => {
                    self.write(&path, octets)?;
                }
            }
        }
        if language == Language::Rust {
            // The same versions as here; what the project does not need is left out by cargo.
            self.write(
                "Cargo.lock",
                embedded::text("plugins/Cargo.lock").as_bytes(),
            )?;
        }
        Ok(())
    }

    fn write(&mut self, file: &str, octets: &[u8]) -> Result<(), AuthorError> {
        let path = self.folder.join(file);
        let folder = path.parent().unwrap_or(&self.folder);
        std::fs::create_dir_all(folder).map_err(|error| AuthorError::file(folder, error))?;
        std::fs::write(&path, octets).map_err(|error| AuthorError::file(&path, error))?;
        self.files += 1;
        Ok(())
    }
}

impl fmt::Display for Created {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            language, files, ..
        } = self;
        let folder = self.folder.display();
        writeln!(f, "{folder}: a plugin in {language}, {files} files")?;
        writeln!(
            f,
            "next:\n  cd {folder}\n  waxseal plugin build\n  waxseal plugin test"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Project;

    #[test]
    fn a_project_has_all_it_needs() {
        let around = tempfile::tempdir().unwrap();
        let made = new(around.path(), "my-filter", Language::Rust, "filter").unwrap();
        let read = |file: &str| std::fs::read_to_string(made.folder.join(file)).unwrap();
        assert!(read("Cargo.toml").contains("name = \"my-filter\""));
        assert!(read("src/lib.rs").contains("tag(\"my-filter\")"));
        assert!(read(".gitignore").contains("/build"));
        assert!(read("waxseal/wit/plugin.wit").contains("package waxseal:plugin@"));
        let bindings = read("waxseal/sdk/src/bindings.rs");
        assert!(bindings.contains("path: \"../wit\"") && !bindings.contains("../../.."));
        assert!(!read("waxseal/sdk/Cargo.toml").contains("workspace"));
        let project = Project::open(&made.folder).unwrap();
        assert_eq!(project.manifest.world, "filter");
        let again = new(around.path(), "my-filter", Language::Rust, "filter");
        assert!(matches!(again, Err(AuthorError::Exists(_))));
        for (name, world) in [("My", "filter"), ("m", "filters")] {
            let wrong = new(around.path(), name, Language::Rust, world);
            assert!(
                matches!(wrong, Err(AuthorError::Wrong(_))),
                "{name} {world}"
            );
        }
    }

    /// How many files are below a folder.
    fn files_below(folder: &Path) -> usize {
        let entries = std::fs::read_dir(folder).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        let count = |path: PathBuf| {
            if path.is_dir() { files_below(&path) } else { 1 }
        };
        paths.map(count).sum()
    }

    #[test]
    fn settings_are_those_of_the_world() {
        let around = tempfile::tempdir().unwrap();
        let languages = [Language::Rust, Language::C, Language::Js, Language::Python];
        for language in languages {
            for (world, key) in [
                ("filter", Some("word")),
                ("storage-holder", Some("url")),
                ("learner", None),
                ("delivery", None),
                ("storage", None),
            ] {
                let name = format!("{language}-{world}");
                let made = new(around.path(), &name, language, world).unwrap();
                let read = |file: &str| std::fs::read_to_string(made.folder.join(file)).unwrap();
                let settings: toml::Table = read("settings.toml").parse().unwrap();
                let config = settings["config"].as_table().unwrap();
                let keys: Vec<_> = config.keys().map(String::as_str).collect();
                assert_eq!(keys, key.into_iter().collect::<Vec<_>>(), "{name}");
                let command = format!("check build/{name}.wasm --settings settings.toml");
                assert!(read("README.md").contains(&command), "{name}");
                assert_eq!(made.files, files_below(&made.folder), "{name}");
            }
        }
    }
}
