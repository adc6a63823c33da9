//! The configuration.

use crate::finding::Kind;
use waxseal_plugin_sdk::config::{Document, Mistake, Table};
use waxseal_plugin_sdk::glob::Glob;

/// Names that only programs and their like have.
const NAMES: [&str; 48] = [
    "*.ade", "*.adp", "*.app", "*.appx", "*.apk", "*.bat", "*.chm", "*.cmd", "*.com", "*.cpl",
    "*.dll", "*.dmg", "*.exe", "*.hta", "*.img", "*.ins", "*.iso", "*.isp", "*.jar", "*.js",
    "*.jse", "*.lib", "*.lnk", "*.mde", "*.msc", "*.msi", "*.msix", "*.msp", "*.mst", "*.nsh",
    "*.one", "*.pif", "*.ps1", "*.reg", "*.scr", "*.sct", "*.shb", "*.sys", "*.vb", "*.vbe",
    "*.vbs", "*.vhd", "*.vhdx", "*.vxd", "*.wsc", "*.wsf", "*.wsh", "*.xll",
];

/// What follows from a finding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Action {
    /// Nothing.
    Ignore,
    /// Points.
    Score(f32),
    /// Into Junk.
    Quarantine,
    /// Wait for the administrator.
    Hold,
    /// No.
    Reject,
}

impl Action {
    /// Harder ones come later.
    #[must_use]
    pub const fn rank(self) -> u8 {
        match self {
            Self::Ignore => 0,
            Self::Score(_) => 1,
            Self::Quarantine => 2,
            Self::Hold => 3,
            Self::Reject => 4,
        }
    }
}

/// How far archives are looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depths {
    /// Archives in archives.
    pub levels: u32,
    /// Members of all archives of one attachment.
    pub members: usize,
    /// Octets that an archive says it has when it is unpacked.
    pub unpacked: u64,
}

/// The whole configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Names that are refused, in archives too.
    pub names: Vec<Glob>,
    /// Content types that are refused.
    pub types: Vec<Glob>,
    /// Names that are never looked at.
    pub allow: Vec<Glob>,
    /// How far archives are looked into.
    pub depths: Depths,
    /// What follows from each kind of finding.
    actions: Vec<(Kind, Action)>,
    /// Whether authenticated users' messages are looked at.
    pub check_users: bool,
    /// Text of a refusal, with `{name}` and `{what}`.
    pub text: String,
}

impl Settings {
    /// Reads it.
    ///
    /// # Errors
    /// What is wrong.
    pub fn read(document: &Document) -> Result<Self, Mistake> {
        let mut known = vec![
            "names",
            "types",
            "allow",
            "max_levels",
            "max_members",
            "max_unpacked",
            "check_users",
            "text",
            "points",
        ];
        known.extend(Kind::ALL.map(Kind::as_str));
        let table = document.table(&known)?;
        let names = if table.get("names").is_some() {
            table.globs("names")?
        } else {
            NAMES.map(Glob::new).into()
        };
        let points = table.number("points", 0.0..=1000.0)?.unwrap_or(3.0);
        #[expect(clippy::cast_possible_truncation, reason = "points are small")]
        let points = points as f32;
        let actions = Kind::ALL.map(|kind| action(&table, kind, points).map(|a| (kind, a)));
        let text = "{name} is not accepted by mail: {what}";
        Ok(Self {
            names,
            types: table.globs("types")?,
            allow: table.globs("allow")?,
            depths: Depths {
                levels: table.integer("max_levels", 0..=8)?.unwrap_or(3),
                members: table.integer("max_members", 1..=100_000)?.unwrap_or(5000) as usize,
                unpacked: table.octets("max_unpacked")?.unwrap_or(2 << 30),
            },
            actions: actions.into_iter().collect::<Result<_, _>>()?,
            check_users: table.flag("check_users")?.unwrap_or(true),
            text: table.line("text", 250)?.unwrap_or(text).to_owned(),
        })
    }

    /// What follows from a kind of finding.
    #[must_use]
    pub fn action(&self, kind: Kind) -> Action {
        let mut actions = self.actions.iter();
        let action = actions.find(|(known, _)| *known == kind);
        action.map_or(Action::Ignore, |(_, action)| *action)
    }
}

fn action(table: &Table<'_>, kind: Kind, points: f32) -> Result<Action, Mistake> {
    let words = [
        ("ignore", Action::Ignore),
        ("score", Action::Score(points)),
        ("quarantine", Action::Quarantine),
        ("hold", Action::Hold),
        ("reject", Action::Reject),
    ];
    let default = match kind {
        Kind::Name | Kind::Type | Kind::DoubleExtension | Kind::Program | Kind::Bomb => {
            Action::Reject
        }
        Kind::Macros => Action::Quarantine,
        Kind::Encrypted | Kind::Disguised | Kind::Unreadable => Action::Score(points),
    };
    Ok(table.choice(kind.as_str(), &words)?.unwrap_or(default))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_chosen() {
        let json = r#"{"macros":"hold","encrypted":"score","points":1.5,"max_unpacked":"10M"}"#;
        let document = Document::parse(json).unwrap();
        let settings = Settings::read(&document).unwrap();
        assert_eq!(settings.action(Kind::Macros), Action::Hold);
        assert_eq!(settings.action(Kind::Encrypted), Action::Score(1.5));
        assert_eq!(settings.action(Kind::Name), Action::Reject);
        assert_eq!(settings.depths.unpacked, 10 << 20);
    }

    #[test]
    fn mistakes_are_named() {
        let refused = |json: &str| {
            let document = Document::parse(json).unwrap();
            Settings::read(&document).expect_err("a mistake").0
        };
        let action =
            "[plugin.config]: macros is not one of ignore, score, quarantine, hold, reject";
        assert_eq!(refused(r#"{"macros":"drop"}"#), action);
        let key = r#"[plugin.config]: there is no key "macro"; did you mean "macros"?"#;
        assert_eq!(refused(r#"{"macro":"hold"}"#), key);
    }
}
