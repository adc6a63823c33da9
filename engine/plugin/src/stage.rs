//! When a plugin is asked, and sets of such moments.

use crate::world::World;

/// When a plugin is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    Connect,
    Helo,
    Auth,
    Mail,
    Rcpt,
    Headers,
    Message,
    Disconnect,
    Moved,
    Route,
    Transport,
    Encode,
    Decode,
    Put,
    Get,
    Delete,
}

impl Stage {
    pub(crate) const ALL: [Self; 16] = [
        Self::Connect,
        Self::Helo,
        Self::Auth,
        Self::Mail,
        Self::Rcpt,
        Self::Headers,
        Self::Message,
        Self::Disconnect,
        Self::Moved,
        Self::Route,
        Self::Transport,
        Self::Encode,
        Self::Decode,
        Self::Put,
        Self::Get,
        Self::Delete,
    ];

    /// Those that a plugin of `world` can name in `describe`.
    pub(crate) fn choice(world: World) -> &'static [Self] {
        match world {
            World::Filter => &Self::ALL[..8],
            World::Learner => &Self::ALL[..9],
            World::Delivery => &[Self::Route, Self::Transport],
            World::Storage | World::Holder => &[],
        }
    }

    /// Those at which every plugin of `world` is asked.
    const fn always(world: World) -> &'static [Self] {
        match world {
            World::Filter | World::Learner | World::Delivery => &[],
            World::Storage => &[Self::Encode, Self::Decode],
            World::Holder => &[Self::Put, Self::Get, Self::Delete],
        }
    }

    /// As plugins, traces and metrics name it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Helo => "helo",
            Self::Auth => "auth",
            Self::Mail => "mail",
            Self::Rcpt => "rcpt",
            Self::Headers => "headers",
            Self::Message => "message",
            Self::Disconnect => "disconnect",
            Self::Moved => "moved",
            Self::Route => "route",
            Self::Transport => "transport",
            Self::Encode => "encode",
            Self::Decode => "decode",
            Self::Put => "put",
            Self::Get => "get",
            Self::Delete => "delete",
        }
    }

    /// Whether a transaction is open, so that a message can be set aside or forgotten.
    pub(crate) const fn decides_on_message(self) -> bool {
        matches!(self, Self::Mail | Self::Headers | Self::Message)
    }

    /// Whether the message can be edited.
    pub(crate) const fn edits_message(self) -> bool {
        matches!(self, Self::Headers | Self::Message)
    }
}

/// Which stages a plugin wants, and whether it decides or only observes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Stages {
    bits: u16,
    pub(crate) observes: bool,
}

impl Stages {
    /// Reads the list of `describe`.
    ///
    /// # Errors
    /// A text that names what is wrong.
    pub(crate) fn parse(names: &[String], world: World) -> Result<Self, String> {
        let mut stages = Self::default();
        let choice = Stage::choice(world);
        let (mut observed, mut asked) = (false, false);
        for name in names {
            let plain = name.strip_prefix("observe:");
            let known = choice
                .iter()
                .find(|stage| stage.as_str() == plain.unwrap_or(name));
            let Some(stage) = known else {
                return Err(no_such_stage(name, world));
            };
            observed |= plain.is_some();
            asked |= plain.is_none() && *stage != Stage::Moved;
            stages.bits |= Self::bit(*stage);
        }
        if observed && asked {
            return Err("observe: stands before some stages only; the two kinds do not mix".into());
        }
        stages.observes = observed;
        for stage in Stage::always(world) {
            stages.bits |= Self::bit(*stage);
        }
        if stages.bits == 0 {
            return Err("it wants no stage".into());
        }
        Ok(stages)
    }

    pub(crate) const fn contains(self, stage: Stage) -> bool {
        self.bits & Self::bit(stage) != 0
    }

    /// The stages by name, in order, without `observe:`.
    pub(crate) fn names(self) -> Vec<String> {
        let stages = Stage::ALL.into_iter().filter(|stage| self.contains(*stage));
        stages.map(|stage| stage.as_str().to_owned()).collect()
    }

    /// All stages of both.
    pub(crate) const fn with(self, other: Self) -> Self {
        Self {
            bits: self.bits | other.bits,
            observes: self.observes,
        }
    }

    const fn bit(stage: Stage) -> u16 {
        1 << stage as u8
    }
}

fn no_such_stage(name: &str, world: World) -> String {
    let choice = Stage::choice(world);
    let world = world.as_str();
    if choice.is_empty() {
        return format!("it names the stage {name:?}; a {world} plugin names none");
    }
    let all: Vec<_> = choice.iter().map(|stage| stage.as_str()).collect();
    format!(
        "a {world} has no stage {name:?}; there are {}",
        all.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(names: &[&str]) -> Result<Stages, String> {
        let names: Vec<_> = names.iter().map(ToString::to_string).collect();
        Stages::parse(&names, World::Learner)
    }

    #[test]
    fn reads_lists() {
        let stages = parse(&["rcpt", "message"]).unwrap();
        assert!(stages.contains(Stage::Rcpt) && stages.contains(Stage::Message));
        assert!(!stages.contains(Stage::Mail) && !stages.observes);
        assert!(parse(&["observe:rcpt", "observe:mail"]).unwrap().observes);
        assert!(parse(&["observe:rcpt", "moved"]).unwrap().observes);
        assert!(!parse(&["rcpt", "moved"]).unwrap().observes);
        for bad in [
            &["rcpt", "observe:mail"][..],
            &["route"],
            &["on-rcpt"],
            &[],
            &["observe:"],
        ] {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn worlds_have_their_own() {
        let list = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let route = Stages::parse(&list(&["route"]), World::Delivery).unwrap();
        assert!(route.contains(Stage::Route) && !route.contains(Stage::Transport));
        assert!(Stages::parse(&list(&["moved"]), World::Filter).is_err());
        let stores = Stages::parse(&[], World::Storage).unwrap();
        assert!(stores.contains(Stage::Encode) && !stores.contains(Stage::Put));
        assert!(Stages::parse(&list(&["encode"]), World::Storage).is_err());
    }
}
