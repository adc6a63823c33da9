//! Components in OCI registries (distribution specification 1.1): a manifest whose one layer is the
//! component.

use super::{digest, get};
use crate::AuthorError;
use crate::inspect::sha256;
use bytes::Bytes;
use serde::Deserialize;
use waxseal_ports::HttpClient;

/// Octets of a manifest.
const MANIFEST_BYTES_MAX: u64 = 1024 * 1024;
/// What a manifest may be.
const MANIFEST_TYPES: &str = "application/vnd.oci.image.manifest.v1+json, \
                              application/vnd.docker.distribution.manifest.v2+json";
/// The media types of a layer that is a component.
const COMPONENT_TYPES: [&str; 2] = [
    "application/wasm",
    "application/vnd.wasm.content.layer.v1+wasm",
];

/// Where a component lies in a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OciReference {
    /// Host, with a port where it is not the usual one.
    pub host: String,
    /// The repository.
    pub repository: String,
    /// A tag, or a digest that begins with `sha256:`.
    pub version: String,
}

impl OciReference {
    /// Reads `HOST/REPOSITORY:TAG` or `HOST/REPOSITORY@sha256:DIGEST`.
    ///
    /// # Errors
    /// [`AuthorError::Wrong`].
    pub fn parse(text: &str) -> Result<Self, AuthorError> {
        let wrong = || AuthorError::Wrong(format!("oci://{text} is not oci://HOST/REPOSITORY:TAG"));
        let (host, rest) = text.split_once('/').ok_or_else(wrong)?;
        let split = rest.split_once('@').or_else(|| rest.rsplit_once(':'));
        let (repository, version) = split.ok_or_else(wrong)?;
        let plain = |text: &str, more: &str| {
            let allowed = |c: char| c.is_ascii_alphanumeric() || more.contains(c);
            !text.is_empty() && !text.starts_with(['.', '-']) && text.chars().all(allowed)
        };
        let sound = plain(host, ".-:[]")
            && repository.split('/').all(|part| plain(part, "._-"))
            && plain(version, "._-:");
        if !sound {
            return Err(wrong());
        }
        if version.contains(':') {
            digest(version)?;
        }
        Ok(Self {
            host: host.to_owned(),
            repository: repository.to_owned(),
            version: version.to_owned(),
        })
    }

    /// What the plugin's name is made of: the last part of the repository.
    pub(super) fn name(&self) -> String {
        let last = self.repository.rsplit('/').next();
        last.unwrap_or(&self.repository).to_owned()
    }

    fn url(&self, kind: &str, what: &str) -> String {
        // Registries on this machine have no certificates.
        let host = self
            .host
            .rsplit_once(':')
            .map_or(self.host.as_str(), |(host, _)| host);
        let local = matches!(host, "127.0.0.1" | "[::1]");
        let scheme = if local { "http" } else { "https" };
        format!(
            "{scheme}://{}/v2/{}/{kind}/{what}",
            self.host, self.repository
        )
    }
}

#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    layers: Vec<Layer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Layer {
    media_type: String,
    digest: String,
    size: u64,
}

/// Fetches the component; manifest (where it is named by digest) and layer are checked against their
/// digests.
pub(super) async fn fetch(
    reference: &OciReference,
    bytes_max: u64,
    http: &dyn HttpClient,
) -> Result<Bytes, AuthorError> {
    let url = reference.url("manifests", &reference.version);
    let accept = [("accept", MANIFEST_TYPES)];
    let answer = get(http, &url, &accept, MANIFEST_BYTES_MAX).await?;
    expect_ok(&url, answer.status)?;
    if reference.version.contains(':') {
        same_digest(&url, &reference.version, &answer.body)?;
    }
    let manifest: Manifest = serde_json::from_slice(&answer.body)
        .map_err(|error| AuthorError::Failed(format!("{url} is no manifest: {error}")))?;
    let layer = component_layer(&url, &manifest)?;
    if layer.size > bytes_max {
        let size = layer.size;
        let text = format!("the component has {size} octets, over plugins.component_bytes_max");
        return Err(AuthorError::Failed(text));
    }
    let url = reference.url("blobs", &layer.digest);
    let answer = get(http, &url, &[], bytes_max).await?;
    expect_ok(&url, answer.status)?;
    same_digest(&url, &layer.digest, &answer.body)?;
    Ok(answer.body)
}

fn component_layer<'a>(url: &str, manifest: &'a Manifest) -> Result<&'a Layer, AuthorError> {
    let is_component = |layer: &&Layer| COMPONENT_TYPES.contains(&layer.media_type.as_str());
    let mut components = manifest.layers.iter().filter(is_component);
    match (components.next(), components.next()) {
        (Some(layer), None) => Ok(layer),
        (None, _) => Err(AuthorError::Failed(format!(
            "{url} names no layer of application/wasm"
        ))),
        (Some(_), Some(_)) => Err(AuthorError::Failed(format!(
            "{url} names several layers of application/wasm"
        ))),
    }
}

fn expect_ok(url: &str, status: u16) -> Result<(), AuthorError> {
    match status {
        200 => Ok(()),
        401 | 403 => Err(AuthorError::Failed(format!("{url} asks for a login"))),
        404 => Err(AuthorError::Missing(format!("{url} does not exist"))),
        status => Err(AuthorError::Failed(format!("{url} answered {status}"))),
    }
}

fn same_digest(url: &str, wanted: &str, octets: &[u8]) -> Result<(), AuthorError> {
    let wanted = digest(wanted)?;
    let found = sha256(octets);
    if wanted == found {
        return Ok(());
    }
    Err(AuthorError::Failed(format!(
        "{url} has the SHA-256 {found}, not {wanted}"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        let parse = |text: &str| OciReference::parse(text).ok();
        let good = parse("127.0.0.1:5000/team/rules:1.2").unwrap();
        assert_eq!(
            good.url("manifests", "1.2"),
            "http://127.0.0.1:5000/v2/team/rules/manifests/1.2"
        );
        assert_eq!(good.name(), "rules");
        let pinned = format!("ghcr.io/x@sha256:{}", "a".repeat(64));
        assert!(
            parse(&pinned)
                .unwrap()
                .url("blobs", "d")
                .starts_with("https://ghcr.io/v2/x/")
        );
        for bad in [
            "rules:1",
            "h/rules",
            "h/../x:1",
            "h/x:",
            "h/a?b:1",
            "h/x@sha256:12",
            "/x:1",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
