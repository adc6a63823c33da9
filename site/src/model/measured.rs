//! A measured file: what a running server announced and did for the prober, in one configuration.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{Claim, Enabled, Evidence, Support};
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
}

/// One extension that was announced or worked.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// The extension as `protocol/slug`.
    pub extension: String,
    /// How it came out.
    pub result: CheckResult,
    /// What was spoken, such as `submission`; tells which transcript shows it.
    #[serde(default)]
    pub protocol: Option<String>,
    /// When in the session: `greeting`, `plain`, `tls` or `login`.
    pub phase: String,
    /// The server's own words.
    pub line: String,
    /// What using it showed.
    #[serde(default)]
    pub detail: Option<String>,
}

/// One endpoint that was asked.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probed {
    /// What was spoken.
    pub protocol: String,
    /// How TLS came about.
    pub tls: String,
    /// The furthest phase.
    pub reached: String,
    /// File in `transcripts`.
    pub transcript: String,
    /// Its digest.
    pub transcript_sha256: String,
    /// Why it ended before its time.
    #[serde(default)]
    pub ended: Option<String>,
    /// Each announcement with its phase before it.
    pub announced: Vec<String>,
}

/// Extensions that were looked for and announced nowhere. That proves "not in this configuration"
/// and never "no".
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotAnnounced {
    /// As `protocol/slug`.
    pub extensions: Vec<String>,
}

/// The configuration that was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// As packaged.
    Stock,
    /// With what the documentation says to switch on.
    Tuned,
}

/// A `measured/<distro>-<release>-<profile>.toml`, written by the prober only.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasuredFile {
    /// Program that asked.
    pub prober: String,
    /// Day of the run.
    pub run_date: Date,
    /// Distribution and release.
    #[serde(default)]
    pub distro: Option<String>,
    /// Where the server came from.
    pub package: String,
    /// Its version.
    pub package_version: String,
    /// Which configuration.
    #[serde(default)]
    pub profile: Option<Profile>,
    /// How it was configured, in words.
    pub config_profile: String,
    /// Digest of what configured it.
    #[serde(default)]
    pub config_sha256: Option<String>,
    /// Digest of this file without this line.
    #[serde(default)]
    pub digest: Option<String>,
    /// The endpoints.
    #[serde(default)]
    pub session: Vec<Probed>,
    /// What was looked for in vain.
    #[serde(default)]
    pub not_announced: NotAnnounced,
    /// The checks.
    #[serde(default)]
    pub check: Vec<Check>,
}

/// A measured file with its place.
#[derive(Debug, Clone)]
pub struct Measurement {
    /// Path below the content folder.
    pub path: String,
    /// What it says.
    pub facts: MeasuredFile,
}

impl Measurement {
    /// The address of the transcript of a session.
    pub fn transcript_url(&self, file: &str) -> String {
        let product = self.path.split('/').nth(1).unwrap_or_default();
        let name = file.trim_end_matches(".txt");
        format!("/products/{product}/transcripts/{name}")
    }

    /// The claims the file supports. An absence supports none. What also works as packaged
    /// (`by_default`) needs no configuration.
    fn claims(&self, by_default: &BTreeSet<&str>) -> impl Iterator<Item = Claim> {
        let version = &self.facts.package_version;
        self.facts.check.iter().map(move |check| {
            let (support, evidence) = match check.result {
                CheckResult::Advertised => (Support::Yes, Evidence::MeasuredAdvertised),
                CheckResult::Exercised => (Support::Yes, Evidence::Measured),
                CheckResult::AdvertisedButFailed => (Support::Partial, Evidence::Measured),
            };
            let enabled = self.facts.profile.map(|profile| match profile {
                Profile::Tuned if !by_default.contains(check.extension.as_str()) => Enabled::Config,
                Profile::Stock | Profile::Tuned => Enabled::Default,
            });
            let mut note = format!("seen in {version}, phase {}", check.phase);
            if let Some(detail) = check
                .detail
                .as_ref()
                .filter(|_| support == Support::Partial)
            {
                note = format!("announced by {version}, but the trial failed: {detail}");
            }
            let session = self.facts.session.iter();
            let mut of = session.filter(|one| Some(&one.protocol) == check.protocol.as_ref());
            Claim {
                extension: Some(check.extension.clone()),
                feature: None,
                support,
                value: None,
                enabled,
                since: None,
                until: None,
                evidence,
                source: format!("repository:content/{}", self.path),
                quote: Some(check.line.clone()),
                date: self.facts.run_date.clone(),
                note: Some(note),
                seen: Some(version.clone()),
                transcript: of.next().map(|one| self.transcript_url(&one.transcript)),
            }
        })
    }
}

/// The claims of all measured files of one product, those of stock servers first.
pub fn measured_claims(measurements: &[Measurement]) -> Vec<Claim> {
    let stock = |one: &&Measurement| one.facts.profile == Some(Profile::Stock);
    let by_default: BTreeSet<&str> = measurements
        .iter()
        .filter(stock)
        .flat_map(|one| &one.facts.check)
        .map(|check| check.extension.as_str())
        .collect();
    let mut ordered: Vec<&Measurement> = measurements.iter().collect();
    ordered.sort_by_key(|one| (one.facts.profile, one.path.clone()));
    let claims = ordered.iter().flat_map(|one| one.claims(&by_default));
    claims.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(profile: &str, checks: &[(&str, &str)]) -> Measurement {
        let mut text = format!(
            "prober = \"p\"\nrun_date = \"2026-11-23\"\npackage = \"x\"\npackage_version = \"1\"\n\
             profile = \"{profile}\"\nconfig_profile = \"words\"\n\
             [not_announced]\nextensions = [\"imap/move\"]\n\
             [[session]]\nprotocol = \"imap\"\ntls = \"none\"\nreached = \"login\"\n\
             transcript = \"t.txt\"\ntranscript_sha256 = \"00\"\nannounced = []\n"
        );
        for (extension, result) in checks {
            text.push_str(&format!(
                "[[check]]\nextension = \"{extension}\"\nresult = \"{result}\"\n\
                 protocol = \"imap\"\nphase = \"plain\"\nline = \"IDLE\"\ndetail = \"d\"\n"
            ));
        }
        Measurement {
            path: format!("products/x/measured/debian-12-{profile}.toml"),
            facts: toml::from_str(&text).unwrap(),
        }
    }

    #[test]
    fn an_absence_proves_nothing() {
        let claims = measured_claims(&[file("stock", &[("imap/idle", "advertised")])]);
        assert_eq!(claims.len(), 1);
        assert_eq!(claims[0].evidence, Evidence::MeasuredAdvertised);
        assert_eq!(
            claims[0].source,
            "repository:content/products/x/measured/debian-12-stock.toml"
        );
        assert_eq!(
            claims[0].transcript.as_deref(),
            Some("/products/x/transcripts/t")
        );
    }

    #[test]
    fn what_works_as_packaged_needs_no_configuration() {
        let tuned = [
            ("imap/idle", "exercised"),
            ("imap/acl", "advertised-but-failed"),
        ];
        let claims = measured_claims(&[
            file("tuned", &tuned),
            file("stock", &[("imap/idle", "advertised")]),
        ]);
        let seen: Vec<_> = claims
            .iter()
            .map(|claim| (claim.subject(), claim.support, claim.enabled))
            .collect();
        assert_eq!(
            seen,
            [
                ("imap/idle", Support::Yes, Some(Enabled::Default)),
                ("imap/idle", Support::Yes, Some(Enabled::Default)),
                ("imap/acl", Support::Partial, Some(Enabled::Config)),
            ]
        );
    }
}
