//! Loads a component as a server would, and says what came of it.

use crate::AuthorError;
use crate::component::Subject;
use crate::inspect::{Inspection, inspect};
use serde::Serialize;
use std::fmt;
use std::path::Path;
use toml::{Table, Value};
use waxseal_plugin::{Host, Instruments, Services};

/// A component that a server would load.
#[derive(Debug, Clone, Serialize)]
pub struct Checked {
    /// What the file says.
    pub inspection: Inspection,
    /// Name and version that it gives itself, after the name that its file gives it.
    pub plugin: String,
    /// The stages that it wants.
    pub stages: Vec<String>,
    /// Whether it decides or only observes.
    pub observes: bool,
}

/// Checks world, versions, imports and size, compiles, describes and configures with `table`, which
/// is as `[[plugin]]`.
///
/// # Errors
/// [`AuthorError::Wrong`] with the reason that a server would give.
pub async fn check(
    subject: &Subject,
    table: Table,
    services: Services,
) -> Result<Checked, AuthorError> {
    let inspection = inspect(&subject.file)?;
    let config = subject.configured(table)?;
    let host = Host::start_with(config, services, Instruments::default()).await;
    let host = host.map_err(|error| AuthorError::Wrong(error.to_string()))?;
    let plugins = host.plugins();
    let plugin = plugins.first();
    let plugin = plugin.ok_or_else(|| AuthorError::Failed("nothing was loaded".to_owned()))?;
    Ok(Checked {
        inspection,
        plugin: plugin.actor.clone(),
        stages: plugin.stages.clone(),
        observes: plugin.observes,
    })
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inspection = &self.inspection;
        let world = inspection.world.unwrap_or_default();
        let interface = inspection.interface.as_deref().unwrap_or_default();
        writeln!(f, "{}: a server would load it", inspection.file.display())?;
        writeln!(
            f,
            "  plugin  {}, a {world} for waxseal:plugin {interface}",
            self.plugin
        )?;
        let how = if self.observes {
            ", after the fact"
        } else {
            ""
        };
        writeln!(f, "  stages  {}{how}", self.stages.join(", "))?;
        writeln!(f, "  size    {} octets", inspection.size)?;
        for (index, grant) in inspection.grants.iter().enumerate() {
            let title = if index == 0 { "grants" } else { "" };
            writeln!(f, "  {title:<6}  {}  # {}", grant.line, grant.reason)?;
        }
        Ok(())
    }
}

/// The settings of a plugin in a file: a table as `[[plugin]]` (`[config]`, `[grants]`, `[limits]` …),
/// or a server's configuration with a `[[plugin]]` of this name or file.
///
/// # Errors
/// [`AuthorError`].
pub fn settings(file: &Path, subject: &Subject) -> Result<Table, AuthorError> {
    let text = crate::files::read_text(file, SETTINGS_BYTES_MAX)?;
    let shown = file.display();
    let table: Table = text
        .parse()
        .map_err(|error| AuthorError::Wrong(format!("{shown}: {error}")))?;
    let Some(plugins) = table.get("plugin") else {
        return Ok(table);
    };
    let plugins = plugins.as_array().into_iter().flatten();
    let mut plugins = plugins.filter_map(Value::as_table);
    let of_file = subject.file.file_name().map(|name| name.to_string_lossy());
    let found = plugins.find(|plugin| {
        let text = |key: &str| plugin.get(key).and_then(Value::as_str);
        let file = text("file").map(|file| Path::new(file).file_name());
        let file = file.flatten().map(|name| name.to_string_lossy());
        text("name") == Some(&subject.name) || (file.is_some() && file == of_file)
    });
    found.cloned().ok_or_else(|| {
        let name = &subject.name;
        AuthorError::Missing(format!(
            "{shown} has no [[plugin]] with the name or file of {name}"
        ))
    })
}

/// Octets of a file of settings.
const SETTINGS_BYTES_MAX: u64 = 4 * 1024 * 1024;
