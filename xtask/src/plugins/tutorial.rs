//! Builds the tutorial plugin in the languages that cargo does not build.

use super::{say, tools};
use crate::bindings::wit_folder;
use crate::packages::{self, Install};
use crate::shell;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use waxseal_toolchain::{C_PACKAGES, CSources, CToolchain, ScriptTarget};

/// The world of the tutorial.
const WORLD: &str = "filter";

/// Where the sources are and where the components go.
struct Folders<'a> {
    tutorial: PathBuf,
    sdk: PathBuf,
    output: &'a Path,
    scratch: &'a Path,
}

/// Builds `subject-guard-c`, `-js` and `-python` into `output`, each where its sources changed;
/// `scratch` takes what is made on the way.
pub(super) fn build(install: Install, output: &Path, scratch: &Path) -> Result<()> {
    let folders = Folders {
        tutorial: shell::root().join("plugins/tutorial"),
        sdk: shell::root().join("plugins/sdk"),
        output,
        scratch,
    };
    folders.c(install)?;
    folders.javascript(install)?;
    folders.python(install)
}

impl Folders<'_> {
    fn c(&self, install: Install) -> Result<()> {
        let Some(component) = self.stale("c")? else {
            return Ok(());
        };
        let toolchain = CToolchain::pick(|| packages::require(install, C_PACKAGES))?;
        say(&toolchain.reason());
        let (project, sdk) = (self.tutorial.join("c"), self.sdk.join("c"));
        let sources = CSources::of_project(&project, &sdk, WORLD)?;
        let module = self.scratch.join("tutorial-c.wasm");
        shell::run(toolchain.build(&sources, &module).arg("-Werror"))?;
        let core =
            std::fs::read(&module).with_context(|| format!("reading {}", module.display()))?;
        write(&component, &waxseal_toolchain::component(&core)?)
    }

    fn javascript(&self, install: Install) -> Result<()> {
        let Some(component) = self.stale("js")? else {
            return Ok(());
        };
        let (wit, made) = (wit_folder(), self.scratch.join("tutorial-js.wasm"));
        let target = target(&wit, &made);
        let entry = self.tutorial.join("js/src/plugin.js");
        let root = shell::root().join("plugins");
        shell::run(&mut tools::javascript(install)?.build(&entry, &root, target))?;
        self.script(&made, &component)
    }

    fn python(&self, install: Install) -> Result<()> {
        let Some(component) = self.stale("python")? else {
            return Ok(());
        };
        let (wit, made) = (wit_folder(), self.scratch.join("tutorial-python.wasm"));
        let target = target(&wit, &made);
        let (program, sdk) = (self.tutorial.join("python/src"), self.sdk.join("python"));
        let mut build = tools::python(install)?.build("plugin", &[&program, &sdk], target);
        shell::run(&mut build)?;
        self.script(&made, &component)
    }

    /// Where the component goes, unless it is younger than all its sources and this program.
    fn stale(&self, language: &str) -> Result<Option<PathBuf>> {
        let component = self.output.join(format!("subject-guard-{language}.wasm"));
        let made = std::fs::metadata(&component).and_then(|meta| meta.modified());
        let Ok(made) = made else {
            return Ok(Some(component));
        };
        let sources = [
            self.tutorial.join(language),
            self.sdk.join(language),
            wit_folder(),
            std::env::current_exe()?,
        ];
        for source in &sources {
            if youngest(source)? > made {
                return Ok(Some(component));
            }
        }
        Ok(None)
    }

    /// A component that a packer made, if it imports nothing of a system.
    fn script(&self, made: &Path, component: &Path) -> Result<()> {
        let bytes = std::fs::read(made).with_context(|| format!("reading {}", made.display()))?;
        let foreign = waxseal_toolchain::foreign_imports(&bytes)?;
        if !foreign.is_empty() {
            bail!("{} imports {}", made.display(), foreign.join(", "));
        }
        write(component, &bytes)
    }
}

fn target<'a>(wit: &'a Path, component: &'a Path) -> ScriptTarget<'a> {
    ScriptTarget {
        wit,
        world: WORLD,
        component,
    }
}

/// When the file, or any file under the folder, was written last.
fn youngest(path: &Path) -> Result<SystemTime> {
    let reading = || format!("reading {}", path.display());
    let meta = std::fs::metadata(path).with_context(reading)?;
    let mut youngest = meta.modified()?;
    if meta.is_dir() {
        for entry in std::fs::read_dir(path).with_context(reading)? {
            youngest = youngest.max(self::youngest(&entry?.path())?);
        }
    }
    Ok(youngest)
}

/// Written even if nothing changed: its time tells that it is younger than its sources.
fn write(component: &Path, bytes: &[u8]) -> Result<()> {
    let name = component.display();
    std::fs::write(component, bytes).with_context(|| format!("writing {name}"))?;
    say(&format!("{name} ({} KiB)", bytes.len() / 1024));
    Ok(())
}
