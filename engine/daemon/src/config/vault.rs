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

/// A secret or a key that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VaultProblem {
    /// Whose table it stands in, if a tenant's.
    pub tenant: Option<String>,
    /// `secrets` or `aead_keys`.
    pub table: &'static str,
    /// Its name.
    pub name: String,
    /// What is wrong.
    pub problem: String,
}

impl fmt::Display for VaultProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(tenant) = &self.tenant {
            write!(f, "tenants.{tenant}.")?;
        }
        write!(f, "{}.{}: {}", self.table, self.name, self.problem)
    }
}

impl Config {
    /// What can be read of secrets and keys, and what is wrong with the others.
    pub(crate) fn vault(&self) -> (Vault, Vec<VaultProblem>) {
        read_vault(&self.secrets, &self.aead_keys)
    }
}

/// What can be read of two tables, and what is wrong with the rest.
pub(super) fn read_vault(
    secrets: &BTreeMap<String, Keeping>,
    aead_keys: &BTreeMap<String, Keeping>,
) -> (Vault, Vec<VaultProblem>) {
    let mut problems = Vec::new();
    let mut wrong = |table, name: &str, problem: String| {
        problems.push(VaultProblem {
            tenant: None,
            table,
            name: name.to_owned(),
            problem,
        });
    };
    let mut vault = Vault::default();
    for (name, keeping) in secrets {
        match keeping.read() {
            Ok(text) => drop(vault.secrets.insert(name.clone(), Secret::new(text))),
            Err(problem) => wrong("secrets", name, problem),
        }
    }
    for (name, keeping) in aead_keys {
        let hex = "a key is 64 hexadecimal digits, such as `openssl rand -hex 32` gives";
        let key = keeping.read();
        let key = key.and_then(|text| AeadKey::from_hex(text.trim()).ok_or_else(|| hex.to_owned()));
        match key {
            Ok(key) => drop(vault.aead_keys.insert(name.clone(), key)),
            Err(problem) => wrong("aead_keys", name, problem),
        }
    }
    (vault, problems)
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
