//! Which mends are applied: the certain ones, in files of the estate's own, one for each place.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    ops::Range,
    sync::Arc,
};

use tenantry_syntax::{
    FileId, Parse, Span,
    ast::{self, Scalar},
    edit::Edits,
};

use super::{Left, Why};
use crate::{
    diag::{Diagnostic, Fix},
    load::Sources,
};

/// A mend that can be applied: its edits overlap those of no other.
#[derive(Debug, Clone)]
pub(super) struct Mend {
    rule: String,
    path: Arc<str>,
    line: u32,
    edits: Vec<(Span, String)>,
    /// How many findings it mends.
    pub(super) findings: usize,
}

impl Mend {
    /// It is left out.
    pub(super) fn left(self, why: Why) -> Left {
        Left {
            rule: self.rule,
            path: self.path,
            line: self.line,
            why,
        }
    }
}

/// The mends to apply, and those that cannot be.
pub(super) fn choose(sources: &Sources, findings: &[Diagnostic]) -> (Vec<Mend>, Vec<Left>) {
    let mut proposed: Vec<(&Diagnostic, &Fix)> = findings
        .iter()
        .filter_map(|finding| Some((finding, certain(finding)?)))
        .collect();
    proposed.sort_by(|(a, one), (b, other)| {
        (&one.edits, a.rule.name(), &a.message).cmp(&(&other.edits, b.rule.name(), &b.message))
    });
    let mut choice = Choice {
        sources,
        taken: BTreeMap::new(),
        only_in: BTreeMap::new(),
        mends: Vec::new(),
        left: Vec::new(),
    };
    for (finding, fix) in proposed {
        choice.take(finding, fix);
    }
    (choice.mends, choice.left)
}

/// The mend of a finding that is certain. Of two, neither is.
fn certain(finding: &Diagnostic) -> Option<&Fix> {
    let mut fixes = finding.fixes.iter().filter(|fix| fix.certain);
    let fix = fixes.next().filter(|fix| !fix.edits.is_empty())?;
    fixes.next().is_none().then_some(fix)
}

struct Choice<'a> {
    sources: &'a Sources,
    /// What is replaced: by which text, and by which mend.
    taken: BTreeMap<(FileId, u32, u32), (String, usize)>,
    /// The blocks for some environments, of the files that were asked about.
    only_in: BTreeMap<FileId, Vec<Block>>,
    mends: Vec<Mend>,
    left: Vec<Left>,
}

impl Choice<'_> {
    fn take(&mut self, finding: &Diagnostic, fix: &Fix) {
        let Some((first, _)) = fix.edits.first() else {
            return;
        };
        let (line, _) = self.sources.position(*first).unwrap_or_default();
        let mend = Mend {
            rule: finding.rule.name().to_owned(),
            path: self.sources.path(first.file).into(),
            line,
            edits: fix.edits.clone(),
            findings: 1,
        };
        if !fix.edits.iter().all(|(span, _)| self.is_ours(*span)) {
            return self.left.push(mend.left(Why::NotOurs));
        }
        if !finding.envs.is_empty()
            && !fix
                .edits
                .iter()
                .all(|(span, _)| self.holds_only_in(*span, &finding.envs))
        {
            let why = Why::OtherEnvironments(finding.envs.clone());
            return self.left.push(mend.left(why));
        }
        match self.room_for(&mend.edits) {
            Room::Free => {
                let number = self.mends.len();
                for (span, text) in &mend.edits {
                    self.taken.insert(key(*span), (text.clone(), number));
                }
                self.mends.push(mend);
            }
            Room::Same(number) => {
                if let Some(same) = self.mends.get_mut(number) {
                    same.findings += 1;
                }
            }
            Room::None => self.left.push(mend.left(Why::Overlaps)),
        }
    }

    /// Whether the place is one of a file that changes with the estate: its own, or a package's
    /// that is no copy.
    fn is_ours(&self, span: Span) -> bool {
        let source = self.sources.get(span.file);
        source.is_some_and(|source| {
            !source.path.split('/').any(|folder| folder == "vendor")
                && span.file < self.sources.library_from()
                && source.parse.text().get(span.range()).is_some()
        })
    }

    /// Whether the text at a place holds in these environments and no others.
    fn holds_only_in(&mut self, span: Span, envs: &[Arc<str>]) -> bool {
        let blocks = match self.only_in.entry(span.file) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let source = self.sources.get(span.file);
                new.insert(source.map_or_else(Vec::new, |source| blocks(&source.parse)))
            }
        };
        let behind = blocks.partition_point(|(range, _)| range.start <= span.start);
        let block = behind.checked_sub(1).and_then(|at| blocks.get(at));
        block.is_some_and(|(range, names)| {
            span.end <= range.end
                && names
                    .iter()
                    .all(|name| envs.iter().any(|env| **env == **name))
        })
    }

    /// Whether the edits overlap others that were taken.
    fn room_for(&self, edits: &[(Span, String)]) -> Room {
        let same = |(span, text): &(Span, String)| {
            let (taken, number) = self.taken.get(&key(*span))?;
            (taken == text).then_some(*number)
        };
        if let Some(number) = edits.first().and_then(same)
            && edits.iter().all(|edit| same(edit) == Some(number))
        {
            return Room::Same(number);
        }
        match edits.iter().any(|(span, _)| self.is_taken(*span)) {
            true => Room::None,
            false => Room::Free,
        }
    }

    /// Whether an edit that was taken has bytes of the span or stands at its place.
    fn is_taken(&self, span: Span) -> bool {
        let (file, start, end) = key(span);
        let before = self.taken.range(..=(file, start, u32::MAX)).next_back();
        let behind = self.taken.range((file, start, 0)..).next();
        let touches = |other: &(FileId, u32, u32)| {
            other.0 == file && (other.1 < end && start < other.2 || other.1 == start)
        };
        before.is_some_and(|(other, _)| touches(other))
            || behind.is_some_and(|(other, _)| touches(other))
    }
}

