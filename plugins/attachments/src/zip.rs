//! ZIP archives: their directory, and members that are small enough to look into.

use flate2::read::DeflateDecoder;
use std::io::Read;

/// One member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// Whether only a password opens it.
    pub encrypted: bool,
    /// Octets when it is unpacked, as the archive says.
    pub unpacked: u64,
    method: u16,
    packed: u64,
    header_at: usize,
}

/// What is wrong with an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// It is not an archive, or damaged.
    Damaged,
    /// It has too many members.
    TooMany,
}

const END: &[u8] = b"PK\x05\x06";
const ENTRY: &[u8] = b"PK\x01\x02";
const LOCAL: &[u8] = b"PK\x03\x04";

/// The members that the directory at the end names, at most `max`, whatever the end record counts.
///
/// # Errors
/// When there is none, or more.
pub fn members(archive: &[u8], max: usize) -> Result<Vec<Member>, Problem> {
    // The end record has 22 octets and a comment of at most 65,535.
    let search_from = archive.len().saturating_sub(22 + 65_535);
    let tail = archive.get(search_from..).unwrap_or_default();
    let end = tail
        .windows(4)
        .rposition(|four| four == END)
        .ok_or(Problem::Damaged)?;
    let end = search_from + end;
    u16_at(archive, end + 20).ok_or(Problem::Damaged)?;
    let count = u16_at(archive, end + 10).ok_or(Problem::Damaged)?;
    let mut at = u32_at(archive, end + 16).ok_or(Problem::Damaged)? as usize;
    if usize::from(count) > max {
        return Err(Problem::TooMany);
    }
    let mut members = Vec::with_capacity(usize::from(count).min(1024));
    while archive.get(at..at.saturating_add(4)) == Some(ENTRY) {
        // Programs that unpack may go on past the count, so it is not believed where it is too low.
        if members.len() == max {
            return Err(Problem::TooMany);
        }
        let short = |offset: usize| u16_at(archive, at + offset).ok_or(Problem::Damaged);
        let long = |offset: usize| u32_at(archive, at + offset).ok_or(Problem::Damaged);
        let (name_octets, extra, comment) = (short(28)?, short(30)?, short(32)?);
        let name_end = at + 46 + usize::from(name_octets);
        let name = archive.get(at + 46..name_end).ok_or(Problem::Damaged)?;
        members.push(Member {
            name: String::from_utf8_lossy(name).into_owned(),
            encrypted: short(8)? & 1 != 0,
            unpacked: long(24)?.into(),
            method: short(10)?,
            packed: long(20)?.into(),
            header_at: long(42)? as usize,
        });
        at = name_end + usize::from(extra) + usize::from(comment);
    }
    if members.len() < usize::from(count) {
        return Err(Problem::Damaged);
    }
    Ok(members)
}

/// The first `max` octets of a member when it is unpacked; `None` where it is encrypted, damaged, or
/// packed in another way than DEFLATE.
#[must_use]
pub fn unpack(archive: &[u8], member: &Member, max: u64) -> Option<Vec<u8>> {
    let at = member.header_at;
    if member.encrypted || archive.get(at..at.checked_add(4)?)? != LOCAL {
        return None;
    }
    let name = usize::from(u16_at(archive, at + 26)?);
    let extra = usize::from(u16_at(archive, at + 28)?);
    let start = at.checked_add(30 + name + extra)?;
    let end = start.checked_add(usize::try_from(member.packed).ok()?)?;
    let packed = archive.get(start..end.min(archive.len()))?;
    let mut out = Vec::new();
    let read = match member.method {
        0 => packed.take(max).read_to_end(&mut out),
        8 => DeflateDecoder::new(packed).take(max).read_to_end(&mut out),
        _ => return None,
    };
    read.ok().map(|_| out)
}

fn u16_at(octets: &[u8], at: usize) -> Option<u16> {
    let two = octets.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(two.try_into().ok()?))
}

