//! Where things lie when nobody says.

use std::path::{Path, PathBuf};

/// The folder of built plugins: `plugins` beside the program, or beside the program's folder (as in
/// a build's `target`). `None` when there is neither.
pub(crate) fn plugin_folder() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    let folder = program.parent()?;
    let candidates = [Some(folder), folder.parent()];
    candidates
        .into_iter()
        .flatten()
        .map(|folder: &Path| folder.join("plugins"))
        .find(|plugins| plugins.is_dir())
}
