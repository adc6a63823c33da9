//! Questions for the records of one kind, as plugins ask them.

use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::NetError;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use std::net::IpAddr;
use waxseal_ports::clock::{Clock, SystemClock};
use waxseal_ports::resolver::{LookupError, RecordKind, Records};

/// The name to be asked for.
///
/// # Errors
/// [`LookupError::Failed`] for what is no name.
pub(crate) fn question(name: &str, kind: RecordKind) -> Result<Name, LookupError> {
    if kind == RecordKind::Ptr
        && let Ok(address) = name.parse::<IpAddr>()
    {
        return Ok(Name::from(address.to_canonical()));
    }
    let no_name = |_| LookupError::Failed(format!("{name:?} is not a name"));
    let mut name = Name::from_ascii(name).map_err(no_name)?;
    name.set_fqdn(true);
    Ok(name)
}

pub(crate) const fn record_type(kind: RecordKind) -> RecordType {
    match kind {
        RecordKind::A => RecordType::A,
        RecordKind::Aaaa => RecordType::AAAA,
        RecordKind::Txt => RecordType::TXT,
        RecordKind::Mx => RecordType::MX,
        RecordKind::Ptr => RecordType::PTR,
        RecordKind::Ns => RecordType::NS,
    }
}

/// The records of `kind` as text; aliases on the way to them are none.
///
/// # Errors
/// [`LookupError::NoRecords`].
pub(crate) fn records(lookup: &Lookup, kind: RecordKind) -> Result<Records, LookupError> {
    let answers = lookup.answers().iter();
    let of_kind = answers.filter(|record| record.record_type() == record_type(kind));
    let values: Vec<_> = of_kind.filter_map(|record| text(&record.data)).collect();
    if values.is_empty() {
        return Err(LookupError::NoRecords);
    }
    let left = lookup.valid_until();
    let left = left.saturating_duration_since(SystemClock.monotonic());
    Ok(Records {
        values,
        ttl: u32::try_from(left.as_secs()).unwrap_or(u32::MAX),
    })
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "of some forty kinds six can be asked for"
)]
fn text(data: &RData) -> Option<String> {
    match data {
        RData::A(address) => Some(address.to_string()),
        RData::AAAA(address) => Some(address.to_string()),
        RData::TXT(text) => Some(String::from_utf8_lossy(&text.txt_data.concat()).into_owned()),
        RData::MX(mx) => Some(format!("{} {}", mx.preference, host(&mx.exchange))),
        RData::PTR(name) => Some(host(name)),
        RData::NS(name) => Some(host(name)),
        _ => None,
    }
}

/// Lower case without the dot at the end; the root stays a dot.
fn host(name: &Name) -> String {
    let text = name.to_ascii().to_ascii_lowercase();
    match text.trim_end_matches('.') {
        "" => ".".to_owned(),
        host => host.to_owned(),
    }
}

/// What a failed question says.
pub(crate) fn failure(error: &NetError) -> LookupError {
    if error.is_nx_domain() {
        LookupError::NoSuchName
    } else if error.is_no_records_found() {
        LookupError::NoRecords
    } else if matches!(error, NetError::Timeout) {
        LookupError::Timeout
    } else {
        LookupError::Failed(error.to_string())
    }
}
