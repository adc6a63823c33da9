//! One content file with its text, its front matter and the way from offsets to lines.

use std::ops::Range;

/// A place in a file; both numbers count from one, columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// A file of the content folder, held whole.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Path below the content folder, with `/` between the parts.
    pub path: String,
    /// The text as read.
    pub text: String,
    line_starts: Vec<usize>,
}

impl SourceFile {
    /// Takes a file's path below the content folder and its text.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_starts = std::iter::once(0)
            .chain(newlines.map(|(at, _)| at + 1))
            .collect();
        Self {
            path: path.into(),
            text,
            line_starts,
        }
    }

    /// The line and column of a byte offset; offsets past the end give the end.
    pub fn position(&self, offset: usize) -> Position {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line_starts.partition_point(|start| *start <= offset);
        let start = self.line_starts.get(line - 1).copied().unwrap_or(0);
        let column = self
            .text
            .get(start..offset)
            .map_or(0, |part| part.chars().count())
            + 1;
        Position { line, column }
    }

    /// The front matter between two `+++` lines and the prose after it, as byte ranges.
    pub fn front_matter(&self) -> Option<(Range<usize>, Range<usize>)> {
        const FENCE: &str = "+++\n";
        let rest = self.text.strip_prefix(FENCE)?;
        let end = if rest.starts_with(FENCE) {
            0
        } else {
            rest.find("\n+++\n")? + 1
        };
        let start = FENCE.len();
        Some((
            start..start + end,
            start + end + FENCE.len()..self.text.len(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_become_lines_and_character_columns() {
        let file = SourceFile::new("a.md", "+++\nä = 1\n+++\nText\n");
        assert_eq!(file.position(0), Position { line: 1, column: 1 });
        assert_eq!(file.position(6), Position { line: 2, column: 2 });
        assert_eq!(file.position(900), Position { line: 5, column: 1 });
    }

    #[test]
    fn front_matter_lies_between_two_fences() {
        let file = SourceFile::new("a.md", "+++\na = 1\n+++\nText\n");
        let (front, prose) = file.front_matter().unwrap();
        assert_eq!(&file.text[front], "a = 1\n");
        assert_eq!(&file.text[prose], "Text\n");
        assert!(SourceFile::new("a.md", "a = 1\n").front_matter().is_none());
        assert!(
            SourceFile::new("a.md", "+++\na = 1\n")
                .front_matter()
                .is_none()
        );
    }
}
