//! Builds a project's component with the toolchain of its language.

use super::{Language, Project};
use crate::{AuthorError, files};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use waxseal_toolchain::{
    CSources, CToolchain, JAVASCRIPT_PACKAGE, JavaScriptToolchain, PYTHON_PACKAGE, PythonToolchain,
    RUST_TARGET, RustToolchain, Rustup, ScriptTarget,
};

/// A component that was built.
#[derive(Debug, Clone)]
pub struct Built {
    /// Where it lies.
    pub component: PathBuf,
    /// Its octets.
    pub size: usize,
}

/// Builds `build/<name>.wasm`; `say` is told which toolchain is used and why. What the toolchain
/// itself prints goes to standard error.
///
/// # Errors
/// [`AuthorError::Failed`] where no toolchain is there, the sources do not compile, or what was built
/// is no component that a server would take.
pub fn build(project: &Project, say: &mut dyn FnMut(&str)) -> Result<Built, AuthorError> {
    let component = project.component();
    let folder = component.parent().unwrap_or(&project.folder);
    std::fs::create_dir_all(folder).map_err(|error| AuthorError::file(folder, error))?;
    let manifest = &project.manifest;
    let built = match (manifest.language, manifest.command.split_first()) {
        (_, Some((program, arguments))) => {
            say(&format!(
                "building with the project's own command `{program}`"
            ));
            let mut command = Command::new(program);
            run(command.args(arguments).current_dir(&project.folder))?;
            component.clone()
        }
        (Language::Rust, None) => rust(project, say)?,
        (Language::C, None) => c(project, say)?,
        (Language::Js, None) => javascript(project, say)?,
        (Language::Python, None) => python(project, say)?,
    };
    let octets = as_component(&built)?;
    if files::read(&component, files::COMPONENT_BYTES_MAX)
        .ok()
        .as_ref()
        != Some(&octets)
    {
        files::write_whole(&component, &octets)?;
    }
    Ok(Built {
        component,
        size: octets.len(),
    })
}

/// The component in a file, encoded where it is a core module yet.
fn as_component(file: &Path) -> Result<Vec<u8>, AuthorError> {
    let octets = files::read(file, files::COMPONENT_BYTES_MAX)?;
    if !wasmparser::Parser::is_component(&octets) {
        return Ok(waxseal_toolchain::component(&octets)?);
    }
    let foreign = waxseal_toolchain::foreign_imports(&octets)?;
    if foreign.is_empty() {
        return Ok(octets);
    }
    Err(waxseal_toolchain::ToolchainError::Imports(foreign).into())
}

/// Builds the crate and answers the core module.
fn rust(project: &Project, say: &mut dyn FnMut(&str)) -> Result<PathBuf, AuthorError> {
    let target = project.folder.join("target");
    let debian = RustToolchain::debian_is_there;
    let toolchain = RustToolchain::pick(&target, Rustup::Try, debian, say)?;
    say(toolchain.reason());
    let mut cargo = toolchain.cargo(&project.folder, &target);
    cargo.args(["build", "--release", "--target", RUST_TARGET]);
    run(cargo.args(toolchain.build_arguments()))?;
    let name = format!("{}.wasm", project.manifest.name.replace('-', "_"));
    let module = target.join(RUST_TARGET).join("release").join(name);
    if module.is_file() {
        Ok(module)
    } else {
        Err(AuthorError::Failed(format!(
            "cargo made no {}: the package must be called {} and its crate type must be cdylib",
            module.display(),
            project.manifest.name
        )))
    }
}

/// Compiles the sources and answers the core module.
fn c(project: &Project, say: &mut dyn FnMut(&str)) -> Result<PathBuf, AuthorError> {
    let sdk = project.brought("sdk");
    let sources = CSources::of_project(&project.folder, &sdk, &project.manifest.world)?;
    let toolchain = CToolchain::pick(CToolchain::nothing_installed)?;
    say(&toolchain.reason());
    let module = project.component().with_extension("module");
    run(&mut toolchain.build(&sources, &module))?;
    Ok(module)
}

/// Packs `src/plugin.js` with its engine.
fn javascript(project: &Project, say: &mut dyn FnMut(&str)) -> Result<PathBuf, AuthorError> {
    let packer = JavaScriptToolchain::pick(&[&project.folder])?;
    say(&format!(
        "packing JavaScript with {} of node_modules",
        JAVASCRIPT_PACKAGE.0
    ));
    let (wit, component) = (project.brought("wit"), project.component());
    let target = script_target(project, &wit, &component);
    let entry = project.folder.join("src/plugin.js");
    let mut build = packer.build(&entry, &project.folder, target);
    run(build.current_dir(&project.folder))?;
    Ok(component)
}

/// Packs the module `plugin` of `src` with its engine.
fn python(project: &Project, say: &mut dyn FnMut(&str)) -> Result<PathBuf, AuthorError> {
    let environments = [project.folder.join(".venv"), project.folder.join("venv")];
    let packer = PythonToolchain::pick(&environments.each_ref().map(PathBuf::as_path))?;
    say(&format!("packing Python with {}", PYTHON_PACKAGE.0));
    let (wit, component) = (project.brought("wit"), project.component());
    let target = script_target(project, &wit, &component);
    let (own, sdk) = (project.folder.join("src"), project.brought("sdk"));
    let mut build = packer.build("plugin", &[&own, &sdk], target);
    run(build.current_dir(&project.folder))?;
    Ok(component)
}

fn script_target<'a>(project: &'a Project, wit: &'a Path, component: &'a Path) -> ScriptTarget<'a> {
    ScriptTarget {
        wit,
        world: &project.manifest.world,
        component,
    }
}

/// Runs a program whose output is shown on standard error.
fn run(command: &mut Command) -> Result<(), AuthorError> {
    let program = command.get_program().to_string_lossy().into_owned();
    // Standard output is for our own answer.
    let status = command.stdout(Stdio::from(std::io::stderr())).status();
    let status =
        status.map_err(|error| AuthorError::Failed(format!("{program} cannot be run: {error}")))?;
    if status.success() {
        Ok(())
    } else {
        Err(AuthorError::Failed(format!(
            "{program} ended with {status}"
        )))
    }
}

impl fmt::Display for Built {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let component = self.component.display();
        writeln!(f, "{component} ({} KiB)", self.size.div_ceil(1024))
    }
}
