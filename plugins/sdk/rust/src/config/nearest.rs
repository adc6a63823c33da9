//! The word that someone may have meant.

/// The known word that is at most three changes away.
pub(super) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let near = known.iter().map(|known| (distance(word, known), *known));
    let near = near.filter(|(distance, known)| *distance <= 3 && *distance < known.len());
    let nearest = near.min_by_key(|(distance, _)| *distance);
    nearest.map(|(_, known)| known)
}

/// Insertions, removals and changes of characters between two words.
fn distance(one: &str, two: &str) -> usize {
    let two: Vec<char> = two.chars().collect();
    let mut row: Vec<usize> = (0..=two.len()).collect();
    for (index, c) in one.chars().enumerate() {
        let mut diagonal = index;
        let mut left = index + 1;
        for (slot, d) in row.iter_mut().skip(1).zip(&two) {
            let changed = diagonal + usize::from(c != *d);
            diagonal = *slot;
            left = changed.min(*slot + 1).min(left + 1);
            *slot = left;
        }
        if let Some(first) = row.first_mut() {
            *first = index + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant() {
        let known = ["attachment", "sender", "to"];
        assert_eq!(nearest("atachment", &known), Some("attachment"));
        assert_eq!(nearest("sneder", &known), Some("sender"));
        assert_eq!(nearest("colour", &known), None);
        assert_eq!(nearest("ab", &known), None);
    }

    #[test]
    fn counts_changes() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("same", "same"), 0);
    }
}
