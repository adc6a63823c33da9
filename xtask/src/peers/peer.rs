//! What `xtask/peers/NAME/peer.toml` says.

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// One listening socket, as the probe's plan wants it, but with a port alone.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Endpoint {
    /// Protocol.
    pub(crate) protocol: String,
    /// Port on the tree's loopback.
    pub(crate) port: u16,
    /// `none`, `starttls` or `implicit`.
    pub(crate) tls: String,
    /// Login name; the password is always `secret1`.
    pub(crate) user: Option<String>,
    /// Where test messages go.
    pub(crate) recipient: Option<String>,
    /// Whether the password goes over without TLS.
    #[serde(default)]
    pub(crate) clear_text_login: bool,
    /// Domain, base or path.
    pub(crate) name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileFile {
    words: String,
    #[serde(default)]
    endpoint: Vec<Endpoint>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PeerFile {
    product: String,
    packages: Vec<String>,
    #[serde(default)]
    version_of: Option<String>,
    stock: ProfileFile,
    tuned: ProfileFile,
}

/// One way in which a server is configured.
#[derive(Debug)]
pub(crate) struct Profile {
    /// `stock` or `tuned`.
    pub(crate) name: &'static str,
    /// What is configured.
    pub(crate) words: String,
    /// Where it listens.
    pub(crate) endpoints: Vec<Endpoint>,
    /// Prelude and script.
    pub(crate) script: String,
    /// SHA-256 of all that configures it.
    pub(crate) sha256: String,
}

/// A server.
#[derive(Debug)]
pub(crate) struct Peer {
    /// Name of its folder.
    pub(crate) name: String,
    /// Its slug in the catalog.
    pub(crate) product: String,
    /// Its Debian packages; none for Waxseal, which is built here.
    pub(crate) packages: Vec<String>,
    /// The package whose version is the server's.
    pub(crate) version_of: Option<String>,
    stock: Profile,
    tuned: Profile,
}

impl Peer {
    /// Those named, or all in order of their names, Waxseal last: its figures are ours.
    pub(crate) fn all(folder: &Path, names: &[String]) -> Result<Vec<Self>> {
        let mut known = Vec::new();
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.join("peer.toml").is_file() {
                known.extend(
                    path.file_name()
                        .map(|name| name.to_string_lossy().into_owned()),
                );
            }
        }
        known.sort_by_key(|name| (name == "waxseal", name.clone()));
        if let Some(unknown) = names.iter().find(|name| !known.contains(name)) {
            bail!(
                "no peer is called {unknown}; there are: {}",
                known.join(", ")
            );
        }
        known
            .into_iter()
            .filter(|name| names.is_empty() || names.contains(name))
            .map(|name| Self::read(folder, name))
            .collect()
    }

    /// Stock and tuned.
    pub(crate) fn profiles(&self) -> [&Profile; 2] {
        [&self.stock, &self.tuned]
    }

    fn read(folder: &Path, name: String) -> Result<Self> {
        let path = folder.join(&name).join("peer.toml");
        let text = read(&path)?;
        let file: PeerFile =
            toml::from_str(&text).with_context(|| format!("reading {}", path.display()))?;
        let prelude = read(&folder.join("prelude.sh"))?;
        let profile = |name: &'static str, part: ProfileFile, folder: PathBuf| -> Result<Profile> {
            let script = read(&folder.join(format!("{name}.sh")))?;
            let script = format!("{prelude}\n{script}");
            let digest = Sha256::digest(format!("{}\n{script}", part.words));
            Ok(Profile {
                name,
                words: part.words,
                endpoints: part.endpoint,
                script,
                sha256: digest.iter().map(|octet| format!("{octet:02x}")).collect(),
            })
        };
        let home = folder.join(&name);
        Ok(Self {
            product: file.product,
            packages: file.packages,
            version_of: file.version_of,
            stock: profile("stock", file.stock, home.clone())?,
            tuned: profile("tuned", file.tuned, home)?,
            name,
        })
    }
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))
}
