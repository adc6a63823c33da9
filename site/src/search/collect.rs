//! Takes every match of a query with its score, without sorting and without loading anything but
//! the number of the page.

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::Column;
use tantivy::{DocAddress, DocId, Score, SegmentOrdinal, SegmentReader};

/// A page that matched.
#[derive(Debug, Clone, Copy)]
pub(super) struct Match {
    /// Score of the library.
    pub(super) score: Score,
    /// Number of the page.
    pub(super) number: usize,
    /// Its place in the index.
    pub(super) address: DocAddress,
}

/// Collects all matches.
pub(super) struct All;

/// Collects those of one segment.
pub(super) struct AllOfSegment {
    segment: SegmentOrdinal,
    numbers: Column<u64>,
    found: Vec<Match>,
}

impl Collector for All {
    type Fruit = Vec<Match>;
    type Child = AllOfSegment;

    fn for_segment(
        &self,
        segment: SegmentOrdinal,
        reader: &SegmentReader,
    ) -> tantivy::Result<AllOfSegment> {
        Ok(AllOfSegment {
            segment,
            numbers: reader.fast_fields().u64("number")?,
            found: Vec::new(),
        })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn merge_fruits(&self, segments: Vec<Vec<Match>>) -> tantivy::Result<Vec<Match>> {
        Ok(segments.concat())
    }
}

impl SegmentCollector for AllOfSegment {
    type Fruit = Vec<Match>;

    fn collect(&mut self, doc: DocId, score: Score) {
        let number = self.numbers.first(doc);
        if let Some(number) = number.and_then(|number| usize::try_from(number).ok()) {
            self.found.push(Match {
                score,
                number,
                address: DocAddress::new(self.segment, doc),
            });
        }
    }

    fn harvest(self) -> Vec<Match> {
        self.found
    }
}
