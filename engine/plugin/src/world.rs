//! What kind of plugin a component is.

/// A world of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum World {
    /// Judges mail while the client waits.
    Filter,
    /// A filter that learns from what users do with their messages.
    Learner,
    /// Decides where an accepted message goes, or takes it there.
    Delivery,
    /// Transforms blobs on their way to and from the disk.
    Storage,
    /// Keeps blobs itself.
    Holder,
}

impl World {
    /// All of them; of two that share exports the one that asks for more comes first.
    pub const ALL: [Self; 5] = [
        Self::Learner,
        Self::Filter,
        Self::Delivery,
        Self::Storage,
        Self::Holder,
    ];

    /// Its name in the interface.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Filter => "filter",
            Self::Learner => "learner",
            Self::Delivery => "delivery",
            Self::Storage => "storage",
            Self::Holder => "storage-holder",
        }
    }
}
