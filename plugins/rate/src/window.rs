//! How much happened in the last window, from two counts.
//!
//! Time is cut into pieces as long as the window. What happened in the window that ends now is about
//! the count of the present piece, and of the former one the share that still lies in the window.

use std::time::Duration;

/// The present piece, and the share of the former one that still counts.
#[must_use]
pub fn place(now: Duration, window: Duration) -> (u64, f64) {
    let (now, window) = (now.as_millis(), window.as_millis().max(1));
    let piece = u64::try_from(now / window).unwrap_or(u64::MAX);
    #[expect(clippy::cast_precision_loss, reason = "a share need not be exact")]
    let share = 1.0 - (now % window) as f64 / window as f64;
    (piece, share)
}

/// Whether `present` (this one included) and the share of `former` are past the limit.
#[must_use]
pub fn is_over(former: i32, present: i32, share: f64, limit: u32) -> bool {
    f64::from(former).mul_add(share, f64::from(present)) > f64::from(limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_cut_into_pieces() {
        let at = |secs| place(Duration::from_secs(secs), Duration::from_secs(100));
        assert_eq!((at(0), at(125), at(199).0), ((0, 1.0), (1, 0.75), 1));
        assert_eq!(place(Duration::from_secs(1), Duration::ZERO).0, 1000);
    }

    #[test]
    fn the_former_piece_fades() {
        assert!(!is_over(0, 10, 1.0, 10));
        assert!(is_over(0, 11, 0.0, 10));
        assert!(is_over(10, 1, 1.0, 10));
        assert!(!is_over(10, 5, 0.5, 10));
        assert!(is_over(10, 6, 0.5, 10));
    }
}
