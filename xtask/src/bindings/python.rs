//! Python: the modules that `componentize-py` makes at build time, for editors and type checkers.

use super::{Files, WORLDS};
use crate::packages::Install;
use crate::{plugins, shell};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// Makes `typings/wit_world/…` and what it imports, for all worlds at once: a plugin sees of it at
/// run time what its world has.
pub(super) fn generate(wit: &Path, install: Install, files: &mut Files) -> Result<()> {
    let made = shell::target_dir().join("python-bindings");
    if made.exists() {
        std::fs::remove_dir_all(&made).with_context(|| format!("removing {}", made.display()))?;
    }
    let tools = plugins::python_tools(install)?;
    shell::output(&mut tools.bindings(wit, &WORLDS, &made))?;
    let folder = PathBuf::from("plugins/sdk/python/typings");
    collect(&made.join("wit_world"), &folder.join("wit_world"), files)?;
    let results = "componentize_py_types";
    let text = std::fs::read_to_string(made.join(results).with_extension("py"))?;
    files.insert(folder.join(results).with_extension("pyi"), tidy(&text));
    Ok(())
}

fn collect(from: &Path, to: &Path, files: &mut Files) -> Result<()> {
    let entries = std::fs::read_dir(from).with_context(|| format!("reading {}", from.display()))?;
    for entry in entries {
        let entry = entry?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            collect(&path, &target, files)?;
        } else {
            let text = std::fs::read_to_string(&path)?;
            files.insert(target.with_extension("pyi"), tidy(&text));
        }
    }
    Ok(())
}

/// Without spaces at the ends of lines, and with one line break at the end.
fn tidy(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(str::trim_end).collect();
    let mut text = lines.join("\n").trim_end().to_owned();
    if !text.is_empty() {
        text.push('\n');
    }
    text
}
