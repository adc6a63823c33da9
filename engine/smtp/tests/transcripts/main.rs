//! Plays the dialogues of `tests/transcripts/smtp` against the server session: whole, line by line,
//! octet by octet and cut at random. Every way has to give the same replies.
//!
//! A transcript has a line an event: `C:` a line of the client, `R:` raw octets of the client with
//! `\r`, `\n`, `\0`, `\xNN` and `\\`, `S:` a line of the server (`*` matches the rest; a line that
//! ends in `...` stands for a whole reply of several lines), `M:` a message that was taken, `T:` the
//! TLS handshake, `X:` the server closes. `@` sets the scene: `@ role lmtp`, `@ tls`, `@ starttls`,
//! `@ connect 554 no`, `@ limit NAME NUMBER`.

#[cfg(test)]
mod play;
#[cfg(test)]
mod script;
#[cfg(test)]
mod world;

use play::{Feed, play};
use script::scripts;

#[track_caller]
fn check(feed: Feed) {
    let differences: Vec<_> = scripts()
        .iter()
        .filter_map(|script| {
            let events = play(script, feed);
            let difference = script.compare(&events).err()?;
            Some(format!(
                "{}: {difference}\n  {}",
                script.name,
                events.join("\n  ")
            ))
        })
        .collect();
    assert!(
        differences.is_empty(),
        "fed {feed:?}:\n{}",
        differences.join("\n")
    );
}

#[test]
fn there_are_enough() {
    let names: Vec<_> = scripts().into_iter().map(|script| script.name).collect();
    assert!(names.len() >= 40, "{} transcripts: {names:?}", names.len());
}

#[test]
fn line_by_line() {
    check(Feed::Lines);
}

#[test]
fn whole() {
    check(Feed::Whole);
}

#[test]
fn octet_by_octet() {
    check(Feed::Octets);
}

#[test]
fn cut_at_random() {
    for seed in 1..=20 {
        check(Feed::Random(seed));
    }
}
