//! Components from Debian's docker-registry: pushed, installed by tag and by digest, and refused where
//! they are not what they should be.

use anyhow::{Context, Result};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use waxseal_tests::{Client, Folder, Output, plugins, program, until};

/// A registry in a folder of its own. It ends when dropped.
struct Registry {
    host: String,
    folder: Folder,
    process: Child,
}

impl Registry {
    fn start() -> Result<Self> {
        let folder = Folder::new("registry")?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let host = format!("127.0.0.1:{port}");
        let config = folder.path().join("config.yml");
        let store = folder.path().join("store");
        let text = format!(
            "version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {}\nhttp:\n  addr: {host}\n",
            store.display()
        );
        std::fs::write(&config, text)?;
        let log = std::fs::File::create(folder.path().join("log"))?;
        let process = Command::new("docker-registry")
            .arg("serve")
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("starting docker-registry")?;
        let registry = Self {
            host,
            folder,
            process,
        };
        until("the registry listens", Duration::from_secs(60), || {
            std::net::TcpStream::connect(&registry.host).is_ok()
        })
        .with_context(|| registry.log())?;
        Ok(registry)
    }

    /// Pushes a component; the digest of its manifest.
    fn push(&self, tag: &str, file: &Path) -> Result<String> {
        let pushed = Client::python("oci_push.py")
            .args([self.host.as_str(), "team/my-rules", tag])
            .arg(file.display())
            .succeed();
        Ok(pushed.with_context(|| self.log())?.trim().to_owned())
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        self.process.kill().unwrap_or_default();
        self.process.wait().map(drop).unwrap_or_default();
    }
}

/// A server's configuration, with an empty plugin folder.
struct Site(Folder);

impl Site {
    fn new() -> Self {
        let folder = Folder::new("oci").unwrap();
        std::fs::create_dir(folder.path().join("plugins")).unwrap();
        let text = "config_version = 1\n[server]\nhostname = \"mx.example.test\"\n\
                    data = \"data\"\nplugin_dir = \"plugins\"\n\
                    [[listener]]\nprotocol = \"smtp\"\naddress = \"127.0.0.1:0\"\n";
        std::fs::write(folder.path().join("w.toml"), text).unwrap();
        Self(folder)
    }

    fn install(&self, arguments: &[&str]) -> Output {
        let engine = program("WAXSEAL_BIN", "waxseal").unwrap();
        let config = self.0.path().join("w.toml");
        Client::new(engine.to_str().unwrap())
            .args(["plugin", "install"])
            .args(arguments.iter().copied())
            .arg("--config")
            .arg(config.display())
            .run()
            .unwrap()
    }

    /// What lies in the plugin folder, hidden files too.
    fn installed(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path().join("plugins")).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect()
    }

    /// It is refused with these words, and nothing is left behind.
    #[track_caller]
    fn refuses(&self, arguments: &[&str], code: i32, words: &str) {
        let before = self.installed();
        let output = self.install(arguments);
        assert_eq!(output.code, code, "{arguments:?}\n{}", output.text);
        assert!(output.text.contains(words), "{}", output.text);
        assert_eq!(self.installed(), before, "{arguments:?}");
    }
}

fn sha256(file: &Path) -> String {
    let text = Client::new("sha256sum").arg(file.display()).succeed();
    let text = text.unwrap();
    text.split_whitespace().next().unwrap().to_owned()
}

#[test]
fn components_come_from_a_registry() {
    let registry = Registry::start().unwrap();
    let rules = plugins().unwrap().join("rules.wasm");
    let (digest, sha256) = (registry.push("1.0", &rules).unwrap(), sha256(&rules));
    let at = |version: &str| format!("oci://{}/team/my-rules{version}", registry.host);
    let (by_tag, by_digest) = (at(":1.0"), at(&format!("@{digest}")));

    let site = Site::new();
    let wrong = "a".repeat(64);
    site.refuses(&[&by_tag, "--sha256", &wrong], 1, "nothing was installed");
    site.refuses(&[&at(&format!("@sha256:{wrong}"))], 3, "does not exist");
    site.refuses(&[&at(":2.0")], 3, "does not exist");
    assert!(site.installed().is_empty());

    let done = site.install(&[&by_tag, "--sha256", &sha256]);
    assert_eq!(done.code, 0, "{}\n{}", done.text, registry.log());
    assert!(done.text.contains(&sha256), "{}", done.text);
    assert_eq!(site.installed(), ["my-rules.wasm"]);
    let file = site.0.path().join("plugins/my-rules.wasm");
    assert_eq!(
        std::fs::read(&file).unwrap(),
        std::fs::read(&rules).unwrap()
    );

    site.refuses(&[&by_digest], 4, "--replace");
    let named = site.install(&[&by_digest, "--name", "second"]);
    assert_eq!(named.code, 0, "{}", named.text);
    let mut installed = site.installed();
    installed.sort();
    assert_eq!(installed, ["my-rules.wasm", "second.wasm"]);

    // What is no component is stored by a registry like anything else.
    let text = site.0.path().join("text.wasm");
    std::fs::write(&text, "no component").unwrap();
    registry.push("broken", &text).unwrap();
    site.refuses(&[&at(":broken"), "--replace"], 2, "WebAssembly");
}

/// A registry whose octets were changed behind its back: neither tag nor digest brings them in.
#[test]
fn a_registry_that_was_tampered_with_is_noticed() {
    let registry = Registry::start().unwrap();
    let rules = plugins().unwrap().join("rules.wasm");
    let digest = registry.push("1.0", &rules).unwrap();
    let blobs = registry
        .folder
        .path()
        .join("store/docker/registry/v2/blobs/sha256");
    let blob = |digest: &str| blobs.join(&digest[..2]).join(digest).join("data");
    let layer = blob(&sha256(&rules));
    let mut octets = std::fs::read(&layer).unwrap();
    let middle = octets.len() / 2;
    octets[middle] ^= 1;
    std::fs::write(&layer, octets).unwrap();
    let site = Site::new();
    let at = |version: &str| format!("oci://{}/team/my-rules{version}", registry.host);
    site.refuses(&[&at(":1.0")], 1, "has the SHA-256");
    site.refuses(&[&at(&format!("@{digest}"))], 1, "has the SHA-256");
    assert!(site.installed().is_empty());
}
