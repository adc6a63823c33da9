//! Secrets and keys: the tables `[secrets]` and `[aead_keys]`.

use super::Config;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use waxseal_plugin::{AeadKey, Secret, Vault};
use waxseal_settings::Shape;

/// Octets of one secret.
const OCTETS_MAX: usize = 64 * 1024;

/// Where a secret or a key is kept: in a file of its own, or here.
#[derive(Clone, PartialEq, Eq, Deserialize, waxseal_settings::Setting)]
#[serde(deny_unknown_fields)]
pub(crate) struct Keeping {
    /// A file that only its owner can read (`chmod 600`); a line end at its end does not count.
    #[serde(default)]
    pub file: Option<PathBuf>,
    /// The text itself.
    #[serde(default)]
    #[setting(shape = secret_text)]
    pub value: Option<String>,
}

/// A secret has a shape and no value that could be shown.
const fn secret_text() -> Shape {
    Shape::Text("")
}

impl fmt::Debug for Keeping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(file) => write!(f, "{}", file.display()),
            None => f.write_str("[secret]"),
        }
    }
}

/// Table, name, and what is wrong.
pub(crate) type VaultProblem = (&'static str, String, String);

impl Config {
    /// What can be read of secrets and keys, and what is wrong with the others.
    pub(crate) fn vault(&self) -> (Vault, Vec<VaultProblem>) {
        let mut problems = Vec::new();
        let mut texts = |table: &'static str, kept: &BTreeMap<String, Keeping>| {
            let mut texts = Vec::new();
            for (name, keeping) in kept {
                match keeping.read() {
                    Ok(text) => texts.push((name.clone(), text)),
                    Err(problem) => problems.push((table, name.clone(), problem)),
                }
            }
            texts
        };
        let secrets = texts("secrets", &self.secrets);
        let keys = texts("aead_keys", &self.aead_keys);
        let mut vault = Vault::default();
        for (name, text) in secrets {
            vault.secrets.insert(name, Secret::new(text));
        }
        for (name, text) in keys {
            match AeadKey::from_hex(text.trim()) {
                Some(key) => drop(vault.aead_keys.insert(name, key)),
                None => {
                    let problem =
                        "a key is 64 hexadecimal digits, such as `openssl rand -hex 32` gives";
                    problems.push(("aead_keys", name, problem.to_owned()));
                }
            }
        }
        (vault, problems)
    }
}

impl Keeping {
    fn read(&self) -> Result<String, String> {
        let text = match (&self.file, &self.value) {
            (Some(file), None) => read_private(file)?,
            (None, Some(value)) => value.clone(),
            (Some(_), Some(_)) | (None, None) => {
                return Err("give either `file` or `value`".to_owned());
            }
        };
        if text.is_empty() {
            return Err("it is empty".to_owned());
        }
        Ok(text)
    }
}

/// A file that nobody but its owner can read.
fn read_private(path: &Path) -> Result<String, String> {
    let failed = |error: std::io::Error| format!("{} cannot be read: {error}", path.display());
    let file = std::fs::File::open(path).map_err(failed)?;
    let mode = file.metadata().map_err(failed)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let path = path.display();
        return Err(format!(
            "{path} can be read by others (mode {mode:o}); `chmod 600 {path}`"
        ));
    }
    let mut text = String::new();
    let limit = u64::try_from(OCTETS_MAX)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    file.take(limit).read_to_string(&mut text).map_err(failed)?;
    if text.len() > OCTETS_MAX {
        return Err(format!("{} has over {OCTETS_MAX} octets", path.display()));
    }
    let line = text.strip_suffix('\n').unwrap_or(&text);
    Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
}
