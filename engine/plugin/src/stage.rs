//! The stages of a session, and sets of them.

/// When a filter is asked.
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
}

impl Stage {
    pub(crate) const ALL: [Self; 8] = [
        Self::Connect,
        Self::Helo,
        Self::Auth,
        Self::Mail,
        Self::Rcpt,
        Self::Headers,
        Self::Message,
        Self::Disconnect,
    ];

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
    bits: u8,
    pub(crate) observes: bool,
}

impl Stages {
    /// Reads the list of `describe`.
    ///
    /// # Errors
    /// A text that names what is wrong.
    pub(crate) fn parse(names: &[String]) -> Result<Self, String> {
        let mut stages = Self::default();
        let observed = names.iter().filter(|name| name.starts_with("observe:"));
        let observed = observed.count();
        if observed != 0 && observed != names.len() {
            return Err("observe: stands before some stages only; the two kinds do not mix".into());
        }
        stages.observes = observed > 0;
        for name in names {
            let plain = name.strip_prefix("observe:").unwrap_or(name);
            let known = Stage::ALL.iter().find(|stage| stage.as_str() == plain);
            let Some(stage) = known else {
                let all = Stage::ALL.map(Stage::as_str).join(", ");
                return Err(format!("there is no stage {name:?}; there are {all}"));
            };
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

    /// All stages of both.
    pub(crate) const fn with(self, other: Self) -> Self {
        Self {
            bits: self.bits | other.bits,
            observes: self.observes,
        }
    }

    const fn bit(stage: Stage) -> u8 {
        1 << stage as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(names: &[&str]) -> Result<Stages, String> {
        Stages::parse(&names.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn reads_lists() {
        let stages = parse(&["rcpt", "message"]).unwrap();
        assert!(stages.contains(Stage::Rcpt) && stages.contains(Stage::Message));
        assert!(!stages.contains(Stage::Mail) && !stages.observes);
        assert!(parse(&["observe:rcpt", "observe:mail"]).unwrap().observes);
        for bad in [
            &["rcpt", "observe:mail"][..],
            &["on-rcpt"],
            &[],
            &["observe:"],
        ] {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
    }
}
