//! The commands for authors of content.

pub(crate) mod check;
pub(crate) mod dev;
pub(crate) mod gaps;
pub(crate) mod links;
pub(crate) mod measure;
pub(crate) mod new;
