//! The pieces of source that a report shows.
//!
//! miette draws one source per report; a finding may point into several files. [`Snippets`] is
//! therefore one made-up source: each window on a file (the marked lines and one around them)
//! has an address range of its own, so that the drawing never merges two of them. A window
//! holds only what is printed: a report costs the same in a file of ten lines or ten thousand,
//! and a line of a megabyte is cut to the part that matters.

use std::ops::RangeInclusive;

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use tenantry_core::{FileId, Span, diag::Diagnostic};

use super::{
    line::ShownLine,
    place::{Place, Places},
    visible,
};

/// Lines shown above and below a marked one.
pub(super) const CONTEXT: u32 = 1;
/// A mark over more lines than this is drawn on its first line only.
const TALLEST_MARK: u32 = 8;

/// The windows of one report, the one with the finding's own place first.
#[derive(Debug, Default)]
pub(super) struct Snippets {
    windows: Vec<Window>,
    marks: Vec<Drawn>,
}

/// Some lines of a file, as printed.
#[derive(Debug)]
struct Window {
    /// Its first address.
    base: usize,
    text: String,
    /// The lines of the file, from one.
    lines: RangeInclusive<u32>,
    path: String,
}

/// A mark in the address space of the windows.
#[derive(Debug)]
struct Drawn {
    span: SourceSpan,
    label: Option<String>,
    place: Place,
    primary: bool,
}

/// A mark in a file.
#[derive(Debug, Clone)]
struct Mark<'a> {
    file: FileId,
    start: Place,
    end: Place,
    label: Option<&'a str>,
    primary: bool,
}

impl Snippets {
    /// The windows that show `finding`; lines are cut to about `width` columns.
    pub(super) fn of(finding: &Diagnostic, places: &Places<'_>, width: usize) -> Self {
        let own = finding
            .span
            .map(|span| mark(span, finding.label.as_deref(), true, places));
        let related = finding
            .related
            .iter()
            .map(|label| mark(label.span, Some(label.text.as_str()), false, places));
        let mut snippets = Self::default();
        for cluster in clusters(own.into_iter().chain(related).collect()) {
            snippets.open(&cluster, places, width);
        }
        snippets
    }

    pub(super) fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// The labels, in the order in which they are drawn.
    pub(super) fn labels(&self) -> impl Iterator<Item = LabeledSpan> + '_ {
        self.marks.iter().map(|mark| {
            let label = mark.label.clone();
            if mark.primary {
                LabeledSpan::new_primary_with_span(label, mark.span)
            } else {
                LabeledSpan::new_with_span(label, mark.span)
            }
        })
    }

    /// Whether each label, in the same order, is the finding's own.
    pub(super) fn primaries(&self) -> impl Iterator<Item = bool> + '_ {
        self.marks.iter().map(|mark| mark.primary)
    }

    /// Adds a window that shows a cluster of marks, which are sorted.
    fn open(&mut self, cluster: &[Mark<'_>], places: &Places<'_>, width: usize) {
        let Some(file) = cluster.first().map(|mark| mark.file) else {
            return;
        };
        let mut window = Window {
            base: self
                .windows
                .last()
                .map_or(0, |window| window.base + window.text.len() + 2),
            text: String::new(),
            lines: lines_of(cluster, file, places),
            path: places.files().path(file).to_owned(),
        };
        let mut spans = vec![(0, 0); cluster.len()];
        for number in window.lines.clone() {
            let (start, line) = places.line(file, number);
            let within =
                |place: Place| (place.line == number).then(|| (place.offset - start) as usize);
            let seen: Vec<usize> = cluster
                .iter()
                .flat_map(|mark| [within(mark.start), within(mark.end)])
                .flatten()
                .collect();
            let shown = ShownLine::of(line, &seen, width);
            let address = |offset: usize| window.base + window.text.len() + shown.place_of(offset);
            for (mark, (from, to)) in cluster.iter().zip(&mut spans) {
                *from = within(mark.start).map_or(*from, address);
                *to = within(mark.end).map_or(*to, address);
            }
            window.text.push_str(&shown.text);
            window.text.push('\n');
        }
        self.marks
            .extend(cluster.iter().zip(spans).map(|(mark, (from, to))| Drawn {
                span: (from, to.saturating_sub(from)).into(),
                label: mark.label.map(visible),
                place: mark.start,
                primary: mark.primary,
            }));
        self.windows.push(window);
    }
}

