//! What `serve` would refuse although the file can be read: every such mistake, at its place.

use super::bounds::{Step, out_of_bounds};
use super::document::{At, Document};
use super::vault::VaultProblem;
use super::{CONFIG_VERSION, Config, Mistake, plugin_folder};
use std::collections::{BTreeSet, HashMap};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use waxseal_mail::Domain;
use waxseal_net::{TlsAcceptor, TlsMode};
use waxseal_plugin::{Services, StartError};
use waxseal_settings::Setting;

/// How far the machine is looked at beside the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ground {
    /// No plugin is loaded: the caller does that next.
    Values,
    /// Files, but no ports: a running server holds them.
    Files,
    /// Files, and whether each port can be had.
    FilesAndPorts,
}

/// Everything that is wrong with a configuration that can be read; empty when `serve` would start.
pub(crate) async fn check(
    config: &Config,
    document: &Document,
    ground: Ground,
    services: Services,
) -> Vec<Mistake> {
    let checker = Checker { config, document };
    let (wrong, mut mistakes) = checker.bounds();
    mistakes.extend(checker.values());
    mistakes.extend(checker.rooms(&wrong));
    mistakes.extend(checker.listeners());
    if ground == Ground::FilesAndPorts {
        mistakes.extend(checker.ports());
    }
    mistakes.extend(checker.tls());
    let loads = ["plugin", "plugins"]
        .iter()
        .all(|section| !wrong.contains(*section));
    if ground != Ground::Values && loads {
        mistakes.extend(checker.plugins(services).await);
    }
    mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
    mistakes
}

struct Checker<'a> {
    config: &'a Config,
    document: &'a Document,
}

