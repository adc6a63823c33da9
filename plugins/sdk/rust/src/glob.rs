//! Patterns with `*` (any run of characters) and `?` (any one character), without regard to case.
//!
//! Time is at most the length of the pattern times that of the text; nothing is ever tried twice
//! from an earlier `*`.

/// A pattern, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob(Vec<char>);

impl Glob {
    /// Reads a pattern; every text is one.
    #[must_use]
    pub fn new(pattern: &str) -> Self {
        let mut chars: Vec<char> = pattern.chars().flat_map(char::to_lowercase).collect();
        chars.dedup_by(|next, former| *next == '*' && *former == '*');
        Self(chars)
    }

    /// Whether the whole of `text` fits.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
        let (mut at, mut pattern_at) = (0, 0);
        // Where the last star stands, and how far the text is that it has swallowed.
        let mut star: Option<(usize, usize)> = None;
        while let Some(c) = text.get(at) {
            match self.0.get(pattern_at) {
                Some('*') => {
                    star = Some((pattern_at, at));
                    pattern_at += 1;
                }
                Some(p) if *p == '?' || p == c => {
                    at += 1;
                    pattern_at += 1;
                }
                _ => match &mut star {
                    Some((stands, swallowed)) => {
                        *swallowed += 1;
                        at = *swallowed;
                        pattern_at = *stands + 1;
                    }
                    None => return false,
                },
            }
        }
        self.0.iter().skip(pattern_at).all(|c| *c == '*')
    }
}

/// Whether the whole of `text` fits one of the patterns.
#[must_use]
pub fn any(globs: &[Glob], text: &str) -> bool {
    globs.iter().any(|glob| glob.matches(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, text: &str, expected: bool) {
        assert_eq!(
            Glob::new(pattern).matches(text),
            expected,
            "{pattern} on {text}"
        );
    }

    #[test]
    fn fits_or_not() {
        check("", "", true);
        check("", "a", false);
        check("*", "", true);
        check("a?c", "abc", true);
        check("a?c", "ac", false);
        check("*.exe", "Setup.EXE", true);
        check("*.exe", "setup.exe.txt", false);
        check("*invoice*", "Your INVOICE is here", true);
        check("*a*b*c", "xaybzbc", true);
        check("*a*b*c", "xaybzb", false);
        check("b*cher*", "BÜCHERWURM", true);
        check("**a**", "bab", true);
    }

    #[test]
    fn one_of_several_is_enough() {
        let globs = ["*.exe", "a"].map(Glob::new);
        assert!(any(&globs, "A") && !any(&globs, "b") && !any(&[], ""));
    }

    #[test]
    fn many_stars_stay_quick() {
        let pattern = "*a".repeat(200) + "b";
        check(&pattern, &"a".repeat(20_000), false);
    }
}
