//! The structure of a message: header sections, boundaries, nested messages.

use crate::content::Content;
use crate::fields::Fields;
use crate::lines::{Lines, Piece};
use crate::node::Node;
use crate::{Limits, envelope};
use std::io;

/// What the scanner found.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// Depth first; the first is the message itself, and there always is one.
    pub(crate) nodes: Vec<Node>,
    /// A limit stopped it.
    pub(crate) truncated: bool,
}

/// A part that is not closed yet.
struct Level {
    node: usize,
    /// `--boundary` while its parts go on.
    delimiter: Option<Box<[u8]>>,
}

struct Scanner<'a> {
    limits: &'a Limits,
    tree: Tree,
    /// The message, the part inside it, and so on.
    open: Vec<Level>,
    /// Positions in `open` of the levels with a delimiter, outermost first.
    delimited: Vec<usize>,
    /// The header section being read, if one is.
    fields: Fields,
    in_header: bool,
    header_octets: usize,
    /// Line ends so far, and octets of the last one.
    lines: u64,
    last_line_end: u64,
}

/// Reads `lines` to their end. `root` sees the fields of the message's own header section.
///
/// # Errors
/// Those of reading.
pub(crate) fn scan(
    mut lines: Lines<'_>,
    limits: &Limits,
    root: impl FnOnce(&Fields),
) -> io::Result<Tree> {
    let mut scanner = Scanner {
        limits,
        tree: Tree::default(),
        open: Vec::new(),
        delimited: Vec::new(),
        fields: Fields::default(),
        in_header: false,
        header_octets: 0,
        lines: 0,
        last_line_end: 0,
    };
    scanner.open_part(0, true);
    let mut root = Some(root);
    let mut end = 0;
    while let Some(piece) = lines.next()? {
        if scanner.open.len() == 1
            && piece.is_blank()
            && scanner.in_header
            && let Some(root) = root.take()
        {
            root(&scanner.fields);
        }
        scanner.piece(&piece);
        end = piece.end();
    }
    if let Some(root) = root.take() {
        root(&scanner.fields);
    }
    scanner.finish(end);
    Ok(scanner.tree)
}

impl Scanner<'_> {
    fn piece(&mut self, piece: &Piece<'_>) {
        let delimiter = if piece.starts_line {
            self.find_delimiter(piece.octets)
        } else {
            None
        };
        if let Some((level, closes)) = delimiter {
            self.delimiter(piece, level, closes);
        } else if self.in_header {
            if piece.is_blank() {
                self.count_line(piece);
                self.end_header(piece.end());
                return;
            }
            let used = self.header_octets + self.fields.len();
            let room = self.limits.header_octets_max.saturating_sub(used);
            let kept = self.fields.push(piece.octets, piece.starts_line, room);
            self.tree.truncated |= !kept;
        }
        self.count_line(piece);
    }

    fn count_line(&mut self, piece: &Piece<'_>) {
        self.lines += u64::from(piece.ends_line());
        self.last_line_end = piece.line_end_octets();
    }

    /// The level whose delimiter begins this line, and whether it is the closing one. Only the
    /// beginning must match (RFC 2046 §5.1.1); the longest match counts, inner levels first.
    fn find_delimiter(&self, line: &[u8]) -> Option<(usize, bool)> {
        if !line.starts_with(b"--") {
            return None;
        }
        let mut best: Option<(usize, &[u8])> = None;
        for level in self.delimited.iter().rev() {
            let Some(delimiter) = self.open.get(*level).and_then(|l| l.delimiter.as_deref()) else {
                continue;
            };
            let longer = best.is_none_or(|(_, found)| delimiter.len() > found.len());
            if longer && line.starts_with(delimiter) {
                best = Some((*level, delimiter));
                let rest = line
                    .get(delimiter.len()..)
                    .unwrap_or_default()
                    .trim_ascii_end();
                if rest.is_empty() || rest == b"--" {
                    break;
                }
            }
        }
        let (level, delimiter) = best?;
        let rest = line.get(delimiter.len()..).unwrap_or_default();
        Some((level, rest.starts_with(b"--")))
    }

    /// A delimiter line: closes what is open inside its multipart; the next part begins after it.
    fn delimiter(&mut self, piece: &Piece<'_>, level: usize, closes: bool) {
        while self.in_header {
            self.end_header(piece.offset);
        }
        // The line end before the delimiter belongs to it.
        let end = piece.offset - self.last_line_end;
        let lines = self.lines - u64::from(self.last_line_end > 0);
        self.close(level + 1, end, lines);
        if closes {
            if let Some(level) = self.open.get_mut(level) {
                level.delimiter = None;
            }
            self.delimited.retain(|open| *open != level);
        } else {
            self.open_part(piece.end(), false);
        }
    }

    /// Closes all levels from `level` on. A part cannot end before it starts, nor before a part of it.
    fn close(&mut self, level: usize, mut end: u64, lines: u64) {
        for Level { node, .. } in self.open.drain(level.min(self.open.len())..).rev() {
            if let Some(node) = self.tree.nodes.get_mut(node) {
                end = end.max(node.content_start);
                node.content_end = end;
                node.lines = lines.saturating_sub(node.lines);
            }
        }
        self.delimited.retain(|open| *open < level);
    }

    /// A header section begins. Past the part limit the rest is content of what is open.
    fn open_part(&mut self, at: u64, is_message: bool) {
        if self.tree.nodes.len() >= self.limits.parts_max.max(1) {
            self.tree.truncated = true;
            self.delimited.clear();
            return;
        }
        let node = self.tree.nodes.len();
        if let Some(parent) = self.open.last()
            && let Some(parent) = self.tree.nodes.get_mut(parent.node)
        {
            parent.children.push(node);
        }
        self.tree.nodes.push(Node {
            header_start: at,
            envelope: is_message.then(Vec::new),
            ..Node::default()
        });
        self.open.push(Level {
            node,
            delimiter: None,
        });
        self.fields.clear();
        self.in_header = true;
    }

    /// The header section of the innermost part ends before `at`; what it says decides what follows.
    fn end_header(&mut self, at: u64) {
        self.in_header = false;
        self.header_octets += self.fields.len();
        let depth = self.open.len();
        let parent = depth
            .checked_sub(2)
            .and_then(|parent| self.open.get(parent));
        let parent = parent.and_then(|parent| self.tree.nodes.get(parent.node));
        let in_digest = parent.is_some_and(|parent| parent.content.is_digest());
        let content = Content::read(&self.fields, in_digest, self.limits.parameters_max);
        self.tree.truncated |= content.truncated;
        let Some(level) = self.open.last_mut() else {
            return;
        };
        let deep = depth >= self.limits.depth_max;
        let (delimiter, is_message) = (content.boundary(), content.is_message());
        self.tree.truncated |= deep && (delimiter.is_some() || is_message);
        if let Some(boundary) = delimiter.filter(|_| !deep) {
            level.delimiter = Some([b"--", boundary].concat().into());
            self.delimited.push(depth - 1);
        }
        if let Some(node) = self.tree.nodes.get_mut(level.node) {
            node.content = content;
            node.content_start = at;
            node.lines = self.lines;
            if let Some(envelope) = &mut node.envelope {
                let complete = envelope::write(&self.fields, self.limits.addresses_max, envelope);
                self.tree.truncated |= !complete;
            }
        }
        if is_message && !deep {
            self.open_part(at, true);
        }
    }

    fn finish(&mut self, end: u64) {
        while self.in_header {
            self.end_header(end);
        }
        self.close(0, end, self.lines);
    }
}