impl Checker<'_> {
    /// Values out of the bounds of the schema, and the sections that hold them.
    fn bounds(&self) -> (BTreeSet<String>, Vec<Mistake>) {
        let found = out_of_bounds(&Config::shape(), &self.config.value());
        let sections = found.iter().filter_map(|(path, _)| match path.first() {
            Some(Step::Key(section)) => Some(section.clone()),
            Some(Step::Element(_)) | None => None,
        });
        let mistakes = found.iter().map(|(path, message)| {
            let path: Vec<At<'_>> = path.iter().map(Step::at).collect();
            self.at(&path, message)
        });
        (sections.collect(), mistakes.collect())
    }

    fn values(&self) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        let config = self.config;
        if config.config_version != CONFIG_VERSION {
            mistakes.push(self.at(
                &[At::Key("config_version")],
                format!(
                    "version {} is not known; this program reads version {CONFIG_VERSION}",
                    config.config_version
                ),
            ));
        }
        if let Err(error) = Domain::parse(&config.server.hostname) {
            let hostname = &config.server.hostname;
            let message = format!("{hostname:?} is not a host name: {error}");
            mistakes.push(self.at(&[At::Key("server"), At::Key("hostname")], message));
        }
        let owned_elsewhere = [
            ("smtp", "hostname", "server.hostname"),
            ("storage", "folder", "server.data"),
            ("delivery", "stop_secs_max", "server.stop_secs"),
        ];
        for (section, key, instead) in owned_elsewhere {
            let path = [At::Key(section), At::Key(key)];
            if self.document.holds(&path) {
                mistakes.push(self.at(&path, format!("set `{instead}` instead")));
            }
        }
        mistakes
    }

    /// What the rooms themselves say about their sections, but for those that were found `wrong`
    /// already: the same would be said twice.
    fn rooms(&self, wrong: &BTreeSet<String>) -> Vec<Mistake> {
        let config = self.config;
        let mut mistakes = Vec::new();
        let hostname_is_fine = Domain::parse(&config.server.hostname).is_ok();
        let judged = hostname_is_fine && !wrong.contains("smtp");
        if let (true, Err(error)) = (judged, config.smtp.check()) {
            mistakes.push(self.at_dotted("smtp", &error.to_string()));
        }
        let delivery = config.delivery.check().map_err(|error| error.to_string());
        let relay = config.relay.check().map_err(|error| error.to_string());
        let dns = config.dns.check().map_err(|error| error.to_string());
        let storage = config.storage.check();
        let sections = [
            ("delivery", delivery),
            ("relay", relay),
            ("dns", dns),
            ("storage", storage),
        ];
        for (section, checked) in sections {
            if let (false, Err(error)) = (wrong.contains(section), checked) {
                mistakes.push(self.at_dotted(section, &error));
            }
        }
        let milters = waxseal_milter::MilterConfig::problems(&config.milters);
        let milters = milters.into_iter().filter(|_| !wrong.contains("milter"));
        mistakes.extend(milters.map(|(index, key, problem)| {
            let here = [At::Key("milter"), At::Element(index), At::Key(key)];
            self.at(&here, problem)
        }));
        let milter_server = config.milter_server.problem();
        if let Some(problem) = milter_server.filter(|_| !wrong.contains("milter_server")) {
            mistakes.push(self.at_dotted("milter_server", &problem));
        }
        mistakes.extend(self.vault());
        mistakes.extend(self.storage_plugins());
        mistakes
    }

    /// Secrets and keys that cannot be read, and grants of such that are not there.
    fn vault(&self) -> Vec<Mistake> {
        let problems = [self.config.vault().1, self.config.tenants().1];
        let mut mistakes: Vec<_> = problems
            .concat()
            .iter()
            .map(|problem| self.vault_problem(problem))
            .collect();
        for (index, plugin) in self.config.plugin.iter().enumerate() {
            let [secrets, keys] = self.config.kept_for(plugin);
            let lists = [
                ("secrets", &plugin.grants.secrets, secrets),
                ("aead_keys", &plugin.grants.aead_keys, keys),
            ];
            for (key, granted, kept) in lists {
                let table = match &plugin.tenant {
                    Some(tenant) => format!("tenants.{tenant}.{key}"),
                    None => key.to_owned(),
                };
                for (at, name) in granted
                    .iter()
                    .enumerate()
                    .filter(|(_, name)| !kept.contains_key(*name))
                {
                    let here = [
                        At::Key("plugin"),
                        At::Element(index),
                        At::Key("grants"),
                        At::Key(key),
                        At::Element(at),
                    ];
                    mistakes.push(self.at(&here, format!("there is no {name:?} in [{table}]")));
                }
            }
        }
        mistakes
    }

    fn vault_problem(&self, wrong: &VaultProblem) -> Mistake {
        let own = [At::Key(wrong.table), At::Key(&wrong.name)];
        let problem = wrong.problem.clone();
        match &wrong.tenant {
            None => self.at(&own, problem),
            Some(tenant) => {
                let [table, name] = own;
                self.at(&[At::Key("tenants"), At::Key(tenant), table, name], problem)
            }
        }
    }

    /// Storage plugins that are named and not configured, or a tenant's where that cannot be.
    fn storage_plugins(&self) -> Vec<Mistake> {
        let storage = &self.config.storage;
        let codecs = storage.plugins.iter().map(|name| ("plugins", name));
        let holder = storage.holder.iter().map(|name| ("holder", name));
        let has = |name: &str| {
            let mut plugins = self.config.plugin.iter();
            plugins.any(|plugin| plugin.full_name() == name)
        };
        let missing = codecs.chain(holder).filter(|(_, name)| !has(name));
        let mistakes = missing.map(|(key, name)| {
            let message = format!("there is no [[plugin]] named {name:?}");
            self.at(&[At::Key("storage"), At::Key(key)], message)
        });
        let misused = self
            .config
            .misused_by_storage(|path, message| self.at(path, message));
        mistakes.chain(misused).collect()
    }

    fn listeners(&self) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        let mut taken: HashMap<SocketAddr, String> = HashMap::new();
        taken.insert(self.config.admin.address, "[admin]".to_owned());
        if self.config.listeners.is_empty() {
            let message = "there is no [[listener]]; the server would serve nobody";
            mistakes.push(self.at(&[], message));
        }
        for (index, listener) in self.config.listeners.iter().enumerate() {
            let here = [At::Key("listener"), At::Element(index), At::Key("address")];
            if let Some(other) = clash(&taken, listener.address) {
                let message = format!("{} is used by {other} already", listener.address);
                mistakes.push(self.at(&here, message));
            }
            let name = format!(
                "[[listener]] {} ({})",
                index + 1,
                listener.protocol.as_str()
            );
            taken.entry(listener.address).or_insert(name);
            if listener.tls != TlsMode::None && self.config.tls.is_none() {
                let here = [At::Key("listener"), At::Element(index), At::Key("tls")];
                mistakes.push(self.at(&here, "TLS needs a [tls] section with certificate and key"));
            }
        }
        mistakes
    }

    /// Tries to have each port for a moment.
    fn ports(&self) -> Vec<Mistake> {
        let listeners = self.config.listeners.iter().enumerate();
        let listeners = listeners.map(|(index, listener)| {
            let path = vec![At::Key("listener"), At::Element(index), At::Key("address")];
            (path, listener.address)
        });
        let admin = (
            vec![At::Key("admin"), At::Key("address")],
            self.config.admin.address,
        );
        let mut tried = std::collections::HashSet::new();
        listeners
            .chain([admin])
            .filter(|(_, address)| tried.insert(*address))
            .filter_map(|(path, address)| {
                let error = TcpListener::bind(address).err()?;
                let message = format!("cannot listen on {address}: {error}");
                Some(self.at(&path, message))
            })
            .collect()
    }

    fn tls(&self) -> Vec<Mistake> {
        let Some(tls) = &self.config.tls else {
            return Vec::new();
        };
        let files = [("certificate", &tls.certificate), ("key", &tls.key)];
        let mut missing = Vec::new();
        for (key, file) in files {
            if let Err(error) = std::fs::File::open(file) {
                let message = format!("{} cannot be read: {error}", file.display());
                missing.push(self.at(&[At::Key("tls"), At::Key(key)], message));
            }
        }
        if missing.is_empty()
            && let Err(error) = TlsAcceptor::load(tls)
        {
            missing.push(self.at(&[At::Key("tls"), At::Key("certificate")], error.to_string()));
        }
        missing
    }

    /// Loads every plugin as `serve` would, and throws it away.
    async fn plugins(&self, services: Services) -> Vec<Mistake> {
        if self.config.plugin.is_empty() && self.config.tenants.is_empty() {
            return Vec::new();
        }
        match waxseal_plugin::check(self.config.plugin_config(), services).await {
            Ok(()) => Vec::new(),
            Err(StartError::Plugins(errors)) => {
                let place = |name: &str| {
                    let mut plugins = self.config.plugin.iter();
                    plugins.position(|p| p.full_name() == name).unwrap_or(0)
                };
                errors
                    .iter()
                    .map(|error| {
                        let index = place(&error.plugin);
                        let here = [At::Key("plugin"), At::Element(index), At::Key("name")];
                        self.at(&here, error.to_string())
                    })
                    .collect()
            }
            Err(error @ (StartError::Config(_) | StartError::Engine(_))) => {
                vec![self.at_dotted("plugins", &error.to_string())]
            }
        }
    }

    fn at(&self, path: &[At<'_>], message: impl Into<String>) -> Mistake {
        self.document.mistake_at(path, message)
    }

    /// At the key that the message begins with, such as `relay.smarthost.tls: …`, or at `section`.
    fn at_dotted(&self, section: &str, message: &str) -> Mistake {
        let dotted = message.split([' ', ':']).next().unwrap_or_default();
        let path: Vec<At<'_>> = dotted.split('.').map(At::Key).collect();
        let starts_here = path.len() > 1 && self.document.holds(&path[..1]);
        if starts_here {
            self.at(&path, message)
        } else {
            self.at(&[At::Key(section)], message)
        }
    }
}

