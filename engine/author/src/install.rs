//! Brings a component into the plugin folder: fetched, checked against its digest, inspected, and only
//! then put in place. After any failure the folder is as before.

mod oci;

pub use oci::OciReference;

use crate::grants::Grant;
use crate::inspect::{inspect_octets, sha256};
use crate::project::check_name;
use crate::{AuthorError, files, plugin_name};
use bytes::Bytes;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use waxseal_plugin::PublicKey;
use waxseal_ports::HttpClient;
use waxseal_ports::http_client::{HttpRequest, HttpResponse};

/// How long one answer of a server may take.
const FETCH_WAIT_MAX: Duration = Duration::from_secs(120);

/// What is installed, and how.
#[derive(Debug, Clone)]
pub struct InstallPlan {
    /// A file, an `http` or `https` URL, or `oci://HOST/REPOSITORY:TAG`.
    pub source: String,
    /// The SHA-256 that the component must have, 64 hex digits; required for URLs.
    pub sha256: Option<String>,
    /// The plugin's name, 1 to 32 of `a-z 0-9 -`, beginning with a letter; by default that of the file
    /// or repository.
    pub name: Option<String>,
    /// Whether a component of this name may be replaced.
    pub replace: bool,
    /// The plugin folder.
    pub folder: PathBuf,
    /// Octets of a component at most.
    pub bytes_max: u64,
    /// Keys of which one must have signed it; none for any.
    pub keys: Vec<PublicKey>,
}

/// A component that was installed.
#[derive(Debug, Clone)]
pub struct Installed {
    /// Where it lies.
    pub file: PathBuf,
    /// The plugin's name.
    pub name: String,
    /// Its SHA-256.
    pub sha256: String,
    /// Its world.
    pub world: &'static str,
    /// What it must be granted.
    pub grants: Vec<Grant>,
}

/// Fetches, checks and installs.
///
/// # Errors
/// [`AuthorError`]; nothing was written then.
pub async fn install(plan: &InstallPlan, http: &dyn HttpClient) -> Result<Installed, AuthorError> {
    if let Some(name) = &plan.name {
        check_name(name)?;
    }
    let wanted = plan.sha256.as_deref().map(digest).transpose()?;
    let (octets, origin) = fetch(plan, wanted.as_deref(), http).await?;
    let found = sha256(&octets);
    if let Some(wanted) = wanted.filter(|wanted| *wanted != found) {
        return Err(AuthorError::Failed(format!(
            "{} has the SHA-256 {found}, not {wanted}; nothing was installed",
            plan.source
        )));
    }
    let inspection = inspect_octets(Path::new(&plan.source), &octets)?;
    let world = match (inspection.world, inspection.refusal) {
        (Some(world), None) => world,
        (_, refusal) => return Err(AuthorError::Wrong(refusal.unwrap_or_default())),
    };
    if !plan.keys.is_empty() && !plan.keys.iter().any(|key| key.signed(&octets)) {
        return Err(AuthorError::Failed(format!(
            "{} is not signed with any key of plugins.require_signatures",
            plan.source
        )));
    }
    let name = plan
        .name
        .clone()
        .unwrap_or_else(|| plugin_name(Path::new(&origin)));
    let file = plan.folder.join(format!("{name}.wasm"));
    if file.exists() && !plan.replace {
        return Err(AuthorError::Exists(format!(
            "{} exists already; --replace puts this one in its place",
            file.display()
        )));
    }
    files::write_whole(&file, &octets)?;
    Ok(Installed {
        file,
        name,
        sha256: found,
        world,
        grants: inspection.grants,
    })
}

/// The octets, and what the plugin's name is made of.
async fn fetch(
    plan: &InstallPlan,
    wanted: Option<&str>,
    http: &dyn HttpClient,
) -> Result<(Bytes, String), AuthorError> {
    let source = plan.source.as_str();
    if let Some(reference) = source.strip_prefix("oci://") {
        let reference = OciReference::parse(reference)?;
        let octets = oci::fetch(&reference, plan.bytes_max, http).await?;
        return Ok((octets, reference.name()));
    }
    if source.starts_with("http://") || source.starts_with("https://") {
        if wanted.is_none() {
            let text = "a component from a URL needs --sha256, so that it is the one you mean";
            return Err(AuthorError::Wrong(text.to_owned()));
        }
        let response = get(http, source, &[], plan.bytes_max).await?;
        if response.status != 200 {
            return Err(AuthorError::Failed(format!(
                "{source} answered {}",
                response.status
            )));
        }
        let path = source.split(['?', '#']).next().unwrap_or(source);
        return Ok((response.body, path.to_owned()));
    }
    let octets = files::read(Path::new(source), plan.bytes_max)?;
    Ok((octets.into(), source.to_owned()))
}

/// One GET request.
async fn get(
    http: &dyn HttpClient,
    url: &str,
    headers: &[(&str, &str)],
    bytes_max: u64,
) -> Result<HttpResponse, AuthorError> {
    let headers = headers.iter();
    let request = HttpRequest {
        method: "GET".to_owned(),
        url: url.to_owned(),
        headers: headers
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect(),
        body: Bytes::new(),
        timeout: FETCH_WAIT_MAX,
        response_octets_max: usize::try_from(bytes_max).unwrap_or(usize::MAX),
    };
    let response = http.send(request).await;
    response.map_err(|error| AuthorError::Failed(format!("{url}: {error}")))
}

/// A digest as 64 lower-case hex digits; `sha256:` may stand before it.
fn digest(text: &str) -> Result<String, AuthorError> {
    let digits = text
        .strip_prefix("sha256:")
        .unwrap_or(text)
        .to_ascii_lowercase();
    let hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
    if hex && digits.len() == 64 {
        Ok(digits)
    } else {
        Err(AuthorError::Wrong(format!(
            "{text:?} is no SHA-256: 64 hex digits"
        )))
    }
}

impl fmt::Display for Installed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, world, .. } = self;
        writeln!(
            f,
            "{} (a {world}, sha256 {})",
            self.file.display(),
            self.sha256
        )?;
        writeln!(
            f,
            "add to the configuration, then `waxseal plugin reload`:\n"
        )?;
        writeln!(f, "[[plugin]]\nname = \"{name}\"")?;
        if !self.grants.is_empty() {
            writeln!(f, "[plugin.grants]")?;
        }
        for grant in &self.grants {
            writeln!(f, "{}  # {}", grant.line, grant.reason)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
