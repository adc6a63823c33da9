//! Tenants: whose mail is whose, and the names that are theirs.

use crate::vault::Vault;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use waxseal_mail::{Domain, Mailbox};

/// One tenant as configured: the table `[tenants.NAME]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TenantConfig {
    /// The domains whose mail is the tenant's. A domain is of one tenant at most.
    pub domains: Vec<String>,
    /// Secrets and keys that plugins of this tenant, and no others, may be granted.
    pub vault: Vault,
}

/// One tenant, as its plugins know it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tenant {
    pub(crate) name: String,
    /// In the form in which domains are compared.
    domains: BTreeSet<String>,
}

impl Tenant {
    /// Whether an address, as text, is in one of the tenant's domains.
    pub(crate) fn owns(&self, address: &str) -> bool {
        domain_of(address).is_some_and(|domain| self.domains.contains(&domain))
    }
}

/// All tenants, by what is theirs.
#[derive(Debug, Default)]
pub(crate) struct Tenants {
    by_domain: BTreeMap<String, Arc<Tenant>>,
}

impl Tenants {
    /// Reads the configured ones.
    ///
    /// # Errors
    /// A text that begins with the setting.
    pub(crate) fn read(configured: &BTreeMap<String, TenantConfig>) -> Result<Self, String> {
        let mut by_domain: BTreeMap<String, Arc<Tenant>> = BTreeMap::new();
        for (name, config) in configured {
            let setting = format!("tenants.{name}.domains");
            if !is_name(name) {
                return Err(format!(
                    "tenants.{name}: a tenant's name is 1 to 32 of a-z 0-9 - and begins with a letter"
                ));
            }
            if config.domains.is_empty() {
                return Err(format!("{setting} is empty"));
            }
            let mut domains = BTreeSet::new();
            for text in &config.domains {
                let domain = Domain::parse(text)
                    .map_err(|error| format!("{setting} names {text:?}: {error}"))?;
                domains.insert(domain.ascii().to_owned());
            }
            if let Some((domain, other)) = domains.iter().find_map(|d| by_domain.get_key_value(d)) {
                let other = &other.name;
                return Err(format!(
                    "{setting} names {domain:?}, which is of the tenant {other:?}"
                ));
            }
            let tenant = Arc::new(Tenant {
                name: name.clone(),
                domains,
            });
            let all = tenant.domains.iter();
            by_domain.extend(all.map(|domain| (domain.clone(), tenant.clone())));
        }
        Ok(Self { by_domain })
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_domain.is_empty()
    }

    /// The tenant of that name.
    pub(crate) fn named(&self, name: &str) -> Option<&Arc<Tenant>> {
        let mut tenants = self.by_domain.values();
        tenants.find(|tenant| tenant.name == name)
    }

    /// Whose an address is.
    pub(crate) fn of(&self, address: &str) -> Option<&Arc<Tenant>> {
        self.by_domain.get(&domain_of(address)?)
    }
}

fn domain_of(address: &str) -> Option<String> {
    let mailbox = Mailbox::parse(address).ok()?;
    Some(mailbox.domain().ascii().to_owned())
}

/// Whether a tenant or a plugin can have this name.
pub(crate) fn is_name(name: &str) -> bool {
    let lower = name
        .bytes()
        .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    (1..=32).contains(&name.len()) && lower && name.starts_with(|c: char| c.is_ascii_lowercase())
}

/// The name of a plugin or a tag among those of all tenants: `TENANT/NAME`, or the name alone where
/// it is the server's own. Neither part can hold a `/`.
pub(crate) fn full_name(tenant: Option<&str>, name: &str) -> String {
    match tenant {
        Some(tenant) => format!("{tenant}/{name}"),
        None => name.to_owned(),
    }
}

/// How a tag, as it stands at a message, looks to `viewer`; `None` where it is another tenant's.
pub(crate) fn tag_for<'a>(viewer: Option<&Tenant>, tag: &'a str) -> Option<&'a str> {
    match (viewer, tag.split_once('/')) {
        (None, _) | (_, None) => Some(tag),
        (Some(viewer), Some((tenant, plain))) => (viewer.name == tenant).then_some(plain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(domains: &[&str]) -> TenantConfig {
        TenantConfig {
            domains: domains.iter().map(ToString::to_string).collect(),
            vault: Vault::default(),
        }
    }

    fn read(tenants: &[(&str, &[&str])]) -> Result<Tenants, String> {
        let configured = tenants.iter();
        let configured = configured.map(|(name, domains)| ((*name).to_owned(), config(domains)));
        Tenants::read(&configured.collect())
    }

    #[test]
    fn addresses_lead_to_tenants() {
        let tenants = read(&[("acme", &["Acme.test", "bücher.test"]), ("b", &["b.test"])]).unwrap();
        for (address, expected) in [
            ("alice@ACME.test", Some("acme")),
            ("\"a@b\"@b.test", Some("b")),
            ("x@xn--bcher-kva.test", Some("acme")),
            ("x@sub.acme.test", None),
            ("x@[127.0.0.1]", None),
            ("postmaster", None),
            ("", None),
        ] {
            let found = tenants.of(address).map(|tenant| tenant.name.as_str());
            assert_eq!(found, expected, "{address}");
        }
        assert!(tenants.named("acme").unwrap().owns("bob@acme.test"));
        assert!(!tenants.named("acme").unwrap().owns("bob@b.test"));
        assert!(tenants.named("c").is_none());
    }

    #[test]
    fn mistakes_name_the_setting() {
        for (tenants, expected) in [
            (
                &[("a", &["x.test"][..]), ("b", &["X.test"])][..],
                "tenants.b.domains names \"x.test\", which is of the tenant \"a\"",
            ),
            (&[("a", &[])], "tenants.a.domains is empty"),
            (
                &[("a", &["x y"])],
                "tenants.a.domains names \"x y\": the domain is malformed",
            ),
            (
                &[("A", &["x.test"])],
                "tenants.A: a tenant's name is 1 to 32 of a-z 0-9 - and begins with a letter",
            ),
        ] {
            assert_eq!(read(tenants).map(drop), Err(expected.to_owned()));
        }
    }

    #[test]
    fn tags_are_shown_to_those_they_are_for() {
        let tenants = read(&[("a", &["a.test"])]).unwrap();
        let a = tenants.named("a").map(AsRef::as_ref);
        assert_eq!(
            (tag_for(a, "spam"), tag_for(a, "a/x")),
            (Some("spam"), Some("x"))
        );
        assert_eq!(
            (tag_for(a, "b/x"), tag_for(None, "b/x")),
            (None, Some("b/x"))
        );
    }
}
