//! What makes a component of JavaScript or Python: the engine goes in, the program is read in
//! beforehand, and what the engine would ask of a system is cut off.

use crate::ToolchainError;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The npm package that packs JavaScript together with QuickJS, and the version that is known to work.
pub const JAVASCRIPT_PACKAGE: (&str, &str) = ("componentize-qjs", "0.4.5");
/// The PyPI package that packs Python together with CPython, and the version that is known to work.
pub const PYTHON_PACKAGE: (&str, &str) = ("componentize-py", "0.25.1");

/// Interface, world and result of a build.
#[derive(Debug, Clone, Copy)]
pub struct ScriptTarget<'a> {
    /// The folder of the WIT package.
    pub wit: &'a Path,
    /// The world, for example `filter`.
    pub world: &'a str,
    /// The component that is written.
    pub component: &'a Path,
}

/// `componentize-qjs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JavaScriptToolchain {
    program: PathBuf,
}

impl JavaScriptToolchain {
    /// The one in `node_modules` of the first of `folders` that has it.
    ///
    /// # Errors
    /// [`ToolchainError::Missing`] says what to run.
    pub fn pick(folders: &[&Path]) -> Result<Self, ToolchainError> {
        let (package, version) = JAVASCRIPT_PACKAGE;
        let mut programs = folders
            .iter()
            .map(|folder| folder.join("node_modules/.bin").join(package));
        let program = programs.find(|program| program.exists()).ok_or_else(|| {
            ToolchainError::Missing(format!(
                "{package} is not installed; in the folder of the plugin:\n  \
                 npm install --save-dev --save-exact {package}@{version}"
            ))
        })?;
        Ok(Self { program })
    }

    /// Packs `entry` and what it imports; relative imports may not leave `root`.
    #[must_use]
    pub fn build(&self, entry: &Path, root: &Path, target: ScriptTarget<'_>) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("--wit").arg(target.wit);
        command.arg("--js").arg(entry);
        command.arg("--module-root").arg(root);
        command.args(["--world", target.world, "--stub-wasi", "--sync", "--output"]);
        command.arg(target.component);
        command
    }
}

/// `componentize-py`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PythonToolchain {
    program: PathBuf,
}

impl PythonToolchain {
    /// The one in the first of `environments` (virtual environments) that has it, else the one in
    /// the search path.
    ///
    /// # Errors
    /// [`ToolchainError::Missing`] says what to run.
    pub fn pick(environments: &[&Path]) -> Result<Self, ToolchainError> {
        let (package, version) = PYTHON_PACKAGE;
        let search_path = std::env::var_os("PATH").unwrap_or_default();
        let searched = std::env::split_paths(&search_path).map(|folder| folder.join(package));
        let mut programs = environments
            .iter()
            .map(|folder| folder.join("bin").join(package))
            .chain(searched);
        let program = programs.find(|program| program.is_file()).ok_or_else(|| {
            ToolchainError::Missing(format!(
                "{package} is not installed; in the folder of the plugin:\n  \
                 python3 -m venv .venv && .venv/bin/pip install {package}=={version}"
            ))
        })?;
        Ok(Self { program })
    }

    /// Packs the module `app` and what it imports from `paths`.
    #[must_use]
    pub fn build(&self, app: &str, paths: &[&Path], target: ScriptTarget<'_>) -> Command {
        let mut command = self.command(target.wit, &[target.world]);
        command.args(["componentize", "--stub-wasi", app]);
        for path in paths {
            command.arg("--python-path").arg(path);
        }
        command.arg("--output").arg(target.component);
        command
    }

    /// Writes the modules through which programs see `worlds`, merged, into `folder`, for editors.
    #[must_use]
    pub fn bindings(&self, wit: &Path, worlds: &[&str], folder: &Path) -> Command {
        let mut command = self.command(wit, worlds);
        command.arg("bindings").arg(folder);
        command
    }

    fn command(&self, wit: &Path, worlds: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        // Packages of the author's own environment have no business in the component.
        command.env_remove("VIRTUAL_ENV").env_remove("PYTHONPATH");
        command.arg("--wit-path").arg(wit);
        for world in worlds {
            command.args(["--world", world]);
        }
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_with_the_command_that_helps() {
        let nowhere = Path::new("/nowhere/at/all");
        let error = JavaScriptToolchain::pick(&[nowhere]).unwrap_err();
        let told = error.to_string();
        assert!(told.contains("npm install"), "{told}");
        assert!(told.contains("componentize-qjs@0.4.5"), "{told}");
    }

    #[test]
    fn the_engine_asks_nothing_of_a_system() {
        let target = ScriptTarget {
            wit: Path::new("wit"),
            world: "filter",
            component: Path::new("out.wasm"),
        };
        let qjs = JavaScriptToolchain {
            program: "qjs".into(),
        };
        let py = PythonToolchain {
            program: "py".into(),
        };
        let commands = [
            qjs.build(Path::new("src/plugin.js"), Path::new("."), target),
            py.build("app", &[Path::new("src")], target),
        ];
        for command in commands {
            let stubbed = command.get_args().any(|argument| argument == "--stub-wasi");
            assert!(stubbed, "{command:?}");
        }
    }
}