impl Config {
    /// What the plugin host is started with.
    pub(crate) fn plugin_config(&self) -> waxseal_plugin::Config {
        waxseal_plugin::Config {
            host: self.plugins.clone(),
            plugins: self.plugin.clone(),
            vault: self.vault().0,
            tenants: self.tenants().0,
        }
    }

    /// Where plugin files lie.
    pub(crate) fn plugin_dir(&self) -> PathBuf {
        let named = self.server.plugin_dir.clone();
        named
            .or_else(plugin_folder)
            .unwrap_or_else(|| self.server.data.join("plugins"))
    }
}

/// Whoever has the address: the same one, or the same port on all addresses.
fn clash(taken: &HashMap<SocketAddr, String>, wanted: SocketAddr) -> Option<&String> {
    if wanted.port() == 0 {
        return None;
    }
    let same = |other: &SocketAddr| {
        let covers = |all: &SocketAddr, one: &SocketAddr| {
            // On Linux `[::]` takes IPv4 as well.
            all.ip().is_unspecified() && (all.is_ipv6() || one.is_ipv4())
        };
        let same_address = other.ip() == wanted.ip();
        let overlap = same_address || covers(other, &wanted) || covers(&wanted, other);
        other.port() == wanted.port() && overlap
    };
    taken
        .iter()
        .find(|(other, _)| same(other))
        .map(|(_, name)| name)
}
