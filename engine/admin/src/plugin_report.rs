//! What the page of plugins shows.

/// One plugin with its last hour.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PluginReport {
    /// Its name in the configuration.
    pub name: String,
    /// The version that it gives itself; empty where it is not loaded.
    pub version: String,
    /// `filter`, `learner`, `delivery` …; empty where it is not loaded.
    pub world: String,
    /// `decides`, `observes` or `shadows`.
    pub role: String,
    /// `works`, `breaker open` or `disabled`.
    pub state: String,
    /// Half of the hour's calls took so many microseconds at most; none where there was no call.
    pub p50_micros: Option<f64>,
    /// Ninety-nine of a hundred did.
    pub p99_micros: Option<f64>,
    /// Microseconds that its code ran.
    pub cpu_micros: f64,
    /// Octets of the largest instance that ended.
    pub memory_octets_max: u64,
    /// Sixty, oldest first; the last one is under way.
    pub minutes: Vec<MinuteReport>,
}

/// What a plugin did in one minute.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MinuteReport {
    /// Calls, failed ones included.
    pub calls: u64,
    /// Calls by verdict; `failed` where there was none.
    pub verdicts: Vec<(&'static str, u64)>,
    /// Failed calls by kind.
    pub failures: Vec<(&'static str, u64)>,
    /// For one in shadow: calls by how its verdict compares with the chain's.
    pub agreement: Vec<(&'static str, u64)>,
    /// As for the hour.
    pub p50_micros: Option<f64>,
    /// As for the hour.
    pub p99_micros: Option<f64>,
}

impl PluginReport {
    /// Whether it is asked as it should be.
    pub(crate) fn is_well(&self) -> bool {
        self.state == "works"
    }

    /// Calls of the hour.
    pub(crate) fn calls(&self) -> u64 {
        self.minutes.iter().map(|minute| minute.calls).sum()
    }

    /// Counts of the hour by name, largest first.
    pub(crate) fn sums(
        &self,
        counts: impl Fn(&MinuteReport) -> &[(&'static str, u64)],
    ) -> Vec<(&'static str, u64)> {
        let mut sums: Vec<(&'static str, u64)> = Vec::new();
        for (name, count) in self.minutes.iter().flat_map(counts) {
            match sums.iter_mut().find(|(known, _)| known == name) {
                Some((_, sum)) => *sum += count,
                None => sums.push((name, *count)),
            }
        }
        sums.sort_by_key(|(name, sum)| (std::cmp::Reverse(*sum), *name));
        sums
    }
}
