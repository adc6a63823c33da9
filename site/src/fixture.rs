//! What tests share: the real content, read and indexed once.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use crate::content::{Loaded, check, read_folder};
use crate::date::Date;
use crate::pages::Site;

/// Day on which the tests' content is checked.
pub(crate) const TODAY: &str = "2026-11-24";

/// The project's content, checked.
pub(crate) fn real_content() -> Loaded {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../content");
    check(read_folder(&root).unwrap(), &Date::parse(TODAY).unwrap()).unwrap()
}

/// The site over the project's content.
pub(crate) fn real_site() -> Arc<Site> {
    static SITE: OnceLock<Arc<Site>> = OnceLock::new();
    let site = || Arc::new(Site::new(real_content().catalog.unwrap()).unwrap());
    Arc::clone(SITE.get_or_init(site))
}
