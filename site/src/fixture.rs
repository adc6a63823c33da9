//! What tests share: the real content, read and indexed once.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::content::{Loaded, SourceFile, check, read_folder};
use crate::date::Date;
use crate::pages::Site;

/// Day on which the tests' content is checked.
pub(crate) const TODAY: &str = "2026-11-24";

/// The project's content, not checked.
pub(crate) fn real_files() -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../content");
    read_folder(&root).unwrap()
}

/// The project's content, checked.
pub(crate) fn real_content() -> Loaded {
    check(real_files(), &Date::parse(TODAY).unwrap()).unwrap()
}

/// The site over the project's content.
pub(crate) fn real_site() -> Arc<Site> {
    static SITE: OnceLock<Arc<Site>> = OnceLock::new();
    let site = || Arc::new(Site::new(real_content().catalog.unwrap()).unwrap());
    Arc::clone(SITE.get_or_init(site))
}

/// A folder of a test, gone at its end.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// An empty folder; `name` is the test's own.
    pub(crate) fn new(name: &str) -> Self {
        let folder = format!("waxseal-site-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(folder);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap_or_default();
    }
}
