//! Refuses clients and senders that cannot be who they say they are, before anything is sent.

use std::net::IpAddr;
use waxseal_plugin_sdk::network::Network;
use waxseal_plugin_sdk::{
    Error, Filter, Outcome, Param, Stage, address, config, dns, filter, metrics, session,
};

struct FrontDoor {
    closed: Vec<Network>,
    our_names: Vec<String>,
    octets_max: Option<u64>,
}

filter!(FrontDoor);

impl Filter for FrontDoor {
    const STAGES: &'static [Stage] = &[Stage::Connect, Stage::Helo, Stage::Mail];

    fn configure() -> Result<Self, Error> {
        let document = config::document()?;
        let table = document.table(&["closed_to", "our_names", "largest"])?;
        let names = table.texts("our_names")?;
        Ok(Self {
            closed: table.networks("closed_to")?,
            our_names: names.into_iter().map(str::to_ascii_lowercase).collect(),
            octets_max: table.octets("largest")?,
        })
    }

    /// Nobody on the list gets as far as a greeting.
    fn on_connect(&mut self) -> Result<Outcome, Error> {
        let peer = session::info().peer_ip.parse::<IpAddr>().ok();
        let closed = peer.is_some_and(|ip| self.closed.iter().any(|network| network.contains(ip)));
        Ok(match closed {
            true => refused("network", 554, "5.7.1", "we take no mail from your network"),
            false => Outcome::next(),
        })
    }

    /// No stranger has our name.
    fn on_helo(&mut self, name: &str) -> Result<Outcome, Error> {
        let is_ours = self.our_names.contains(&name.to_ascii_lowercase());
        Ok(match is_ours {
            true => refused("helo", 550, "5.7.1", "that is our name, not yours"),
            false => Outcome::next(),
        })
    }

    /// What could not be answered is not worth reading; what is too large need not be sent.
    fn on_mail(&mut self, sender: &str, params: &[Param]) -> Result<Outcome, Error> {
        let mut params = params.iter();
        let size = params.find(|param| param.key.eq_ignore_ascii_case("SIZE"));
        let size = size.and_then(|param| param.value.as_ref()?.parse::<u64>().ok());
        if let (Some(size), Some(octets_max)) = (size, self.octets_max)
            && size > octets_max
        {
            let text = format!("we take {octets_max} octets");
            return Ok(refused("size", 552, "5.3.4", &text));
        }
        match address::domain(sender) {
            // Reports have no sender, users have proved who they are, and a literal is an address.
            None => Ok(Outcome::next()),
            Some(_) if session::info().auth_user.is_some() => Ok(Outcome::next()),
            Some(literal) if literal.starts_with('[') => Ok(Outcome::next()),
            Some(domain) => Ok(answerable(domain)),
        }
    }
}

/// Whether mail could be sent to a domain: by its MX records, or else by its addresses.
fn answerable(domain: &str) -> Outcome {
    let exchanges = dns::lookup(domain, dns::Kind::Mx);
    let addresses = match &exchanges {
        Ok(records) if records.is_empty() => dns::addresses(domain),
        _ => Ok(Vec::new()),
    };
    match (exchanges, addresses) {
        // "0 ." says that the domain takes no mail (RFC 7505).
        (Ok(records), _)
            if records
                .iter()
                .any(|record| record.trim_end_matches('.') == "0 ") =>
        {
            refused("null-mx", 550, "5.7.27", "your domain takes no mail")
        }
        (Ok(records), Ok(addresses)) if records.is_empty() && addresses.is_empty() => {
            refused("domain", 550, "5.1.8", "your domain cannot be answered")
        }
        (Ok(_), Ok(_)) => Outcome::next(),
        // Silence of the DNS is no fault of the sender.
        (Err(_), _) | (_, Err(_)) => {
            Outcome::defer(451, "4.4.3", "your domain cannot be looked up now")
        }
    }
}

fn refused(why: &str, code: u16, status: &str, text: &str) -> Outcome {
    metrics::count("refused", 1, &[("why", why)]);
    Outcome::reject(code, status, text)
}
