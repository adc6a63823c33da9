//! From counts to a probability: Robinson's estimate for each token, Fisher's method to combine them.

/// How often a token (or any message) was seen in unwanted and in wanted messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// In unwanted ones.
    pub spam: u32,
    /// In wanted ones.
    pub ham: u32,
}

/// The weight of what is assumed about a token that was never seen.
const STRENGTH: f64 = 0.45;
/// What is assumed about it.
const UNKNOWN: f64 = 0.5;
/// Tokens nearer to one half than this do not count.
const MIN_DEVIATION: f64 = 0.1;
/// Tokens that count: those that say most.
const TELLING_MAX: usize = 150;

/// The probability that a message with these tokens is unwanted, and how many of them counted.
/// `learned` are the messages that were learned.
#[must_use]
pub fn probability(tokens: &[Counts], learned: Counts) -> (f64, usize) {
    let estimates = tokens.iter().map(|counts| estimate(*counts, learned));
    let telling = estimates.filter(|estimate| (estimate - 0.5).abs() >= MIN_DEVIATION);
    let mut telling: Vec<f64> = telling.collect();
    telling.sort_by(|one, two| (two - 0.5).abs().total_cmp(&(one - 0.5).abs()));
    telling.truncate(TELLING_MAX);
    if telling.is_empty() {
        return (UNKNOWN, 0);
    }
    let ham: f64 = telling.iter().map(|estimate| (1.0 - estimate).ln()).sum();
    let spam: f64 = telling.iter().map(|estimate| estimate.ln()).sum();
    // Each is near 1 where its side has more evidence than chance would give.
    let spamminess = 1.0 - chi_square_tail(-ham, telling.len());
    let hamminess = 1.0 - chi_square_tail(-spam, telling.len());
    (f64::midpoint(1.0, spamminess - hamminess), telling.len())
}

/// Robinson's estimate: the share of unwanted messages among those with the token, drawn to one half
/// where it was seen seldom.
fn estimate(counts: Counts, learned: Counts) -> f64 {
    let share = |count: u32, of: u32| f64::from(count.min(of)) / f64::from(of.max(1));
    let (spam, ham) = (
        share(counts.spam, learned.spam),
        share(counts.ham, learned.ham),
    );
    if spam + ham <= 0.0 {
        return UNKNOWN;
    }
    let seen = f64::from(counts.spam) + f64::from(counts.ham);
    (STRENGTH * UNKNOWN + seen * spam / (spam + ham)) / (STRENGTH + seen)
}

/// The chance that a chi-square value with `2 * pairs` degrees of freedom is over `2 * half`.
fn chi_square_tail(half: f64, pairs: usize) -> f64 {
    let mut term = (-half).exp();
    let mut sum = term;
    let mut number = 0.0;
    for _ in 1..pairs {
        number += 1.0;
        term *= half / number;
        sum += term;
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEARNED: Counts = Counts {
        spam: 100,
        ham: 200,
    };

    fn of(tokens: &[(u32, u32)]) -> f64 {
        let tokens = tokens.iter().map(|(spam, ham)| Counts {
            spam: *spam,
            ham: *ham,
        });
        probability(&tokens.collect::<Vec<_>>(), LEARNED).0
    }

    #[test]
    fn tails_are_right() {
        // For two degrees of freedom it is exp(-x/2); the others are from tables.
        let near = |value: f64, expected: f64| assert!((value - expected).abs() < 1e-4, "{value}");
        near(chi_square_tail(1.0, 1), 0.367_88);
        near(chi_square_tail(18.307 / 2.0, 5), 0.05);
        near(chi_square_tail(124.342 / 2.0, 50), 0.05);
        near(chi_square_tail(2000.0, 150), 0.0);
        near(chi_square_tail(0.0, 9), 1.0);
    }

    #[test]
    fn evidence_decides() {
        assert!((of(&[]) - 0.5).abs() < 1e-9);
        assert!((of(&[(0, 0), (10, 20)]) - 0.5).abs() < 1e-9);
        assert!(of(&[(20, 0); 10]) > 0.99);
        assert!(of(&[(0, 40); 10]) < 0.01);
        // Evidence on both sides is no evidence.
        let both = of(&[&[(20, 0); 10][..], &[(0, 40); 10]].concat());
        assert!((0.3..0.7).contains(&both), "{both}");
        // One rare word decides little, and the sizes of the two kinds do not matter.
        assert!(of(&[(1, 0)]) < 0.9);
        assert!((estimate(Counts { spam: 10, ham: 20 }, LEARNED) - 0.5).abs() < 1e-9);
    }

    #[test]
    fn it_is_a_probability() {
        for spam in [0, 1, 99, 100, 5000] {
            for ham in [0, 1, 200, 5000] {
                let p = of(&vec![(spam, ham); 400]);
                assert!((0.0..=1.0).contains(&p), "{spam} {ham} {p}");
            }
        }
    }
}
