//! How many connections one listener serves at once: in total and from one address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counts connections of a listener. An IPv6 client counts by its /64, since it owns all of that.
#[derive(Debug)]
pub struct Admission {
    connections_max: usize,
    per_address_max: usize,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    total: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// A connection that was let in; dropping it makes room.
#[derive(Debug)]
pub struct Admitted {
    admission: Arc<Admission>,
    address: IpAddr,
}

/// Why a connection was not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// The listener serves as many as it may.
    ListenerFull,
    /// The address has as many as it may.
    AddressFull,
}

impl Admission {
    /// Lets in at most `connections_max` in total and `per_address_max` from one address.
    #[must_use]
    pub fn new(connections_max: usize, per_address_max: usize) -> Arc<Self> {
        Arc::new(Self {
            connections_max,
            per_address_max,
            open: Mutex::default(),
        })
    }

    /// Lets a client in, or says why not.
    ///
    /// # Errors
    /// [`Denied`].
    pub fn admit(self: &Arc<Self>, peer: IpAddr) -> Result<Admitted, Denied> {
        let address = network(peer);
        let mut open = self.open();
        if open.total >= self.connections_max {
            return Err(Denied::ListenerFull);
        }
        let from_address = open.by_address.entry(address).or_default();
        if *from_address >= self.per_address_max {
            return Err(Denied::AddressFull);
        }
        *from_address += 1;
        open.total += 1;
        Ok(Admitted {
            admission: Arc::clone(self),
            address,
        })
    }

    /// How many connections are open.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.open().total
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let mut open = self.admission.open();
        open.total = open.total.saturating_sub(1);
        if let Some(count) = open.by_address.get_mut(&self.address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.by_address.remove(&self.address);
            }
        }
    }
}

/// An IPv4 address as it is, an IPv6 address cut to its /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        v4 @ IpAddr::V4(_) => v4,
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_hold_per_address_and_in_total() {
        let admission = Admission::new(3, 2);
        let (here, there): (IpAddr, IpAddr) =
            ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let first = admission.admit(here).unwrap();
        let _second = admission.admit(here).unwrap();
        assert_eq!(admission.admit(here).unwrap_err(), Denied::AddressFull);
        let _third = admission.admit(there).unwrap();
        assert_eq!(admission.admit(there).unwrap_err(), Denied::ListenerFull);
        drop(first);
        let _again = admission.admit(here).unwrap();
        assert_eq!(admission.connections(), 3);
    }

    #[test]
    fn an_ipv6_network_is_one_client() {
        let admission = Admission::new(9, 1);
        let admit = |text: &str| admission.admit(text.parse().unwrap());
        let _one = admit("2001:db8::1").unwrap();
        assert_eq!(admit("2001:db8::2").unwrap_err(), Denied::AddressFull);
        let _other = admit("2001:db8:0:1::1").unwrap();
        let _mapped = admit("::ffff:192.0.2.9").unwrap();
        assert_eq!(admit("192.0.2.9").unwrap_err(), Denied::AddressFull);
    }
}
