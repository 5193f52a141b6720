//! Where expanded text stands.
//!
//! What a call of a `define` stands for, and what an `each` yields for one row, is text that
//! stands once and means many things. Each of these meanings gets a file number of its own
//! beyond those of the real files, while its byte range stays the real one; so every phase can
//! go on speaking of spans and none needs to know. [`Instances`] leads such a span back, and
//! [`Instances::settle`] does so for findings before anybody prints them.

use std::{collections::BTreeMap, sync::Arc};

use tenantry_syntax::{FileId, Span};

use crate::{
    diag::{Diagnostic, Findings, Label},
    runs::Runs,
};

/// Why a text means something of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// A call of a definition.
    Call {
        /// Where the call stands; within another expansion if that is where it stands.
        at: Span,
        /// The definition's name as it is called.
        name: Arc<str>,
        /// Where the definition's name stands.
        definition: Span,
    },
    /// A row of an `each`.
    Row {
        /// Where the row stands.
        at: Span,
        /// Its key.
        key: Arc<str>,
    },
}

/// One meaning of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Instance {
    /// The real file that the text stands in.
    file: FileId,
    /// For a row, the file that the `each` itself stands in: real, or that of an expansion.
    outer: FileId,
    cause: Cause,
}

/// Where an expanded text really stands, and by which way it came there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The line that its reader can mend: the outermost call, else the text itself.
    pub span: Span,
    /// The text itself, and what else led to it, innermost first.
    pub by: Vec<Label>,
    /// Rows: where they stand and their keys, innermost first.
    pub rows: Vec<(Span, Arc<str>)>,
}

/// All expansions of one environment.
#[derive(Debug, Clone, Default)]
pub struct Instances {
    /// The numbers that real files may have.
    real: u32,
    entries: Runs<Instance>,
}

impl Instances {
    /// The table of an estate whose files have numbers below this.
    pub fn new(files: usize) -> Self {
        Self {
            real: u32::try_from(files).unwrap_or(u32::MAX),
            entries: Runs::default(),
        }
    }

    /// What begins anew beside what another table holds.
    pub(crate) fn after(before: &Self) -> Self {
        Self {
            real: before.real,
            entries: Runs::after(&before.entries),
        }
    }

    /// How many numbers have been given so far.
    pub(crate) fn numbers(&self) -> u32 {
        self.real.saturating_add(self.entries.next())
    }

    /// What is declared is entered: nodes come after it, and after all that another table holds.
    pub(crate) fn declared(&mut self, before: Option<&Self>) {
        let last = before.map_or(1, |before| before.entries.next().max(1));
        self.entries.skip_to(last);
    }

    /// The runs of the table, for who takes some of them over.
    pub(crate) fn runs(&mut self) -> &mut Runs<Instance> {
        &mut self.entries
    }

    /// A new meaning of a text in `file`; the number that its spans bear. `outer` is the file
    /// that an `each` stands in.
    pub fn enter(&mut self, file: FileId, outer: FileId, cause: Cause) -> FileId {
        let number = self.entries.push(Instance { file, outer, cause });
        FileId(self.real.saturating_add(number))
    }

    fn get(&self, file: FileId) -> Option<&Instance> {
        self.entries.get(file.0.checked_sub(self.real)?)
    }

    /// The real text of a span.
    pub fn real(&self, span: Span) -> Span {
        self.get(span.file).map_or(span, |instance| Span {
            file: instance.file,
            ..span
        })
    }

    /// Whether a span lies in expanded text.
    pub fn is_expanded(&self, span: Span) -> bool {
        self.get(span.file).is_some()
    }

    /// The nearest real text before this file: the text itself, else the call that led to it,
    /// and so on outwards; where all of it lies behind, the outermost.
    pub fn nearest(&self, span: Span, before: FileId) -> Span {
        let mut at = span;
        while self.real(at).file >= before
            && let Some(instance) = self.get(at.file)
        {
            match &instance.cause {
                Cause::Call { at: call, .. } => at = *call,
                Cause::Row { .. } => at.file = instance.outer,
            }
        }
        self.real(at)
    }

    /// How a text came to be: the causes, innermost first.
    pub fn causes(&self, span: Span) -> Vec<&Cause> {
        let mut causes = Vec::new();
        let mut file = span.file;
        // A cause is entered before what it causes, so this ends.
        while let Some(instance) = self.get(file) {
            causes.push(&instance.cause);
            file = match &instance.cause {
                Cause::Call { at, .. } => at.file,
                Cause::Row { .. } => instance.outer,
            };
        }
        causes
    }

    /// Where to point for a span, and what to say beside it.
    pub fn place(&self, span: Span) -> Place {
        let mut place = Place {
            span,
            by: Vec::new(),
            rows: Vec::new(),
        };
        while let Some(instance) = self.get(place.span.file) {
            match &instance.cause {
                Cause::Call { at, name, .. } => {
                    let text = format!("this is what `{name}` stands for");
                    place.by.push(Label::new(self.real(place.span), text));
                    place.span = *at;
                }
                Cause::Row { at, key } => {
                    place.rows.push((self.real(*at), key.clone()));
                    place.span.file = instance.outer;
                }
            }
        }
        place
    }

    /// Whether a scope of the text covers a span: the text itself, or a call that led to it.
    pub fn within(&self, span: Span, scope: Span) -> bool {
        let inside = |span: Span| {
            span.file == scope.file && scope.start <= span.start && span.end <= scope.end
        };
        let mut at = span;
        loop {
            let Some(instance) = self.get(at.file) else {
                return inside(at);
            };
            if inside(self.real(at)) {
                return true;
            }
            match &instance.cause {
                Cause::Call { at: call, .. } => at = *call,
                Cause::Row { at: row, .. } => {
                    if inside(self.real(*row)) {
                        return true;
                    }
                    at.file = instance.outer;
                }
            }
        }
    }

