//! From MX records to a list of hosts to try (RFC 5321 §5.1, RFC 7505).

use std::hash::BuildHasher;
use waxseal_ports::resolver::{Exchange, ResolveError};

/// Orders records by preference, equal ones by `random`. `records` are the preference and the host
/// of each record as written, with or without a trailing dot.
///
/// # Errors
/// [`ResolveError::NullMx`] where the only host is the root.
pub(crate) fn ordered(
    records: impl IntoIterator<Item = (u16, String)>,
    random: &impl BuildHasher,
) -> Result<Vec<Exchange>, ResolveError> {
    let mut null = false;
    let mut exchanges: Vec<Exchange> = Vec::new();
    for (preference, host) in records {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        if host.is_empty() {
            // With other records beside it, it is a mistake and not a null MX (RFC 7505 §3).
            null = true;
        } else {
            exchanges.push(Exchange { preference, host });
        }
    }
    if exchanges.is_empty() && null {
        return Err(ResolveError::NullMx);
    }
    exchanges.sort_by_cached_key(|exchange| {
        let tie = random.hash_one(&exchange.host);
        (exchange.preference, tie)
    });
    exchanges.dedup_by(|later, earlier| later.host == earlier.host);
    Ok(exchanges)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::hash::RandomState;

    #[track_caller]
    fn check(records: &[(u16, &str)], expected: Result<&[&str], ResolveError>) {
        let records = records.iter().map(|(p, host)| (*p, (*host).to_owned()));
        let found = ordered(records, &RandomState::new());
        let found = found.map(|list| list.into_iter().map(|e| e.host).collect::<Vec<_>>());
        let expected = expected.map(|hosts| hosts.iter().map(|h| (*h).to_owned()).collect());
        assert_eq!(found, expected);
    }

    #[test]
    fn best_first() {
        check(
            &[(20, "b."), (10, "A.Test."), (30, "c")],
            Ok(&["a.test", "b", "c"]),
        );
        check(&[], Ok(&[]));
        check(&[(0, ".")], Err(ResolveError::NullMx));
        check(&[(0, "."), (10, "a.")], Ok(&["a"]));
    }

    #[test]
    fn ties_change_their_order() {
        let orders: HashSet<String> = (0..100)
            .map(|_| {
                let records = ["a", "b", "c"].map(|host| (10, host.to_owned()));
                let list = ordered(records, &RandomState::new()).unwrap();
                list.into_iter().map(|e| e.host).collect()
            })
            .collect();
        assert!(orders.len() > 1, "always {orders:?}");
    }
}
