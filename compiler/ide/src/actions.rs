//! What can be done about a place: mends of its findings, what is missing elsewhere, a profile of
//! what is selected.
//!
//! Edits are of the texts that were analysed. Where one of those has changed since, an action that
//! would touch it is not offered.

mod allow;
mod connect;
mod create;
mod extract;
mod mend;
mod mend_all;
mod skeleton;

use std::{ops::Range, sync::Arc};

pub use mend_all::{Scope, count_certain, mend_all};
use tenantry_core::{Span, diag::Diagnostic};
use tenantry_syntax::change::Change;

use crate::host::{Edit, File, FileEdits, Snapshot};

/// What an action is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionSort {
    /// It mends a finding.
    Mend,
    /// It makes something of its own of what is selected.
    Extract,
}

/// Something that can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// What it does, as an imperative.
    pub title: String,
    /// What it is for.
    pub sort: ActionSort,
    /// Whether it is what the author meant, as far as anybody can know.
    pub is_certain: bool,
    /// The changes.
    pub edits: FileEdits,
    /// Words of its texts that only the author can put in their place.
    pub blank: Option<&'static str>,
    /// The findings that it mends, by their place in the analysis.
    pub findings: Vec<usize>,
}

/// What can be done about some bytes of a file.
pub fn actions(snapshot: &Snapshot, path: &str, range: &Range<u32>) -> Vec<Action> {
    let Some(file) = snapshot.file(path).filter(|file| file.is_current) else {
        return Vec::new();
    };
    let mut found: Vec<Action> = Vec::new();
    let findings = snapshot.known().analysis.findings.iter().enumerate();
    for (at, finding) in findings.filter(|(_, finding)| touches(file, finding, range)) {
        let ask = Ask {
            snapshot,
            file,
            finding,
        };
        let mut made = mend::actions(&ask);
        made.extend(connect::actions(&ask));
        made.extend(create::actions(&ask));
        made.extend(allow::action(&ask));
        for mut action in made {
            action.findings.push(at);
            // Two findings may propose one mend.
            match found.iter_mut().find(|known| known.edits == action.edits) {
                Some(known) => known.findings.push(at),
                None => found.push(action),
            }
        }
    }
    found.extend(extract::action(snapshot, file, range));
    found
}

/// Whether a finding is about some of the bytes. One about the estate as a whole stands at the top
/// of its first file.
fn touches(file: File<'_>, finding: &Diagnostic, range: &Range<u32>) -> bool {
    match finding.span {
        Some(span) => {
            Some(span.file) == file.id && span.start <= range.end && range.start <= span.end
        }
        None => false,
    }
}

/// A finding, and the file that it is shown in.
struct Ask<'s> {
    snapshot: &'s Snapshot,
    file: File<'s>,
    finding: &'s Diagnostic,
}

impl Ask<'_> {
    fn action(&self, title: impl Into<String>, edits: FileEdits) -> Action {
        Action {
            title: title.into(),
            sort: ActionSort::Mend,
            is_certain: false,
            edits,
            blank: None,
            findings: Vec::new(),
        }
    }

    /// Edits of analysed texts by file; none where one of the files is not the estate's own, or
    /// reads otherwise by now.
    fn edits(&self, edits: &[(Span, String)]) -> Option<FileEdits> {
        let sources = &self.snapshot.known().analysis.sources;
        let mut files = FileEdits::new();
        for (span, text) in edits {
            let source = sources.get(span.file)?;
            let file = self.snapshot.file(&source.path)?;
            if !file.is_current || !is_ours(self.snapshot, file) {
                return None;
            }
            let edits = files.entry(Arc::clone(&source.path)).or_default();
            edits.push(Edit::new(span.start..span.end, text.clone()));
        }
        for edits in files.values_mut() {
            edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
        }
        (!files.is_empty()).then_some(files)
    }

    /// The edit of a change.
    fn change(&self, change: &Change) -> Option<FileEdits> {
        let sources = &self.snapshot.known().analysis.sources;
        let source = sources.get(change.span().file)?;
        self.edits(&[change.edit(&source.parse)?])
    }
}

/// Whether a file changes with the estate: it is its own, or a package's that is no copy.
fn is_ours(snapshot: &Snapshot, file: File<'_>) -> bool {
    let library = snapshot.known().analysis.sources.library_from();
    file.id.is_none_or(|id| id < library) && !file.path.split('/').any(|part| part == "vendor")
}

/// The estate that tests of other questions stand on too.
#[cfg(test)]
pub(crate) fn ground() -> &'static str {
    tests::GROUND
}

#[cfg(test)]
mod tests;
