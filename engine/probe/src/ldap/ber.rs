//! As much of BER (X.690) as LDAP messages need: definite lengths, tags of one octet.

/// Longest element that is read, in octets.
const LENGTH_MAX: usize = 1_048_576;

/// A value with its tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Element {
    /// Its tag.
    pub(super) tag: u8,
    content: Vec<u8>,
}

impl Element {
    /// The element at the start of `octets` and its length with tag and length; `None` while it is
    /// not complete, or when it is none.
    pub(super) fn read(octets: &[u8]) -> Option<(Self, usize)> {
        let (&tag, rest) = octets.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, header) = match first {
            0..=0x7f => (usize::from(first), 2),
            0x81..=0x84 => {
                let count = usize::from(first & 0x7f);
                let digits = rest.get(..count)?;
                let length = digits
                    .iter()
                    .fold(0_usize, |length, digit| length << 8 | usize::from(*digit));
                (length, 2 + count)
            }
            _ => return None,
        };
        let content = octets.get(header..header.checked_add(length.min(LENGTH_MAX))?)?;
        let content = content.to_vec();
        Some((Self { tag, content }, header + length.min(LENGTH_MAX)))
    }

    /// The elements inside.
    pub(super) fn children(&self) -> std::vec::IntoIter<Self> {
        let mut children = Vec::new();
        let mut rest = self.content.as_slice();
        while let Some((child, length)) = Self::read(rest) {
            children.push(child);
            rest = rest.get(length..).unwrap_or_default();
        }
        children.into_iter()
    }

    /// The content as a number; only its low 64 bits.
    pub(super) fn integer(&self) -> i64 {
        let start = match self.content.first() {
            Some(first) if *first > 0x7f => -1,
            _ => 0,
        };
        self.content
            .iter()
            .fold(start, |number: i64, octet| number << 8 | i64::from(*octet))
    }

    /// The content as text.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.content).into_owned()
    }
}

/// An element with this content.
pub(super) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut octets = vec![tag];
    let length = content.len();
    match u8::try_from(length) {
        Ok(short @ 0..=0x7f) => octets.push(short),
        _ => {
            let digits = length.to_be_bytes();
            let digits: Vec<u8> = digits.into_iter().skip_while(|digit| *digit == 0).collect();
            octets.push(0x80 | u8::try_from(digits.len()).unwrap_or(8));
            octets.extend(digits);
        }
    }
    octets.extend_from_slice(content);
    octets
}

/// A string.
pub(super) fn octets(tag: u8, text: &[u8]) -> Vec<u8> {
    element(tag, text)
}

/// A number of the shortest form.
pub(super) fn integer(tag: u8, number: i64) -> Vec<u8> {
    let digits = number.to_be_bytes();
    let mut start = 0;
    while let Some([first, second]) = digits.get(start..start + 2)
        && ((*first == 0 && *second < 0x80) || (*first == 0xff && *second > 0x7f))
    {
        start += 1;
    }
    element(tag, digits.get(start..).unwrap_or(&digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_lengths_survive() {
        for number in [0, 1, 127, 128, 255, 256, 65_535, -1, -128, -129, i64::MAX] {
            let (read, _) = Element::read(&integer(2, number)).unwrap();
            assert_eq!(read.integer(), number);
        }
        for length in [0, 127, 128, 255, 256, 70_000] {
            let made = element(4, &vec![b'x'; length]);
            let (read, taken) = Element::read(&made).unwrap();
            assert_eq!((read.text().len(), taken), (length, made.len()));
            assert_eq!(Element::read(&made[..made.len() - 1]), None);
        }
        assert_eq!(Element::read(&[0x30, 0x80, 0, 0]), None);
    }
}
