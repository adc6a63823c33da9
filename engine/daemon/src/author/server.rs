//! The commands that change what a server runs: `install`, `enable`, `disable`.

use super::{print, tell};
use crate::cli::InstallArgs;
use crate::config::{Config, Ground, Mistakes, check};
use crate::failure::{Failure, Outcome};
use crate::wire;
use std::path::Path;
use waxseal_admin::{CallError, Request, call};
use waxseal_author::{AuthorError, InstallPlan, files, set_enabled};

/// Octets of a configuration file.
const CONFIG_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Brings a component into the plugin folder.
pub(super) async fn install(config_file: &Path, args: InstallArgs) -> Outcome {
    let (config, _) = Config::read(config_file)?;
    let plan = InstallPlan {
        source: args.source,
        sha256: args.sha256,
        name: args.name,
        replace: args.replace,
        folder: config.plugin_dir(),
        bytes_max: config.plugins.component_bytes_max,
        keys: config.plugins.require_signatures.clone(),
    };
    let http = wire::plugin_services(&config).http;
    let installed = waxseal_author::install(&plan, &*http).await?;
    print(&installed.to_string())
}

/// Sets `enabled` of a plugin in the configuration file, and lets a running server read it again. A
/// file that would then have mistakes is left as it was.
pub(super) async fn set(config_file: &Path, name: &str, enabled: bool) -> Outcome {
    let text = files::read_text(config_file, CONFIG_BYTES_MAX)?;
    let word = if enabled { "enabled" } else { "disabled" };
    let Some(changed) = set_enabled(&text, name, enabled)? else {
        return print(&format!("{name} is {word} already\n"));
    };
    let (config, document) = Config::parse(config_file, &changed)?;
    let services = wire::plugin_services(&config);
    let mistakes = check(&config, &document, Ground::Files, services).await;
    if !mistakes.is_empty() {
        tell("the configuration would have mistakes and is left as it was:");
        return Err(Mistakes(mistakes).into());
    }
    files::write_whole(config_file, changed.as_bytes())?;
    match call(&config.socket(), &Request::PluginReload).await {
        Ok(_) => print(&format!("{name} is {word}, and the server knows\n")),
        Err(CallError::NoServer(_)) => print(&format!("{name} is {word}; no server is running\n")),
        Err(CallError::Problem(problem)) => {
            files::write_whole(config_file, text.as_bytes())?;
            tell("the server refused it; the configuration is as before");
            Err(problem.into())
        }
        Err(error @ (CallError::Forbidden(_) | CallError::Broken(_))) => {
            let text = format!("{name} is {word} in the configuration, but: {error}");
            Err(Failure::from(AuthorError::Failed(text)))
        }
    }
}