impl SourceCode for Snippets {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let end = span.offset() + span.len();
        let window = self
            .windows
            .iter()
            .find(|window| window.base <= span.offset() && end <= window.base + window.text.len())
            .ok_or(MietteError::OutOfBounds)?;
        // Without context, miette asks for the place that it prints above the window.
        let place = self
            .marks
            .iter()
            .find(|mark| mark.span == *span)
            .map(|mark| mark.place);
        let (line, column) = match place {
            Some(place) if before == 0 && after == 0 => (place.line, place.column - 1),
            _ => (*window.lines.start(), 0),
        };
        Ok(Box::new(MietteSpanContents::new_named(
            window.path.clone(),
            window.text.as_bytes(),
            (window.base, window.text.len()).into(),
            line as usize - 1,
            column as usize,
            window.lines.clone().count(),
        )))
    }
}

/// A span as a mark: not reaching over its last line break, and no taller than what is pleasant
/// to see.
fn mark<'a>(span: Span, label: Option<&'a str>, primary: bool, places: &Places<'_>) -> Mark<'a> {
    let text = places.files().text(span.file);
    let body = text.get(span.range()).unwrap_or_default();
    let breaks = body
        .bytes()
        .rev()
        .take_while(|byte| matches!(byte, b'\n' | b'\r'))
        .count();
    let start = places.at(span.file, span.start);
    let mut end = places.at(
        span.file,
        span.end
            .saturating_sub(u32::try_from(breaks).unwrap_or_default()),
    );
    if end.line - start.line >= TALLEST_MARK {
        end = places.line_end(span.file, start.line);
    }
    Mark {
        file: span.file,
        start,
        end: end.max(start),
        label,
        primary,
    }
}

/// Marks of one file whose windows would touch are drawn together; the first mark's cluster
/// comes first, then file by file.
fn clusters(marks: Vec<Mark<'_>>) -> Vec<Vec<Mark<'_>>> {
    let mut sorted = marks;
    sorted.sort_by_key(|mark| (mark.file, mark.start, mark.end, !mark.primary));
    let mut clusters: Vec<Vec<Mark<'_>>> = Vec::new();
    let mut bottom = 0;
    for mark in sorted {
        match clusters.last_mut() {
            Some(cluster)
                if cluster[0].file == mark.file && mark.start.line <= bottom + 2 * CONTEXT + 1 =>
            {
                bottom = bottom.max(mark.end.line);
                cluster.push(mark);
            }
            _ => {
                bottom = mark.end.line;
                clusters.push(vec![mark]);
            }
        }
    }
    clusters.sort_by_key(|cluster| !cluster.iter().any(|mark| mark.primary));
    clusters
}

/// The lines that show a cluster and what is around it; not the empty one after a final line
/// break, unless that is marked.
fn lines_of(cluster: &[Mark<'_>], file: FileId, places: &Places<'_>) -> RangeInclusive<u32> {
    let top = cluster
        .iter()
        .map(|mark| mark.start.line)
        .min()
        .unwrap_or(1);
    let bottom = cluster.iter().map(|mark| mark.end.line).max().unwrap_or(1);
    let count = places.line_count(file);
    let written = if places.line(file, count).1.is_empty() {
        count - 1
    } else {
        count
    };
    top.saturating_sub(CONTEXT).max(1)..=(bottom + CONTEXT).min(written).max(bottom)
}
