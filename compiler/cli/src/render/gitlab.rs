//! Findings as GitLab's Code Quality report, of which a merge request shows what is new and what
//! is mended. GitLab tells findings apart by their fingerprints alone.

use serde_json::{Value, json};
use tenantry_core::diag::{Diagnostic, Level};

use super::{
    Files, fingerprint::Fingerprints, headline, json::pretty, locate, notes, place::Places,
};

/// The report: a list, empty without findings.
pub(super) fn render(findings: &[Diagnostic], files: &dyn Files) -> String {
    let places = Places::of(files);
    let mut known = Fingerprints::of(&places);
    let issues = findings
        .iter()
        .map(|finding| issue(finding, known.next(finding), &places));
    pretty(&issues.collect::<Vec<Value>>())
}

/// A finding. What has no place is shown at the head of the estate's first file: GitLab has
/// nowhere else for it.
fn issue(finding: &Diagnostic, fingerprint: String, places: &Places<'_>) -> Value {
    let (path, first, last) = match finding.span {
        Some(span) => (
            places.files().path(span.file),
            places.at(span.file, span.start).line,
            places.at(span.file, span.end).line,
        ),
        None => (places.files().home(), 1, 1),
    };
    let mut text = vec![headline(finding)];
    text.extend(notes(finding));
    json!({
        "type": "issue",
        "check_name": finding.rule.name(),
        "description": headline(finding),
        "content": { "body": text.join("\n\n") },
        "categories": ["Bug Risk"],
        "severity": severity(finding.level),
        "fingerprint": fingerprint,
        "location": {
            "path": locate::place(path).path(),
            "lines": { "begin": first, "end": last },
        },
    })
}

/// Of GitLab's five, `blocker` is left out: it knows nothing that keeps a merge request from being
/// merged, and neither do we.
fn severity(level: Level) -> &'static str {
    match level {
        Level::Error => "critical",
        Level::Warn => "minor",
        Level::Note | Level::Off => "info",
    }
}
