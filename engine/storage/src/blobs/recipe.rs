//! How one blob was written, as it stands before its octets in the pack.

use crate::codec::{Decoder, Encoder, Undecodable};
use std::io;
use waxseal_ports::ReadAt;
use waxseal_ports::blob_codec::Attributes;
use waxseal_ports::read_at::read_range;

const VERSION: u8 = 1;
/// Octets of the length before a recipe.
const LENGTH_OCTETS: u64 = 4;
/// Octets of a recipe; more is damage. Eight codecs with 4 KiB of attributes each stay far below.
const RECIPE_OCTETS_MAX: u64 = 64 << 10;
/// Octets of a digest.
const DIGEST_OCTETS: usize = 32;

/// A blob that a holder has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holding {
    /// The name of the holder.
    pub(crate) holder: String,
    /// Under which key it has the blob.
    pub(crate) key: String,
    /// How many octets it was given.
    pub(crate) octets: u64,
}

/// One codec that a blob went through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// Its name.
    pub(crate) codec: String,
    /// Octets before it.
    pub(crate) octets: u64,
    /// What it wanted kept.
    pub(crate) attributes: Attributes,
}

/// How one blob was written. In a pack: its length (4 octets, little-endian), the recipe in the form
/// of [`crate::codec`], then the octets it leads to; none where a holder has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recipe {
    /// A name that no other blob has; also what the digest begins with.
    pub(crate) id: String,
    /// The address of the account it was encoded for.
    pub(crate) account: Option<String>,
    /// Octets of the message.
    pub(crate) octets: u64,
    /// BLAKE3 of `id` and the message, so that equal messages have different ones.
    pub(crate) digest: [u8; DIGEST_OCTETS],
    /// The codecs, in the order in which they encoded.
    pub(crate) steps: Vec<Step>,
    /// Who has the outcome, where the pack does not.
    pub(crate) held: Option<Holding>,
}

impl Recipe {
    /// The stored form, length first.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Encoder::new(VERSION);
        out.text(&self.id);
        out.option(self.account.as_deref(), Encoder::text);
        out.number(self.octets);
        out.octets(&self.digest);
        out.count(self.steps.len());
        for step in &self.steps {
            out.text(&step.codec);
            out.number(step.octets);
            out.count(step.attributes.len());
            for (key, value) in &step.attributes {
                out.text(key);
                out.text(value);
            }
        }
        out.option(self.held.as_ref(), |out, held| {
            out.text(&held.holder);
            out.text(&held.key);
            out.number(held.octets);
        });
        let body = out.finish();
        let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
        let mut stored = length.to_le_bytes().to_vec();
        stored.extend_from_slice(&body);
        stored
    }

    fn decode(body: &[u8]) -> Result<Self, Undecodable> {
        let mut input = Decoder::new(body, VERSION)?;
        let recipe = Self {
            id: input.text()?,
            account: input.option(Decoder::text)?,
            octets: input.number()?,
            digest: input.octets()?.try_into().map_err(|_| Undecodable)?,
            steps: input.list(|input| {
                Ok(Step {
                    codec: input.text()?,
                    octets: input.number()?,
                    attributes: input.list(|input| Ok((input.text()?, input.text()?)))?,
                })
            })?,
            held: input.option(|input| {
                Ok(Holding {
                    holder: input.text()?,
                    key: input.text()?,
                    octets: input.number()?,
                })
            })?,
        };
        input.finish()?;
        Ok(recipe)
    }

    /// Reads the recipe at the start of a record; answers also where it ends.
    ///
    /// # Errors
    /// When the record cannot be read or holds no recipe.
    pub(crate) fn read(record: &dyn ReadAt) -> io::Result<(Self, u64)> {
        let damaged = || io::Error::new(io::ErrorKind::InvalidData, "a recipe is damaged");
        let length = read_range(record, 0, LENGTH_OCTETS)?;
        let length: [u8; 4] = length.as_ref().try_into().map_err(|_| damaged())?;
        let length = u64::from(u32::from_le_bytes(length));
        let body = match length {
            1..=RECIPE_OCTETS_MAX => read_range(record, LENGTH_OCTETS, length)?,
            _ => return Err(damaged()),
        };
        let recipe = Self::decode(&body).map_err(|_| damaged())?;
        Ok((recipe, LENGTH_OCTETS + length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use proptest::collection::vec;
    use proptest::option::of;
    use proptest::prelude::*;

    fn recipe() -> impl Strategy<Value = Recipe> {
        let step = (".*", any::<u64>(), vec((".*", ".*"), 0..4));
        let step = step.prop_map(|(codec, octets, attributes)| Step {
            codec,
            octets,
            attributes,
        });
        let held = (".*", ".*", any::<u64>());
        let held = held.prop_map(|(holder, key, octets)| Holding {
            holder,
            key,
            octets,
        });
        let names = (".*", of(".*"));
        (
            names,
            any::<u64>(),
            any::<[u8; 32]>(),
            vec(step, 0..4),
            of(held),
        )
            .prop_map(|((id, account), octets, digest, steps, held)| Recipe {
                id,
                account,
                octets,
                digest,
                steps,
                held,
            })
    }

    proptest! {
        #[test]
        fn round_trips(recipe in recipe(), rest in vec(any::<u8>(), 0..50)) {
            let mut stored = recipe.encode();
            let end = stored.len() as u64;
            stored.extend(rest);
            let whole = Bytes::from(stored);
            prop_assert_eq!(Recipe::read(&whole).unwrap(), (recipe, end));
            for cut in 0..usize::try_from(end).unwrap() {
                prop_assert!(Recipe::read(&whole.slice(..cut)).is_err());
            }
        }

        #[test]
        fn survives_anything(octets in vec(any::<u8>(), 0..300)) {
            if let Ok((recipe, _)) = Recipe::read(&Bytes::from(octets)) {
                prop_assert_eq!(Recipe::read(&Bytes::from(recipe.encode())).unwrap().0, recipe);
            }
        }
    }
}