fn u32_at(octets: &[u8], at: usize) -> Option<u32> {
    let four = octets.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(four.try_into().ok()?))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::DeflateEncoder;
    use std::io::Write;

    /// An archive of these members, with the flag of a password where `encrypted`.
    pub(crate) fn archive(members: &[(&str, &[u8])], encrypted: bool) -> Vec<u8> {
        let (mut out, mut directory) = (Vec::new(), Vec::new());
        for (name, content) in members {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(6));
            encoder.write_all(content).unwrap();
            let packed = encoder.finish().unwrap();
            let at = u32::try_from(out.len()).unwrap();
            let mut shared = Vec::new();
            shared.extend(20_u16.to_le_bytes());
            shared.extend(u16::from(encrypted).to_le_bytes());
            shared.extend(8_u16.to_le_bytes());
            shared.extend([0; 8]);
            shared.extend(u32::try_from(packed.len()).unwrap().to_le_bytes());
            shared.extend(u32::try_from(content.len()).unwrap().to_le_bytes());
            shared.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
            shared.extend([0; 2]);
            out.extend(LOCAL);
            out.extend(&shared);
            out.extend(name.as_bytes());
            out.extend(packed);
            directory.extend(ENTRY);
            directory.extend([20, 0]);
            directory.extend(&shared);
            directory.extend([0; 10]);
            directory.extend(at.to_le_bytes());
            directory.extend(name.as_bytes());
        }
        let at = u32::try_from(out.len()).unwrap();
        let count = u16::try_from(members.len()).unwrap();
        out.extend(&directory);
        out.extend(END);
        out.extend([0; 4]);
        out.extend(count.to_le_bytes());
        out.extend(count.to_le_bytes());
        out.extend(u32::try_from(directory.len()).unwrap().to_le_bytes());
        out.extend(at.to_le_bytes());
        out.extend([0; 2]);
        out
    }

    #[test]
    fn members_are_listed_and_unpacked() {
        let archive = archive(&[("a.txt", b"hello"), ("dir/b.exe", &[7; 9000])], false);
        let members = members(&archive, 10).unwrap();
        let names: Vec<_> = members.iter().map(|member| member.name.as_str()).collect();
        assert_eq!(names, ["a.txt", "dir/b.exe"]);
        assert_eq!(unpack(&archive, &members[0], 100).unwrap(), b"hello");
        assert_eq!(unpack(&archive, &members[1], 10).unwrap(), [7; 10]);
        assert_eq!((members[1].unpacked, members[1].encrypted), (9000, false));
    }

    #[test]
    fn passwords_and_limits_are_seen() {
        let archive = archive(&[("a", b"x"), ("b", b"y")], true);
        let found = members(&archive, 10).unwrap();
        assert!(found[0].encrypted);
        assert_eq!(unpack(&archive, &found[0], 9), None);
        assert_eq!(members(&archive, 1), Err(Problem::TooMany));
    }

    #[test]
    fn the_count_hides_no_member() {
        let archive = archive(&[("a", b"x"), ("b.exe", b"y")], false);
        let count_at = archive.len() - 12;
        for count in [0, 1] {
            let mut lying = archive.clone();
            lying[count_at] = count;
            assert_eq!(members(&lying, 2), members(&archive, 2));
            assert_eq!(members(&lying, 1), Err(Problem::TooMany));
        }
        let mut lying = archive;
        lying[count_at] = 3;
        assert_eq!(members(&lying, 9), Err(Problem::Damaged));
    }

    #[test]
    fn no_damage_does_harm() {
        let archive = archive(&[("a.txt", b"hello"), ("b.txt", b"world")], false);
        for at in 0..archive.len() {
            assert!(members(&archive[..at], 10).is_err());
            for value in [0, 0x7f, 0xff] {
                let mut damaged = archive.clone();
                damaged[at] = value;
                for member in members(&damaged, 10).unwrap_or_default() {
                    let unpacked = unpack(&damaged, &member, 50);
                    assert!(unpacked.is_none_or(|unpacked| unpacked.len() <= 50));
                }
            }
        }
    }
}
