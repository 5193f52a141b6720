//! Findings as one JSON document. Its shape is a promise: a change that a reader could notice
//! raises [`VERSION`].

use serde::Serialize;
use tenantry_core::{Span, compile, diag::Diagnostic};

use super::{Counts, Files, place::Places};

/// The version of the document's shape.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    findings: Vec<Finding<'a>>,
    summary: Summary<'a>,
}

#[derive(Serialize)]
struct Summary<'a> {
    errors: usize,
    warnings: usize,
    notes: usize,
    #[serde(flatten)]
    estate: Option<Sizes<'a>>,
}

/// What the estate holds.
#[derive(Serialize)]
struct Sizes<'a> {
    estate: &'a str,
    environments: Vec<&'a str>,
    clusters: usize,
    tenants: usize,
    workloads: usize,
}

impl<'a> Sizes<'a> {
    fn of(summary: &'a compile::Summary) -> Self {
        Self {
            estate: &summary.estate,
            environments: summary.environments.iter().map(AsRef::as_ref).collect(),
            clusters: summary.clusters,
            tenants: summary.tenants,
            workloads: summary.workloads,
        }
    }
}

#[derive(Serialize)]
struct Finding<'a> {
    rule: &'a str,
    family: &'a str,
    level: &'a str,
    message: &'a str,
    #[serde(flatten)]
    place: Where<'a>,
    label: Option<&'a str>,
    labels: Vec<Label<'a>>,
    why: Option<&'a str>,
    help: Option<&'a str>,
    fixes: Vec<Fix<'a>>,
    envs: Vec<&'a str>,
}

/// Both are null for a finding about the estate as a whole.
#[derive(Serialize)]
struct Where<'a> {
    path: Option<&'a str>,
    span: Option<Range>,
}

/// Half open.
#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

/// Line and column count from one, a column being a character; the offset counts bytes from
/// zero.
#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
    offset: u32,
}

#[derive(Serialize)]
struct Label<'a> {
    #[serde(flatten)]
    place: Where<'a>,
    text: &'a str,
}

#[derive(Serialize)]
struct Fix<'a> {
    title: &'a str,
    certain: bool,
    edits: Vec<Edit<'a>>,
}

#[derive(Serialize)]
struct Edit<'a> {
    #[serde(flatten)]
    place: Where<'a>,
    text: &'a str,
}

/// The document. Its summary says what the estate holds, where one was read.
pub(super) fn render(
    findings: &[Diagnostic],
    files: &dyn Files,
    estate: Option<&compile::Summary>,
) -> String {
    let places = Places::of(files);
    let counts = Counts::of(findings);
    let document = Document {
        version: VERSION,
        findings: findings
            .iter()
            .map(|finding| convert(finding, &places))
            .collect(),
        summary: Summary {
            errors: counts.errors,
            warnings: counts.warnings,
            notes: counts.notes,
            estate: estate.map(Sizes::of),
        },
    };
    pretty(&document)
}

/// Findings for another document of ours, in the same shape.
pub(crate) fn values<'a>(
    findings: &'a [Diagnostic],
    places: &Places<'a>,
) -> Vec<serde_json::Value> {
    let value = |finding| serde_json::to_value(convert(finding, places)).unwrap_or_default();
    findings.iter().map(value).collect()
}

/// Any document of ours as text, with a final line break.
pub(crate) fn pretty(document: &impl Serialize) -> String {
    // Our documents have strings for keys and no fallible parts, so that writing cannot fail.
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}

/// The same in one line, for what no one reads: half as long.
pub(crate) fn compact(document: &impl Serialize) -> String {
    serde_json::to_string(document).unwrap_or_default()
}

fn convert<'a>(finding: &'a Diagnostic, places: &Places<'a>) -> Finding<'a> {
    Finding {
        rule: finding.rule.name(),
        family: finding.rule.family().name(),
        level: finding.level.name(),
        message: &finding.message,
        place: place(finding.span, places),
        label: finding.label.as_deref(),
        labels: finding
            .related
            .iter()
            .map(|label| Label {
                place: place(Some(label.span), places),
                text: &label.text,
            })
            .collect(),
        why: finding.why.as_deref(),
        help: finding.help.as_deref(),
        fixes: finding
            .fixes
            .iter()
            .map(|fix| convert_fix(fix, places))
            .collect(),
        envs: finding.envs.iter().map(AsRef::as_ref).collect(),
    }
}

fn convert_fix<'a>(fix: &'a tenantry_core::diag::Fix, places: &Places<'a>) -> Fix<'a> {
    let edits = fix.edits.iter().map(|(span, text)| Edit {
        place: place(Some(*span), places),
        text,
    });
    Fix {
        title: &fix.title,
        certain: fix.certain,
        edits: edits.collect(),
    }
}

fn place<'a>(span: Option<Span>, places: &Places<'a>) -> Where<'a> {
    Where {
        path: span.map(|span| places.files().path(span.file)),
        span: span.map(|span| Range {
            start: position(span, span.start, places),
            end: position(span, span.end, places),
        }),
    }
}

fn position(span: Span, offset: u32, places: &Places<'_>) -> Position {
    let at = places.at(span.file, offset);
    Position {
        line: at.line,
        column: at.column,
        offset: at.offset,
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use tenantry_core::{compile::Summary, diag::Diagnostic};

    use super::render;
    use crate::render::tests::{CAPACITY, Texts};

    #[test]
    fn everything_a_finding_has() {
        let files = Texts::of([
            ("a.kdl", "pool 商店 {\n    nodes four\n}\n"),
            ("b.kdl", "replicas 4\n"),
        ]);
        let four = files.find(0, "four");
        let mut finding = Diagnostic::new(&CAPACITY, four, "not a number")
            .label("a word")
            .also(files.find(1, "replicas"), "asked here")
            .why("because")
            .help("write `4`")
            .fix("write `4`", vec![(four, "4".to_owned())]);
        finding.envs = vec!["prod".into()];
        let findings = [finding, Diagnostic::nowhere(&CAPACITY, "no place")];
        let summary = Summary {
            estate: "shop".to_owned(),
            tenants: 2,
            ..Summary::default()
        };
        assert_snapshot!(render(&findings, &files, Some(&summary)));
    }
}