    /// Leads the places of findings back to the text, and joins what many rows of one `each`
    /// have in common: it is one mistake.
    pub fn settle(&self, findings: &mut Findings) {
        if self.entries.is_empty() {
            return;
        }
        let mut joined: BTreeMap<(Arc<str>, Span), usize> = BTreeMap::new();
        let mut settled: Findings = Vec::new();
        let mut more: Vec<Vec<Arc<str>>> = Vec::new();
        for mut finding in findings.drain(..) {
            let rows = self.settle_one(&mut finding);
            if let (Some((_, key)), Some(span)) = (rows.first(), finding.span) {
                let mistake = (finding.rule.name().into(), span);
                if let Some(at) = joined.get(&mistake) {
                    more[*at].push(key.clone());
                    continue;
                }
                joined.insert(mistake, settled.len());
            }
            for (span, key) in rows {
                finding = finding.also(span, format!("for the row `{key}`"));
            }
            settled.push(finding);
            more.push(Vec::new());
        }
        for (finding, mut keys) in settled.iter_mut().zip(more) {
            // The row that is shown may have the mistake twice itself.
            keys.dedup();
            keys.retain(|key| {
                let shown = format!("for the row `{key}`");
                !finding.related.iter().any(|label| label.text == shown)
            });
            if !keys.is_empty() {
                finding.why = Some(and_more(finding.why.take(), &keys));
            }
        }
        *findings = settled;
    }

    /// Leads one finding back; returns the rows that its place came from.
    fn settle_one(&self, finding: &mut Diagnostic) -> Vec<(Span, Arc<str>)> {
        let primary = finding.span.map(|span| self.place(span).span);
        for label in &mut finding.related {
            let place = self.place(label.span).span;
            // Within one call the text of the definition tells the two apart.
            let same = primary
                .is_some_and(|primary| primary.file == place.file && overlap(primary, place));
            label.span = if same { self.real(label.span) } else { place };
        }
        for fix in &mut finding.fixes {
            fix.lead_back(|span| self.real(span));
        }
        let Some(span) = finding.span else {
            return Vec::new();
        };
        let place = self.place(span);
        finding.span = Some(place.span);
        for label in place.by {
            if !finding.related.contains(&label) {
                finding.related.push(label);
            }
        }
        place.rows
    }
}

fn overlap(a: Span, b: Span) -> bool {
    a.start < b.end && b.start < a.end
}

/// The rows that have the same mistake, a few of them by name.
fn and_more(why: Option<String>, keys: &[Arc<str>]) -> String {
    let named: Vec<String> = keys.iter().take(3).map(|key| format!("`{key}`")).collect();
    let rest = match keys.len().saturating_sub(named.len()) {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    let same = format!("the same holds for {}{rest}", named.join(", "));
    match why {
        // A reason may be a sentence of the spec's own.
        Some(why) => format!("{}; {same}", why.trim_end_matches('.')),
        None => same,
    }
}

#[cfg(test)]
mod tests {
    use tenantry_syntax::{FileId, Span};

    use super::{Cause, Instances};

    fn span(file: u32, start: u32, end: u32) -> Span {
        Span {
            file: FileId(file),
            start,
            end,
        }
    }

    #[test]
    fn a_reason_that_is_a_sentence_loses_its_full_stop() {
        let said = super::and_more(Some("It is in the contract.".into()), &["vega".into()]);
        assert_eq!(said, "It is in the contract; the same holds for `vega`");
    }

    /// Two real files: a definition in the second, called from the first for each row of a
    /// table in the first.
    fn table() -> (Instances, FileId, FileId) {
        let mut instances = Instances::new(2);
        let row = Cause::Row {
            at: span(0, 10, 20),
            key: "f001".into(),
        };
        let row = instances.enter(FileId(0), FileId(0), row);
        let call = Cause::Call {
            at: Span {
                file: row,
                ..span(0, 50, 60)
            },
            name: "edge-site".into(),
            definition: span(1, 7, 16),
        };
        let call = instances.enter(FileId(1), FileId(1), call);
        (instances, row, call)
    }

    #[test]
    fn an_expanded_text_leads_back_to_the_call_and_the_row() {
        let (instances, _, call) = table();
        let place = instances.place(Span {
            file: call,
            ..span(0, 100, 110)
        });
        assert_eq!(place.span, span(0, 50, 60));
        assert_eq!(place.by[0].span, span(1, 100, 110));
        assert_eq!(place.rows, [(span(0, 10, 20), "f001".into())]);
    }

    #[test]
    fn a_scope_covers_what_stands_in_it_and_what_its_calls_stand_for() {
        let (instances, _, call) = table();
        let inner = Span {
            file: call,
            ..span(0, 100, 110)
        };
        assert!(instances.within(inner, span(1, 90, 120)), "the definition");
        assert!(instances.within(inner, span(0, 40, 70)), "the call");
        assert!(instances.within(inner, span(0, 10, 20)), "the row");
        assert!(!instances.within(inner, span(0, 70, 90)));
        assert!(!instances.within(inner, span(1, 0, 50)));
    }

    #[test]
    fn a_plain_text_is_where_it_is() {
        let (instances, ..) = table();
        assert_eq!(instances.place(span(1, 3, 4)).span, span(1, 3, 4));
        assert!(instances.within(span(1, 3, 4), span(1, 0, 50)));
    }
}
