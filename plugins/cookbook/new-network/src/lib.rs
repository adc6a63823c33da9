//! Tells of logins from networks that a user never used before, on every protocol. It only observes:
//! it runs after the client had its answer and can refuse nobody.

use std::net::IpAddr;
use std::time::Duration;
use waxseal_plugin_sdk::network::network_of;
use waxseal_plugin_sdk::{
    Error, Filter, Outcome, Protocol, Stage, address, clock, config, filter, kv, log, metrics,
    session,
};

struct NewNetwork {
    remember: Duration,
    logged_in: Option<Duration>,
}

filter!(NewNetwork);

impl Filter for NewNetwork {
    const STAGES: &'static [Stage] = &[Stage::ObserveAuth, Stage::ObserveDisconnect];

    fn configure() -> Result<Self, Error> {
        let document = config::document()?;
        let remember = document.table(&["remember"])?.duration("remember")?;
        Ok(Self {
            remember: remember.unwrap_or(Duration::from_secs(90 * 86_400)),
            logged_in: None,
        })
    }

    fn on_auth(&mut self, user: &str, _how: &str, success: bool) -> Result<Outcome, Error> {
        let client = session::info();
        let protocol = word(client.protocol);
        if !success {
            metrics::count("failed_logins", 1, &[("protocol", protocol)]);
            return Ok(Outcome::next());
        }
        self.logged_in = Some(clock::monotonic());
        let peer = client.peer_ip.parse::<IpAddr>();
        let Ok(peer) = peer else {
            return Ok(Outcome::next());
        };
        // A network, not an address: home lines get a new address each night.
        let (user, network) = (address::folded(user), network_of(peer, 24, 48));
        let key = format!("{user} {network}");
        let is_new = kv::get(&key)?.is_none();
        // Written each time, so that the time begins anew.
        kv::set(&key, "1", Some(self.remember))?;
        let how_new = if is_new { "new" } else { "known" };
        metrics::count("logins", 1, &[("protocol", protocol), ("network", how_new)]);
        if is_new {
            let networks = kv::incr(&format!("{user} networks"), 1, None)?.to_string();
            let fields = [
                ("user", user.as_str()),
                ("network", network.as_str()),
                ("protocol", protocol),
                ("networks", networks.as_str()),
            ];
            log::write(log::Level::Warn, "login from a new network", &fields);
        }
        Ok(Outcome::next())
    }

    fn on_disconnect(&mut self) {
        if let Some(logged_in) = self.logged_in {
            let stayed = clock::monotonic().saturating_sub(logged_in);
            metrics::observe("session_seconds", stayed.as_secs_f64(), &[]);
        }
    }
}

const fn word(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Smtp => "smtp",
        Protocol::Submission => "submission",
        Protocol::Lmtp => "lmtp",
        Protocol::Imap => "imap",
        Protocol::Pop3 => "pop3",
        Protocol::Managesieve => "managesieve",
    }
}