/// A block for some environments: where it stands, and their names.
type Block = (Range<u32>, Vec<String>);

enum Room {
    Free,
    /// This mend has the same edits.
    Same(usize),
    None,
}

fn key(span: Span) -> (FileId, u32, u32) {
    (span.file, span.start, span.end)
}

/// The blocks of a file that hold in some environments only, in the order of the text.
fn blocks(parse: &Parse) -> Vec<Block> {
    let mut found = Vec::new();
    let mut waiting: Vec<ast::Node<'_>> = parse.document().nodes().collect();
    while let Some(node) = waiting.pop() {
        if node.name() != "in" {
            waiting.extend(node.nodes());
            continue;
        }
        let names = node.entries().filter_map(|entry| match entry {
            ast::Entry::Arg(arg) => match arg.value() {
                Scalar::Str(name) => Some(name.into_owned()),
                _ => None,
            },
            ast::Entry::Prop(_) => None,
        });
        let span = node.span();
        found.push((span.start..span.end, names.collect()));
    }
    found.sort_by_key(|(range, _)| range.start);
    found
}

/// The new texts of the files that the mends change.
pub(super) fn texts<'m>(
    sources: &Sources,
    mends: impl IntoIterator<Item = &'m Mend>,
) -> BTreeMap<FileId, Arc<str>> {
    let mut all: BTreeMap<(FileId, u32, u32), &str> = BTreeMap::new();
    for (span, text) in mends.into_iter().flat_map(|mend| &mend.edits) {
        all.insert(key(*span), text);
    }
    let mut files: BTreeMap<FileId, Edits> = BTreeMap::new();
    for ((file, start, end), text) in all {
        // None of those that were taken overlap.
        let _ = files.entry(file).or_default().replace(start..end, text);
    }
    let made = files.into_iter().filter_map(|(file, edits)| {
        let old = sources.get(file)?.parse.text();
        let new = edits.apply(old).ok()?;
        (new != old).then(|| (file, new.into()))
    });
    made.collect()
}

/// Where the texts are new, in the new texts.
pub(super) fn changed(mends: Vec<&Mend>) -> BTreeMap<FileId, Vec<Range<u32>>> {
    let mut edits: Vec<&(Span, String)> = mends.into_iter().flat_map(|mend| &mend.edits).collect();
    edits.sort();
    edits.dedup();
    let mut ranges: BTreeMap<FileId, Vec<Range<u32>>> = BTreeMap::new();
    let mut moved: BTreeMap<FileId, i64> = BTreeMap::new();
    for (span, text) in edits {
        let by = moved.entry(span.file).or_default();
        let start = i64::from(span.start) + *by;
        let end = start + i64::try_from(text.len()).unwrap_or(i64::MAX);
        *by += end - start - i64::from(span.end - span.start);
        let place = |at: i64| u32::try_from(at).unwrap_or(u32::MAX);
        ranges
            .entry(span.file)
            .or_default()
            .push(place(start)..place(end));
    }
    ranges
}
