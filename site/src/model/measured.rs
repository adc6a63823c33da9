//! A measured file: what a running server announced to the prober, in one configuration.

use serde::Deserialize;

use super::{Claim, Evidence, Support};
use crate::date::Date;

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckResult {
    /// In the server's list of extensions.
    Advertised,
    /// Used, and it worked.
    Exercised,
    /// In the list, but using it failed.
    AdvertisedButFailed,
    /// Not in the list: so not by default, which says nothing about what can be configured.
    Absent,
}

/// One extension looked for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// The extension as `protocol/slug`.
    pub extension: String,
    /// How it came out.
    pub result: CheckResult,
    /// When in the session: `plain`, `tls` or `login`.
    pub phase: String,
    /// The server's own words.
    pub line: String,
}

/// A `measured/<distro>-<release>.toml`, written by the prober only.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasuredFile {
    /// Program that asked.
    pub prober: String,
    /// Day of the run.
    pub run_date: Date,
    /// Where the server came from.
    pub package: String,
    /// Its version.
    pub package_version: String,
    /// How it was configured.
    pub config_profile: String,
    /// The checks.
    #[serde(default)]
    pub check: Vec<Check>,
}

impl MeasuredFile {
    /// The claims the file supports. An absence supports none.
    pub fn claims(self, path: &str) -> Vec<Claim> {
        let version = &self.package_version;
        let claims = self.check.iter().filter_map(|check| {
            let (support, evidence) = match check.result {
                CheckResult::Advertised => (Support::Yes, Evidence::MeasuredAdvertised),
                CheckResult::Exercised => (Support::Yes, Evidence::Measured),
                CheckResult::AdvertisedButFailed => (Support::Partial, Evidence::Measured),
                CheckResult::Absent => return None,
            };
            Some(Claim {
                extension: Some(check.extension.clone()),
                feature: None,
                support,
                value: None,
                enabled: None,
                since: None,
                until: None,
                evidence,
                source: format!("repository:content/{path}"),
                quote: Some(check.line.clone()),
                date: self.run_date.clone(),
                note: Some(format!("seen in {version}, phase {}", check.phase)),
                seen: Some(version.clone()),
            })
        });
        claims.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absence_proves_nothing() {
        let file: MeasuredFile = toml::from_str(
            "prober = \"p\"\nrun_date = \"2026-11-23\"\npackage = \"x\"\npackage_version = \"1\"\n\
             config_profile = \"stock\"\n\
             [[check]]\nextension = \"imap/idle\"\nresult = \"advertised\"\nphase = \"plain\"\n\
             line = \"IDLE\"\n\
             [[check]]\nextension = \"imap/move\"\nresult = \"absent\"\nphase = \"login\"\nline = \"-\"\n",
        )
        .unwrap();
        let claims = file.claims("products/x/measured/y.toml");
        assert_eq!(claims.len(), 1);
        assert_eq!(claims[0].evidence, Evidence::MeasuredAdvertised);
        assert_eq!(
            claims[0].source,
            "repository:content/products/x/measured/y.toml"
        );
    }
}
