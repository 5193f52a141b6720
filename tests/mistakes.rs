//! Ten different mistakes in three files are ten findings of one run: each at its own place,
//! each with help, none of them told twice or because of another.
#![expect(clippy::unwrap_used, reason = "a failure to read fails the test")]

use std::{collections::BTreeSet, fmt::Write as _, path::Path, sync::Arc};

use tenantry_core::{Options, Run, check, diag::Diagnostic, load::Library, world::Memory};
use tenantry_tests::golden::read_dir;

#[path = "mistakes/slips.rs"]
mod slips;

fn library() -> Library {
    Library {
        files: tenantry_stdlib::FILES,
        index: tenantry_stdlib::INDEX,
    }
}

fn run() -> Run {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("mistakes/estate");
    let files: Vec<(String, Arc<str>)> = read_dir(&folder)
        .unwrap()
        .into_iter()
        .map(|(path, bytes)| (path, String::from_utf8(bytes).unwrap().into()))
        .collect();
    check(
        &Memory::new(files),
        library(),
        &tenantry_targets::all(),
        &Options::default(),
    )
}

/// A finding in full, with the text that each part points at.
fn tell(run: &Run, finding: &Diagnostic) -> String {
    let mut out = String::new();
    let place = |span| {
        let (line, column) = run.sources.position(span).unwrap_or_default();
        format!(
            "{}:{line}:{column} `{}`",
            run.sources.path(span.file),
            run.sources.text(span)
        )
    };
    let _ = writeln!(
        out,
        "{}[{}]: {}",
        finding.level.name(),
        finding.rule.name(),
        finding.message
    );
    let label = finding.label.as_deref().unwrap_or_default();
    let _ = writeln!(
        out,
        "    {} {label}",
        finding.span.map(place).unwrap_or_default()
    );
    for related in &finding.related {
        let _ = writeln!(out, "    {} {}", place(related.span), related.text);
    }
    for (word, text) in [("why", &finding.why), ("help", &finding.help)] {
        if let Some(text) = text {
            let _ = writeln!(out, "  {word}: {text}");
        }
    }
    out
}

#[test]
fn ten_mistakes_are_ten_findings() {
    let run = run();
    let told: Vec<String> = run
        .findings
        .iter()
        .map(|finding| tell(&run, finding))
        .collect();
    insta::assert_snapshot!(told.join("\n"));

    assert_eq!(run.findings.len(), 10, "one finding for each mistake");
    let rules: BTreeSet<&str> = run
        .findings
        .iter()
        .map(|finding| finding.rule.name())
        .collect();
    assert_eq!(rules.len(), 10, "of ten rules");
    assert!(
        run.findings.iter().all(|finding| finding.help.is_some()),
        "each with help"
    );
}

/// The estate marks each of its mistakes with a number in a comment; a finding points at a line
/// that is marked, and at no other.
#[test]
fn each_finding_is_at_its_own_mistake() {
    let run = run();
    let at: BTreeSet<&str> = run
        .findings
        .iter()
        .filter_map(|finding| {
            let span = finding.span?;
            let (line, _) = run.sources.position(span)?;
            let text = run.sources.get(span.file)?.parse.text();
            let (_, comment) = text.lines().nth(line as usize - 1)?.split_once("// ")?;
            comment.split(':').next()
        })
        .collect();
    let marks: BTreeSet<String> = (1..=10).map(|mark| mark.to_string()).collect();
    assert_eq!(at, marks.iter().map(String::as_str).collect());
}
