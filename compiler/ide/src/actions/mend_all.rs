//! All mends that are certain, at once. What `check --fix` would leave out because it harms, stays
//! out here too: the mended estate is looked at before anything is proposed.

use tenantry_core::{diag::Diagnostic, world::World};

use crate::host::{Edit, FileEdits, Snapshot};

/// Which files are mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope<'a> {
    /// This one.
    File(&'a str),
    /// All of the estate's own.
    Estate,
}

/// How many findings of a file have a mend that is certain.
pub fn count_certain(snapshot: &Snapshot, path: &str) -> usize {
    let known = snapshot.known();
    let id = known.id(path);
    let here = |finding: &&Diagnostic| finding.span.map(|span| span.file) == id;
    let certain = |finding: &&Diagnostic| {
        let mut fixes = finding.fixes.iter().filter(|fix| fix.certain);
        fixes.next().is_some() && fixes.next().is_none()
    };
    let findings = known.analysis.findings.iter();
    findings
        .filter(|finding| id.is_some() && here(finding) && certain(finding))
        .count()
}

/// The edits of all certain mends; `world` has the texts of the snapshot and what else a compile
/// reads. It compiles the estate at least twice.
pub fn mend_all(snapshot: &Snapshot, world: &dyn World, scope: Scope<'_>) -> FileEdits {
    let (library, targets) = (snapshot.library(), snapshot.targets());
    let run = tenantry_core::check(world, library, targets, snapshot.options());
    let mended = tenantry_core::mend(world, library, targets, snapshot.options(), run);
    let wanted = |path: &str| match scope {
        Scope::File(only) => path == only,
        Scope::Estate => true,
    };
    let texts = mended.texts.into_iter().filter(|(path, _)| wanted(path));
    let edits = texts.map(|(path, text)| (path, lines(&text.old, &text.new)));
    edits.collect()
}

/// The edits between two texts, line by line.
fn lines(old: &str, new: &str) -> Vec<Edit> {
    let diff = similar::TextDiff::from_lines(old, new);
    let starts = |text: &str| {
        let mut at = 0;
        let mut starts = vec![0];
        starts.extend(text.split_inclusive('\n').map(|line| {
            at += line.len();
            at
        }));
        starts
    };
    let (from, to) = (starts(old), starts(new));
    let at =
        |starts: &[usize], line: usize| starts.get(line).or(starts.last()).copied().unwrap_or(0);
    let changes = diff
        .ops()
        .iter()
        .filter(|op| op.tag() != similar::DiffTag::Equal);
    let edits = changes.map(|op| {
        let (gone, come) = (op.old_range(), op.new_range());
        let range = at(&from, gone.start)..at(&from, gone.end);
        let text = new
            .get(at(&to, come.start)..at(&to, come.end))
            .unwrap_or_default();
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Edit::new(offset(range.start)..offset(range.end), text)
    });
    edits.collect()
}

#[cfg(test)]
mod tests {
    use super::lines;
    use crate::fixture::applied;

    #[test]
    fn the_edits_between_two_texts_lead_from_one_to_the_other() {
        for (old, new) in [
            ("a\nb\nc\n", "a\nx\ny\nc\nd"),
            ("", "a\n"),
            ("a", ""),
            ("a\r\nb", "b\r\na\r\n"),
            ("same\n", "same\n"),
        ] {
            assert_eq!(applied(old, &lines(old, new)), new);
        }
    }
}
