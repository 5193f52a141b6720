//! Whether mended texts are better than the old ones.

use std::{collections::BTreeMap, ops::Range};

use tenantry_syntax::{FileId, Span};

use crate::{
    compile::Run,
    diag::{Diagnostic, Level},
};

/// The errors that stood before: how often each was said.
pub(super) struct Baseline(BTreeMap<(String, String), usize>);

impl Baseline {
    pub(super) fn of(findings: &[Diagnostic]) -> Self {
        let mut errors = BTreeMap::new();
        for finding in findings.iter().filter(|finding| is_error(finding)) {
            *errors.entry(name(finding)).or_default() += 1;
        }
        Self(errors)
    }

    /// What the new texts have wrong that the old ones had not, if the mends are to blame for it.
    ///
    /// An error can hide others: what nobody looked at before is no harm when it shows. So a new
    /// error is the mends' if none of the old ones is gone that could have hidden it, or if it
    /// stands on a line that they changed.
    pub(super) fn harm(
        &self,
        after: &Run,
        changed: &BTreeMap<FileId, Vec<Range<u32>>>,
    ) -> Option<String> {
        let mut missing = self.0.clone();
        let mut new = Vec::new();
        for finding in after.findings.iter().filter(|finding| is_error(finding)) {
            match missing.get_mut(&name(finding)) {
                Some(count) if *count > 0 => *count -= 1,
                _ => new.push(finding),
            }
        }
        let all_stand = missing.values().all(|count| *count == 0);
        let to_blame = |finding: &&&Diagnostic| {
            let on_changed = |span: Span| touches(after, changed, span);
            all_stand || finding.span.is_some_and(on_changed)
        };
        let harm = new.iter().find(to_blame)?;
        Some(harm.message.clone())
    }
}

fn is_error(finding: &Diagnostic) -> bool {
    finding.level >= Level::Error
}

fn name(finding: &Diagnostic) -> (String, String) {
    (finding.rule.name().to_owned(), finding.message.clone())
}

/// Whether a span of the new text has a line in common with what was changed.
fn touches(after: &Run, changed: &BTreeMap<FileId, Vec<Range<u32>>>, span: Span) -> bool {
    let (Some(ranges), Some(source)) = (changed.get(&span.file), after.sources.get(span.file))
    else {
        return false;
    };
    let text = source.parse.text();
    let lines = lines(text, span.start..span.end);
    // They are in the order of the text and do not overlap.
    let behind = ranges.partition_point(|range| (range.end as usize) < lines.start);
    ranges
        .get(behind)
        .is_some_and(|range| range.start as usize <= lines.end)
}

/// From the beginning of the range's first line to the end of its last one.
fn lines(text: &str, range: Range<u32>) -> Range<usize> {
    let (start, end) = (range.start as usize, range.end as usize);
    let start = text.get(..start).and_then(|before| before.rfind('\n'));
    let behind = text.get(end..).and_then(|behind| behind.find('\n'));
    start.map_or(0, |at| at + 1)..behind.map_or(text.len(), |at| end + at)
}
