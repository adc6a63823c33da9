//! What one batch of operations makes of the entries that it touches.

use super::writer::Action;
use bytes::Bytes;
use std::collections::{BTreeSet, HashMap};
use waxseal_ports::key_value::{KeyValueError, number};

/// Owner and key.
pub(super) type Place = (i64, Box<[u8]>);

/// An entry as far as a batch has to know it.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// The value, where it was given by this batch or may be a number.
    pub(super) value: Option<Bytes>,
    /// Octets of the value.
    pub(super) octets: usize,
    pub(super) expires: Option<i64>,
}

/// The entries under change.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) now: i64,
    /// What is touched: as it is after the operations so far; `None` where there is nothing.
    entries: HashMap<Place, Option<Entry>>,
    /// What differs from the database.
    changed: BTreeSet<Place>,
    /// Octets of each owner.
    pub(super) octets: HashMap<i64, u64>,
}

/// Values of more octets are no number.
pub(super) const NUMBER_OCTETS_MAX: usize = 11;

/// Keys with what they hold from now on; none for those that go.
type Changed = Vec<(Box<[u8]>, Option<Entry>)>;

impl Plan {
    /// Nothing is touched yet, in this second since 1970.
    pub(super) fn at(now: i64) -> Self {
        Self {
            now,
            ..Self::default()
        }
    }

    /// What the database holds, expired or not.
    pub(super) fn hold(&mut self, place: Place, entry: Entry) {
        self.entries.insert(place, Some(entry));
    }

    /// The database holds nothing there any more; answers whether that was known here.
    pub(super) fn forget(&mut self, place: &Place) -> bool {
        let changed = self.changed.contains(place);
        if !changed {
            self.entries.remove(place);
        }
        changed
    }

    /// Carries one operation out, or nothing of it.
    ///
    /// # Errors
    /// [`KeyValueError::Quota`].
    pub(super) fn apply(
        &mut self,
        (owner, octets_max): (i64, u64),
        action: &Action,
    ) -> Result<Vec<i32>, KeyValueError> {
        match action {
            Action::Delete { key } => {
                self.commit(owner, vec![(key.clone(), None)]);
                Ok(Vec::new())
            }
            Action::Set {
                key,
                value,
                expires,
            } => {
                let entry = Entry {
                    value: Some(value.clone()),
                    octets: value.len(),
                    expires: *expires,
                };
                self.admit(owner, octets_max, vec![(key.clone(), Some(entry))])?;
                Ok(Vec::new())
            }
            Action::Add { changes, expires } => {
                let (sums, entries) = self.add(owner, changes, *expires);
                self.admit(owner, octets_max, entries)?;
                Ok(sums)
            }
        }
    }

    fn add(
        &self,
        owner: i64,
        changes: &[(Box<[u8]>, i32)],
        expires: Option<i64>,
    ) -> (Vec<i32>, Changed) {
        let mut sums = Vec::with_capacity(changes.len());
        let mut latest: HashMap<&[u8], (i32, Option<i64>)> = HashMap::new();
        for (key, by) in changes {
            let known = latest.get(&**key).copied();
            let (held, expires) = known
                .or_else(|| {
                    let entry = self.entries.get(&(owner, key.clone()))?.as_ref()?;
                    let entry = Some(entry).filter(|entry| self.is_live(entry))?;
                    Some((number(entry.value.as_ref()?)?, entry.expires))
                })
                .unwrap_or((0, expires));
            let sum = held.saturating_add(*by);
            latest.insert(key, (sum, expires));
            sums.push(sum);
        }
        let entry = |(key, (sum, expires)): (&[u8], (i32, Option<i64>))| {
            let value = Bytes::from(sum.to_string());
            let entry = Entry {
                octets: value.len(),
                value: Some(value),
                expires,
            };
            (key.into(), Some(entry))
        };
        (sums, latest.into_iter().map(entry).collect())
    }

    fn is_live(&self, entry: &Entry) -> bool {
        entry.expires.is_none_or(|expires| expires > self.now)
    }

    /// Changes entries, if the owner may have what they need.
    fn admit(
        &mut self,
        owner: i64,
        octets_max: u64,
        entries: Changed,
    ) -> Result<(), KeyValueError> {
        let before = self.octets.get(&owner).copied().unwrap_or_default();
        let mut after = before;
        for (key, entry) in &entries {
            after = after.saturating_sub(self.octets_at(owner, key));
            after += entry.as_ref().map_or(0, |entry| octets(key, entry.octets));
        }
        if after > octets_max.max(before) {
            return Err(KeyValueError::Quota);
        }
        self.commit(owner, entries);
        Ok(())
    }

    fn octets_at(&self, owner: i64, key: &[u8]) -> u64 {
        let entry = self.entries.get(&(owner, key.into()));
        let entry = entry.and_then(Option::as_ref);
        entry.map_or(0, |entry| octets(key, entry.octets))
    }

    fn commit(&mut self, owner: i64, entries: Changed) {
        for (key, entry) in entries {
            let left = self.octets_at(owner, &key);
            let added = entry.as_ref().map_or(0, |entry| octets(&key, entry.octets));
            let held = self.octets.entry(owner).or_default();
            *held = held.saturating_sub(left) + added;
            let place = (owner, key);
            self.changed.insert(place.clone());
            self.entries.insert(place, entry);
        }
    }

    /// What is to be written, and what is to be removed, in the order of the table.
    pub(super) fn changes(&self) -> (Vec<(&Place, &Entry)>, Vec<&Place>) {
        let (mut written, mut removed) = (Vec::new(), Vec::new());
        for place in &self.changed {
            match self.entries.get(place).and_then(Option::as_ref) {
                Some(entry) => written.push((place, entry)),
                None => removed.push(place),
            }
        }
        (written, removed)
    }
}

/// Octets that count for an entry.
fn octets(key: &[u8], value: usize) -> u64 {
    u64::try_from(key.len() + value).unwrap_or(u64::MAX)
}
