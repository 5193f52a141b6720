//! What a finding is known by from one run to the next: neither a line added above nor a figure
//! that changed makes it another one.

use std::collections::BTreeMap;

use tenantry_core::{FileId, diag::Diagnostic, emit::Sha256};

use super::{locate, place::Places};

/// Fingerprints of the findings of one run, asked for in their order.
pub(super) struct Fingerprints<'a> {
    places: &'a Places<'a>,
    /// Of each line, what it and the lines around it are called.
    contexts: BTreeMap<FileId, Vec<Sha256>>,
    seen: BTreeMap<String, u32>,
}

impl<'a> Fingerprints<'a> {
    pub(super) fn of(places: &'a Places<'a>) -> Self {
        Self {
            places,
            contexts: BTreeMap::new(),
            seen: BTreeMap::new(),
        }
    }

    /// The next finding's: rule, file, the node that it is in, and which of those that have all
    /// of this in common it is. No two of a run are the same.
    pub(super) fn next(&mut self, finding: &Diagnostic) -> String {
        let mut known = format!("{}\0", finding.rule.name());
        if let Some(span) = finding.span {
            let line = self.places.at(span.file, span.start).line as usize;
            known += locate::place(self.places.files().path(span.file)).path();
            let (places, file) = (self.places, span.file);
            let contexts = self
                .contexts
                .entry(file)
                .or_insert_with(|| contexts(places, file));
            if let Some(context) = contexts.get(line.saturating_sub(1)) {
                known += &format!("\0{context}");
            }
        }
        let mut hash = Sha256::of(known.as_bytes()).to_string();
        // 128 bits: enough that two are never alike by chance.
        hash.truncate(32);
        let seen = self.seen.entry(hash.clone()).or_default();
        *seen += 1;
        format!("{hash}:{seen}")
    }
}

/// What each line of a file is called, behind what the lines are called that it is indented
/// below. A hash over the hash of the line above costs the same however deep a text is.
fn contexts(places: &Places<'_>, file: FileId) -> Vec<Sha256> {
    let mut around: Vec<(usize, Sha256)> = Vec::new();
    let lines = 1..=places.line_count(file);
    let context = lines.map(|line| {
        let (_, text) = places.line(file, line);
        let top = Sha256::of(b"");
        let Some(name) = name(text) else {
            return around.last().map_or(top, |(_, hash)| *hash);
        };
        let indent = text.len() - text.trim_start().len();
        while around.last().is_some_and(|(above, _)| *above >= indent) {
            around.pop();
        }
        let above = around.last().map_or(top, |(_, hash)| *hash);
        let hash = Sha256::of(format!("{above}\0{name}").as_bytes());
        around.push((indent, hash));
        hash
    });
    context.collect()
}

/// What the node of a line is called: its kind, and the name behind it. A figure or a quoted text
/// is a value and no name. Nothing of an empty line.
fn name(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    let kind = words.next()?;
    let own = words
        .next()
        .filter(|word| word.starts_with(char::is_alphabetic));
    Some(format!("{kind} {}", own.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use tenantry_core::diag::Diagnostic;

    use super::Fingerprints;
    use crate::render::{
        place::Places,
        tests::{CAPACITY, Texts, UNPINNED},
    };

    const TEXT: &str = "tenant a {\n    workload w {\n        replicas 1\n    }\n    workload v {\n        replicas 1\n    }\n}\n";

    /// The fingerprints of a finding at each `replicas`.
    fn fingerprints(text: &str) -> Vec<String> {
        let files = Texts::of([("a.kdl", text)]);
        let places = Places::of(&files);
        let mut known = Fingerprints::of(&places);
        let spans = files.find_all(0, "replicas").into_iter();
        let finding = |span| known.next(&Diagnostic::new(&CAPACITY, span, "too few"));
        spans.map(finding).collect()
    }

    #[test]
    fn it_stays_when_lines_move_and_figures_change() {
        let before = fingerprints(TEXT);
        assert_ne!(before[0], before[1], "in different workloads");
        let moved = format!("// a comment\n\n{}", TEXT.replace("1", "2"));
        assert_eq!(fingerprints(&moved), before);
        let around = TEXT.replace("workload w {", "workload w kind=service {");
        assert_eq!(fingerprints(&around), before);
        let without = TEXT.replacen("        replicas 1\n", "", 1);
        assert_eq!(
            fingerprints(&without),
            before[1..],
            "another one was mended"
        );
    }

    #[test]
    fn no_two_are_the_same() {
        let same = "replicas 1\nreplicas 1\n";
        let found = fingerprints(same);
        assert_ne!(found[0], found[1]);
        let files = Texts::of([("a.kdl", same)]);
        let places = Places::of(&files);
        let mut known = Fingerprints::of(&places);
        let at = files.find(0, "replicas");
        let one = known.next(&Diagnostic::new(&CAPACITY, at, ""));
        let other = known.next(&Diagnostic::new(&UNPINNED, at, ""));
        assert_ne!(one, other, "of different rules");
        let nowhere =
            |known: &mut Fingerprints<'_>| known.next(&Diagnostic::nowhere(&CAPACITY, ""));
        assert_ne!(nowhere(&mut known), nowhere(&mut known));
    }
}
